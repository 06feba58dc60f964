// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"encoding/json"
	"strings"
	"testing"
)

const tokensPath = "/v3/auth/tokens"

// passwordBody is a login with the password of the default account.
func passwordBody() string {
	quoted, _ := json.Marshal(DefaultPassword)
	return `{"auth":{"identity":{"methods":["password"],"password":{"user":{` + byName + `,"password":` + string(quoted) +
		`}}},"scope":{` + inScope + `}}}`
}

// TestDomains asks for the domain of a key, as the vendor's provider does when it starts.
func TestDomains(t *testing.T) {
	c := start(t, Options{})
	for name, got := range map[string]answer{
		"signed":               c.withKey(demoKey, IAM, "GET", "/v3/auth/domains", ""),
		"with a temporary key": c.withKey(temporaryKey, IAM, "GET", "/v3/auth/domains", ""),
		"with a token":         c.do(IAM, "GET", "/v3/auth/domains", ""),
	} {
		domain := dig(got.body, "domains", 0)
		if got.status != 200 || dig(domain, "id") != DefaultDomainID || dig(domain, "name") != DefaultDomainName ||
			dig(domain, "enabled") != true || dig(got.body, "domains", 1) != nil {
			t.Errorf("%s: %d %s", name, got.status, got.raw)
		}
	}
	if got := c.send(c.request(IAM, "GET", "/v3/auth/domains", "")); got.status != 401 {
		t.Errorf("without credentials: %d %s", got.status, got.raw)
	}
}

func TestProjectFiltersAndPages(t *testing.T) {
	c := start(t, Options{})
	both, none := []any{DefaultProjectID, SecondProjectID}, []any{}
	for query, want := range map[string][]any{
		"": both, "?name=eu-de": {SecondProjectID}, "?name=nowhere": none,
		"?domain_id=" + DefaultDomainID: both, "?domain_id=" + DeputyDomainID: none,
		"?parent_id=" + DefaultDomainID: both, "?parent_id=" + DefaultProjectID: none,
		"?enabled=true": both, "?enabled=false": none, "?is_domain=false": both, "?is_domain=true": none,
		"?page=1&per_page=1": {DefaultProjectID}, "?page=2&per_page=1": {SecondProjectID}, "?page=3&per_page=1": none,
		"?page=1&per_page=5000": both,
	} {
		got := c.must(IAM, "GET", "/v3/projects"+query, "")
		ids := []any{}
		for _, project := range got["projects"].([]any) {
			ids = append(ids, dig(project, "id"))
		}
		wantEqual(t, query, ids, want)
	}
	first := c.must(IAM, "GET", "/v3/projects?page=1&per_page=1", "")
	link, _ := dig(first, "links", "next").(string)
	next := c.must(IAM, "GET", strings.TrimPrefix(link, c.Addresses().IAM), "")
	if dig(next, "projects", 0, "id") != SecondProjectID || dig(next, "links", "next") != nil {
		t.Errorf("the next page, %s: %v", link, next)
	}
	wantEqual(t, "a project", dig(first, "projects", 0), any(map[string]any{
		"id": DefaultProjectID, "name": DefaultRegion, "enabled": true, "is_domain": false, "description": "",
		"domain_id": DefaultDomainID, "parent_id": DefaultDomainID,
		"links": map[string]any{"self": c.Addresses().IAM + "/v3/projects/" + DefaultProjectID},
	}))
	for _, query := range []string{"page=1", "per_page=1", "page=0&per_page=1", "page=1&per_page=5001", "enabled=yes"} {
		if got := c.do(IAM, "GET", "/v3/projects?"+query, ""); got.status != 400 {
			t.Errorf("%s: %d %s", query, got.status, got.raw)
		}
	}
}

// TestSignedLogins signs the calls that need no signature, as the SDK's IAM client does. A wrong signature is one.
func TestSignedLogins(t *testing.T) {
	c := start(t, Options{})
	wrong := testKey{DefaultAccessKey, "wrong", ""}
	forToken := `{"auth":{"identity":{"methods":["token"],"token":{"id":"` + DefaultToken + `"}},"scope":{` + inScope +
		`}}}`
	for name, body := range map[string]string{"a password": passwordBody(), "a token": forToken} {
		if got := c.withKey(demoKey, IAM, "POST", tokensPath, body); got.status != 201 {
			t.Errorf("%s: %d %s", name, got.status, got.raw)
		}
		if got := c.withKey(wrong, IAM, "POST", tokensPath, body); got.status != 401 {
			t.Errorf("%s, with a wrong signature: %d %s", name, got.status, got.raw)
		}
	}
	request := c.request(IAM, "POST", idTokenPath, `{"auth":{"id_token":{"id":"`+DefaultIDToken+`"}}}`)
	request.Header.Set("X-Idp-Id", DefaultIdentityProvider)
	c.sign(request, DefaultAccessKey, DefaultSecretKey, `{"auth":{"id_token":{"id":"`+DefaultIDToken+`"}}}`)
	if got := c.send(request); got.status != 201 {
		t.Errorf("an ID token: %d %s", got.status, got.raw)
	}
	if got := c.do(IAM, "POST", tokensPath, passwordBody()); got.status != 400 {
		t.Errorf("with a token in the header: %d %s", got.status, got.raw)
	}
}

// TestTokensForTokens has a token of a domain become one of a project.
func TestTokensForTokens(t *testing.T) {
	c := start(t, Options{})
	ofDomain := c.login(byName, DefaultPassword, `"domain":{"name":"demo-domain"}`).header.Get("X-Subject-Token")
	ask := func(token, scope string) answer {
		return c.send(c.request(IAM, "POST", tokensPath,
			`{"auth":{"identity":{"methods":["token"],"token":{"id":"`+token+`"}}`+scope+`}}`))
	}
	got := ask(ofDomain, `,"scope":{`+inScope+`}`)
	if got.status != 201 || dig(got.body, "token", "project", "id") != DefaultProjectID {
		t.Fatalf("%d %s", got.status, got.raw)
	}
	if status := c.withToken(got.header.Get("X-Subject-Token"), DefaultProjectID); status != 200 {
		t.Errorf("the new token: %d", status)
	}
	for name, test := range map[string]struct {
		got    answer
		status int
	}{
		"without a scope":           {ask(ofDomain, ""), 201},
		"of another user's project": {ask(ofDomain, `,"scope":{"project":{"id":"`+DeputyProjectID+`"}}`), 401},
		"no such token":             {ask("nope", ""), 401},
	} {
		if test.got.status != test.status {
			t.Errorf("%s: %d %s, want %d", name, test.got.status, test.got.raw, test.status)
		}
	}
}

// TestTokensThroughAnAgency has the agency's permissions. The call is signed, as by the vendor's provider, or has a
// token, as on the page.
func TestTokensThroughAnAgency(t *testing.T) {
	const agency = `"xrole_name":"` + DefaultAgency + `","domain_name":"` + DeputyDomainName + `"`
	body := func(fields, scope string) string {
		return `{"auth":{"identity":{"methods":["assume_role"],"assume_role":{` + fields + `}},"scope":{` + scope + `}}}`
	}
	deputys := `"project":{"name":"eu-west-101","domain":{"name":"` + DeputyDomainName + `"}}`
	for name, test := range map[string]struct {
		fields, scope string
		status        int
	}{
		"by a domain's name": {agency, deputys, 201},
		"by a domain's id": {`"xrole_name":"` + DefaultAgency + `","domain_id":"` + DeputyDomainID + `"`,
			`"project":{"id":"` + DeputyProjectID + `"}`, 201},
		"of a domain":           {agency, `"domain":{"name":"` + DeputyDomainName + `"}`, 201},
		"of the user's project": {agency, `"project":{"id":"` + DefaultProjectID + `"}`, 401},
		"of the user's domain":  {agency, `"domain":{"name":"` + DefaultDomainName + `"}`, 401},
		"no such agency":        {strings.Replace(agency, DefaultAgency, "nope", 1), deputys, 403},
		"one without trust":     {strings.Replace(agency, DefaultAgency, SecondAgency, 1), deputys, 403},
		"no domain":             {`"xrole_name":"` + DefaultAgency + `"`, deputys, 400},
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t, Options{})
			for _, got := range []answer{
				c.withKey(demoKey, IAM, "POST", tokensPath, body(test.fields, test.scope)),
				c.do(IAM, "POST", tokensPath, body(test.fields, test.scope)),
			} {
				token := got.header.Get("X-Subject-Token")
				if got.status != test.status || (token != "") != (test.status == 201) {
					t.Fatalf("%d %s, want %d", got.status, got.raw, test.status)
				}
				if test.status != 201 {
					continue
				}
				if dig(got.body, "token", "assumed_by", "user", "name") != DefaultUserName ||
					dig(got.body, "token", "user", "name") != DeputyDomainName+"/"+DefaultAgency {
					t.Errorf("the users: %s", got.raw)
				}
				want := 200
				if name == "of a domain" {
					want = 403
				}
				wantEqual(t, "the agency's project and the user's",
					[]int{c.withToken(token, DeputyProjectID), c.withToken(token, DefaultProjectID)}, []int{want, 403})
			}
		})
	}
}

// TestTokensSayAll has the fields that the SDK requires of a token.
func TestTokensSayAll(t *testing.T) {
	c := start(t, Options{})
	got := c.send(c.request(IAM, "POST", tokensPath, passwordBody()))
	if dig(got.body, "token", "project", "domain", "id") != DefaultDomainID ||
		dig(got.body, "token", "roles", 0, "name") == nil {
		t.Errorf("no domain of the project, or no roles: %s", got.raw)
	}
	services := map[any]any{}
	for i := range 4 {
		service := dig(got.body, "token", "catalog", i)
		services[dig(service, "type")] = dig(service, "endpoints", 0, "url")
	}
	at := c.Addresses()
	wantEqual(t, "the catalog", services, map[any]any{
		"iam": at.IAM + "/v3", "rdsv3": at.RDS + "/v3/" + DefaultProjectID, "ddsv3": at.DDS + "/v3/" + DefaultProjectID,
		"dws": at.DWS,
	})
	got = c.send(c.request(IAM, "POST", tokensPath+"?nocatalog=1", passwordBody()))
	if got.status != 201 || dig(got.body, "token", "catalog") != nil {
		t.Errorf("without a catalog: %d %s", got.status, got.raw)
	}
}
