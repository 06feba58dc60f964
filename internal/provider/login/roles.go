// SPDX-License-Identifier: MPL-2.0

package login

import (
	"math/big"
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

// roleInputs are the parts of an agency.
type roleInputs struct {
	at                           path.Path
	agency, domainName, domainID input
}

func (r *resolver) roleInputs(block roleArguments) roleInputs {
	return r.roleInputsAt(path.Root("assume_role"), block)
}

func (r *resolver) roleInputsAt(at path.Path, block roleArguments) roleInputs {
	return roleInputs{
		at:         at,
		agency:     r.inputAt(at, block.AgencyName, roleAgencyArgument),
		domainName: r.inputAt(at, block.DomainName, roleDomainNameArgument),
		domainID:   r.inputAt(at, block.DomainID, roleDomainIDArgument),
	}
}

// source returns where all of the agency comes from: the block if it says anything, or else the environment.
func (i roleInputs) source(environment source) source {
	if i.agency.block != "" || i.domainName.block != "" || i.domainID.block != "" {
		return fromBlock
	}
	return environment
}

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
	delegated := r.either(r.input(a.DelegatedProject, delegatedProjectArgument))
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
	inEnvironment := r.roleInputs(roleArguments{})
	switch {
	case len(a.AssumeRole) > 0 && agency.block != "":
		r.diags.Append(errorBothSet("assume_role", agency.name))
		return nil, false
	case len(a.AssumeRole) > 0:
		return r.assumeRoleBlocks(), true
	case r.config.Federation != nil:
		role, found := r.federationRole()
		if !found {
			return nil, true
		}
		return []client.Role{r.role(role, r.federationBlock().Duration, r.family)}, true
	case agency.block != "":
		return r.agencyArguments(agency, fromBlock)
	case inEnvironment.agency.from(r.family) != "":
		return []client.Role{r.role(inEnvironment, types.NumberNull(), r.family)}, true
	case agency.from(r.family) != "":
		return r.agencyArguments(agency, r.family)
	default:
		r.rejectForeign(inEnvironment.agency, agency)
		return nil, false
	}
}

// assumeRoleBlocks returns the agencies of the blocks assume_role. The environment is about one agency, so it stands in
// only for the first block.
func (r *resolver) assumeRoleBlocks() []client.Role {
	var roles []client.Role
	environment := r.family
	for i, block := range r.arguments.AssumeRole {
		inputs := r.roleInputsAt(path.Root("assume_role").AtListIndex(i), block)
		roles = append(roles, r.role(inputs, block.Duration, environment))
		environment = fromNowhere
	}
	return roles
}

// agencyArguments returns the agency of the arguments that Open Telekom Cloud's own provider has.
func (r *resolver) agencyArguments(agency input, from source) (roles []client.Role, found bool) {
	domain := r.input(r.arguments.AgencyDomainName, agencyDomainNameArgument)
	if domain.from(from) == "" {
		r.diags.Append(errorIncomplete(from, agency, domain))
		return nil, false
	}
	return []client.Role{{Agency: r.value(agency, from), DomainName: r.value(domain, from)}}, true
}

// role returns an agency. An id of its domain wins over a name, as in the vendor's own provider.
func (r *resolver) role(inputs roleInputs, block types.Number, environment source) client.Role {
	from := inputs.source(environment)
	agency := r.value(inputs.agency, from)
	domainID, domainName := r.value(inputs.domainID, from), r.value(inputs.domainName, from)
	switch {
	case agency == "":
		r.diags.Append(errorNoAgency(inputs, from))
	case domainID != "":
		domainName = ""
	case domainName == "":
		r.diags.Append(errorNoDomain(inputs, from))
	}
	if environment == fromNowhere && block.IsNull() {
		return client.Role{Agency: agency, DomainName: domainName, DomainID: domainID}
	}
	return client.Role{
		Agency: agency, DomainName: domainName, DomainID: domainID, Duration: r.keyDuration(inputs.at, block),
	}
}

// keyDuration returns how long each key lasts, or 0 if neither the block at a path nor the environment says so.
func (r *resolver) keyDuration(at path.Path, block types.Number) time.Duration {
	if seconds, ok := whole(block.ValueBigFloat()); ok && seconds == 0 { // as if it was not set
		return 0
	}
	duration := r.inputAt(at, types.StringNull(), roleDurationArgument)
	seconds, _ := r.wholeNumber(duration, block, minKeySeconds, maxKeySeconds)
	return time.Duration(seconds) * time.Second
}

// wholeNumber returns the number in the block, or else the one in the environment, and whether there is one. It reports
// a number that is not whole or not in the range.
func (r *resolver) wholeNumber(i input, block types.Number, least, most int64) (int64, bool) {
	s, text := i.first()
	switch {
	case !block.IsNull():
		s = fromBlock
		if number, ok := whole(block.ValueBigFloat()); ok && number >= least && number <= most {
			return number, true
		}
	case text == "":
		return 0, false
	default:
		if problem := i.check(i.at, i.label(s), text); problem != nil {
			r.diags.Append(problem)
			return 0, false
		}
		number, err := strconv.ParseInt(text, 10, 64)
		if err == nil && number >= least && number <= most {
			return number, true
		}
	}
	r.diags.Append(errorNumber(i, s, least, most))
	return 0, false
}

// whole returns the number if it is one without a fraction.
func whole(number *big.Float) (int64, bool) {
	if number == nil {
		return 0, false
	}
	value, accuracy := number.Int64()
	return value, accuracy == big.Exact
}
