// SPDX-License-Identifier: MPL-2.0

package login

import (
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
)

// argument names an argument of the provider block, or of a block inside it, and the environment variables that stand
// in for it. The vendor's own provider reads the same variables: its own (HW_*), and those of OpenStack's tools (OS_*).
// So a pipeline that logs in to that provider also logs in to this one.
type argument struct {
	name      string
	variables []string
	format    format // of its value
}

// The arguments of the provider block.
var (
	regionArgument    = argument{"region", []string{"HW_REGION_NAME", "OS_REGION_NAME", "OS_REGION"}, regionFormat}
	projectIDArgument = argument{"project_id", []string{
		"HW_PROJECT_ID", "OS_PROJECT_ID", "OS_TENANT_ID",
	}, projectFormat}
	projectNameArgument = argument{"project_name", []string{
		"HW_PROJECT_NAME", "OS_PROJECT_NAME", "OS_TENANT_NAME",
	}, nameFormat}
	accessKeyArgument     = argument{"access_key", []string{"HW_ACCESS_KEY", "OS_ACCESS_KEY"}, wordFormat}
	secretKeyArgument     = argument{"secret_key", []string{"HW_SECRET_KEY", "OS_SECRET_KEY"}, wordFormat}
	securityTokenArgument = argument{"security_token", []string{"HW_SECURITY_TOKEN", "OS_SECURITY_TOKEN"}, wordFormat}
	authTokenArgument     = argument{"auth_token", []string{"HW_AUTH_TOKEN", "OS_AUTH_TOKEN", "OS_TOKEN"}, wordFormat}
	userNameArgument      = argument{"user_name", []string{"HW_USER_NAME", "OS_USERNAME"}, nameFormat}
	userIDArgument        = argument{"user_id", []string{"HW_USER_ID", "OS_USER_ID"}, wordFormat}
	passwordArgument      = argument{"password", []string{"HW_USER_PASSWORD", "OS_PASSWORD"}, passwordFormat}
	passcodeArgument      = argument{"passcode", []string{"OS_PASSCODE"}, wordFormat}
	domainNameArgument    = argument{"domain_name", []string{
		"HW_DOMAIN_NAME", "OS_DOMAIN_NAME", "OS_USER_DOMAIN_NAME", "OS_PROJECT_DOMAIN_NAME",
	}, nameFormat}
	domainIDArgument = argument{"domain_id", []string{
		"HW_DOMAIN_ID", "OS_DOMAIN_ID", "OS_USER_DOMAIN_ID", "OS_PROJECT_DOMAIN_ID",
	}, wordFormat}
	sharedConfigFileArgument = argument{"shared_config_file", []string{"HW_SHARED_CONFIG_FILE"}, fileFormat}
	profileArgument          = argument{"profile", []string{"HW_PROFILE"}, nameFormat}

	agencyNameArgument       = argument{"agency_name", []string{"OS_AGENCY_NAME"}, nameFormat}
	agencyDomainNameArgument = argument{"agency_domain_name", []string{"OS_AGENCY_DOMAIN_NAME"}, nameFormat}
	delegatedProjectArgument = argument{"delegated_project", []string{"OS_DELEGATED_PROJECT"}, nameFormat}

	// OS_CLOUD does not stand in for cloud: OpenStack's tools take it as an entry of clouds.yaml, not as a domain.
	cloudArgument      = argument{"cloud", []string{"HW_CLOUD"}, cloudFormat}
	authURLArgument    = argument{"auth_url", []string{"HW_AUTH_URL", "OS_AUTH_URL"}, addressFormat}
	insecureArgument   = argument{"insecure", []string{"HW_INSECURE", "OS_INSECURE"}, boolFormat}
	cacertFileArgument = argument{"cacert_file", []string{"OS_CACERT"}, pemFormat}
	certFileArgument   = argument{"cert_file", []string{"OS_CERT"}, pemFormat}
	keyFileArgument    = argument{"key_file", []string{"OS_KEY"}, pemFormat}
	maxRetriesArgument = argument{"max_retries", []string{"HW_MAX_RETRIES"}, retriesFormat}
)

// The arguments of the blocks assume_role and assume_role_with_oidc.
var (
	roleAgencyArgument      = argument{"agency_name", []string{"HW_ASSUME_ROLE_AGENCY_NAME"}, nameFormat}
	roleDomainNameArgument  = argument{"domain_name", []string{"HW_ASSUME_ROLE_DOMAIN_NAME"}, nameFormat}
	roleDomainIDArgument    = argument{"domain_id", []string{"HW_ASSUME_ROLE_DOMAIN_ID"}, wordFormat}
	roleDurationArgument    = argument{"duration", []string{"HW_ASSUME_ROLE_DURATION"}, durationFormat}
	roleIdPArgument         = argument{"idp_id", []string{"HW_ASSUME_ROLE_IDP_ID"}, wordFormat}
	roleIDTokenArgument     = argument{"id_token", []string{"HW_ASSUME_ROLE_ID_TOKEN"}, idTokenFormat}
	roleIDTokenFileArgument = argument{"id_token_file", []string{"HW_ASSUME_ROLE_ID_TOKEN_FILE"}, fileFormat}
)

// source is where a value comes from: the provider block, or one family of environment variables.
type source string

const (
	fromNowhere   source = ""
	fromBlock     source = "the provider block"
	fromVendor    source = "HW_"
	fromOpenStack source = "OS_"
)

// families are the families of environment variables. The first wins.
var families = []source{fromVendor, fromOpenStack}

// lookupEnv is os.LookupEnv, or a test's own environment.
type lookupEnv func(name string) (value string, set bool)

// input is an argument with its value in the provider block, and the environment that has others.
type input struct {
	argument
	at    path.Path // of the argument
	block string    // "" if there is none
	env   lookupEnv
}

// from returns the value in a source, or "". An empty variable counts as one that is not set.
func (i input) from(s source) string {
	if s == fromBlock {
		return i.block
	}
	for _, variable := range i.variablesOf(s) {
		if value, _ := i.env(variable); value != "" {
			return value
		}
	}
	return ""
}

// first returns the first source that has a value, and that value.
func (i input) first() (source, string) {
	for _, s := range append([]source{fromBlock}, families...) {
		if value := i.from(s); value != "" {
			return s, value
		}
	}
	return fromNowhere, ""
}

// variablesOf returns the variables of one family.
func (a argument) variablesOf(family source) []string {
	var variables []string
	for _, variable := range a.variables {
		if family != fromNowhere && strings.HasPrefix(variable, string(family)) {
			variables = append(variables, variable)
		}
	}
	return variables
}

// label names what has the value in a source, or what would have it.
func (i input) label(s source) string {
	if s == fromBlock {
		return `"` + i.name + `"`
	}
	variables := i.variablesOf(s)
	set := slices.IndexFunc(variables, func(variable string) bool {
		value, _ := i.env(variable)
		return value != ""
	})
	if set >= 0 {
		return variables[set]
	}
	return strings.Join(variables, " or ")
}

// documentedVariables names the variables, for the description of the argument.
func (a argument) documentedVariables() string {
	return " Environment: `" + strings.Join(a.variables, "`, `") + "`."
}
