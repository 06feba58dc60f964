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
)

// logInByPassword gets a token. The client does not send the call again if the answer was lost, because it may have
// been a rejection. A service that is unavailable has not looked at the password.
func (c *Client) logInByPassword(ctx context.Context) (*credential, error) {
	asked := c.clock.Now()
	x, err := c.send(ctx, call{
		service:   serviceIAM,
		operation: "log in",
		method:    http.MethodPost,
		path:      "/v3/auth/tokens",
		body:      c.loginBody(),
		anonymous: true,
		once:      true,
	})
	switch {
	case err != nil && x != nil && x.sent.Load():
		return nil, &unansweredError{err}
	case err != nil:
		return nil, err
	case x.answer.status >= 500 && x.answer.status != http.StatusServiceUnavailable:
		return nil, &unansweredError{x.apiError()}
	case x.answer.status/100 != 2:
		return nil, x.apiError()
	}
	t, token, err := x.readToken()
	if err != nil {
		return nil, err
	}
	t.live(lifetime{asked: asked, issued: token.IssuedAt, expires: token.ExpiresAt, fallback: usualTokenLife})
	got := token.Project
	if got.ID == "" || len(c.config.Roles) > 0 {
		return t, nil
	}
	t.projectID = got.ID
	if err := checkID("project", got.ID); err != nil {
		return nil, x.replyError(errors.New("the id of its project is not an id"))
	}
	if known := c.project.knownID(); known != "" && got.ID != known ||
		known == "" && got.Name != "" && got.Name != c.project.name {
		return nil, x.replyError(fmt.Errorf("the token is for another project than %s", cmp.Or(known, c.shownProject())))
	}
	return t, nil
}

type object = map[string]any

// loginBody: IAM API Reference, "Obtaining a User Token Through Password Authentication"; the passcode is Open Telekom
// Cloud's ("Obtaining a User Token Through Password Authentication and Virtual MFA").
func (c *Client) loginBody() any {
	config := c.config
	user := object{"id": config.UserID, "password": config.Password}
	if config.UserID == "" {
		user = object{"name": config.UserName, "password": config.Password, "domain": config.domain()}
	}
	methods, identity := []string{"password"}, object{"password": object{"user": user}}
	if config.Passcode != "" {
		methods = append(methods, "totp")
		identity["totp"] = object{"user": object{"id": config.UserID, "passcode": config.Passcode}}
	}
	identity["methods"] = methods
	auth := object{"identity": identity}
	if scope := c.loginScope(); scope != nil {
		auth["scope"] = scope
	}
	return object{"auth": auth}
}

// domain is the user's.
func (c Config) domain() object {
	switch {
	case c.DomainID != "":
		return object{"id": c.DomainID}
	case c.DomainName != "":
		return object{"name": c.DomainName}
	default:
		return nil
	}
}

// loginScope is the scope of the token: the project, or the user's own domain if roles follow, because the project may
// then be another account's. If the domain is not known there is no scope. That IAM then takes the user's domain is a
// guess.
func (c *Client) loginScope() any {
	domain := c.config.domain()
	if len(c.config.Roles) > 0 {
		if domain == nil {
			return nil
		}
		return object{"domain": domain}
	}
	if id := c.project.knownID(); id != "" {
		return object{"project": object{"id": id}}
	}
	project := object{"name": c.project.name}
	if domain != nil { // only the name of a project needs it
		project["domain"] = domain
	}
	return object{"project": project}
}

// issuedToken is the body that comes with a token.
type issuedToken struct {
	IssuedAt  moment  `json:"issued_at"`
	ExpiresAt moment  `json:"expires_at"`
	Project   project `json:"project"`
}

// readToken reads the answer to a login: the token is in a header, and the body describes it.
func (x *exchange) readToken() (*credential, issuedToken, error) {
	t := &credential{token: x.answer.header.Get("X-Subject-Token")}
	x.client.secrets.add(t.token)
	var reply struct {
		Token issuedToken `json:"token"`
	}
	if err := json.Unmarshal(x.answer.body, &reply); err != nil {
		return nil, reply.Token, x.replyError(err)
	}
	if t.token == "" || strings.TrimSpace(t.token) != t.token {
		return nil, reply.Token, x.replyError(errors.New("it has no header X-Subject-Token"))
	}
	return t, reply.Token, nil
}
