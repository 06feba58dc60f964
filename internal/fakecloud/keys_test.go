// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// testKey is a key as a client knows it.
type testKey struct{ access, secret, securityToken string }

var (
	demoKey      = testKey{DefaultAccessKey, DefaultSecretKey, ""}
	temporaryKey = testKey{TemporaryAccessKey, TemporarySecretKey, TemporarySecurityToken}
)

// withKey sends a request signed with the key.
func (c *testCloud) withKey(key testKey, service, method, path, body string) answer {
	c.t.Helper()
	request := c.request(service, method, path, body)
	var claimed []string
	if key.securityToken != "" {
		request.Header.Set("X-Security-Token", key.securityToken)
		claimed = append(claimed, "x-security-token")
	}
	c.sign(request, key.access, key.secret, body, claimed...)
	return c.send(request)
}

// withHeader sends an unsigned request with one extra header.
func (c *testCloud) withHeader(name, value, service, method, path, body string) answer {
	c.t.Helper()
	request := c.request(service, method, path, body)
	request.Header.Set(name, value)
	return c.send(request)
}

func assumeRoleBody(fields string) string {
	return `{"auth":{"identity":{"methods":["assume_role"],"assume_role":{` + fields + `}}}}`
}

func tokenBody(fields string) string {
	return `{"auth":{"identity":{"methods":["token"],"token":{` + fields + `}}}}`
}

func assumeBody(agency, more string) string {
	return `{"agency_urn":"` + deputyURN + agency + `","agency_session_name":"terraform"` + more + `}`
}

// key returns the key in an answer of IAM or the metadata service.
func (c *testCloud) key(got answer) testKey {
	c.t.Helper()
	text := func(name string) string { value, _ := dig(got.body, "credential", name).(string); return value }
	key := testKey{text("access"), text("secret"), text("securitytoken")}
	if key.access == "" || key.secret == "" || key.securityToken == "" {
		c.t.Fatalf("no key: %d %s", got.status, got.raw)
	}
	return key
}

// expiresIn fails the test unless the moment in the answer is that far away.
func (c *testCloud) expiresIn(value any, want time.Duration) {
	c.t.Helper()
	text, _ := value.(string)
	expires, err := time.Parse(time.RFC3339, text)
	if err != nil || expires.Sub(c.clock.Now()) != want || !strings.HasSuffix(text, "Z") {
		c.t.Errorf("expires at %v (%v), want in %s", value, err, want)
	}
}

func TestKeysThroughAToken(t *testing.T) {
	for name, test := range map[string]struct {
		header, fields string
		status         int
	}{
		"id in the body":           {"", `"id":"` + DefaultToken + `"`, 201},
		"in the header":            {DefaultToken, ``, 201},
		"the header wins":          {DefaultToken, `"id":"unknown"`, 201},
		"the header wins, unknown": {"unknown", `"id":"` + DefaultToken + `"`, 401},
		"unknown":                  {"", `"id":"unknown"`, 401},
		"none":                     {"", ``, 401},
		"lifetime too long":        {DefaultToken, `"duration_seconds":86401`, 400},
		"lifetime too short":       {DefaultToken, `"duration_seconds":0`, 400},
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t, Options{})
			request := c.request(IAM, "POST", keysPath, tokenBody(test.fields))
			if test.header != "" {
				request.Header.Set("X-Auth-Token", test.header)
			}
			got := c.send(request)
			if got.status != test.status {
				t.Fatalf("%d %s, want %d", got.status, got.raw, test.status)
			}
			if test.status != 201 {
				return
			}
			wantEqual(t, "issued", c.Issued(), []Issue{{"token", DefaultUserName, "", 900, c.clock.Now()}})
			if got := c.withKey(c.key(got), RDS, "GET", jobsPath, ""); got.status != 200 {
				t.Errorf("the issued key: %d %s", got.status, got.raw)
			}
		})
	}
	c := start(t, Options{})
	if got := c.withKey(demoKey, IAM, "POST", keysPath, tokenBody(`"id":"unknown"`)); got.status != 201 {
		t.Errorf("a signature wins too: %d %s", got.status, got.raw)
	}
	for _, body := range []string{
		`{"auth":{"identity":{"methods":["password"]}}}`, `{"auth":{"identity":{"methods":["assume_role"]}}}`,
		`{"auth":{"identity":{"methods":["token","assume_role"],"token":{}}}}`,
		`{"auth":{"identity":{"methods":["token"],"assume_role":{"agency_name":"a"}}}}`,
		`{"auth":{"identity":{"methods":["assume_role"],"assume_role":{` + agencyFields + `},"token":{}}}}`,
	} {
		if got := c.do(IAM, "POST", keysPath, body); got.status != 400 {
			t.Errorf("%s: %d %s", body, got.status, got.raw)
		}
	}
}

// Each key has its own lock, even if several keys share an account. Wrong signatures count at every service.
func TestEachIssuedKeyHasItsOwnLock(t *testing.T) {
	c := start(t, Options{})
	ask := func() testKey { return c.key(c.do(IAM, "POST", keysPath, tokenBody(`"duration_seconds":86400`))) }
	key, other := ask(), ask()
	wrong := testKey{key.access, "wrong", key.securityToken}
	for range 5 {
		c.withKey(wrong, STS, "POST", assumePath, assumeBody(DefaultAgency, ""))
	}
	if got := c.withKey(key, RDS, "GET", jobsPath, ""); got.status != 200 {
		t.Fatalf("after five wrong signatures: %d %s", got.status, got.raw)
	}
	for range 6 {
		c.withKey(wrong, STS, "POST", assumePath, assumeBody(DefaultAgency, ""))
	}
	if got := c.withKey(key, RDS, "GET", jobsPath, ""); got.status != 401 ||
		!strings.Contains(got.raw, "failed to reach the limit") {
		t.Fatalf("after six wrong signatures in a row: %d %s", got.status, got.raw)
	}
	for name, free := range map[string]testKey{"another issued key": other, "the account's own": demoKey} {
		if got := c.withKey(free, RDS, "GET", jobsPath, ""); got.status != 200 {
			t.Errorf("%s: %d %s", name, got.status, got.raw)
		}
	}
	c.clock.advance(lockDuration)
	if got := c.withKey(key, RDS, "GET", jobsPath, ""); got.status != 200 {
		t.Errorf("after the lock: %d %s", got.status, got.raw)
	}
}

func TestRevokedKeysAndTheRateLimitOfTheirUser(t *testing.T) {
	world := DefaultWorld()
	world.RDSRequestsPerMinute = 2
	c := start(t, Options{World: world})
	key := c.key(c.do(IAM, "POST", keysPath, tokenBody("")))
	tasks := func(key testKey) int { return c.withKey(key, RDS, "GET", jobsPath, "").status }
	wantEqual(t, "one user with two keys", []int{tasks(demoKey), tasks(key), tasks(key), tasks(demoKey)},
		[]int{200, 200, 429, 429})
	c.clock.advance(time.Minute)
	c.RevokeTokens()
	wantEqual(t, "the revoked key, and keys of the world", []int{tasks(key), tasks(demoKey), tasks(temporaryKey)},
		[]int{http.StatusUnauthorized, 200, 200})
	if got := c.do(RDS, "GET", jobsPath, ""); got.status != 200 {
		t.Errorf("a token of the world: %d", got.status)
	}
}
