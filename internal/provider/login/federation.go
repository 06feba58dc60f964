// SPDX-License-Identifier: MPL-2.0

package login

import (
	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-x/internal/client"
)

// This file has the login with an ID token, which the block assume_role_with_oidc or the environment configures.

var federationPath = path.Root(federationArgument.name).AtListIndex(0)

func (r *resolver) hasFederationBlock() bool { return len(r.arguments.AssumeRoleWithOIDC) > 0 }

// federationBlock returns the block, or an empty one if there is none.
func (r *resolver) federationBlock() federatedRoleArguments {
	if !r.hasFederationBlock() {
		return federatedRoleArguments{}
	}
	return r.arguments.AssumeRoleWithOIDC[0]
}

// identityProvider returns the id of the identity provider, which selects this method. It counts as set in the provider
// block if that has a block assume_role_with_oidc, even one that leaves the id to the environment.
func (r *resolver) identityProvider() input {
	idp := r.input(r.federationBlock().IdPID, roleIdPArgument)
	if r.hasFederationBlock() {
		idp.block = idp.value()
	}
	idp.argument = federationArgument
	return idp
}

// federationAgency returns the agency to act through after the login, or "".
func (r *resolver) federationAgency() string {
	return r.text(r.federationBlock().AgencyName, roleAgencyArgument)
}

func (r *resolver) configureFederation() {
	r.rejectSecurityToken(federationArgument)
	block := r.federationBlock()
	federation := client.Federation{IdentityProvider: r.identityProvider().value()}
	federation.IDToken, federation.IDTokenFile = idTokenOrFile(
		r.input(block.IDToken, roleIDTokenArgument), r.input(block.IDTokenFile, roleIDTokenFileArgument))
	if r.federationAgency() == "" { // else the duration is that of the agency's key
		federation.Duration = r.keyDuration(federationPath, block.Duration, r.env)
	}
	if (federation.IDToken == "") == (federation.IDTokenFile == "") {
		r.diags.Append(errorIDToken(federation.IdentityProvider))
	}
	r.config.Federation = &federation
}

// idTokenOrFile returns what the block has, which may be both. From the environment it returns one of them: the token
// wins.
func idTokenOrFile(token, file input) (idToken, idTokenFile string) {
	switch {
	case token.block != "" || file.block != "":
		return token.block, file.block
	case token.environment != "":
		return token.environment, ""
	default:
		return "", file.environment
	}
}
