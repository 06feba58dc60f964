// SPDX-License-Identifier: MPL-2.0

package login

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
)

// credential is an argument, and what stands in it and in its variables.
type credential struct {
	argument
	block, env string
}

func (c credential) value() string { return cmp.Or(c.block, c.env) }

func credentialOf(argument types.String, s argument, env lookupEnv) credential {
	return credential{s, argument.ValueString(), s.fromEnvironment(env)}
}

// way is one of the ways to log in, by the arguments that it needs and no other has.
type way struct {
	parts []credential
	add   func(config *client.Config, diags *diag.Diagnostics)
}

func (w way) inBlock() []string {
	var names []string
	for _, part := range w.parts {
		if part.block != "" {
			names = append(names, part.name)
		}
	}
	return names
}

func (w way) inEnvironment() bool {
	for _, part := range w.parts {
		if part.env != "" {
			return true
		}
	}
	return false
}

// addCredentials chooses what to log in with: what the block says wins over the environment as a whole, so that a key in
// the block is not overruled by a token that happens to be exported. Within each, the first of the ways wins, as in the
// vendor's own provider; several in the block are a contradiction. What the chosen way still lacks may come
// from the environment. Where there is none, the ECS that this runs on is asked for its key.
func (a Arguments) addCredentials(config *client.Config, env lookupEnv, diags *diag.Diagnostics) {
	securityToken := credentialOf(a.SecurityToken, securityTokenArgument, env)
	ways := a.ways(securityToken, env, diags)
	var chosen *way
	var given []string
	for i, w := range ways {
		names := w.inBlock()
		if len(names) > 0 && chosen != nil {
			diags.AddAttributeError(path.Root(names[0]), "Contradictory credentials",
				fmt.Sprintf("The provider block has %q as well as %q. Keep one of the ways to log in: a token, an ID token, a key, a password or a profile.", given, names))
			return
		}
		if len(names) > 0 {
			chosen, given = &ways[i], names
		}
	}
	for i, w := range ways {
		if chosen == nil && w.inEnvironment() {
			chosen = &ways[i]
		}
	}
	switch {
	case chosen != nil:
		chosen.add(config, diags)
	case securityToken.value() != "":
		addIncomplete(accessKeyArgument, `a "security_token"`, diags)
	default:
		config.Metadata = true
	}
}

// ways are all of them, the one that wins first.
func (a Arguments) ways(securityToken credential, env lookupEnv, diags *diag.Diagnostics) []way {
	of := func(argument types.String, s argument) credential { return credentialOf(argument, s, env) }
	token, accessKey, secretKey := of(a.AuthToken, authTokenArgument), of(a.AccessKey, accessKeyArgument), of(a.SecretKey, secretKeyArgument)
	password, profile, file := of(a.Password, passwordArgument), of(a.Profile, profileArgument), of(a.SharedConfigFile, sharedConfigFileArgument)
	// A security token chooses no way: its key may be in the environment. Beside another way it is refused.
	return []way{
		{[]credential{token}, func(config *client.Config, diags *diag.Diagnostics) {
			config.AuthToken = token.value()
			refuseSecurityToken(securityToken, token.argument, diags)
		}},
		a.federatedWay(securityToken, env, diags),
		{[]credential{accessKey, secretKey}, func(config *client.Config, diags *diag.Diagnostics) {
			addKey(config, accessKey, secretKey, securityToken, diags)
		}},
		{[]credential{of(a.UserName, userNameArgument), of(a.UserID, userIDArgument), password}, func(config *client.Config, diags *diag.Diagnostics) {
			a.addPassword(config, password, env, diags)
			refuseSecurityToken(securityToken, password.argument, diags)
		}},
		{[]credential{profile, file}, func(config *client.Config, diags *diag.Diagnostics) {
			addProfile(config, profile, file, len(a.AssumeRole) > 0 || a.AgencyName.ValueString() != "", env, diags)
			refuseSecurityToken(securityToken, profile.argument, diags)
		}},
	}
}

func refuseSecurityToken(securityToken credential, used argument, diags *diag.Diagnostics) {
	if securityToken.block != "" {
		diags.AddAttributeError(path.Root("security_token"), "Contradictory credentials",
			fmt.Sprintf("\"security_token\" belongs to a temporary \"access_key\", but %s is what is used. Remove one of the two.", used))
	}
}

// addIncomplete is for a way to log in of which something is there and something is not.
func addIncomplete(missing argument, beside string, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root(missing.name), "Incomplete credentials", fmt.Sprintf("There is %s but no %s.", beside, missing))
}

func addKey(config *client.Config, accessKey, secretKey, securityToken credential, diags *diag.Diagnostics) {
	config.AccessKey, config.SecretKey, config.SecurityToken = accessKey.value(), secretKey.value(), securityToken.block
	if accessKey.block == "" || secretKey.block == "" {
		// A token in the environment belongs to the key in the environment, not to one that is written in the block.
		config.SecurityToken = securityToken.value()
	}
	switch {
	case config.AccessKey == "":
		addIncomplete(accessKeyArgument, `a "secret_key"`, diags)
	case config.SecretKey == "":
		addIncomplete(secretKeyArgument, `an "access_key"`, diags)
	}
}

// addPassword takes a user's name only with its domain, which an id does not need; a passcode only with the user's id.
func (a Arguments) addPassword(config *client.Config, password credential, env lookupEnv, diags *diag.Diagnostics) {
	config.Password, config.Passcode = password.value(), credentialOf(a.Passcode, passcodeArgument, env).value()
	config.UserID, config.UserName = either(a.UserID, userIDArgument, a.UserName, userNameArgument, env, diags)
	config.DomainID, config.DomainName = either(a.DomainID, domainIDArgument, a.DomainName, domainNameArgument, env, diags)
	switch {
	case config.Password == "":
		addIncomplete(passwordArgument, `a "user_name" or "user_id"`, diags)
	case config.UserName == "" && config.UserID == "":
		addIncomplete(userNameArgument, `a "password"`, diags)
	case config.UserID == "" && config.DomainName == "" && config.DomainID == "":
		addIncomplete(domainNameArgument, `a "user_name" and a "password"`, diags)
	case config.UserID == "" && config.Passcode != "":
		addIncomplete(userIDArgument, `a "passcode", for which a "user_name" will not do,`, diags)
	}
}

// Advice is what to do after a login that was refused.
func Advice(err error) string {
	var login *client.LoginError
	if errors.As(err, &login) && login.NoCredentials {
		return fmt.Sprintf("No credentials are configured, and the metadata service of an ECS, which is asked then, has none. Set %s and %s, or %s, or %s with %s and %s.",
			accessKeyArgument, secretKeyArgument, authTokenArgument, userNameArgument, passwordArgument, domainNameArgument)
	}
	return "Five wrong signatures may lock a key for a while, and some wrong passwords an account: check them before the next try, and this machine's clock: a signature counts for 15 minutes only."
}
