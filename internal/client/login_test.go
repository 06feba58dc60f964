// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const testPassword = "pass\"word/<1>"

func withPassword(config *Config) {
	config.AccessKey, config.SecretKey, config.ProjectID = "", "", ""
	config.UserName, config.Password, config.DomainName = "somebody", testPassword, "somewhere"
}

// issued is IAM's answer to a login: a token that lives for an hour.
func issued(value string) http.HandlerFunc {
	return answerWith(201, `{"token":{"issued_at":"2024-03-01T20:00:00.000000Z","expires_at":"2024-03-01T21:00:00.000000Z",
		"project":{"id":"p1","name":"eu-west-101"}}}`, "X-Subject-Token", value)
}

// asked are the requests as "METHOD PATH TOKEN".
func (s *stage) asked() []string {
	var lines []string
	for _, r := range s.got() {
		lines = append(lines, strings.TrimSpace(r.Method+" "+r.Path+" "+r.Header.Get("X-Auth-Token")))
	}
	return lines
}

const (
	loginLine = "POST /v3/auth/tokens"
	jobLine   = "GET /v1.0/p1/job/" + jobID
	callLine  = "POST /v1/p1/snapshots/" + snapshotID + "/table-restore"
)

func TestLoginBody(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"names": {
			func(*Config) {},
			`{"auth":{"identity":{"methods":["password"],"password":{"user":{"domain":{"name":"somewhere"},"name":"somebody","password":"pass\"word/\u003c1\u003e"}}},` +
				`"scope":{"project":{"domain":{"name":"somewhere"},"name":"eu-west-101"}}}}`,
		},
		"ids": {
			func(c *Config) { c.UserID, c.DomainID, c.ProjectID = "u1", "d1", "p1" },
			`{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"u1","password":"pass\"word/\u003c1\u003e"}}},"scope":{"project":{"id":"p1"}}}}`,
		},
		"a project's name, no domain": {
			func(c *Config) { c.UserID, c.DomainName, c.ProjectName = "u1", "", "eu-west-101" },
			`{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"u1","password":"pass\"word/\u003c1\u003e"}}},"scope":{"project":{"name":"eu-west-101"}}}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := newStage(t, issued("T1"), answerWith(200, goodReply))
			c := newTestClient(t, server.URL, newFakeClock(), withPassword, test.change)
			for range 2 {
				if _, err := c.DWS().Job(t.Context(), jobID); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff([]string{loginLine, jobLine + " T1", jobLine + " T1"}, server.asked()); diff != "" {
				t.Errorf("requests: -want +got\n%s", diff)
			}
			got := server.got()
			if got[0].Body != test.want {
				t.Errorf("body\ngot  %s\nwant %s", got[0].Body, test.want)
			}
			for _, r := range got {
				if r.Header.Get("Authorization") != "" {
					t.Error("a signature is sent")
				}
			}
		})
	}
}

// A wrong password is tried once in the life of a client, by however many, in whatever region. A first try without an
// answer may have been a refusal.
func TestRefusedLoginIsTriedOnce(t *testing.T) {
	for name, refusal := range map[string]http.HandlerFunc{
		"wrong":       answerWith(401, `{"error":{"code":401,"message":"The username or password is wrong."}}`),
		"not allowed": answerWith(403, `{"error":{"code":403,"message":"no"}}`),
		"bad request": answerWith(400, ""),
		"broken":      answerWith(500, ""),
		"cut":         reset,
		"no token":    answerWith(201, `{"token":{}}`),
		"not JSON":    answerWith(201, "<html>", "X-Subject-Token", "T1"),
		"another":     answerWith(201, `{"token":{"project":{"id":"p2","name":"eu-west-101_team"}}}`, "X-Subject-Token", "T1"),
	} {
		t.Run(name, func(t *testing.T) {
			server, clock := newStage(t, refusal), newFakeClock()
			c := newTestClient(
				t,
				server.URL,
				clock,
				withPassword,
				func(config *Config) { config.Endpoints = map[string]string{"iam": server.URL} },
			)
			sibling, err := c.ForRegion("eu-de")
			if err != nil {
				t.Fatal(err)
			}
			errs := make(chan error)
			for range 5 {
				go func() { errs <- theCalls["once"](t.Context(), c) }()
				go func() { errs <- theCalls["repeatable"](t.Context(), sibling) }()
			}
			for range 10 {
				err := <-errs
				var refused *LoginError
				if !errors.As(err, &refused) || refused.Login != "of user somebody" || outcome(err) == ambiguous ||
					strings.Contains(err.Error(), "pass") && strings.Contains(err.Error(), "<1>") {
					t.Errorf("got %T %v", err, err)
				}
			}
			if got := server.asked(); len(got) != 1 || clock.total() != 0 {
				t.Errorf("asked %q, after %s", got, clock.total())
			}
		})
	}
}

// What IAM has not looked at is asked again: a throttled login, and one that was cancelled before it was sent.
func TestLoginIsTriedAgain(t *testing.T) {
	server := newStage(t, answerWith(429, ""), issued("T1"), answerWith(200, goodReply))
	c := newTestClient(t, server.URL, newFakeClock(), withPassword)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errInterrupted)
	if err := theCalls["once"](ctx, c); err != errInterrupted ||
		len(server.got()) != 0 { //nolint:errorlint // the cause itself is promised
		t.Errorf("cancelled: %v", err)
	}
	if err := theCalls["once"](t.Context(), c); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{loginLine, loginLine, callLine + " T1"}, server.asked()); diff != "" {
		t.Errorf("requests: -want +got\n%s", diff)
	}
}

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
			server, clock := newStage(t, test.login, good, good, issued("T2"), good), newFakeClock()
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
	server, clock := newStage(
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
				server := newStage(t, append([]http.HandlerFunc{issued("T1")}, test.replies...)...)
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
	server := newStage(t, issued("T1"), gone, issued("T2"), gone)
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

// Where IAM does not say which project a token is for, it is looked up with the token.
func TestProjectIDWithoutOneInTheToken(t *testing.T) {
	server := newStage(
		t,
		answerWith(201, `{"token":{}}`, "X-Subject-Token", "T1"),
		answerWith(200, oneProject),
		answerWith(200, goodReply),
	)
	c := newTestClient(t, server.URL, newFakeClock(), withPassword)
	if _, err := c.DWS().Job(t.Context(), jobID); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{loginLine, "GET /v3/projects T1", jobLine + " T1"}, server.asked()); diff != "" {
		t.Errorf("requests: -want +got\n%s", diff)
	}
}

func TestEachRegionHasItsToken(t *testing.T) {
	c := newTestClient(t, "http://unused.example", newFakeClock(), withPassword, func(config *Config) {
		config.Endpoints, config.ProjectName = nil, "eu-west-101_team"
	})
	sibling, err := c.ForRegion("eu-de")
	if err != nil {
		t.Fatal(err)
	}
	for of, want := range map[*Client]string{c: `"name":"eu-west-101_team"`, sibling: `"name":"eu-de"`} {
		if body := mustJSON(of.loginBody()); !strings.Contains(body, want) {
			t.Errorf("%s lacks %s", body, want)
		}
	}
}

// A password that is refused while its caller stops waiting is refused all the same.
func TestRefusedWhileCancelled(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	server := newStage(t, func(w http.ResponseWriter, r *http.Request) {
		cancel(errInterrupted)
		answerWith(401, "")(w, r)
	})
	c := newTestClient(t, server.URL, newFakeClock(), withPassword)
	_ = theCalls["once"](ctx, c)
	if err := theCalls["once"](t.Context(), c); !errors.As(err, new(*LoginError)) || len(server.got()) != 1 {
		t.Errorf("%d logins, %v", len(server.got()), err)
	}
}
