// SPDX-License-Identifier: MPL-2.0

// Package provider registers the resources, actions, data sources and functions, configures them, and serves them to a CLI
// (server.go). Its tests drive a real CLI. What a restore is lives in restore/ and the packages of the services; nothing
// imports this package but main.go.
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
	"terraform-provider-x/internal/provider/dds"
	"terraform-provider-x/internal/provider/dws"
	"terraform-provider-x/internal/provider/login"
	"terraform-provider-x/internal/provider/lookup"
	"terraform-provider-x/internal/provider/rds"
	"terraform-provider-x/internal/provider/restore"
)

// Address is where the CLI looks for this provider: registry.terraform.io/NAMESPACE/TYPE.
const Address = "registry.terraform.io/x-restore/x"

// restores are the models of all restores: each is a resource and an action.
var restores = []func() restore.Model{
	rds.NewPgTablePITR,
	dds.NewCollectionRestore,
	dws.NewTableRestore,
}

// dataSources are the models of all data sources.
var dataSources = []func() lookup.Model{
	rds.NewPgRestoreWindows,
	rds.NewPgRestorableTables,
	dds.NewRestoreWindows,
	dds.NewRestorableCollections,
	dws.NewSnapshots,
	restore.NewJobDataSource,
}

var (
	_ provider.ProviderWithFunctions = &restoreProvider{}
	_ provider.ProviderWithActions   = &restoreProvider{}
)

// restoreProvider implements provider.Provider.
type restoreProvider struct {
	version string
	clock   client.Clock
	types   *restore.Types
	states  *restore.States // which server.go fills
}

// newWithClock makes the provider. Tests have a clock that compresses hours of waiting into moments.
func newWithClock(version string, clock client.Clock, run restore.Run) *restoreProvider {
	types := restore.NewTypes(restores)
	return &restoreProvider{version: version, clock: clock, types: types, states: restore.NewStates(types, run)}
}

func (p *restoreProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "x"
	resp.Version = p.version
}

func (p *restoreProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = login.Schema()
}

func (p *restoreProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var preflight types.Bool
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("preflight"), &preflight)...)
	source := lookup.Provider{Cache: lookup.NewCache(p.clock)}
	// An unknown argument comes from a resource that is not there yet. What is planned now cannot be looked up; what is applied
	// later comes with the argument known.
	if req.Config.Raw.IsFullyKnown() {
		source.Client = p.newClient(ctx, req, resp)
	}
	p.states.Reset()
	shared := restore.NewProvider(source, p.states, preflight.IsNull() || preflight.ValueBool())
	resp.ResourceData, resp.ActionData, resp.DataSourceData = shared, shared, &source
}

// newClient returns nil if the diagnostics have an error.
func (p *restoreProvider) newClient(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) *client.Client {
	var arguments login.Arguments
	resp.Diagnostics.Append(req.Config.Get(ctx, &arguments)...)
	if resp.Diagnostics.HasError() {
		return nil
	}
	config, diags := arguments.ClientConfig(ctx, os.LookupEnv)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return nil
	}
	config.Clock = p.clock
	config.UserAgent = "terraform-provider-x/" + p.version + " (Terraform " + req.TerraformVersion + ")"
	config.Log = func(ctx context.Context, message string, fields map[string]any) { tflog.Debug(ctx, message, fields) }
	c, err := client.New(config)
	if err != nil {
		resp.Diagnostics.Append(errorClient(err))
		return nil
	}
	return c
}

func (p *restoreProvider) Resources(context.Context) []func() resource.Resource {
	var all []func() resource.Resource
	for _, newModel := range restores {
		all = append(all, func() resource.Resource { return restore.NewResource(newModel, p.clock) })
	}
	return all
}

func (p *restoreProvider) Actions(context.Context) []func() action.Action {
	var all []func() action.Action
	for _, newModel := range restores {
		all = append(all, func() action.Action { return restore.NewAction(newModel, p.clock) })
	}
	return all
}

func (p *restoreProvider) DataSources(context.Context) []func() datasource.DataSource {
	var all []func() datasource.DataSource
	for _, newModel := range dataSources {
		all = append(all, func() datasource.DataSource { return lookup.NewDataSource(newModel) })
	}
	return all
}

func (p *restoreProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{
		func() function.Function { return epochMSFunction{} },
		func() function.Function { return rfc3339Function{} },
		rds.NewRestoredName,
	}
}
