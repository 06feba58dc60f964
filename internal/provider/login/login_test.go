// SPDX-License-Identifier: MPL-2.0

package login

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
)

// sharedConfigText is a file of the vendor's command line, as it is where nothing in it is encrypted.
const sharedConfigText = `{
  "language": "en", "current": "default", "other": {"of": ["no", "interest"]},
  "profiles": [
    {"name": "default", "mode": "AKSK", "accessKeyId": "file-ak", "secretAccessKey": "file-sk", "region": "", "projectId": "", "domainId": "", "readTimeout": 10},
    {"name": "there", "mode": "AKSK", "accessKeyId": "there-ak", "secretAccessKey": "there-sk", "securityToken": "there-st", "region": "eu-de", "projectId": "there-p"},
    {"name": "login", "mode": "SSO", "accessKeyId": "no", "region": "eu-de", "ssoAuth": {"stsToken": {"accessKeyId": "sso-ak", "secretAccessKey": "sso-sk", "securityToken": "sso-st"}}},
    {"name": "agent", "mode": "AKSK", "accessKeyId": "agent-ak", "secretAccessKey": "agent-sk", "agencyName": "a", "agencyDomainName": "d", "agencyDomainId": "x"},
    {"name": "agent by id", "mode": "AKSK", "accessKeyId": "agent-ak", "secretAccessKey": "agent-sk", "agencyName": "a", "agencyDomainId": "d"},
    {"name": "server", "mode": "ecsAgency", "accessKeyId": "", "secretAccessKey": ""}
  ]
}`

// home is a user's with that file in it.
func home(t *testing.T) string {
	t.Helper()
	directory := t.TempDir()
	if err := os.Mkdir(filepath.Join(directory, ".hcloud"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(directory, ".hcloud", "config.json"), []byte(sharedConfigText), 0o600); err != nil {
		t.Fatal(err)
	}
	return directory
}

// source is one of the ways to log in: by the block, by the environment, and what comes of it.
type source struct {
	name        string
	block       func(*Arguments)
	environment map[string]string
	want        client.Config
}

// sources are all of them, the one that wins first.
var sources = []source{
	{
		"token", func(a *Arguments) { a.AuthToken = types.StringValue("t") },
		map[string]string{"OS_TOKEN": "t"},
		client.Config{AuthToken: "t"},
	},
	{
		"ID token", func(a *Arguments) {
			a.AssumeRoleWithOIDC = []federatedRoleArguments{{IdPID: types.StringValue("idp"), IDToken: types.StringValue("id")}}
		},
		map[string]string{"HW_ASSUME_ROLE_IDP_ID": "idp", "HW_ASSUME_ROLE_ID_TOKEN": "id", "HW_ASSUME_ROLE_ID_TOKEN_FILE": "not read"},
		client.Config{Federation: &client.Federation{IdentityProvider: "idp", IDToken: "id"}},
	},
	{
		"key", func(a *Arguments) {
			a.AccessKey, a.SecretKey, a.SecurityToken = types.StringValue("ak"), types.StringValue("sk"), types.StringValue("st")
		},
		map[string]string{"HW_ACCESS_KEY": "ak", "OS_SECRET_KEY": "sk", "HW_SECURITY_TOKEN": "st"},
		client.Config{AccessKey: "ak", SecretKey: "sk", SecurityToken: "st"},
	},
	{
		"password", func(a *Arguments) {
			a.UserID, a.Password, a.Passcode = types.StringValue("u"), types.StringValue("p"), types.StringValue("1")
		},
		map[string]string{"HW_USER_ID": "u", "OS_PASSWORD": "p", "OS_PASSCODE": "1"},
		client.Config{UserID: "u", Password: "p", Passcode: "1"},
	},
	{
		"profile", func(a *Arguments) { a.Profile = types.StringValue("default") },
		map[string]string{"HW_PROFILE": "default"},
		client.Config{AccessKey: "file-ak", SecretKey: "file-sk"},
	},
	{
		"this ECS", func(*Arguments) {},
		nil,
		client.Config{Metadata: true},
	},
}

// TestWhichLoginWins puts each of the ways to log in beside each other one: in the block, in the environment, and one in each.
func TestWhichLoginWins(t *testing.T) {
	directory := home(t)
	configure := func(block func(*Arguments), environments ...map[string]string) (client.Config, []string) {
		arguments := Arguments{}
		block(&arguments)
		variables := map[string]string{"HW_REGION_NAME": "r", "HOME": directory}
		for _, some := range environments {
			maps.Copy(variables, some)
		}
		config, diags := arguments.ClientConfig(context.Background(), environment(variables))
		var summaries []string
		for _, d := range diags {
			summaries = append(summaries, d.Summary())
		}
		return config, summaries
	}
	check := func(what string, want client.Config, config client.Config, summaries []string) {
		t.Helper()
		want.Region, want.MaxRetries = "r", 5
		if diff := cmp.Diff(want, config, cmpopts.EquateEmpty()); diff != "" || len(summaries) > 0 {
			t.Errorf("%s: %q\n%s", what, summaries, diff)
		}
	}
	nothing := func(*Arguments) {}
	const last = "this ECS"
	for i, first := range sources {
		config, summaries := configure(first.block)
		check(first.name+" in the block", first.want, config, summaries)
		config, summaries = configure(nothing, first.environment)
		check(first.name+" in the environment", first.want, config, summaries)
		for j, second := range sources {
			if i == j {
				continue
			}
			if first.name != last {
				config, summaries = configure(first.block, second.environment)
				check(first.name+" in the block, "+second.name+" in the environment", first.want, config, summaries)
			}
			if i > j {
				continue
			}
			config, summaries = configure(nothing, first.environment, second.environment)
			check(first.name+" beside "+second.name+" in the environment", first.want, config, summaries)
			if second.name == last {
				continue
			}
			_, summaries = configure(func(a *Arguments) { first.block(a); second.block(a) })
			if diff := cmp.Diff([]string{"Contradictory credentials"}, summaries); diff != "" {
				t.Errorf("%s and %s in the block: %s", first.name, second.name, diff)
			}
		}
	}
}

// TestLogins are what belongs to a way to log in beside what chooses it: profiles, agencies, ID tokens.
func TestLogins(t *testing.T) {
	text := types.StringValue
	directory := home(t)
	elsewhere := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(elsewhere, []byte(strings.ReplaceAll(sharedConfigText, "file-", "other-")), 0o600); err != nil {
		t.Fatal(err)
	}
	role := func(agency, domainName, domainID string, seconds int) client.Role {
		return client.Role{Agency: agency, DomainName: domainName, DomainID: domainID, Duration: time.Duration(seconds) * time.Second}
	}
	key := client.Config{AccessKey: "ak", SecretKey: "sk"}
	with := func(config client.Config, change func(*client.Config)) client.Config {
		change(&config)
		return config
	}
	roles := func(all ...client.Role) client.Config { return with(key, func(c *client.Config) { c.Roles = all }) }
	for name, c := range map[string]struct {
		arguments   Arguments
		environment map[string]string // beside a key
		noKey       bool
		want        client.Config
	}{
		"another file": {
			arguments: Arguments{SharedConfigFile: text(elsewhere)},
			want:      client.Config{AccessKey: "other-ak", SecretKey: "other-sk"},
		},
		"a file and a profile from the environment": {
			noKey:       true,
			environment: map[string]string{"HW_SHARED_CONFIG_FILE": elsewhere, "HW_PROFILE": "login"},
			want:        client.Config{AccessKey: "sso-ak", SecretKey: "sso-sk", SecurityToken: "sso-st"},
		},
		"a file in a home on Windows": {
			arguments:   Arguments{SharedConfigFile: text("~/.hcloud/config.json")},
			environment: map[string]string{"HOME": "", "USERPROFILE": directory},
			want:        client.Config{AccessKey: "file-ak", SecretKey: "file-sk"},
		},
		"a profile's region and project": {
			arguments:   Arguments{Profile: text("there")},
			environment: map[string]string{"HW_REGION_NAME": ""},
			want:        client.Config{Region: "eu-de", ProjectID: "there-p", AccessKey: "there-ak", SecretKey: "there-sk", SecurityToken: "there-st"},
		},
		"a profile's project is not one of another region": {
			arguments: Arguments{Profile: text("there"), Region: text("eu-nl")},
			want:      client.Config{Region: "eu-nl", AccessKey: "there-ak", SecretKey: "there-sk", SecurityToken: "there-st"},
		},
		"a project's name wins over a profile's project": {
			arguments:   Arguments{Profile: text("there"), Region: text("eu-de")},
			environment: map[string]string{"OS_TENANT_NAME": "eu-de_team"},
			want:        client.Config{Region: "eu-de", ProjectName: "eu-de_team", AccessKey: "there-ak", SecretKey: "there-sk", SecurityToken: "there-st"},
		},
		"a profile's agency": {
			arguments: Arguments{Profile: text("agent")},
			want:      client.Config{AccessKey: "agent-ak", SecretKey: "agent-sk", Roles: []client.Role{role("a", "d", "", 0)}},
		},
		"a profile's agency, its domain by id": {
			arguments: Arguments{Profile: text("agent by id")},
			want:      client.Config{AccessKey: "agent-ak", SecretKey: "agent-sk", Roles: []client.Role{role("a", "", "d", 0)}},
		},
		"another agency than the profile's": {
			arguments: Arguments{Profile: text("agent"), AssumeRole: []roleArguments{{AgencyName: text("b"), DomainName: text("e")}}},
			want:      client.Config{AccessKey: "agent-ak", SecretKey: "agent-sk", Roles: []client.Role{role("b", "e", "", 0)}},
		},
		"an agency": {
			arguments: Arguments{AssumeRole: []roleArguments{{AgencyName: text("a"), DomainName: text("d"), Duration: types.Int64Value(900)}}},
			want:      roles(role("a", "d", "", 900)),
		},
		"an agency from the environment": {
			environment: map[string]string{
				"HW_ASSUME_ROLE_AGENCY_NAME": "a", "HW_ASSUME_ROLE_DOMAIN_NAME": "d", "HW_ASSUME_ROLE_DURATION": "86400",
				"OS_AGENCY_NAME": "x", "OS_AGENCY_DOMAIN_NAME": "x",
			},
			want: roles(role("a", "d", "", 86400)),
		},
		"an agency in the block, the rest in the environment": {
			arguments:   Arguments{AssumeRole: []roleArguments{{AgencyName: text("a")}}},
			environment: map[string]string{"HW_ASSUME_ROLE_AGENCY_NAME": "x", "HW_ASSUME_ROLE_DOMAIN_ID": "d", "HW_ASSUME_ROLE_DURATION": "1000"},
			want:        roles(role("a", "", "d", 1000)),
		},
		"a domain's name in the block wins over its id in the environment": {
			arguments:   Arguments{AssumeRole: []roleArguments{{AgencyName: text("a"), DomainName: text("d")}}},
			environment: map[string]string{"HW_ASSUME_ROLE_DOMAIN_ID": "x"},
			want:        roles(role("a", "d", "", 0)),
		},
		"a domain's id wins over its name": {
			arguments: Arguments{AssumeRole: []roleArguments{{AgencyName: text("a"), DomainName: text("x"), DomainID: text("d")}}},
			want:      roles(role("a", "", "d", 0)),
		},
		"a chain, of which the environment completes the first": {
			arguments:   Arguments{AssumeRole: []roleArguments{{}, {AgencyName: text("b"), DomainID: text("e")}}},
			environment: map[string]string{"HW_ASSUME_ROLE_AGENCY_NAME": "a", "HW_ASSUME_ROLE_DOMAIN_NAME": "d", "HW_ASSUME_ROLE_DURATION": "1800"},
			want:        roles(role("a", "d", "", 1800), role("b", "", "e", 0)),
		},
		"an agency as Open Telekom Cloud's provider has it": {
			arguments: Arguments{AgencyName: text("a"), AgencyDomainName: text("d"), DelegatedProject: text("p")},
			want:      with(roles(role("a", "d", "", 0)), func(c *client.Config) { c.ProjectName = "p" }),
		},
		"the same from the environment": {
			environment: map[string]string{"OS_AGENCY_NAME": "a", "OS_AGENCY_DOMAIN_NAME": "d", "OS_DELEGATED_PROJECT": "p", "OS_PROJECT_NAME": "q"},
			want:        with(roles(role("a", "d", "", 0)), func(c *client.Config) { c.ProjectName = "p" }),
		},
		"a project in the block wins over the delegated one": {
			arguments:   Arguments{AgencyName: text("a"), AgencyDomainName: text("d"), ProjectName: text("q")},
			environment: map[string]string{"OS_DELEGATED_PROJECT": "p"},
			want:        with(roles(role("a", "d", "", 0)), func(c *client.Config) { c.ProjectName = "q" }),
		},
		"a profile's project is not another agency's": {
			arguments: Arguments{Profile: text("there"), Region: text("eu-de"), AssumeRole: []roleArguments{{AgencyName: text("a"), DomainName: text("d")}}},
			want:      client.Config{Region: "eu-de", AccessKey: "there-ak", SecretKey: "there-sk", SecurityToken: "there-st", Roles: []client.Role{role("a", "d", "", 0)}},
		},
		"how long a federated user's key lasts": {
			arguments: Arguments{AssumeRoleWithOIDC: []federatedRoleArguments{{IdPID: text("idp"), IDToken: text("id"), Duration: types.Int64Value(43200)}}},
			want:      client.Config{Federation: &client.Federation{IdentityProvider: "idp", IDToken: "id", Duration: 12 * time.Hour}},
		},
		"a delegated project without an agency": {
			arguments: Arguments{DelegatedProject: text("p")},
			want:      key,
		},
		"an ID token's file, and an agency by id": {
			arguments: Arguments{AssumeRoleWithOIDC: []federatedRoleArguments{{
				IdPID: text("idp"), IDTokenFile: text("/run/token"), AgencyName: text("a"), DomainID: text("d"), Duration: types.Int64Value(7200),
			}}},
			environment: map[string]string{"HW_ASSUME_ROLE_ID_TOKEN": "x"},
			want:        client.Config{Federation: &client.Federation{IdentityProvider: "idp", IDTokenFile: "/run/token"}, Roles: []client.Role{role("a", "", "d", 7200)}},
		},
		"an ID token's file, and an agency, from the environment": {
			environment: map[string]string{"HW_ASSUME_ROLE_IDP_ID": "idp", "HW_ASSUME_ROLE_ID_TOKEN_FILE": "/run/token", "HW_ASSUME_ROLE_AGENCY_NAME": "a", "HW_ASSUME_ROLE_DOMAIN_ID": "d"},
			want:        client.Config{Federation: &client.Federation{IdentityProvider: "idp", IDTokenFile: "/run/token"}, Roles: []client.Role{role("a", "", "d", 0)}},
		},
		"an identity provider from the environment": {
			arguments:   Arguments{AssumeRoleWithOIDC: []federatedRoleArguments{{IDToken: text("id")}}},
			environment: map[string]string{"HW_ASSUME_ROLE_IDP_ID": "idp"},
			want:        client.Config{Federation: &client.Federation{IdentityProvider: "idp", IDToken: "id"}},
		},
		"a passcode is nobody's without a password": {
			environment: map[string]string{"OS_PASSCODE": "1"},
			want:        key,
		},
	} {
		t.Run(name, func(t *testing.T) {
			variables := map[string]string{"HW_REGION_NAME": "r", "HOME": directory, "HW_ACCESS_KEY": "ak", "HW_SECRET_KEY": "sk"}
			if c.noKey {
				delete(variables, "HW_ACCESS_KEY")
				delete(variables, "HW_SECRET_KEY")
			}
			maps.Copy(variables, c.environment)
			if c.want.Region == "" {
				c.want.Region = "r"
			}
			c.want.MaxRetries = 5
			config, diags := c.arguments.ClientConfig(context.Background(), environment(variables))
			if diff := cmp.Diff(c.want, config, cmpopts.EquateEmpty()); diff != "" || len(diags) > 0 {
				t.Errorf("%v\n%s", diags, diff)
			}
			config.Clock = client.SystemClock
			if _, err := client.New(config); err != nil {
				t.Errorf("the client refuses it: %v", err)
			}
		})
	}
}

func TestLoginsRefused(t *testing.T) {
	text := types.StringValue
	directory := home(t)
	broken := filepath.Join(t.TempDir(), "broken.json")
	if err := os.WriteFile(broken, []byte(`{"profiles": "top-secret"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	one := func(agency, domain types.String, seconds int64) []roleArguments {
		return []roleArguments{{AgencyName: agency, DomainName: domain, Duration: types.Int64Value(seconds)}}
	}
	for name, c := range map[string]struct {
		arguments   Arguments
		environment map[string]string
		says        []string
	}{
		"no such profile":     {Arguments{Profile: text("tehre")}, nil, []string{"No such profile", `"tehre"`, "~/.hcloud/config.json", `"default", "there"`, "HW_PROFILE"}},
		"no key in a profile": {Arguments{Profile: text("server")}, nil, []string{"A profile without a key", `"server"`, `"ecsAgency"`, "--cli-auth-encrypt=false"}},
		"no such file":        {Arguments{SharedConfigFile: text("/nowhere/config.json")}, nil, []string{"cannot be read", `"shared_config_file"`, "/nowhere/config.json"}},
		"another file":        {Arguments{SharedConfigFile: text(broken)}, nil, []string{"Not a file of the vendor's command line", broken}},
		"token of a profile":  {Arguments{Profile: text("there"), SecurityToken: text("st")}, nil, []string{"Contradictory credentials", `"security_token"`}},
		"no agency":           {Arguments{AssumeRole: one(types.StringNull(), text("d"), 0)}, nil, []string{"No agency", "HW_ASSUME_ROLE_AGENCY_NAME"}},
		"no domain":           {Arguments{AssumeRole: one(text("a"), types.StringNull(), 0)}, nil, []string{"No domain", `"a"`, "HW_ASSUME_ROLE_DOMAIN_NAME", "HW_ASSUME_ROLE_DOMAIN_ID"}},
		"too short":           {Arguments{AssumeRole: one(text("a"), text("d"), 899)}, nil, []string{"Not a duration", "900 to 86400"}},
		"too long":            {Arguments{AssumeRole: one(text("a"), text("d"), 86401)}, nil, []string{"Not a duration", "900 to 86400"}},
		"long":                {Arguments{}, map[string]string{"HW_ASSUME_ROLE_AGENCY_NAME": "a", "HW_ASSUME_ROLE_DOMAIN_NAME": "d", "HW_ASSUME_ROLE_DURATION": "long"}, []string{"Not a duration", "HW_ASSUME_ROLE_DURATION"}},
		"two agencies":        {Arguments{AssumeRole: one(text("a"), text("d"), 0), AgencyName: text("a")}, nil, []string{`"agency_name"`, `"assume_role"`}},
		"whose agency":        {Arguments{AgencyName: text("a")}, nil, []string{`no "agency_domain_name"`, "OS_AGENCY_DOMAIN_NAME"}},
		"no provider":         {Arguments{AssumeRoleWithOIDC: []federatedRoleArguments{{IDToken: text("id")}}}, nil, []string{`"idp_id"`, "HW_ASSUME_ROLE_IDP_ID"}},
		"no ID token":         {Arguments{}, map[string]string{"HW_ASSUME_ROLE_IDP_ID": "idp"}, []string{`"idp"`, "HW_ASSUME_ROLE_ID_TOKEN", "HW_ASSUME_ROLE_ID_TOKEN_FILE"}},
		"two ID tokens": {
			Arguments{AssumeRoleWithOIDC: []federatedRoleArguments{{IdPID: text("idp"), IDToken: text("id"), IDTokenFile: text("f")}}}, nil,
			[]string{"Incomplete credentials", "needs either", `"id_token"`, `"id_token_file"`},
		},
		"passcode of a name": {Arguments{UserName: text("u"), DomainName: text("d"), Password: text("p"), Passcode: text("1")}, nil, []string{`no "user_id"`, `"passcode"`}},
	} {
		t.Run(name, func(t *testing.T) {
			variables := map[string]string{"HW_REGION_NAME": "r", "HOME": directory}
			maps.Copy(variables, c.environment)
			_, diags := c.arguments.ClientConfig(context.Background(), environment(variables))
			if diags.ErrorsCount() != 1 {
				t.Fatalf("%d errors, want one: %v", diags.ErrorsCount(), diags)
			}
			message := fmt.Sprintf("%s: %s", diags[0].Summary(), diags[0].Detail())
			for _, say := range c.says {
				if !strings.Contains(message, say) {
					t.Errorf("%q lacks %q", message, say)
				}
			}
			if strings.Contains(message, "top-secret") {
				t.Errorf("a secret is shown: %s", message)
			}
		})
	}
}
