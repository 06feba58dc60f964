// SPDX-License-Identifier: MPL-2.0

package client

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	keyLine      = "POST /v3.0/OS-CREDENTIAL/securitytokens"
	stsLine      = "POST /v5/agencies/assume"
	idTokenLine  = "POST /v3.0/OS-AUTH/id-token/tokens"
	metadataLine = "PUT /meta-data/latest/api/token"
	securityLine = "GET /openstack/latest/securitykey"
)

// temporary is an answer with the key NAME-ak, which ends an hour after noon.
func temporary(name string) http.HandlerFunc {
	return answerWith(
		201,
		`{"credential":{"access":"`+name+`-ak","secret":"`+name+`-sk","securitytoken":"`+name+`-st","expires_at":"2024-03-01T13:00:00.000000Z"}}`,
	)
}

func temporarySTS(name string) http.HandlerFunc {
	return answerWith(
		200,
		`{"credentials":{"access_key_id":"`+name+`-ak","secret_access_key":"`+name+`-sk","security_token":"`+name+`-st","expiration":"2024-03-01T13:00:00Z"},
		"assumed_agency":{"urn":"sts::d1:assumed-agency:a/s","id":"1:s"}}`,
	)
}

// signedBy are the requests as "METHOD PATH WHO": who is the access key, with + and the security token if there is one,
// or the token.
func (s *testServer) signedBy() []string {
	var lines []string
	for _, r := range s.got() {
		who := r.Header.Get("X-Auth-Token")
		if _, rest, signed := strings.Cut(r.Header.Get("Authorization"), "Access="); signed {
			who, _, _ = strings.Cut(rest, ",")
		}
		if token := r.Header.Get("X-Security-Token"); token != "" {
			who += "+" + token
		}
		lines = append(lines, strings.TrimSpace(r.Method+" "+r.Path+" "+who))
	}
	return lines
}

func inProject(config *Config) { config.ProjectID = "p1" }

func withRoles(roles ...Role) func(*Config) { return func(config *Config) { config.Roles = roles } }

func withIDToken(config *Config) {
	config.AccessKey, config.SecretKey = "", ""
	config.Federation = &Federation{IdentityProvider: "corporate", IDToken: "header.payload.signature"}
}

func withMetadata(config *Config) { config.AccessKey, config.SecretKey, config.Metadata = "", "", true }

var byName, byID = Role{Agency: "a", DomainName: "d"}, Role{Agency: "a", DomainID: "d1", Duration: 15 * time.Minute}

// TestKeyLogins are the ways to a temporary key: what is asked, by whom, and what the call is signed with.
func TestKeyLogins(t *testing.T) {
	const assumeByName = `{"auth":{"identity":{"assume_role":{"agency_name":"a","domain_name":"d","duration_seconds":3600},"methods":["assume_role"]}}}`
	good := answerWith(200, goodReply)
	for name, test := range map[string]struct {
		change  []func(*Config)
		replies []http.HandlerFunc
		want    []string
		bodies  []string // of the first requests
	}{
		"an agency, by a key": {
			change: []func(*Config){withRoles(byName)}, replies: []http.HandlerFunc{temporary("1"), good},
			want: []string{keyLine + " TESTACCESSKEY", jobLine + " 1-ak+1-st"}, bodies: []string{assumeByName},
		},
		"an agency, by a temporary key": {
			change: []func(*Config){withRoles(byName), func(c *Config) { c.SecurityToken = "st" }}, replies: []http.HandlerFunc{temporary("1"), good},
			want: []string{keyLine + " TESTACCESSKEY+st", jobLine + " 1-ak+1-st"},
		},
		"an agency, by a token": {
			change: []func(*Config){withRoles(byName), func(c *Config) { c.AuthToken = "T" }}, replies: []http.HandlerFunc{temporary("1"), good},
			want: []string{keyLine + " T", jobLine + " 1-ak+1-st"},
		},
		"an agency, by a password": {
			change: []func(*Config){withPassword, inProject, withRoles(byName)}, replies: []http.HandlerFunc{issued("T1"), temporary("1"), good},
			want: []string{loginLine, keyLine + " T1", jobLine + " 1-ak+1-st"},
			bodies: []string{`{"auth":{"identity":{"methods":["password"],"password":{"user":{"domain":{"name":"somewhere"},"name":"somebody","password":"pass\"word/\u003c1\u003e"}}},` +
				`"scope":{"domain":{"name":"somewhere"}}}}`, assumeByName},
		},
		"an agency, by the password of a user in an unknown domain": {
			change:  []func(*Config){withPassword, inProject, withRoles(byName), func(c *Config) { c.UserName, c.DomainName, c.UserID = "", "", "u1" }},
			replies: []http.HandlerFunc{issued("T1"), temporary("1"), good},
			want:    []string{loginLine, keyLine + " T1", jobLine + " 1-ak+1-st"},
			bodies:  []string{`{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"u1","password":"pass\"word/\u003c1\u003e"}}}}}`},
		},
		"an agency of IAM's newer kind": {
			change: []func(*Config){withRoles(byID)}, replies: []http.HandlerFunc{temporarySTS("1"), good},
			want:   []string{stsLine + " TESTACCESSKEY", jobLine + " 1-ak+1-st"},
			bodies: []string{`{"agency_session_name":"terraform-provider-x","agency_urn":"iam::d1:agency:a","duration_seconds":900}`},
		},
		"an agency of Open Telekom Cloud, by the domain's id": {
			change: []func(*Config){withRoles(byID), func(c *Config) { c.Cloud = "otc.t-systems.com" }}, replies: []http.HandlerFunc{temporary("1"), good},
			want:   []string{keyLine + " TESTACCESSKEY", jobLine + " 1-ak+1-st"},
			bodies: []string{`{"auth":{"identity":{"assume_role":{"agency_name":"a","domain_id":"d1","duration_seconds":900},"methods":["assume_role"]}}}`},
		},
		"a chain": {
			change: []func(*Config){withRoles(byName, byID)}, replies: []http.HandlerFunc{temporary("1"), temporarySTS("2"), good},
			want: []string{keyLine + " TESTACCESSKEY", stsLine + " 1-ak+1-st", jobLine + " 2-ak+2-st"},
		},
		"a chain through STS, for an hour at most": {
			change: []func(*Config){withRoles(byName, Role{Agency: "b", DomainID: "d2", Duration: 12 * time.Hour})}, replies: []http.HandlerFunc{temporary("1"), temporarySTS("2"), good},
			want:   []string{keyLine + " TESTACCESSKEY", stsLine + " 1-ak+1-st", jobLine + " 2-ak+2-st"},
			bodies: []string{assumeByName, `{"agency_session_name":"terraform-provider-x","agency_urn":"iam::d2:agency:b","duration_seconds":3600}`},
		},
		"the agency's project": {
			change: []func(*Config){unconfigured, withRoles(byName)}, replies: []http.HandlerFunc{temporary("1"), answerWith(200, oneProject), good},
			want: []string{keyLine + " TESTACCESSKEY", "GET /v3/projects 1-ak+1-st", jobLine + " 1-ak+1-st"},
		},
		"an ID token": {
			change: []func(*Config){withIDToken}, replies: []http.HandlerFunc{answerWith(201, `{"token":{}}`, "X-Subject-Token", "U1"), temporary("1"), good},
			want:   []string{idTokenLine, keyLine, jobLine + " 1-ak+1-st"},
			bodies: []string{`{"auth":{"id_token":{"id":"header.payload.signature"}}}`, `{"auth":{"identity":{"methods":["token"],"token":{"duration_seconds":3600,"id":"U1"}}}}`},
		},
		"an ID token, and an agency": {
			change:  []func(*Config){withIDToken, withRoles(byName)},
			replies: []http.HandlerFunc{answerWith(201, `{"token":{}}`, "X-Subject-Token", "U1"), temporary("1"), temporary("2"), good},
			want:    []string{idTokenLine, keyLine, keyLine + " 1-ak+1-st", jobLine + " 2-ak+2-st"},
		},
		"metadata": {
			change: []func(*Config){withMetadata}, replies: []http.HandlerFunc{answerWith(200, "M1\n"), temporary("1"), good},
			want: []string{metadataLine, securityLine, jobLine + " 1-ak+1-st"}, bodies: []string{"", ""},
		},
		"metadata without a token": {
			change: []func(*Config){withMetadata}, replies: []http.HandlerFunc{answerWith(404, "<html>"), temporary("1"), good},
			want: []string{metadataLine, securityLine, jobLine + " 1-ak+1-st"},
		},
		"metadata that knows no PUT": {
			change: []func(*Config){withMetadata}, replies: []http.HandlerFunc{answerWith(405, ""), temporary("1"), good},
			want: []string{metadataLine, securityLine, jobLine + " 1-ak+1-st"},
		},
		"metadata, and an agency": {
			change: []func(*Config){withMetadata, withRoles(byName)}, replies: []http.HandlerFunc{answerWith(200, "M1"), temporary("1"), temporary("2"), good},
			want: []string{metadataLine, securityLine, keyLine + " 1-ak+1-st", jobLine + " 2-ak+2-st"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := newTestServer(t, test.replies...)
			c := newTestClient(t, server.URL, newFakeClock(), append([]func(*Config){inProject}, test.change...)...)
			for range 2 {
				if _, err := c.DWS().Job(t.Context(), jobID); err != nil {
					t.Fatal(err)
				}
			}
			want := append(test.want, test.want[len(test.want)-1])
			if diff := cmp.Diff(want, server.signedBy()); diff != "" {
				t.Errorf("requests: -want +got\n%s", diff)
			}
			got := server.got()
			for i, body := range test.bodies {
				if got[i].Body != body {
					t.Errorf("body %d\ngot  %s\nwant %s", i, got[i].Body, body)
				}
			}
			for _, r := range got {
				wantIdP, wantToken := "", ""
				if strings.HasPrefix(r.Path, "/v3.0/OS-AUTH") {
					wantIdP = "corporate"
				}
				if r.Path == "/openstack/latest/securitykey" && strings.HasPrefix(name, "metadata") &&
					!strings.Contains(name, "without") &&
					!strings.Contains(name, "PUT") {
					wantToken = "M1"
				}
				if r.Header.Get("X-Idp-Id") != wantIdP || r.Header.Get("X-Metadata-Token") != wantToken {
					t.Errorf("%s: headers %v", r.Path, r.Header)
				}
			}
		})
	}
}

// A restore call is signed by the agency too, and a sibling shares its key: keys are not of one region.
func TestKeysAreOfAllRegions(t *testing.T) {
	server := newTestServer(t, temporary("1"), answerWith(200, goodReply))
	c := newTestClient(t, server.URL, newFakeClock(), inProject, withRoles(byName), func(config *Config) {
		config.Endpoints = map[string]string{"iam": server.URL}
	})
	sibling, err := c.ForRegion("eu-de")
	if err != nil {
		t.Fatal(err)
	}
	if sibling.login != c.login {
		t.Error("the sibling logs in by itself")
	}
}

// The metadata service is never asked through a proxy, waited for no longer than three seconds, and told nothing of any
// login.
func TestMetadataIsOfThisMachine(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://proxy.example:3128")
	c := newTestClient(
		t,
		"http://unused.example",
		newFakeClock(),
		withMetadata,
		func(config *Config) { config.Endpoints = nil },
	)
	if got := c.endpoint(serviceMetadata); got != "http://169.254.169.254" {
		t.Errorf("it is at %s", got)
	}
	if c.http.metadata.Transport.(*http.Transport).Proxy != nil {
		t.Error("it is asked through a proxy")
	}
	asked := false
	c.answerBy(roundTripFunc(func(r *http.Request) (*http.Response, error) {
		asked = true
		deadline, _ := r.Context().Deadline()
		if left := time.Until(deadline); left > metadataTimeout {
			t.Errorf("waited for %s", left)
		}
		return nil, errors.New("no route to host")
	}))
	if _, err := c.DWS().Job(t.Context(), jobID); !errors.As(err, new(*LoginError)) || !asked {
		t.Error(err)
	}
}
