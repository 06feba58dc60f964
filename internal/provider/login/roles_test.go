// SPDX-License-Identifier: MPL-2.0

package login

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
)

func role(agency, domainName, domainID string, seconds int) client.Role {
	duration := time.Duration(seconds) * time.Second
	return client.Role{Agency: agency, DomainName: domainName, DomainID: domainID, Duration: duration}
}

// roles returns the configuration with the key of runWithKey and with agencies.
func roles(all ...client.Role) client.Config {
	return client.Config{AccessKey: "ak", SecretKey: "sk", Roles: all}
}

func TestAssumeRole(t *testing.T) {
	for name, c := range map[string]validCase{
		"an agency": {
			arguments: Arguments{AssumeRole: []roleArguments{
				{AgencyName: text("a"), DomainName: text("d"), Duration: number(900)},
			}},
			want: roles(role("a", "d", "", 900)),
		},
		"an agency from the environment": {
			environment: variables{
				"HW_ASSUME_ROLE_AGENCY_NAME": "a", "HW_ASSUME_ROLE_DOMAIN_NAME": "d", "HW_ASSUME_ROLE_DURATION": "86400",
				"OS_AGENCY_NAME": "x", "OS_AGENCY_DOMAIN_NAME": "x",
			},
			want: roles(role("a", "d", "", 86400)),
		},
		"an agency in the block, its life in the environment": {
			arguments: Arguments{AssumeRole: []roleArguments{{AgencyName: text("a"), DomainID: text("d")}}},
			environment: variables{
				"HW_ASSUME_ROLE_AGENCY_NAME": "x", "HW_ASSUME_ROLE_DOMAIN_ID": "x", "HW_ASSUME_ROLE_DURATION": "1000",
			},
			want: roles(role("a", "", "d", 1000)),
		},
		"a domain's name in the block wins over its id in the environment": {
			arguments:   Arguments{AssumeRole: []roleArguments{{AgencyName: text("a"), DomainName: text("d")}}},
			environment: variables{"HW_ASSUME_ROLE_DOMAIN_ID": "x"},
			want:        roles(role("a", "d", "", 0)),
		},
		"a domain's id wins over its name": {
			arguments: Arguments{AssumeRole: []roleArguments{
				{AgencyName: text("a"), DomainName: text("x"), DomainID: text("d")},
			}},
			want: roles(role("a", "", "d", 0)),
		},
		"a chain, of which the environment completes the first": {
			arguments: Arguments{AssumeRole: []roleArguments{{}, {AgencyName: text("b"), DomainID: text("e")}}},
			environment: variables{
				"HW_ASSUME_ROLE_AGENCY_NAME": "a", "HW_ASSUME_ROLE_DOMAIN_NAME": "d", "HW_ASSUME_ROLE_DURATION": "1800",
			},
			want: roles(role("a", "d", "", 1800), role("b", "", "e", 0)),
		},
	} {
		t.Run(name, func(t *testing.T) { c.runWithKey(t, home(t)) })
	}
}

func TestAgencyArguments(t *testing.T) {
	inProject := func(name string, config client.Config) client.Config {
		config.ProjectName = name
		return config
	}
	for name, c := range map[string]validCase{
		"an agency by the arguments of Open Telekom Cloud's provider": {
			arguments: Arguments{AgencyName: text("a"), AgencyDomainName: text("d"), DelegatedProject: text("p")},
			want:      inProject("p", roles(role("a", "d", "", 0))),
		},
		"the same from the environment": {
			environment: variables{
				"HW_ACCESS_KEY": "", "HW_SECRET_KEY": "", "OS_ACCESS_KEY": "ak", "OS_SECRET_KEY": "sk", "OS_REGION": "r",
				"OS_AGENCY_NAME": "a", "OS_AGENCY_DOMAIN_NAME": "d", "OS_DELEGATED_PROJECT": "p", "OS_PROJECT_NAME": "q",
			},
			want: inProject("p", roles(role("a", "d", "", 0))),
		},
		"a project in the block wins over the delegated one": {
			arguments:   Arguments{AgencyName: text("a"), AgencyDomainName: text("d"), ProjectName: text("q")},
			environment: variables{"OS_DELEGATED_PROJECT": "p"},
			want:        inProject("q", roles(role("a", "d", "", 0))),
		},
		"a delegated project without an agency": {
			arguments: Arguments{DelegatedProject: text("p")},
			want:      roles(),
		},
	} {
		t.Run(name, func(t *testing.T) { c.runWithKey(t, home(t)) })
	}
}

func TestFederation(t *testing.T) {
	oidc := func(block federatedRoleArguments) Arguments {
		return Arguments{AssumeRoleWithOIDC: []federatedRoleArguments{block}}
	}
	for name, c := range map[string]validCase{
		"how long a federated user's key lasts": {
			arguments: oidc(federatedRoleArguments{
				IdPID: text("idp"), IDToken: text("id"), Duration: number(43200),
			}),
			want: client.Config{
				Federation: &client.Federation{IdentityProvider: "idp", IDToken: "id", Duration: 12 * time.Hour},
			},
		},
		"an ID token's file, and an agency by id": {
			arguments: oidc(federatedRoleArguments{
				IdPID: text("idp"), IDTokenFile: text("/run/token"),
				AgencyName: text("a"), DomainID: text("d"), Duration: number(7200),
			}),
			environment: variables{"HW_ASSUME_ROLE_ID_TOKEN": "x"},
			want: client.Config{
				Federation: &client.Federation{IdentityProvider: "idp", IDTokenFile: "/run/token"},
				Roles:      []client.Role{{Agency: "a", DomainID: "d", Duration: 2 * time.Hour}},
			},
		},
		"an ID token's file, and an agency, from the environment": {
			environment: variables{
				"HW_ASSUME_ROLE_IDP_ID": "idp", "HW_ASSUME_ROLE_ID_TOKEN_FILE": "/run/token",
				"HW_ASSUME_ROLE_AGENCY_NAME": "a", "HW_ASSUME_ROLE_DOMAIN_ID": "d",
			},
			want: client.Config{
				Federation: &client.Federation{IdentityProvider: "idp", IDTokenFile: "/run/token"},
				Roles:      []client.Role{{Agency: "a", DomainID: "d"}},
			},
		},
		"an ID token from the environment": {
			arguments:   oidc(federatedRoleArguments{IdPID: text("idp")}),
			environment: variables{"HW_ASSUME_ROLE_ID_TOKEN": "id"},
			want:        client.Config{Federation: &client.Federation{IdentityProvider: "idp", IDToken: "id"}},
		},
	} {
		t.Run(name, func(t *testing.T) { c.runWithKey(t, home(t)) })
	}
}

func TestRolesErrors(t *testing.T) {
	assumeRole := func(agency, domain types.String, seconds int64) Arguments {
		return Arguments{AssumeRole: []roleArguments{
			{AgencyName: agency, DomainName: domain, Duration: number(seconds)},
		}}
	}
	twoAgencies := assumeRole(text("a"), text("d"), 0)
	twoAgencies.AgencyName = text("a")
	for name, c := range map[string]invalidCase{
		"no agency": {
			arguments: assumeRole(types.StringNull(), text("d"), 0),
			says:      []string{"Agency is not set", "HW_ASSUME_ROLE_AGENCY_NAME"},
		},
		"no domain": {
			arguments: assumeRole(text("a"), types.StringNull(), 0),
			says: []string{
				"Agency's domain is not set", `"agency_name"`, "HW_ASSUME_ROLE_DOMAIN_NAME", "HW_ASSUME_ROLE_DOMAIN_ID",
			},
		},
		"too short": {
			arguments: assumeRole(text("a"), text("d"), 899),
			says:      []string{"Invalid number", `"duration"`, "900 to 86400"},
		},
		"too long": {
			arguments: assumeRole(text("a"), text("d"), 86401),
			says:      []string{"Invalid number", `"duration"`, "900 to 86400"},
		},
		"duration in words": {
			environment: variables{
				"HW_ASSUME_ROLE_AGENCY_NAME": "a", "HW_ASSUME_ROLE_DOMAIN_NAME": "d", "HW_ASSUME_ROLE_DURATION": "long",
			},
			says: []string{"Invalid number", "HW_ASSUME_ROLE_DURATION"},
		},
		"two agencies": {
			arguments: twoAgencies,
			says:      []string{"Conflicting provider arguments", `"agency_name"`, `"assume_role"`},
		},
		"no agency domain name": {
			arguments: Arguments{AgencyName: text("a")},
			says:      []string{"Credentials are incomplete", `"agency_name", but no "agency_domain_name"`},
		},
		"no identity provider": {
			arguments: Arguments{AssumeRoleWithOIDC: []federatedRoleArguments{{IDToken: text("id")}}},
			says:      []string{"Credentials are incomplete", `"idp_id"`, "HW_ASSUME_ROLE_IDP_ID"},
		},
		"no ID token": {
			environment: variables{"HW_ASSUME_ROLE_IDP_ID": "idp"},
			says:        []string{"HW_ASSUME_ROLE_ID_TOKEN", "HW_ASSUME_ROLE_ID_TOKEN_FILE"},
		},
		"two ID tokens": {
			arguments: Arguments{AssumeRoleWithOIDC: []federatedRoleArguments{
				{IdPID: text("idp"), IDToken: text("id"), IDTokenFile: text("f")},
			}},
			says: []string{"Credentials are incomplete", "needs either", `"id_token"`, `"id_token_file"`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.environment = variables{"HW_REGION_NAME": "r", "HOME": home(t)}.plus(c.environment)
			c.run(t)
		})
	}
}
