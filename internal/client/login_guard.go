// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

// loginPause is how long nobody logs in again after a login failed, so that a hundred waits do not each try.
const loginPause = 10 * time.Second

// loginGuard knows how a key, a password or another authentication method fared, and keeps a wrong one from being sent
// again and again: five wrong signatures lock a key, and a few wrong passwords an account. Logins with the same
// password share a guard.
type loginGuard struct {
	lockable bool // a few rejections lock the account, even if the password was right before

	// lock is held while one caller gets a credential, or while the first call with a configured key is under way: two at
	// once must not try what is wrong.
	lock *semaphore.Weighted

	mutex       sync.Mutex
	verified    bool      // it was accepted, and not rejected since
	rejections  int       // how often it was rejected after it had been accepted
	unreachable bool      // nobody could be reached to reject it, so that there is no use in going one after the other
	closed      error     // why nobody tries any more
	pausedUntil time.Time // nobody tries before
	pausedBy    error     // the failure that caused the pause
}

func newLoginGuard() *loginGuard { return &loginGuard{lock: semaphore.NewWeighted(1)} }

// acquire waits for the lock. It returns context.Cause(ctx) if ctx ends first.
func (g *loginGuard) acquire(ctx context.Context) error {
	if g.lock.Acquire(ctx, 1) != nil {
		return context.Cause(ctx)
	}
	return nil
}

func (g *loginGuard) release() { g.lock.Release(1) }

// blocked is why nobody may log in now; nil if somebody may.
func (g *loginGuard) blocked(now time.Time) error {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if g.closed == nil && now.Before(g.pausedUntil) {
		return g.pausedBy
	}
	return g.closed
}

// noteSuccess notes a login that gave a credential.
func (g *loginGuard) noteSuccess() {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.verified = true
}

// close lets nobody log in any more. All who ask get the error.
func (g *loginGuard) close(err error) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.closed = err
}

// pause lets nobody log in until a moment.
func (g *loginGuard) pause(until time.Time, err error) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.pausedUntil, g.pausedBy = until, err
}

// isFinal reports whether a failed login must not be tried again. A rejection is final, unless nothing locks and the
// method was right before: then it may be an outage, or a file that is about to be written anew.
func (g *loginGuard) isFinal(err error) bool {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	switch {
	case errors.As(err, new(*LoginError)):
		return true
	case isRejection(err):
		return g.lockable || !g.verified
	default:
		return !g.verified && (errors.As(err, new(*unreachableError)) || errors.As(err, new(*unansweredError)) ||
			errors.As(err, new(*ReplyError)) || errors.As(err, new(*configError)))
	}
}

// unansweredError is a password that was sent, and that IAM may have rejected.
type unansweredError struct{ error }

func (e *unansweredError) Unwrap() error { return e.error }

// unreachableError is an ECS's metadata service that nobody could connect to: this is no ECS.
type unreachableError struct{ error }

func (e *unreachableError) Unwrap() error { return e.error }

// configError is what only a person can mend.
type configError struct{ error }

func (e *configError) Unwrap() error { return e.error }

// isRejection reports whether somebody answered who has looked at the login.
func isRejection(err error) bool {
	var answered *APIError
	return errors.As(err, &answered) && answered.StatusCode/100 == 4 &&
		answered.StatusCode != http.StatusRequestTimeout && answered.StatusCode != http.StatusTooManyRequests
}

// admission lets one call go with a configured key or token.
type admission struct {
	first      bool // nobody knows yet whether the key is right: the other calls wait for this one
	rejections int  // what the guard knew; a later rejection may have come while this call was on its way
}

// admit lets a call go. As long as nobody knows whether a configured key or token is right, one call goes first; if it
// is wrong, none goes after it. The caller must settle what admit has let go.
func (l *login) admit(ctx context.Context) (admission, error) {
	if !l.isConfigured() { // what IAM has issued is right
		return admission{}, nil
	}
	g := l.guard
	if err := g.acquire(ctx); err != nil {
		return admission{}, err
	}
	g.mutex.Lock()
	defer g.mutex.Unlock()
	first := g.closed == nil && !g.verified && !g.unreachable
	if !first {
		g.release()
	}
	return admission{first: first, rejections: g.rejections}, g.closed
}

// settle notes how a call went that was admitted.
func (l *login) settle(ctx context.Context, x *exchange, admitted admission) {
	if !l.isConfigured() {
		return
	}
	g := l.guard
	if admitted.first {
		defer g.release()
	}
	g.mutex.Lock()
	defer g.mutex.Unlock()
	switch a := x.answer; {
	case g.closed != nil:
	case a == nil:
		g.unreachable = g.unreachable || !x.sent.Load() && ctx.Err() == nil
	case deniesLogin(a) && g.verified: // the key is not good any more, or it is a gateway's whim: the next call tells
		g.verified, g.unreachable = false, false
		g.rejections++
	case deniesLogin(a) && admitted.rejections < g.rejections: // it was on its way when the key was rejected
	case deniesLogin(a):
		g.closed = &LoginError{Login: l.name, Err: x.apiError()}
	case acceptsLogin(a):
		g.verified = true
	}
}

// deniesLogin reports whether an answer is a 401 other than DWS's for "not found or no access".
func deniesLogin(a *answer) bool {
	return a.status == http.StatusUnauthorized && errorCode(a) != dwsNoAccess
}

// acceptsLogin reports whether an answer is of somebody who has looked at the login and found it right.
func acceptsLogin(a *answer) bool {
	switch a.status {
	case http.StatusUnauthorized, http.StatusProxyAuthRequired, http.StatusRequestTimeout, http.StatusTooManyRequests:
		return errorCode(a) == dwsNoAccess
	}
	return a.status/100 == 2 || a.status/100 == 4 || errorCode(a) == dwsNoAccess
}
