// SPDX-License-Identifier: MPL-2.0

// Package login turns the provider block, the environment and a profile of the vendor's command line into the client's
// configuration: who logs in, where, and how. It has the schema of the provider block, and calls nothing: the login itself
// is internal/client's.
package login

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
)

// argument is an argument of the provider block and the environment variables that stand in for it, first one first. The
// variables are those that the vendor's own provider reads (HW_*), then those it falls back to (OS_*), so that a pipeline
// which logs in to the one logs in to the other.
type argument struct {
	name      string
	variables []string
}

var (
	regionArgument           = argument{"region", []string{"HW_REGION_NAME", "OS_REGION_NAME", "OS_REGION"}}
	projectIDArgument        = argument{"project_id", []string{"HW_PROJECT_ID", "OS_PROJECT_ID", "OS_TENANT_ID"}}
	projectNameArgument      = argument{"project_name", []string{"HW_PROJECT_NAME", "OS_PROJECT_NAME", "OS_TENANT_NAME"}}
	accessKeyArgument        = argument{"access_key", []string{"HW_ACCESS_KEY", "OS_ACCESS_KEY"}}
	secretKeyArgument        = argument{"secret_key", []string{"HW_SECRET_KEY", "OS_SECRET_KEY"}}
	securityTokenArgument    = argument{"security_token", []string{"HW_SECURITY_TOKEN", "OS_SECURITY_TOKEN"}}
	authTokenArgument        = argument{"auth_token", []string{"HW_AUTH_TOKEN", "OS_AUTH_TOKEN", "OS_TOKEN"}}
	userNameArgument         = argument{"user_name", []string{"HW_USER_NAME", "OS_USERNAME"}}
	userIDArgument           = argument{"user_id", []string{"HW_USER_ID", "OS_USER_ID"}}
	passwordArgument         = argument{"password", []string{"HW_USER_PASSWORD", "OS_PASSWORD"}}
	passcodeArgument         = argument{"passcode", []string{"OS_PASSCODE"}}
	domainNameArgument       = argument{"domain_name", []string{"HW_DOMAIN_NAME", "OS_DOMAIN_NAME", "OS_USER_DOMAIN_NAME", "OS_PROJECT_DOMAIN_NAME"}}
	domainIDArgument         = argument{"domain_id", []string{"HW_DOMAIN_ID", "OS_DOMAIN_ID", "OS_USER_DOMAIN_ID", "OS_PROJECT_DOMAIN_ID"}}
	sharedConfigFileArgument = argument{"shared_config_file", []string{"HW_SHARED_CONFIG_FILE"}}
	profileArgument          = argument{"profile", []string{"HW_PROFILE"}}

	agencyNameArgument       = argument{"agency_name", []string{"OS_AGENCY_NAME"}}
	agencyDomainNameArgument = argument{"agency_domain_name", []string{"OS_AGENCY_DOMAIN_NAME"}}
	delegatedProjectArgument = argument{"delegated_project", []string{"OS_DELEGATED_PROJECT"}}
	// OS_CLOUD is left out: in OpenStack's tools it names an entry of clouds.yaml, not a domain.
	cloudArgument      = argument{"cloud", []string{"HW_CLOUD"}}
	authURLArgument    = argument{"auth_url", []string{"HW_AUTH_URL", "OS_AUTH_URL"}}
	insecureArgument   = argument{"insecure", []string{"HW_INSECURE", "OS_INSECURE"}}
	cacertFileArgument = argument{"cacert_file", []string{"OS_CACERT"}}
	certFileArgument   = argument{"cert_file", []string{"OS_CERT"}}
	keyFileArgument    = argument{"key_file", []string{"OS_KEY"}}
	maxRetriesArgument = argument{"max_retries", []string{"HW_MAX_RETRIES"}}
)

// defaultMaxRetries is the vendor's own provider's.
const defaultMaxRetries = 5

// documented names the variables, for the argument's description.
func (s argument) documented() string {
	return " Environment: `" + strings.Join(s.variables, "`, `") + "`."
}

// String names the argument and its variables, for errors.
func (s argument) String() string {
	return fmt.Sprintf("%q (or the environment variable %s)", s.name, strings.Join(s.variables, " or "))
}

// lookupEnv is os.LookupEnv, or a test's own environment.
type lookupEnv func(name string) (value string, set bool)

// fromEnvironment is the first variable that holds something, or "".
func (s argument) fromEnvironment(env lookupEnv) string {
	for _, variable := range s.variables {
		if value, _ := env(variable); value != "" {
			return value
		}
	}
	return ""
}

// family is the argument with those of its variables that begin alike.
func (s argument) family(prefix string) argument {
	others := func(variable string) bool { return !strings.HasPrefix(variable, prefix) }
	return argument{s.name, slices.DeleteFunc(slices.Clone(s.variables), others)}
}

// Arguments is the provider block.
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
	Endpoints     types.Map    `tfsdk:"endpoints"`
	Insecure      types.Bool   `tfsdk:"insecure"`
	CACertFile    types.String `tfsdk:"cacert_file"`
	CertFile      types.String `tfsdk:"cert_file"`
	KeyFile       types.String `tfsdk:"key_file"`
	MaxRetries    types.Int64  `tfsdk:"max_retries"`
	Preflight     types.Bool   `tfsdk:"preflight"`

	RequestsPerMinute types.Map `tfsdk:"requests_per_minute"`

	SharedConfigFile types.String `tfsdk:"shared_config_file"`
	Profile          types.String `tfsdk:"profile"`

	AgencyName         types.String             `tfsdk:"agency_name"`
	AgencyDomainName   types.String             `tfsdk:"agency_domain_name"`
	DelegatedProject   types.String             `tfsdk:"delegated_project"`
	AssumeRole         []roleArguments          `tfsdk:"assume_role"`
	AssumeRoleWithOIDC []federatedRoleArguments `tfsdk:"assume_role_with_oidc"` // one at most
}

// ClientConfig joins the arguments, the environment and the defaults. An argument wins over its variables; an argument
// that is "" counts as absent, as in the vendor's own provider. It calls nothing, and reads nothing but env and the files
// that it is told of.
func (a Arguments) ClientConfig(ctx context.Context, env lookupEnv) (client.Config, diag.Diagnostics) {
	var diags diag.Diagnostics
	text := func(argument types.String, s argument) string {
		if value := argument.ValueString(); value != "" {
			return value
		}
		return s.fromEnvironment(env)
	}
	config := client.Config{
		Region:  text(a.Region, regionArgument),
		Cloud:   text(a.Cloud, cloudArgument),
		AuthURL: text(a.AuthURL, authURLArgument),
	}
	config.ProjectID, config.ProjectName = either(a.ProjectID, projectIDArgument, a.ProjectName, projectNameArgument, env, &diags)
	a.addCredentials(&config, env, &diags)
	a.addRoles(&config, env, &diags)
	if config.Region == "" {
		diags.AddAttributeError(path.Root("region"), "No region",
			fmt.Sprintf("Set %s, such as \"eu-west-101\".", regionArgument))
	}
	config.Endpoints = a.endpoints(ctx, &diags)
	warnInClear(path.Root("auth_url"), config.AuthURL, &diags)
	config.Insecure = a.insecure(env, &diags)
	config.RootCAs = rootCAs(text(a.CACertFile, cacertFileArgument), &diags)
	config.Certificate = certificate(text(a.CertFile, certFileArgument), text(a.KeyFile, keyFileArgument), &diags)
	config.MaxRetries = a.maxRetries(env, &diags)
	config.RequestsPerMinute = a.requestsPerMinute(ctx, &diags)
	return config, diags
}

// either is the id of something or else its name. The block wins over the environment as a whole, as it does for credentials,
// and the vendor's own variables (HW_*) over those that other tools read (OS_*); within each, the id wins.
func either(id types.String, idArgument argument, name types.String, nameArgument argument, env lookupEnv, diags *diag.Diagnostics) (theID, theName string) {
	theID, theName = id.ValueString(), name.ValueString()
	if theID != "" && theName != "" {
		diags.AddAttributeError(path.Root(nameArgument.name), "Two names for one thing",
			fmt.Sprintf("The provider block has %q as well as %q. Keep one of the two.", idArgument.name, nameArgument.name))
	}
	for _, family := range []string{"HW_", "OS_"} {
		if theID != "" || theName != "" {
			break
		}
		if theID = idArgument.family(family).fromEnvironment(env); theID == "" {
			theName = nameArgument.family(family).fromEnvironment(env)
		}
	}
	return theID, theName
}

var services = []string{"dds", "dws", "iam", "metadata", "rds", "sts"}

func (a Arguments) endpoints(ctx context.Context, diags *diag.Diagnostics) map[string]string {
	endpoints := map[string]string{}
	if a.Endpoints.IsNull() {
		return endpoints
	}
	diags.Append(a.Endpoints.ElementsAs(ctx, &endpoints, false)...)
	for service, address := range endpoints {
		at := path.Root("endpoints").AtMapKey(service)
		if !slices.Contains(services, service) {
			diags.AddAttributeError(at, "Unknown service", fmt.Sprintf("%q is not one of the services %s.", service, strings.Join(services, ", ")))
		} else if address == "" {
			diags.AddAttributeError(at, "Empty endpoint", "Give the address of the service, or leave the key out for the usual one.")
		} else if service != "metadata" { // which is this machine's own
			warnInClear(at, address, diags)
		}
	}
	return endpoints
}

// requestsPerMinute is empty where nothing is said: then the client's own numbers count.
func (a Arguments) requestsPerMinute(ctx context.Context, diags *diag.Diagnostics) map[string]int {
	configured := map[string]int64{}
	if !a.RequestsPerMinute.IsNull() {
		diags.Append(a.RequestsPerMinute.ElementsAs(ctx, &configured, false)...)
	}
	budgets := map[string]int{}
	for service, perMinute := range configured {
		if _, restores := client.DefaultRequestsPerMinute[service]; !restores || perMinute < client.FewestRequestsPerMinute || perMinute > 60000 {
			diags.AddAttributeError(path.Root("requests_per_minute").AtMapKey(service), "Not a number of requests",
				fmt.Sprintf("%d requests a minute to %q: the services are rds, dds and dws, and each needs from %d to 60000.", perMinute, service, client.FewestRequestsPerMinute))
		}
		budgets[service] = int(perMinute)
	}
	return budgets
}

func (a Arguments) maxRetries(env lookupEnv, diags *diag.Diagnostics) int {
	retries := int64(defaultMaxRetries)
	if !a.MaxRetries.IsNull() {
		retries = a.MaxRetries.ValueInt64()
	} else if text := maxRetriesArgument.fromEnvironment(env); text != "" {
		var err error
		if retries, err = strconv.ParseInt(text, 10, 32); err != nil {
			retries = -1
		}
	}
	if retries < 0 || retries > 100 {
		diags.AddAttributeError(path.Root("max_retries"), "Not a number of retries", fmt.Sprintf("%s must be a number from 0 to 100.", maxRetriesArgument))
	}
	return int(retries)
}
