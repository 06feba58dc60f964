// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"

	"terraform-provider-x/internal/client/ratelimit"
)

// quota keeps the calls to one service within its limit: so many a minute for each API and user. RDS introduces its number
// as one of "an API" (RDS API Reference, "Before You Start"), and the gateway's policies count each API by itself unless
// they are "API-shared" (APIG user guide, "Request Throttling"). So each API has a limiter of its own, until the service
// shows that it counts them together.
type quota struct {
	clock     Clock
	perMinute int

	mutex  sync.Mutex
	apis   map[string]*ratelimit.Limiter // by operation
	shared *ratelimit.Limiter            // of all APIs; nil unless they were seen to share a limit
	sent   []sentCall                    // in the last minute
}

type sentCall struct {
	api string
	at  time.Time
}

func newQuota(perMinute int, clock Clock) *quota {
	return &quota{clock: clock, perMinute: perMinute, apis: map[string]*ratelimit.Limiter{}}
}

// limiter is that of an API.
func (q *quota) limiter(api string) *ratelimit.Limiter {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	if q.shared != nil {
		return q.shared
	}
	if q.apis[api] == nil {
		q.apis[api] = ratelimit.New(q.perMinute, q.clock)
	}
	return q.apis[api]
}

// wait returns nil once a call may be made, or context.Cause(ctx).
func (q *quota) wait(ctx context.Context, api string, delay time.Duration) error {
	for {
		limiter := q.limiter(api)
		if err := limiter.Wait(ctx, delay); err != nil {
			return err
		}
		if limiter == q.limiter(api) { // which may have become another while this one waited
			q.note(api)
			return nil
		}
	}
}

func (q *quota) note(api string) {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	now := q.clock.Now()
	old := slices.IndexFunc(q.sent, func(call sentCall) bool { return now.Sub(call.at) < time.Minute })
	if old < 0 {
		old = len(q.sent)
	}
	q.sent = append(slices.Delete(q.sent, 0, old), sentCall{api, now})
}

// throttled heeds a call that the service throttled: others of its API pause as long. If each API was within its limit, and
// all together were not, they share one from now on. If the answer names a lower limit, that is it.
func (q *quota) throttled(api string, pause time.Duration, named int) {
	q.note(api)
	q.mutex.Lock()
	if named > 0 && named < q.perMinute {
		q.perMinute = max(named, FewestRequestsPerMinute)
		clear(q.apis)
		if q.shared != nil {
			q.shared = ratelimit.New(q.perMinute, q.clock)
		}
	}
	others := slices.ContainsFunc(q.sent, func(call sentCall) bool { return call.api != api })
	if q.shared == nil && others && len(q.sent) > q.perMinute*9/10 {
		q.shared = ratelimit.New(q.perMinute, q.clock)
		// Half of the last minute's calls have to be out of the window first.
		pause = max(pause, q.sent[len(q.sent)/2].at.Add(time.Minute).Sub(q.clock.Now()))
	}
	q.mutex.Unlock()
	q.limiter(api).Throttled(pause)
}

// namedLimit reads the limit that a throttled call's answer names, in calls a minute; 0 if it names none. The gateway
// writes "policy user over ratelimit,limit:60,time:1 minute" (APIG user guide, error APIG.0308).
func namedLimit(body []byte) int {
	found := namedLimitPattern.FindSubmatch(body)
	if found == nil {
		return 0
	}
	limit, _ := strconv.Atoi(string(found[1]))
	count, _ := strconv.Atoi(string(found[2]))
	window := map[string]time.Duration{"second": time.Second, "minute": time.Minute, "hour": time.Hour}[string(found[3])]
	if count == 0 {
		return 0
	}
	return int(time.Duration(limit) * time.Minute / (time.Duration(count) * window))
}

var namedLimitPattern = regexp.MustCompile(`limit: ?(\d{1,9}), ?time: ?(\d{1,6}) ?(second|minute|hour)`)
