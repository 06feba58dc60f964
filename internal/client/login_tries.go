// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"
)

// tries are what is known of a key, a password or another way to log in. Logins with the same password share them.
type tries struct {
	locks bool // a few refusals lock it, even if it was right before

	turn chan struct{} // held while a credential is got, or a call goes first: what is wrong must not be tried by two at once

	lock    sync.Mutex
	proven  bool      // it was accepted, and not refused since
	doubts  int       // how often it was refused although it had been accepted
	open    bool      // nobody could be reached to refuse it: there is no use in going one after the other
	failed  error     // the end of all tries
	pause   time.Time // no try before
	missing error     // why
}

func newTries() *tries {
	t := &tries{turn: make(chan struct{}, 1)}
	t.turn <- struct{}{}
	return t
}

func (t *tries) take(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	select {
	case <-t.turn:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (t *tries) leave() { t.turn <- struct{}{} }

// ended is why there is no try now.
func (t *tries) ended(now time.Time) error {
	t.lock.Lock()
	defer t.lock.Unlock()
	if t.failed == nil && now.Before(t.pause) {
		return t.missing
	}
	return t.failed
}

func (t *tries) succeeded() {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.proven = true
}

// unansweredError is a password that was sent, and may have been refused.
type unansweredError struct{ error }

func (e *unansweredError) Unwrap() error { return e.error }

// unreachableError is an ECS's metadata service that nobody could connect to: this is no ECS.
type unreachableError struct{ error }

func (e *unreachableError) Unwrap() error { return e.error }

// missed notes a login that gave no credential, and returns why. What was refused is refused for good, but where nothing locks
// and it was right before: then it may be an outage, or a file that is about to be written anew.
func (t *tries) missed(ctx context.Context, err error, name string, now time.Time) error {
	t.lock.Lock()
	defer t.lock.Unlock()
	unreachable := errors.As(err, new(*unreachableError))
	final := isRefusal(err) && (t.locks || !t.proven) || errors.As(err, new(*LoginError)) ||
		!t.proven && (unreachable || errors.As(err, new(*unansweredError)) || errors.As(err, new(*ReplyError)) || errors.As(err, new(*configError)))
	switch {
	case final:
		t.failed = err
		if !errors.As(err, new(*LoginError)) {
			var answered *APIError
			none := unreachable || errors.As(err, &answered) && answered.Service == serviceMetadata && answered.StatusCode == http.StatusNotFound
			t.failed = &LoginError{Login: name, Err: err, NoCredentials: none}
		}
		return t.failed
	case ctx.Err() == nil: // others than the cancelled would fare no better
		t.pause, t.missing = now.Add(loginPause), err
	}
	return err
}

// begin lets one call go first with a key or token of which nobody knows whether it is right, and none after it if it is not.
// first is whether this one is it, and doubts what end is to be told.
func (l *login) begin(ctx context.Context) (first bool, doubts int, err error) {
	if l == nil || l.issue != nil { // what IAM has issued is right
		return false, 0, nil
	}
	if err := l.take(ctx); err != nil {
		return false, 0, err
	}
	l.lock.Lock()
	defer l.lock.Unlock()
	if l.failed == nil && !l.proven && !l.open {
		return true, l.doubts, nil
	}
	l.leave()
	return false, l.doubts, l.failed
}

// end is told how a call went with a key or token that is all there is; first is whether it was let go first, and doubts are those
// that there were then: what was on its way when the doubt arose says nothing more.
func (c *Client) end(ctx context.Context, x *exchange, a *answer, first bool, doubts int) {
	l := x.as
	if l == nil || l.issue != nil {
		return
	}
	if first {
		defer l.leave()
	}
	l.lock.Lock()
	defer l.lock.Unlock()
	switch {
	case l.failed != nil:
	case a == nil:
		l.open = l.open || !x.sent.Load() && ctx.Err() == nil
	case deniesLogin(a) && l.proven: // a key that is not good any more, or a gateway's whim: the next one tells
		l.proven, l.open = false, false
		l.doubts++
	case deniesLogin(a) && doubts < l.doubts:
	case deniesLogin(a):
		l.failed = &LoginError{Login: l.name, Err: c.apiError(x, a)}
	case a.status/100 == 2 || a.status/100 == 4 && a.status != http.StatusUnauthorized && a.status != http.StatusProxyAuthRequired &&
		a.status != http.StatusRequestTimeout && a.status != http.StatusTooManyRequests || errorCode(a) == dwsNoAccess:
		l.proven = true
	}
}
