// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"errors"
	"time"
)

const (
	firstPoll        = 2 * time.Second // after the job was started
	shortestInterval = 2 * time.Second
	longestInterval  = 30 * time.Second
	unknownFor       = time.Minute      // "a few seconds", say the RDS and DDS API References, until a new job can be queried
	failuresFor      = 10 * time.Minute // of polling are outlived
	forbiddenFor     = 2 * time.Minute  // likewise, if it is for want of permission: that seldom mends itself
	missingPolls     = 3                // in a row that do not know the job, once it must be known: its record has expired
)

// JobWait says which job to wait for, and how long.
type JobWait struct {
	JobID     string
	Submitted time.Time // when the job was started: for a minute after it, "not found" is no answer yet
	Deadline  time.Time // both on the client's clock
	Seen      func(Job) // called after every successful query; may be nil
}

// waitFor is JobService.WaitForJob.
func (p *poller) waitFor(ctx context.Context, wait JobWait) (Job, error) {
	me := &waiter{jobID: wait.JobID, submitted: wait.Submitted}
	p.enter(me)
	defer p.leave(me)
	var last Job
	var seen bool
	var failures pollFailures
	// A submission that lies ahead is another clock's, and nothing to wait for.
	delay := min(wait.Submitted.Add(firstPoll).Sub(p.clock.Now()), firstPoll)
	for {
		asked := p.clock.Now().Add(delay)
		if wait.Deadline.Before(asked) { // the last poll is at the deadline, not beyond
			asked = wait.Deadline
		}
		job, err := p.next(ctx, me, asked)
		if err != nil && ctx.Err() != nil {
			return last, context.Cause(ctx)
		}
		now := p.clock.Now()
		switch {
		case err == nil:
			last, seen, failures = job, true, pollFailures{}
			if wait.Seen != nil {
				wait.Seen(job)
			}
			if job.Status == JobCompleted || job.Status == JobFailed {
				return job, nil
			}
		case IsNotFound(err) && asked.Before(wait.Submitted.Add(unknownFor)):
			// No answer yet, and no failure either.
		default:
			if failures.add(err, asked, now) || errors.As(err, new(*LoginError)) { // which stays
				return last, &PollError{JobID: last.ID, Since: failures.since, Err: err}
			}
		}
		if !now.Before(wait.Deadline) {
			if !seen {
				if failures.since.IsZero() {
					failures.since = wait.Submitted
				}
				return last, &PollError{Since: failures.since, Err: err}
			}
			return last, &WaitTimeoutError{JobID: last.ID, Job: last}
		}
		delay = pollInterval(now.Sub(wait.Submitted))
	}
}

// pollInterval is a quarter of the job's age, within limits, so that a short job is noticed at once
// and a long one costs two calls a minute of the account's sixty.
func pollInterval(age time.Duration) time.Duration {
	return jitter(min(max(age/4, shortestInterval), longestInterval), 0.1)
}

// pollFailures are the failed queries since the last good one.
type pollFailures struct {
	since     time.Time // the first
	forbidden time.Time // the first of those at the end that were for want of permission
	missing   int       // how many at the end did not know the job
}

// add counts a query made at asked that failed at now, and reports whether it is enough.
func (f *pollFailures) add(err error, asked, now time.Time) bool {
	if f.since.IsZero() {
		f.since = asked
	}
	switch {
	case !IsForbidden(err):
		f.forbidden = time.Time{}
	case f.forbidden.IsZero():
		f.forbidden = asked
	}
	f.missing++
	if !IsNotFound(err) {
		f.missing = 0
	}
	return f.missing >= missingPolls ||
		now.Sub(f.since) >= failuresFor ||
		!f.forbidden.IsZero() && now.Sub(f.forbidden) >= forbiddenFor
}
