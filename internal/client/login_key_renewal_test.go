// SPDX-License-Identifier: MPL-2.0

package client

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Keys are renewed ten minutes before their end, those that live shorter at half of their life, and ECS metadata is not
// asked without end for a newer one.
func TestKeysAreRenewedInTime(t *testing.T) {
	good := answerWith(200, goodReply)
	for name, test := range map[string]struct {
		change  func(*Config)
		login   []http.HandlerFunc
		again   []http.HandlerFunc
		renewAt time.Duration
		lines   []string
	}{
		"agency":   {withRoles(byName), []http.HandlerFunc{temporary("1")}, []http.HandlerFunc{temporary("2")}, 50 * time.Minute, []string{keyLine + " TESTACCESSKEY"}},
		"STS":      {withRoles(byID), []http.HandlerFunc{temporarySTS("1")}, []http.HandlerFunc{temporarySTS("2")}, 50 * time.Minute, []string{stsLine + " TESTACCESSKEY"}},
		"no end":   {withRoles(byName), []http.HandlerFunc{answerWith(201, `{"credential":{"access":"1-ak","secret":"1-sk","securitytoken":"1-st"}}`)}, []http.HandlerFunc{temporary("2")}, 50 * time.Minute, []string{keyLine + " TESTACCESSKEY"}},
		"metadata": {withMetadata, []http.HandlerFunc{answerWith(200, "M1"), temporary("1")}, []http.HandlerFunc{answerWith(200, "M2"), temporary("2")}, 50 * time.Minute, []string{metadataLine, securityLine}},
		"ended":    {withRoles(byName), []http.HandlerFunc{answerWith(201, `{"credential":{"access":"1-ak","secret":"1-sk","securitytoken":"1-st","expires_at":"2024-03-01T11:00:00Z"}}`)}, []http.HandlerFunc{temporary("2")}, 50 * time.Minute, []string{keyLine + " TESTACCESSKEY"}},
	} {
		t.Run(name, func(t *testing.T) {
			replies := append(append([]http.HandlerFunc{}, test.login...), good, good)
			replies = append(append(replies, test.again...), good)
			server, clock := newTestServer(t, replies...), newFakeClock()
			c := newTestClient(t, server.URL, clock, inProject, test.change)
			for _, at := range []time.Duration{0, test.renewAt - time.Second, test.renewAt} {
				_ = clock.Sleep(t.Context(), noon.Add(at).Sub(clock.Now()))
				if _, err := c.DWS().Job(t.Context(), jobID); err != nil {
					t.Fatal(err)
				}
			}
			want := append(append([]string{}, test.lines...), jobLine+" 1-ak+1-st", jobLine+" 1-ak+1-st")
			want = append(append(want, test.lines...), jobLine+" 2-ak+2-st")
			if diff := cmp.Diff(want, server.signedBy()); diff != "" {
				t.Errorf("requests: -want +got\n%s", diff)
			}
		})
	}
}

// ECS metadata may hand out the same key until shortly before its end. It is asked again each time half of what is left
// is over, but not more than once a minute.
func TestTheSameKeyIsNotAskedForWithoutEnd(t *testing.T) {
	server, clock := newTestServer(t, answerWith(404, ""), temporary("1")), newFakeClock()
	good := answerWith(200, goodReply)
	server.replies = []http.HandlerFunc{func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/openstack/latest/securitykey":
			temporary("1")(w, r)
		case "/meta-data/latest/api/token":
			answerWith(404, "")(w, r)
		default:
			good(w, r)
		}
	}}
	c := newTestClient(t, server.URL, clock, inProject, withMetadata)
	for clock.total() < time.Hour {
		if _, err := c.DWS().Job(t.Context(), jobID); err != nil {
			t.Fatal(err)
		}
		_ = clock.Sleep(t.Context(), 5*time.Second)
	}
	asked := 0
	for _, line := range server.signedBy() {
		if line == securityLine {
			asked++
		}
	}
	// At the start, at 50 minutes, 55, 57.5, … and no more often than once a minute.
	if asked < 5 || asked > 8 {
		t.Errorf("metadata was asked %d times in an hour", asked)
	}
}

// A file's ID token is read for each login, because whoever writes it renews it.
func TestIDTokenFileIsReadAnew(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	unscoped, good := answerWith(201, `{"token":{}}`, "X-Subject-Token", "U1"), answerWith(200, goodReply)
	server, clock := newTestServer(t, unscoped, temporary("1"), good, unscoped, temporary("2"), good), newFakeClock()
	c := newTestClient(t, server.URL, clock, inProject, withIDToken, func(config *Config) {
		config.Federation = &Federation{IdentityProvider: "corporate", IDTokenFile: file}
	})
	for _, token := range []string{"first\n", " second "} {
		write(token)
		if _, err := c.DWS().Job(t.Context(), jobID); err != nil {
			t.Fatal(err)
		}
		_ = clock.Sleep(t.Context(), 55*time.Minute)
	}
	got := server.got()
	for i, want := range map[int]string{0: "first", 3: "second"} {
		if want = `{"auth":{"id_token":{"id":"` + want + `"}}}`; got[i].Body != want {
			t.Errorf("got %s, want %s", got[i].Body, want)
		}
	}
}

// A key that an agency has issued and that is not taken any more is renewed once, also for a restore call: a 401 is
// certain.
func TestKeyIsRenewedAfterA401(t *testing.T) {
	gone, good := answerWith(
		401,
		`{"error_code":"APIGW.0301","error_msg":"the ak is expired"}`,
	), answerWith(
		200,
		goodReply,
	)
	for class, call := range theCalls {
		line := map[string]string{"once": callLine, "repeatable": jobLine}[class]
		server := newTestServer(t, temporary("1"), gone, temporary("2"), good)
		c := newTestClient(t, server.URL, newFakeClock(), inProject, withRoles(byName))
		if err := call(t.Context(), c); outcome(err) != accepted {
			t.Errorf("%s: %v", class, err)
		}
		want := []string{keyLine + " TESTACCESSKEY", line + " 1-ak+1-st", keyLine + " TESTACCESSKEY", line + " 2-ak+2-st"}
		if diff := cmp.Diff(want, server.signedBy()); diff != "" {
			t.Errorf("%s: requests: -want +got\n%s", class, diff)
		}
	}
}
