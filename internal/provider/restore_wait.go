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

// followed is how a wait for a job has ended.
type followed struct {
	job      client.Job    // as last seen
	age      time.Duration // since its submission
	timedOut bool          // it was running when the deadline passed
	expired  bool          // its record is gone, and was bound to go
	err      error         // nil for a job that has ended, well or not
}

// follow follows the job of a restore to its end and writes into the model what is then known, whatever happens: there is
// always a state to store. Resumed is true for a job that an earlier apply submitted. Seen is told of each look at it.
func (r *restoreResource[M]) follow(ctx context.Context, c *client.Client, m *M, deadline time.Time, resumed bool, seen func(client.Job)) (followed, diag.Diagnostics) {
	common := r.common(m)
	jobID, scope := common.JobID.ValueString(), r.scope(r.targetID(m).ValueString())
	r.memory.begin(scope, jobID)
	submitted, err := pointintime.Parse(common.SubmittedAt.ValueString())
	if err != nil {
		submitted = r.clock.Now().Add(-recordKept) // moved here from the vendor's provider, which does not keep it
	}
	job, err := r.wait(c, ctx, client.JobWait{
		JobID:     jobID,
		Submitted: submitted,
		Deadline:  deadline,
		Seen: func(job client.Job) {
			tflog.Debug(ctx, "Waiting for a restore", map[string]any{"job_id": jobID, "status": string(job.Status), "progress": job.Progress})
			seen(job)
		},
	})
	if job.Status != "" {
		common.Status = types.StringValue(string(job.Status))
	}
	f := followed{job: job, age: r.clock.Now().Sub(submitted), err: err}
	f.timedOut = errors.As(err, new(*client.WaitTimeoutError)) || client.IsNotFound(err) && f.age < appearance // too young to be seen
	f.expired = resumed && client.IsNotFound(err) && f.age >= recordKept
	var diags diag.Diagnostics
	switch {
	case err == nil && job.Status == client.JobFailed:
		diags = common.finish(ctx, job, r.clock.Now(), nil)
	case err == nil:
		diags = common.finish(ctx, job, r.clock.Now(), r.objects(ctx, *m))
	case f.expired && ctx.Err() == nil:
		common.FinishedAt = types.StringValue(pointintime.Format(r.clock.Now().Truncate(time.Second)))
	default:
		return f, nil
	}
	r.memory.end(scope, jobID, r.clock.Now())
	return f, diags
}

// awaitJob is follow for what is kept in a state, in words for the person.
func (r *restoreResource[M]) awaitJob(ctx context.Context, c *client.Client, m *M, deadline time.Time, timeout time.Duration, resumed bool) diag.Diagnostics {
	f, diags := r.follow(ctx, c, m, deadline, resumed, func(client.Job) {})
	common := r.common(m)
	switch {
	case f.err == nil && f.job.Status == client.JobFailed:
		diags.Append(errorJobFailed(common, f.job))
	case f.err == nil:
	case ctx.Err() != nil:
		diags.Append(warnCancelled(common))
	case f.timedOut && common.OnTimeout.ValueString() == onTimeoutDetach:
		diags.Append(warnDetached(common, timeout))
	case f.timedOut:
		diags.Append(errorStillRunning(common, f.job, timeout, f.age))
	case f.expired:
		diags.Append(warnExpired(common))
	default:
		diags.Append(errorNotFollowed(common, f.err))
	}
	return diags
}
