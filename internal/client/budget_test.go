// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Whatever a budget is, no minute sees more than it, and in the long run nine tenths of it are used.
func TestBudgetKeepsToItsMinute(t *testing.T) {
	for _, perMinute := range []int{6, 10, 60, 300, 1000} {
		clock := newFakeClock()
		b := newBudget(perMinute, clock)
		var sent []time.Time
		for range 6 * perMinute {
			if err := b.await(t.Context(), lookUp); err != nil {
				t.Fatal(err)
			}
			sent = append(sent, clock.Now())
		}
		for i := range len(sent) - perMinute {
			if span := sent[i+perMinute].Sub(sent[i]); span < time.Minute {
				t.Fatalf("%d a minute: %d within %s", perMinute, perMinute+1, span)
			}
		}
		if took := clock.total(); took > 8*time.Minute {
			t.Errorf("%d a minute: six times as many took %s", perMinute, took)
		}
	}
}

// What is urgent comes first, what is as urgent in the order that it came, and nothing waits for ever.
func TestUrgentCallsComeFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(60, SystemClock)
		for range 6 {
			_ = b.await(t.Context(), lookUp)
		}
		var mutex sync.Mutex
		var order []string
		ask := func(name string, how urgency) {
			go func() {
				if err := b.await(t.Context(), how); err != nil {
					t.Error(err)
				}
				mutex.Lock()
				defer mutex.Unlock()
				order = append(order, name)
			}()
			synctest.Wait()
		}
		ask("poll", pollAll)
		ask("look-up 1", lookUp)
		ask("look-up 2", lookUp)
		ask("submission 1", submission)
		ask("submission 2", submission)
		for i := range 20 { // one a second, which is about what there is
			time.Sleep(time.Second) // on the bubble's clock
			ask(fmt.Sprint("late ", i), submission)
		}
		time.Sleep(time.Minute) // on the bubble's clock
		mutex.Lock()
		defer mutex.Unlock()
		got := strings.Join(order, ", ")
		if !strings.HasPrefix(got, "submission 1, submission 2, late 0") {
			t.Errorf("%s", got)
		}
		look, last, polled := slices.Index(order, "look-up 1"), slices.Index(order, "late 19"), slices.Index(order, "poll")
		if look < 0 || look > slices.Index(order, "look-up 2") || look > polled || polled > last {
			t.Errorf("%s", got)
		}
		if len(order) != 25 {
			t.Errorf("%d had a turn", len(order))
		}
	})
}

// A service that throttles is left alone by all for as long as it says, then asked half as often, and after some minutes as before.
func TestThrottledBudget(t *testing.T) {
	clock := newFakeClock()
	b := newBudget(60, clock)
	rate := func() int {
		from, count := clock.Now(), 0
		for clock.Now().Sub(from) < 30*time.Second {
			if err := b.await(t.Context(), lookUp); err != nil {
				t.Fatal(err)
			}
			count++
		}
		return 2 * count
	}
	b.throttled(20 * time.Second)
	b.throttled(25 * time.Second) // by a call that was on its way at the same time
	_ = b.await(t.Context(), lookUp)
	if got := clock.total(); got < 25*time.Second || got > 26*time.Second {
		t.Errorf("waited %s, want the longer, 25 s", got)
	}
	if got := rate(); got < 24 || got > 34 {
		t.Errorf("%d a minute after one", got)
	}
	b.throttled(time.Second)
	if got := rate(); got > 18 {
		t.Errorf("%d a minute after two", got)
	}
	_ = clock.Sleep(t.Context(), 5*time.Minute)
	rate()
	if got := rate(); got < 48 {
		t.Errorf("%d a minute in the end", got)
	}
}

// One 429 costs one call in flight each, and not one retry of each.
func TestThrottlingIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(60, SystemClock)
		var sent atomic.Int32
		began := time.Now()
		for range 20 {
			go func() {
				_ = b.await(t.Context(), lookUp)
				sent.Add(1)
			}()
		}
		synctest.Wait()
		if sent.Load() != 6 {
			t.Errorf("%d at once", sent.Load())
		}
		for range 6 { // all of them were throttled
			b.throttled(30 * time.Second)
		}
		time.Sleep(29 * time.Second) // on the bubble's clock
		if sent.Load() != 6 {
			t.Errorf("%d in the pause", sent.Load())
		}
		time.Sleep(2 * time.Minute) // on the bubble's clock
		if sent.Load() != 20 {
			t.Errorf("%d in all after %s", sent.Load(), time.Since(began))
		}
	})
}

func TestCancelledTurnsLeaveTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(60, SystemClock)
		for range 6 {
			_ = b.await(t.Context(), lookUp)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		results := make(chan error, 10)
		for range 10 {
			go func() { results <- b.await(ctx, submission) }()
		}
		synctest.Wait()
		last := make(chan time.Time)
		go func() { _ = b.await(t.Context(), pollAll); last <- time.Now() }()
		synctest.Wait()
		before := time.Now()
		cancel(errInterrupted)
		for range 10 {
			if err := <-results; err != errInterrupted { //nolint:errorlint // the cause itself is promised
				t.Error(err)
			}
		}
		if waited := (<-last).Sub(before); waited > 2*time.Second {
			t.Errorf("the one left waited %s", waited)
		}
	})
}
