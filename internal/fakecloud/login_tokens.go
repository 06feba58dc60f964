// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"net/http"
	"slices"
)

// loginAgency names an agency (IAM API reference, Obtaining an Agency Token).
type loginAgency struct {
	DomainName string `json:"domain_name,omitempty"`
	DomainID   string `json:"domain_id,omitempty"`
	AgencyName string `json:"xrole_name"`
}

// tokenForToken issues a token of another scope for the same user.
func (q *call) tokenForToken(id string, scope *loginScope) (any, error) {
	if err := q.loginSignature(); err != nil {
		return nil, err
	}
	if err := q.authenticateToken(id); err != nil {
		return nil, err
	}
	project, err := q.projectOf(q.account, scope)
	if err != nil {
		return nil, err
	}
	token := q.issue(q.account, project, false)
	q.recordIssue("token-for-token", "", q.account, q.tokenLife)
	return created{token.value, map[string]any{"token": q.describe(token, []string{"token"})}}, nil
}

// tokenThroughAgency issues a token with the permissions of an agency. As documented, the caller identifies themselves
// by X-Auth-Token; the vendor's SDK and its provider sign the call instead. A scope names the agency's domain, if any.
func (q *call) tokenThroughAgency(asked loginAgency, scope *loginScope) (any, error) {
	if err := q.authenticate(); err != nil {
		return nil, err
	}
	if asked.AgencyName == "" || (asked.DomainName == "") == (asked.DomainID == "") {
		return nil, badParameter("an agency is named by xrole_name and either domain_name or domain_id")
	}
	agency := q.agency(func(a Agency) bool {
		return a.Name == asked.AgencyName && a.isOf(loginDomain{asked.DomainName, asked.DomainID})
	})
	if agency == nil || !slices.Contains(agency.Trusts, q.account.UserName) {
		return nil, gatewayError{http.StatusForbidden, accessDenied,
			"You are not authorized to assume the agency, or it does not exist."} // as for a key: see keyThroughAgency
	}
	account := q.accountNamed(agency.UserName)
	var project *Project
	if scope != nil && scope.Project != nil {
		if !agency.isOf(scope.Project.Domain) {
			return nil, loginRefused("The domain of the project is not that of the agency.")
		}
		inDomain := &loginScope{Project: &loginProject{Name: scope.Project.Name, ID: scope.Project.ID}}
		var err error
		if project, err = q.projectOf(account, inDomain); err != nil {
			return nil, err
		}
	} else if scope != nil && !agency.isOf(*scope.Domain) {
		return nil, loginRefused("The domain of the scope is not that of the agency.")
	}
	token := q.issue(account, project, false)
	q.recordIssue("agency-token", agency.Name, account, q.tokenLife)
	described := q.describe(token, []string{"assume_role"})
	domain := map[string]any{"id": agency.DomainID, "name": agency.DomainName}
	described["user"] = map[string]any{
		"id": account.UserID, "name": agency.DomainName + "/" + agency.Name, "domain": domain, "password_expires_at": "",
	}
	described["assumed_by"] = map[string]any{"user": userView(q.account)}
	return created{token.value, map[string]any{"token": described}}, nil
}

func (a Agency) isOf(domain loginDomain) bool {
	return (domain.Name == "" || domain.Name == a.DomainName) && (domain.ID == "" || domain.ID == a.DomainID)
}
