// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"context"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"terraform-provider-x/internal/client"
)

const (
	// appearance is how long findAccepted looks for the job of a lost call. The services say that a job can be queried
	// "several seconds" after the call (RDS and DDS API references, querying a job by id).
	appearance      = 60 * time.Second
	appearancePause = 5 * time.Second
)

// findAccepted looks for the job of a call whose answer was lost. It adopts a job only if it is the single restore that
// was not listed before the call and that started with or after it.
func (s *submission) findAccepted(
	ctx context.Context,
	before earlierJobs,
	sent time.Time,
	lost error,
) (job, diag.Diagnostics) {
	found, lookup := s.awaitNewRestore(ctx, before, sent)
	restores := slices.DeleteFunc(slices.Clone(found), func(job client.Job) bool { return !job.MayBeRestore() })
	// The services record whole seconds. If this clock is ahead of the service's, the job is not adopted but named in the
	// error.
	if before.listed && len(restores) == 1 && restores[0].ID != "" &&
		!restores[0].Created.Before(sent.Truncate(time.Second)) {
		return s.accepted(restores[0].ID, sent), diag.Diagnostics{warnAdopted(restores[0].ID, lost)}
	}
	if !before.listed && lookup == nil && len(found) == 0 {
		lookup = errEarlierJobsUnknown
	}
	return job{}, diag.Diagnostics{s.errorAmbiguous(ctx, lost, found, lookup)}
}

// awaitNewRestore lists the jobs that this configuration does not know and that started around a call. It repeats the
// lookup until a restore is among them or the time is over. The error is that of the last lookup.
func (s *submission) awaitNewRestore(ctx context.Context, before earlierJobs, sent time.Time) ([]client.Job, error) {
	for until := s.clock.Now().Add(appearance); ; {
		jobs, err := s.list(ctx, sent)
		found := s.unknown(ctx, newJobs(jobs, before, sent))
		if slices.ContainsFunc(found, client.Job.MayBeRestore) || s.clock.Now().After(until) {
			return found, err
		}
		if err := s.clock.Sleep(ctx, appearancePause); err != nil {
			return found, err
		}
	}
}

// newJobs keeps the jobs that were not listed before the call. If that list is unknown, it keeps the jobs that started
// around the call.
func newJobs(jobs []client.Job, before earlierJobs, sent time.Time) []client.Job {
	var later []client.Job
	for _, job := range jobs {
		// Lists are shared, and may reach further back.
		old := !job.Created.IsZero() && job.Created.Before(sent.Add(-clockSkew))
		if before.listed && !before.ids[job.ID] && !old || !before.listed && job.Created.After(sent.Add(-clockSkew)) {
			later = append(later, job)
		}
	}
	return later
}
