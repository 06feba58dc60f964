// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

const (
	// shareOfPolls of a service's budget may go into lists.
	shareOfPolls = 4
	// listlessFor is how long a list is left alone that could not be had although the query of one job could.
	listlessFor = 10 * time.Minute
	// afterFailure is how long nobody asks again after a list that failed for all.
	afterFailure = 10 * time.Second
	// listedWithin is how old a job is that is asked for by itself if the list does not show it: "several seconds", say the RDS
	// and DDS API References, it is not known.
	listedWithin = 10 * time.Second
	// listedBack is how old a job is for which the list would be too long.
	listedBack = 72 * time.Hour
	// clockSkew is how much the service's clock may differ: it refuses signatures that are further off.
	clockSkew = 15 * time.Minute
)

// watcher looks at the jobs of one service, region and project, for all that wait for one. Where several do, a list answers for
// all of them: its calls grow with the number of jobs by the page. There is no goroutine: the wait that is due looks.
type watcher struct {
	clock Clock
	get   func(ctx context.Context, jobID string) (Job, error)
	// list is nil where the service has none. It may leave out the rest once it has enough.
	list     func(ctx context.Context, from, to time.Time, enough func([]Job) bool) ([]Job, error)
	pageSize int           // of the list
	perPage  time.Duration // in which a page may be asked for once, so that submissions and look-ups have the rest of the budget

	mutex    sync.Mutex
	waiting  map[*watch]bool
	flight   *listFlight
	opens    time.Time // no list before
	listless time.Time // until then
}

// listFlight is a list that is under way.
type listFlight struct {
	wanted map[string]bool // the ids that it is asked for
	from   time.Time       // when the first of them was submitted
	asked  time.Time       // pages may wait for their turn: an answer may be much younger
	done   chan struct{}   // closed when err is set
	err    error           // for all that waited for it
}

// watch is one wait for a job.
type watch struct {
	jobID     string
	submitted time.Time
	unlisted  bool // the list does not show it, or would be too long that does

	answer *Job               // the newest, until it is taken
	wake   context.CancelFunc // ends the wait's sleep; may be nil
}

func (c *Client) newWatchers() map[string]*watcher {
	watchers := map[string]*watcher{}
	for _, service := range databases {
		watchers[service] = &watcher{
			clock:   c.clock,
			get:     func(ctx context.Context, jobID string) (Job, error) { return c.job(ctx, service, jobID, pollOne) },
			perPage: shareOfPolls * time.Minute / time.Duration(c.budgets[service].perMinute),
			waiting: map[*watch]bool{},
		}
	}
	rds, dds := watchers[serviceRDS], watchers[serviceDDS]
	rds.pageSize, rds.list = rdsTasksPage, func(ctx context.Context, from, to time.Time, enough func([]Job) bool) ([]Job, error) {
		return c.RDS().listJobs(ctx, pollAll, "", from, to, enough)
	}
	dds.pageSize, dds.list = ddsJobsPage, func(ctx context.Context, from, to time.Time, enough func([]Job) bool) ([]Job, error) {
		return c.DDS().listJobs(ctx, pollAll, from, to, enough)
	}
	return watchers
}

// newRolls are the lists of jobs by instance.
func (c *Client) newRolls() (rds, dds *roll) {
	rds = &roll{pageSize: rdsTasksPage, single: true, list: func(ctx context.Context, instanceID string, from, to time.Time, enough func([]Job) bool) ([]Job, error) {
		return c.RDS().listJobs(ctx, lookUp, instanceID, from, to, enough)
	}}
	dds = &roll{pageSize: ddsJobsPage, list: func(ctx context.Context, instanceID string, from, to time.Time, _ func([]Job) bool) ([]Job, error) {
		jobs, err := c.DDS().listJobs(ctx, lookUp, from, to, nil)
		if instanceID != "" {
			jobs = slices.DeleteFunc(jobs, func(job Job) bool { return job.InstanceID != instanceID })
		}
		return jobs, err
	}}
	return rds, dds
}

func (w *watcher) enter(me *watch) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	me.unlisted = w.clock.Now().Sub(me.submitted) > listedBack
	w.waiting[me] = true
}

func (w *watcher) leave(me *watch) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	delete(w.waiting, me)
}

// next is the job after another look at it, which is at due, or before, when it is looked at for others. Errors are those of a
// query of one job.
func (w *watcher) next(ctx context.Context, me *watch, due time.Time) (Job, error) {
	for {
		if err := w.sleep(ctx, me, due); err != nil {
			return Job{}, err
		}
		w.mutex.Lock()
		now := w.clock.Now()
		switch {
		case me.answer != nil:
			defer w.mutex.Unlock()
			job := *me.answer
			me.answer = nil
			return job, nil
		case w.list == nil || me.unlisted || len(w.waiting) == 1 || now.Before(w.listless):
			w.mutex.Unlock()
			return w.get(ctx, me.jobID)
		case w.flight == nil && now.Before(w.opens):
			due = w.opens
			w.mutex.Unlock()
			continue
		}
		flight, leads := w.flight, w.flight == nil
		if leads {
			flight = w.newFlight()
			w.flight = flight
		}
		w.mutex.Unlock()
		if leads {
			w.fly(ctx, flight, me)
		}
		select {
		case <-flight.done:
		case <-ctx.Done():
			return Job{}, context.Cause(ctx)
		}
		if flight.err != nil && !errors.Is(flight.err, errFlightCancelled) {
			return Job{}, flight.err
		}
		if flight.err == nil && flight.wanted[me.jobID] { // else it was under way before this wait began
			if job, err, known := w.shown(ctx, flight, me); known {
				return job, err
			}
		}
	}
}

// sleep ends at a moment, or with an answer.
func (w *watcher) sleep(ctx context.Context, me *watch, until time.Time) error {
	sleeping, wake := context.WithCancel(ctx)
	defer wake()
	w.mutex.Lock()
	me.wake = wake
	answered := me.answer != nil
	w.mutex.Unlock()
	if !answered {
		_ = w.clock.Sleep(sleeping, until.Sub(w.clock.Now()))
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// fly asks for the list and tells everyone what it shows.
func (w *watcher) fly(ctx context.Context, flight *listFlight, me *watch) {
	enough := func(jobs []Job) bool {
		found := 0
		for _, job := range jobs {
			if flight.wanted[job.ID] {
				found++
			}
		}
		return found == len(flight.wanted)
	}
	jobs, err := w.list(ctx, flight.from.Add(-clockSkew), w.clock.Now().Add(clockSkew), enough)
	listless := false
	switch {
	case err == nil:
	case ctx.Err() != nil:
		flight.err = errFlightCancelled
	case IsLoginRefused(err):
		flight.err = err
	default:
		// Not offered, not allowed, or not just now: the query of one job tells whether that is only the list.
		if job, single := w.get(ctx, me.jobID); single == nil {
			jobs, listless = []Job{job}, true
		} else if IsNotFound(single) { // which is this job's alone
			listless = true
		} else if ctx.Err() != nil {
			flight.err = errFlightCancelled
		} else {
			flight.err = single
		}
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	now := w.clock.Now()
	w.flight = nil
	w.opens = now.Add(max(shortestInterval, time.Duration(len(jobs)/w.pageSize+1)*w.perPage))
	if listless {
		w.listless = now.Add(listlessFor)
	}
	if flight.err != nil && ctx.Err() == nil {
		w.opens = now.Add(afterFailure)
	}
	for watch := range w.waiting {
		if at := slices.IndexFunc(jobs, func(job Job) bool { return job.ID == watch.jobID }); at >= 0 {
			watch.answer = &jobs[at]
			if watch.wake != nil {
				watch.wake()
			}
		}
	}
	close(flight.done)
}

// newFlight is a list of what is waited for now. The caller holds the lock.
func (w *watcher) newFlight() *listFlight {
	now := w.clock.Now()
	flight := &listFlight{wanted: map[string]bool{}, from: now, asked: now, done: make(chan struct{})}
	for watch := range w.waiting {
		if !watch.unlisted {
			flight.wanted[watch.jobID] = true
			if watch.submitted.Before(flight.from) {
				flight.from = watch.submitted
			}
		}
	}
	return flight
}

// shown is what a list that was just had says of the job. Where it does not show it, the query of one job is asked, but for a job
// that is so young that neither knows it. Known is false where there was no list in the end.
func (w *watcher) shown(ctx context.Context, flight *listFlight, me *watch) (job Job, err error, known bool) {
	w.mutex.Lock()
	if me.answer != nil {
		defer w.mutex.Unlock()
		job, me.answer = *me.answer, nil
		return job, nil, true
	}
	listless := w.clock.Now().Before(w.listless)
	w.mutex.Unlock()
	switch {
	case listless:
		return Job{}, nil, false
	case flight.asked.Sub(me.submitted) < listedWithin:
		return Job{}, &NotFoundError{What: "job " + me.jobID}, true
	}
	job, err = w.get(ctx, me.jobID)
	w.mutex.Lock()
	defer w.mutex.Unlock()
	me.unlisted = err == nil
	return job, err, true
}
