// SPDX-License-Identifier: MPL-2.0

package login

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"terraform-provider-x/internal/client"
)

// What people report of providers that read several families of variables: a shell has one login exported whole and
// another in part, the provider signs with the key of one and the secret of the other, and the account gets locked.

// TestHalfOfOneLoginAndHalfOfAnother takes each login apart, and puts its parts into each two sources.
func TestHalfOfOneLoginAndHalfOfAnother(t *testing.T) {
	type part struct {
		block  func(*Arguments)
		hw, os string // "" if there is no variable
	}
	accessKey := part{func(a *Arguments) { a.AccessKey = text("ak") }, "HW_ACCESS_KEY", "OS_ACCESS_KEY"}
	secretKey := part{func(a *Arguments) { a.SecretKey = text("sk") }, "HW_SECRET_KEY", "OS_SECRET_KEY"}
	securityToken := part{func(a *Arguments) { a.SecurityToken = text("st") }, "HW_SECURITY_TOKEN", "OS_SECURITY_TOKEN"}
	userName := part{func(a *Arguments) { a.UserName = text("u") }, "HW_USER_NAME", "OS_USERNAME"}
	password := part{func(a *Arguments) { a.Password = text("pw") }, "HW_USER_PASSWORD", "OS_PASSWORD"}
	domain := part{func(a *Arguments) { a.DomainName = text("d") }, "HW_DOMAIN_NAME", "OS_USER_DOMAIN_NAME"}
	agency := part{func(a *Arguments) { a.AgencyName = text("a") }, "", "OS_AGENCY_NAME"}
	agencyDomain := part{func(a *Arguments) { a.AgencyDomainName = text("d") }, "", "OS_AGENCY_DOMAIN_NAME"}
	for name, parts := range map[string][]part{
		"key": {accessKey, secretKey}, "temporary key": {accessKey, secretKey, securityToken},
		"password": {userName, domain, password}, "agency": {agency, agencyDomain},
	} {
		for split := 1; split < len(parts); split++ {
			for _, sources := range [][2]string{
				{"block", "HW"}, {"block", "OS"}, {"HW", "block"}, {"OS", "block"}, {"HW", "OS"}, {"OS", "HW"},
			} {
				if name == "password" && split == 2 && sources[0] == "block" {
					continue // the one thing that may be elsewhere: see TestPasswordOfAUserInTheBlock
				}
				arguments, env := Arguments{Region: text("r")}, variables{}
				if name == "agency" {
					arguments.AuthToken = text("t")
				}
				possible := true
				for i, p := range parts {
					source := sources[0]
					if i >= split {
						source = sources[1]
					}
					switch variable := map[string]string{"HW": p.hw, "OS": p.os}[source]; {
					case source == "block":
						p.block(&arguments)
					case variable == "":
						possible = false
					default:
						env[variable] = "x"
					}
				}
				config, diags := arguments.ClientConfig(context.Background(), env.lookup)
				whole := name == "temporary key" && split == 2 && config.SecurityToken == "" // a key that needs no token
				if possible && !whole && !diags.HasError() {
					t.Errorf("%s, split at %d between %v: no error", name, split, sources)
				}
			}
		}
	}
}

var (
	hwKey  = variables{"HW_REGION_NAME": "r", "HW_ACCESS_KEY": "ak", "HW_SECRET_KEY": "sk"}
	osKey  = variables{"OS_REGION_NAME": "o", "OS_ACCESS_KEY": "oak", "OS_SECRET_KEY": "osk"}
	osRest = variables{
		"OS_PROJECT_ID": someProject, "OS_AUTH_URL": "https://iam.o.otc.t-systems.com/v3", "OS_SECURITY_TOKEN": "ost",
		"OS_AGENCY_NAME": "a", "OS_AGENCY_DOMAIN_NAME": "d", "OS_DELEGATED_PROJECT": "p",
	}
	keyInBlock = Arguments{Region: text("b"), AccessKey: text("bak"), SecretKey: text("bsk")}
)

// TestOneFamily has what belongs to one account in one family and what belongs to another elsewhere.
func TestOneFamily(t *testing.T) {
	hw := client.Config{Region: "r", AccessKey: "ak", SecretKey: "sk", MaxRetries: 5}
	block := keyInBlock
	inBlock := client.Config{Region: "b", AccessKey: "bak", SecretKey: "bsk", MaxRetries: 5}
	blockWithCloud := block
	blockWithCloud.Cloud = text("myhuaweicloud.com")
	for name, c := range map[string]validCase{
		"two whole logins": {environment: hwKey.plus(osKey).plus(osRest), want: hw},
		"one whole and one of empty variables": {
			environment: osKey.plus(variables{"HW_ACCESS_KEY": "", "HW_SECRET_KEY": "", "HW_REGION_NAME": ""}),
			want:        client.Config{Region: "o", AccessKey: "oak", SecretKey: "osk", MaxRetries: 5},
		},
		"a login in the block and a whole one": {
			arguments: block, environment: hwKey.plus(variables{"HW_PROJECT_ID": someProject}), want: inBlock,
		},
		"a login in the block and a project without a login": {
			arguments: block, environment: variables{"OS_PROJECT_ID": someProject},
			want: with(inBlock, func(c *client.Config) { c.ProjectID = someProject }),
		},
		"a login and a cloud in the block, and another cloud": {
			arguments: blockWithCloud, environment: osKey.plus(osRest),
			want: with(inBlock, func(c *client.Config) { c.Cloud = "myhuaweicloud.com" }),
		},
	} {
		t.Run(name, func(t *testing.T) { c.run(t, false) })
	}
}

// TestVariablesOfAnotherLogin names what would have been mixed.
func TestVariablesOfAnotherLogin(t *testing.T) {
	for name, c := range map[string]invalidCase{
		"project": {
			environment: hwKey.plus(variables{"OS_PROJECT_NAME": "p"}),
			says:        []string{"Variable of another login", "OS_PROJECT_NAME", "HW_*"},
		},
		"region": {
			environment: variables{"OS_REGION": "o", "HW_AUTH_TOKEN": "t"},
			says:        []string{"Region is not set", "OS_REGION is set"},
		},
		"IAM": {
			environment: hwKey.plus(variables{"OS_AUTH_URL": "https://iam.o.otc.t-systems.com/v3"}),
			says:        []string{"Variable of another login", "OS_AUTH_URL"},
		},
		"IAM of a whole login, beside one in the block that names no cloud": {
			arguments: keyInBlock, environment: osKey.plus(osRest),
			says: []string{"Variable of another login", "OS_AUTH_URL", "the provider block"},
		},
		"cloud": {
			environment: osKey.plus(variables{"HW_CLOUD": "otc.t-systems.com"}),
			says:        []string{"Variable of another login", "HW_CLOUD", "OS_*"},
		},
		"agency": {
			environment: hwKey.plus(variables{"OS_AGENCY_NAME": "a", "OS_AGENCY_DOMAIN_NAME": "d"}),
			says:        []string{"Variable of another login", "OS_AGENCY_NAME"},
		},
		"the other family's agency": {
			environment: osKey.plus(variables{"HW_ASSUME_ROLE_AGENCY_NAME": "a", "HW_ASSUME_ROLE_DOMAIN_ID": "d"}),
			says:        []string{"Variable of another login", "HW_ASSUME_ROLE_AGENCY_NAME"},
		},
		"half a key, and a whole one": {
			environment: osKey.plus(variables{"HW_REGION_NAME": "r", "HW_ACCESS_KEY": "ak"}),
			says:        []string{"HW_ACCESS_KEY is set, but HW_SECRET_KEY is not", "OS_SECRET_KEY is set, but may belong"},
		},
		"a key in the block, its secret outside": {
			arguments: Arguments{AccessKey: text("ak")}, environment: variables{"HW_SECRET_KEY": "sk", "HW_REGION_NAME": "r"},
			says: []string{`The provider block has "access_key", but no "secret_key"`, "HW_SECRET_KEY is set"},
		},
		"security token": {
			environment: osKey.plus(variables{"HW_REGION_NAME": "r", "HW_SECURITY_TOKEN": "st"}),
			says:        []string{"HW_SECURITY_TOKEN is set, but HW_ACCESS_KEY is not", "OS_ACCESS_KEY"},
		},
		"a passcode in the block, its user outside": {
			arguments: Arguments{Passcode: text("123456")},
			environment: variables{
				"HW_REGION_NAME": "r", "HW_USER_ID": "u", "HW_USER_PASSWORD": "p",
			},
			says: []string{`The provider block has "passcode", but no "user_id"`, "HW_USER_ID"},
		},
		"passcode": {
			environment: variables{
				"HW_REGION_NAME": "r", "HW_USER_ID": "u", "HW_USER_PASSWORD": "p", "OS_PASSCODE": "123456",
			},
			says: []string{"Variable of another login", "OS_PASSCODE"},
		},
	} {
		t.Run(name, c.run)
	}
}

// TestPasswordOfAUserInTheBlock keeps the one secret outside that may be: the block says whose it is, and the variables
// say no other.
func TestPasswordOfAUserInTheBlock(t *testing.T) {
	user := Arguments{Region: text("r"), UserName: text("u"), DomainName: text("d")}
	want := client.Config{Region: "r", UserName: "u", DomainName: "d", Password: "pw", MaxRetries: 5}
	for name, c := range map[string]struct {
		environment variables
		says        string // "" for no error
	}{
		"HW":               {variables{"HW_USER_PASSWORD": "pw"}, ""},
		"OS":               {variables{"OS_PASSWORD": "pw"}, ""},
		"same user":        {variables{"HW_USER_PASSWORD": "pw", "HW_USER_NAME": "u", "HW_DOMAIN_NAME": "d"}, ""},
		"other user":       {variables{"HW_USER_PASSWORD": "pw", "HW_USER_NAME": "x"}, "HW_USER_PASSWORD"},
		"other domain":     {variables{"HW_USER_PASSWORD": "pw", "HW_DOMAIN_NAME": "x"}, "HW_USER_PASSWORD"},
		"other, then ours": {variables{"HW_USER_PASSWORD": "no", "HW_USER_NAME": "x", "OS_PASSWORD": "pw"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			config, diags := user.ClientConfig(context.Background(), c.environment.lookup)
			if c.says != "" {
				if !diags.HasError() || !strings.Contains(diags[0].Detail(), c.says) {
					t.Errorf("%v, want an error that says %s", diags, c.says)
				}
				return
			}
			if diff := cmp.Diff(want, config, cmpopts.EquateEmpty()); diff != "" || diags.HasError() {
				t.Errorf("%v\n%s", diags, diff)
			}
		})
	}
}
