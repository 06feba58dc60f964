// SPDX-License-Identifier: MPL-2.0

// Package ratelimit limits how often a service is asked, in any minute, and lets urgent callers go first. It knows
// nothing of the services.
package ratelimit

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Clock tells the time and waits.
type Clock interface {
	Now() time.Time
	// Sleep returns nil after d, or context.Cause(ctx) as soon as ctx is done.
	Sleep(ctx context.Context, d time.Duration) error
}

const (
	// halvedFor is how long a service that throttled is asked half as often: its window is a minute. After that, the rate
	// doubles, and so on up to the whole.
	halvedFor    = time.Minute
	mostHalvings = 3
)

// Limiter limits the calls of all who share it. It is a token bucket with a queue before it that knows priorities;
// golang.org/x/time/rate has no such queue, and waits on the system's clock only.
type Limiter struct {
	clock     Clock
	perMinute int

	mutex       sync.Mutex
	bucket      *rate.Limiter
	queue       []*waiter // the first one is next
	halvings    int       // how often the rate was halved, because the service throttled
	changed     time.Time // when halvings was set
	pausedUntil time.Time
}

// waiter is a caller in the queue.
type waiter struct {
	due   time.Time     // the queue is sorted by it
	first chan struct{} // receives once the waiter is the first
}

// New returns a limiter of so many calls a minute. A tenth may go at once and the rest evenly, so that no minute sees
// more.
func New(perMinute int, clock Clock) *Limiter {
	burst := max(perMinute/10, 1)
	return &Limiter{clock: clock, perMinute: perMinute, bucket: rate.NewLimiter(perSecond(perMinute-burst), burst)}
}

func perSecond(perMinute int) rate.Limit { return rate.Limit(float64(perMinute) / 60) }

// Wait returns nil once the caller may make a call, or context.Cause(ctx). Callers go in the order of their arrival
// plus their delay: a caller with a delay lets others pass that arrive within it, and still waits for a bounded time.
func (l *Limiter) Wait(ctx context.Context, delay time.Duration) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	me := l.enqueue(delay)
	for {
		isFirst, wait := l.take(me)
		if isFirst && wait == 0 {
			return nil
		}
		var err error
		if isFirst {
			err = l.clock.Sleep(ctx, wait)
		} else {
			select {
			case <-me.first:
			case <-ctx.Done():
				err = context.Cause(ctx)
			}
		}
		if err != nil {
			l.leave(me)
			return err
		}
	}
}

func (l *Limiter) enqueue(delay time.Duration) *waiter {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	me := &waiter{due: l.clock.Now().Add(delay), first: make(chan struct{}, 1)}
	after := slices.IndexFunc(l.queue, func(other *waiter) bool { return other.due.After(me.due) })
	if after < 0 {
		after = len(l.queue)
	}
	l.queue = slices.Insert(l.queue, after, me)
	return me
}

// take gives the first of the queue a token, or says how long the first has to wait for one.
func (l *Limiter) take(me *waiter) (isFirst bool, wait time.Duration) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.queue[0] != me {
		return false, 0
	}
	now := l.clock.Now()
	if wait := l.pausedUntil.Sub(now); wait > 0 {
		return true, wait
	}
	l.recover(now)
	if l.bucket.AllowN(now, 1) {
		l.remove(0)
		return true, 0
	}
	missing := 1 - l.bucket.TokensAt(now)
	return true, time.Duration(missing/float64(l.bucket.Limit())*float64(time.Second)) + time.Nanosecond
}

func (l *Limiter) leave(me *waiter) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if place := slices.Index(l.queue, me); place >= 0 {
		l.remove(place)
	}
}

// remove takes a waiter out of the queue and tells the new first one.
func (l *Limiter) remove(place int) {
	l.queue = slices.Delete(l.queue, place, place+1)
	if place == 0 && len(l.queue) > 0 {
		select {
		case l.queue[0].first <- struct{}{}:
		default: // it was told before
		}
	}
}

// Throttled halves the rate for a while, because the service throttled a call, and pauses all callers for as long.
func (l *Limiter) Throttled(pause time.Duration) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	now, before := l.clock.Now(), l.pausedUntil
	if until := now.Add(pause); until.After(before) {
		l.pausedUntil = until
	}
	if now.Before(before) { // a call that was sent at the same time has halved the rate
		return
	}
	l.halve(min(l.halvings+1, mostHalvings), now)
}

// recover doubles the rate for each span that passed without throttling.
func (l *Limiter) recover(now time.Time) {
	if spans := int(now.Sub(l.changed) / halvedFor); l.halvings > 0 && spans > 0 {
		l.halve(max(l.halvings-spans, 0), now)
	}
}

func (l *Limiter) halve(times int, now time.Time) {
	l.halvings, l.changed = times, now
	burst := max(l.perMinute/10>>times, 1)
	l.bucket.SetLimitAt(now, perSecond(max(l.perMinute>>times-burst, 1)))
	l.bucket.SetBurstAt(now, burst)
}
