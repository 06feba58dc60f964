// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// The outcomes of a call, by the kind of its error.
const (
	accepted  = "accepted"
	refused   = "*APIError"
	ambiguous = "*AmbiguousError"
	unsent    = "another error"
)

func outcome(err error) string {
	var apiError *APIError
	var ambiguousError *AmbiguousError
	switch {
	case err == nil:
		return accepted
	case errors.As(err, &ambiguousError): // first, since it may wrap the other
		return ambiguous
	case errors.As(err, &apiError):
		return refused
	default:
		return unsent
	}
}

const goodReply = `{"job_id":"2c9081c0894918c301894e503ef21b68","status":"RUNNING"}`

var oneTable = DWSTableRestore{
	CaseSensitive: true, Database: "postgres",
	RestoreTableList: []DWSTable{{"public", "a"}}, TargetTableList: []DWSTable{{"public", "b"}},
}

// theCalls are one of each class; both take goodReply for success.
var theCalls = map[string]func(context.Context, *Client) error{
	"repeatable": func(ctx context.Context, c *Client) error {
		_, err := c.DWS().Job(ctx, jobID)
		return err
	},
	"once": func(ctx context.Context, c *Client) error {
		_, err := c.DWS().RestoreTables(ctx, snapshotID, oneTable)
		return err
	},
}

// Every fault is followed by an answer that would be a success, so that an attempt too many shows.
func TestRetryClasses(t *testing.T) {
	const refusal = `{"error_code":"DWS.5174","error_msg":"The table does not exist."}`
	good := answerWith(200, goodReply)
	type want struct {
		requests int
		outcome  string
	}
	tests := []struct {
		name             string
		fault            http.HandlerFunc
		repeatable, once want
	}{
		{"no fault", good, want{1, accepted}, want{1, accepted}},
		{"202", answerWith(202, goodReply), want{1, accepted}, want{1, accepted}},
		{"throttled", answerWith(429, `{"error_code":"APIGW.0308"}`), want{2, accepted}, want{2, accepted}},
		{"500", answerWith(500, refusal), want{2, accepted}, want{1, ambiguous}},
		{"500 with a code", answerWith(500, `{"error_code":"DBS.111205"}`), want{2, accepted}, want{1, ambiguous}},
		{"501", answerWith(501, ""), want{2, accepted}, want{1, ambiguous}},
		{"502 in HTML", answerWith(502, "<html>Bad Gateway</html>"), want{2, accepted}, want{1, ambiguous}},
		{"503", answerWith(503, ""), want{2, accepted}, want{1, ambiguous}},
		{"503 with Retry-After", answerWith(503, "", "Retry-After", "1"), want{2, accepted}, want{1, ambiguous}},
		{"504", answerWith(504, `{"error_code":"APIGW.0201"}`), want{2, accepted}, want{1, ambiguous}},
		{"reset", reset, want{2, accepted}, want{1, ambiguous}},
		{"reply broken off", truncated(200, goodReply), want{2, accepted}, want{1, ambiguous}},
		{"reply without an end", answerWith(200, `{"job_id":"2c90`), want{2, accepted}, want{1, ambiguous}},
		{"empty 200", answerWith(200, ""), want{2, accepted}, want{1, ambiguous}},
		{"HTML 200", answerWith(200, "<html>Log in</html>"), want{2, accepted}, want{1, ambiguous}},
		{"204", answerWith(204, ""), want{2, accepted}, want{1, ambiguous}},
		{"408", answerWith(408, refusal), want{1, refused}, want{1, ambiguous}},
		{"redirect", answerWith(307, "", "Location", "/elsewhere"), want{1, refused}, want{1, ambiguous}},
		{"see other", answerWith(303, "", "Location", "/elsewhere"), want{1, refused}, want{1, ambiguous}},
		{"400", answerWith(400, refusal), want{1, refused}, want{1, refused}},
		{"400 broken off", truncated(400, refusal), want{1, refused}, want{1, refused}},
		{"401", answerWith(401, `{"error_code":"APIGW.0301"}`), want{1, refused}, want{1, refused}},
		{"403", answerWith(403, refusal), want{1, refused}, want{1, refused}},
		{"409", answerWith(409, refusal), want{1, refused}, want{1, refused}},
		{"413 in HTML", answerWith(413, "<html>"), want{1, refused}, want{1, refused}},
		{
			"200 with an error inside",
			answerWith(200, `{"error_code":"DWS.9999","error_msg":"DWS.7023"}`),
			want{1, refused},
			want{1, refused},
		},
		{"200 with errCode inside", answerWith(200, `{"errCode":"DWS.9999"}`), want{1, refused}, want{1, refused}},
		{
			"200 that says success and names no job",
			answerWith(200, `{"error_code":"DWS.0000"}`),
			want{1, unsent},
			want{1, ambiguous},
		},
		{"200 {}", answerWith(200, `{}`), want{1, unsent}, want{1, ambiguous}},
		{"200 null", answerWith(200, `null`), want{1, unsent}, want{1, ambiguous}},
		{"200 []", answerWith(200, `[]`), want{1, unsent}, want{1, ambiguous}},
		{"200 with an empty job id", answerWith(200, `{"job_id":""}`), want{1, unsent}, want{1, ambiguous}},
		{
			"200 with a job and a success code",
			answerWith(200, `{"error_code":"DWS.0000","job_id":"a1"}`),
			want{1, accepted},
			want{1, accepted},
		},
		{"200 with a numeric job id", answerWith(200, `{"job_id":17}`), want{1, accepted}, want{1, accepted}},
		{
			"200 with a job and an error code",
			answerWith(200, `{"error_code":"DWS.9999","job_id":"a1"}`),
			want{1, refused},
			want{1, accepted},
		},
	}
	for _, test := range tests {
		for class, want := range map[string]want{"repeatable": test.repeatable, "once": test.once} {
			t.Run(test.name+"/"+class, func(t *testing.T) {
				server := newTestServer(t, test.fault, good)
				err := theCalls[class](t.Context(), newTestClient(t, server.URL, newFakeClock()))
				if got := outcome(err); got != want.outcome {
					t.Errorf("outcome: %s (%v), want %s", got, err, want.outcome)
				}
				if got := len(server.got()); got != want.requests {
					t.Errorf("%d requests, want %d", got, want.requests)
				}
			})
		}
	}
}

// A fault that lasts ends after MaxRetries, as what it is; throttling after two minutes, however often that is.
func TestRetriesEnd(t *testing.T) {
	tests := []struct {
		name    string
		fault   http.HandlerFunc
		class   string
		outcome string
	}{
		{"throttled", answerWith(429, `{"error_code":"APIGW.0308","error_msg":"wait"}`), "once", refused},
		{"throttled", answerWith(429, `{"error_code":"APIGW.0308","error_msg":"wait"}`), "repeatable", refused},
		{"503", answerWith(503, ""), "repeatable", refused},
		{"reset", reset, "repeatable", unsent},
	}
	for _, test := range tests {
		t.Run(test.name+"/"+test.class, func(t *testing.T) {
			server, clock := newTestServer(t, test.fault), newFakeClock()
			err := theCalls[test.class](t.Context(), newTestClient(t, server.URL, clock))
			if got := outcome(err); got != test.outcome {
				t.Errorf("outcome: %s (%v), want %s", got, err, test.outcome)
			}
			// 1 + 2 + 4 + 8 s, give or take a fifth; with 16, 30, 30 s and so on for two minutes.
			requests, waited := [2]int{5, 5}, [2]time.Duration{12 * time.Second, 18 * time.Second}
			if test.name == "throttled" {
				requests, waited = [2]int{8, 10}, [2]time.Duration{2 * time.Minute, 160 * time.Second}
			}
			if got := len(server.got()); got < requests[0] || got > requests[1] {
				t.Errorf("%d requests, want %v", got, requests)
			}
			if got := clock.total(); got < waited[0] || got > waited[1] {
				t.Errorf("%s were waited, want %v", got, waited)
			}
		})
	}
}

// Before there is a connection nothing can have been accepted: both classes try again.
func TestRetryOfDialErrors(t *testing.T) {
	faults := map[string]error{
		"refused": &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED},
		"no name": &net.DNSError{Err: "server misbehaving", Name: "rds.example", IsTemporary: true},
		"timeout": &net.OpError{Op: "dial", Err: context.DeadlineExceeded},
	}
	for name, fault := range faults {
		for class, call := range theCalls {
			t.Run(name+"/"+class, func(t *testing.T) {
				server := newTestServer(t, answerWith(200, goodReply))
				for failures, want := range map[int32]string{2: accepted, 99: unsent} {
					c := newTestClient(t, server.URL, newFakeClock())
					var dials atomic.Int32
					for _, transport := range c.transports() {
						inner := transport.DialContext
						transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
							if dials.Add(1) <= failures {
								return nil, fault
							}
							return inner(ctx, network, address)
						}
					}
					err := call(t.Context(), c)
					if got := outcome(err); got != want {
						t.Errorf("outcome after %d failures: %s (%v), want %s", failures, got, err, want)
					}
					if errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("%v passes for the caller's deadline", err)
					}
					if got, want := dials.Load(), min(failures+1, 5); got != want {
						t.Errorf("%d dials, want %d", got, want)
					}
				}
				if got := len(server.got()); got != 1 {
					t.Errorf("%d requests, want 1", got)
				}
			})
		}
	}
}

func TestCertificateErrorsAreFinal(t *testing.T) {
	for class, call := range theCalls {
		t.Run(class, func(t *testing.T) {
			var requests, attempts atomic.Int32
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				answerWith(200, goodReply)(w, r)
			}))
			server.Config.ErrorLog = log.New(io.Discard, "", 0) // it tells of the broken handshake
			server.StartTLS()
			t.Cleanup(server.Close)
			count := func(config *Config) {
				config.Log = func(context.Context, string, map[string]any) { attempts.Add(1) }
			}
			err := call(t.Context(), newTestClient(t, server.URL, newFakeClock(), count))
			if got := outcome(err); got != unsent {
				t.Errorf("outcome: %s (%v), want %s", got, err, unsent)
			}
			if requests.Load() != 0 || attempts.Load() != 1 {
				t.Errorf("%d requests in %d attempts, want 0 in 1", requests.Load(), attempts.Load())
			}
			insecure := func(config *Config) { config.Insecure = true }
			if err := call(t.Context(), newTestClient(t, server.URL, newFakeClock(), insecure)); err != nil {
				t.Errorf("without verification: %v", err)
			}
		})
	}
}

func TestNoAnswerInTime(t *testing.T) {
	for class, want := range map[string]string{"repeatable": accepted, "once": ambiguous} {
		t.Run(class, func(t *testing.T) {
			server := newTestServer(t, silence, answerWith(200, goodReply))
			c := newTestClient(t, server.URL, newFakeClock())
			if c.attemptTimeout != 2*time.Minute {
				t.Errorf("the timeout is %s", c.attemptTimeout)
			}
			c.attemptTimeout = 300 * time.Millisecond
			err := theCalls[class](t.Context(), c)
			if got := outcome(err); got != want {
				t.Errorf("outcome: %s (%v), want %s", got, err, want)
			}
			if err != nil && !errors.Is(err, errNoAnswer) {
				t.Errorf("%v does not say that there was no answer", err)
			}
			if errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%v passes for the caller's deadline", err)
			}
		})
	}
}

// A pooled connection that went stale would make a failure nobody can interpret.
func TestRestoreCallsHaveAConnectionEach(t *testing.T) {
	server := newTestServer(t, answerWith(200, goodReply))
	c := newTestClient(t, server.URL, newFakeClock())
	var dials atomic.Int32
	for _, transport := range c.transports() {
		inner := transport.DialContext
		transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			dials.Add(1)
			return inner(ctx, network, address)
		}
	}
	for class, want := range map[string]int32{"once": 3, "repeatable": 1} {
		dials.Store(0)
		for range 3 {
			if err := theCalls[class](t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		if got := dials.Load(); got != want {
			t.Errorf("%s: %d connections for 3 calls, want %d", class, got, want)
		}
	}
}
