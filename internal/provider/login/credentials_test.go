// SPDX-License-Identifier: MPL-2.0

package login

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"terraform-provider-x/internal/client"
)

// methodCase is an authentication method, configured in the block and in the environment, and the result of either.
type methodCase struct {
	name        string
	block       func(*Arguments)
	environment variables
	want        client.Config
}

// methodCases are all methods, the one that wins first.
var methodCases = []methodCase{
	{
		"token", func(a *Arguments) { a.AuthToken = text("t") },
		variables{"HW_AUTH_TOKEN": "t"},
		client.Config{AuthToken: "t"},
	},
	{
		"ID token", func(a *Arguments) {
			a.AssumeRoleWithOIDC = []federatedRoleArguments{{IdPID: text("idp"), IDToken: text("id")}}
		},
		variables{
			"HW_ASSUME_ROLE_IDP_ID": "idp", "HW_ASSUME_ROLE_ID_TOKEN": "id", "HW_ASSUME_ROLE_ID_TOKEN_FILE": "not read",
		},
		client.Config{Federation: &client.Federation{IdentityProvider: "idp", IDToken: "id"}},
	},
	{
		"key", func(a *Arguments) { a.AccessKey, a.SecretKey, a.SecurityToken = text("ak"), text("sk"), text("st") },
		variables{"HW_ACCESS_KEY": "ak", "HW_SECRET_KEY": "sk", "HW_SECURITY_TOKEN": "st"},
		client.Config{AccessKey: "ak", SecretKey: "sk", SecurityToken: "st"},
	},
	{
		"password", func(a *Arguments) { a.UserID, a.Password = text("u"), text("p") },
		variables{"HW_USER_ID": "u", "HW_USER_PASSWORD": "p"},
		client.Config{UserID: "u", Password: "p"},
	},
	{
		"profile", func(a *Arguments) { a.Profile = text("default") },
		variables{"HW_PROFILE": "default"},
		client.Config{AccessKey: "file-ak", SecretKey: "file-sk"},
	},
	{
		thisECS, func(*Arguments) {},
		nil,
		client.Config{Metadata: true},
	},
}

// thisECS is the method that nothing selects, neither the block nor the environment.
const thisECS = "this ECS"

// TestWhichMethodWins configures each pair of methods: both in the block, both in the environment, and one in each.
func TestWhichMethodWins(t *testing.T) {
	directory := home(t)
	configure := func(block func(*Arguments), environments ...variables) (client.Config, []string) {
		arguments := Arguments{}
		block(&arguments)
		env := variables{"HW_REGION_NAME": "r", "HOME": directory}
		for _, some := range environments {
			env = env.plus(some)
		}
		config, diags := arguments.ClientConfig(context.Background(), env.lookup)
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
	for i, first := range methodCases {
		config, summaries := configure(first.block)
		check(first.name+" in the block", first.want, config, summaries)
		config, summaries = configure(nothing, first.environment)
		check(first.name+" in the environment", first.want, config, summaries)
		for j, second := range methodCases {
			if i == j {
				continue
			}
			if first.name != thisECS {
				config, summaries = configure(first.block, second.environment)
				check(first.name+" in the block, "+second.name+" in the environment", first.want, config, summaries)
			}
			if i > j {
				continue
			}
			config, summaries = configure(nothing, first.environment, second.environment)
			check(first.name+" beside "+second.name+" in the environment", first.want, config, summaries)
			if second.name == thisECS {
				continue
			}
			_, summaries = configure(func(a *Arguments) { first.block(a); second.block(a) })
			if diff := cmp.Diff([]string{"Conflicting authentication methods"}, summaries); diff != "" {
				t.Errorf("%s and %s in the block: %s", first.name, second.name, diff)
			}
		}
	}
}

// runWithRegion runs a case in region r, with defaults for the rest.
func (c validCase) runWithRegion(t *testing.T) {
	t.Helper()
	c.environment = variables{"HW_REGION_NAME": "r"}.plus(c.environment)
	c.want.Region, c.want.MaxRetries = "r", 5
	c.run(t, false)
}

func TestTokenAndKey(t *testing.T) {
	for name, c := range map[string]validCase{
		"a key in the block wins over a token in the environment": {
			arguments:   Arguments{AccessKey: text("ak"), SecretKey: text("sk")},
			environment: variables{"HW_AUTH_TOKEN": "token", "HW_SECURITY_TOKEN": "of another key"},
			want:        client.Config{AccessKey: "ak", SecretKey: "sk"},
		},
		"a token in the environment wins over a key beside it": {
			environment: variables{"HW_AUTH_TOKEN": "token", "HW_ACCESS_KEY": "ak", "HW_SECRET_KEY": "sk"},
			want:        client.Config{AuthToken: "token"},
		},
		"a temporary key from OS_": {
			environment: variables{
				"OS_REGION": "r", "OS_ACCESS_KEY": "ak", "OS_SECRET_KEY": "sk", "OS_SECURITY_TOKEN": "st",
			},
			want: client.Config{AccessKey: "ak", SecretKey: "sk", SecurityToken: "st"},
		},
		"a domain selects no method": {
			arguments:   Arguments{DomainName: text("d")},
			environment: variables{"HW_AUTH_TOKEN": "token"},
			want:        client.Config{AuthToken: "token"},
		},
		"a passcode without a password is ignored": {
			environment: variables{"OS_PASSCODE": "1", "HW_ACCESS_KEY": "ak", "HW_SECRET_KEY": "sk"},
			want:        client.Config{AccessKey: "ak", SecretKey: "sk"},
		},
	} {
		t.Run(name, c.runWithRegion)
	}
}

func TestPassword(t *testing.T) {
	for name, c := range map[string]validCase{
		"a password in the block wins over a token and a key in the environment": {
			arguments: Arguments{UserName: text("u"), Password: text("pw"), DomainName: text("d")},
			environment: variables{
				"HW_AUTH_TOKEN": "token", "HW_ACCESS_KEY": "ak", "HW_SECRET_KEY": "sk", "HW_DOMAIN_ID": "id",
			},
			want: client.Config{UserName: "u", Password: "pw", DomainName: "d"},
		},
		"a key in the environment wins over a password beside it": {
			environment: variables{
				"HW_ACCESS_KEY": "ak", "HW_SECRET_KEY": "sk", "HW_USER_NAME": "u", "HW_USER_PASSWORD": "pw",
			},
			want: client.Config{AccessKey: "ak", SecretKey: "sk"},
		},
		"a password from HW_": {
			environment: variables{
				"HW_USER_NAME": "u", "HW_USER_PASSWORD": "pw", "HW_DOMAIN_NAME": "d",
				"OS_DOMAIN_ID": "x", "OS_USER_ID": "x", "OS_PASSWORD": "x",
			},
			want: client.Config{UserName: "u", Password: "pw", DomainName: "d"},
		},
		"a password from OS_": {
			environment: variables{
				"HW_REGION_NAME": "", "OS_REGION_NAME": "r",
				"OS_USERNAME": "u", "OS_PASSWORD": "pw", "OS_USER_DOMAIN_NAME": "d", "OS_TENANT_NAME": "n",
			},
			want: client.Config{UserName: "u", Password: "pw", DomainName: "d", ProjectName: "n"},
		},
		"a user's name in the block, the password in the environment": {
			arguments: Arguments{UserName: text("u"), DomainID: text("d")},
			environment: variables{
				"HW_USER_PASSWORD": "pw", "HW_DOMAIN_ID": "d", "HW_USER_NAME": "u", "HW_ACCESS_KEY": "ak",
			},
			want: client.Config{UserName: "u", Password: "pw", DomainID: "d"},
		},
		"a user's id needs no domain": {
			environment: variables{"HW_USER_ID": "u", "HW_USER_NAME": "x", "HW_USER_PASSWORD": "pw"},
			want:        client.Config{UserID: "u", Password: "pw"},
		},
	} {
		t.Run(name, c.runWithRegion)
	}
}

func TestCredentialsErrors(t *testing.T) {
	const conflict, incomplete = "Conflicting authentication methods", "Credentials are incomplete"
	for name, c := range map[string]invalidCase{
		"no secret key": {
			environment: variables{"HW_ACCESS_KEY": "ak"},
			says:        []string{incomplete, "HW_ACCESS_KEY is set, but HW_SECRET_KEY is not"},
		},
		"no access key": {
			environment: variables{"OS_SECRET_KEY": "sk"},
			says:        []string{incomplete, "OS_SECRET_KEY is set, but OS_ACCESS_KEY is not"},
		},
		"only a security token": {
			environment: variables{"HW_SECURITY_TOKEN": "st"},
			says:        []string{incomplete, "HW_SECURITY_TOKEN is set, but HW_ACCESS_KEY is not"},
		},
		"two methods": {
			arguments: Arguments{AuthToken: text("t"), AccessKey: text("a"), SecretKey: text("s")},
			says:      []string{conflict, `"auth_token" as well as "access_key" and "secret_key"`},
		},
		"password and key": {
			arguments: Arguments{Password: text("p"), AccessKey: text("a")}, environment: loggedIn,
			says: []string{conflict, `"password"`, `"access_key"`},
		},
		"password and security token": {
			arguments: Arguments{Password: text("p"), UserID: text("u"), SecurityToken: text("st")},
			says:      []string{conflict, `"security_token" as well as "user_id" and "password"`},
		},
		"token and security token": {
			arguments: Arguments{SecurityToken: text("st")}, environment: loggedIn,
			says: []string{incomplete, `has "security_token", but no "access_key"`},
		},
		"no password": {
			environment: variables{"OS_USERNAME": "u"},
			says:        []string{incomplete, "OS_USERNAME is set, but OS_PASSWORD is not"},
		},
		"no user": {
			environment: variables{"OS_PASSWORD": "p"},
			says:        []string{incomplete, "OS_PASSWORD is set, but OS_USERNAME is not"},
		},
		"no domain": {
			environment: variables{"HW_USER_NAME": "u", "HW_USER_PASSWORD": "p"},
			says:        []string{incomplete, "HW_USER_NAME is set, but HW_DOMAIN_NAME is not"},
		},
		"two users": {
			arguments: Arguments{Password: text("p"), UserID: text("u"), UserName: text("n")},
			says:      []string{"Conflicting provider arguments", `"user_id"`, `"user_name"`},
		},
		"passcode of a user's name": {
			arguments: Arguments{UserName: text("u"), DomainName: text("d"), Password: text("p"), Passcode: text("1")},
			says:      []string{incomplete, `"user_id"`, `"passcode"`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.environment = variables{"HW_REGION_NAME": "r", "OS_REGION": "r"}.plus(c.environment)
			c.run(t)
		})
	}
}
