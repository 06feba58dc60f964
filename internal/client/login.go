// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// renewBefore is how long before its end a credential is renewed, so that none ends on the way.
	renewBefore = 10 * time.Minute
	// renewPause is how long a credential that is still good stays in use after an attempt to renew it. ECS metadata hands
	// out the same key until it has a newer one.
	renewPause = time.Minute
	// usualTokenLife is for a token that does not say how long it lives. IAM's are said to live a day, but this is not
	// documented. If it is less, the first 401 renews the token.
	usualTokenLife = 24 * time.Hour
)

// login gets credentials by one authentication method, and keeps the newest.
type login struct {
	guard *loginGuard
	name  string                                         // "with the password", for messages
	issue func(ctx context.Context) (*credential, error) // nil: the credential is configured

	mutex  sync.Mutex
	newest *credential
}

// isConfigured reports whether the credential is a configured one, which nobody renews. There may be no login.
func (l *login) isConfigured() bool { return l != nil && l.issue == nil }

// LoginError says that there are no credentials, or that the service rejected them. Five wrong signatures lock a key,
// and a few wrong passwords an account, so the client tries neither again after a rejection, nor a password whose first
// try had no answer.
type LoginError struct {
	Login string // such as "with the password"; never a name, in whose place somebody may have put a secret
	Err   error

	NoCredentials bool // none are configured, and this is no ECS with an agency
}

func (e *LoginError) Error() string {
	return fmt.Sprintf("the login %s failed, and is not tried again: %v", e.Login, e.Err)
}

func (e *LoginError) Unwrap() error { return e.Err }

// newLogin chooses the authentication method of the clients of all regions. For a password, see tokenPerProject.
func (c *Client) newLogin() *login {
	config := c.config
	c.secrets.add(config.misplacedSecrets()...)
	l := &login{guard: newLoginGuard()}
	switch {
	case config.AuthToken != "":
		l.name, l.newest = "with the token", &credential{token: config.AuthToken}
	case config.Federation != nil:
		l.name, l.issue = "with the ID token", c.logInFederated
	case config.AccessKey != "":
		l.name = "with the access key"
		l.newest = &credential{accessKey: config.AccessKey, secretKey: config.SecretKey, securityToken: config.SecurityToken}
	case config.Password != "":
		l = c.newPasswordLogin(l.guard)
	default:
		l.name, l.issue = "with the key of this ECS", c.readSecurityKey
	}
	for i, role := range config.Roles {
		base := l
		l = &login{guard: newLoginGuard(), name: "through the agency"}
		if len(config.Roles) > 1 {
			l.name = fmt.Sprintf("through agency %d of %d", i+1, len(config.Roles))
		}
		l.issue = func(ctx context.Context) (*credential, error) { return c.assume(ctx, role, base) }
	}
	return l
}

// longName is how long a name is that may be a key or a token in the wrong place.
const longName = 20

// usualID is an id of IAM, which its errors should show.
var usualID = regexp.MustCompile(`^[0-9a-f]{32}$`)

// misplacedSecrets are the names that look like keys or tokens. A service may quote them in its errors.
func (c Config) misplacedSecrets() []string {
	names := []string{c.UserName, c.UserID, c.DomainName, c.DomainID, c.ProjectName}
	if c.Federation != nil {
		names = append(names, c.Federation.IdentityProvider, c.Federation.IDToken)
	}
	for _, role := range c.Roles {
		names = append(names, role.Agency, role.DomainName, role.DomainID)
	}
	return slices.DeleteFunc(names, func(name string) bool {
		return len(name) < longName || !strings.ContainsAny(name, "0123456789") || usualID.MatchString(name)
	})
}

// tokenPerProject reports whether each region's client logs in by itself: a password's token is one of the region's
// project.
func (c Config) tokenPerProject() bool {
	return c.Password != "" && c.AuthToken == "" && c.Federation == nil && c.AccessKey == "" && len(c.Roles) == 0
}

func (c *Client) newPasswordLogin(guard *loginGuard) *login {
	guard.lockable = true
	return &login{guard: guard, name: "with the password", issue: c.logInByPassword}
}

// current returns a credential that is good for a while, and that the service has not rejected. It logs in for one if
// it must.
func (l *login) current(ctx context.Context, clock Clock) (*credential, error) {
	if l.isConfigured() {
		return l.newest, nil
	}
	if c := l.fresh(clock.Now()); c != nil {
		return c, nil
	}
	if err := l.guard.acquire(ctx); err != nil {
		return nil, err
	}
	defer l.guard.release()
	if c := l.fresh(clock.Now()); c != nil { // whoever had the lock before wanted the same
		return c, nil
	}
	old := l.deferRenewal(clock.Now())
	next, err := l.logIn(ctx, clock)
	switch {
	case err == nil:
		next.afterA401 = old != nil && old.rejected.Load()
		l.mutex.Lock()
		defer l.mutex.Unlock()
		l.newest = next
		return next, nil
	case old.isUsable(clock.Now()) && ctx.Err() == nil:
		return old, nil // it was to be renewed only to be in time
	default:
		return nil, err
	}
}

// fresh is the newest credential, or nil if it is time to renew it.
func (l *login) fresh(now time.Time) *credential {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.newest.isUsable(now) && now.Before(l.newest.renew) {
		return l.newest
	}
	return nil
}

// deferRenewal returns the newest credential and postpones its renewal, so that others use it while it is renewed.
func (l *login) deferRenewal(now time.Time) *credential {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.newest.isUsable(now) {
		l.newest.renew = now.Add(renewPause)
	}
	return l.newest
}

// logIn gets a new credential, unless a failure before forbids it, and tells the guard how it went. The caller has the
// lock.
func (l *login) logIn(ctx context.Context, clock Clock) (*credential, error) {
	if err := l.guard.blocked(clock.Now()); err != nil {
		return nil, err
	}
	next, err := l.issue(ctx)
	switch {
	case err == nil:
		l.guard.noteSuccess()
	case l.guard.isFinal(err):
		err = l.asLoginError(err)
		l.guard.close(err)
	case ctx.Err() == nil: // a login that was cancelled says nothing of the next
		l.guard.pause(clock.Now().Add(loginPause), err)
	}
	return next, err
}

// asLoginError names the login that failed. The login that another one is based on may have named itself.
func (l *login) asLoginError(err error) error {
	if errors.As(err, new(*LoginError)) {
		return err
	}
	var answered *APIError
	noAgency := errors.As(err, &answered) && answered.Service == serviceMetadata &&
		answered.StatusCode == http.StatusNotFound
	return &LoginError{Login: l.name, Err: err, NoCredentials: noAgency || errors.As(err, new(*unreachableError))}
}
