// SPDX-License-Identifier: MPL-2.0

package client

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Ten minutes before its end a token is renewed, one that lives shorter at half of its life, whatever the clocks say.
func TestTokenIsRenewedInTime(t *testing.T) {
	lives := func(times string) http.HandlerFunc {
		return answerWith(201, `{"token":{`+times+`"project":{"id":"p1","name":"eu-west-101"}}}`, "X-Subject-Token", "T1")
	}
	for name, test := range map[string]struct {
		login http.HandlerFunc
		renew time.Duration
	}{
		"an hour, another clock": {issued("T1"), 50 * time.Minute},
		"eight minutes":          {lives(`"issued_at":"2024-03-01T12:00:00.0Z","expires_at":"2024-03-01T12:08:00.0Z",`), 4 * time.Minute},
		"only an end":            {lives(`"expires_at":"2024-03-01T13:00:00.0Z",`), 50 * time.Minute},
		"no times":               {lives(``), 24*time.Hour - 10*time.Minute},
		"an end in the past":     {lives(`"expires_at":"2024-03-01T11:00:00.0Z",`), 24*time.Hour - 10*time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			good := answerWith(200, goodReply)
			server, clock := newTestServer(t, test.login, good, good, issued("T2"), good), newFakeClock()
			c := newTestClient(t, server.URL, clock, withPassword)
			for _, at := range []time.Duration{0, test.renew - time.Second, test.renew} {
				_ = clock.Sleep(t.Context(), noon.Add(at).Sub(clock.Now()))
				if _, err := c.DWS().Job(t.Context(), jobID); err != nil {
					t.Fatal(err)
				}
			}
			want := []string{loginLine, jobLine + " T1", jobLine + " T1", loginLine, jobLine + " T2"}
			if diff := cmp.Diff(want, server.asked()); diff != "" {
				t.Errorf("requests: -want +got\n%s", diff)
			}
		})
	}
}

// A renewal that fails does no harm while the token lives; once refused, the password is not tried again.
func TestTokenOutlivesAFailedRenewal(t *testing.T) {
	good := answerWith(200, goodReply)
	server, clock := newTestServer(
		t,
		issued("T1"),
		good,
		answerWith(503, ""),
		good,
		answerWith(401, ""),
		good,
		good,
	), newFakeClock()
	c := newTestClient(t, server.URL, clock, withPassword)
	for _, at := range []time.Duration{0, 51 * time.Minute, 52 * time.Minute, 53 * time.Minute} {
		_ = clock.Sleep(t.Context(), noon.Add(at).Sub(clock.Now()))
		if _, err := c.DWS().Job(t.Context(), jobID); err != nil {
			t.Fatal(err)
		}
	}
	_ = clock.Sleep(t.Context(), time.Hour)
	if _, err := c.DWS().Job(t.Context(), jobID); !errors.As(err, new(*LoginError)) {
		t.Errorf("after its end: %v", err)
	}
	want := []string{loginLine, jobLine + " T1", loginLine, jobLine + " T1", loginLine, jobLine + " T1", jobLine + " T1"}
	if diff := cmp.Diff(want, server.asked()); diff != "" {
		t.Errorf("requests: -want +got\n%s", diff)
	}
}

// A 401 is certain: nothing was accepted, so a restore call too is sent again, once, with another token.
func TestTokenIsRenewedAfterA401(t *testing.T) {
	good, gone := answerWith(200, goodReply), answerWith(401, `{"error_code":"APIGW.0301","error_msg":"token expired"}`)
	lines := map[string]string{"once": callLine, "repeatable": jobLine}
	tests := map[string]struct {
		replies []http.HandlerFunc // after the first login
		outcome string
		want    []string // "" is a login, else the token of the call
	}{
		"once":           {[]http.HandlerFunc{gone, issued("T2"), good}, accepted, []string{"", "T1", "", "T2"}},
		"twice":          {[]http.HandlerFunc{gone, issued("T2"), gone}, refused, []string{"", "T1", "", "T2"}},
		"login refused":  {[]http.HandlerFunc{gone, answerWith(401, "")}, refused, []string{"", "T1", ""}},
		"login cut":      {[]http.HandlerFunc{gone, reset}, unsent, []string{"", "T1", ""}},
		"no DWS cluster": {[]http.HandlerFunc{answerWith(401, `{"error_code":"DWS.0047"}`)}, refused, []string{"", "T1"}},
		"forbidden":      {[]http.HandlerFunc{answerWith(403, "")}, refused, []string{"", "T1"}},
		"throttled, then": {
			[]http.HandlerFunc{answerWith(429, ""), gone, issued("T2"), good},
			accepted,
			[]string{"", "T1", "T1", "", "T2"},
		},
	}
	for name, test := range tests {
		for class, call := range theCalls {
			t.Run(name+"/"+class, func(t *testing.T) {
				server := newTestServer(t, append([]http.HandlerFunc{issued("T1")}, test.replies...)...)
				c := newTestClient(t, server.URL, newFakeClock(), withPassword)
				if err := call(t.Context(), c); outcome(err) != test.outcome {
					t.Errorf("got %s (%v), want %s", outcome(err), err, test.outcome)
				}
				var want []string
				for _, value := range test.want {
					line := lines[class] + " " + value
					if value == "" {
						line = loginLine
					}
					want = append(want, line)
				}
				if diff := cmp.Diff(want, server.asked()); diff != "" {
					t.Errorf("requests: -want +got\n%s", diff)
				}
			})
		}
	}
}

// A service that answers every token with a 401 does not make the client log in for each call.
func TestTokensAreNotRenewedInVain(t *testing.T) {
	gone := answerWith(401, `{"error_code":"APIGW.0301"}`)
	server := newTestServer(t, issued("T1"), gone, issued("T2"), gone)
	c := newTestClient(t, server.URL, newFakeClock(), withPassword)
	for range 5 {
		if _, err := c.DWS().Job(t.Context(), jobID); !IsForbidden(err) {
			t.Errorf("got %v", err)
		}
	}
	want := []string{loginLine, jobLine + " T1", loginLine}
	for range 5 {
		want = append(want, jobLine+" T2")
	}
	if diff := cmp.Diff(want, server.asked()); diff != "" {
		t.Errorf("requests: -want +got\n%s", diff)
	}
}
