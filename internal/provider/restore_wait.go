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

// wait follows the job of a restore to its end and writes into the model what is then known, whatever happens: there is
// always a state to store. Resumed is true for a job that an earlier apply submitted.
func (r *restoreResource[M]) wait(ctx context.Context, c *client.Client, m *M, deadline time.Time, timeout time.Duration, resumed bool) diag.Diagnostics {
	common := r.common(m)
	jobID := common.JobID.ValueString()
	r.memory.know(jobID)
	submitted, err := pointintime.Parse(common.SubmittedAt.ValueString())
	if err != nil {
		submitted = r.clock.Now().Add(-time.Hour) // adopted from elsewhere: long enough ago to be visible
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
	var timedOut *client.WaitTimeoutError
	switch {
	case err == nil:
		common.FinishedAt = types.StringValue(pointintime.Format(r.endOf(job, submitted)))
		if job.Status == client.JobFailed {
			return diag.Diagnostics{errorJobFailed(common, job)}
		}
		return nil
	case ctx.Err() != nil:
		return diag.Diagnostics{warnCancelled(common)}
	case errors.As(err, &timedOut) && common.OnTimeout.ValueString() == onTimeoutDetach:
		return diag.Diagnostics{warnDetached(common, timeout)}
	case errors.As(err, &timedOut):
		return diag.Diagnostics{errorStillRunning(common, timeout, r.clock.Now().Sub(submitted))}
	case resumed && client.IsNotFound(err):
		common.FinishedAt = types.StringValue(pointintime.Format(r.clock.Now().Truncate(time.Second)))
		return diag.Diagnostics{warnExpired(common)}
	default:
		return diag.Diagnostics{errorNotFollowed(common, err)}
	}
}

// endOf is when the job ended by the service's clock, or now where it does not say. An end before the submission is no
// end: one documented example of a running job already has one.
func (r *restoreResource[M]) endOf(job client.Job, submitted time.Time) time.Time {
	if job.Ended.IsZero() || job.Ended.Before(submitted) {
		return r.clock.Now().Truncate(time.Second)
	}
	return job.Ended
}
