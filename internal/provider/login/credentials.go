// SPDX-License-Identifier: MPL-2.0

package login

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// authenticationMethod is one method to log in, such as a password.
type authenticationMethod struct {
	selectors []input // any of them selects this method; no other method has them
	configure func()  // writes the method's credentials into the configuration
}

// namesInBlock returns the names of the selectors that the provider block sets.
func (m authenticationMethod) namesInBlock() []string {
	var names []string
	for _, selector := range m.selectors {
		if selector.block != "" {
			names = append(names, selector.name)
		}
	}
	return names
}

// isInEnvironment reports whether the environment sets a selector.
func (m authenticationMethod) isInEnvironment() bool {
	for _, selector := range m.selectors {
		if selector.environment != "" {
			return true
		}
	}
	return false
}

// selectMethod returns the method that the block selects, or else the first that the environment selects, or nil. So a
// token that happens to be exported does not overrule a key in the block. It is a conflict if the block selects several
// methods.
func selectMethod(methods []authenticationMethod) (selected *authenticationMethod, conflict diag.Diagnostic) {
	for i, method := range methods {
		names := method.namesInBlock()
		if len(names) > 0 && selected != nil {
			return nil, errorConflictingMethods(selected.namesInBlock(), names)
		}
		if len(names) > 0 {
			selected = &methods[i]
		}
	}
	for i, method := range methods {
		if selected == nil && method.isInEnvironment() {
			selected = &methods[i]
		}
	}
	return selected, nil
}

// resolveCredentials writes the credentials of one authentication method into the configuration. What the selected
// method lacks in the block may come from the environment. If no method is selected, the client asks for the key of the
// ECS that the provider runs on.
func (r *resolver) resolveCredentials() {
	if r.hasFederationBlock() && r.identityProvider().value() == "" {
		r.diags.Append(errorNoIdentityProvider())
	}
	selected, conflict := selectMethod(r.authenticationMethods())
	switch {
	case conflict != nil:
		r.diags.Append(conflict)
	case selected != nil:
		selected.configure()
	case r.securityToken().value() != "":
		r.diags.Append(errorIncomplete(accessKeyArgument, `a "security_token"`))
	default:
		r.config.Metadata = true
	}
}

// authenticationMethods returns all methods, in the order in which they win in the environment. This is the order of
// the vendor's own provider. A security token selects no method, because its key may be in the environment.
func (r *resolver) authenticationMethods() []authenticationMethod {
	a := r.arguments
	return []authenticationMethod{
		{[]input{r.input(a.AuthToken, authTokenArgument)}, r.configureToken},
		{[]input{r.identityProvider()}, r.configureFederation},
		{[]input{
			r.input(a.AccessKey, accessKeyArgument),
			r.input(a.SecretKey, secretKeyArgument),
		}, r.configureAccessKey},
		{[]input{
			r.input(a.UserName, userNameArgument),
			r.input(a.UserID, userIDArgument),
			r.input(a.Password, passwordArgument),
		}, r.configurePassword},
		{[]input{
			r.input(a.Profile, profileArgument),
			r.input(a.SharedConfigFile, sharedConfigFileArgument),
		}, r.configureProfile},
	}
}

func (r *resolver) securityToken() input {
	return r.input(r.arguments.SecurityToken, securityTokenArgument)
}

// rejectSecurityToken reports a security token in the block beside a method that does not take one.
func (r *resolver) rejectSecurityToken(used argument) {
	if r.securityToken().block != "" {
		r.diags.Append(errorSecurityToken(used))
	}
}

func (r *resolver) configureToken() {
	r.config.AuthToken = r.text(r.arguments.AuthToken, authTokenArgument)
	r.rejectSecurityToken(authTokenArgument)
}

func (r *resolver) configureAccessKey() {
	accessKey := r.input(r.arguments.AccessKey, accessKeyArgument)
	secretKey := r.input(r.arguments.SecretKey, secretKeyArgument)
	securityToken := r.securityToken()
	r.config.AccessKey, r.config.SecretKey = accessKey.value(), secretKey.value()
	r.config.SecurityToken = securityToken.value()
	if accessKey.block != "" && secretKey.block != "" {
		// A security token in the environment belongs to the key in the environment, not to a key in the block.
		r.config.SecurityToken = securityToken.block
	}
	switch {
	case accessKey.value() == "":
		r.diags.Append(errorIncomplete(accessKeyArgument, `a "secret_key"`))
	case secretKey.value() == "":
		r.diags.Append(errorIncomplete(secretKeyArgument, `an "access_key"`))
	}
}

// configurePassword requires a domain beside a user's name. An id needs no domain. A passcode needs the id.
func (r *resolver) configurePassword() {
	a, config := r.arguments, &r.config
	config.Password = r.text(a.Password, passwordArgument)
	config.Passcode = r.text(a.Passcode, passcodeArgument)
	config.UserID, config.UserName = r.idOrName(
		r.input(a.UserID, userIDArgument), r.input(a.UserName, userNameArgument))
	config.DomainID, config.DomainName = r.idOrName(
		r.input(a.DomainID, domainIDArgument), r.input(a.DomainName, domainNameArgument))
	switch {
	case config.Password == "":
		r.diags.Append(errorIncomplete(passwordArgument, `a "user_name" or "user_id"`))
	case config.UserName == "" && config.UserID == "":
		r.diags.Append(errorIncomplete(userNameArgument, `a "password"`))
	case config.UserID == "" && config.DomainName == "" && config.DomainID == "":
		r.diags.Append(errorIncomplete(domainNameArgument, `a "user_name" and a "password"`))
	case config.UserID == "" && config.Passcode != "":
		r.diags.Append(errorPasscode())
	}
	r.rejectSecurityToken(passwordArgument)
}
