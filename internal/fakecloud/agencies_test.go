// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	keysPath   = "/v3.0/OS-CREDENTIAL/securitytokens"
	assumePath = "/v5/agencies/assume"

	agencyFields = `"agency_name":"` + DefaultAgency + `","domain_name":"` + DeputyDomainName + `"`
	deputyURN    = "iam::" + DeputyDomainID + ":agency:"
	deputyTasks  = "/v3/" + DeputyProjectID + "/tasklist"
)

func TestKeysThroughAnAgency(t *testing.T) {
	byKey := func(key testKey) func(*testCloud, string) answer {
		return func(c *testCloud, body string) answer { return c.withKey(key, IAM, "POST", keysPath, body) }
	}
	byToken := func(c *testCloud, body string) answer { return c.do(IAM, "POST", keysPath, body) }
	nobody := func(c *testCloud, body string) answer { return c.send(c.request(IAM, "POST", keysPath, body)) }
	for name, test := range map[string]struct {
		ask    func(*testCloud, string) answer
		fields string
		status int
	}{
		"signed":               {byKey(demoKey), agencyFields, 201},
		"with a temporary key": {byKey(temporaryKey), agencyFields + `,"duration_seconds":900`, 201},
		"with a token":         {byToken, agencyFields, 201},
		"domain by id": {byToken, `"agency_name":"restore-agency","domain_id":"` + DeputyDomainID +
			`","duration_seconds":86400`, 201},
		"both domains":         {byToken, agencyFields + `,"domain_id":"` + DeputyDomainID + `"`, 400},
		"no domain":            {byToken, `"agency_name":"restore-agency"`, 400},
		"no agency":            {byToken, `"domain_name":"deputy-domain"`, 400},
		"lifetime too short":   {byToken, agencyFields + `,"duration_seconds":899`, 400},
		"lifetime too long":    {byToken, agencyFields + `,"duration_seconds":86401`, 400},
		"lifetime as a string": {byToken, agencyFields + `,"duration_seconds":"900"`, 400},
		"an unknown field":     {byToken, agencyFields + `,"agency_urn":"x"`, 400},
		"an unknown agency":    {byToken, `"agency_name":"nope","domain_name":"deputy-domain"`, 403},
		"an unknown domain":    {byToken, `"agency_name":"restore-agency","domain_name":"nope"`, 403},
		"an agency that does not trust the user": {byToken,
			`"agency_name":"second-agency","domain_name":"deputy-domain"`, 403},
		"without credentials": {nobody, agencyFields, 401},
		"a wrong secret":      {byKey(testKey{DefaultAccessKey, "wrong", ""}), agencyFields, 401},
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t, Options{})
			got := test.ask(c, assumeRoleBody(test.fields))
			if got.status != test.status {
				t.Fatalf("%d %s, want %d", got.status, got.raw, test.status)
			}
			if issued := c.Issued(); (len(issued) == 1) != (test.status == 201) {
				t.Errorf("issued: %+v", issued)
			}
			if test.status != 201 {
				if dig(got.body, "error", "code") != float64(test.status) {
					t.Errorf("not an IAM error: %s", got.raw)
				}
				return
			}
			if got := c.withKey(c.key(got), RDS, "GET", deputyTasks, ""); got.status != 200 {
				t.Errorf("the deputy's project: %d %s", got.status, got.raw)
			}
		})
	}
}

func TestKeyThroughAnAgencyHasTheAgencysPermissions(t *testing.T) {
	c := start(t, Options{})
	got := c.do(IAM, "POST", keysPath, assumeRoleBody(agencyFields))
	key := c.key(got)
	c.expiresIn(dig(got.body, "credential", "expires_at"), 15*time.Minute)
	wantEqual(t, "issued", c.Issued(), []Issue{{"agency", DeputyUserName, DefaultAgency, 900, c.clock.Now()}})
	for _, secret := range []string{key.access, key.secret, key.securityToken} {
		if !slices.Contains(c.Secrets(), secret) {
			t.Errorf("Secrets does not list %q", secret)
		}
	}
	if got := c.withKey(key, RDS, "GET", jobsPath, ""); got.status != 403 {
		t.Errorf("the caller's own project: %d %s", got.status, got.raw)
	}
	projects := c.withKey(key, IAM, "GET", "/v3/projects?name="+DefaultRegion, "")
	if dig(projects.body, "projects", 0, "id") != DeputyProjectID || dig(projects.body, "projects", 1) != nil {
		t.Errorf("projects: %s", projects.raw)
	}
	for name, other := range map[string]testKey{
		"no security token":                             {key.access, key.secret, ""},
		"another key's security token":                  {key.access, key.secret, TemporarySecurityToken},
		"its security token with the account's own key": {DefaultAccessKey, DefaultSecretKey, key.securityToken},
		"another key's secret":                          {key.access, DefaultSecretKey, key.securityToken},
	} {
		if got := c.withKey(other, RDS, "GET", deputyTasks, ""); got.status != 401 ||
			got.body["error_code"] != "APIGW.0301" {
			t.Errorf("%s: %d %s", name, got.status, got.raw)
		}
	}
	c.clock.advance(15*time.Minute - time.Second)
	if got := c.withKey(key, RDS, "GET", deputyTasks, ""); got.status != 200 {
		t.Errorf("just before it expires: %d %s", got.status, got.raw)
	}
	c.clock.advance(time.Second)
	got = c.withKey(key, RDS, "GET", deputyTasks, "")
	if got.status != 401 || got.body["error_code"] != "APIGW.0301" || !strings.Contains(got.raw, "the ak is expired") {
		t.Errorf("when it expires: %d %s", got.status, got.raw)
	}
}

func TestAssumeAgency(t *testing.T) {
	session := func(name string) string {
		return `{"agency_urn":"` + deputyURN + DefaultAgency + `","agency_session_name":"` + name + `"}`
	}
	for name, test := range map[string]struct {
		key    testKey
		body   string
		status int
		code   string
	}{
		"default duration": {demoKey, assumeBody(DefaultAgency, ""), 200, ""},
		"twelve hours":     {demoKey, assumeBody(DefaultAgency, `,"duration_seconds":43200`), 200, ""},
		"more than twelve hours": {demoKey,
			assumeBody(DefaultAgency, `,"duration_seconds":43201`), 400, "STS5.0400"},
		"less than 15 minutes": {demoKey, assumeBody(DefaultAgency, `,"duration_seconds":899`), 400,
			"STS5.0400"},
		"an hour by a temporary key": {temporaryKey, assumeBody(DefaultAgency, `,"duration_seconds":3600`), 200, ""},
		"more than an hour by a temporary key": {temporaryKey,
			assumeBody(DefaultAgency, `,"duration_seconds":3601`), 400, "STS5.0400"},
		"all allowed characters in the session name": {demoKey, session("aZ09_-.@+=,"), 200, ""},
		"a space in the session name":                {demoKey, session("a b"), 400, "STS5.0400"},
		"session name too short":                     {demoKey, session("a"), 400, "STS5.0400"},
		"session name too long":                      {demoKey, session(strings.Repeat("a", 65)), 400, "STS5.0400"},
		"no session name": {demoKey, `{"agency_urn":"` + deputyURN + DefaultAgency + `"}`, 400,
			"STS5.0400"},
		"a name instead of a URN": {demoKey, `{"agency_urn":"restore-agency","agency_session_name":"aa"}`,
			400, "STS5.0400"},
		"an unknown agency":                      {demoKey, assumeBody("nope", ""), 404, "STS5.1106"},
		"an agency that does not trust the user": {demoKey, assumeBody(SecondAgency, ""), 403, "PAP5.0001"},
		"a wrong signature": {testKey{DefaultAccessKey, "wrong", ""}, assumeBody(DefaultAgency, ""), 401,
			"APIGW.0301"},
		"an unknown key": {testKey{"AKNOPE", "wrong", ""}, assumeBody(DefaultAgency, ""), 401,
			"APIGW.0301"},
		"the domain's name in the urn": {demoKey,
			`{"agency_urn":"iam::deputy-domain:agency:restore-agency","agency_session_name":"aa"}`, 404, "STS5.1106"},
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t, Options{})
			got := c.withKey(test.key, STS, "POST", assumePath, test.body)
			code, _ := got.body["error_code"].(string)
			if got.status != test.status || code != test.code {
				t.Fatalf("%d %s, want %d %s", got.status, got.raw, test.status, test.code)
			}
			if test.status != 200 && (got.body["error_msg"] == "" ||
				got.body["request_id"] != got.header.Get("X-Request-Id")) {
				t.Errorf("the error lacks a message or its request id: %s", got.raw)
			}
			if n := c.Requests()[STS][AssumeAgency]; n != 1 {
				t.Errorf("%d requests counted, want 1", n)
			}
		})
	}
	c := start(t, Options{})
	got := c.withKey(demoKey, STS, "POST", assumePath, assumeBody(DefaultAgency, ""))
	c.expiresIn(dig(got.body, "credentials", "expiration"), time.Hour)
	urn := dig(got.body, "assumed_agency", "urn")
	if urn != "sts::"+DeputyDomainID+"::assumed-agency:restore-agency/terraform" {
		t.Errorf("urn %v", urn)
	}
	wantEqual(t, "issued", c.Issued(), []Issue{{"sts", DeputyUserName, DefaultAgency, 3600, c.clock.Now()}})
	if got := c.withKey(assumed(got), RDS, "GET", deputyTasks, ""); got.status != 200 {
		t.Errorf("the issued key: %d %s", got.status, got.raw)
	}
	if got := c.do(STS, "POST", assumePath, assumeBody(DefaultAgency, "")); got.status != 200 {
		t.Errorf("with a token: %d %s", got.status, got.raw)
	}
	if got := c.send(c.request(STS, "POST", assumePath, assumeBody(DefaultAgency, ""))); got.status != 401 {
		t.Errorf("without credentials: %d %s", got.status, got.raw)
	}
}

// assumed returns the key in an STS answer.
func assumed(got answer) testKey {
	text := func(name string) string { value, _ := dig(got.body, "credentials", name).(string); return value }
	return testKey{text("access_key_id"), text("secret_access_key"), text("security_token")}
}

// TestChainOfAgencies goes from demo to the deputy and back to demo, through both services.
func TestChainOfAgencies(t *testing.T) {
	c := start(t, Options{})
	deputy := c.key(c.withKey(demoKey, IAM, "POST", keysPath, assumeRoleBody(agencyFields)))
	second := assumeRoleBody(`"agency_name":"` + SecondAgency + `","domain_id":"` + DeputyDomainID + `"`)
	for name, back := range map[string]testKey{
		"by IAM": c.key(c.withKey(deputy, IAM, "POST", keysPath, second)),
		"by STS": assumed(c.withKey(deputy, STS, "POST", assumePath, assumeBody(SecondAgency, ""))),
	} {
		if got := c.withKey(back, RDS, "GET", jobsPath, ""); got.status != 200 {
			t.Errorf("%s: %d %s", name, got.status, got.raw)
		}
		if got := c.withKey(back, RDS, "GET", deputyTasks, ""); got.status != 403 {
			t.Errorf("%s, the deputy's project: %d %s", name, got.status, got.raw)
		}
	}
	if got := c.withKey(demoKey, IAM, "POST", keysPath, second); got.status != 403 {
		t.Errorf("without the deputy's key: %d %s", got.status, got.raw)
	}
}
