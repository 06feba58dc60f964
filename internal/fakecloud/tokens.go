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

// describe returns the part of the answer that all logins share. An unscoped token has neither roles nor a catalog.
func (q *call) describe(token *issuedToken, methods []string) map[string]any {
	described := map[string]any{
		"methods":    methods,
		"issued_at":  q.now.UTC().Format(tokenTimeLayout),
		"expires_at": token.expires.UTC().Format(tokenTimeLayout),
		"user":       userView(token.account),
	}
	if token.unscoped {
		return described
	}
	described["roles"] = []any{map[string]any{"id": "0", "name": "te_admin"}}
	if !q.query.Has("nocatalog") {
		described["catalog"] = q.catalog(token.project)
	}
	if token.project == nil {
		described["domain"] = token.account.domain()
		return described
	}
	described["project"] = map[string]any{
		"id": token.project.ID, "name": token.project.Name, "domain": token.account.domain(),
	}
	return described
}

func userView(account *account) map[string]any {
	return map[string]any{
		"id": account.UserID, "name": account.UserName, "domain": account.domain(), "password_expires_at": "",
	}
}

// catalog lists the services with their addresses in the form of the catalog of Open Telekom Cloud, whose provider
// takes its addresses from there. The services of a project are in the catalog only of a token for one.
func (q *call) catalog(project *Project) []any {
	region, databases := "*", false
	if project != nil {
		region, databases = project.Name, true
	}
	list := []any{}
	add := func(kind, url string) {
		list = append(list, map[string]any{
			"id": derivedID("service", kind), "name": kind, "type": kind,
			"endpoints": []any{map[string]any{
				"id": derivedID("endpoint", url), "interface": "public", "region": region, "region_id": region, "url": url,
			}},
		})
	}
	add("iam", q.addresses.IAM+"/v3")
	if databases {
		add("rdsv3", q.addresses.RDS+"/v3/"+project.ID)
		add("ddsv3", q.addresses.DDS+"/v3/"+project.ID)
		add("dws", q.addresses.DWS)
	}
	return list
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
