// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"net/http"
	"slices"
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
			Password struct {
				User loginUser `json:"user"`
			} `json:"password"`
			TOTP *struct {
				User loginPasscode `json:"user"`
			} `json:"totp,omitempty"`
		} `json:"identity"`
		Scope *loginScope `json:"scope,omitempty"`
	} `json:"auth"`
}

type loginPasscode struct {
	ID       string `json:"id"` // a name is not enough
	Passcode string `json:"passcode"`
}

// createToken follows IAM API reference, Obtaining a User Token Through Password Authentication, and the same page of
// Open Telekom Cloud, with a second factor. Only the messages, which are not documented, tell apart a wrong user, a
// wrong password and a project that is not the user's.
func (q *call) createToken() (any, error) {
	if err := q.withoutCredentials("a login"); err != nil {
		return nil, err
	}
	var body loginBody
	if err := q.decode(&body); err != nil {
		return nil, err
	}
	user, scope, identity := body.Auth.Identity.Password.User, body.Auth.Scope, body.Auth.Identity
	methods := []string{"password"}
	var passcode *loginPasscode
	if identity.TOTP != nil {
		methods, passcode = append(methods, "totp"), &identity.TOTP.User
	}
	if !slices.Equal(identity.Methods, methods) || (user.Name == "") == (user.ID == "") || !scope.wellFormed() {
		return nil, badParameter(
			"a login names the methods it has, one user and, if it has a scope, one project or one domain")
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

// withoutCredentials rejects credentials. A client that logs in has none yet; one that sends some has confused them.
func (q *call) withoutCredentials(what string) error {
	for _, header := range []string{"Authorization", "X-Auth-Token", "X-Security-Token"} {
		if q.request.Header.Get(header) != "" {
			return badParameter("%s carries no %s", what, header)
		}
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
