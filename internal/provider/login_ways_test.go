// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

// authMethod is an authentication method, as a person writes it down.
type authMethod struct {
	block       string // in place of the key; <file> is a path, where a file holds something
	environment []string
	file        string   // what that file holds
	deputy      bool     // whoever acts is in the project of the agency
	kinds       []string // of what IAM issues in one login
}

var authMethods = map[string]authMethod{
	"agency": {
		block: `
  access_key = "AKFAKECLOUD0EXAMPLE1"
  secret_key = "fakecloud-secret-key-not-a-real-one-0001"
  assume_role {
    agency_name = "restore-agency"
    domain_name = "deputy-domain"
    duration    = 900
  }`,
		deputy: true, kinds: []string{"agency"},
	},
	"agency by STS": {
		block: `assume_role { duration = 900 }`,
		environment: []string{
			"HW_ACCESS_KEY=" + fakecloud.DefaultAccessKey, "HW_SECRET_KEY=" + fakecloud.DefaultSecretKey,
			"HW_ASSUME_ROLE_AGENCY_NAME=restore-agency", "HW_ASSUME_ROLE_DOMAIN_ID=" + fakecloud.DeputyDomainID,
		},
		deputy: true, kinds: []string{"sts"},
	},
	"agency by token": {
		environment: []string{"OS_AUTH_TOKEN=" + fakecloud.DefaultToken, "OS_AGENCY_NAME=restore-agency",
			"OS_AGENCY_DOMAIN_NAME=deputy-domain", "OS_DELEGATED_PROJECT=eu-west-101"},
		deputy: true, kinds: []string{"agency"},
	},
	"agency by password": {
		block: `
  user_name          = "demo"
  domain_name        = "demo-domain"
  agency_name        = "restore-agency"
  agency_domain_name = "deputy-domain"`,
		environment: []string{"OS_PASSWORD=" + fakecloud.DefaultPassword},
		deputy:      true, kinds: []string{"agency"},
	},
	"chain": {
		block: `
  assume_role {
    agency_name = "restore-agency"
    domain_name = "deputy-domain"
  }
  assume_role {
    agency_name = "second-agency"
    domain_name = "deputy-domain"
    duration    = 900
  }`,
		environment: []string{"HW_ACCESS_KEY=" + fakecloud.DefaultAccessKey, "HW_SECRET_KEY=" + fakecloud.DefaultSecretKey},
		kinds:       []string{"agency", "agency"},
	},
	"ID token": {
		block: `
  assume_role_with_oidc {
    idp_id        = "corporate-login"
    id_token_file = "<file>"
  }`,
		file: fakecloud.DefaultIDToken + "\n", kinds: []string{"id-token", "token"},
	},
	"ID token, then an agency": {
		block: `
  assume_role_with_oidc {
    agency_name = "restore-agency"
    domain_id   = "` + fakecloud.DeputyDomainID + `"
    duration    = 900
  }`,
		environment: []string{"HW_ASSUME_ROLE_IDP_ID=corporate-login", "HW_ASSUME_ROLE_ID_TOKEN=" + fakecloud.DefaultIDToken},
		deputy:      true, kinds: []string{"id-token", "token", "sts"},
	},
	"profile": {
		block: `
  shared_config_file = "<file>"
  profile            = "pipeline"`,
		file: `{"current": "x", "profiles": [{"name": "pipeline", "mode": "AKSK", "accessKeyId": "AKFAKECLOUD0EXAMPLE1", "secretAccessKey": "fakecloud-secret-key-not-a-real-one-0001"}]}`,
	},
	"profile with an agency": {
		environment: []string{"HW_PROFILE=pipeline", "HW_SHARED_CONFIG_FILE=<file>"},
		file: `{"profiles": [{"name": "pipeline", "mode": "SSO", "agencyName": "restore-agency", "agencyDomainName": "deputy-domain", "ssoAuth": {"stsToken": {` +
			`"accessKeyId": "AKFAKECLOUD0TEMPORARY", "secretAccessKey": "fakecloud-secret-key-not-a-real-one-0002", "securityToken": "fakecloud-security-token-0001"}}}]}`,
		deputy: true, kinds: []string{"agency"},
	},
	"this ECS": {kinds: []string{"metadata"}},
}

// configureLogin writes a configuration that logs in by one of them.
func (env *testEnv) configureLogin(method authMethod, resources string) {
	env.Helper()
	file := filepath.Join(env.dir, "login")
	if method.file != "" {
		env.write("login", method.file)
	}
	for _, variable := range method.environment {
		env.environment = append(env.environment, strings.ReplaceAll(variable, "<file>", file))
	}
	env.environment = append(env.environment, "HOME="+env.dir) // no profile of whoever runs this
	if method.deputy {
		resources = strings.NewReplacer(
			rdsCase.target, fakecloud.DeputyRDSInstance,
			ddsCase.target, fakecloud.DeputyDDSInstance,
			dwsCase.target, fakecloud.DeputyDWSSnapshot,
		).Replace(resources)
	}
	env.write("main.tf", env.loginBlock(strings.ReplaceAll(method.block, "<file>", file))+resources)
}

// issued are the kinds of what IAM has issued.
func (env *testEnv) issued() []string {
	var kinds []string
	for _, issue := range env.cloud.Issued() {
		kinds = append(kinds, issue.Kind)
	}
	return kinds
}

// TestLoginWays restores by each authentication method: one login in the plan's process and one in the apply's, and
// none where there is nothing to do.
func TestLoginWays(t *testing.T) {
	t.Parallel()
	turn := 0
	for name, method := range authMethods {
		c := restoreCases[turn%len(restoreCases)]
		turn++
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			env.configureLogin(method, c.config(t))
			env.mustApply()
			env.expectAccepted(1)
			once := env.issued()
			want := append(append([]string{}, method.kinds...), method.kinds...)
			if name == "this ECS" {
				want = method.kinds // the same key, twice
			}
			if diff := cmp.Diff(want, once); diff != "" && len(want)+len(once) > 0 {
				t.Errorf("issued: -want +got\n%s", diff)
			}
			env.expectNoChanges()
			if again := env.issued(); len(again) != len(once) {
				t.Errorf("a finished restore logged in: %v", again)
			}
		})
	}
}

// TestKeysEndWhileTheJobIsWaitedFor lets all keys be revoked, and the next ones grow old: nine seconds on this clock,
// or more.
func TestKeysEndWhileTheJobIsWaitedFor(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"agency", "agency by STS", "chain", "ID token, then an agency", "this ECS"} {
		method := authMethods[name]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := ddsCase
			env := newTestEnv(t, changedWorld(func(w *fakecloud.World) { w.MetadataKeySeconds = 900 }))
			env.configureLogin(method, c.config(t))
			env.change("next", "hold", "")
			p := env.startApply()
			env.awaitPolls(c.service, 1)
			job := env.expectAccepted(1)[0]
			before := len(env.issued())
			env.cloud.RevokeTokens()
			env.await(func() bool { return len(env.issued()) >= before+2 }) // one by force, one in time
			polls := env.cloud.Requests()[c.service][fakecloud.ShowJob]
			env.awaitPolls(c.service, polls+1)
			env.change(job, "finish", "")
			env.expect(env.end(p), clitest.ExitOK, "Apply complete!")
			env.expectAccepted(1)
			env.expectStored(c.address, map[string]any{"job_id": job, "status": "Completed"})
		})
	}
}

// TestRefusedLoginWays meets each refusal once, with and without lookups in the plan, however many restores there are.
func TestRefusedLoginWays(t *testing.T) {
	t.Parallel()
	four := func(t *testing.T, more string) string {
		c := ddsCase
		// each with its own names, and no dependant, which would want an index
		return strings.NewReplacer("instance_id", "count       = 4\n  instance_id", `_before"`, `_before_${count.index}"`).
			Replace(c.config(t, more))
	}
	for name, test := range map[string]struct {
		block string
		world func(*fakecloud.World)
		says  []string
		asked [2]string
	}{
		"wrong key": {`access_key = "AKFAKECLOUD0EXAMPLE1"` + "\n  secret_key = \"wrong\"\n  project_id = \"" +
			fakecloud.DefaultProjectID + `"`, nil, []string{"verify aksk signature fail"}, [2]string{fakecloud.DDS, ""}},
		"agency": {strings.Replace(authMethods["agency"].block, "restore-agency", "another-agency", 1), nil,
			[]string{"the login through the agency failed, and is not tried again"},
			[2]string{fakecloud.IAM, fakecloud.CreateTemporaryAccessKey}},
		"ID token": {"assume_role_with_oidc {\n  idp_id = \"corporate-login\"\n  id_token = \"another-id-token\"\n}", nil,
			[]string{"the login with the ID token failed"},
			[2]string{fakecloud.IAM, fakecloud.CreateTokenWithIDToken}},
		"no login": {"", func(w *fakecloud.World) { w.MetadataUser = "" },
			[]string{"No credentials are configured, and the metadata service of an ECS", `"access_key"`, "HW_ACCESS_KEY"},
			[2]string{fakecloud.Metadata, fakecloud.ShowSecurityKey}},
	} {
		for _, more := range []string{"", "preflight = false"} {
			t.Run(fmt.Sprintf("%s/%s", name, more), func(t *testing.T) {
				t.Parallel()
				var change []func(*fakecloud.Options)
				if test.world != nil {
					change = append(change, changedWorld(test.world))
				}
				env := newTestEnv(t, change...)
				resource, _, _ := strings.Cut(four(t, more), "resource \"terraform_data\"")
				env.configureLogin(authMethod{block: test.block}, resource)
				o := env.apply()
				env.expect(o, clitest.ExitError, "No restore was started.")
				for _, say := range test.says {
					if more == "" && !strings.Contains(o.output, say) {
						t.Errorf("the output lacks %q:\n%s", say, o.output)
					}
				}
				if strings.Contains(o.output, "another-id-token") || strings.Contains(o.output, "\"wrong\"") {
					t.Errorf("the output shows a secret:\n%s", o.output)
				}
				env.expectAccepted(0)
				asked := 0
				for operation, count := range env.cloud.Requests()[test.asked[0]] {
					if test.asked[1] == "" || operation == test.asked[1] {
						asked += count
					}
				}
				if asked != 1 {
					t.Errorf("asked %d times, want once: %v", asked, env.cloud.Requests())
				}
			})
		}
	}
}
