// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"terraform-provider-x/internal/client/joined"
)

const (
	// shareOfPolls is the share of a service's rate limit that lists may use: one in so many requests.
	shareOfPolls = 4
	// listDisabledFor is how long nobody asks for a list that the service refuses although the query of one job
	// succeeded.
	listDisabledFor = 10 * time.Minute
	// brokenFor is the same for a list that may succeed soon. It doubles with each failure in a row, up to
	// listDisabledFor: without the list, each wait asks for its own job.
	brokenFor = time.Minute
	// afterFailure is how long nobody asks again after a list that failed for all.
	afterFailure = 10 * time.Second
	// listedWithin is how old a job is that is queried by itself if the list does not show it. The RDS and DDS API
	// References say that the services know a job after "several seconds".
	listedWithin = 10 * time.Second
	// listedBack is how old a job is for which the list would be too long.
	listedBack = 72 * time.Hour
)

// jobListFunc lists the jobs created within a span, of one instance or all. It may leave out the rest once it has
// enough; a nil enough is never.
type jobListFunc func(
	ctx context.Context, instanceID string, from, to time.Time, enough func([]Job) bool,
) ([]Job, error)

// poller looks at the jobs of one service, region and project, for all waiters. If there are several, one list answers
// for all: the calls then grow with the pages that the jobs fill, and not with the jobs. The waiter whose poll is due
// asks, so that nothing runs once nobody waits.
type poller struct {
	clock    Clock
	get      func(ctx context.Context, jobID string) (Job, error)
	list     jobListFunc   // of all instances; nil if the service has none
	pageSize int           // of the list
	perPage  time.Duration // the span in which the poller asks for one page, to leave the rest of the rate limit to others

	lists joined.Calls[struct{}, *jobList]

	mutex             sync.Mutex
	waiters           map[*waiter]bool
	nextList          time.Time // nobody asks for a list before
	listDisabledUntil time.Time
	disabledFor       time.Duration // the last time; zero if a list has succeeded since
}

// waiter is one wait for a job.
type waiter struct {
	jobID     string
	submitted time.Time
	unlisted  bool // the list does not show the job, or would be too long

	answer *Job               // the newest, until the waiter takes it
	wake   context.CancelFunc // ends the waiter's sleep; may be nil
}

// jobList is a list that several waiters share. Its jobs are with the waiters.
type jobList struct {
	notBefore time.Time       // nobody asked for the list, because it was too early; zero if somebody did
	wanted    map[string]bool // the ids of the jobs that it was asked for
	from      time.Time       // when the first of them was submitted
	asked     time.Time       // pages may wait for the rate limiter: the answer may be much younger
}

func (c *Client) newPollers() map[string]*poller {
	pollers := map[string]*poller{}
	for _, service := range databases {
		pollers[service] = &poller{
			clock:   c.clock,
			get:     func(ctx context.Context, jobID string) (Job, error) { return c.job(ctx, service, jobID, forJob) },
			perPage: shareOfPolls * time.Minute / time.Duration(c.config.requestsPerMinute(service)),
			waiters: map[*waiter]bool{},
		}
	}
	rds, dds := pollers[serviceRDS], pollers[serviceDDS]
	rds.pageSize, rds.list = rdsTasksPage, c.RDS().jobList(forJobList)
	dds.pageSize, dds.list = ddsJobsPage, c.DDS().jobList(forJobList)
	return pollers
}

func (p *poller) enter(me *waiter) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	me.unlisted = p.clock.Now().Sub(me.submitted) > listedBack
	p.waiters[me] = true
}

func (p *poller) leave(me *waiter) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	delete(p.waiters, me)
}

// next returns the job after another look at it. It looks when the poll is due, or before if another waiter's list
// shows the job. Errors are those of a query of one job.
func (p *poller) next(ctx context.Context, me *waiter, due time.Time) (Job, error) {
	for {
		if err := p.sleep(ctx, me, due); err != nil {
			return Job{}, err
		}
		if job := p.takeAnswer(me); job != nil {
			return *job, nil
		}
		if !p.isListed(me) {
			return p.get(ctx, me.jobID)
		}
		list, err := p.lists.Do(
			ctx,
			struct{}{},
			func(ctx context.Context) (*jobList, error) { return p.askForList(ctx, me.jobID) },
		)
		switch {
		case err != nil:
			return Job{}, err
		case !list.notBefore.IsZero():
			due = list.notBefore
		case list.wanted[me.jobID]: // otherwise the list was under way before this wait began
			if job, known, err := p.shown(ctx, list, me); known {
				return job, err
			}
		}
	}
}

// sleep ends at a moment, or with an answer.
func (p *poller) sleep(ctx context.Context, me *waiter, until time.Time) error {
	sleeping, wake := context.WithCancel(ctx)
	defer wake()
	p.mutex.Lock()
	me.wake = wake
	answered := me.answer != nil
	p.mutex.Unlock()
	if !answered {
		_ = p.clock.Sleep(sleeping, until.Sub(p.clock.Now()))
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// takeAnswer removes and returns what a list showed of the waiter's job; nil if no list did.
func (p *poller) takeAnswer(me *waiter) *Job {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	job := me.answer
	me.answer = nil
	return job
}

// isListed reports whether a list may answer for the waiter. A waiter that is alone queries its own job.
func (p *poller) isListed(me *waiter) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.list != nil && !me.unlisted && len(p.waiters) > 1 && !p.clock.Now().Before(p.listDisabledUntil)
}

// askForList asks for the list and tells all waiters what it shows. An error is one for all.
func (p *poller) askForList(ctx context.Context, jobID string) (*jobList, error) {
	list := p.newList()
	if !list.notBefore.IsZero() {
		return list, nil
	}
	enough := func(jobs []Job) bool {
		found := 0
		for _, job := range jobs {
			if list.wanted[job.ID] {
				found++
			}
		}
		return found == len(list.wanted)
	}
	jobs, err := p.list(ctx, "", list.from.Add(-ClockSkew), p.clock.Now().Add(ClockSkew), enough)
	disabledFor := time.Duration(0)
	if err != nil && ctx.Err() == nil && !IsLoginRefused(err) {
		// The service does not offer the list, forbids it, or fails just now. The query of one job tells whether it is only
		// the list.
		jobs = nil
		job, single := p.get(ctx, jobID)
		switch {
		case single == nil:
			jobs, disabledFor, err = []Job{job}, p.disabledAfter(err), nil
		case IsNotFound(single): // which is this job's alone
			disabledFor, err = p.disabledAfter(err), nil
		default:
			err = single
		}
	}
	p.tell(jobs, disabledFor, err != nil && ctx.Err() == nil)
	return list, err
}

// disabledAfter is how long nobody asks for a list after an error.
func (p *poller) disabledAfter(err error) time.Duration {
	var refused *APIError
	if errors.As(err, new(*ReplyError)) ||
		errors.As(err, &refused) && refused.StatusCode < 500 && !IsThrottled(err) && !IsBusy(err) {
		return listDisabledFor
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return min(max(2*p.disabledFor, brokenFor), listDisabledFor)
}

// newList is the list of what the waiters want now.
func (p *poller) newList() *jobList {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	now := p.clock.Now()
	if now.Before(p.nextList) {
		return &jobList{notBefore: p.nextList}
	}
	list := &jobList{wanted: map[string]bool{}, from: now, asked: now}
	for waiter := range p.waiters {
		if !waiter.unlisted {
			list.wanted[waiter.jobID] = true
			if waiter.submitted.Before(list.from) {
				list.from = waiter.submitted
			}
		}
	}
	return list
}

// tell hands the jobs to their waiters, and notes when to ask for the next list.
func (p *poller) tell(jobs []Job, disabledFor time.Duration, failed bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	now := p.clock.Now()
	p.nextList = now.Add(max(shortestInterval, time.Duration(len(jobs)/p.pageSize+1)*p.perPage))
	if failed {
		p.nextList = now.Add(afterFailure)
	}
	switch {
	case disabledFor > 0:
		p.disabledFor, p.listDisabledUntil = disabledFor, now.Add(disabledFor)
	case len(jobs) > 0:
		p.disabledFor = 0
	}
	for waiter := range p.waiters {
		if place := slices.IndexFunc(jobs, func(job Job) bool { return job.ID == waiter.jobID }); place >= 0 {
			waiter.answer = &jobs[place]
			if waiter.wake != nil {
				waiter.wake()
			}
		}
	}
}

// shown returns what a list says of the waiter's job. If the list does not show the job, it queries the job, unless the
// job is so young that the service does not know it yet. Known is false if there was no list in the end.
func (p *poller) shown(ctx context.Context, list *jobList, me *waiter) (job Job, known bool, err error) {
	if job := p.takeAnswer(me); job != nil {
		return *job, true, nil
	}
	switch {
	case !p.isEnabled():
		return Job{}, false, nil
	case list.asked.Sub(me.submitted) < listedWithin:
		return Job{}, true, &NotFoundError{What: "job " + me.jobID}
	}
	job, err = p.get(ctx, me.jobID)
	p.mutex.Lock()
	defer p.mutex.Unlock()
	me.unlisted = err == nil
	return job, true, err
}

func (p *poller) isEnabled() bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return !p.clock.Now().Before(p.listDisabledUntil)
}
