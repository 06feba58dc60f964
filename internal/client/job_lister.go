// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"terraform-provider-x/internal/client/joined"
)

// jobLister lists the jobs of instances for many callers. Who asks while a list is under way joins the batch for the
// next list. So no answer is older than its question: the guard against a second restore relies on it. And a hundred
// questions cost two lists.
type jobLister struct {
	list     jobListFunc // of one instance, or of all for ""
	pageSize int
	// hasSingle is true if the service lists one instance by a call of its own. That call may be allowed, short or well
	// while the list of all is not.
	hasSingle bool

	lock  *semaphore.Weighted // one list at a time
	lists joined.Calls[*batch, []Job]

	mutex sync.Mutex
	next  *batch // still takes questions; nil if nobody waits
}

// batch is the questions that one list answers.
type batch struct {
	instances map[string]bool
	from, to  time.Time
}

func newJobLister(list jobListFunc, pageSize int, hasSingle bool) *jobLister {
	return &jobLister{list: list, pageSize: pageSize, hasSingle: hasSingle, lock: semaphore.NewWeighted(1)}
}

// newJobListers makes those of the services that list jobs.
func (c *Client) newJobListers() map[string]*jobLister {
	return map[string]*jobLister{
		serviceRDS: newJobLister(c.RDS().jobList(forLookup), rdsTasksPage, true),
		serviceDDS: newJobLister(c.DDS().jobList(forLookup), ddsJobsPage, false),
	}
}

// errEachAlone says that the list of all failed, or would cost more than a list of each instance.
var errEachAlone = errors.New("there is no list of all instances")

// listJobs lists the jobs of one instance that were created within the span, or a little outside it.
func (l *jobLister) listJobs(ctx context.Context, instanceID string, from, to time.Time) ([]Job, error) {
	mine, hasLock := l.join(instanceID, from, to)
	ask := l.askLocked
	if hasLock {
		defer l.lock.Release(1)
		ask = l.ask
	}
	jobs, err := l.lists.Do(ctx, mine, func(ctx context.Context) ([]Job, error) { return ask(ctx, mine) })
	switch {
	case errors.Is(err, errEachAlone):
		return l.list(ctx, instanceID, from, to, nil)
	case err != nil:
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(jobs), func(job Job) bool { return job.InstanceID != instanceID }), nil
}

// join adds a question to the batch of the next list. If no list is under way, it takes the lock for a batch of this
// question alone, which nobody joins.
func (l *jobLister) join(instanceID string, from, to time.Time) (b *batch, hasLock bool) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.next == nil {
		b := &batch{instances: map[string]bool{instanceID: true}, from: from, to: to}
		if l.lock.TryAcquire(1) {
			return b, true
		}
		l.next = b
	}
	b = l.next
	b.instances[instanceID] = true
	if from.Before(b.from) {
		b.from = from
	}
	if to.After(b.to) {
		b.to = to
	}
	return b, false
}

// close ends the batch: later questions need a later list.
func (l *jobLister) close(b *batch) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.next == b {
		l.next = nil
	}
}

// askLocked waits for the lock and lists the jobs of the batch.
func (l *jobLister) askLocked(ctx context.Context, b *batch) ([]Job, error) {
	if l.lock.Acquire(ctx, 1) != nil {
		return nil, context.Cause(ctx)
	}
	defer l.lock.Release(1)
	l.close(b)
	return l.ask(ctx, b)
}

// ask lists the jobs of the batch. The caller has the lock.
func (l *jobLister) ask(ctx context.Context, b *batch) ([]Job, error) {
	if len(b.instances) > 1 {
		return l.listAll(ctx, b)
	}
	var jobs []Job
	var err error
	for only := range b.instances {
		jobs, err = l.list(ctx, only, b.from, b.to, nil)
		for i := range jobs {
			jobs[i].InstanceID = only
		}
	}
	return jobs, err
}

// listAll lists the jobs of all instances. The error is errEachAlone if each instance is better listed alone.
func (l *jobLister) listAll(ctx context.Context, b *batch) ([]Job, error) {
	tooLong := false
	jobs, err := l.list(ctx, "", b.from, b.to, func(jobs []Job) bool {
		tooLong = l.hasSingle && len(jobs) >= l.pageSize*len(b.instances)
		return tooLong
	})
	nameless := slices.ContainsFunc(jobs, func(job Job) bool { return job.InstanceID == "" })
	if l.hasSingle && !IsLoginRefused(err) && (err != nil || tooLong || nameless) {
		return nil, errEachAlone
	}
	return jobs, err
}
