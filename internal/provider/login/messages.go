// SPDX-License-Identifier: MPL-2.0

package login

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-x/internal/client"
)

// This file holds every message of this package.

// Advice returns what to do after a rejected login, for the end of an error's detail. If err is a client.LoginError
// with NoCredentials, it says how to configure credentials, else what to check before the next login.
func Advice(err error) string {
	var login *client.LoginError
	if errors.As(err, &login) && login.NoCredentials {
		return fmt.Sprintf("No credentials are configured, and the metadata service of an ECS has none either. "+
			"Set %s and %s, or %s, or %s with %s and %s.",
			either(accessKeyArgument), either(secretKeyArgument), either(authTokenArgument), either(userNameArgument),
			either(passwordArgument), either(domainNameArgument))
	}
	return "Five wrong signatures may lock a key for a while, and a few wrong passwords an account. " +
		"Check the credentials before you try again. " +
		"Check this machine's clock as well, because a signature is valid for 15 minutes only."
}

// errorBothSet is for two arguments that exclude each other. It points at the second.
func errorBothSet(first, second string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root(second), "Conflicting provider arguments",
		fmt.Sprintf("The provider block sets %q as well as %q.\nKeep one of the two.", first, second))
}

// errorStrayCharacter shows the character, and nothing else of a value that may be a secret.
func errorStrayCharacter(at path.Path, label string, character rune, where string) diag.Diagnostic {
	shown := strings.Trim(strconv.QuoteRuneToASCII(character), "'")
	return diag.NewAttributeErrorDiagnostic(at, "Stray character",
		fmt.Sprintf("%s has \"%s\" %s.\nRemove it. It often comes from a file or from a shell.", label, shown, where))
}

// errorFormat describes a value that it does not show, because it may be a secret in the wrong place.
func errorFormat(at path.Path, label, value, expected string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Invalid value",
		fmt.Sprintf("%s is %s, which cannot be right.\nExpected is %s.", label, size(value), expected))
}

func size(value string) string {
	return fmt.Sprintf("a text of %d characters", utf8.RuneCountInString(value))
}

func errorNumber(i input, s source, least, most int64) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(i.at, "Invalid number",
		fmt.Sprintf("%s must be a whole number from %d to %d.", i.label(s), least, most))
}

// either names an argument and its variables.
func either(a argument) string { return options(input{argument: a}) }

func errorNoRegion(region input, from source) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(region.at, "Region is not set",
		fmt.Sprintf("The provider needs a region, such as \"eu-west-101\".%s\nSet %s.",
			foundElsewhere(from, region), options(region)))
}

// options names an argument and its variables.
func options(i input) string {
	return fmt.Sprintf("%s (or the environment variable %s)", i.label(fromBlock), strings.Join(i.variables, " or "))
}

// foundElsewhere says which other sources have what is missing. It says why they do not help.
func foundElsewhere(from source, missing input) string {
	var others []string
	for _, s := range append([]source{fromBlock}, families...) {
		if s != from && missing.from(s) != "" {
			others = append(others, missing.label(s))
		}
	}
	if len(others) == 0 {
		return ""
	}
	return fmt.Sprintf("\n%s is set, but may belong to another account: "+
		"the provider takes all of a login from one place, which is the provider block, HW_* or OS_*.",
		strings.Join(others, " and "))
}

func errorForeign(i input, family, from, used source) diag.Diagnostic {
	place := "comes from " + string(from)
	switch {
	case from == fromNowhere:
		place = "is that of this ECS"
	case from != fromBlock:
		place = "comes from " + string(from) + "*"
	}
	if used != fromNowhere && used != from {
		place += " and " + string(used) + "*"
	}
	return diag.NewAttributeErrorDiagnostic(i.at, "Variable of another login",
		fmt.Sprintf("%s is set, but the login %s. The provider does not mix the two: "+
			"it cannot know whether they belong to one account.\nSet %q in the provider block, or unset %s.",
			i.label(family), place, i.name, i.label(family)))
}

func errorTwoClouds(at path.Path, first, second addressed) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Addresses of different clouds",
		fmt.Sprintf("%s says that the cloud is %s, and %s says that it is %s. "+
			"The provider would send the credentials of one cloud to the other.\nCorrect one of the two.",
			first.label, first.cloud, second.label, second.cloud))
}

// errorUnknownService does not show the key of a map, which may be a secret.
func errorUnknownService(argument, service string, services []string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root(argument), "Unknown service in "+argument,
		fmt.Sprintf("A key of %q is %s, which is no service that it may name.\nUse one of the services %s.",
			argument, size(service), strings.Join(services, ", ")))
}

func errorEmptyEndpoint(at path.Path, service string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Endpoint is empty",
		fmt.Sprintf("The endpoint of %q is empty.\nSet it to the address of the service, or remove it to use the default.",
			service))
}

func errorRequestsPerMinute(service string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("requests_per_minute").AtMapKey(service),
		"Invalid number of requests",
		fmt.Sprintf("The number of requests a minute to %q must be a whole number from %d to %d.",
			service, client.FewestRequestsPerMinute, maxRequestsPerMinute))
}

// errorConflictingMethods takes the arguments that select two authentication methods.
func errorConflictingMethods(first, second []input) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root(second[0].name), "Conflicting authentication methods",
		fmt.Sprintf("The provider block sets %s as well as %s, which belong to different authentication methods.\n"+
			"Keep one method: a token, an ID token, an access key, a password or a profile.",
			labels(first), labels(second)))
}

func labels(inputs []input) string {
	var all []string
	for _, i := range inputs {
		all = append(all, i.label(fromBlock))
	}
	return strings.Join(all, " and ")
}

// errorIncomplete is for a login or an agency that lacks a part in the source where the other part is.
func errorIncomplete(from source, present, missing input) diag.Diagnostic {
	what := fmt.Sprintf("%s is set, but %s is not.", present.label(from), missing.label(from))
	fix := fmt.Sprintf("Set %s as well, or unset %s.", missing.label(from), present.label(from))
	if from == fromBlock {
		what = fmt.Sprintf("The provider block has %s, but no %s.", present.label(from), missing.label(from))
		fix = fmt.Sprintf("Set %s in the provider block as well, or neither.", missing.label(from))
	}
	return diag.NewAttributeErrorDiagnostic(missing.at, "Credentials are incomplete",
		what+foundElsewhere(from, missing)+"\n"+fix)
}

// errorPasscode is for the passcode of a user who is configured by name.
func errorPasscode(from source, userID input) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(userID.at, "Credentials are incomplete",
		fmt.Sprintf("A \"passcode\" needs the id of its user: a name will not do.\nSet %s instead of the name.",
			userID.label(from)))
}

func errorNoIdentityProvider(from source, id input) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(federationPath.AtName("idp_id"), "Credentials are incomplete",
		fmt.Sprintf("The login with an ID token has no identity provider.%s\nSet %s, or %s with all of the login in HW_*.",
			foundElsewhere(from, id), id.label(fromBlock), id.label(fromVendor)))
}

// errorIDToken is for a login with neither an ID token nor its file, or with both.
func errorIDToken(from source, f federationInputs) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root(federationName), "Credentials are incomplete",
		fmt.Sprintf("The login through an identity provider needs either an ID token or its file.%s%s\n"+
			"Set exactly one of %s and %s.",
			foundElsewhere(from, f.token), foundElsewhere(from, f.file), options(f.token), options(f.file)))
}

func errorNoAgency(role roleInputs, from source) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(role.agency.at, "Agency is not set",
		fmt.Sprintf("An agency to assume has no name.%s\nSet %s.",
			foundElsewhere(from, role.agency), options(role.agency)))
}

func errorNoDomain(role roleInputs, from source) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(role.domainName.at, "Agency's domain is not set",
		fmt.Sprintf("The provider cannot find the agency of %s without the domain (account) that made it.%s%s\n"+
			"Set %s, or %s, where the agency is set.",
			role.agency.label(from), foundElsewhere(from, role.domainName), foundElsewhere(from, role.domainID),
			options(role.domainName), options(role.domainID)))
}

// errorSharedConfigFile is for a file that was read, so that its path is one.
func errorSharedConfigFile(file string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("shared_config_file"), "Invalid shared config file",
		fmt.Sprintf("%s has no profiles in JSON.\n"+
			"Name a configuration file of the vendor's command line (KooCLI), in UTF-8.", file))
}

func errorNoProfile(file, label, name string, profiles []sharedProfile) diag.Diagnostic {
	var names []string
	for _, profile := range profiles {
		names = append(names, profile.Name)
	}
	what := label + " is " + size(name) + ", which is the name of no profile in " + file
	if name == "" {
		what = file + " has no current profile"
	}
	return diag.NewAttributeErrorDiagnostic(path.Root("profile"), "Profile does not exist",
		fmt.Sprintf("%s. Its profiles: %s.\nSet \"profile\" or HW_PROFILE to one of them.",
			what, cmp.Or(quoted(names, ", "), "none")))
}

func errorProfileWithoutKey(file string, profile *sharedProfile) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("profile"), "Profile has no key",
		fmt.Sprintf("Profile %q of %s does not have both an access key and a secret key.\n"+
			"Use a profile that has both, or one in mode SSO after a login with the vendor's command line (KooCLI). "+
			"The file must not be encrypted: run \"hcloud configure set --cli-auth-encrypt=false\".",
			profile.Name, file))
}

func errorProfileWithoutDomain() diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("profile"), "Agency's domain is not set",
		"The profile has an agency, but not the domain (account) that made it.\n"+
			"Add \"agencyDomainName\" or \"agencyDomainId\" to the profile.")
}

// inProfile names a field of the profile.
func inProfile(field string) string { return `"` + field + `" of the profile` }

func warnInsecure() diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(path.Root("insecure"), "The services' certificates are not verified",
		"\"insecure\" (HW_INSECURE, OS_INSECURE) is true. "+
			"Anyone between the provider and the services can read and change requests.\n"+
			"To trust a private certificate authority, set \"cacert_file\" or OS_CACERT instead.")
}

// warnUnencrypted does not show the address, which may hold a secret.
func warnUnencrypted(at path.Path, name string) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(at, "Connection is not encrypted",
		fmt.Sprintf("The address of %s starts with http://. "+
			"Anyone between the provider and the service can read tokens and passwords, and change what is restored.\n"+
			"Remove the scheme, or use https://.", name))
}

// errorReadFile does not show what failed to be a path: it may be the key or the token itself.
func errorReadFile(i input, s source, value string, err error) diag.Diagnostic {
	reason := "it cannot be opened"
	var failed *fs.PathError
	if errors.As(err, &failed) {
		reason = failed.Err.Error() // the rest of it repeats the path
	}
	what := fmt.Sprintf("%s is %s. The provider cannot read a file of that name", i.label(s), size(value))
	if i.from(s) == "" {
		what = "The provider cannot read " + value // the default
	}
	return diag.NewAttributeErrorDiagnostic(i.at, "Cannot read file",
		fmt.Sprintf("%s: %s.\nExpected is %s. Set %s.", what, reason, i.format.expected, options(i)))
}

// errorNoCertificate is for what has other blocks, or none. Label names the argument or variable.
func errorNoCertificate(argument argument, label string, blocks int) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root(argument.name), "No certificate found",
		fmt.Sprintf("%s has no certificate in PEM format, and %d other blocks.\nExpected is %s.",
			label, blocks, argument.format.expected))
}

func errorLostCertificate(argument argument, label string, there, read int) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root(argument.name), "Cannot read every certificate",
		fmt.Sprintf("%s has %d certificates, of which the provider can read %d.\n"+
			"Write each -----BEGIN CERTIFICATE----- and -----END CERTIFICATE----- on a line of its own.", label, there, read))
}

// errorHalfPair is for a client certificate and a key from different places.
func errorHalfPair(cert, key string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("cert_file"), "Certificate and key may not match",
		fmt.Sprintf("The client certificate comes from %s, and the key from %s, which is another place.\n"+
			"Set both in the provider block, or both in the environment.", cert, key))
}

func errorKeyPair(cert, key string, err error) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("cert_file"), "Cannot use client certificate",
		fmt.Sprintf("The provider cannot use the certificate of %s and the key of %s together: %v.", cert, key, err))
}

// quoted joins names, each in quotation marks.
func quoted(names []string, separator string) string {
	var all []string
	for _, name := range names {
		all = append(all, strconv.Quote(name))
	}
	return strings.Join(all, separator)
}
