// SPDX-License-Identifier: MPL-2.0

package ratelimit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

// TestMain fails if a test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bubbleClock is the clock of a test bubble.
type bubbleClock struct{}

func (bubbleClock) Now() time.Time { return time.Now() }

func (bubbleClock) Sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

var errInterrupted = errors.New("interrupted")

// The delays of a caller that is urgent, of a usual one, and of one that is not.
const urgent, usual, patient = 0, 5 * time.Second, 10 * time.Second

// No minute sees more than the limit, and in the long run nine tenths of it are used.
func TestLimitOfAMinute(t *testing.T) {
	for _, perMinute := range []int{6, 10, 60, 300, 1000} {
		synctest.Test(t, func(t *testing.T) {
			l, began := New(perMinute, bubbleClock{}), time.Now()
			var sent []time.Time
			for range 6 * perMinute {
				if err := l.Wait(t.Context(), usual); err != nil {
					t.Fatal(err)
				}
				sent = append(sent, time.Now())
			}
			for i := range len(sent) - perMinute {
				if span := sent[i+perMinute].Sub(sent[i]); span < time.Minute {
					t.Fatalf("%d a minute: %d within %s", perMinute, perMinute+1, span)
				}
			}
			if took := time.Since(began); took > 8*time.Minute {
				t.Errorf("%d a minute: six times as many took %s", perMinute, took)
			}
		})
	}
}

// Urgent callers go first, equally urgent ones in the order that they came, and no caller waits for ever.
func TestUrgentCallersGoFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(60, bubbleClock{})
		for range 6 {
			_ = l.Wait(t.Context(), usual)
		}
		var mutex sync.Mutex
		var order []string
		ask := func(name string, delay time.Duration) {
			go func() {
				if err := l.Wait(t.Context(), delay); err != nil {
					t.Error(err)
				}
				mutex.Lock()
				defer mutex.Unlock()
				order = append(order, name)
			}()
			synctest.Wait()
		}
		ask("poll", patient)
		ask("lookup 1", usual)
		ask("lookup 2", usual)
		ask("restore 1", urgent)
		ask("restore 2", urgent)
		for i := range 20 { // one a second, which is about what there is
			time.Sleep(time.Second) // on the bubble's clock
			ask(fmt.Sprint("late ", i), urgent)
		}
		time.Sleep(time.Minute) // on the bubble's clock
		mutex.Lock()
		defer mutex.Unlock()
		got := strings.Join(order, ", ")
		if !strings.HasPrefix(got, "restore 1, restore 2, late 0") {
			t.Errorf("%s", got)
		}
		looked, last, polled := slices.Index(order, "lookup 1"), slices.Index(order, "late 19"), slices.Index(order, "poll")
		if looked < 0 || looked > slices.Index(order, "lookup 2") || looked > polled || polled > last {
			t.Errorf("%s", got)
		}
		if len(order) != 25 {
			t.Errorf("%d were let go", len(order))
		}
	})
}

// All callers leave a service that throttles alone for as long as it says. Then they ask it half as often, and after
// some minutes as before.
func TestThrottled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, began := New(60, bubbleClock{}), time.Now()
		rate := func() int {
			from, count := time.Now(), 0
			for time.Since(from) < 30*time.Second {
				if err := l.Wait(t.Context(), usual); err != nil {
					t.Fatal(err)
				}
				count++
			}
			return 2 * count
		}
		l.Throttled(20 * time.Second)
		l.Throttled(25 * time.Second) // by a call that was on its way at the same time
		_ = l.Wait(t.Context(), usual)
		if got := time.Since(began); got < 25*time.Second || got > 26*time.Second {
			t.Errorf("waited %s, want the longer, 25 s", got)
		}
		if got := rate(); got < 24 || got > 34 {
			t.Errorf("%d a minute after one", got)
		}
		l.Throttled(time.Second)
		if got := rate(); got > 18 {
			t.Errorf("%d a minute after two", got)
		}
		time.Sleep(5 * time.Minute) // on the bubble's clock
		rate()
		if got := rate(); got < 48 {
			t.Errorf("%d a minute in the end", got)
		}
	})
}

// One 429 costs each call in flight one retry, and does not have each of them find out by itself.
func TestThrottlingIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(60, bubbleClock{})
		var sent atomic.Int32
		began := time.Now()
		for range 20 {
			go func() {
				_ = l.Wait(t.Context(), usual)
				sent.Add(1)
			}()
		}
		synctest.Wait()
		if sent.Load() != 6 {
			t.Errorf("%d at once", sent.Load())
		}
		for range 6 { // all of them were throttled
			l.Throttled(30 * time.Second)
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

func TestCancelledCallersLeaveTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(60, bubbleClock{})
		for range 6 {
			_ = l.Wait(t.Context(), usual)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		results := make(chan error, 10)
		for range 10 {
			go func() { results <- l.Wait(ctx, urgent) }()
		}
		synctest.Wait()
		last := make(chan time.Time)
		go func() { _ = l.Wait(t.Context(), patient); last <- time.Now() }()
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

// A caller that is cancelled takes no token from the others, and the next one is first.
func TestCancelReturnsTheToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(60, bubbleClock{})
		for range 6 {
			_ = l.Wait(t.Context(), usual)
		}
		before := l.bucket.TokensAt(time.Now())
		ctx, cancel := context.WithCancelCause(t.Context())
		results := make(chan error)
		for range 5 {
			go func() { results <- l.Wait(ctx, usual) }()
		}
		synctest.Wait()
		cancel(errInterrupted)
		for range 5 {
			if err := <-results; !errors.Is(err, errInterrupted) {
				t.Errorf("got %v", err)
			}
		}
		if err := l.Wait(ctx, usual); !errors.Is(err, errInterrupted) {
			t.Errorf("under an ended context: %v", err)
		}
		if got := l.bucket.TokensAt(time.Now()); got != before || len(l.queue) != 0 {
			t.Errorf("%v tokens are left of %v, %d wait", got, before, len(l.queue))
		}
	})
}
