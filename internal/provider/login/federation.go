// SPDX-License-Identifier: MPL-2.0

package login

import (
	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-x/internal/client"
)

// This file has the login with an ID token, which the block assume_role_with_oidc or the environment configures.

const federationName = "assume_role_with_oidc"

var federationPath = path.Root(federationName).AtListIndex(0)

func (r *resolver) hasFederationBlock() bool { return len(r.arguments.AssumeRoleWithOIDC) > 0 }

// federationBlock returns the block, or an empty one if there is none.
func (r *resolver) federationBlock() federatedRoleArguments {
	if !r.hasFederationBlock() {
		return federatedRoleArguments{}
	}
	return r.arguments.AssumeRoleWithOIDC[0]
}

// federationInputs are the parts of this login.
type federationInputs struct{ id, token, file input }

func (r *resolver) federation() federationInputs {
	block := r.federationBlock()
	return federationInputs{
		id:    r.inputAt(federationPath, block.IdPID, roleIdPArgument),
		token: r.inputAt(federationPath, block.IDToken, roleIDTokenArgument),
		file:  r.inputAt(federationPath, block.IDTokenFile, roleIDTokenFileArgument),
	}
}

// selectors returns what selects this method. In the provider block it is the block assume_role_with_oidc, even one
// that leaves everything to the environment.
func (f federationInputs) selectors(hasBlock bool) []input {
	id, token, file := f.id, f.token, f.file
	id.name, id.block, token.block, file.block = federationName, "", "", ""
	if hasBlock {
		id.block = federationName
	}
	return []input{id, token, file}
}

// isEmpty reports whether the block has no part of the login. It may be there for the agency.
func (f federationInputs) isEmpty() bool {
	return f.id.block == "" && f.token.block == "" && f.file.block == ""
}

// lacksIDToken reports whether the block names the identity provider, and leaves the ID token to the environment.
func (r *resolver) lacksIDToken() bool {
	f := r.federation()
	return f.id.block != "" && f.token.block == "" && f.file.block == ""
}

// familyWithIDToken returns the family whose ID token is for the identity provider in the block, as far as it says.
func (r *resolver) familyWithIDToken() source {
	id := r.federation().id
	if other := id.from(fromVendor); other != "" && other != id.block {
		return fromNowhere
	}
	return fromVendor
}

func (r *resolver) configureFederation(from source) {
	f := r.federation()
	if f.isEmpty() {
		from = fromVendor
	}
	federation := client.Federation{IdentityProvider: r.value(f.id, from)}
	tokenFrom := from
	if r.lacksIDToken() {
		tokenFrom = r.family
	}
	federation.IDToken = r.value(f.token, tokenFrom)
	if federation.IDToken == "" || tokenFrom == fromBlock { // in the environment the token wins
		federation.IDTokenFile = r.expanded(r.value(f.file, tokenFrom))
	}
	if federation.IDTokenFile != "" {
		federation.IDTokenFileLabel = "the file of " + f.file.label(tokenFrom)
	}
	if _, found := r.federationRole(); !found { // else the duration is that of the agency's key
		federation.Duration = r.keyDuration(federationPath, r.federationBlock().Duration)
	}
	switch {
	case federation.IdentityProvider == "":
		r.diags.Append(errorNoIdentityProvider(from, f.id))
	case (federation.IDToken == "") == (federation.IDTokenFile == ""):
		r.diags.Append(errorIDToken(from, f))
	}
	r.config.Federation = &federation
}

// federationRole returns the agency to act through after the login, if there is one.
func (r *resolver) federationRole() (roleInputs, bool) {
	inputs := r.roleInputsAt(federationPath, r.federationBlock().role())
	return inputs, r.either(inputs.agency) != ""
}
