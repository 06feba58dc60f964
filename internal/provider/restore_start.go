// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
)

const (
	// busyPause is how long a busy instance is left alone. Restores take minutes at least.
	busyPause = 15 * time.Second
	// settlePause gives the other resources of one apply time to say which jobs are theirs: they start at the same moment.
	settlePause = 2 * time.Second
	// lookBack is how far back restores are looked for that might still run.
	lookBack = 72 * time.Hour
	// appearance is how long a job is looked for that a broken call may have started. The services say that a job can be
	// asked for "several seconds" after the call (RDS and DDS API reference, querying a job by id).
	appearance      = 60 * time.Second
	appearancePause = 5 * time.Second
)

// start sends the restore call, once, when the queue is free, and returns the job. Diagnostics with an error mean that no
// job is known; they then say whether one may exist.
func (r *restoreResource[M]) start(ctx context.Context, c *client.Client, plan M, queue string, deadline time.Time) (unfinishedJob, diag.Diagnostics) {
	for {
		before, err := r.awaitStrangers(ctx, c, queue)
		if err != nil {
			return unfinishedJob{}, diag.Diagnostics{r.errorNotStarted(ctx, plan, err)}
		}
		sent := r.clock.Now()
		jobID, err := r.submit(ctx, c, plan)
		if err == nil {
			return r.accepted(jobID, sent), nil
		}
		if ambiguous := (*client.AmbiguousError)(nil); errors.As(err, &ambiguous) {
			return r.findAccepted(ctx, c, plan, queue, before, sent, err)
		}
		if !client.IsBusy(err) || !r.clock.Now().Add(busyPause).Before(deadline) {
			return unfinishedJob{}, diag.Diagnostics{r.errorNotStarted(ctx, plan, err)}
		}
		tflog.Info(ctx, "The service is busy; the restore is asked for again", map[string]any{"queue": queue, "answer": err.Error()})
		if err := r.clock.Sleep(ctx, busyPause); err != nil {
			return unfinishedJob{}, diag.Diagnostics{errorCancelledBefore()}
		}
	}
}

// accepted is a job the service has just accepted.
func (r *restoreResource[M]) accepted(jobID string, sent time.Time) unfinishedJob {
	r.memory.know(jobID)
	return unfinishedJob{id: jobID, submittedAt: pointintime.Format(sent.Truncate(time.Second))}
}

// strangerError is a restore that runs although nothing in this process started it.
type strangerError struct{ jobs []client.Job }

func (e *strangerError) Error() string {
	return "a restore is running that this configuration does not know"
}

// earlierRestores are the jobs there were before the call; listed is false where the service did not tell.
type earlierRestores struct {
	ids    map[string]bool
	listed bool
}

// awaitStrangers refuses while a restore runs on the queue that this process did not start or find in its state: most
// likely it is the one that is about to be asked for again. One that it does know is left to the service's own "busy".
// What cannot be looked up (no permission, not offered in this cloud) does not keep anyone from restoring; a login that is
// refused does, because five wrong signatures lock a key.
func (r *restoreResource[M]) awaitStrangers(ctx context.Context, c *client.Client, queue string) (earlierRestores, error) {
	for attempt := 0; ; attempt++ {
		jobs, err := r.restores(ctx, c, queue, r.clock.Now().Add(-lookBack))
		if ctx.Err() != nil {
			return earlierRestores{}, context.Cause(ctx)
		}
		if refused := (*client.APIError)(nil); errors.As(err, &refused) && refused.StatusCode == http.StatusUnauthorized {
			return earlierRestores{}, err
		}
		if err != nil {
			tflog.Warn(ctx, "Running restores cannot be looked up; going on without", map[string]any{"queue": queue, "answer": err.Error()})
			return earlierRestores{}, nil
		}
		earlier := earlierRestores{ids: map[string]bool{}, listed: true}
		var running []client.Job
		for _, job := range jobs {
			earlier.ids[job.ID] = true
			if job.Status == client.JobRunning {
				running = append(running, job)
			}
		}
		strangers := r.memory.strangers(running)
		if len(strangers) == 0 {
			return earlier, nil
		}
		if attempt > 0 {
			return earlierRestores{}, &strangerError{strangers}
		}
		if err := r.clock.Sleep(ctx, settlePause); err != nil {
			return earlierRestores{}, err
		}
	}
}

// findAccepted looks for the job of a call whose answer was lost. It adopts a job only where it can be no other: exactly
// one, not there before the call, begun after it.
func (r *restoreResource[M]) findAccepted(ctx context.Context, c *client.Client, plan M, queue string, before earlierRestores, sent time.Time, lost error) (unfinishedJob, diag.Diagnostics) {
	var found []client.Job
	var lookup error
	for until := sent.Add(appearance); ; {
		var jobs []client.Job
		jobs, lookup = r.restores(ctx, c, queue, sent.Add(-lookBack))
		found = r.memory.strangers(since(jobs, before, sent))
		if len(found) > 0 || r.clock.Now().After(until) {
			break
		}
		if err := r.clock.Sleep(ctx, appearancePause); err != nil {
			lookup = err
			break
		}
	}
	if len(found) == 1 && found[0].ID != "" && before.listed {
		return r.accepted(found[0].ID, sent), diag.Diagnostics{warnAdopted(found[0].ID, lost)}
	}
	return unfinishedJob{}, diag.Diagnostics{r.errorAmbiguous(ctx, plan, lost, found, lookup)}
}

// since keeps the jobs that began with or after a call. Services note whole seconds, and clocks differ a little; a larger
// difference only means that a job is named instead of adopted.
func since(jobs []client.Job, before earlierRestores, sent time.Time) []client.Job {
	var later []client.Job
	for _, job := range jobs {
		if !before.ids[job.ID] && !job.Created.Before(sent.Truncate(time.Second).Add(-2*time.Second)) {
			later = append(later, job)
		}
	}
	return later
}
