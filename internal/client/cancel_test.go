// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"time"
)

var errInterrupted = errors.New("interrupted")

// Each wait is entered, then cancelled: the call must end at once with the cause, and be followed by no request.
func TestCancelEndsEveryWait(t *testing.T) {
	exhaust := func(c *Client) {
		for range DefaultRequestsPerMinute[serviceDWS] / 10 { // as many may go at once
			for _, api := range []string{"restore tables", "query job"} {
				if err := c.quotas[serviceDWS].wait(t.Context(), api, 0); err != nil {
					t.Error(err)
				}
			}
		}
	}
	tests := []struct {
		name     string
		reply    http.HandlerFunc
		prepare  func(*Client)
		call     func(context.Context, *Client) error
		requests int // made before the wait
	}{
		{name: "back-off, repeatable", reply: answerWith(503, ""), call: theCalls["repeatable"], requests: 1},
		{name: "back-off, once", reply: answerWith(429, ""), call: theCalls["once"], requests: 1},
		{name: "Retry-After", reply: answerWith(429, "", "Retry-After", "60"), call: theCalls["once"], requests: 1},
		{
			name: "limit", prepare: exhaust,
			call: theCalls["repeatable"],
		},
		{
			name: "limit, once", prepare: exhaust,
			call: theCalls["once"],
		},
		{
			name: "first poll",
			call: func(ctx context.Context, c *Client) error {
				_, err := c.DWS().WaitForJob(ctx, waitFor(noon, noon.Add(time.Hour)))
				return err
			},
		},
		{
			name: "next poll", reply: answerWith(200, goodReply), requests: 1,
			call: func(ctx context.Context, c *Client) error {
				job, err := c.DWS().WaitForJob(ctx, waitFor(noon.Add(-time.Minute), noon.Add(time.Hour)))
				if job.Status != JobRunning {
					t.Errorf("the job as last seen is %+v", job)
				}
				return err
			},
		},
		{
			name: "back-off of a poll", reply: answerWith(503, ""), requests: 1,
			call: func(ctx context.Context, c *Client) error {
				_, err := c.DWS().WaitForJob(ctx, waitFor(noon.Add(-time.Minute), noon.Add(time.Hour)))
				return err
			},
		},
		{
			name: "somebody else's lookup of the project",
			prepare: func(c *Client) {
				c.project.id = ""
				asked := make(chan struct{})
				go func() {
					_, _ = c.project.queries.Do(t.Context(), struct{}{}, func(ctx context.Context) (string, error) {
						close(asked)
						<-ctx.Done()
						return "", ctx.Err()
					})
				}()
				<-asked
			},
			call: nil, // see below: this wait is not on the clock
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			clock := newFakeClock()
			clock.sleep = func(ctx context.Context, _ time.Duration) error {
				cancel(errInterrupted)
				<-ctx.Done()
				return context.Cause(ctx)
			}
			reply := test.reply
			if reply == nil {
				reply = answerWith(200, goodReply)
			}
			server := newTestServer(t, reply)
			c := newTestClient(t, server.URL, clock)
			if test.prepare != nil {
				test.prepare(c)
			}
			call := test.call
			if call == nil {
				call = func(ctx context.Context, c *Client) error {
					done := make(chan error)
					go func() { done <- theCalls["once"](ctx, c) }()
					cancel(errInterrupted)
					return <-done
				}
			}
			if err := call(ctx, c); err != errInterrupted { //nolint:errorlint // the cause itself is promised
				t.Errorf("got %T %v, want the cause of the cancellation", err, err)
			}
			if got := len(server.got()); got != test.requests {
				t.Errorf("%d requests, want %d", got, test.requests)
			}
		})
	}
}

func waitFor(submitted, deadline time.Time) JobWait {
	return JobWait{JobID: jobID, Submitted: submitted, Deadline: deadline}
}

// The request is with the server when the context ends.
func TestCancelEndsARequestUnderWay(t *testing.T) {
	tests := map[string]func(context.Context, *Client) error{
		"repeatable": theCalls["repeatable"],
		"poll": func(ctx context.Context, c *Client) error {
			_, err := c.DWS().WaitForJob(ctx, waitFor(noon, noon.Add(time.Hour)))
			return err
		},
	}
	for name, call := range tests {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			server := newTestServer(t, func(w http.ResponseWriter, r *http.Request) {
				cancel(errInterrupted)
				silence(w, r)
			})
			err := call(ctx, newTestClient(t, server.URL, newFakeClock()))
			if err != errInterrupted { //nolint:errorlint // the cause itself is promised
				t.Errorf("got %T %v, want the cause itself", err, err)
			}
			if got := len(server.got()); got != 1 {
				t.Errorf("%d requests, want 1", got)
			}
		})
	}
}

// A restore that the service is about to accept is not given up: its job would be lost. What comes after it is: a
// throttled one is not sent again.
func TestCancelAwaitsARestoreUnderWay(t *testing.T) {
	tests := map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"accepted":  {answerWith(200, goodReply), accepted},
		"broken":    {answerWith(503, ""), ambiguous},
		"refused":   {answerWith(400, `{"error_code":"DWS.5149","error_msg":"no"}`), refused},
		"throttled": {answerWith(429, ""), unsent},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			server := newTestServer(t, func(w http.ResponseWriter, r *http.Request) {
				cancel(errInterrupted)
				test.answer(w, r)
			})
			err := theCalls["once"](ctx, newTestClient(t, server.URL, newFakeClock()))
			if got := outcome(err); got != test.want {
				t.Errorf("got %s (%v), want %s", got, err, test.want)
			}
			if got := len(server.got()); got != 1 {
				t.Errorf("%d requests, want 1", got)
			}
		})
	}
}

// No connection yet: nothing was sent, whatever the class.
func TestCancelEndsADial(t *testing.T) {
	for class, call := range theCalls {
		t.Run(class, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			c := newTestClient(t, "http://unused.example", newFakeClock())
			for _, transport := range c.transports() {
				transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
					cancel(errInterrupted)
					select { // net/http dials on for whoever asks next
					case <-ctx.Done():
					case <-t.Context().Done():
					}
					return nil, errors.New("the test is over")
				}
			}
			if err := call(ctx, c); err != errInterrupted { //nolint:errorlint // the cause itself is promised
				t.Errorf("got %T %v, want the cause of the cancellation", err, err)
			}
		})
	}
}

func TestNothingIsSentUnderAnEndedContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errInterrupted)
	for class, call := range theCalls {
		server := newTestServer(t, answerWith(200, goodReply))
		err := call(ctx, newTestClient(t, server.URL, newFakeClock()))
		if err != errInterrupted || len(server.got()) != 0 { //nolint:errorlint // the cause itself is promised
			t.Errorf("%s: got %v after %d requests", class, err, len(server.got()))
		}
	}
}

func TestSystemClock(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	if err := SystemClock.Sleep(ctx, time.Millisecond); err != nil {
		t.Error(err)
	}
	if err := SystemClock.Sleep(ctx, -time.Hour); err != nil {
		t.Error(err)
	}
	done := make(chan error)
	go func() { done <- SystemClock.Sleep(ctx, time.Hour) }()
	cancel(errInterrupted)
	if err := <-done; !errors.Is(err, errInterrupted) {
		t.Errorf("got %v", err)
	}
	if err := SystemClock.Sleep(ctx, -time.Hour); !errors.Is(err, errInterrupted) {
		t.Errorf("under an ended context: %v", err)
	}
	if since := time.Since(SystemClock.Now()); since < 0 || since > time.Minute {
		t.Errorf("it is off by %s", since)
	}
}
