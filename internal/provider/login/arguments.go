// SPDX-License-Identifier: MPL-2.0

package login

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Arguments is the model of the provider block, in the shape of Schema. A null or empty argument counts as absent.
// Preflight is the only argument that ClientConfig does not read.
type Arguments struct {
	Region        types.String `tfsdk:"region"`
	ProjectID     types.String `tfsdk:"project_id"`
	ProjectName   types.String `tfsdk:"project_name"`
	AccessKey     types.String `tfsdk:"access_key"`
	SecretKey     types.String `tfsdk:"secret_key"`
	SecurityToken types.String `tfsdk:"security_token"`
	AuthToken     types.String `tfsdk:"auth_token"`
	UserName      types.String `tfsdk:"user_name"`
	UserID        types.String `tfsdk:"user_id"`
	Password      types.String `tfsdk:"password"`
	Passcode      types.String `tfsdk:"passcode"`
	DomainName    types.String `tfsdk:"domain_name"`
	DomainID      types.String `tfsdk:"domain_id"`
	Cloud         types.String `tfsdk:"cloud"`
	AuthURL       types.String `tfsdk:"auth_url"`
	Endpoints     types.Map    `tfsdk:"endpoints"` // string to string
	Insecure      types.Bool   `tfsdk:"insecure"`
	CACertFile    types.String `tfsdk:"cacert_file"`
	CertFile      types.String `tfsdk:"cert_file"`
	KeyFile       types.String `tfsdk:"key_file"`
	MaxRetries    types.Int64  `tfsdk:"max_retries"`
	Preflight     types.Bool   `tfsdk:"preflight"`

	RequestsPerMinute types.Map `tfsdk:"requests_per_minute"` // string to number

	SharedConfigFile types.String `tfsdk:"shared_config_file"`
	Profile          types.String `tfsdk:"profile"`

	AgencyName         types.String             `tfsdk:"agency_name"`
	AgencyDomainName   types.String             `tfsdk:"agency_domain_name"`
	DelegatedProject   types.String             `tfsdk:"delegated_project"`
	AssumeRole         []roleArguments          `tfsdk:"assume_role"`
	AssumeRoleWithOIDC []federatedRoleArguments `tfsdk:"assume_role_with_oidc"` // at most one
}

// roleArguments is the model of a block assume_role.
type roleArguments struct {
	AgencyName types.String `tfsdk:"agency_name"`
	DomainName types.String `tfsdk:"domain_name"`
	DomainID   types.String `tfsdk:"domain_id"`
	Duration   types.Int64  `tfsdk:"duration"`
}

// federatedRoleArguments is the model of the block assume_role_with_oidc.
type federatedRoleArguments struct {
	AgencyName  types.String `tfsdk:"agency_name"`
	DomainName  types.String `tfsdk:"domain_name"`
	DomainID    types.String `tfsdk:"domain_id"`
	Duration    types.Int64  `tfsdk:"duration"`
	IdPID       types.String `tfsdk:"idp_id"`
	IDToken     types.String `tfsdk:"id_token"`
	IDTokenFile types.String `tfsdk:"id_token_file"`
}

func (f federatedRoleArguments) role() roleArguments {
	return roleArguments{f.AgencyName, f.DomainName, f.DomainID, f.Duration}
}

// argument names an argument of the provider block, or of a block inside it, and the environment variables that stand
// in for it, in order of precedence. The vendor's own provider reads the same variables: first its own (HW_*), then
// those of OpenStack's tools (OS_*). So a pipeline that logs in to that provider also logs in to this one.
type argument struct {
	name      string
	variables []string
}

// The arguments of the provider block.
var (
	regionArgument        = argument{"region", []string{"HW_REGION_NAME", "OS_REGION_NAME", "OS_REGION"}}
	projectIDArgument     = argument{"project_id", []string{"HW_PROJECT_ID", "OS_PROJECT_ID", "OS_TENANT_ID"}}
	projectNameArgument   = argument{"project_name", []string{"HW_PROJECT_NAME", "OS_PROJECT_NAME", "OS_TENANT_NAME"}}
	accessKeyArgument     = argument{"access_key", []string{"HW_ACCESS_KEY", "OS_ACCESS_KEY"}}
	secretKeyArgument     = argument{"secret_key", []string{"HW_SECRET_KEY", "OS_SECRET_KEY"}}
	securityTokenArgument = argument{"security_token", []string{"HW_SECURITY_TOKEN", "OS_SECURITY_TOKEN"}}
	authTokenArgument     = argument{"auth_token", []string{"HW_AUTH_TOKEN", "OS_AUTH_TOKEN", "OS_TOKEN"}}
	userNameArgument      = argument{"user_name", []string{"HW_USER_NAME", "OS_USERNAME"}}
	userIDArgument        = argument{"user_id", []string{"HW_USER_ID", "OS_USER_ID"}}
	passwordArgument      = argument{"password", []string{"HW_USER_PASSWORD", "OS_PASSWORD"}}
	passcodeArgument      = argument{"passcode", []string{"OS_PASSCODE"}}
	domainNameArgument    = argument{"domain_name", []string{
		"HW_DOMAIN_NAME", "OS_DOMAIN_NAME", "OS_USER_DOMAIN_NAME", "OS_PROJECT_DOMAIN_NAME",
	}}
	domainIDArgument = argument{"domain_id", []string{
		"HW_DOMAIN_ID", "OS_DOMAIN_ID", "OS_USER_DOMAIN_ID", "OS_PROJECT_DOMAIN_ID",
	}}
	sharedConfigFileArgument = argument{"shared_config_file", []string{"HW_SHARED_CONFIG_FILE"}}
	profileArgument          = argument{"profile", []string{"HW_PROFILE"}}

	agencyNameArgument       = argument{"agency_name", []string{"OS_AGENCY_NAME"}}
	agencyDomainNameArgument = argument{"agency_domain_name", []string{"OS_AGENCY_DOMAIN_NAME"}}
	delegatedProjectArgument = argument{"delegated_project", []string{"OS_DELEGATED_PROJECT"}}

	// OS_CLOUD does not stand in for cloud: OpenStack's tools take it as an entry of clouds.yaml, not as a domain.
	cloudArgument      = argument{"cloud", []string{"HW_CLOUD"}}
	authURLArgument    = argument{"auth_url", []string{"HW_AUTH_URL", "OS_AUTH_URL"}}
	insecureArgument   = argument{"insecure", []string{"HW_INSECURE", "OS_INSECURE"}}
	cacertFileArgument = argument{"cacert_file", []string{"OS_CACERT"}}
	certFileArgument   = argument{"cert_file", []string{"OS_CERT"}}
	keyFileArgument    = argument{"key_file", []string{"OS_KEY"}}
	maxRetriesArgument = argument{"max_retries", []string{"HW_MAX_RETRIES"}}
)

// The arguments of the blocks assume_role and assume_role_with_oidc.
var (
	roleAgencyArgument      = argument{"agency_name", []string{"HW_ASSUME_ROLE_AGENCY_NAME"}}
	roleDomainNameArgument  = argument{"domain_name", []string{"HW_ASSUME_ROLE_DOMAIN_NAME"}}
	roleDomainIDArgument    = argument{"domain_id", []string{"HW_ASSUME_ROLE_DOMAIN_ID"}}
	roleDurationArgument    = argument{"duration", []string{"HW_ASSUME_ROLE_DURATION"}}
	roleIdPArgument         = argument{"idp_id", []string{"HW_ASSUME_ROLE_IDP_ID"}}
	roleIDTokenArgument     = argument{"id_token", []string{"HW_ASSUME_ROLE_ID_TOKEN"}}
	roleIDTokenFileArgument = argument{"id_token_file", []string{"HW_ASSUME_ROLE_ID_TOKEN_FILE"}}

	// federationArgument is the block assume_role_with_oidc as a whole.
	federationArgument = argument{"assume_role_with_oidc", roleIdPArgument.variables}
)

// String names the argument and its variables, for messages.
func (a argument) String() string {
	return fmt.Sprintf("%q (or the environment variable %s)", a.name, strings.Join(a.variables, " or "))
}

// documentedVariables names the variables, for the description of the argument.
func (a argument) documentedVariables() string {
	return " Environment: `" + strings.Join(a.variables, "`, `") + "`."
}

// lookupEnv is os.LookupEnv, or a test's own environment.
type lookupEnv func(name string) (value string, set bool)

// fromEnvironment returns the first variable that is not empty, or "".
func (a argument) fromEnvironment(env lookupEnv) string {
	for _, variable := range a.variables {
		if value, _ := env(variable); value != "" {
			return value
		}
	}
	return ""
}

// withPrefix returns the argument with only those of its variables that start with prefix.
func (a argument) withPrefix(prefix string) argument {
	others := func(variable string) bool { return !strings.HasPrefix(variable, prefix) }
	return argument{a.name, slices.DeleteFunc(slices.Clone(a.variables), others)}
}

// input returns the values of the argument, of which block is the one in the provider block.
func (a argument) input(block types.String, env lookupEnv) input {
	return input{argument: a, block: block.ValueString(), environment: a.fromEnvironment(env)}
}

// input is an argument with its values in the provider block and in the environment. A value is "" if there is none.
type input struct {
	argument
	block       string
	environment string
}

// value returns the value in the block or else the one in the environment.
func (i input) value() string { return cmp.Or(i.block, i.environment) }
