// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"slices"
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
	// settling is how long an instance may go on to call itself busy after one of our jobs has ended.
	settling = 2 * time.Minute
	// lookBack is how far back restores are looked for that might still run.
	lookBack = 72 * time.Hour
	// clockSkew is how much the service's clock may differ: it refuses signatures that are further off.
	clockSkew = 15 * time.Minute
	// appearance is how long a job is looked for that a broken call may have started. The services say that a job can be
	// asked for "several seconds" after the call (RDS and DDS API reference, querying a job by id).
	appearance      = 60 * time.Second
	appearancePause = 5 * time.Second
)

// submission is one restore on its way to being accepted.
type submission[M any] struct {
	*restoreResource[M]
	client *client.Client
	config M      // the plan as it was before anything was filled in
	plan   *M     // as it is sent
	target string // the instance or snapshot
	queue  string // what the service restores one at a time
	blind  bool   // the queue is not known, so nothing can be looked up on it

	queued time.Duration // behind others that were about to be sent, which is no part of this one's timeout
}

func (r *restoreResource[M]) newSubmission(ctx context.Context, c *client.Client, plan *M) *submission[M] {
	s := &submission[M]{restoreResource: r, client: c, config: *plan, plan: plan, target: r.targetID(plan).ValueString()}
	queue, err := r.queue(ctx, r.look(c), *plan)
	if s.queue = queue; err != nil {
		s.queue, s.blind = s.target, true
		tflog.Warn(ctx, "What the restore queues on cannot be looked up", map[string]any{"target": s.target, "answer": err.Error()})
	}
	return s
}

// inTurn waits until no other restore of this process uses the queue. Done ends the turn.
func (r *restoreResource[M]) inTurn(ctx context.Context, c *client.Client, plan *M) (s *submission[M], done func(), diags diag.Diagnostics) {
	s = r.newSubmission(ctx, c, plan)
	end, err := r.memory.turn(ctx, s.queue)
	if err != nil {
		return nil, nil, diag.Diagnostics{errorCancelledBefore()}
	}
	return s, func() {
		r.lookups.forget(s.target, s.queue)
		end()
	}, nil
}

// start sends the restore call, once, when the queue is free and nothing is known against it, and returns the job. Diagnostics
// with an error mean that no job is known; they then say whether one may exist.
func (s *submission[M]) start(ctx context.Context, deadline time.Time) (knownJob, diag.Diagnostics) {
	for {
		job, done, err, diags := s.try(ctx)
		if done {
			return job, diags
		}
		if err := s.mayTryAgain(ctx, err, deadline.Add(s.queued)); err != nil {
			return knownJob{}, diag.Diagnostics{s.errorNotStarted(ctx, *s.plan, err)}
		}
		tflog.Info(ctx, "The service is busy; the restore is asked for again", map[string]any{"queue": s.queue, "answer": err.Error()})
		if err := s.clock.Sleep(ctx, busyPause); err != nil {
			return knownJob{}, diag.Diagnostics{errorCancelledBefore()}
		}
	}
}

// try sends the call once, right after what is to be known before it: few do so at a time. Done is false for a refusal.
func (s *submission[M]) try(ctx context.Context) (job knownJob, done bool, refused error, diags diag.Diagnostics) {
	asked := s.clock.Now()
	leave, err := s.memory.enter(ctx)
	s.queued += s.clock.Now().Sub(asked)
	if err != nil {
		return knownJob{}, true, nil, diag.Diagnostics{errorCancelledBefore()}
	}
	defer leave()
	before, err := s.awaitStrangers(ctx)
	if err != nil {
		return knownJob{}, true, nil, diag.Diagnostics{s.errorNotStarted(ctx, *s.plan, err)}
	}
	// Each time anew: while a busy instance is waited for, a target may come to be that DWS would delete.
	if refused := s.preflight(ctx, s.client, s.config, false).Errors(); len(refused) > 0 {
		return knownJob{}, true, nil, refused
	}
	jobID, sent, err := s.send(ctx)
	switch {
	case err == nil:
		return s.accepted(jobID, sent), true, nil, nil
	case errors.As(err, new(*client.AmbiguousError)):
		job, diags := s.findAccepted(ctx, before, sent, err)
		return job, true, nil, diags
	}
	return knownJob{}, false, err, nil
}

// send sends the call, after writing down what the restore goes to. The newest moment is asked for anew each time: until a
// call is accepted, no restore has started. Sent is when the call itself began: a look-up before it may take a while.
func (s *submission[M]) send(ctx context.Context) (jobID string, sent time.Time, err error) {
	at, err := s.moment(ctx, s.look(s.client), s.config)
	if err != nil && !client.IsBusy(err) {
		err = &noLatestError{err}
	}
	if err != nil {
		return "", sent, err
	}
	if diags := s.settle(ctx, s.config, s.plan, at); diags.HasError() {
		return "", sent, errUnknownParameters
	}
	sent = s.clock.Now()
	jobID, err = s.submit(ctx, s.client, *s.plan)
	if err == nil || errors.As(err, new(*client.AmbiguousError)) {
		s.lookups.forget(s.target, s.queue)
	}
	return jobID, sent, err
}

// noLatestError is why the newest moment is not known. It unwraps to nothing: a cause that says "busy" is not one of these.
type noLatestError struct{ error }

// mayTryAgain is nil where the service refused because something is in progress that is worth waiting for. A restore is so
// only if it is one of ours, and nothing is of which it cannot be told: waiting for the end of a restore that an earlier
// apply has started, and lost, would restore twice.
func (s *submission[M]) mayTryAgain(ctx context.Context, refused error, deadline time.Time) error {
	if !client.IsBusy(refused) {
		return refused
	}
	if !s.oursRun(ctx) {
		restoring, err := s.isRestoring(ctx)
		switch {
		case err != nil:
			return &unknownOperationError{refused: refused, lookup: err}
		case restoring:
			return &strangerError{jobs: []client.Job{{Status: client.JobRunning}}}
		}
	}
	if !s.clock.Now().Add(busyPause).Before(deadline) {
		return refused
	}
	return nil
}

// oursRun is true while a restore of this configuration runs in the scope, or has only just ended: the instance may notice
// later than the job. That it runs is asked for: what was remembered of it may be long over.
func (s *submission[M]) oursRun(ctx context.Context) bool {
	jobIDs, _ := s.memory.mayRun(s.scope(s.target))
	for _, jobID := range jobIDs {
		job, err := s.job(s.client, ctx, jobID)
		if err == nil && job.Status == client.JobRunning {
			return true
		}
		ended, now := job.Ended, s.clock.Now()
		if err == nil && (ended.IsZero() || ended.After(now)) {
			ended = now // not told, or in another zone: DWS writes times without one
		}
		if err == nil || client.IsNotFound(err) {
			s.memory.end(s.scope(s.target), jobID, ended)
		}
	}
	_, lastEnd := s.memory.mayRun(s.scope(s.target))
	return s.clock.Now().Sub(lastEnd) < settling
}

func (s *submission[M]) isRestoring(ctx context.Context) (bool, error) {
	if s.blind {
		return false, errQueueUnknown
	}
	return s.restoring(ctx, s.client, s.queue)
}

// errQueueUnknown is for a snapshot whose cluster may not be looked up.
var errQueueUnknown = errors.New("what the restore queues on could not be looked up")

// unknownOperationError is a service that is busy with something of which it cannot be told whether it is a restore.
type unknownOperationError struct{ refused, lookup error }

func (e *unknownOperationError) Error() string { return e.refused.Error() }

// accepted is a job the service has just accepted.
func (s *submission[M]) accepted(jobID string, sent time.Time) knownJob {
	s.memory.begin(s.scope(s.target), jobID)
	return knownJob{
		id: jobID, submittedAt: pointintime.Format(sent.Truncate(time.Second)), restoredTo: s.common(s.plan).RestoredTo.ValueString(),
	}
}

// strangerError is a restore that runs although nothing in this process started it.
type strangerError struct{ jobs []client.Job }

func (e *strangerError) Error() string { return "a restore is running that this apply did not start" }

// earlierJobs are the jobs there were before the call; listed is false where the service did not tell.
type earlierJobs struct {
	ids    map[string]bool
	listed bool
}

// list asks for the queue's jobs around a moment.
func (s *submission[M]) list(ctx context.Context, around time.Time) ([]client.Job, error) {
	if s.blind {
		return nil, errQueueUnknown
	}
	return s.jobs(s.client, ctx, s.queue, around.Add(-lookBack), s.clock.Now().Add(clockSkew))
}

// awaitStrangers refuses while a restore runs on the queue that this process did not start or find in its state: most
// likely it is the one that is about to be asked for again. One that it does know is left to the service's own "busy".
// What cannot be looked up (no permission, not offered in this cloud) does not keep anyone from restoring; a login that is
// refused does, because five wrong signatures lock a key.
func (s *submission[M]) awaitStrangers(ctx context.Context) (earlierJobs, error) {
	for attempt := 0; ; attempt++ {
		jobs, err := s.list(ctx, s.clock.Now())
		if ctx.Err() != nil {
			return earlierJobs{}, context.Cause(ctx)
		}
		if client.IsLoginRefused(err) {
			return earlierJobs{}, err
		}
		if err != nil {
			tflog.Warn(ctx, "Running restores cannot be looked up; going on without", map[string]any{"queue": s.queue, "answer": err.Error()})
			return earlierJobs{}, nil
		}
		earlier := earlierJobs{ids: map[string]bool{}, listed: true}
		if slices.ContainsFunc(jobs, func(job client.Job) bool { return job.ID == "" }) {
			s.oursRun(ctx) // forgets what is over, so that a stranger is not taken for it
		}
		var running []client.Job
		for _, job := range jobs {
			if job.ID != "" {
				earlier.ids[job.ID] = true
			}
			if job.Status == client.JobRunning && isRestore(job) {
				running = append(running, job)
			}
		}
		strangers := s.memory.strangers(s.scope(s.target), running)
		if len(strangers) == 0 {
			return earlier, nil
		}
		if attempt > 0 {
			return earlierJobs{}, &strangerError{strangers}
		}
		if err := s.clock.Sleep(ctx, settlePause); err != nil {
			return earlierJobs{}, err
		}
	}
}

// findAccepted looks for the job of a call whose answer was lost. It adopts a job only where it can be no other: the one
// restore that was not there before the call and that began with or after it.
func (s *submission[M]) findAccepted(ctx context.Context, before earlierJobs, sent time.Time, lost error) (knownJob, diag.Diagnostics) {
	var found []client.Job
	var lookup error
	for until := s.clock.Now().Add(appearance); ; {
		var jobs []client.Job
		jobs, lookup = s.list(ctx, sent)
		found = s.memory.strangers(s.scope(s.target), newJobs(jobs, before, sent))
		if slices.ContainsFunc(found, isRestore) || s.clock.Now().After(until) {
			break
		}
		if err := s.clock.Sleep(ctx, appearancePause); err != nil {
			lookup = err
			break
		}
	}
	restores := slices.DeleteFunc(slices.Clone(found), func(job client.Job) bool { return !isRestore(job) })
	// The services note whole seconds. A clock that runs ahead of the service's only means that the job is named instead.
	if before.listed && len(restores) == 1 && restores[0].ID != "" && !restores[0].Created.Before(sent.Truncate(time.Second)) {
		return s.accepted(restores[0].ID, sent), diag.Diagnostics{warnAdopted(restores[0].ID, lost)}
	}
	if !before.listed && lookup == nil && len(found) == 0 {
		lookup = errors.New("which jobs there were before the call is not known")
	}
	return knownJob{}, diag.Diagnostics{s.errorAmbiguous(ctx, *s.plan, lost, found, lookup)}
}

// newJobs keeps the jobs that were not there before the call; where those are not known, the ones that began around it.
func newJobs(jobs []client.Job, before earlierJobs, sent time.Time) []client.Job {
	var later []client.Job
	for _, job := range jobs {
		old := !job.Created.IsZero() && job.Created.Before(sent.Add(-clockSkew)) // lists are shared, and may reach further back
		if before.listed && !before.ids[job.ID] && !old || !before.listed && job.Created.After(sent.Add(-clockSkew)) {
			later = append(later, job)
		}
	}
	return later
}
