// SPDX-License-Identifier: MPL-2.0

package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	// renewBefore is how long before its end a credential is renewed, so that none ends on the way.
	renewBefore = 10 * time.Minute
	// renewPause is how long a credential that is good for a while is used on after an attempt to renew it. ECS metadata hands out
	// the same key until it has a newer one.
	renewPause = time.Minute
	// loginPause is how long a login is left alone that could not be made, so that a hundred waits do not each try.
	loginPause = 10 * time.Second
	// usualTokenLife is for a token that does not say how long it lives. A day is what is said of IAM's, but not documented;
	// where it is less, the first 401 renews it.
	usualTokenLife = 24 * time.Hour
)

// login gets credentials in one way, and keeps the newest.
type login struct {
	*tries
	name  string                                         // "of user demo", for messages
	issue func(ctx context.Context) (*credential, error) // nil: the newest is all there is

	mutex  sync.Mutex
	newest *credential
}

// LoginError says that there are no credentials, or that they were refused. Five wrong signatures lock a key, and a few wrong
// passwords an account, so neither is tried again once it was refused, nor is a password whose first try had no answer.
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
		l.name, l.issue = "with the key of this ECS", c.readSecurityKey
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
	shared.locks = true
	return &login{tries: shared, name: "of user " + cmp.Or(c.config.UserID, c.config.UserName), issue: c.logInByPassword}
}

// current returns a credential that is not about to end, and not one that was refused; it logs in for one if it must.
func (l *login) current(ctx context.Context, clock Clock) (*credential, error) {
	if l.issue == nil {
		return l.newest, nil
	}
	if c := l.ready(clock.Now()); c != nil {
		return c, nil
	}
	if err := l.take(ctx); err != nil {
		return nil, err
	}
	defer l.leave()
	if c := l.ready(clock.Now()); c != nil { // the one before was after the same
		return c, nil
	}
	old := l.aside(clock.Now())
	fresh, err := l.again(ctx, clock)
	switch {
	case err == nil:
		fresh.afterA401 = old != nil && old.refused.Load()
		l.mutex.Lock()
		defer l.mutex.Unlock()
		l.newest = fresh
		return fresh, nil
	case old.usable(clock.Now()) && ctx.Err() == nil:
		return old, nil // the new one was only to be had in good time
	default:
		return nil, err
	}
}

// ready is the newest credential unless it is to be renewed.
func (l *login) ready(now time.Time) *credential {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.newest.usable(now) && now.Before(l.newest.renew) {
		return l.newest
	}
	return nil
}

// aside is the newest credential. Whoever asks for one while it is renewed takes it, if it is good.
func (l *login) aside(now time.Time) *credential {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.newest.usable(now) {
		l.newest.renew = now.Add(renewPause)
	}
	return l.newest
}

// again logs in, unless that has failed for good.
func (l *login) again(ctx context.Context, clock Clock) (*credential, error) {
	if err := l.ended(clock.Now()); err != nil {
		return nil, err
	}
	fresh, err := l.issue(ctx)
	if err == nil {
		l.succeeded()
		return fresh, nil
	}
	return nil, l.missed(ctx, err, l.name, clock.Now())
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
	if soonest := asked.Add(renewPause); c.renew.Before(soonest) {
		c.renew = soonest
	}
}

// usable is whether a credential that is renewed is good. There may be none.
func (c *credential) usable(now time.Time) bool {
	return c != nil && !c.refused.Load() && now.Before(c.expires)
}

// isRefusal is an answer of somebody who has looked at the login.
func isRefusal(err error) bool {
	var refused *APIError
	return errors.As(err, &refused) && refused.StatusCode/100 == 4 &&
		refused.StatusCode != http.StatusRequestTimeout && refused.StatusCode != http.StatusTooManyRequests
}
