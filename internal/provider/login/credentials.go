// SPDX-License-Identifier: MPL-2.0

package login

import "slices"

// authenticationMethod is one method to log in, such as a password.
type authenticationMethod struct {
	selectors []input      // any of them selects this method; no other method has them
	configure func(source) // writes the method's credentials into the configuration
}

// in returns the selectors that a source has.
func (m authenticationMethod) in(s source) []input {
	var found []input
	for _, selector := range m.selectors {
		if selector.from(s) != "" {
			found = append(found, selector)
		}
	}
	return found
}

// authenticationMethods returns all methods, in the order in which they win in the environment. This is the order of
// the vendor's own provider.
func (r *resolver) authenticationMethods() []authenticationMethod {
	a := r.arguments
	passcode := r.input(a.Passcode, passcodeArgument)
	passcode.variables = nil // one that happens to be exported selects nothing
	return []authenticationMethod{
		{[]input{r.input(a.AuthToken, authTokenArgument)}, r.configureToken},
		{r.federation().selectors(r.hasFederationBlock()), r.configureFederation},
		{[]input{
			r.input(a.AccessKey, accessKeyArgument),
			r.input(a.SecretKey, secretKeyArgument),
			r.input(a.SecurityToken, securityTokenArgument),
		}, r.configureAccessKey},
		{[]input{
			r.input(a.UserName, userNameArgument),
			r.input(a.UserID, userIDArgument),
			r.input(a.Password, passwordArgument),
			passcode,
		}, r.configurePassword},
		{[]input{
			r.input(a.Profile, profileArgument),
			r.input(a.SharedConfigFile, sharedConfigFileArgument),
		}, r.configureProfile},
	}
}

// selectMethod notes where the login comes from, and returns its method: the one in the block, or else the first in the
// environment, or nil. So a token that happens to be exported does not overrule a key in the block.
//
// All of a login comes from one source. Half of one login with half of another would send one account's secrets to
// another, and a service counts wrong logins.
func (r *resolver) selectMethod() *authenticationMethod {
	methods := r.authenticationMethods()
	var selected *authenticationMethod
	conflict := false
	for i, method := range methods {
		found := method.in(fromBlock)
		switch {
		case len(found) == 0:
		case selected != nil:
			r.diags.Append(errorConflictingMethods(selected.in(fromBlock), found))
			conflict = true
		default:
			selected, r.from = &methods[i], fromBlock
		}
	}
	for i, method := range methods {
		for _, family := range families {
			if len(method.in(family)) == 0 {
				continue
			}
			r.logins = append(r.logins, family)
			if selected == nil {
				selected, r.from = &methods[i], family
			}
		}
	}
	r.family = r.completingFamily()
	if conflict {
		selected.configure = func(source) {} // it would report what only seems to be missing
	}
	return selected
}

// completingFamily returns the family of variables that says what the source of the login leaves open. For a login in
// the block, or of an ECS, it is one that has no login of its own: its project and agency would be those of that login.
func (r *resolver) completingFamily() source {
	switch {
	case r.from == fromVendor || r.from == fromOpenStack:
		return r.from
	case r.hasFederationBlock() && r.federation().isEmpty():
		return fromVendor
	case r.lacksPassword():
		return r.familyWithPassword()
	case r.lacksIDToken():
		return r.familyWithIDToken()
	}
	for _, family := range families {
		if !r.hasLogin(family) && slices.ContainsFunc(r.accountInputs(), func(i input) bool { return i.from(family) != "" }) {
			return family
		}
	}
	return fromNowhere
}

func (r *resolver) hasLogin(family source) bool { return slices.Contains(r.logins, family) }

// accountInputs are the arguments that say where an account works and through whom.
func (r *resolver) accountInputs() []input {
	a := r.arguments
	return []input{
		r.input(a.Region, regionArgument), r.input(a.Cloud, cloudArgument), r.input(a.AuthURL, authURLArgument),
		r.input(a.ProjectID, projectIDArgument), r.input(a.ProjectName, projectNameArgument),
		r.input(a.AgencyName, agencyNameArgument), r.input(a.DelegatedProject, delegatedProjectArgument),
		r.roleInputs(roleArguments{}).agency,
	}
}

// lacksPassword reports whether the block says which user logs in, and leaves the password to the environment.
func (r *resolver) lacksPassword() bool {
	a := r.arguments
	hasUser := a.UserName.ValueString() != "" || a.UserID.ValueString() != ""
	return hasUser && a.Password.ValueString() == ""
}

// familyWithPassword returns the first family whose password belongs to the user in the block, as far as it says.
func (r *resolver) familyWithPassword() source {
	a := r.arguments
	who := []input{
		r.input(a.UserName, userNameArgument), r.input(a.UserID, userIDArgument),
		r.input(a.DomainName, domainNameArgument), r.input(a.DomainID, domainIDArgument),
	}
	if a.UserID.ValueString() != "" {
		who = who[:2] // the id needs no domain
	}
	for _, family := range families {
		ofAnother := slices.ContainsFunc(who, func(i input) bool {
			return i.from(family) != "" && i.from(family) != i.block
		})
		if r.input(a.Password, passwordArgument).from(family) != "" && !ofAnother {
			return family
		}
	}
	return fromNowhere
}

func (r *resolver) configureToken(from source) {
	r.config.AuthToken = r.value(r.input(r.arguments.AuthToken, authTokenArgument), from)
}

func (r *resolver) configureAccessKey(from source) {
	accessKey := r.input(r.arguments.AccessKey, accessKeyArgument)
	secretKey := r.input(r.arguments.SecretKey, secretKeyArgument)
	securityToken := r.input(r.arguments.SecurityToken, securityTokenArgument)
	r.config.AccessKey, r.config.SecretKey = r.value(accessKey, from), r.value(secretKey, from)
	r.config.SecurityToken = r.value(securityToken, from)
	switch {
	case r.config.AccessKey == "" && r.config.SecretKey == "":
		r.diags.Append(errorIncomplete(from, securityToken, accessKey))
	case r.config.AccessKey == "":
		r.diags.Append(errorIncomplete(from, secretKey, accessKey))
	case r.config.SecretKey == "":
		r.diags.Append(errorIncomplete(from, accessKey, secretKey))
	}
}

// configurePassword requires a domain beside a user's name. An id needs no domain. A passcode needs the id. Only the
// password and the passcode of a user in the block may come from the environment, where secrets are better kept.
func (r *resolver) configurePassword(from source) {
	a, config := r.arguments, &r.config
	userID, userName := r.input(a.UserID, userIDArgument), r.input(a.UserName, userNameArgument)
	domainID, domainName := r.input(a.DomainID, domainIDArgument), r.input(a.DomainName, domainNameArgument)
	password, passcode := r.input(a.Password, passwordArgument), r.input(a.Passcode, passcodeArgument)
	config.UserID, config.UserName = r.idOrName(from, userID, userName)
	config.DomainID, config.DomainName = r.idOrName(from, domainID, domainName)
	secretFrom := from
	if r.lacksPassword() {
		secretFrom = r.family
	}
	config.Password = r.value(password, secretFrom)
	if config.Passcode = r.value(passcode, from); config.Passcode == "" {
		config.Passcode = r.value(passcode, secretFrom)
	}
	user := userName
	if config.UserID != "" {
		user = userID
	}
	switch {
	case config.UserName == "" && config.UserID == "" && config.Password == "":
		r.diags.Append(errorIncomplete(from, passcode, userID))
	case config.UserName == "" && config.UserID == "":
		r.diags.Append(errorIncomplete(from, password, userName))
	case config.Password == "":
		r.diags.Append(errorIncomplete(from, user, password))
	case config.UserID == "" && config.DomainName == "" && config.DomainID == "":
		r.diags.Append(errorIncomplete(from, userName, domainName))
	case config.UserID == "" && config.Passcode != "":
		r.diags.Append(errorPasscode(from, userID))
	case config.Passcode == "":
		r.rejectForeign(passcode)
	}
}
