// SPDX-License-Identifier: MPL-2.0

package client

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Whatever a login fails at, it is tried once in the life of a client, by however many, and no restore is sent.
func TestRefusedKeyLoginIsTriedOnce(t *testing.T) {
	refused := answerWith(
		403,
		`{"error":{"code":403,"message":"You are not authorized to perform the requested action."}}`,
	)
	for name, test := range map[string]struct {
		change  []func(*Config)
		replies []http.HandlerFunc
		says    []string
	}{
		"agency":         {[]func(*Config){withRoles(byName)}, []http.HandlerFunc{refused}, []string{"the login through the agency failed, and is not tried again", "get the temporary key of an agency", "403"}},
		"agency's key":   {[]func(*Config){withRoles(byName)}, []http.HandlerFunc{answerWith(201, `{"credential":{"access":"top-secret","secret":"","securitytoken":"top-secret"}}`)}, []string{"through the agency", "it holds no whole key", `"secret":false`}},
		"agency's reply": {[]func(*Config){withRoles(byName)}, []http.HandlerFunc{answerWith(201, `{"credential":["top-secret"]}`)}, []string{"not as documented", "what is not shown"}},
		"not JSON":       {[]func(*Config){withRoles(byName)}, []http.HandlerFunc{answerWith(201, `top-secret`)}, []string{"not as documented", "what is not shown"}},
		"STS":            {[]func(*Config){withRoles(byID)}, []http.HandlerFunc{refused}, []string{"STS assume an agency"}},
		"chain":          {[]func(*Config){withRoles(byName, byID)}, []http.HandlerFunc{temporary("1"), refused}, []string{"through agency 2 of 2", "STS"}},
		"wrong key":      {[]func(*Config){withRoles(byName)}, []http.HandlerFunc{answerWith(401, `{"error":{"code":401,"message":"wrong signature"}}`)}, []string{"wrong signature"}},
		"ID token":       {[]func(*Config){withIDToken}, []http.HandlerFunc{refused}, []string{"the login with the ID token failed", "log in with an ID token"}},
		"no token":       {[]func(*Config){withIDToken}, []http.HandlerFunc{answerWith(201, `{"token":{}}`)}, []string{"X-Subject-Token"}},
		"federated key":  {[]func(*Config){withIDToken}, []http.HandlerFunc{answerWith(201, `{"token":{}}`, "X-Subject-Token", "U1"), refused}, []string{"the temporary key of a federated user"}},
		"no file": {[]func(*Config){withIDToken, func(c *Config) {
			c.Federation = &Federation{IdentityProvider: "corporate", IDTokenFile: "/nowhere/token"}
		}}, []http.HandlerFunc{refused},
			[]string{"the file with the ID token cannot be read", "14 characters"}},
		"an empty file": {[]func(*Config){withIDToken, func(c *Config) { c.Federation = &Federation{IdentityProvider: "corporate", IDTokenFile: os.DevNull} }}, []http.HandlerFunc{refused},
			[]string{"is empty"}},
		"no agency":        {[]func(*Config){withMetadata}, []http.HandlerFunc{answerWith(404, ""), answerWith(404, "not found")}, []string{"the login with the key of this ECS failed", "ECS metadata read the key"}},
		"metadata's token": {[]func(*Config){withMetadata}, []http.HandlerFunc{answerWith(200, "  \n")}, []string{"it holds no token"}},
		"forbidden":        {[]func(*Config){withMetadata}, []http.HandlerFunc{answerWith(403, "via a proxy")}, []string{"HTTP 403"}},
	} {
		t.Run(name, func(t *testing.T) {
			server := newTestServer(t, test.replies...)
			c := newTestClient(t, server.URL, newFakeClock(), append([]func(*Config){inProject}, test.change...)...)
			results := make(chan error)
			for range 5 {
				go func() { results <- theCalls["once"](t.Context(), c) }()
				go func() { results <- theCalls["repeatable"](t.Context(), c) }()
			}
			for range 10 {
				err := <-results
				var refused *LoginError
				if !errors.As(err, &refused) || outcome(err) == ambiguous || !IsLoginRefused(err) || IsNotFound(err) ||
					refused.NoCredentials != (name == "no agency") {
					t.Fatalf("got %T %v", err, err)
				}
				for _, say := range test.says {
					if !strings.Contains(err.Error(), say) {
						t.Errorf("%v lacks %q", err, say)
					}
				}
				if strings.Contains(err.Error(), "top-secret") {
					t.Errorf("a secret is shown: %v", err)
				}
			}
			want := len(test.replies)
			switch {
			case strings.Contains(name, "file"):
				want = 0
			case name == "not JSON": // as from a gateway that passes
				want = 1 + c.config.MaxRetries
			}
			if got := server.got(); len(got) != want {
				t.Errorf("asked %d times, want %d", len(got), want)
			}
		})
	}
}

// An outage at the start is not the end: whoever asks within some seconds gets the same error, later ones ask again.
func TestKeyLoginOutlivesAnOutage(t *testing.T) {
	unavailable := answerWith(503, "")
	for name, change := range map[string]func(*Config){"agency": withRoles(byName), "password": withPassword, "ECS": withMetadata} {
		t.Run(name, func(t *testing.T) {
			server, clock := newTestServer(t, unavailable), newFakeClock()
			c := newTestClient(t, server.URL, clock, inProject, change, func(config *Config) { config.MaxRetries = 0 })
			asked := 0
			for range 3 {
				for range 5 {
					if _, err := c.DWS().Job(t.Context(), jobID); err == nil || errors.As(err, new(*LoginError)) {
						t.Errorf("got %T %v", err, err)
					}
				}
				if got := len(server.got()) - asked; got < 1 || got > 2 { // metadata is asked for two things
					t.Errorf("asked %d times at once", got)
				}
				asked = len(server.got())
				_ = clock.Sleep(t.Context(), loginPause)
			}
			server.mutex.Lock()
			server.replies, server.requests = []http.HandlerFunc{
				answerWith(404, ""),
				temporary("1"),
				answerWith(200, goodReply),
			}, nil
			if name != "ECS" {
				server.replies = server.replies[1:]
			}
			if name == "password" {
				server.replies[0] = issued("T1")
			}
			server.mutex.Unlock()
			if _, err := c.DWS().Job(t.Context(), jobID); err != nil {
				t.Error(err)
			}
		})
	}
}

// What nobody answers at its address is no ECS, and there are no credentials; one that does not answer in time may be
// one.
func TestNoECS(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	c := newTestClient(t, closed.URL, newFakeClock(), inProject, withMetadata)
	for range 2 {
		_, err := c.DWS().Job(t.Context(), jobID)
		var none *LoginError
		if !errors.As(err, &none) || !none.NoCredentials || !strings.Contains(err.Error(), "ECS metadata get a token") {
			t.Errorf("got %v", err)
		}
	}
}

// A file with an ID token that is refused in mid-wait is read again: whoever writes it may be late.
func TestRefusedRenewalIsTriedAgain(t *testing.T) {
	unscoped, good := answerWith(201, `{"token":{}}`, "X-Subject-Token", "U1"), answerWith(200, goodReply)
	stale := answerWith(401, `{"error":{"code":401,"message":"the ID token has expired"}}`)
	server, clock := newTestServer(
		t,
		unscoped,
		temporary("1"),
		good,
		stale,
		good,
		unscoped,
		temporary("2"),
		good,
	), newFakeClock()
	c := newTestClient(t, server.URL, clock, inProject, withIDToken)
	for _, at := range []time.Duration{0, 51 * time.Minute, 53 * time.Minute} {
		_ = clock.Sleep(t.Context(), noon.Add(at).Sub(clock.Now()))
		if _, err := c.DWS().Job(t.Context(), jobID); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		idTokenLine,
		keyLine,
		jobLine + " 1-ak+1-st",
		idTokenLine,
		jobLine + " 1-ak+1-st",
		idTokenLine,
		keyLine,
		jobLine + " 2-ak+2-st",
	}
	if diff := cmp.Diff(want, server.signedBy()); diff != "" {
		t.Errorf("requests: -want +got\n%s", diff)
	}
}

// A wait for a job ends with its key, without a further signature.
func TestWaitEndsWithItsKey(t *testing.T) {
	server := newTestServer(
		t,
		answerWith(200, `{"job_id":"x","status":"RUNNING"}`),
		answerWith(401, `{"error_code":"APIGW.0301"}`),
	)
	_, err := newTestClient(
		t,
		server.URL,
		newFakeClock(),
		inProject,
	).DWS().
		WaitForJob(t.Context(), waitFor(noon, noon.Add(time.Hour)))
	if !errors.As(err, new(*PollError)) || !errors.As(err, new(*LoginError)) || len(server.got()) != 3 {
		t.Errorf("%d requests, %v", len(server.got()), err)
	}
}

// IAM is asked again where it could not answer, and where nobody has been told of a failure yet.
func TestKeyLoginIsTriedAgain(t *testing.T) {
	server := newTestServer(t, answerWith(503, ""), reset, temporary("1"), answerWith(200, goodReply))
	c := newTestClient(t, server.URL, newFakeClock(), inProject, withRoles(byName))
	if err := theCalls["once"](t.Context(), c); err != nil {
		t.Error(err)
	}
	by := keyLine + " TESTACCESSKEY"
	if diff := cmp.Diff([]string{by, by, by, callLine + " 1-ak+1-st"}, server.signedBy()); diff != "" {
		t.Errorf("requests: -want +got\n%s", diff)
	}
}
