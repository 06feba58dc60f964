// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"strings"
	"time"
)

const tokenTimeLayout = "2006-01-02T15:04:05.000000Z"

// issuedToken is a token that a login issued. Without a project it is for the domain, or unscoped.
type issuedToken struct {
	value    string
	account  *account
	project  *Project
	unscoped bool
	expires  time.Time
	revoked  bool
}

// isOfAnother reports whether the token belongs to another project. It is false without a token, and for a token for a
// domain, which authorise rejects on the services' paths.
func (t *issuedToken) isOfAnother(project string) bool {
	return t != nil && t.project != nil && t.project.ID != project
}

// RevokeTokens revokes all issued tokens and temporary keys. Accounts, agencies, identity providers and the metadata
// service may issue new ones.
func (c *Cloud) RevokeTokens() {
	c.lock.Lock()
	defer c.lock.Unlock()
	for _, token := range c.tokens {
		token.revoked = true
	}
	for _, key := range c.keys {
		key.revoked = !key.expires.IsZero()
	}
}

// issue creates a token. Its characters are those of real tokens, which are signed messages in base64, thousands of
// characters long.
func (q *call) issue(account *account, project *Project, unscoped bool) *issuedToken {
	token := &issuedToken{
		value:   "MIIfake+" + strings.Repeat(newID()+"/", 8) + newID() + "==",
		account: account, project: project, unscoped: unscoped, expires: q.now.Add(q.tokenLife),
	}
	q.tokens = append(q.tokens, token)
	return token
}

// describe returns the part of the answer that both logins share.
func (q *call) describe(token *issuedToken, methods []string) map[string]any {
	user := map[string]any{"id": token.account.UserID, "name": token.account.UserName, "domain": token.account.domain()}
	described := map[string]any{
		"methods":    methods,
		"issued_at":  q.now.UTC().Format(tokenTimeLayout),
		"expires_at": token.expires.UTC().Format(tokenTimeLayout),
		"user":       user,
	}
	switch {
	case token.project != nil:
		described["project"] = map[string]any{"id": token.project.ID, "name": token.project.Name}
	case !token.unscoped:
		described["domain"] = token.account.domain()
	}
	return described
}

func (a *account) domain() map[string]any {
	return map[string]any{"id": a.DomainID, "name": a.DomainName}
}

// authenticateIssued finds the account of a token that a login issued.
func (q *call) authenticateIssued(value string) error {
	for _, token := range q.tokens {
		switch {
		case token.value != value:
		case token.revoked || !q.now.Before(token.expires):
			return unauthorised("token expired")
		default:
			q.account, q.token = token.account, token
			return nil
		}
	}
	return unauthorised("decrypt token fail")
}
