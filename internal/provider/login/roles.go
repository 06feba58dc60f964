// SPDX-License-Identifier: MPL-2.0

package login

import (
	"fmt"
	"strconv"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
)

// The arguments of the blocks assume_role and assume_role_with_oidc. Their variables are those that the vendor's own provider reads.
var (
	roleAgencyArgument      = argument{"agency_name", []string{"HW_ASSUME_ROLE_AGENCY_NAME"}}
	roleDomainNameArgument  = argument{"domain_name", []string{"HW_ASSUME_ROLE_DOMAIN_NAME"}}
	roleDomainIDArgument    = argument{"domain_id", []string{"HW_ASSUME_ROLE_DOMAIN_ID"}}
	roleDurationArgument    = argument{"duration", []string{"HW_ASSUME_ROLE_DURATION"}}
	roleIdPArgument         = argument{"idp_id", []string{"HW_ASSUME_ROLE_IDP_ID"}}
	roleIDTokenArgument     = argument{"id_token", []string{"HW_ASSUME_ROLE_ID_TOKEN"}}
	roleIDTokenFileArgument = argument{"id_token_file", []string{"HW_ASSUME_ROLE_ID_TOKEN_FILE"}}
)

// roleArguments are a block assume_role.
type roleArguments struct {
	AgencyName types.String `tfsdk:"agency_name"`
	DomainName types.String `tfsdk:"domain_name"`
	DomainID   types.String `tfsdk:"domain_id"`
	Duration   types.Int64  `tfsdk:"duration"`
}

// federatedRoleArguments are a block assume_role_with_oidc.
type federatedRoleArguments struct {
	AgencyName  types.String `tfsdk:"agency_name"`
	DomainName  types.String `tfsdk:"domain_name"`
	DomainID    types.String `tfsdk:"domain_id"`
	Duration    types.Int64  `tfsdk:"duration"`
	IdPID       types.String `tfsdk:"idp_id"`
	IDToken     types.String `tfsdk:"id_token"`
	IDTokenFile types.String `tfsdk:"id_token_file"`
}

func (f federatedRoleArguments) role() roleArguments {
	return roleArguments{f.AgencyName, f.DomainName, f.DomainID, f.Duration}
}

// addRoles adds the agencies to act through: those of the blocks, else that of assume_role_with_oidc, else the one that the
// arguments name which Open Telekom Cloud's own provider has, else that of the environment, else that of the profile.
func (a Arguments) addRoles(config *client.Config, env lookupEnv, diags *diag.Diagnostics) {
	agency, domain := credentialOf(a.AgencyName, agencyNameArgument, env), credentialOf(a.AgencyDomainName, agencyDomainNameArgument, env)
	var roles []client.Role
	switch {
	case len(a.AssumeRole) > 0 && agency.block != "":
		diags.AddAttributeError(path.Root("agency_name"), "Two names for one thing",
			`The provider block has "agency_name" as well as "assume_role". Keep one of the two.`)
	case len(a.AssumeRole) > 0:
		for i, block := range a.AssumeRole {
			variables := env
			if i > 0 {
				variables = noEnvironment // which is about one agency
			}
			roles = append(roles, block.role(path.Root("assume_role").AtListIndex(i), variables, diags))
		}
	case config.Federation != nil:
		// With no agency, the duration is that of the federated user's own key.
		if block := a.federated(); block.AgencyName.ValueString() != "" || roleAgencyArgument.fromEnvironment(env) != "" {
			roles = append(roles, block.role().role(path.Root("assume_role_with_oidc").AtListIndex(0), env, diags))
		}
	case agency.block != "" || agency.env != "" && roleAgencyArgument.fromEnvironment(env) == "":
		if domain.value() == "" {
			addIncomplete(agencyDomainNameArgument, `an "agency_name"`, diags)
			return
		}
		roles = []client.Role{{Agency: agency.value(), DomainName: domain.value()}}
	case roleAgencyArgument.fromEnvironment(env) != "":
		roles = append(roles, roleArguments{}.role(path.Root("assume_role"), env, diags))
	default:
		return
	}
	config.Roles = roles
	// A project of the environment or a profile is more likely the user's own than the agency's, as the vendor's own provider has it.
	delegated := credentialOf(a.DelegatedProject, delegatedProjectArgument, env).value()
	if delegated != "" && a.ProjectID.ValueString() == "" && a.ProjectName.ValueString() == "" {
		config.ProjectID, config.ProjectName = "", delegated
	}
}

func noEnvironment(string) (string, bool) { return "", false }

// role completes a block from the environment. A domain in the block wins over one there, as a whole.
func (r roleArguments) role(at path.Path, env lookupEnv, diags *diag.Diagnostics) client.Role {
	role := client.Role{Agency: credentialOf(r.AgencyName, roleAgencyArgument, env).value()}
	if role.Agency == "" {
		diags.AddAttributeError(at.AtName("agency_name"), "No agency", fmt.Sprintf("Set %s.", roleAgencyArgument))
	}
	// With both, the vendor's own provider takes the id.
	if role.DomainID, role.DomainName = r.DomainID.ValueString(), r.DomainName.ValueString(); role.DomainID == "" && role.DomainName == "" {
		role.DomainID, role.DomainName = roleDomainIDArgument.fromEnvironment(env), roleDomainNameArgument.fromEnvironment(env)
	}
	switch {
	case role.DomainID != "":
		role.DomainName = ""
	case role.DomainName == "":
		diags.AddAttributeError(at.AtName("domain_name"), "No domain",
			fmt.Sprintf("Agency %q is one of some account: set %s, or %s.", role.Agency, roleDomainNameArgument, roleDomainIDArgument))
	}
	role.Duration = keyDuration(r.Duration, at, env, diags)
	return role
}

// keyDuration is 0 where none is given.
func keyDuration(argument types.Int64, at path.Path, env lookupEnv, diags *diag.Diagnostics) time.Duration {
	seconds := argument.ValueInt64()
	if text := roleDurationArgument.fromEnvironment(env); argument.IsNull() && text != "" {
		var err error
		if seconds, err = strconv.ParseInt(text, 10, 64); err != nil {
			seconds = -1
		}
	}
	if seconds != 0 && (seconds < 900 || seconds > 24*3600) {
		diags.AddAttributeError(at.AtName("duration"), "Not a duration of a key", fmt.Sprintf("%s must be a number of seconds from 900 to 86400.", roleDurationArgument))
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// federated is the block assume_role_with_oidc, empty where there is none.
func (a Arguments) federated() federatedRoleArguments {
	if len(a.AssumeRoleWithOIDC) == 0 {
		return federatedRoleArguments{}
	}
	return a.AssumeRoleWithOIDC[0]
}

// federatedWay is the login by an ID token. It is chosen by its identity provider.
func (a Arguments) federatedWay(securityToken credential, env lookupEnv, diags *diag.Diagnostics) way {
	block := a.federated()
	idp := credentialOf(block.IdPID, roleIdPArgument, env)
	if len(a.AssumeRoleWithOIDC) > 0 {
		idp.block = idp.value() // an empty block chooses it, too
		if idp.block == "" {
			diags.AddAttributeError(path.Root("assume_role_with_oidc").AtListIndex(0).AtName("idp_id"), "Incomplete credentials", fmt.Sprintf("Set %s.", roleIdPArgument))
		}
	}
	idp.name = "assume_role_with_oidc"
	return way{[]credential{idp}, func(config *client.Config, diags *diag.Diagnostics) {
		refuseSecurityToken(securityToken, idp.argument, diags)
		token, file := credentialOf(block.IDToken, roleIDTokenArgument, env), credentialOf(block.IDTokenFile, roleIDTokenFileArgument, env)
		config.Federation = &client.Federation{IdentityProvider: idp.value(), IDToken: token.block, IDTokenFile: file.block}
		if token.block == "" && file.block == "" {
			config.Federation.IDToken, config.Federation.IDTokenFile = token.env, file.env
			if token.env != "" {
				config.Federation.IDTokenFile = ""
			}
		}
		if block.AgencyName.ValueString() == "" && roleAgencyArgument.fromEnvironment(env) == "" {
			config.Federation.Duration = keyDuration(block.Duration, path.Root("assume_role_with_oidc").AtListIndex(0), env, diags)
		}
		if (config.Federation.IDToken == "") == (config.Federation.IDTokenFile == "") {
			diags.AddAttributeError(path.Root("assume_role_with_oidc"), "Incomplete credentials",
				fmt.Sprintf("A login through identity provider %q needs either %s or %s.", idp.value(), roleIDTokenArgument, roleIDTokenFileArgument))
		}
	}}
}
