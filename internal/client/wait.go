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
	// unknownFor is how long a new job may be unknown: "a few seconds", say the RDS and DDS API References.
	unknownFor = time.Minute
	// failuresFor is how long a wait outlives failing queries.
	failuresFor = 10 * time.Minute
	// forbiddenFor is the same for a lack of permission, which seldom mends itself.
	forbiddenFor = 2 * time.Minute
	// missingPolls in a row that do not know a job, which the service must know, mean that its record has expired. A job
	// that was just seen running has not expired: not to know it is then a failure of the query like any other.
	missingPolls = 3
	// missingGone is the same for a job whose record was bound to expire.
	missingGone = 2
)

// JobWait says which job to wait for, and how long.
type JobWait struct {
	JobID     string
	Submitted time.Time // when the job was started; for a minute, "not found" is no answer yet
	Deadline  time.Time // both on the client's clock
	Seen      func(Job) // called after each successful query; may be nil
	// SawRunning says that the caller has seen the job running before this wait.
	SawRunning bool
	// MayBeGone says that the job's record was bound to expire by now.
	MayBeGone bool
}

// waitFor is JobService.WaitForJob.
func (p *poller) waitFor(ctx context.Context, wait JobWait) (Job, error) {
	me := &waiter{jobID: wait.JobID, submitted: wait.Submitted}
	p.enter(me)
	defer p.leave(me)
	var last Job
	var seen bool
	var failures pollFailures
	// A submission in the future is of another clock, and nothing to wait for.
	begun := p.clock.Now()
	delay := min(wait.Submitted.Add(firstPoll).Sub(begun), firstPoll)
	for {
		asked := latest(p.clock.Now().Add(delay), begun)
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
			// It is no answer yet, and no failure either.
		default:
			failures.add(err, asked, seen || wait.SawRunning)
			// Where the job was just started or seen, what stands in the way is an outage, and may pass.
			lost := !seen && !wait.SawRunning && !asked.Before(wait.Submitted.Add(unknownFor)) &&
				errors.As(err, new(*ConnectionError))
			enough := failures.areEnough(now, wait.MayBeGone)
			if enough || lost || errors.As(err, new(*LoginError)) || IsProxyRefused(err) {
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
		if wait.MayBeGone && failures.missing > 0 {
			delay = shortestInterval
		}
	}
}

// latest is the later one: the first poll of an old job was due before the wait began.
func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// pollInterval is a quarter of the job's age, within limits: the wait notices the end of a short job at once, and a
// long job costs two calls of the sixty that a user has in a minute.
func pollInterval(age time.Duration) time.Duration {
	return jitter(min(max(age/4, shortestInterval), longestInterval), 0.1)
}

// pollFailures are the failed queries since the last good one.
type pollFailures struct {
	since     time.Time // the first
	forbidden time.Time // the first of the last ones that lacked a permission
	missing   int       // how many of the last ones did not know a job that was not seen running
}

// add counts a query that was made at a moment and failed.
func (f *pollFailures) add(err error, asked time.Time, running bool) {
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
	if running || !IsNotFound(err) {
		f.missing = 0
	}
}

// areEnough reports whether the failures end the wait.
func (f *pollFailures) areEnough(now time.Time, mayBeGone bool) bool {
	return f.missing >= missingPolls || mayBeGone && f.missing >= missingGone ||
		now.Sub(f.since) >= failuresFor ||
		!f.forbidden.IsZero() && now.Sub(f.forbidden) >= forbiddenFor
}
