// SPDX-License-Identifier: MPL-2.0

package login

import (
	"strconv"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
)

// How long a key may last. An agency may allow less.
const (
	minKeySeconds = 15 * 60
	maxKeySeconds = 24 * 60 * 60
)

// resolveRoles writes the agencies to act through into the configuration, and the delegated project with them. If there
// are none, the configuration keeps the agency of the profile.
func (r *resolver) resolveRoles() {
	roles, found := r.roles()
	if !found {
		return
	}
	r.config.Roles = roles
	// The delegated project wins over a project of the environment or a profile, as in the vendor's own provider: that
	// is more likely the user's own than the agency's.
	a := r.arguments
	delegated := r.text(a.DelegatedProject, delegatedProjectArgument)
	if delegated != "" && a.ProjectID.ValueString() == "" && a.ProjectName.ValueString() == "" {
		r.config.ProjectID, r.config.ProjectName = "", delegated
	}
}

// roles returns the agencies from the first of these that is there: the blocks assume_role, the login with an ID token,
// the argument agency_name, and the environment. An ID token without an agency excludes the others: roles is then
// empty.
func (r *resolver) roles() (roles []client.Role, found bool) {
	a := r.arguments
	agency := r.input(a.AgencyName, agencyNameArgument)
	roleAgency := roleAgencyArgument.fromEnvironment(r.env)
	switch {
	case len(a.AssumeRole) > 0 && agency.block != "":
		r.diags.Append(errorBothSet("assume_role", agency.name))
		return nil, false
	case len(a.AssumeRole) > 0:
		return r.assumeRoleBlocks(), true
	case r.config.Federation != nil && r.federationAgency() == "":
		return nil, true
	case r.config.Federation != nil:
		return []client.Role{r.role(federationPath, r.federationBlock().role(), r.env)}, true
	case agency.block != "", agency.environment != "" && roleAgency == "":
		return r.agencyArguments(agency)
	case roleAgency != "":
		return []client.Role{r.role(path.Root("assume_role"), roleArguments{}, r.env)}, true
	default:
		return nil, false
	}
}

// assumeRoleBlocks returns the agencies of the blocks assume_role. The environment is about one agency, so it completes
// only the first block.
func (r *resolver) assumeRoleBlocks() []client.Role {
	var roles []client.Role
	env := r.env
	for i, block := range r.arguments.AssumeRole {
		roles = append(roles, r.role(path.Root("assume_role").AtListIndex(i), block, env))
		env = noEnvironment
	}
	return roles
}

func noEnvironment(string) (string, bool) { return "", false }

// agencyArguments returns the agency of the arguments that Open Telekom Cloud's own provider has.
func (r *resolver) agencyArguments(agency input) (roles []client.Role, found bool) {
	domain := r.text(r.arguments.AgencyDomainName, agencyDomainNameArgument)
	if domain == "" {
		r.diags.Append(errorIncomplete(agencyDomainNameArgument, `an "agency_name"`))
		return nil, false
	}
	return []client.Role{{Agency: agency.value(), DomainName: domain}}, true
}

// role returns the agency of the block at a path, which env completes. A domain in the block, by id or by name, wins
// over both in env. An id wins over a name, as in the vendor's own provider.
func (r *resolver) role(at path.Path, block roleArguments, env lookupEnv) client.Role {
	agency := roleAgencyArgument.input(block.AgencyName, env).value()
	if agency == "" {
		r.diags.Append(errorNoAgency(at))
	}
	domainID, domainName := block.DomainID.ValueString(), block.DomainName.ValueString()
	if domainID == "" && domainName == "" {
		domainID, domainName = roleDomainIDArgument.fromEnvironment(env), roleDomainNameArgument.fromEnvironment(env)
	}
	switch {
	case domainID != "":
		domainName = ""
	case domainName == "":
		r.diags.Append(errorNoDomain(at, agency))
	}
	duration := r.keyDuration(at, block.Duration, env)
	return client.Role{Agency: agency, DomainName: domainName, DomainID: domainID, Duration: duration}
}

// keyDuration returns how long each key lasts, or 0 if neither the block at a path nor env says so.
func (r *resolver) keyDuration(at path.Path, block types.Int64, env lookupEnv) time.Duration {
	seconds := block.ValueInt64()
	if text := roleDurationArgument.fromEnvironment(env); block.IsNull() && text != "" {
		var err error
		if seconds, err = strconv.ParseInt(text, 10, 64); err != nil {
			seconds = -1
		}
	}
	if seconds != 0 && (seconds < minKeySeconds || seconds > maxKeySeconds) {
		r.diags.Append(errorKeyDuration(at))
		return 0
	}
	return time.Duration(seconds) * time.Second
}
