// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"slices"
	"strings"
	"testing"
	"time"
)

const idTokenPath = "/v3.0/OS-AUTH/id-token/tokens"

func (c *testCloud) federate(provider, idToken, scope string) answer {
	c.t.Helper()
	request := c.request(IAM, "POST", idTokenPath, `{"auth":{"id_token":{"id":"`+idToken+`"}`+scope+`}}`)
	if provider != "" {
		request.Header.Set("X-Idp-Id", provider)
	}
	return c.send(request)
}

func TestTokensForIDTokens(t *testing.T) {
	for name, test := range map[string]struct {
		provider, idToken, scope string
		status                   int
	}{
		"unscoped": {DefaultIdentityProvider, DefaultIDToken, "", 201},
		"of a project by name": {DefaultIdentityProvider, DefaultIDToken,
			`,"scope":{"project":{"name":"eu-west-101"}}`, 201},
		"of a project by id": {DefaultIdentityProvider, DefaultIDToken, `,"scope":{"project":{"id":"` +
			DefaultProjectID + `"}}`, 201},
		"of a domain": {DefaultIdentityProvider, DefaultIDToken, `,"scope":{"domain":{"id":"` +
			DefaultDomainID + `"}}`, 201},
		"of another user's domain": {DefaultIdentityProvider, DefaultIDToken,
			`,"scope":{"domain":{"name":"deputy-domain"}}`, 401},
		"of another user's project": {DefaultIdentityProvider, DefaultIDToken, `,"scope":{"project":{"id":"` +
			DeputyProjectID + `"}}`, 401},
		"of both": {DefaultIdentityProvider, DefaultIDToken,
			`,"scope":{"project":{"name":"eu-de"},"domain":{"name":"demo-domain"}}`, 400},
		"of a project's domain": {DefaultIdentityProvider, DefaultIDToken,
			`,"scope":{"project":{"name":"eu-de","domain":{"name":"demo-domain"}}}`, 400},
		"an empty scope":   {DefaultIdentityProvider, DefaultIDToken, `,"scope":{}`, 400},
		"another provider": {"other", DefaultIDToken, "", 401},
		"another token":    {DefaultIdentityProvider, "a.b.c", "", 401},
		"no provider":      {"", DefaultIDToken, "", 400},
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t, Options{})
			got := c.federate(test.provider, test.idToken, test.scope)
			token := got.header.Get("X-Subject-Token")
			if got.status != test.status || (token != "") != (test.status == 201) {
				t.Fatalf("%d %s, token %q, want %d", got.status, got.raw, token, test.status)
			}
			if test.status != 201 {
				if dig(got.body, "error", "code") != float64(test.status) || len(c.Issued()) != 0 {
					t.Errorf("%s, issued %+v", got.raw, c.Issued())
				}
				return
			}
			federation := dig(got.body, "token", "user", "OS-FEDERATION")
			if dig(got.body, "token", "methods", 0) != "mapped" ||
				dig(federation, "identity_provider", "id") != DefaultIdentityProvider {
				t.Errorf("not a token of a federated user: %s", got.raw)
			}
			wantEqual(t, "issued", c.Issued(),
				[]Issue{{"id-token", FederatedUserName, DefaultIdentityProvider, 86400, c.clock.Now()}})
			if strings.Contains(got.raw, token) || !slices.Contains(c.Secrets(), token) ||
				!slices.Contains(c.Secrets(), DefaultIDToken) {
				t.Error("the body contains the token, or Secrets lacks it or the ID token")
			}
		})
	}
}

func TestALoginWithAnIDTokenCarriesNoToken(t *testing.T) {
	c := start(t, Options{})
	body := `{"auth":{"id_token":{"id":"` + DefaultIDToken + `"}}}`
	request := c.request(IAM, "POST", idTokenPath, body)
	request.Header.Set("X-Idp-Id", DefaultIdentityProvider)
	request.Header.Set("X-Auth-Token", DefaultToken)
	if got := c.send(request); got.status != 400 {
		t.Errorf("with a token: %d %s", got.status, got.raw)
	}
}

func TestUnscopedTokens(t *testing.T) {
	world := DefaultWorld()
	world.TokenSeconds = 600
	c := start(t, Options{World: world})
	token := c.federate(DefaultIdentityProvider, DefaultIDToken, "").header.Get("X-Subject-Token")
	use := func(service, method, path, body string) int {
		return c.withHeader("X-Auth-Token", token, service, method, path, body).status
	}
	wantEqual(t, "projects, tasks, an agency through IAM and through STS", []int{
		use(IAM, "GET", "/v3/projects", ""), use(RDS, "GET", jobsPath, ""),
		use(IAM, "POST", keysPath, assumeRoleBody(agencyFields)),
		use(STS, "POST", assumePath, assumeBody(DefaultAgency, "")),
	}, []int{401, 401, 401, 401})
	if status := use(IAM, "POST", keysPath, tokenBody("")); status != 201 {
		t.Errorf("a key for the token in the header: %d", status)
	}
	got := c.send(c.request(IAM, "POST", keysPath, tokenBody(`"id":"`+token+`","duration_seconds":3600`)))
	key := c.key(got)
	if got := c.withKey(key, RDS, "GET", jobsPath, ""); got.status != 200 {
		t.Errorf("the issued key: %d %s", got.status, got.raw)
	}
	if got := c.withKey(key, IAM, "POST", keysPath, assumeRoleBody(agencyFields)); got.status != 201 {
		t.Errorf("an agency with the key: %d %s", got.status, got.raw)
	}
	c.clock.advance(10 * time.Minute)
	if got := c.send(c.request(IAM, "POST", keysPath, tokenBody(`"id":"`+token+`"`))); got.status != 401 {
		t.Errorf("an expired token: %d %s", got.status, got.raw)
	}
	if got := c.withKey(key, RDS, "GET", jobsPath, ""); got.status != 200 {
		t.Errorf("the key outlives its token: %d %s", got.status, got.raw)
	}
	token = c.federate(DefaultIdentityProvider, DefaultIDToken, "").header.Get("X-Subject-Token")
	c.RevokeTokens()
	if status := use(IAM, "POST", keysPath, tokenBody("")); status != 401 {
		t.Errorf("a revoked token: %d", status)
	}
}

func TestScopedTokensOfFederatedUsers(t *testing.T) {
	c := start(t, Options{})
	token := c.federate(DefaultIdentityProvider, DefaultIDToken,
		`,"scope":{"project":{"name":"eu-de"}}`).header.Get("X-Subject-Token")
	wantEqual(t, "its project and another",
		[]int{c.withToken(token, SecondProjectID), c.withToken(token, DefaultProjectID)}, []int{200, 403})
}
