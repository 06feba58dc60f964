// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// The waiter that asks for all and is cancelled says nothing to the others, and a waiter that is cancelled meanwhile
// returns at once.
func TestCancelledWaiters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, cancelFirst := context.WithCancelCause(t.Context())
		second, cancelSecond := context.WithCancelCause(t.Context())
		calls, answer := 0, make(chan struct{})
		p := newTestPoller(
			func(context.Context, string) (Job, error) { panic("a list will do") },
			func(ctx context.Context, _ string, _, _ time.Time, _ func([]Job) bool) ([]Job, error) {
				calls++
				select {
				case <-answer:
					return []Job{{ID: "c", Status: JobCompleted}}, nil
				case <-ctx.Done():
					return nil, context.Cause(ctx)
				}
			},
		)
		now := time.Now()
		wait := func(ctx context.Context, id string) chan error {
			result := make(chan error, 1)
			go func() {
				_, err := p.waitFor(ctx, JobWait{JobID: id, Submitted: time.Now(), Deadline: now.Add(time.Hour)})
				result <- err
			}()
			synctest.Wait()
			return result
		}
		asks := wait(first, "a")
		time.Sleep(time.Second) // on the bubble's clock
		waits, goesOn := wait(second, "b"), wait(t.Context(), "c")
		time.Sleep(2 * time.Second) // on the bubble's clock
		synctest.Wait()
		cancelSecond(errInterrupted)
		if err := <-waits; err != errInterrupted { //nolint:errorlint // the cause itself is promised
			t.Error(err)
		}
		cancelFirst(errInterrupted)
		if err := <-asks; err != errInterrupted { //nolint:errorlint // the cause itself is promised
			t.Error(err)
		}
		close(answer)
		if err := <-goesOn; err != nil {
			t.Error(err)
		}
		if calls != 1 || time.Since(now) > 20*time.Second {
			t.Errorf("%d lists within %s", calls, time.Since(now))
		}
	})
}

// If all that wait for a list are cancelled, the list is as well.
func TestCancelOfAllWaitersEndsTheList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		ended := make(chan struct{})
		p := newTestPoller(
			func(context.Context, string) (Job, error) { panic("a list will do") },
			func(ctx context.Context, _ string, _, _ time.Time, _ func([]Job) bool) ([]Job, error) {
				<-ctx.Done()
				close(ended)
				return nil, context.Cause(ctx)
			},
		)
		results := make(chan error, 2)
		for _, id := range []string{"a", "b"} {
			go func() {
				_, err := p.waitFor(ctx, JobWait{JobID: id, Submitted: time.Now(), Deadline: time.Now().Add(time.Hour)})
				results <- err
			}()
		}
		time.Sleep(5 * time.Second) // on the bubble's clock
		cancel(errInterrupted)
		for range 2 {
			if err := <-results; err != errInterrupted { //nolint:errorlint // the cause itself is promised
				t.Error(err)
			}
		}
		<-ended
	})
}
