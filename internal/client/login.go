// SPDX-License-Identifier: MPL-2.0

package client

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

const (
	// renewBefore is how long before its end a token is renewed, so that none ends on the way.
	renewBefore = 10 * time.Minute
	// usualTokenLife is for a token that does not say how long it lives. A day is what is said of IAM's, but not documented;
	// where it is less, the first 401 renews it.
	usualTokenLife = 24 * time.Hour
)

// token is what a login has issued, for the project of one region.
type token struct {
	value     string
	projectID string    // "" where IAM did not say
	renew     time.Time // on the client's clock, as the next
	expires   time.Time
	afterA401 bool        // issued because the one before it was refused
	accepted  atomic.Bool // some call with it was answered otherwise than by a 401
	refused   atomic.Bool // none will be any more
}

// isRefused takes note of an answer, and reports whether another token may help. One that was issued for that reason, and never
// accepted, shows that it does not.
func (t *token) isRefused(a *answer) bool {
	switch {
	case t == nil: // no password is used, or this is the login
		return false
	case a.status >= 500 || a.status == http.StatusTooManyRequests: // perhaps before anybody looked at it
		return false
	case a.status != http.StatusUnauthorized || errorCode(a) == dwsNoAccess:
		t.accepted.Store(true)
		return false
	case t.afterA401 && !t.accepted.Load():
		return false
	}
	t.refused.Store(true)
	return true
}

// login is what the clients of all regions know about their common password.
type login struct {
	// turn is held while a token is looked at or got: a wrong password must not be tried by two at once.
	turn   chan struct{}
	proven bool  // the password was accepted once
	failed error // the end of all tries
}

func newLogin() *login {
	l := &login{turn: make(chan struct{}, 1)}
	l.turn <- struct{}{}
	return l
}

func (l *login) take(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	select {
	case <-l.turn:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (l *login) leave() { l.turn <- struct{}{} }

// LoginError says that a password got no token. Wrong ones lock an account after a few tries, so a password is not tried again
// once IAM refused it, nor if its first try had no answer.
type LoginError struct {
	User string // name or id
	Err  error
}

func (e *LoginError) Error() string {
	return fmt.Sprintf("the login of user %s failed, and is not tried again: %v", e.User, e.Err)
}

func (e *LoginError) Unwrap() error { return e.Err }

// authenticate gives the exchange the token of now, where a password is used. The login's own connection is none of the call's.
func (c *Client) authenticate(ctx context.Context, x *exchange) error {
	if c.login == nil || x.anonymous {
		return nil
	}
	defer x.sent.Store(false)
	t, err := c.currentToken(ctx)
	if err != nil {
		return err
	}
	x.token = t
	return nil
}

// currentToken returns a token that is not about to end, and not one that was refused; it logs in for one if it must.
func (c *Client) currentToken(ctx context.Context) (*token, error) {
	if err := c.login.take(ctx); err != nil {
		return nil, err
	}
	defer c.login.leave()
	current, now := c.token, c.clock.Now()
	refused := current != nil && current.refused.Load()
	usable := current != nil && !refused && now.Before(current.expires)
	if usable && now.Before(current.renew) {
		return current, nil
	}
	fresh, err := c.logIn(ctx)
	switch {
	case err == nil:
		fresh.afterA401 = refused
		c.token = fresh
		return fresh, nil
	case usable && ctx.Err() == nil:
		return current, nil // the new one was only to be had in good time
	default:
		return nil, err
	}
}

// logIn tries the password, unless it has failed before. The call is one of those that are sent once: an answer that was lost
// may have been a refusal. Once the password is known to be right, only a refusal ends all tries.
func (c *Client) logIn(ctx context.Context) (*token, error) {
	if c.login.failed != nil {
		return nil, c.login.failed
	}
	asked := c.clock.Now()
	x, answer, err := c.send(ctx, c.once, call{
		service:   serviceIAM,
		operation: "log in",
		method:    http.MethodPost,
		path:      "/v3/auth/tokens",
		body:      c.loginBody(),
		anonymous: true,
	})
	final := x != nil && x.sent.Load() && !c.login.proven
	if err == nil && answer.status/100 != 2 {
		final = answer.status/100 == 4 && answer.status != http.StatusRequestTimeout && answer.status != http.StatusTooManyRequests || final
		err = c.apiError(x, answer)
	}
	if err == nil {
		var t *token
		if t, err = c.readToken(x, answer, asked); err == nil {
			c.login.proven = true
			return t, nil
		}
	}
	if final {
		c.login.failed = &LoginError{User: cmp.Or(c.config.UserID, c.config.UserName), Err: err}
		return nil, c.login.failed
	}
	return nil, err
}

// loginBody: IAM API Reference, "Obtaining a User Token Through Password Authentication". The domain of the scope is the
// user's; it belongs to the name of a project only.
func (c *Client) loginBody() any {
	type object = map[string]any
	config := c.config
	domain := object{"id": config.DomainID}
	if config.DomainID == "" {
		domain = object{"name": config.DomainName}
	}
	hasDomain := config.DomainID != "" || config.DomainName != ""
	user := object{"id": config.UserID, "password": config.Password}
	if config.UserID == "" {
		user = object{"name": config.UserName, "password": config.Password, "domain": domain}
	}
	project := object{"name": c.project.name}
	switch {
	case c.projectKnown() != "":
		project = object{"id": c.projectKnown()}
	case hasDomain:
		project["domain"] = domain
	}
	return object{"auth": object{
		"identity": object{"methods": []string{"password"}, "password": object{"user": user}},
		"scope":    object{"project": project},
	}}
}

// readToken reads the answer to a login: the token is in a header, and the body tells of it. How long it lives counts from the
// client's own time, because clocks differ.
func (c *Client) readToken(x *exchange, a *answer, asked time.Time) (*token, error) {
	t := &token{value: a.header.Get("X-Subject-Token")}
	c.credentials.secrets.add(t.value)
	wrong := func(err error) error {
		return &ReplyError{Operation: x.name(), Body: c.excerpt(a.body), Err: err}
	}
	var reply struct {
		Token struct {
			IssuedAt  moment  `json:"issued_at"`
			ExpiresAt moment  `json:"expires_at"`
			Project   project `json:"project"`
		} `json:"token"`
	}
	if err := json.Unmarshal(a.body, &reply); err != nil {
		return nil, wrong(err)
	}
	if t.value == "" || strings.TrimSpace(t.value) != t.value {
		return nil, wrong(errors.New("it has no header X-Subject-Token"))
	}
	if got := reply.Token.Project; got.ID != "" {
		t.projectID = got.ID
		if err := checkID("project", got.ID); err != nil {
			return nil, wrong(err)
		}
		if known := c.projectKnown(); known != "" && got.ID != known || known == "" && got.Name != "" && got.Name != c.project.name {
			return nil, wrong(fmt.Errorf("the token is for another project than %s", cmp.Or(known, c.project.name)))
		}
	}
	life := reply.Token.ExpiresAt.Sub(asked)
	if issued := reply.Token.IssuedAt; !issued.IsZero() {
		life = reply.Token.ExpiresAt.Sub(issued.Time)
	}
	if reply.Token.ExpiresAt.IsZero() || life <= 0 {
		life = usualTokenLife
	}
	t.expires = asked.Add(life)
	t.renew = t.expires.Add(-min(renewBefore, life/2))
	return t, nil
}
