// SPDX-License-Identifier: MPL-2.0

package login

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-x/internal/client"
)

// This file holds every message of this package.

// Advice returns the advice to append to an error after a rejected login: how to configure credentials if err is a
// client.LoginError without any, else what to check before the next login.
func Advice(err error) string {
	var login *client.LoginError
	if errors.As(err, &login) && login.NoCredentials {
		return fmt.Sprintf("No credentials are configured, and the metadata service of an ECS, which is asked then, has none. "+
			"Set %s and %s, or %s, or %s with %s and %s.",
			accessKeyArgument, secretKeyArgument, authTokenArgument, userNameArgument, passwordArgument, domainNameArgument)
	}
	return "Five wrong signatures may lock a key for a while, and some wrong passwords an account: " +
		"check them before the next try, and this machine's clock: a signature counts for 15 minutes only."
}

func errorNoRegion() diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("region"), "No region",
		fmt.Sprintf("Set %s, such as \"eu-west-101\".", regionArgument))
}

// errorBothSet is for two arguments that say the same. It points at the second.
func errorBothSet(first, second string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root(second), "Two names for one thing",
		fmt.Sprintf("The provider block has %q as well as %q. Keep one of the two.", first, second))
}

func errorUnknownService(at path.Path, service string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Unknown service",
		fmt.Sprintf("%q is not one of the services %s.", service, strings.Join(endpointServices, ", ")))
}

func errorEmptyEndpoint(at path.Path, _ string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Empty endpoint",
		"Give the address of the service, or leave the key out for the usual one.")
}

func errorRequestsPerMinute(service string, limit int64) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("requests_per_minute").AtMapKey(service), "Not a number of requests",
		fmt.Sprintf("%d requests a minute to %q: the services are rds, dds and dws, and each needs from %d to %d.",
			limit, service, client.FewestRequestsPerMinute, maxRequestsPerMinute))
}

func errorMaxRetries() diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("max_retries"), "Not a number of retries",
		fmt.Sprintf("%s must be a number from 0 to %d.", maxRetriesArgument, maxRetriesLimit))
}

func errorConflictingMethods(first, second []string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root(second[0]), "Contradictory credentials",
		fmt.Sprintf("The provider block has %q as well as %q. "+
			"Keep one of the ways to log in: a token, an ID token, a key, a password or a profile.", first, second))
}

func errorSecurityToken(used argument) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("security_token"), "Contradictory credentials",
		fmt.Sprintf("\"security_token\" belongs to a temporary \"access_key\", but %s is what is used. Remove one of the two.", used))
}

// errorIncomplete is for an authentication method or agency of which a part is missing. Present says what is there.
func errorIncomplete(missing argument, present string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root(missing.name), "Incomplete credentials",
		fmt.Sprintf("There is %s but no %s.", present, missing))
}

func errorNoIdentityProvider() diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(federationPath.AtName("idp_id"), "Incomplete credentials",
		fmt.Sprintf("Set %s.", roleIdPArgument))
}

func errorIDToken(identityProvider string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("assume_role_with_oidc"), "Incomplete credentials",
		fmt.Sprintf("A login through identity provider %q needs either %s or %s.",
			identityProvider, roleIDTokenArgument, roleIDTokenFileArgument))
}

func errorNoAgency(at path.Path) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at.AtName("agency_name"), "No agency", fmt.Sprintf("Set %s.", roleAgencyArgument))
}

func errorNoDomain(at path.Path, agency string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at.AtName("domain_name"), "No domain",
		fmt.Sprintf("Agency %q is one of some account: set %s, or %s.", agency, roleDomainNameArgument, roleDomainIDArgument))
}

func errorKeyDuration(at path.Path) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at.AtName("duration"), "Not a duration of a key",
		fmt.Sprintf("%s must be a number of seconds from %d to %d.", roleDurationArgument, minKeySeconds, maxKeySeconds))
}

func errorSharedConfigFile(file string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("shared_config_file"), "Not a file of the vendor's command line",
		fmt.Sprintf("%s is %s, which does not hold profiles in the form JSON.", sharedConfigFileArgument, file))
}

func errorNoProfile(file, name string, profiles []sharedProfile) diag.Diagnostic {
	var names []string
	for _, profile := range profiles {
		names = append(names, fmt.Sprintf("%q", profile.Name))
	}
	return diag.NewAttributeErrorDiagnostic(path.Root("profile"), "No such profile",
		fmt.Sprintf("There is no profile %q in %s, which has %s. Set %s.",
			name, file, cmp.Or(strings.Join(names, ", "), "none"), profileArgument))
}

func errorProfileWithoutKey(file string, profile *sharedProfile) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("profile"), "A profile without a key",
		fmt.Sprintf("Profile %q of %s, which is of the mode %q, holds no access key and secret key. "+
			"Only such profiles can be used, and those of the mode SSO after a login; "+
			"the file must not be encrypted: hcloud configure set --cli-auth-encrypt=false.", profile.Name, file, profile.Mode))
}

func errorInsecure(text string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("insecure"), "Not true or false",
		fmt.Sprintf("%s is %q.", insecureArgument, text))
}

func warnInsecure() diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(path.Root("insecure"), "The services' certificates are not verified",
		fmt.Sprintf("%s is true: anyone on the way to the services can read and change what is asked of them. "+
			"For a private certificate authority, set %s instead.", insecureArgument, cacertFileArgument))
}

func warnUnencrypted(at path.Path, address string) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(at, "A service is asked without encryption",
		fmt.Sprintf("%s begins with http://: tokens, passwords and what is restored can be read and changed on the way. "+
			"Leave the scheme out, or write https://.", address))
}

func errorReadFile(argument argument, err error) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root(argument.name), "The file cannot be read",
		fmt.Sprintf("%s: %v.", argument, err))
}

func errorNoCACertificate(file string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("cacert_file"), "Not a certificate",
		fmt.Sprintf("%s is %s, which holds no certificate in the form PEM.", cacertFileArgument, file))
}

// errorHalfPair is for a certificate without its key, or the other way round.
func errorHalfPair(missing, given argument) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root(missing.name), "Half a pair",
		fmt.Sprintf("There is %s but no %s. A certificate and its key belong together.", given, missing))
}

func errorKeyPair(certFile, keyFile string, err error) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("cert_file"), "Not a certificate and its key",
		fmt.Sprintf("The files %s (%s) and %s (%s) cannot be used together: %v.",
			certFile, certFileArgument, keyFile, keyFileArgument, err))
}
