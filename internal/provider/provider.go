// SPDX-License-Identifier: MPL-2.0

// Package provider is Terraform's side of the restores: schemas, plans, the lifecycle that all restores share, and every
// word a person reads. What goes over the wire, and how often, is internal/client's.
package provider

import (
	"context"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"terraform-provider-x/internal/client"
)

// Address is where the CLI looks for this provider: registry.terraform.io/NAMESPACE/TYPE.
const Address = "registry.terraform.io/x-restore/x"

var (
	_ provider.ProviderWithFunctions = &restoreProvider{}
	_ provider.ProviderWithActions   = &restoreProvider{}
)

// restoreProvider implements provider.Provider.
type restoreProvider struct {
	version string
	clock   client.Clock
}

// providerData is what a configured provider hands to its resources.
type providerData struct {
	client    *client.Client // nil while the provider's own arguments are unknown
	memory    *restoreMemory
	lookups   *lookupMemory
	preflight bool // unless a resource says otherwise
}

// New makes the provider as it is released.
func New(version string) func() provider.Provider {
	return newWithClock(version, client.SystemClock)
}

// newWithClock exists for tests, which compress hours of waiting into moments.
func newWithClock(version string, clock client.Clock) func() provider.Provider {
	return func() provider.Provider { return &restoreProvider{version: version, clock: clock} }
}

func (p *restoreProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "x"
	resp.Version = p.version
}

func (p *restoreProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	secret := func(argument setting, description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, Sensitive: true, MarkdownDescription: description + argument.documented()}
	}
	text := func(argument setting, description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description + argument.documented()}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Runs table and collection restores of RDS for PostgreSQL, DDS and DWS, on Huawei Cloud and Open Telekom Cloud.",
		Attributes: map[string]schema.Attribute{
			"region":         text(regionSetting, "The region whose services are called, such as `eu-west-101`. A resource may name another."),
			"project_id":     text(projectIDSetting, "The id of the project in `region`. Without it, the project is looked up in IAM by its name, once, when a resource first needs it."),
			"project_name":   text(projectNameSetting, "The name of the project in `region`, such as `eu-de_team`, where `project_id` is not given. By default the name of the region. A resource in another region is in the project that is named like that region."),
			"access_key":     secret(accessKeySetting, "The access key (AK) that requests are signed with."),
			"secret_key":     secret(secretKeySetting, "The secret key (SK) that belongs to `access_key`. It is never sent."),
			"security_token": secret(securityTokenSetting, "The security token that belongs to a temporary `access_key`."),
			"auth_token":     secret(authTokenSetting, "An IAM token, sent instead of signing with `access_key` and `secret_key`. It is not renewed: for restores that outlive it, use a key or a password."),
			"user_name":      text(userNameSetting, "The name of the user who logs in with `password`. It needs a domain."),
			"user_id":        text(userIDSetting, "The id of that user, instead of the name. It needs no domain."),
			"password":       secret(passwordSetting, "The password of `user_name` or `user_id`. IAM gives a token for it, in the project of `region`, which is renewed while a restore is waited for. A password that is refused is not tried again."),
			"domain_name":    text(domainNameSetting, "The name of the domain (account) of `user_name`."),
			"domain_id":      text(domainIDSetting, "The id of that domain, instead of the name."),
			"cloud":          text(cloudSetting, "The domain of the cloud, such as `otc.t-systems.com`. By default `myhuaweicloud.eu` for regions that start with `eu-west-1`, `myhuaweicloud.cn` for DWS in `ap-southeast-4`, `cn-east-4`, `cn-north-12`, `cn-south-4` and `tr-west-1`, else `myhuaweicloud.com`."),
			"auth_url":       text(authURLSetting, "The address of IAM. By default `https://iam.REGION.CLOUD`."),
			"endpoints": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Addresses of services, for those that differ from `https://SERVICE.REGION.CLOUD`. The keys are `iam`, `rds`, `dds` and `dws`; `https://` is added where it is missing.",
			},
			"insecure": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Whether to leave the services' certificates unverified. Anyone on the way can then read and change what is restored, which is why it is warned of." + insecureSetting.documented(),
			},
			"cacert_file": text(cacertFileSetting, "A file in the form PEM with the certificates of the authorities that may vouch for the services, instead of those that the system trusts."),
			"cert_file":   text(certFileSetting, "A file in the form PEM with the certificate that is shown to services, or to a gateway before them, that ask for one."),
			"key_file":    text(keyFileSetting, "A file in the form PEM with the private key that belongs to `cert_file`, not encrypted."),
			"max_retries": schema.Int64Attribute{
				Optional: true,
				MarkdownDescription: "How often a call is sent again after its first attempt failed, where that is safe. By default 5. " +
					"A restore call is never sent again once it may have been accepted." + maxRetriesSetting.documented(),
			},
			"preflight": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether to look up before each restore, in the plan and just before it starts, what the service would refuse: whether instance, point in time and names are there. " +
					"By default `true`. A look-up that the credentials do not allow is a warning. A resource may say otherwise.",
			},
		},
	}
}

func (p *restoreProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var arguments providerArguments
	resp.Diagnostics.Append(req.Config.Get(ctx, &arguments)...)
	if resp.Diagnostics.HasError() {
		return
	}
	data := &providerData{memory: newRestoreMemory(), lookups: newLookupMemory(p.clock), preflight: arguments.Preflight.IsNull() || arguments.Preflight.ValueBool()}
	resp.ResourceData, resp.DataSourceData, resp.ActionData = data, data, data
	if !req.Config.Raw.IsFullyKnown() {
		// An argument comes from a resource that is not there yet. What is planned now cannot be looked up; what is
		// applied later comes with the argument known.
		return
	}
	config, diags := arguments.clientConfig(ctx, os.LookupEnv)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	config.Clock = p.clock
	config.UserAgent = "terraform-provider-x/" + p.version + " (Terraform " + req.TerraformVersion + ")"
	config.Log = func(ctx context.Context, message string, fields map[string]any) { tflog.Debug(ctx, message, fields) }
	var err error
	data.client, err = client.New(config)
	if err != nil {
		resp.Diagnostics.AddError("The provider's arguments do not make a client", err.Error())
	}
}

func (p *restoreProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		func() resource.Resource { return newRestoreResource(rdsPgTablePITR, p.clock) },
		func() resource.Resource { return newRestoreResource(ddsCollectionRestore, p.clock) },
		func() resource.Resource { return newRestoreResource(dwsTableRestore, p.clock) },
	}
}

func (p *restoreProvider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{
		func() action.Action { return newRestoreAction(rdsPgTablePITR, p.clock) },
		func() action.Action { return newRestoreAction(ddsCollectionRestore, p.clock) },
		func() action.Action { return newRestoreAction(dwsTableRestore, p.clock) },
	}
}

func (p *restoreProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{
		func() function.Function { return epochMSFunction{} },
		func() function.Function { return rfc3339Function{} },
		func() function.Function { return restoredNameFunction{} },
	}
}

func (p *restoreProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		func() datasource.DataSource { return newDataSource(rdsPgRestoreWindows) },
		func() datasource.DataSource { return newDataSource(rdsPgRestorableTables) },
		func() datasource.DataSource { return newDataSource(ddsRestoreWindows) },
		func() datasource.DataSource { return newDataSource(ddsRestorableCollections) },
		func() datasource.DataSource { return newDataSource(dwsSnapshots) },
		func() datasource.DataSource { return newDataSource(restoreJob) },
	}
}
