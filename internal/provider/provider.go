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
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
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

func (p *restoreProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var preflight types.Bool
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("preflight"), &preflight)...)
	data := &providerData{memory: newRestoreMemory(), lookups: newLookupMemory(p.clock), preflight: preflight.IsNull() || preflight.ValueBool()}
	resp.ResourceData, resp.DataSourceData, resp.ActionData = data, data, data
	if !req.Config.Raw.IsFullyKnown() {
		// An argument comes from a resource that is not there yet. What is planned now cannot be looked up; what is
		// applied later comes with the argument known.
		return
	}
	var arguments providerArguments
	resp.Diagnostics.Append(req.Config.Get(ctx, &arguments)...)
	if resp.Diagnostics.HasError() {
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
