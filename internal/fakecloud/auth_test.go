// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

const jobsPath = "/v3/" + DefaultProjectID + "/tasklist"

func TestSignedRequests(t *testing.T) {
	signed := func(claimed ...string) func(*testCloud, *http.Request) {
		return func(c *testCloud, r *http.Request) { c.sign(r, DefaultAccessKey, DefaultSecretKey, "", claimed...) }
	}
	tests := []struct {
		name    string
		prepare func(*testCloud, *http.Request)
		status  int
		message string // part of error_msg
	}{
		{"signed", signed(), 200, ""},
		{"signed with the host and a scope header", func(c *testCloud, r *http.Request) {
			r.Header.Set("X-Project-Id", DefaultProjectID)
			signed("host", "x-project-id")(c, r)
		}, 200, ""},
		{"a scope header that is not claimed", func(c *testCloud, r *http.Request) {
			signed()(c, r)
			r.Header.Set("X-Project-Id", DefaultProjectID)
			r.Header.Set("X-Domain-Id", "d")
		}, 200, ""},
		{"a claimed scope header with another value", func(c *testCloud, r *http.Request) {
			r.Header.Set("X-Project-Id", SecondProjectID)
			signed("x-project-id")(c, r)
			r.Header.Set("X-Project-Id", DefaultProjectID)
		}, 401, "verify aksk signature fail"},
		{"a claimed header that is missing", func(c *testCloud, r *http.Request) {
			r.Header.Set("X-Project-Id", DefaultProjectID)
			signed("x-project-id")(c, r)
			r.Header.Del("X-Project-Id")
		}, 401, "x-project-id was not received"},
		{"no credentials", func(*testCloud, *http.Request) {}, 401, "neither"},
		{"another algorithm", func(c *testCloud, r *http.Request) {
			signed()(c, r)
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "HMAC", "CMAC", 1))
		}, 401, "not of the form"},
		{"a comma after the algorithm", func(c *testCloud, r *http.Request) {
			signed()(c, r)
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), " ", ", ", 1))
		}, 401, "not of the form"},
		{"an unknown key", func(c *testCloud, r *http.Request) { c.sign(r, "AKUNKNOWN", DefaultSecretKey, "") }, 401,
			"ak not exist"},
		{"a wrong secret", func(c *testCloud, r *http.Request) { c.sign(r, DefaultAccessKey, "wrong", "") }, 401,
			"verify aksk signature fail"},
		{"another body", func(c *testCloud, r *http.Request) { c.sign(r, DefaultAccessKey, DefaultSecretKey, "{}") },
			401, "verify aksk signature fail"},
		{"a date that is not signed", func(c *testCloud, r *http.Request) {
			signed()(c, r)
			r.Header.Set("Host-Name", "h")
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "SignedHeaders=x-sdk-date",
				"SignedHeaders=host-name", 1))
		}, 401, "x-sdk-date is not among"},
		{"headers out of order", func(c *testCloud, r *http.Request) {
			signed("host")(c, r)
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "host;x-sdk-date",
				"x-sdk-date;host", 1))
		}, 401, "not in order"},
		{"a header name in another case", func(c *testCloud, r *http.Request) {
			r.Header.Set("X-Project-Id", DefaultProjectID)
			signed("X-Project-Id")(c, r)
		}, 401, "X-Project-Id was not received"},
		{"an unsigned body, declared", func(c *testCloud, r *http.Request) {
			r.Header.Set("X-Sdk-Content-Sha256", "UNSIGNED-PAYLOAD")
			c.signHash(r, DefaultAccessKey, DefaultSecretKey, "UNSIGNED-PAYLOAD", "x-sdk-content-sha256")
		}, 200, ""},
		{"an unsigned body, not declared", func(c *testCloud, r *http.Request) {
			c.signHash(r, DefaultAccessKey, DefaultSecretKey, "UNSIGNED-PAYLOAD")
		}, 401, "verify aksk signature fail"},
		{"a body hash in a header", func(c *testCloud, r *http.Request) {
			r.Header.Set("X-Sdk-Content-Sha256", hexHash(nil))
			signed()(c, r)
		}, 200, ""},
		{"no date", func(c *testCloud, r *http.Request) {
			signed()(c, r)
			r.Header.Del("X-Sdk-Date")
		}, 401, "X-Sdk-Date is not of the form"},
		{"a wrong body hash", func(c *testCloud, r *http.Request) {
			signed()(c, r)
			r.Header.Set("X-Sdk-Content-Sha256", hexHash([]byte("x")))
		}, 401, "not the hash of the body"},
		{"a security token that the key does not need", func(c *testCloud, r *http.Request) {
			signed()(c, r)
			r.Header.Set("X-Security-Token", "x")
		}, 401, "X-Security-Token"},
		{"a temporary key with its token, unsigned", func(c *testCloud, r *http.Request) {
			c.sign(r, TemporaryAccessKey, TemporarySecretKey, "")
			r.Header.Set("X-Security-Token", TemporarySecurityToken)
		}, 200, ""},
		{"a temporary key with its token, signed", func(c *testCloud, r *http.Request) {
			r.Header.Set("X-Security-Token", TemporarySecurityToken)
			c.sign(r, TemporaryAccessKey, TemporarySecretKey, "", "x-security-token")
		}, 200, ""},
		{"a temporary key without its token", func(c *testCloud, r *http.Request) {
			c.sign(r, TemporaryAccessKey, TemporarySecretKey, "")
		}, 401, "X-Security-Token"},
		{"both a token and a signature", func(c *testCloud, r *http.Request) {
			signed()(c, r)
			r.Header.Set("X-Auth-Token", DefaultToken)
		}, 401, "more than one"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := start(t, Options{})
			request := c.request(RDS, "GET", jobsPath+"?limit=5&name=a%20b", "")
			test.prepare(c, request)
			got := c.send(request)
			message, _ := got.body["error_msg"].(string)
			if got.status != test.status || !strings.Contains(message, test.message) {
				t.Fatalf("%d %s, want %d with %q", got.status, got.raw, test.status, test.message)
			}
			if got.header.Get("X-Request-Id") == "" {
				t.Error("no X-Request-Id")
			}
			if test.status == 401 && (got.body["error_code"] != "APIGW.0301" ||
				got.body["request_id"] != got.header.Get("X-Request-Id")) {
				t.Errorf("not a gateway error with its request id: %s", got.raw)
			}
		})
	}
}

func TestSignedPost(t *testing.T) {
	c := start(t, Options{})
	request := c.request(RDS, "POST", rdsRestorePath, rdsBody)
	c.sign(request, DefaultAccessKey, DefaultSecretKey, rdsBody, "content-type")
	if got := c.send(request); got.status != 200 {
		t.Fatalf("%d %s", got.status, got.raw)
	}
	if len(c.Restores()) != 1 {
		t.Errorf("%d restores, want 1", len(c.Restores()))
	}
}

func TestClockSkew(t *testing.T) {
	for _, test := range []struct {
		skew   time.Duration
		status int
	}{{15 * time.Minute, 200}, {-15 * time.Minute, 200}, {15*time.Minute + time.Second, 401},
		{-15*time.Minute - time.Second, 401}} {
		c := start(t, Options{})
		request := c.request(RDS, "GET", jobsPath, "")
		c.sign(request, DefaultAccessKey, DefaultSecretKey, "")
		c.clock.advance(test.skew)
		if got := c.send(request); got.status != test.status {
			t.Errorf("skew %s: %d %s, want %d", test.skew, got.status, got.raw, test.status)
		}
	}
}

func TestLockAfterWrongSignatures(t *testing.T) {
	c := start(t, Options{})
	try := func(secret string) answer {
		request := c.request(RDS, "GET", jobsPath, "")
		c.sign(request, DefaultAccessKey, secret, "")
		return c.send(request)
	}
	for range 5 {
		try("wrong")
	}
	if got := try(DefaultSecretKey); got.status != 200 {
		t.Fatalf("after five wrong signatures: %d %s", got.status, got.raw)
	}
	for range 5 {
		try("wrong")
	}
	if got := try(DefaultSecretKey); got.status != 200 {
		t.Fatalf("after ten wrong signatures, never more than five in a row: %d %s", got.status, got.raw)
	}
	for range 6 {
		try("wrong")
	}
	if got := try(DefaultSecretKey); got.status != 401 ||
		!strings.Contains(got.raw, "AK access failed to reach the limit") {
		t.Fatalf("after six wrong signatures in a row: %d %s", got.status, got.raw)
	}
	c.clock.advance(5 * time.Minute)
	if got := try(DefaultSecretKey); got.status != 200 {
		t.Fatalf("after the lock: %d %s", got.status, got.raw)
	}
}

func TestTokens(t *testing.T) {
	world := DefaultWorld()
	world.Accounts[0].Tokens = append(world.Accounts[0].Tokens, Token{Value: "short", Expires: FromNow(time.Hour)})
	c := start(t, Options{World: world})
	try := func(token string) answer {
		request := c.request(DDS, "GET", "/v3/"+DefaultProjectID+"/instances", "")
		request.Header.Set("X-Auth-Token", token)
		return c.send(request)
	}
	if got := try("short"); got.status != 200 {
		t.Errorf("a valid token: %d %s", got.status, got.raw)
	}
	if got := try("unknown"); got.status != 401 {
		t.Errorf("an unknown token: %d %s", got.status, got.raw)
	}
	c.clock.advance(time.Hour)
	if got := try("short"); got.status != 401 || !strings.Contains(got.raw, "token expired") {
		t.Errorf("an expired token: %d %s", got.status, got.raw)
	}
}

func TestForeignProjects(t *testing.T) {
	world := DefaultWorld()
	world.Accounts = append(world.Accounts, Account{UserName: "stranger", Tokens: []Token{{Value: "strange"}}})
	world.Projects = append(world.Projects, Project{ID: "f0", Name: "cn-north-4", Accounts: []string{"stranger"}})
	c := start(t, Options{World: world})
	for name, test := range map[string]struct {
		project, header string
		status          int
	}{
		"own project":        {DefaultProjectID, "", 200},
		"foreign project":    {"f0", "", 403},
		"no such project":    {"00", "", 403},
		"foreign in header":  {DefaultProjectID, "f0", 403},
		"another in header":  {DefaultProjectID, SecondProjectID, 403},
		"the same in header": {DefaultProjectID, DefaultProjectID, 200},
	} {
		request := c.request(RDS, "GET", "/v3/"+test.project+"/tasklist", "")
		request.Header.Set("X-Auth-Token", DefaultToken)
		if test.header != "" {
			request.Header.Set("X-Project-Id", test.header)
		}
		got := c.send(request)
		if got.status != test.status || test.status == 403 && got.body["error_code"] != "APIGW.0302" {
			t.Errorf("%s: %d %s, want %d", name, got.status, got.raw, test.status)
		}
	}
}

func TestListProjects(t *testing.T) {
	c := start(t, Options{})
	all := c.must(IAM, "GET", "/v3/projects", "")
	if n := len(all["projects"].([]any)); n != 2 {
		t.Errorf("%d projects, want 2", n)
	}
	got := c.do(IAM, "GET", "/v3/projects?name=eu-de", "")
	if id := dig(got.body, "projects", 0, "id"); id != SecondProjectID || dig(got.body, "projects", 1) != nil {
		t.Errorf("by name: %s", got.raw)
	}
	if got.header.Get("X-IAM-Trace-Id") == "" {
		t.Error("no X-IAM-Trace-Id")
	}
	if none := c.must(IAM, "GET", "/v3/projects?name=nowhere", ""); len(none["projects"].([]any)) != 0 {
		t.Errorf("projects of an unknown region: %v", none)
	}
}

func TestIAMErrorsHaveTheirOwnForm(t *testing.T) {
	c := start(t, Options{})
	got := c.send(c.request(IAM, "GET", "/v3/projects", ""))
	if got.status != 401 || dig(got.body, "error", "code") != 401.0 ||
		dig(got.body, "error", "title") != "Unauthorized" {
		t.Errorf("%d %s", got.status, got.raw)
	}
}

func TestRateLimitOfRDS(t *testing.T) {
	world := DefaultWorld()
	world.RDSRequestsPerMinute = 3
	c := start(t, Options{World: world})
	for range 3 {
		c.must(RDS, "GET", jobsPath, "")
	}
	got := c.do(RDS, "GET", jobsPath, "")
	if got.status != 429 || got.body["error_code"] != "APIGW.0308" ||
		!strings.Contains(got.raw, "policy user over ratelimit, limit:3, time:1 minute") {
		t.Fatalf("the fourth request: %d %s", got.status, got.raw)
	}
	c.must(DDS, "GET", "/v3/"+DefaultProjectID+"/instances", "")
	request := c.request(RDS, "GET", jobsPath, "")
	c.sign(request, TemporaryAccessKey, TemporarySecretKey, "")
	request.Header.Set("X-Security-Token", TemporarySecurityToken)
	if got := c.send(request); got.status != 200 {
		t.Errorf("another user: %d %s", got.status, got.raw)
	}
	c.clock.advance(time.Minute)
	c.must(RDS, "GET", jobsPath, "")
	if n := c.Requests()[RDS][ListTasks]; n != 6 || c.Throttled() != 1 {
		t.Errorf("%d requests counted, want 6: rejected ones count too; %d throttled, want 1", n, c.Throttled())
	}
}

// TestRateLimitOfEachAPI counts the APIs of RDS by themselves, or together if the world says so.
func TestRateLimitOfEachAPI(t *testing.T) {
	for shared, want := range map[bool]int{false: 200, true: 429} {
		world := DefaultWorld()
		world.RDSRequestsPerMinute, world.RDSLimitIsShared = 3, shared
		c := start(t, Options{World: world})
		for range 3 {
			c.must(RDS, "GET", jobsPath, "")
		}
		if got := c.do(RDS, "GET", "/v3/"+DefaultProjectID+"/instances", ""); got.status != want {
			t.Errorf("shared %t: another API answers %d, want %d", shared, got.status, want)
		}
	}
}

func TestDefaultRateLimitAndNone(t *testing.T) {
	c := start(t, Options{})
	for range 60 {
		c.must(RDS, "GET", jobsPath, "")
	}
	if got := c.do(RDS, "GET", jobsPath, ""); got.status != 429 {
		t.Errorf("the 61st request: %d", got.status)
	}
	world := DefaultWorld()
	world.RDSRequestsPerMinute = -1
	free := start(t, Options{World: world})
	for range 70 {
		free.must(RDS, "GET", jobsPath, "")
	}
}
