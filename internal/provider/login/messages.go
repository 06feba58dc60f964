// SPDX-License-Identifier: MPL-2.0

package login

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"

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
			accessKeyArgument, secretKeyArgument, authTokenArgument, userNameArgument, passwordArgument, domainNameArgument)
	}
	return "Five wrong signatures may lock a key for a while, and a few wrong passwords an account. " +
		"Check the credentials before you try again. " +
		"Check this machine's clock as well, because a signature is valid for 15 minutes only."
}

func errorNoRegion() diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("region"), "Region is not set",
		fmt.Sprintf("The provider needs a region, such as \"eu-west-101\".\nSet %s.", regionArgument))
}

// errorBothSet is for two arguments that exclude each other. It points at the second.
func errorBothSet(first, second string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root(second), "Conflicting provider arguments",
		fmt.Sprintf("The provider block sets %q as well as %q.\nKeep one of the two.", first, second))
}

func errorUnknownService(at path.Path, service string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Unknown service in endpoints",
		fmt.Sprintf("The provider calls no service %q.\nUse one of the services %s.",
			service, strings.Join(endpointServices, ", ")))
}

func errorEmptyEndpoint(at path.Path, service string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Endpoint is empty",
		fmt.Sprintf("The endpoint of %q is empty.\nSet it to the address of the service, or remove it to use the default.",
			service))
}

func errorRequestsPerMinute(service string, limit int64) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("requests_per_minute").AtMapKey(service),
		"Invalid number of requests",
		fmt.Sprintf("The provider cannot be limited to %d requests a minute to %q.\n"+
			"Use one of the services rds, dds and dws, and a number from %d to %d.",
			limit, service, client.FewestRequestsPerMinute, maxRequestsPerMinute))
}

func errorMaxRetries() diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("max_retries"), "Invalid number of retries",
		fmt.Sprintf("%s must be a number from 0 to %d.", maxRetriesArgument, maxRetriesLimit))
}

// errorConflictingMethods takes the names of the arguments that select two authentication methods.
func errorConflictingMethods(first, second []string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root(second[0]), "Conflicting authentication methods",
		fmt.Sprintf("The provider block sets %s as well as %s, which belong to different authentication methods.\n"+
			"Keep one method: a token, an ID token, an access key, a password or a profile.",
			quoted(first, " and "), quoted(second, " and ")))
}

func errorSecurityToken(used argument) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("security_token"), "Conflicting authentication methods",
		fmt.Sprintf("\"security_token\" belongs to a temporary \"access_key\", but the provider would log in with %s.\n"+
			"Remove one of the two.", used))
}

// errorIncomplete is for an authentication method or an agency that lacks an argument. Present says what it has.
func errorIncomplete(missing argument, present string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root(missing.name), "Credentials are incomplete",
		fmt.Sprintf("There is %s, but no %q.\nSet %s.", present, missing.name, missing))
}

// errorPasscode is for the passcode of a user who is configured by name.
func errorPasscode() diag.Diagnostic {
	return errorIncomplete(userIDArgument, `a "passcode", which needs the user's id instead of "user_name"`)
}

func errorNoIdentityProvider() diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(federationPath.AtName("idp_id"), "Credentials are incomplete",
		fmt.Sprintf("A block \"assume_role_with_oidc\" names no identity provider.\nSet %s.", roleIdPArgument))
}

// errorIDToken is for a login with neither an ID token nor its file, or with both.
func errorIDToken(identityProvider string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("assume_role_with_oidc"), "Credentials are incomplete",
		fmt.Sprintf("The login through identity provider %q needs either an ID token or its file.\n"+
			"Set exactly one of %s and %s.",
			identityProvider, roleIDTokenArgument, roleIDTokenFileArgument))
}

func errorNoAgency(at path.Path) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at.AtName("agency_name"), "Agency is not set",
		fmt.Sprintf("A block \"assume_role\" names no agency.\nSet %s.", roleAgencyArgument))
}

func errorNoDomain(at path.Path, agency string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at.AtName("domain_name"), "Agency's domain is not set",
		fmt.Sprintf("The provider cannot find agency %q without the domain (account) that made it.\nSet %s, or %s.",
			agency, roleDomainNameArgument, roleDomainIDArgument))
}

func errorKeyDuration(at path.Path) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at.AtName("duration"), "Invalid key duration",
		fmt.Sprintf("%s must be a number of seconds from %d to %d.", roleDurationArgument, minKeySeconds, maxKeySeconds))
}

func errorSharedConfigFile(file string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("shared_config_file"), "Invalid shared config file",
		fmt.Sprintf("%s is %s, which has no profiles in JSON.\n"+
			"Name a configuration file of the vendor's command line (KooCLI).", sharedConfigFileArgument, file))
}

func errorNoProfile(file, name string, profiles []sharedProfile) diag.Diagnostic {
	var names []string
	for _, profile := range profiles {
		names = append(names, profile.Name)
	}
	return diag.NewAttributeErrorDiagnostic(path.Root("profile"), "Profile does not exist",
		fmt.Sprintf("%s has no profile %q. Its profiles: %s.\nSet %s to one of them.",
			file, name, cmp.Or(quoted(names, ", "), "none"), profileArgument))
}

func errorProfileWithoutKey(file string, profile *sharedProfile) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("profile"), "Profile has no key",
		fmt.Sprintf("Profile %q of %s, in mode %q, does not have both an access key and a secret key.\n"+
			"Use a profile that has both, or one in mode SSO after a login with the vendor's command line (KooCLI). "+
			"The file must not be encrypted: run \"hcloud configure set --cli-auth-encrypt=false\".",
			profile.Name, file, profile.Mode))
}

func errorInsecure(text string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("insecure"), "Invalid boolean value",
		fmt.Sprintf("%s is %q, which is neither true nor false.", insecureArgument, text))
}

func warnInsecure() diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(path.Root("insecure"), "The services' certificates are not verified",
		fmt.Sprintf("%s is true. Anyone between the provider and the services can read and change requests.\n"+
			"To trust a private certificate authority, set %s instead.", insecureArgument, cacertFileArgument))
}

func warnUnencrypted(at path.Path, address string) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(at, "Connection is not encrypted",
		fmt.Sprintf("%s starts with http://. Anyone between the provider and the service can read tokens and passwords, "+
			"and change what is restored.\nRemove the scheme, or use https://.", address))
}

func errorReadFile(argument argument, err error) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root(argument.name), "Cannot read file",
		fmt.Sprintf("The provider cannot read the file of %s: %v.", argument, err))
}

func errorNoCACertificate(file string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("cacert_file"), "File has no certificate",
		fmt.Sprintf("%s is %s, which has no certificate in PEM format.", cacertFileArgument, file))
}

// errorHalfPair is for a client certificate without its key, or a key without its certificate.
func errorHalfPair(missing, given argument) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root(missing.name), "Certificate or key is missing",
		fmt.Sprintf("There is %s, but no %s.\nSet both, or neither.", given, missing))
}

func errorKeyPair(certFile, keyFile string, err error) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("cert_file"), "Cannot use client certificate",
		fmt.Sprintf("%s is %s, and %s is %s.\nThe provider cannot use the two files together: %v.",
			certFileArgument, certFile, keyFileArgument, keyFile, err))
}

// quoted joins names, each in quotation marks.
func quoted(names []string, separator string) string {
	var all []string
	for _, name := range names {
		all = append(all, strconv.Quote(name))
	}
	return strings.Join(all, separator)
}
