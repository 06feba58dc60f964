// SPDX-License-Identifier: MPL-2.0

package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

const (
	// renewBefore is how long before its end a credential is renewed, so that none ends on the way.
	renewBefore = 10 * time.Minute
	// soonestRenewal is when another is asked for at the soonest: ECS metadata hands out the same key until it has a newer one.
	soonestRenewal = 10 * time.Second
	// usualTokenLife is for a token that does not say how long it lives. A day is what is said of IAM's, but not documented;
	// where it is less, the first 401 renews it.
	usualTokenLife = 24 * time.Hour
)

// login gets credentials in one way, and keeps the newest.
type login struct {
	*tries
	name   string                                         // "of user demo", for messages
	issue  func(ctx context.Context) (*credential, error) // nil: the newest is all there is
	newest *credential

	lastResort bool // nothing else is configured
}

// tries are what is known of a key or a password. Those who log in with the same one share them.
type tries struct {
	turn   chan struct{} // held while a credential is looked at or got: a wrong password must not be tried by two at once
	proven bool          // it was accepted once
	failed error         // the end of all tries
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

// LoginError says that there are no credentials, or that they were refused. Five wrong signatures lock a key, and a few wrong
// passwords an account, so neither is tried again once it was refused, nor if its first try had no answer.
type LoginError struct {
	Login string // such as "of user demo"
	Err   error

	NoCredentials bool // none are configured, and this is no ECS with an agency
}

func (e *LoginError) Error() string {
	return fmt.Sprintf("the login %s failed, and is not tried again: %v", e.Login, e.Err)
}

func (e *LoginError) Unwrap() error { return e.Err }

// newLogin is how the clients of all regions log in; with a password see tokenPerProject.
func (c *Client) newLogin() *login {
	config := c.config
	l := &login{tries: newTries()}
	switch {
	case config.AuthToken != "":
		l.name, l.newest = "with the token", &credential{token: config.AuthToken}
	case config.Federation != nil:
		l.name, l.issue = "through identity provider "+config.Federation.IdentityProvider, c.logInFederated
	case config.AccessKey != "":
		l.name = "with the access key"
		l.newest = &credential{accessKey: config.AccessKey, secretKey: config.SecretKey, securityToken: config.SecurityToken}
	case config.Password != "":
		l = c.newPasswordLogin(l.tries)
	default:
		l.name, l.issue, l.lastResort = "with the key of this ECS", c.readSecurityKey, true
	}
	for _, role := range config.Roles {
		base := l
		l = &login{tries: newTries(), name: "through agency " + role.Agency}
		l.issue = func(ctx context.Context) (*credential, error) { return c.assume(ctx, role, base) }
	}
	return l
}

// tokenPerProject is whether each region's client logs in by itself: a password's token is one of the region's project.
func (c Config) tokenPerProject() bool {
	return c.Password != "" && c.AuthToken == "" && c.Federation == nil && c.AccessKey == "" && len(c.Roles) == 0
}

func (c *Client) newPasswordLogin(shared *tries) *login {
	return &login{tries: shared, name: "of user " + cmp.Or(c.config.UserID, c.config.UserName), issue: c.logInByPassword}
}

// begin lets one call go first with a key or token of which nobody knows yet whether it is right, and none after it if it is
// not. first is whether this one is it; then end follows.
func (l *login) begin(ctx context.Context) (first bool, err error) {
	if l == nil || l.issue != nil { // what IAM has issued is right
		return false, nil
	}
	if err := l.take(ctx); err != nil {
		return false, err
	}
	if l.failed == nil && !l.proven {
		return true, nil
	}
	l.leave()
	return false, l.failed
}

// end is told of a denial; nil is none, also because there was no answer: where there is no network, nobody should wait for the
// others.
func (l *login) end(ctx context.Context, denial *APIError) {
	defer l.leave()
	if denial != nil {
		l.failed = &LoginError{Login: l.name, Err: denial}
		return
	}
	l.proven = ctx.Err() == nil
}

// denial is an answer's error if it denies the login.
func (c *Client) denial(x *exchange, a *answer) *APIError {
	if a == nil || !deniesLogin(a) {
		return nil
	}
	return c.apiError(x, a)
}

// current returns a credential that is not about to end, and not one that was refused; it logs in for one if it must.
func (l *login) current(ctx context.Context, clock Clock) (*credential, error) {
	if l.issue == nil {
		return l.newest, nil
	}
	if err := l.take(ctx); err != nil {
		return nil, err
	}
	defer l.leave()
	current, now := l.newest, clock.Now()
	refused := current != nil && current.refused.Load()
	usable := current != nil && !refused && now.Before(current.expires)
	if usable && now.Before(current.renew) {
		return current, nil
	}
	fresh, err := l.again(ctx)
	switch {
	case err == nil:
		fresh.afterA401 = refused
		l.newest = fresh
		return fresh, nil
	case usable && ctx.Err() == nil:
		return current, nil // the new one was only to be had in good time
	default:
		return nil, err
	}
}

// again logs in, unless that has failed before. Once a login has succeeded, only a refusal ends all tries.
func (l *login) again(ctx context.Context) (*credential, error) {
	if l.failed != nil {
		return nil, l.failed
	}
	fresh, err := l.issue(ctx)
	switch {
	case err == nil:
		l.proven = true
		return fresh, nil
	case ctx.Err() != nil || l.proven && !isRefusal(err):
		return nil, err
	}
	l.failed = err
	if !errors.As(err, new(*LoginError)) {
		l.failed = &LoginError{Login: l.name, Err: err, NoCredentials: l.lastResort}
	}
	return nil, l.failed
}

func isRefusal(err error) bool {
	var refused *APIError
	return errors.As(err, &refused) && refused.StatusCode/100 == 4 &&
		refused.StatusCode != http.StatusRequestTimeout && refused.StatusCode != http.StatusTooManyRequests
}

// authenticate gives the exchange the credential of now. The login's own connection is none of the call's.
func (c *Client) authenticate(ctx context.Context, x *exchange) error {
	if x.as == nil {
		return nil
	}
	defer x.sent.Store(false)
	var err error
	x.credential, err = x.as.current(ctx, c.clock)
	return err
}

// live says until when a credential is good that was asked for at a moment, of the client's clock. How long it lives counts from
// the issuer's own time where it tells that, because clocks differ; fallback is for where it does not tell its end either.
func (c *credential) live(asked time.Time, issued, expires moment, fallback time.Duration) {
	life := expires.Sub(asked)
	if !issued.IsZero() {
		life = expires.Sub(issued.Time)
	}
	if expires.IsZero() || life <= 0 {
		life = fallback
	}
	c.expires = asked.Add(life)
	c.renew = c.expires.Add(-min(renewBefore, life/2))
	if soonest := asked.Add(soonestRenewal); c.renew.Before(soonest) {
		c.renew = soonest
	}
}
