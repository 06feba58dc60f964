// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"terraform-provider-x/internal/client"
)

// The files messages*.go and action_messages.go hold every message about a restore; this one holds their common parts.
// A detail says, each on a line of its own, what failed, what the service said, what is true now and what to do. In a
// command, ADDRESS stands for the resource's address: Terraform prints it with the message, but does not give it to a
// provider.

// words are what a resource and an action call differently.
type words struct{ timeout, importIt string }

func (s *submission) words() words {
	if s.inAction {
		return words{"timeouts.invoke", "import it"}
	}
	return words{"timeouts.create", "import it and apply again"}
}

func describeJobs(jobs []client.Job) string {
	var lines []string
	for _, job := range jobs {
		id := cmp.Or(job.ID, "(the service does not tell this job's id)")
		line := fmt.Sprintf("  %s  %s %s", id, job.Name, cmp.Or(job.UnknownStatus, string(job.Status)))
		if !job.Created.IsZero() {
			line += ", started " + startOf(job)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// startOf is when a job started, as the service tells it.
func startOf(job client.Job) string {
	if job.NoZone {
		return job.Created.Format(time.DateTime) + " (the service does not tell the time zone)"
	}
	return job.Created.Format(time.RFC3339)
}

func jobIDs(jobs []client.Job) []string {
	var ids []string
	for _, job := range jobs {
		ids = append(ids, job.ID)
	}
	return ids
}

// importCommands are ready to paste but for the resource's address, and for an id that is "".
func (r *restoreResource) importCommands(m Model, jobIDs ...string) string {
	region := ""
	if name := m.common().Region.ValueString(); r.Client != nil && name != "" && name != r.Client.Region() {
		region = name + "/"
	}
	var lines []string
	for _, id := range jobIDs {
		lines = append(lines, fmt.Sprintf("  terraform import ADDRESS %s%s/%s", region, m.TargetID(), cmp.Or(id, "JOB_ID")))
	}
	return strings.Join(lines, "\n")
}

func reasonOf(job client.Job) string { return cmp.Or(job.Reason, "(the service gave no reason)") }

// atProgress is how far a job is, if the service says.
func atProgress(job client.Job) string {
	if job.Progress == "" {
		return ""
	}
	return " (at " + job.Progress + ")"
}
