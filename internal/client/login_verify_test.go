// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

// A key that was right and is refused is sent once more, alone, and then no more: it may have been a gateway's whim,
// and five wrong signatures lock it.
func TestVerifiedKeyIsRejected(t *testing.T) {
	gone, good := answerWith(401, `{"error_code":"APIGW.0301"}`), answerWith(200, goodReply)
	for name, test := range map[string]struct {
		replies []http.HandlerFunc
		want    string // of each call: . is good, x refused, X for good
	}{
		"for good": {[]http.HandlerFunc{good, gone}, ".xxXXX"},
		"a whim":   {[]http.HandlerFunc{good, gone, good, gone, good}, ".x.x.."},
	} {
		server := newTestServer(t, test.replies...)
		c := newTestClient(t, server.URL, newFakeClock(), inProject)
		var got strings.Builder
		for range test.want {
			_, err := c.DWS().Job(t.Context(), jobID)
			switch {
			case err == nil:
				got.WriteByte('.')
			case errors.As(err, new(*LoginError)):
				got.WriteByte('X')
			default:
				got.WriteByte('x')
			}
		}
		if got.String() != test.want {
			t.Errorf("%s: %s, want %s", name, got.String(), test.want)
		}
		if want := len(test.want) - strings.Count(test.want, "X"); len(server.got()) != want {
			t.Errorf("%s: %d requests, want %d", name, len(server.got()), want)
		}
	}
}

// Only an answer of somebody who has looked at the signature proves a key. Until then one call goes at a time.
func TestWhatVerifiesAKey(t *testing.T) {
	for name, test := range map[string]struct {
		reply    http.HandlerFunc
		verified bool
	}{
		"good": {answerWith(200, goodReply), true}, "bad request": {answerWith(400, ""), true}, "missing": {answerWith(404, ""), true},
		"unavailable": {answerWith(503, ""), false}, "throttled": {answerWith(429, ""), false}, "elsewhere": {answerWith(302, ""), false},
		"reset": {reset, false}, "a proxy's": {answerWith(407, ""), false},
	} {
		c := newTestClient(
			t,
			newTestServer(t, test.reply).URL,
			newFakeClock(),
			inProject,
			func(config *Config) { config.MaxRetries = 0 },
		)
		_, _ = c.DWS().Job(t.Context(), jobID)
		if c.login.guard.verified != test.verified || c.login.guard.unreachable || c.login.guard.closed != nil {
			t.Errorf("%s: %+v", name, c.login.guard)
		}
	}
}

// Of a key that is wrong one call is sent, however many want to make one; where it is right, or nobody can tell, the
// others follow at once. Nothing keeps them once it is known.
func TestOneCallGoesFirst(t *testing.T) {
	for name, test := range map[string]struct {
		reply http.HandlerFunc
		want  int
	}{
		"wrong":             {answerWith(401, `{"error_code":"APIGW.0301"}`), 1},
		"right":             {answerWith(200, goodReply), 11},
		"forbidden":         {answerWith(403, `{"error_code":"DBS.280015"}`), 11},
		"no DWS cluster":    {answerWith(401, `{"error_code":"DWS.0047"}`), 11},
		"not to be reached": {nil, 11},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newTestClient(
					t,
					"http://dws.example",
					newFakeClock(),
					inProject,
					func(config *Config) { config.MaxRetries = 0 },
				)
				var mutex sync.Mutex
				requests, answer := 0, make(chan struct{})
				c.answerBy(roundTripFunc(func(r *http.Request) (*http.Response, error) {
					mutex.Lock()
					requests++
					mutex.Unlock()
					<-answer
					if test.reply == nil {
						return nil, errors.New("no route to host")
					}
					recorder := httptest.NewRecorder()
					test.reply(recorder, r)
					return recorder.Result(), nil
				}))
				results := make(chan error)
				for range 10 {
					go func() { _, err := c.DWS().Job(t.Context(), jobID); results <- err }()
				}
				synctest.Wait()
				if requests != 1 {
					t.Errorf("%d requests before the first answer", requests)
				}
				close(answer)
				for range 10 {
					if err := <-results; (err == nil) != (name == "right") || name == "wrong" && !IsLoginRefused(err) {
						t.Errorf("got %v", err)
					}
				}
				_, err := c.DWS().Job(t.Context(), jobID)
				if errors.As(err, new(*LoginError)) != (name == "wrong") || requests != test.want {
					t.Errorf("%d requests, want %d; %v", requests, test.want, err)
				}
			})
		})
	}
}

// Whoever goes first and is cancelled has found out nothing.
func TestTheNextGoesFirst(t *testing.T) {
	asked := make(chan struct{})
	server := newTestServer(t, func(w http.ResponseWriter, r *http.Request) {
		close(asked)
		silence(w, r)
	}, answerWith(401, `{"error_code":"APIGW.0301"}`))
	c := newTestClient(t, server.URL, newFakeClock(), inProject)
	ctx, cancel := context.WithCancelCause(t.Context())
	result := make(chan error)
	go func() { _, err := c.DWS().Job(ctx, jobID); result <- err }()
	<-asked
	cancel(errInterrupted)
	if err := <-result; !errors.Is(err, errInterrupted) {
		t.Error(err)
	}
	for range 3 {
		if _, err := c.DWS().Job(t.Context(), jobID); !IsLoginRefused(err) {
			t.Error(err)
		}
	}
	if got := len(server.got()); got != 2 {
		t.Errorf("%d requests, want 2", got)
	}
}

// Several calls that are on their way when a verified key is rejected are one rejection, and not the end of the key.
func TestOneWhimIsOneRejection(t *testing.T) {
	c := newTestClient(t, newTestServer(t, answerWith(200, goodReply)).URL, newFakeClock(), inProject)
	if _, err := c.DWS().Job(t.Context(), jobID); err != nil {
		t.Fatal(err)
	}
	denied := &answer{status: 401, body: []byte(`{"error_code":"APIGW.0301"}`)}
	var underWay []admission
	for range 3 {
		admitted, err := c.login.admit(t.Context())
		if admitted.first || err != nil {
			t.Fatal(admitted, err)
		}
		underWay = append(underWay, admitted)
	}
	for _, admitted := range underWay {
		c.login.settle(t.Context(), &exchange{call: call{as: c.login}, client: c, answer: denied}, admitted)
	}
	if _, err := c.DWS().Job(t.Context(), jobID); err != nil {
		t.Errorf("after one whim: %v", err)
	}
}
