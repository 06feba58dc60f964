// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	byName  = `"name":"demo","domain":{"name":"demo-domain"}`
	byID    = `"id":"7116d09f88fa41908676fdd4b039e95b"`
	inScope = `"project":{"name":"eu-west-101"}`
)

func (c *testCloud) login(user, password, scope string) answer {
	c.t.Helper()
	quoted, _ := json.Marshal(password)
	return c.send(c.request(IAM, "POST", "/v3/auth/tokens",
		`{"auth":{"identity":{"methods":["password"],"password":{"user":{`+user+
			`,"password":`+string(quoted)+`}}},"scope":{`+scope+`}}}`))
}

func TestLogin(t *testing.T) {
	for name, test := range map[string]struct {
		user, password, scope string
		status                int
	}{
		"by name": {byName, DefaultPassword, inScope, 201},
		"by name, domain by id": {`"name":"demo","domain":{"id":"` + DefaultDomainID + `"}`, DefaultPassword, inScope,
			201},
		"by id": {byID, DefaultPassword, `"project":{"id":"` + DefaultProjectID + `"}`, 201},
		"scope with a domain": {byName, DefaultPassword,
			`"project":{"name":"eu-de","domain":{"name":"demo-domain"}}`, 201},
		"scope, another domain": {byName, DefaultPassword, `"project":{"name":"eu-de","domain":{"name":"other"}}`,
			401},
		"by name without domain":  {`"name":"demo"`, DefaultPassword, inScope, 401},
		"another domain":          {`"name":"demo","domain":{"name":"other"}`, DefaultPassword, inScope, 401},
		"wrong password":          {byName, "wrong", inScope, 401},
		"user without a password": {`"id":"0ca5a1a4ae2f4b6cb0a8cb0d7d0ac8c4"`, "", inScope, 401},
		"no such project":         {byName, DefaultPassword, `"project":{"name":"nowhere"}`, 401},
		"an unnamed project":      {byName, DefaultPassword, `"project":{}`, 400},
		"an empty scope":          {byName, DefaultPassword, ``, 400},
		"a domain by name":        {byName, DefaultPassword, `"domain":{"name":"demo-domain"}`, 201},
		"a domain by id":          {byID, DefaultPassword, `"domain":{"id":"` + DefaultDomainID + `"}`, 201},
		"a domain by both": {byID, DefaultPassword, `"domain":{"id":"` + DefaultDomainID +
			`","name":"demo-domain"}`, 400},
		"another user's domain":  {byID, DefaultPassword, `"domain":{"name":"deputy-domain"}`, 401},
		"a project and a domain": {byName, DefaultPassword, inScope + `,"domain":{"name":"demo-domain"}`, 400},
		"name and id":            {byName + "," + byID, DefaultPassword, inScope, 400},
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t, Options{})
			got := c.login(test.user, test.password, test.scope)
			token := got.header.Get("X-Subject-Token")
			if got.status != test.status || (token != "") != (test.status == 201) {
				t.Fatalf("%d %s, token %q, want %d", got.status, got.raw, token, test.status)
			}
			if strings.Contains(got.raw, DefaultPassword) || token != "" && strings.Contains(got.raw, token) {
				t.Errorf("the body contains a secret: %s", got.raw)
			}
			if logins := c.Logins(); test.status != 400 &&
				(len(logins) != 1 || logins[0].Accepted != (test.status == 201)) {
				t.Errorf("logins: %+v", logins)
			}
		})
	}
}

// withToken sends an RDS request for the project with the token, and returns the status.
func (c *testCloud) withToken(token, project string) int {
	request := c.request(RDS, "GET", "/v3/"+project+"/tasklist", "")
	request.Header.Set("X-Auth-Token", token)
	return c.send(request).status
}

func TestIssuedTokens(t *testing.T) {
	world := DefaultWorld()
	world.TokenSeconds = 600
	c := start(t, Options{World: world})
	got := c.login(byName, DefaultPassword, inScope)
	token := got.header.Get("X-Subject-Token")
	expires, err := time.Parse(time.RFC3339, dig(got.body, "token", "expires_at").(string))
	if err != nil || !expires.Equal(c.clock.Now().Add(10*time.Minute)) {
		t.Errorf("expires %s, %v", expires, err)
	}
	if id := dig(got.body, "token", "project", "id"); id != DefaultProjectID {
		t.Errorf("token of project %v", id)
	}
	if status := c.withToken(token, DefaultProjectID); status != 200 {
		t.Errorf("the token's project: %d", status)
	}
	if status := c.withToken(token, SecondProjectID); status != http.StatusForbidden {
		t.Errorf("another project of the user: %d", status)
	}
	c.clock.advance(10 * time.Minute)
	if status := c.withToken(token, DefaultProjectID); status != 401 {
		t.Errorf("expired: %d", status)
	}
	token = c.login(byID, DefaultPassword, inScope).header.Get("X-Subject-Token")
	c.RevokeTokens()
	if status := c.withToken(token, DefaultProjectID); status != 401 {
		t.Errorf("revoked: %d", status)
	}
	if !slices.Contains(c.Secrets(), token) {
		t.Error("Secrets does not list the token")
	}
}

func TestLockAfterWrongPasswords(t *testing.T) {
	c := start(t, Options{})
	for range 4 {
		c.login(byName, "wrong", inScope)
	}
	if got := c.login(byName, DefaultPassword, inScope); got.status != 201 {
		t.Fatalf("after four wrong passwords: %d %s", got.status, got.raw)
	}
	for range 5 {
		c.login(byName, "wrong", inScope)
	}
	if got := c.login(byName, DefaultPassword, inScope); got.status != 401 || !strings.Contains(got.raw, "locked") {
		t.Fatalf("after five wrong passwords in a row: %d %s", got.status, got.raw)
	}
	c.clock.advance(lockDuration)
	if got := c.login(byName, DefaultPassword, inScope); got.status != 201 {
		t.Fatalf("after the lock: %d %s", got.status, got.raw)
	}
	if n := c.Requests()[IAM][CreateToken]; n != 12 {
		t.Errorf("%d requests counted, want 12", n)
	}
}

// The services reject a token for a domain. A login without a scope returns such a token, too.
func TestTokensOfADomain(t *testing.T) {
	const unscoped = `{"auth":{"identity":{"methods":["password"],"password":{"user":{` + byID + `,"password":`
	c := start(t, Options{})
	quoted, _ := json.Marshal(DefaultPassword)
	for name, got := range map[string]answer{
		"of a domain":     c.login(byName, DefaultPassword, `"domain":{"name":"demo-domain"}`),
		"without a scope": c.send(c.request(IAM, "POST", "/v3/auth/tokens", unscoped+string(quoted)+`}}}}}`)),
	} {
		if dig(got.body, "token", "domain", "id") != DefaultDomainID || dig(got.body, "token", "project") != nil {
			t.Errorf("%s: %d %s", name, got.status, got.raw)
		}
		token := got.header.Get("X-Subject-Token")
		use := func(service, method, path, body string) int {
			return c.withHeader("X-Auth-Token", token, service, method, path, body).status
		}
		wantEqual(t, name+": projects, keys, an agency, the services", []int{
			use(IAM, "GET", "/v3/projects", ""), use(IAM, "POST", keysPath, tokenBody("")),
			use(IAM, "POST", keysPath, assumeRoleBody(agencyFields)),
			use(STS, "POST", assumePath, assumeBody(DefaultAgency, "")),
			use(RDS, "GET", jobsPath, ""), use(DDS, "GET", "/v3/"+DefaultProjectID+"/instances", ""),
			use(DWS, "GET", "/v1.0/"+DefaultProjectID+"/snapshots", ""),
		}, []int{200, 201, 201, 200, 403, 403, 403})
	}
	token := c.login(byName, DefaultPassword, `"domain":{"name":"demo-domain"}`).header.Get("X-Subject-Token")
	c.RevokeTokens()
	if got := c.withHeader("X-Auth-Token", token, IAM, "GET", "/v3/projects", ""); got.status != 401 {
		t.Errorf("revoked: %d %s", got.status, got.raw)
	}
	wantEqual(t, "logins", c.Logins()[0], Login{"demo", "", c.clock.Now(), true})
}

func (c *testCloud) loginWithPasscode(user, methods, totp string) answer {
	c.t.Helper()
	return c.send(c.request(IAM, "POST", "/v3/auth/tokens",
		`{"auth":{"identity":{"methods":[`+methods+`],"password":{"user":{`+user+
			`,"password":"`+MFAPassword+`"}}`+totp+`},"scope":{`+inScope+`}}}`))
}

func TestSecondFactor(t *testing.T) {
	const (
		mfa     = `"id":"` + MFAUserID + `"`
		mfaName = `"name":"mfa","domain":{"name":"` + MFADomainName + `"}`
		both    = `"password","totp"`
		right   = `,"totp":{"user":{"id":"` + MFAUserID + `","passcode":"` + MFAPasscode + `"}}`
	)
	for name, test := range map[string]struct {
		user, methods, totp string
		status              int
	}{
		"by id":                 {mfa, both, right, 201},
		"by name":               {mfaName, both, right, 201},
		"a wrong one":           {mfa, both, strings.Replace(right, MFAPasscode, "000000", 1), 401},
		"of another user":       {mfa, both, strings.Replace(right, MFAUserID, DefaultUserID, 1), 401},
		"none":                  {mfa, `"password"`, "", 401},
		"none, but declared":    {mfa, both, "", 400},
		"one, but not declared": {mfa, `"password"`, right, 400},
		"the user by a name":    {mfa, both, strings.Replace(right, `"id":"`+MFAUserID, `"name":"mfa`, 1), 400},
		"the passcode only":     {mfa, `"totp"`, right, 400},
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t, Options{})
			got := c.loginWithPasscode(test.user, test.methods, test.totp)
			if got.status != test.status {
				t.Fatalf("%d %s, want %d", got.status, got.raw, test.status)
			}
			if test.status != 201 {
				return
			}
			if dig(got.body, "token", "methods", 1) != "totp" {
				t.Errorf("methods: %s", got.raw)
			}
			if got := c.loginWithPasscode(test.user, test.methods, test.totp); got.status != 401 {
				t.Errorf("the same passcode again: %d %s", got.status, got.raw)
			}
			next := strings.Replace(right, MFAPasscode, "234567", 1)
			if got := c.loginWithPasscode(mfa, both, next); got.status != 201 {
				t.Errorf("the next passcode: %d %s", got.status, got.raw)
			}
			if slices.Contains(c.Secrets(), MFAPasscode) || !slices.Contains(c.Secrets(), MFAPassword) {
				t.Error("Secrets lists the passcode, or does not list the password")
			}
		})
	}
	c := start(t, Options{})
	for range 4 {
		c.loginWithPasscode(mfa, both, strings.Replace(right, MFAPasscode, "000000", 1))
		c.loginWithPasscode(mfa, `"password"`, "") // counts neither as wrong nor as right
	}
	c.loginWithPasscode(mfa, both, strings.Replace(right, MFAPasscode, "000000", 1))
	if got := c.loginWithPasscode(mfa, both, right); got.status != 401 || !strings.Contains(got.raw, "locked") {
		t.Errorf("after five wrong passcodes: %d %s", got.status, got.raw)
	}
	c.clock.advance(lockDuration)
	if got := c.loginWithPasscode(mfa, both, right); got.status != 201 {
		t.Errorf("after the lock: %d %s", got.status, got.raw)
	}
	quoted, _ := json.Marshal(DefaultPassword)
	got := c.send(c.request(IAM, "POST", "/v3/auth/tokens",
		`{"auth":{"identity":{"methods":[`+both+`],"password":{"user":{`+byID+`,"password":`+
			string(quoted)+`}},"totp":{"user":{"id":"`+DefaultUserID+`","passcode":"123456"}}}}}`))
	if got.status != 401 {
		t.Errorf("a passcode for a user without passcodes: %d %s", got.status, got.raw)
	}
}
