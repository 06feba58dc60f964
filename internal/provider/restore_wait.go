// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
)

// recordKept is how long every service is known to keep the record of a job: Open Telekom Cloud keeps a failed DDS task for
// seven days (DDS user guide, Task Center), RDS and DDS else for a month (API reference). A younger job that is not found is
// not one that has expired.
const recordKept = 7 * 24 * time.Hour

// wait follows the job of a restore to its end and writes into the model what is then known, whatever happens: there is
// always a state to store. Resumed is true for a job that an earlier apply submitted.
func (r *restoreResource[M]) wait(ctx context.Context, c *client.Client, m *M, deadline time.Time, timeout time.Duration, resumed bool) diag.Diagnostics {
	common := r.common(m)
	jobID, scope := common.JobID.ValueString(), r.scope(r.targetID(m).ValueString())
	r.memory.begin(scope, jobID)
	submitted, err := pointintime.Parse(common.SubmittedAt.ValueString())
	if err != nil {
		submitted = r.clock.Now().Add(-recordKept) // moved here from the vendor's provider, which does not keep it
	}
	job, err := c.WaitForJob(ctx, client.JobWait{
		Job:       func(ctx context.Context) (client.Job, error) { return r.job(ctx, c, jobID) },
		Submitted: submitted,
		Deadline:  deadline,
		Seen: func(job client.Job) {
			tflog.Debug(ctx, "Waiting for a restore", map[string]any{"job_id": jobID, "status": string(job.Status), "progress": job.Progress})
		},
	})
	if job.Status != "" {
		common.Status = types.StringValue(string(job.Status))
	}
	var running *client.WaitTimeoutError
	age := r.clock.Now().Sub(submitted)
	timedOut := errors.As(err, &running) || client.IsNotFound(err) && age < appearance // too young to be seen
	switch {
	case err == nil:
		r.memory.end(scope, jobID, r.clock.Now())
		common.FinishedAt = types.StringValue(pointintime.Format(r.endOf(job, submitted)))
		if job.Status == client.JobFailed {
			return diag.Diagnostics{errorJobFailed(common, job)}
		}
		return nil
	case ctx.Err() != nil:
		return diag.Diagnostics{warnCancelled(common)}
	case timedOut && common.OnTimeout.ValueString() == onTimeoutDetach:
		return diag.Diagnostics{warnDetached(common, timeout)}
	case timedOut:
		return diag.Diagnostics{errorStillRunning(common, job, timeout, age)}
	case resumed && client.IsNotFound(err) && age >= recordKept:
		r.memory.end(scope, jobID, r.clock.Now())
		common.FinishedAt = types.StringValue(pointintime.Format(r.clock.Now().Truncate(time.Second)))
		return diag.Diagnostics{warnExpired(common)}
	default:
		return diag.Diagnostics{errorNotFollowed(common, err)}
	}
}

// endOf is when the job ended by the service's clock, or now where it does not say. An end before the submission is no
// end, nor is one that is yet to come: DWS writes times without a zone, and a documented example of a running DDS job
// already has an end.
func (r *restoreResource[M]) endOf(job client.Job, submitted time.Time) time.Time {
	if job.Ended.IsZero() || job.Ended.Before(submitted) || job.Ended.After(r.clock.Now().Add(clockSkew)) {
		return r.clock.Now().Truncate(time.Second)
	}
	return job.Ended
}
