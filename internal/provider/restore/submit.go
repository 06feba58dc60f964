// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
	"terraform-provider-x/internal/provider/lookup"
)

// busyPause is the wait before a busy instance, or a service that throttles, is called again. Restores take minutes at
// least.
const busyPause = 15 * time.Second

// submission is one restore on its way to being accepted. It holds the lock of its instance or cluster.
type submission struct {
	*restoreResource
	jobs   client.JobService
	look   lookup.Region // of the restore's region
	config Model         // the plan before anything was filled in
	plan   Model         // as it is sent

	inAction       bool // for the messages
	targetID       string
	lockKey        string // what the service restores one at a time
	lockKeyUnknown bool   // so that nothing can be looked up on it; the key is then the target

	waited time.Duration // for others that were about to be sent, which is no part of this restore's timeout
}

// newSubmission waits until no other restore of this process has the lock. The caller must call done when its job has ended
// or is left alone. The error is context.Cause(ctx).
func (r *restoreResource) newSubmission(ctx context.Context, c *client.Client, config, plan Model) (
	s *submission, done func(), err error) {
	s = &submission{
		restoreResource: r, jobs: r.jobsOf(c), look: lookup.In(c, r.Cache),
		config: config, plan: plan, targetID: plan.TargetID(),
	}
	if s.lockKey, err = plan.LockKey(ctx, s.look, s.targetID); err != nil {
		s.lockKey, s.lockKeyUnknown = s.targetID, true
		tflog.Warn(ctx, "cannot look up the lock key of the restore",
			map[string]any{"target": s.targetID, "answer": err.Error()})
	}
	unlock, err := r.locks.lock(ctx, s.lockKey)
	if err != nil {
		return nil, nil, err
	}
	return s, func() {
		r.Cache.Forget(s.targetID, s.lockKey)
		unlock()
	}, nil
}

// start sends the restore call, once, as soon as the instance or cluster is free and nothing is known against it. It returns the job, and
// when the time to wait for it is over. Diagnostics with an error mean that no job is known; they say whether one may exist.
func (s *submission) start(ctx context.Context, timeout time.Duration) (job, time.Time, diag.Diagnostics) {
	// The timeout is this restore's own: those that had the lock before it had theirs.
	began := s.clock.Now()
	for {
		accepted, rejected, diags := s.try(ctx)
		deadline := began.Add(timeout + s.waited)
		if rejected == nil {
			return accepted, deadline, diags
		}
		if err := s.mayTryAgain(ctx, rejected, deadline); err != nil {
			return job{}, deadline, diag.Diagnostics{s.errorNotStarted(ctx, err)}
		}
		tflog.Info(ctx, "the service is busy or throttles; asking again for the restore",
			map[string]any{"lock_key": s.lockKey, "answer": rejected.Error()})
		if s.clock.Sleep(ctx, s.pauseAfter(rejected, deadline)) != nil {
			return job{}, deadline, diag.Diagnostics{errorCancelledBefore()}
		}
	}
}

// try sends the call once, right after the checks: few restores do so at a time. Rejected is nil unless the service
// rejected the call.
func (s *submission) try(ctx context.Context) (accepted job, rejected error, diags diag.Diagnostics) {
	asked := s.clock.Now()
	leave, err := acquire(ctx, s.starting)
	s.waited += s.clock.Now().Sub(asked)
	if err != nil {
		return job{}, nil, diag.Diagnostics{errorCancelledBefore()}
	}
	defer leave()
	before, err := s.guard(ctx)
	if err != nil {
		return job{}, nil, diag.Diagnostics{s.errorNotStarted(ctx, err)}
	}
	// Check each time: during the wait for a busy instance, a target may appear that DWS would delete.
	if problems := s.preflight(ctx, s.look, s.config, false).Errors(); len(problems) > 0 {
		return job{}, nil, problems
	}
	jobID, sent, err := s.send(ctx)
	var refused *refusedError
	var lost *client.AmbiguousError
	switch {
	case err == nil:
		return s.accepted(jobID, sent), nil, nil
	case errors.As(err, &refused):
		return job{}, nil, refused.problems
	case errors.As(err, &lost):
		accepted, diags = s.findAccepted(ctx, before, lost)
		return accepted, nil, diags
	}
	return job{}, err, nil
}

// send sends the call, after setting the moment to restore to. It looks up the newest moment each time: until a call is
// accepted, no restore has started. Sent is when the call itself started: the lookup before it may take a while.
func (s *submission) send(ctx context.Context) (jobID string, sent time.Time, err error) {
	at, err := s.config.ResolveTime(ctx, s.look)
	if err != nil && !client.IsBusy(err) {
		err = &noLatestError{err}
	}
	if err != nil {
		return "", sent, err
	}
	if diags := settle(ctx, s.config, s.plan, at); diags.HasError() {
		return "", sent, ErrUnknownParameters
	}
	if err := s.checkTargets(ctx); err != nil {
		return "", sent, err
	}
	sent = s.clock.Now()
	jobID, err = s.plan.Submit(ctx, s.look.Client)
	if err == nil || errors.As(err, new(*client.AmbiguousError)) {
		s.Cache.Forget(s.targetID, s.lockKey)
	}
	return jobID, sent, err
}

// noLatestError is why the newest moment is unknown. It does not unwrap: the cause is never "busy".
type noLatestError struct{ error }

// accepted notes a job that the service has just accepted.
func (s *submission) accepted(jobID string, sent time.Time) job {
	own := ownJob{jobID, place{s.Service, s.targetID}}
	s.own.noteRunning(own)
	s.own.noteSeen(own, client.Job{Status: client.JobRunning}, s.clock.Now())
	return job{
		id:          jobID,
		submittedAt: pointintime.Format(sent.Truncate(time.Second)),
		restoredTo:  s.plan.common().RestoredTo.ValueString(),
	}
}
