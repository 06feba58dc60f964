// SPDX-License-Identifier: MPL-2.0

package lookup

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
	"terraform-provider-x/internal/provider/validators"
)

// Provider is what a configured provider gives to its data sources.
type Provider struct {
	Client *client.Client // nil while the provider's own arguments are unknown
	Cache  *Cache
}

// Model is the model of one data source: a pointer to a struct that embeds RegionArgument.
type Model interface {
	// Name is the data source's name without the provider's.
	Name() string
	Description() string
	// Attributes are all but region, which every data source has.
	Attributes() map[string]schema.Attribute
	// Read fills in the attributes; all arguments are known. A list without entries is empty, not null.
	Read(ctx context.Context, look Region) diag.Diagnostics
}

// RegionArgument is the argument that all data sources have.
type RegionArgument struct {
	Region types.String `tfsdk:"region"`
}

// dataSource is what all data sources share.
type dataSource struct {
	newModel func() Model
	provider *Provider // nil until configured
}

var _ datasource.DataSourceWithConfigure = &dataSource{}

// NewDataSource returns the data source of a model.
func NewDataSource(newModel func() Model) datasource.DataSource {
	return &dataSource{newModel: newModel}
}

func (d *dataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + d.newModel().Name()
}

func (d *dataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	m := d.newModel()
	resp.Schema = schema.Schema{MarkdownDescription: m.Description(), Attributes: m.Attributes()}
	resp.Schema.Attributes["region"] = schema.StringAttribute{
		Optional: true, Computed: true, Validators: []validator.String{validators.Region},
		MarkdownDescription: "The region to query. Defaults to the provider's region.",
	}
}

func (d *dataSource) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	if provider, ok := req.ProviderData.(*Provider); ok {
		d.provider = provider
	}
}

func (d *dataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	m := d.newModel()
	resp.Diagnostics.Append(req.Config.Get(ctx, m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if d.provider == nil || d.provider.Client == nil {
		resp.Diagnostics.Append(ErrorNotConfigured())
		return
	}
	var region types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("region"), &region)...)
	c, err := d.provider.Client.ForRegion(region.ValueString())
	if err != nil {
		resp.Diagnostics.Append(ErrorRegion(err))
		return
	}
	resp.Diagnostics.Append(m.Read(ctx, In(c, d.provider.Cache))...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("region"), c.Region())...)
	}
}

// RestorableAt is the moment that restore_time means. Newest looks up the latest moment; nothing is the message if
// there is none.
func RestorableAt(ctx context.Context, look Region, value pointintime.Value,
	newest func() (time.Time, bool, error), nothing string) (time.Time, diag.Diagnostics) {
	if at, explicit := value.Moment(); explicit {
		return at, nil
	}
	at, found, err := newest()
	switch {
	case err != nil:
		return at, diag.Diagnostics{Error(ctx, look, path.Root("instance_id"), err)}
	case !found:
		return at, diag.Diagnostics{errorNothingToRestore(nothing)}
	}
	return at, nil
}

// RestoreTimeError is Error for a question about a moment. If the service rejects that moment, it adds the nearest
// others: windows looks them up, and advice words them.
func RestoreTimeError(ctx context.Context, look Region, q TimeQuestion, err error) diag.Diagnostic {
	if isRejection(err) {
		if known, lookup := q.Windows(); lookup == nil && !Within(known, q.At) {
			return errorNotRestorable(err, q.At, q.InstanceID, q.Advice(known, q.At))
		}
	}
	return Error(ctx, look, path.Root("instance_id"), err)
}

// TimeQuestion is a question about a moment of an instance.
type TimeQuestion struct {
	InstanceID string
	At         time.Time
	Windows    func() ([]client.Window, error)
	Advice     func([]client.Window, time.Time) string
}
