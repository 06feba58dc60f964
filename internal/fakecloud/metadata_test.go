// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	metadataTokenPath = "/meta-data/latest/api/token"
	securityKeyPath   = "/openstack/latest/securitykey"
)

func metadataWorld(mode string) World {
	world := DefaultWorld()
	world.MetadataToken = mode
	return world
}

func (c *testCloud) metadataToken(seconds string) answer {
	c.t.Helper()
	return c.withHeader("X-Metadata-Token-Ttl-Seconds", seconds, Metadata, "PUT", metadataTokenPath, "")
}

// securityKey requests the key with the token; "" = without one.
func (c *testCloud) securityKey(token string) answer {
	c.t.Helper()
	request := c.request(Metadata, "GET", securityKeyPath, "")
	if token != "" {
		request.Header.Set("X-Metadata-Token", token)
	}
	return c.send(request)
}

func TestMetadataInItsModes(t *testing.T) {
	for mode, want := range map[string]struct{ put, without, with, unknown, expired int }{
		"":                       {200, 200, 200, 401, 401},
		MetadataTokenOptional:    {200, 200, 200, 401, 401},
		MetadataTokenRequired:    {200, 401, 200, 401, 401},
		MetadataTokenUnsupported: {404, 200, 200, 200, 200},
	} {
		t.Run("mode "+mode, func(t *testing.T) {
			c := start(t, Options{World: metadataWorld(mode)})
			put := c.metadataToken("60")
			if put.status != want.put {
				t.Fatalf("token: %d %s", put.status, put.raw)
			}
			token := "unsupported"
			if put.status == 200 {
				token = put.raw
				if !strings.HasPrefix(put.header.Get("Content-Type"), "text/plain") ||
					!slices.Contains(c.Secrets(), token) {
					t.Errorf("token %q has the type %q, or Secrets does not list it", token,
						put.header.Get("Content-Type"))
				}
			}
			got := []int{c.securityKey("").status, c.securityKey(token).status, c.securityKey("unknown").status}
			c.clock.advance(time.Minute)
			got = append(got, c.securityKey(token).status)
			wantEqual(t, "without, with, unknown, expired", got,
				[]int{want.without, want.with, want.unknown, want.expired})
		})
	}
}

func TestMetadataRejects(t *testing.T) {
	c := start(t, Options{})
	for _, seconds := range []string{"", "0", "-1", "21601", "1.5", "1h"} {
		if got := c.metadataToken(seconds); got.status != 400 {
			t.Errorf("%q seconds: %d %s", seconds, got.status, got.raw)
		}
	}
	if got := c.metadataToken("21600"); got.status != 200 {
		t.Errorf("six hours: %d %s", got.status, got.raw)
	}
	for header, status := range map[string]int{"X-Forwarded-For": 403, "Via": 403, "X-Auth-Token": 400,
		"Authorization": 400} {
		got := c.withHeader(header, "1.1 proxy", Metadata, "GET", securityKeyPath, "")
		if got.status != status || !strings.HasPrefix(got.header.Get("Content-Type"), "text/plain") {
			t.Errorf("the key with %s: %d %s", header, got.status, got.raw)
		}
		request := c.request(Metadata, "PUT", metadataTokenPath, "")
		request.Header.Set("X-Metadata-Token-Ttl-Seconds", "60")
		request.Header.Set(header, "1.1 proxy")
		if got := c.send(request); got.status != status {
			t.Errorf("the token with %s: %d %s", header, got.status, got.raw)
		}
	}
	if got := c.securityKey(""); got.status != 200 {
		t.Errorf("without the header: %d %s", got.status, got.raw)
	}
	for path, want := range map[string]int{
		"/openstack/latest/": 404, securityKeyPath + "/": 404, securityKeyPath + "?a=b": 400,
	} {
		if got := c.send(c.request(Metadata, "GET", path, "")); got.status != want {
			t.Errorf("%s: %d %s", path, got.status, got.raw)
		}
	}
	wantEqual(t, "requests", c.Requests()[Metadata],
		map[string]int{CreateMetadataToken: 11, ShowSecurityKey: 6, Unknown: 2})

	world := DefaultWorld()
	world.MetadataUser = ""
	if got := start(t, Options{World: world}).securityKey(""); got.status != 404 {
		t.Errorf("a server without an agency: %d %s", got.status, got.raw)
	}
}

func TestMetadataKeysAreRotated(t *testing.T) {
	world := DefaultWorld()
	world.MetadataKeySeconds = 3600
	c := start(t, Options{World: world})
	got := c.securityKey("")
	first := c.key(got)
	c.expiresIn(dig(got.body, "credential", "expires_at"), time.Hour)
	if got := c.withKey(first, RDS, "GET", jobsPath, ""); got.status != 200 {
		t.Errorf("the key: %d %s", got.status, got.raw)
	}
	c.clock.advance(30 * time.Minute)
	wantEqual(t, "the key at half of its lifetime", c.key(c.securityKey("")).access, first.access)
	c.clock.advance(time.Second)
	second := c.key(c.securityKey(""))
	if second.access == first.access || second.secret == first.secret || second.securityToken == first.securityToken {
		t.Error("the key was not rotated")
	}
	for name, key := range map[string]testKey{"the old key": first, "the new key": second} {
		if got := c.withKey(key, RDS, "GET", jobsPath, ""); got.status != 200 {
			t.Errorf("%s: %d %s", name, got.status, got.raw)
		}
	}
	c.clock.advance(30 * time.Minute)
	if got := c.withKey(first, RDS, "GET", jobsPath, ""); got.status != 401 {
		t.Errorf("the old key after it expired: %d", got.status)
	}
	c.RevokeTokens()
	if got := c.withKey(second, RDS, "GET", jobsPath, ""); got.status != 401 {
		t.Errorf("the revoked key: %d", got.status)
	}
	third := c.key(c.securityKey(""))
	if got := c.withKey(third, IAM, "POST", keysPath, assumeRoleBody(agencyFields)); got.status != 201 ||
		third.access == second.access {
		t.Errorf("a new key after the revocation: %d %s", got.status, got.raw)
	}
	at := func(after time.Duration) time.Time { return newClock().Now().Add(after) }
	wantEqual(t, "issued", c.Issued(), []Issue{
		{"metadata", MetadataUserName, "", 3600, at(0)},
		{"metadata", MetadataUserName, "", 3600, at(30*time.Minute + time.Second)},
		{"metadata", MetadataUserName, "", 3600, at(time.Hour + time.Second)},
		{"agency", DeputyUserName, DefaultAgency, 900, at(time.Hour + time.Second)},
	})
}

func TestDefaultLifetimeOfMetadataKeys(t *testing.T) {
	c := start(t, Options{})
	c.expiresIn(dig(c.securityKey("").body, "credential", "expires_at"), 24*time.Hour)
}

func TestFaultsOfTheOtherServices(t *testing.T) {
	c := start(t, Options{})
	for _, fault := range []Fault{
		{Service: Metadata, Operation: CreateMetadataToken, Kind: FaultStatus, Status: 503, Message: "later"},
		{Service: Metadata, Operation: ShowSecurityKey, Kind: FaultThrottle},
		{Service: STS, Operation: AssumeAgency, Kind: FaultStatusAfter, Status: 502},
	} {
		if err := c.Plant(fault); err != nil {
			t.Fatal(err)
		}
	}
	wantEqual(t, "statuses", []int{
		c.metadataToken("60").status, c.securityKey("").status,
		c.do(STS, "POST", assumePath, assumeBody(DefaultAgency, "")).status,
	}, []int{503, http.StatusTooManyRequests, 502})
	if len(c.Issued()) != 1 {
		t.Errorf("issued: %+v", c.Issued())
	}
	if err := c.Plant(Fault{Service: STS, Operation: ShowSecurityKey, Kind: FaultReset}); err == nil {
		t.Error("Plant accepted a fault that can never strike")
	}
}
