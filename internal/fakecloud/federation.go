// SPDX-License-Identifier: MPL-2.0

package fakecloud

import "slices"

type idTokenBody struct {
	Auth struct {
		IDToken struct {
			ID string `json:"id"`
		} `json:"id_token"`
		Scope *struct {
			Project *loginDomain `json:"project,omitempty"` // by name or id, like the domain
			Domain  *loginDomain `json:"domain,omitempty"`
		} `json:"scope,omitempty"`
	} `json:"auth"`
}

// scope returns nil for an unscoped token. It names a project as in a login, but without a domain.
func (b *idTokenBody) scope() *loginScope {
	given := b.Auth.Scope
	if given == nil {
		return nil
	}
	scope := &loginScope{Domain: given.Domain}
	if given.Project != nil {
		scope.Project = &loginProject{Name: given.Project.Name, ID: given.Project.ID}
	}
	return scope
}

// createTokenWithIDToken follows IAM API reference, Obtaining a Token with an OpenID Connect ID Token. The form of its
// errors is not documented.
func (q *call) createTokenWithIDToken() (any, error) {
	if err := q.loginCredentials("a login with an ID token"); err != nil {
		return nil, err
	}
	if err := q.parameters(); err != nil {
		return nil, err
	}
	providerID := q.request.Header.Get("X-Idp-Id")
	if providerID == "" {
		return nil, badParameter("X-Idp-Id is missing")
	}
	var body idTokenBody
	if err := q.decode(&body); err != nil {
		return nil, err
	}
	scope := body.scope()
	if !scope.wellFormed() {
		return nil, badParameter("a scope is one project or one domain, by its id or its name")
	}
	i := slices.IndexFunc(q.identityProviders, func(p IdentityProvider) bool {
		return p.ID == providerID && slices.Contains(p.IDTokens, body.Auth.IDToken.ID)
	})
	if i < 0 {
		return nil, loginRefused("The identity provider or the ID token is wrong.")
	}
	account := q.accountNamed(q.identityProviders[i].UserName)
	project, err := q.projectOf(account, scope)
	if err != nil {
		return nil, err
	}
	token := q.issue(account, project, scope == nil)
	q.recordIssue("id-token", providerID, account, q.tokenLife)
	described := q.describe(token, []string{"mapped"})
	described["user"].(map[string]any)["OS-FEDERATION"] = map[string]any{
		"identity_provider": map[string]any{"id": providerID}, "protocol": map[string]any{"id": "oidc"},
		"groups": []any{},
	}
	return created{token.value, map[string]any{"token": described}}, nil
}
