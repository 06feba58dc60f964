// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"terraform-provider-x/internal/client/signer"
)

// authorization recomputes what the Authorization header of a request must be.
func authorization(t *testing.T, r recorded, names ...string) string {
	t.Helper()
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Sdk-Date"))
	if err != nil {
		t.Fatal(err)
	}
	query, err := url.ParseQuery(r.Query)
	if err != nil {
		t.Fatal(err)
	}
	signed := http.Header{}
	for _, name := range names {
		signed[name] = r.Header[name]
	}
	request := signer.Request{Method: r.Method, Path: r.Path, Query: query, Header: signed, Body: []byte(r.Body)}
	return signer.Sign(request, "TESTACCESSKEY", "test-secret/key+", at).Get("Authorization")
}

func TestEachAttemptIsSignedAnew(t *testing.T) {
	for class, call := range theCalls {
		t.Run(class, func(t *testing.T) {
			server, clock := newTestServer(t, answerWith(429, "", "Retry-After", "30"), answerWith(200, goodReply)), newFakeClock()
			if err := call(t.Context(), newTestClient(t, server.URL, clock)); err != nil {
				t.Fatal(err)
			}
			var dates []string
			for _, r := range server.got() {
				dates = append(dates, r.Header.Get("X-Sdk-Date"))
				if got, want := r.Header.Get("Authorization"), authorization(t, r, "X-Project-Id"); got != want {
					t.Errorf("Authorization\ngot  %s\nwant %s", got, want)
				}
			}
			if diff := cmp.Diff([]string{"20240301T120000Z", "20240301T120030Z"}, dates); diff != "" {
				t.Errorf("dates: -want +got\n%s", diff)
			}
			if got := server.got(); got[0].Body != got[1].Body {
				t.Errorf("bodies differ: %q, %q", got[0].Body, got[1].Body)
			}
		})
	}
}

func TestHeaders(t *testing.T) {
	common := func(config *Config) { config.UserAgent = "terraform-provider-x/test" }
	tests := []struct {
		name    string
		change  func(*Config)
		present map[string]string
		absent  []string
	}{
		{
			name:    "keys",
			change:  func(*Config) {},
			present: map[string]string{"X-Project-Id": testProject},
			absent:  []string{"X-Auth-Token", "X-Security-Token"},
		},
		{
			name:    "temporary keys",
			change:  func(config *Config) { config.SecurityToken = "a-security-token" },
			present: map[string]string{"X-Project-Id": testProject, "X-Security-Token": "a-security-token"},
			absent:  []string{"X-Auth-Token"},
		},
		{
			name:    "a token wins over keys",
			change:  func(config *Config) { config.AuthToken = "a-token" },
			present: map[string]string{"X-Auth-Token": "a-token"},
			absent:  []string{"Authorization", "X-Sdk-Date", "X-Security-Token"},
		},
	}
	for _, test := range tests {
		for class, call := range theCalls {
			t.Run(test.name+"/"+class, func(t *testing.T) {
				server := newTestServer(t, answerWith(200, goodReply))
				if err := call(t.Context(), newTestClient(t, server.URL, newFakeClock(), common, test.change)); err != nil {
					t.Fatal(err)
				}
				got := server.got()[0]
				want := map[string]string{
					"User-Agent": "terraform-provider-x/test", "Accept": "application/json", "Content-Type": "application/json",
				}
				for name, value := range test.present {
					want[name] = value
				}
				for name, value := range want {
					if got.Header.Get(name) != value {
						t.Errorf("%s: %q, want %q", name, got.Header.Get(name), value)
					}
				}
				for _, name := range append(test.absent, "Idempotency-Key", "X-Idempotency-Key", "Cookie", "Referer") {
					if _, ok := got.Header[name]; ok {
						t.Errorf("%s is sent: %q", name, got.Header[name])
					}
				}
				if test.present["X-Auth-Token"] != "" {
					return
				}
				var names []string
				for name := range test.present {
					names = append(names, name)
				}
				if got, want := got.Header.Get("Authorization"), authorization(t, got, names...); got != want {
					t.Errorf("Authorization\ngot  %s\nwant %s", got, want)
				}
			})
		}
	}
}

// A server that repeats all it was told must not make the client repeat it.
func TestSecretsAreNotShown(t *testing.T) {
	secrets := func(config *Config) {
		config.SecurityToken = `token/with+signs==and"quote`
		config.AccessKey, config.SecretKey = "AKTHATMUSTNOTSHOW", "SK/that+must=not-show"
	}
	token := func(config *Config) { config.AuthToken = "MIIDtoken/that+must=not-show" }
	password := func(config *Config) {
		withPassword(config)
		config.Password = `PW"that<must>/not show&`
	}
	loginToken := "MIIDissued/that+must=not-show"
	echoes := map[string]func(told string) string{
		"plain":   func(told string) string { return told },
		"html":    func(told string) string { return "<html>" + told + "</html>" },
		"message": func(told string) string { return mustJSON(map[string]string{"error_code": "X.1", "error_msg": told}) },
		"no code": func(told string) string { return mustJSON(map[string]string{"reason": told}) },
		"slashes": func(told string) string {
			return strings.ReplaceAll(mustJSON(map[string]string{"reason": told}), "/", `\/`)
		},
		"code":  func(told string) string { return mustJSON(map[string]string{"error_code": told}) },
		"query": func(told string) string { return url.QueryEscape(told) },
		// The excerpt ends in the middle of a secret.
		"cut": func(told string) string { return strings.Repeat("x", excerptLimit-5-len("SK=")) + told },
	}
	for name, echo := range echoes {
		for _, status := range []int{200, 400, 500} {
			for class, call := range theCalls {
				for _, change := range []func(*Config){secrets, token, password} {
					var shown strings.Builder
					log := func(config *Config) {
						config.Log = func(_ context.Context, message string, fields map[string]any) { fmt.Fprintln(&shown, message, fields) }
						config.MaxRetries = 0
					}
					var c *Client
					server := newTestServer(t, func(w http.ResponseWriter, r *http.Request) {
						if r.URL.Path == "/v3/auth/tokens" {
							issued(loginToken)(w, r)
							return
						}
						told := c.config.Password + "SK=" + c.config.SecretKey + " AK=" + c.config.AccessKey
						for _, name := range []string{"X-Security-Token", "X-Auth-Token", "Authorization"} {
							told += " " + r.Header.Get(name)
						}
						w.Header().Set("X-Request-Id", told)
						w.WriteHeader(status)
						_, _ = io.WriteString(w, echo(told))
					})
					c = newTestClient(t, server.URL, newFakeClock(), change, log)
					err := call(t.Context(), c)
					if err == nil {
						t.Fatalf("%s, %d, %s: no error", name, status, class)
					}
					fmt.Fprintf(&shown, "%v\n%+v\n", err, errors.Unwrap(err))
					for _, secret := range []string{c.config.SecretKey, c.config.AccessKey, c.config.SecurityToken, c.config.AuthToken, c.config.Password, loginToken} {
						for _, piece := range []string{secret, url.QueryEscape(secret), secret[:min(len(secret), 6)]} {
							if len(piece) > 3 && strings.Contains(shown.String(), piece) {
								t.Fatalf("%s, %d, %s: %q is shown in\n%s", name, status, class, piece, shown.String())
							}
						}
					}
				}
			}
		}
	}
}

func mustJSON(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(data)
}

func TestLog(t *testing.T) {
	server, clock := newTestServer(
		t,
		reset,
		answerWith(503, "", "X-Request-Id", "r2"),
		answerWith(200, goodReply, "X-Request-Id", "r3"),
	), newFakeClock()
	var mutex sync.Mutex
	var lines []map[string]any
	c := newTestClient(t, server.URL, clock, func(config *Config) {
		config.Log = func(_ context.Context, _ string, fields map[string]any) {
			mutex.Lock()
			defer mutex.Unlock()
			lines = append(lines, fields)
		}
	})
	if _, err := c.RDS().Job(t.Context(), jobID); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"service": "rds", "operation": "query job", "method": "GET", "path": "/v3/" + testProject + "/jobs",
		"attempt": 2, "duration_ms": int64(0), "status": 503, "request_id": "r2",
	}
	if len(lines) != 3 {
		t.Fatalf("%d attempts are told of, want 3: %v", len(lines), lines)
	}
	if diff := cmp.Diff(want, lines[1]); diff != "" {
		t.Errorf("second attempt: -want +got\n%s", diff)
	}
	if lines[0]["error"] == nil || lines[0]["status"] != nil || lines[2]["status"] != 200 || lines[2]["attempt"] != 3 {
		t.Errorf("the other attempts: %v, %v", lines[0], lines[2])
	}
}

func TestReplyLimit(t *testing.T) {
	padded := func(size int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			reply := `{"job_id":"a1","status":"RUNNING","padding":"`
			_, _ = io.WriteString(w, reply+strings.Repeat("x", size-len(reply)-2)+`"}`)
		}
	}
	const small = 64 << 10 // what is larger takes time only
	for class, call := range theCalls {
		server := newTestServer(t, padded(small))
		c := newTestClient(t, server.URL, newFakeClock())
		if c.replyLimit != 8<<20 {
			t.Errorf("the limit is %d", c.replyLimit)
		}
		c.replyLimit = small
		if err := call(t.Context(), c); err != nil {
			t.Errorf("%s, at the limit: %v", class, err)
		}
		server = newTestServer(t, padded(small+1))
		c = newTestClient(t, server.URL, newFakeClock())
		c.replyLimit = small
		err := call(t.Context(), c)
		if !errors.Is(err, errReplyTooLarge) || len(server.got()) != 1 {
			t.Errorf("%s, over the limit: %v after %d requests", class, err, len(server.got()))
		}
		if want := map[string]string{"once": ambiguous, "repeatable": unsent}[class]; outcome(err) != want {
			t.Errorf("%s, over the limit: %s, want %s", class, outcome(err), want)
		}
	}
}

func TestAmbiguousErrorSaysWhen(t *testing.T) {
	server, clock := newTestServer(
		t,
		answerWith(429, "", "Retry-After", "30"),
		answerWith(502, "<h1>Bad Gateway</h1>", "X-Request-Id", "r2"),
	), newFakeClock()
	_, err := newTestClient(t, server.URL, clock).DDS().RestoreCollections(t.Context(), ddsID, DDSCollectionRestore{})
	var got *AmbiguousError
	if !errors.As(err, &got) {
		t.Fatalf("%T %v", err, err)
	}
	if want := noon.Add(30 * time.Second); !got.Sent.Equal(want) || !got.Lost.Equal(want) || got.Operation != "DDS restore collections" {
		t.Errorf("%s sent at %s and lost at %s, want %s", got.Operation, got.Sent, got.Lost, want)
	}
	want := "DDS restore collections, sent at 2024-03-01T12:00:30Z, may have been accepted: " +
		"DDS restore collections: answered <h1>Bad Gateway</h1> (HTTP 502 Bad Gateway, request id r2)"
	if err.Error() != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
}
