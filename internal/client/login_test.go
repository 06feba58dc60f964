// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

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
func (s *testServer) asked() []string {
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
			server := newTestServer(t, issued("T1"), answerWith(200, goodReply))
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
			server, clock := newTestServer(t, refusal), newFakeClock()
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
				if !errors.As(err, &refused) || refused.Login != "with the password" || outcome(err) == ambiguous ||
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
	server := newTestServer(t, answerWith(429, ""), issued("T1"), answerWith(200, goodReply))
	c := newTestClient(t, server.URL, newFakeClock(), withPassword)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errInterrupted)
	err := theCalls["once"](ctx, c)
	if err != errInterrupted || len(server.got()) != 0 { //nolint:errorlint // the cause itself is promised
		t.Errorf("cancelled: %v", err)
	}
	if err := theCalls["once"](t.Context(), c); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{loginLine, loginLine, callLine + " T1"}, server.asked()); diff != "" {
		t.Errorf("requests: -want +got\n%s", diff)
	}
}

// Where IAM does not say which project a token is for, it is looked up with the token.
func TestProjectIDWithoutOneInTheToken(t *testing.T) {
	server := newTestServer(
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
	server := newTestServer(t, func(w http.ResponseWriter, r *http.Request) {
		cancel(errInterrupted)
		answerWith(401, "")(w, r)
	})
	c := newTestClient(t, server.URL, newFakeClock(), withPassword)
	_ = theCalls["once"](ctx, c)
	if err := theCalls["once"](t.Context(), c); !errors.As(err, new(*LoginError)) || len(server.got()) != 1 {
		t.Errorf("%d logins, %v", len(server.got()), err)
	}
}
