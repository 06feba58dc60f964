// SPDX-License-Identifier: MPL-2.0

package restore

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

// recordKept is how long every service keeps the record of a job at least: Open Telekom Cloud keeps a failed DDS task
// for seven days (DDS user guide, Task Center), RDS and DDS otherwise for a month (API reference). A younger job that
// is not found has not expired.
const recordKept = 7 * 24 * time.Hour

// shownWithin is how young a job is that the service may not show yet: "several seconds", say the RDS and DDS API references.
const shownWithin = time.Minute

// wait describes a wait for a job.
type wait struct {
	jobs     client.JobService
	deadline time.Time
	resumed  bool             // an earlier apply submitted the job
	seen     func(client.Job) // told of each query; may be nil
}

// waitResult is how a wait for a job has ended.
type waitResult struct {
	job      client.Job    // as last seen
	age      time.Duration // since its submission
	timedOut bool          // it was running when the deadline passed
	expired  bool          // its record is gone, was bound to go, and the job was not seen running
	err      error         // nil for a job that has ended, well or not
}

// failed reports whether the job has ended, and not well.
func (w waitResult) failed() bool { return w.err == nil && w.job.Status == client.JobFailed }

// waitForJob waits for the end of a restore's job, and writes what is then known into the model. In every case there is
// a state to store.
func (r *restoreResource) waitForJob(ctx context.Context, w wait, m Model) (waitResult, diag.Diagnostics) {
	common, own := m.common(), r.ownJob(m)
	r.own.noteRunning(own)
	submitted, known := pointintime.MomentOf(common.SubmittedAt)
	if !known { // imported from DWS, or moved here from the vendor's provider, which does not keep it
		submitted = r.clock.Now().Add(-shownWithin)
		if common.Status.ValueString() != string(client.JobRunning) {
			submitted = r.clock.Now().Add(-recordKept)
		}
	}
	job, err := w.jobs.WaitForJob(ctx, client.JobWait{
		JobID: own.id, Submitted: submitted, Deadline: w.deadline, SawRunning: w.resumed && r.own.sawRunning(own),
		MayBeGone: w.resumed && r.clock.Now().Sub(submitted) >= recordKept,
		Seen: func(job client.Job) {
			tflog.Debug(ctx, "waiting for a restore",
				map[string]any{"job_id": own.id, "status": string(job.Status), "progress": job.Progress})
			r.own.noteSeen(own, job, r.clock.Now())
			if w.seen != nil {
				w.seen(job)
			}
		},
	})
	if job.Status != "" {
		common.Status = types.StringValue(string(job.Status))
	}
	result := waitResult{job: job, age: r.clock.Now().Sub(submitted), err: err}
	notFound := client.IsNotFound(err)
	result.timedOut = errors.As(err, new(*client.WaitTimeoutError)) || notFound && result.age < shownWithin
	// A restore that this process saw running goes on, whatever the service forgets.
	result.expired = w.resumed && notFound && result.age >= recordKept && !r.own.sawRunning(own)
	var diags diag.Diagnostics
	switch {
	case result.failed():
		diags = common.finish(ctx, job, r.clock.Now(), nil)
	case err == nil:
		diags = common.finish(ctx, job, r.clock.Now(), m.Objects(ctx))
	case result.expired && ctx.Err() == nil:
		common.FinishedAt = types.StringValue(pointintime.Format(r.clock.Now().Truncate(time.Second)))
		r.own.noteGone(own)
	}
	return result, diags
}

// awaitJob is waitForJob with the messages of a resource.
func (r *restoreResource) awaitJob(ctx context.Context, w wait, m Model, timeout time.Duration) diag.Diagnostics {
	result, diags := r.waitForJob(ctx, w, m)
	common := m.common()
	switch {
	case result.failed():
		diags.Append(errorJobFailed(common, result.job))
	case result.err == nil:
	case ctx.Err() != nil:
		diags.Append(warnCancelled(common))
	case result.timedOut && common.OnTimeout.ValueString() == onTimeoutDetach:
		diags.Append(warnDetached(common, timeout))
	case result.timedOut:
		diags.Append(errorStillRunning(common, result, timeout))
	case result.expired:
		diags.Append(warnExpired(common))
	default:
		diags.Append(errorNotFollowed(common, result.err))
	}
	return diags
}
