// SPDX-License-Identifier: MPL-2.0

package login

import "github.com/hashicorp/terraform-plugin-framework/types"

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
	MaxRetries    types.Number `tfsdk:"max_retries"`
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
	Duration   types.Number `tfsdk:"duration"`
}

// federatedRoleArguments is the model of the block assume_role_with_oidc.
type federatedRoleArguments struct {
	AgencyName  types.String `tfsdk:"agency_name"`
	DomainName  types.String `tfsdk:"domain_name"`
	DomainID    types.String `tfsdk:"domain_id"`
	Duration    types.Number `tfsdk:"duration"`
	IdPID       types.String `tfsdk:"idp_id"`
	IDToken     types.String `tfsdk:"id_token"`
	IDTokenFile types.String `tfsdk:"id_token_file"`
}

func (f federatedRoleArguments) role() roleArguments {
	return roleArguments{f.AgencyName, f.DomainName, f.DomainID, f.Duration}
}
