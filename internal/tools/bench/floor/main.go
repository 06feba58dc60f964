// SPDX-License-Identifier: MPL-2.0

// Floor is the smallest provider that the plugin framework lets anyone build: one resource with one text, which it
// keeps in the state. The benchmark beside it runs it to tell what the framework, the plugin protocol and the command
// line cost by themselves. It restores nothing and is released to nobody.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
)

// address is where a command line looks for it; the benchmark overrides it with a directory.
const address = "registry.terraform.io/x-restore/floor"

func main() {
	newProvider := func() provider.Provider { return floorProvider{} }
	if err := providerserver.Serve(context.Background(), newProvider,
		providerserver.ServeOpts{Address: address}); err != nil {
		log.Fatal(err)
	}
}

type floorProvider struct{}

func (floorProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "floor"
}

func (floorProvider) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (floorProvider) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}

func (floorProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (floorProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return textResource{} }}
}

// textResource does nothing: what is planned is the state.
type textResource struct{}

func (textResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "floor_text"
}

func (textResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{"value": schema.StringAttribute{Required: true}}}
}

func (textResource) Create(_ context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	resp.State.Raw = req.Plan.Raw
}

func (textResource) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

func (textResource) Update(_ context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.State.Raw = req.Plan.Raw
}

func (textResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}
