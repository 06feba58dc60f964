// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	// wrongPasswordsAllowed in a row: one more locks the account for lockDuration. That there is such a lock is documented
	// (IAM user guide, login authentication policy); its numbers are the administrator's to set, these are a guess.
	wrongPasswordsAllowed = 4
	tokenTimeLayout       = "2006-01-02T15:04:05.000000Z"
)

// Login is one try to log in with a password.
type Login struct {
	UserName  string    `json:"user_name"` // of the account; "" = there is none such
	ProjectID string    `json:"project_id"`
	Time      time.Time `json:"time"`
	Accepted  bool      `json:"accepted"`
}

// issuedToken is one that a login has made.
type issuedToken struct {
	value, projectID string
	account          *account
	expires          time.Time
	revoked          bool
}

// createdToken is the answer to a login: the token is in a header.
type createdToken struct {
	value string
	body  any
}

// Logins returns every login that was tried, in order.
func (c *Cloud) Logins() []Login {
	c.lock.Lock()
	defer c.lock.Unlock()
	return append([]Login{}, c.logins...)
}

// RevokeTokens lets no token that a login has made count any more.
func (c *Cloud) RevokeTokens() {
	c.lock.Lock()
	defer c.lock.Unlock()
	for _, token := range c.issued {
		token.revoked = true
	}
}

type loginDomain struct {
	Name string `json:"name,omitempty"`
	ID   string `json:"id,omitempty"`
}

type loginBody struct {
	Auth struct {
		Identity struct {
			Methods  []string `json:"methods"`
			Password struct {
				User struct {
					Name     string      `json:"name,omitempty"`
					ID       string      `json:"id,omitempty"`
					Password string      `json:"password"`
					Domain   loginDomain `json:"domain,omitzero"`
				} `json:"user"`
			} `json:"password"`
		} `json:"identity"`
		Scope struct {
			Project struct {
				Name   string      `json:"name,omitempty"`
				ID     string      `json:"id,omitempty"`
				Domain loginDomain `json:"domain,omitzero"`
			} `json:"project"`
		} `json:"scope"`
	} `json:"auth"`
}

// createToken: IAM API reference, Obtaining a User Token Through Password Authentication. A wrong user, a wrong password and a
// project that is not the user's are told apart by their messages only, which are not documented.
func (q *call) createToken() (any, error) {
	for _, header := range []string{"Authorization", "X-Auth-Token"} {
		if q.request.Header.Get(header) != "" {
			return nil, badParameter("a login carries no %s", header)
		}
	}
	var body loginBody
	if err := q.decode(&body); err != nil {
		return nil, err
	}
	user, project := body.Auth.Identity.Password.User, body.Auth.Scope.Project
	if !slices.Equal(body.Auth.Identity.Methods, []string{"password"}) || (user.Name == "") == (user.ID == "") || (project.Name == "") == (project.ID == "") {
		return nil, badParameter("a login names the method password, one user and one project")
	}
	login := Login{Time: q.now}
	defer func() { q.logins = append(q.logins, login) }()
	account := q.loginAccount(user.Name, user.ID, user.Domain)
	if account == nil {
		return nil, loginRefused("The username or password is wrong.")
	}
	login.UserName = account.UserName
	if err := account.checkPassword(user.Password, q.now); err != nil {
		return nil, err
	}
	found := q.loginProject(account, project.Name, project.ID)
	if found == nil || project.Domain != (loginDomain{}) && !account.isOf(project.Domain) {
		return nil, loginRefused("The user has no permission for the project of the scope, or it does not exist.")
	}
	login.ProjectID, login.Accepted = found.ID, true
	return q.issue(account, found), nil
}

func loginRefused(message string) error {
	return gatewayError{http.StatusUnauthorized, "APIGW.0301", message}
}

// loginAccount takes a user's name only with its domain, which an id does not need.
func (q *call) loginAccount(name, id string, domain loginDomain) *account {
	for _, account := range q.accounts {
		if account.Password == "" || domain != (loginDomain{}) && !account.isOf(domain) {
			continue
		}
		if id != "" && account.UserID == id || name != "" && account.UserName == name && domain != (loginDomain{}) {
			return account
		}
	}
	return nil
}

func (a *account) isOf(domain loginDomain) bool {
	return (domain.Name == "" || domain.Name == a.DomainName) && (domain.ID == "" || domain.ID == a.DomainID)
}

func (a *account) checkPassword(password string, now time.Time) error {
	if now.Before(a.noLoginUntil) {
		return loginRefused("The account is locked because of too many failed logins.")
	}
	if password != a.Password {
		if a.wrongPasswords++; a.wrongPasswords > wrongPasswordsAllowed {
			a.wrongPasswords, a.noLoginUntil = 0, now.Add(lockDuration)
		}
		return loginRefused("The username or password is wrong.")
	}
	a.wrongPasswords = 0
	return nil
}

// loginProject is nil unless exactly one fits.
func (q *call) loginProject(account *account, name, id string) *Project {
	var found []*Project
	for i := range q.projects {
		p := &q.projects[i]
		if (p.ID == id || p.Name == name) && slices.Contains(p.Accounts, account.UserName) {
			found = append(found, p)
		}
	}
	if len(found) != 1 {
		return nil
	}
	return found[0]
}

// issue makes a token. Its characters are those of the real ones, which are some thousand long: a signed message in base64.
func (q *call) issue(account *account, project *Project) createdToken {
	token := &issuedToken{
		value:   "MIIfake+" + strings.Repeat(newID()+"/", 8) + newID() + "==",
		account: account, projectID: project.ID, expires: q.now.Add(q.tokenLife),
	}
	q.issued = append(q.issued, token)
	return createdToken{token.value, map[string]any{"token": map[string]any{
		"methods":    []string{"password"},
		"issued_at":  q.now.UTC().Format(tokenTimeLayout),
		"expires_at": token.expires.UTC().Format(tokenTimeLayout),
		"project":    map[string]any{"id": project.ID, "name": project.Name},
		"user":       map[string]any{"id": account.UserID, "name": account.UserName},
	}}}
}

// authenticateIssued finds the account by a token that a login has made.
func (q *call) authenticateIssued(value string) error {
	for _, token := range q.issued {
		switch {
		case token.value != value:
		case token.revoked || !q.now.Before(token.expires):
			return unauthorised("token expired")
		default:
			q.account, q.scope = token.account, token.projectID
			return nil
		}
	}
	return unauthorised("decrypt token fail")
}
