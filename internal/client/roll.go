// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// roll lists the jobs of instances for many who ask at the same time. Whoever asks while a list is under way shares the next one,
// with all others who do: no answer is older than its question, and a hundred questions cost two lists.
type roll struct {
	// list is of one instance, or of all of the project for "". It may leave out the rest once it has enough.
	list     func(ctx context.Context, instanceID string, from, to time.Time, enough func([]Job) bool) ([]Job, error)
	pageSize int
	single   bool // the list of one instance is a call of its own, which may be allowed, short or well where that of all is not

	mutex         sync.Mutex
	running, next *rollCall
}

// rollCall is one list.
type rollCall struct {
	instances map[string]bool
	from, to  time.Time
	done      chan struct{} // closed when the rest is set
	jobs      []Job
	err       error
}

// of lists the jobs of one instance that were created within the span, or a little before it.
func (r *roll) of(ctx context.Context, instanceID string, from, to time.Time) ([]Job, error) {
	var mine *rollCall
	for {
		r.mutex.Lock()
		if mine == nil {
			if r.next == nil {
				r.next = &rollCall{instances: map[string]bool{}, from: from, to: to, done: make(chan struct{})}
			}
			mine = r.next
			mine.instances[instanceID] = true
			if from.Before(mine.from) {
				mine.from = from
			}
			if to.After(mine.to) {
				mine.to = to
			}
		}
		if r.running == nil && r.next == mine {
			r.running, r.next = mine, nil
			r.mutex.Unlock()
			r.call(ctx, mine)
		} else {
			wait := mine.done
			if r.running != nil {
				wait = r.running.done
			}
			r.mutex.Unlock()
			select {
			case <-wait:
			case <-mine.done:
			case <-ctx.Done():
				return nil, context.Cause(ctx)
			}
		}
		select {
		case <-mine.done:
		default:
			continue
		}
		switch {
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case errors.Is(mine.err, errFlightCancelled):
			mine = nil
		case errors.Is(mine.err, errEachAlone):
			return r.list(ctx, instanceID, from, to, nil)
		case mine.err != nil:
			return nil, mine.err
		default:
			return slices.DeleteFunc(slices.Clone(mine.jobs), func(job Job) bool { return job.InstanceID != instanceID }), nil
		}
	}
}

// errEachAlone says that the list of all could not be had, or would cost more than one of each.
var errEachAlone = errors.New("the list of all is not to be had")

// call asks for the jobs of one instance, or of all where there are several.
func (r *roll) call(ctx context.Context, call *rollCall) {
	defer func() {
		r.mutex.Lock()
		defer r.mutex.Unlock()
		r.running = nil
		close(call.done)
	}()
	if len(call.instances) == 1 {
		for only := range call.instances {
			call.jobs, call.err = r.list(ctx, only, call.from, call.to, nil)
			for i := range call.jobs {
				call.jobs[i].InstanceID = only
			}
		}
	} else {
		tooLong := false
		call.jobs, call.err = r.list(ctx, "", call.from, call.to, func(jobs []Job) bool {
			tooLong = len(jobs) >= r.pageSize*len(call.instances)
			return tooLong
		})
		nameless := slices.ContainsFunc(call.jobs, func(job Job) bool { return job.InstanceID == "" })
		if r.single && !IsLoginRefused(call.err) && (call.err != nil || tooLong || nameless) {
			call.err = errEachAlone
		}
	}
	if call.err != nil && ctx.Err() != nil {
		call.err = errFlightCancelled
	}
}
