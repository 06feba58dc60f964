// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
)

func unconfigured(config *Config) { config.ProjectID = "" }

const oneProject = `{"projects":[{"id":"p2","name":"eu-west-101_team"},{"id":"p1","name":"eu-west-101"},{"id":"p3","name":"MOS"}]}`

func TestProjectID(t *testing.T) {
	tests := map[string]struct {
		reply http.HandlerFunc
		want  string
		err   string
	}{
		"one": {reply: answerWith(200, oneProject), want: "p1"},
		"none": {
			reply: answerWith(200, `{"projects":[]}`),
			err:   "0 projects are named eu-west-101, one is needed; IAM lists none: configure the name or the id of one",
		},
		"no list": {reply: answerWith(200, `{}`), err: "0 projects are named eu-west-101"},
		"only like it": {
			reply: answerWith(200, `{"projects":[{"id":"p2","name":"eu-west-101_team"},{"id":"p3","name":"EU-WEST-101"}]}`),
			err:   "IAM lists eu-west-101_team (p2), EU-WEST-101 (p3)",
		},
		"several": {
			reply: answerWith(200, `{"projects":[{"id":"p1","name":"eu-west-101"},{"id":"p2","name":"eu-west-101"}]}`),
			err:   "2 projects are named eu-west-101, one is needed; IAM lists eu-west-101 (p1), eu-west-101 (p2)",
		},
		"no id": {reply: answerWith(200, `{"projects":[{"name":"eu-west-101"}]}`), err: "0 projects"},
		"not an id": {
			reply: answerWith(200, `{"projects":[{"id":"a/b","name":"eu-west-101"}]}`),
			err:   `"a/b" is not the id of a project`,
		},
		"not allowed": {
			reply: answerWith(401, `{"error":{"code":401,"message":"bad key"}}`),
			err:   "IAM query projects: 401: bad key (HTTP 401 Unauthorized)",
		},
		"not documented": {
			reply: answerWith(200, `{"projects":17}`),
			err:   "IAM query projects: the reply is not as documented",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := newTestServer(t, test.reply)
			c := newTestClient(t, server.URL, newFakeClock(), unconfigured)
			for range 2 {
				got, err := c.ProjectID(t.Context())
				if got != test.want || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
					t.Errorf("got %q, %v; want %q, %q", got, err, test.want, test.err)
				}
			}
			requests := server.got()
			want := map[bool]int{true: 1, false: 2}[test.err == ""]
			switch {
			case strings.HasPrefix(test.err, "0 ") || name == "only like it":
				want = 4 // each time a second one, for what there is instead
			case name == "not allowed":
				want = 1
			}
			if len(requests) != want {
				t.Errorf(
					"%d requests, want %d: a failure is not remembered, a success is, and so is the end of a key",
					len(requests),
					want,
				)
			}
			got := requests[0]
			if got.Method != "GET" || got.Path != "/v3/projects" || got.Query != "name=eu-west-101" || got.Body != "" {
				t.Errorf("asked %+v", got)
			}
			if got, want := got.Header.Get("Authorization"), authorization(t, got); got != want {
				t.Errorf("Authorization\ngot  %s\nwant %s", got, want)
			}
		})
	}
}

func TestProjectIDIsConfigured(t *testing.T) {
	server := newTestServer(t, answerWith(200, oneProject))
	c := newTestClient(t, server.URL, newFakeClock())
	if got, err := c.ProjectID(t.Context()); got != testProject || err != nil || len(server.got()) != 0 {
		t.Errorf("got %q, %v after %d requests", got, err, len(server.got()))
	}
}

func TestProjectName(t *testing.T) {
	server := newTestServer(t, answerWith(200, oneProject))
	c := newTestClient(
		t,
		server.URL,
		newFakeClock(),
		unconfigured,
		func(config *Config) { config.ProjectName = "eu-west-101_team" },
	)
	if got, err := c.ProjectID(t.Context()); got != "p2" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if got := server.got(); len(got) != 1 || got[0].Query != "name=eu-west-101_team" {
		t.Errorf("asked %+v", got)
	}
}

// What there is instead of a name that no project has is a second question, and only a help.
func TestProjectNameIsUnknown(t *testing.T) {
	none := answerWith(200, `{"projects":[]}`)
	for name, test := range map[string]struct {
		second http.HandlerFunc
		want   string
	}{
		"listed":     {answerWith(200, oneProject), "IAM lists eu-west-101_team (p2), eu-west-101 (p1), MOS (p3): configure"},
		"not listed": {answerWith(403, ""), "IAM lists none: configure"},
	} {
		t.Run(name, func(t *testing.T) {
			server := newTestServer(t, none, test.second)
			c := newTestClient(
				t,
				server.URL,
				newFakeClock(),
				unconfigured,
				func(config *Config) { config.ProjectName = "eu-west-101_taem" },
			)
			_, err := c.ProjectID(t.Context())
			var refused *ProjectError
			if !errors.As(err, &refused) || !strings.Contains(err.Error(), "0 projects are named eu-west-101_taem") ||
				!strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if got := server.got(); len(got) != 2 || got[1].Query != "" {
				t.Errorf("asked %+v", got)
			}
		})
	}
}

func TestProjectIDOfAnotherRegion(t *testing.T) {
	server := newTestServer(t, answerWith(200, `{"projects":[{"id":"p9","name":"eu-de"}]}`))
	c := newTestClient(t, server.URL, newFakeClock(), func(config *Config) {
		config.Endpoints, config.ProjectName = map[string]string{"iam": server.URL}, "eu-west-101_team"
	})
	sibling, err := c.ForRegion("eu-de")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := sibling.ProjectID(t.Context()); got != "p9" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if got, _ := c.ProjectID(t.Context()); got != testProject {
		t.Errorf("the configured region's became %q", got)
	}
}

// The restore is not sent without a project, and a failed lookup is not an ambiguous restore.
func TestProjectIDComesFirst(t *testing.T) {
	server := newTestServer(t, reset)
	for class, call := range theCalls {
		err := call(t.Context(), newTestClient(t, server.URL, newFakeClock(), unconfigured))
		if got := outcome(err); got != unsent {
			t.Errorf("%s: %s (%v)", class, got, err)
		}
	}
	for _, request := range server.got() {
		if request.Path != "/v3/projects" {
			t.Errorf("asked %s %s", request.Method, request.Path)
		}
	}
}

func TestProjectIDIsLookedUpOnceByMany(t *testing.T) {
	replies := map[string]http.HandlerFunc{
		"found":  answerWith(200, oneProject),
		"failed": answerWith(401, `{"error":{"code":401}}`),
	}
	for name, reply := range replies {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const callers = 20
				requests, answer := 0, make(chan struct{})
				c := newTestClient(t, "http://iam.example", newFakeClock(), unconfigured)
				c.answerBy(roundTripFunc(func(r *http.Request) (*http.Response, error) {
					requests++
					<-answer
					recorder := httptest.NewRecorder()
					reply(recorder, r)
					return recorder.Result(), nil
				}))
				results := make(chan error, callers)
				for range callers {
					go func() { _, err := c.ProjectID(t.Context()); results <- err }()
				}
				synctest.Wait() // one of them asks, the others wait for it
				close(answer)
				for range callers {
					if err := <-results; (err == nil) != (name == "found") {
						t.Errorf("got %v", err)
					}
				}
				if requests != 1 {
					t.Errorf("%d requests for %d callers", requests, callers)
				}
			})
		})
	}
}

type roundTripFunc func(*http.Request) (*http.Response, error)

func (f roundTripFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestProjectIDSurvivesTheCancellationOfAnother(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	asked, cancelled := make(chan struct{}, 2), make(chan struct{})
	server := newTestServer(t, func(w http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-cancelled
		answerWith(200, oneProject)(w, r)
	})
	c := newTestClient(t, server.URL, newFakeClock(), unconfigured)
	first, second := make(chan error), make(chan error)
	go func() { _, err := c.ProjectID(ctx); first <- err }()
	<-asked
	go func() {
		id, err := c.ProjectID(t.Context())
		if id != "p1" {
			t.Errorf("got %q", id)
		}
		second <- err
	}()
	cancel(errInterrupted)
	if err := <-first; !errors.Is(err, errInterrupted) {
		t.Errorf("the cancelled: %v", err)
	}
	close(cancelled)
	if err := <-second; err != nil {
		t.Errorf("the other: %v", err)
	}
}
