// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// urgency is how soon a call should have its turn where a service's budget does not allow all at once.
type urgency int

const (
	lookUp     urgency = iota
	submission         // a restore
	pollAll            // a list of jobs
	pollOne
)

// patience is how much longer a call waits for its turn than one that is more urgent and comes later: submissions come first,
// and nothing waits for ever. Where there is no list, a hundred waits for jobs of their own must not hold up a restore.
var patience = [...]time.Duration{submission: 0, lookUp: 5 * time.Second, pollAll: 10 * time.Second, pollOne: time.Minute}

// DefaultRequestsPerMinute of a service, for all regions together, because quotas are per user.
//
// RDS allows 60 requests a minute to a user (RDS API Reference, "Before You Start"). For the others no number is published; DDS
// has an error code for too many requests (DBS.280443), so the pace is a modest one.
var DefaultRequestsPerMinute = map[string]int{serviceRDS: 60, serviceDDS: 300, serviceDWS: 300}

// FewestRequestsPerMinute still let a restore be followed.
const FewestRequestsPerMinute = 6

// usualRequestsPerMinute is for the services that are asked a few times in all.
const usualRequestsPerMinute = 300

const (
	// shrunkFor is how long a service that throttled is asked half as often: its window is a minute. After that, twice as often
	// again, and so on up to the whole budget.
	shrunkFor = time.Minute
	mostHalf  = 3 // times
)

// budget is how often a service may be asked: a token bucket, with a queue before it that knows what is urgent. x/time/rate has
// no such queue, and waits on the system's clock only.
type budget struct {
	clock     Clock
	perMinute int

	mutex   sync.Mutex
	bucket  *rate.Limiter
	queue   []*turn // the first one is next
	halved  int     // how often, because the service throttled
	changed time.Time
	paused  time.Time // until then
}

// turn is a call that waits for its turn.
type turn struct {
	due   time.Time     // by which the queue is sorted
	first chan struct{} // told when it has become the first
}

// newBudget: a tenth at once and the rest evenly can never be more than all of it in any minute.
func newBudget(perMinute int, clock Clock) *budget {
	atOnce := max(perMinute/10, 1)
	return &budget{clock: clock, perMinute: perMinute, bucket: rate.NewLimiter(pace(perMinute-atOnce), atOnce)}
}

func pace(perMinute int) rate.Limit { return rate.Limit(float64(perMinute) / 60) }

func (c Config) newBudgets(clock Clock) map[string]*budget {
	budgets := map[string]*budget{}
	for _, service := range services {
		perMinute := usualRequestsPerMinute
		for _, configured := range []map[string]int{DefaultRequestsPerMinute, c.RequestsPerMinute} {
			if value, ok := configured[service]; ok {
				perMinute = value
			}
		}
		budgets[service] = newBudget(perMinute, clock)
	}
	return budgets
}

// await returns nil once a call may be sent, or context.Cause(ctx).
func (b *budget) await(ctx context.Context, how urgency) error {
	me := &turn{due: b.clock.Now().Add(patience[how]), first: make(chan struct{}, 1)}
	b.mutex.Lock()
	after := slices.IndexFunc(b.queue, func(t *turn) bool { return t.due.After(me.due) })
	if after < 0 {
		after = len(b.queue)
	}
	b.queue = slices.Insert(b.queue, after, me)
	b.mutex.Unlock()
	for {
		wait, isFirst := b.try(me)
		if isFirst && wait == 0 {
			return nil
		}
		var err error
		if isFirst {
			err = b.clock.Sleep(ctx, wait)
		} else {
			select {
			case <-me.first:
			case <-ctx.Done():
				err = context.Cause(ctx)
			}
		}
		if err != nil {
			b.leave(me)
			return err
		}
	}
}

// try takes a token for the first of the queue, or says how long that has to wait for one.
func (b *budget) try(me *turn) (wait time.Duration, isFirst bool) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.queue[0] != me {
		return 0, false
	}
	now := b.clock.Now()
	if wait := b.paused.Sub(now); wait > 0 {
		return wait, true
	}
	b.recover(now)
	if b.bucket.AllowN(now, 1) {
		b.remove(0)
		return 0, true
	}
	missing := 1 - b.bucket.TokensAt(now)
	return time.Duration(missing/float64(b.bucket.Limit())*float64(time.Second)) + time.Nanosecond, true
}

func (b *budget) leave(me *turn) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if at := slices.Index(b.queue, me); at >= 0 {
		b.remove(at)
	}
}

func (b *budget) remove(at int) {
	b.queue = slices.Delete(b.queue, at, at+1)
	if at == 0 && len(b.queue) > 0 {
		select {
		case b.queue[0].first <- struct{}{}:
		default: // it knows
		}
	}
}

// throttled halves the budget for a while, and has everyone wait for as long as one has to.
func (b *budget) throttled(wait time.Duration) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	now, before := b.clock.Now(), b.paused
	if until := now.Add(wait); until.After(before) {
		b.paused = until
	}
	if now.Before(before) { // halved by one that was sent at the same time
		return
	}
	b.halve(min(b.halved+1, mostHalf), now)
}

func (b *budget) recover(now time.Time) {
	if over := int(now.Sub(b.changed) / shrunkFor); b.halved > 0 && over > 0 {
		b.halve(max(b.halved-over, 0), now)
	}
}

func (b *budget) halve(times int, now time.Time) {
	b.halved, b.changed = times, now
	atOnce := max(b.perMinute/10>>times, 1)
	b.bucket.SetLimitAt(now, pace(max(b.perMinute>>times-atOnce, 1)))
	b.bucket.SetBurstAt(now, atOnce)
}
