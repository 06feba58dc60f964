// SPDX-License-Identifier: MPL-2.0

package client

import (
	"fmt"
	"testing"
	"time"
)

// TestNamedLimit reads the limit out of what gateways write, and tolerates everything else.
func TestNamedLimit(t *testing.T) {
	for text, want := range map[string]int{
		"policy user over ratelimit,limit:60,time:1 minute":    60,
		"policy user over ratelimit, limit:60, time:1 minute":  60,
		"policy ip over ratelimit,limit:10,time:1 second":      600,
		"policy api over ratelimit,limit:600,time:1 hour":      10,
		"policy user over ratelimit,limit:100,time:2 minute":   50,
		"policy user over ratelimit,limit:60,time:0 minute":    0,
		"policy user over ratelimit,limit:60,time:1 fortnight": 0,
		"Too Many Requests": 0,
		"":                  0,
	} {
		if got := namedLimit([]byte(text)); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

// TestQuota sends calls of three APIs side by side to a gateway that counts them in either way. None is throttled where each
// API has a limit of its own, and the limit is used up for each. Where they share one, the first that is throttled shows
// that, and hardly any follows.
func TestQuota(t *testing.T) {
	for name, c := range map[string]struct {
		shared             bool
		mostThrottled      int
		atLeast, atTheMost int // that get through in ten minutes
	}{
		"each its own": {atLeast: 3 * 520, atTheMost: 3 * 600},
		"shared":       {shared: true, mostThrottled: 3, atLeast: 480, atTheMost: 600},
	} {
		t.Run(name, func(t *testing.T) {
			clock := newFakeClock()
			q, apis := newQuota(60, clock), []string{"restore", "look up", "poll"}
			var passed []sentCall
			throttled := 0
			for began, i := clock.Now(), 0; clock.Now().Sub(began) < 10*time.Minute; i++ {
				api := apis[i%len(apis)]
				if err := q.wait(t.Context(), api, 0); err != nil {
					t.Fatal(err)
				}
				inTheMinute := 0
				for _, call := range passed {
					if clock.Now().Sub(call.at) < time.Minute && (c.shared || call.api == api) {
						inTheMinute++
					}
				}
				if inTheMinute >= 60 {
					throttled++
					q.throttled(api, time.Second, 0)
					continue
				}
				passed = append(passed, sentCall{api, clock.Now()})
			}
			if throttled > c.mostThrottled || len(passed) < c.atLeast || len(passed) > c.atTheMost {
				t.Errorf("%d passed and %d were throttled, want %+v", len(passed), throttled, c)
			}
		})
	}
}

// TestQuotaOfOthers is throttled because others use the limit up: no API is slowed down for another.
func TestQuotaOfOthers(t *testing.T) {
	q := newQuota(60, newFakeClock())
	for i := range 10 {
		if err := q.wait(t.Context(), fmt.Sprint("api ", i%2), 0); err != nil {
			t.Fatal(err)
		}
	}
	q.throttled("api 0", time.Second, 0)
	if q.shared != nil {
		t.Error("the APIs share a limit, though ten calls do not use one up")
	}
	q.throttled("api 0", time.Second, 6)
	if q.perMinute != 6 {
		t.Errorf("%d a minute, want the 6 that the answer names", q.perMinute)
	}
}
