// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// wrongPasswordsAllowed is how many wrong passwords in a row leave the account unlocked. One more locks it for
// lockDuration. The lock is documented (IAM user guide, login authentication policy). The administrator sets its
// numbers; these are a guess.
const wrongPasswordsAllowed = 4

// Login is one password login, accepted or not.
type Login struct {
	UserName  string    `json:"user_name"` // "" = no such account
	ProjectID string    `json:"project_id"`
	Time      time.Time `json:"time"`
	Accepted  bool      `json:"accepted"`
}

// Logins returns all password logins, in order.
func (c *Cloud) Logins() []Login {
	c.lock.Lock()
	defer c.lock.Unlock()
	return append([]Login{}, c.logins...)
}

type loginDomain struct {
	Name string `json:"name,omitempty"`
	ID   string `json:"id,omitempty"`
}

type loginUser struct {
	Name     string      `json:"name,omitempty"`
	ID       string      `json:"id,omitempty"`
	Password string      `json:"password"`
	Domain   loginDomain `json:"domain,omitzero"`
}

type loginProject struct {
	Name   string      `json:"name,omitempty"`
	ID     string      `json:"id,omitempty"`
	Domain loginDomain `json:"domain,omitzero"`
}

type loginScope struct {
	Project *loginProject `json:"project,omitempty"`
	Domain  *loginDomain  `json:"domain,omitempty"`
}

type loginBody struct {
	Auth struct {
		Identity struct {
			Methods  []string `json:"methods"`
			Password *struct {
				User loginUser `json:"user"`
			} `json:"password,omitempty"`
			TOTP *struct {
				User loginPasscode `json:"user"`
			} `json:"totp,omitempty"`
			Token *struct {
				ID string `json:"id"`
			} `json:"token,omitempty"`
			AssumeRole *loginAgency `json:"assume_role,omitempty"`
		} `json:"identity"`
		Scope *loginScope `json:"scope,omitempty"`
	} `json:"auth"`
}

type loginPasscode struct {
	ID       string `json:"id"` // a name is not enough
	Passcode string `json:"passcode"`
}

// methods are those that the body has the parts of, in the order of the pages.
func (b *loginBody) methods() []string {
	var methods []string
	for _, method := range []struct {
		name  string
		given bool
	}{
		{"password", b.Auth.Identity.Password != nil}, {"totp", b.Auth.Identity.TOTP != nil},
		{"token", b.Auth.Identity.Token != nil}, {"assume_role", b.Auth.Identity.AssumeRole != nil},
	} {
		if method.given {
			methods = append(methods, method.name)
		}
	}
	return methods
}

// createToken follows IAM API reference, Obtaining a User Token Through Password Authentication, the same page of Open
// Telekom Cloud, with a second factor, and Obtaining an Agency Token. No page has the method token, which the vendor's
// provider uses: it is that of the identity service that IAM descends from.
func (q *call) createToken() (any, error) {
	if err := q.parameters("nocatalog"); err != nil {
		return nil, err
	}
	var body loginBody
	if err := q.decode(&body); err != nil {
		return nil, err
	}
	methods := body.methods()
	if !slices.Equal(body.Auth.Identity.Methods, methods) || !body.Auth.Scope.wellFormed() {
		return nil, badParameter("a login names the methods it has and, if it has a scope, one project or one domain")
	}
	switch strings.Join(methods, "+") {
	case "password", "password+totp":
		return q.tokenForPassword(body, methods)
	case "token":
		return q.tokenForToken(body.Auth.Identity.Token.ID, body.Auth.Scope)
	case "assume_role":
		return q.tokenThroughAgency(*body.Auth.Identity.AssumeRole, body.Auth.Scope)
	}
	return nil, badParameter("no login has the methods %q", methods)
}

// tokenForPassword tells apart a wrong user, a wrong password and a project that is not the user's only by its
// messages, which are not documented.
func (q *call) tokenForPassword(body loginBody, methods []string) (any, error) {
	if err := q.loginCredentials("a login"); err != nil {
		return nil, err
	}
	user, scope := body.Auth.Identity.Password.User, body.Auth.Scope
	if (user.Name == "") == (user.ID == "") {
		return nil, badParameter("a login names one user, by name or id")
	}
	var passcode *loginPasscode
	if body.Auth.Identity.TOTP != nil {
		passcode = &body.Auth.Identity.TOTP.User
	}
	login := Login{Time: q.now}
	defer func() { q.logins = append(q.logins, login) }()
	account := q.loginAccount(user.Name, user.ID, user.Domain)
	if account == nil {
		return nil, loginRefused("The username or password is wrong.")
	}
	login.UserName = account.UserName
	if err := account.checkLogin(user.Password, passcode, q.now); err != nil {
		return nil, err
	}
	project, err := q.projectOf(account, scope)
	if err != nil {
		return nil, err
	}
	if project != nil {
		login.ProjectID = project.ID
	}
	login.Accepted = true
	token := q.issue(account, project, false)
	return created{token.value, map[string]any{"token": q.describe(token, methods)}}, nil
}

// withoutCredentials rejects credentials: a client that sends some to the metadata service gives them to a stranger.
func (q *call) withoutCredentials(what string) error {
	for _, header := range []string{"Authorization", "X-Auth-Token", "X-Security-Token"} {
		if q.request.Header.Get(header) != "" {
			return badParameter("%s carries no %s", what, header)
		}
	}
	return nil
}

// loginCredentials rejects a token: no page has one here, and a client that sends one has confused its credentials.
func (q *call) loginCredentials(what string) error {
	if q.request.Header.Get("X-Auth-Token") != "" {
		return badParameter("%s carries no X-Auth-Token", what)
	}
	return q.loginSignature()
}

// loginSignature checks the signature of a login, if there is one: the vendor's SDK signs all calls of its IAM client.
func (q *call) loginSignature() error {
	if authorization := q.request.Header.Get("Authorization"); authorization != "" {
		return q.authenticateSignature(authorization)
	}
	return nil
}

func loginRefused(message string) error {
	return gatewayError{http.StatusUnauthorized, "APIGW.0301", message}
}

// wellFormed requires one project or one domain, named by its id or its name. A login without a scope gets a token for
// the domain, which is a guess.
func (s *loginScope) wellFormed() bool {
	switch {
	case s == nil:
		return true
	case s.Project != nil && s.Domain == nil:
		return (s.Project.Name == "") != (s.Project.ID == "")
	case s.Project == nil && s.Domain != nil:
		return (s.Domain.Name == "") != (s.Domain.ID == "")
	}
	return false
}

// loginAccount finds an account by the user's name and domain, or by the user's id alone.
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

// checkLogin uses up the passcode. A missing passcode does not count as a wrong one, because the password was right.
func (a *account) checkLogin(password string, passcode *loginPasscode, now time.Time) error {
	if now.Before(a.noLoginUntil) {
		return loginRefused("The account is locked because of too many failed logins.")
	}
	if password != a.Password || passcode != nil && !a.usePasscode(*passcode) {
		if a.wrongPasswords++; a.wrongPasswords > wrongPasswordsAllowed {
			a.wrongPasswords, a.noLoginUntil = 0, now.Add(lockDuration)
		}
		return loginRefused("The username or password is wrong.")
	}
	if len(a.Passcodes) > 0 && passcode == nil {
		return loginRefused("The user has to be verified with a passcode of the virtual MFA device.")
	}
	a.wrongPasswords = 0
	return nil
}

func (a *account) usePasscode(given loginPasscode) bool {
	i := slices.Index(a.unusedPasscodes, given.Passcode)
	if i < 0 || given.ID != a.UserID {
		return false
	}
	a.unusedPasscodes = slices.Delete(a.unusedPasscodes, i, i+1)
	return true
}

// projectOf returns the project of the scope, or nil if the scope is the domain. Exactly one project must match.
func (q *call) projectOf(account *account, scope *loginScope) (*Project, error) {
	if scope == nil {
		return nil, nil
	}
	if scope.Domain != nil {
		if !account.isOf(*scope.Domain) {
			return nil, loginRefused("The user does not belong to the domain of the scope, or it does not exist.")
		}
		return nil, nil
	}
	var found []*Project
	for i := range q.projects {
		p := &q.projects[i]
		if (p.ID == scope.Project.ID || p.Name == scope.Project.Name) && slices.Contains(p.Accounts, account.UserName) {
			found = append(found, p)
		}
	}
	if len(found) != 1 || !account.isOf(scope.Project.Domain) {
		return nil, loginRefused("The user has no permission for the project of the scope, or it does not exist.")
	}
	return found[0], nil
}
