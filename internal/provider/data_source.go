// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
)

// dataSourceSpec is what makes one data source different from another. M is its model.
type dataSourceSpec[M any] struct {
	name       string // the type's name without the provider's
	about      string
	attributes func() map[string]schema.Attribute // without region, which all have
	region     func(*M) *types.String
	// read answers what is configured, all of which is known. Lists that hold nothing are empty, not null.
	read func(context.Context, lookups, *M) diag.Diagnostics
}

// dataSource is what all data sources share: they look up, and change nothing.
type dataSource[M any] struct {
	dataSourceSpec[M]
	data *providerData // nil until configured
}

var _ datasource.DataSourceWithConfigure = &dataSource[struct{}]{}

func newDataSource[M any](spec dataSourceSpec[M]) datasource.DataSource {
	return &dataSource[M]{dataSourceSpec: spec}
}

func (d *dataSource[M]) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + d.name
}

func (d *dataSource[M]) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{MarkdownDescription: d.about, Attributes: d.attributes()}
	resp.Schema.Attributes["region"] = schema.StringAttribute{
		Optional: true, Computed: true, Validators: []validator.String{anyName},
		MarkdownDescription: "The region that is asked. By default the provider's.",
	}
}

func (d *dataSource[M]) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	if data, ok := req.ProviderData.(*providerData); ok {
		d.data = data
	}
}

func (d *dataSource[M]) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m M
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if d.data == nil || d.data.client == nil {
		resp.Diagnostics.Append(errorNotConfigured())
		return
	}
	region := d.region(&m)
	c, err := d.data.client.ForRegion(region.ValueString())
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("region"), "The region cannot be used", err.Error())
		return
	}
	*region = types.StringValue(c.Region())
	resp.Diagnostics.Append(d.read(ctx, lookups{c, d.data.lookups}, &m)...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
	}
}

// errorLookup says why a look-up has no answer, in the client's words, and what to do next. A data source that cannot answer
// fails; at is what it was asked about.
func errorLookup(ctx context.Context, look lookups, at path.Path, err error) diag.Diagnostic {
	say := func(summary, next string, arguments ...any) diag.Diagnostic {
		return diag.NewAttributeErrorDiagnostic(at, summary, err.Error()+"\n"+fmt.Sprintf(next, arguments...))
	}
	var answered *client.APIError
	switch {
	case ctx.Err() != nil:
		return say("The look-up was cancelled", "Run the same again.")
	case client.IsNotFound(err):
		return say("Not found", "It was looked for in region %s, in the project of these credentials. Check the id, the region and the project, and that the credentials may look it up.", look.client.Region())
	case client.IsLoginRefused(err):
		return say(loginRefused, "%s", insteadOfLogin(err))
	case errors.As(err, new(*client.ReplyError)):
		return say("A look-up was answered with what cannot be read", "Try again. If the answer stays the same, check that the provider's endpoint is the service's own.")
	case errors.As(err, new(*client.ProjectError)):
		return say(noProject, insteadOfNoProject)
	case !errors.As(err, &answered):
		return say("The look-up failed", "Check the id, and whether the service's address can be reached from here; then try again.")
	case client.IsForbidden(err):
		return say("The look-up is not allowed", "Give the credentials' user or agency the permission to make this query, or use others.")
	case client.IsNotOnOTC(err):
		return say(notOnOTC, insteadOnOTC)
	case isUnavailable(answered):
		return say("The service could not answer", "Try again later. Should the answer stay the same, region %s may not offer this query.", look.client.Region())
	default:
		return say("The look-up was refused", "Check the arguments.")
	}
}

// restorableAt is the moment that restore_time means. Latest looks the newest one up; none says what it is where there is none.
func restorableAt(ctx context.Context, look lookups, value pointintime.Value, latest func() (time.Time, bool, error), none string) (time.Time, diag.Diagnostics) {
	if at, explicit := value.Moment(); explicit {
		return at, nil
	}
	at, found, err := latest()
	switch {
	case err != nil:
		return at, diag.Diagnostics{errorLookup(ctx, look, path.Root("instance_id"), err)}
	case !found:
		return at, diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("restore_time"), "Nothing to restore from", none)}
	}
	return at, nil
}

// errorRestoreTime is errorLookup for what was asked about a moment. Where that is what the service will not have, it adds the
// nearest others: windows looks them up, advice words them.
func errorRestoreTime(ctx context.Context, look lookups, id string, at time.Time, err error,
	windows func() ([]client.Window, error), advice func([]client.Window, time.Time) string) diag.Diagnostic {
	var answered *client.APIError
	if errors.As(err, &answered) && !client.IsNotFound(err) && !client.IsForbidden(err) && !isUnavailable(answered) {
		if known, lookup := windows(); lookup == nil && !within(known, at) {
			return diag.NewAttributeErrorDiagnostic(path.Root("restore_time"), "Not a moment that can be restored",
				fmt.Sprintf("%v\nrestore_time is %s, which instance %s cannot be restored to. %s", err, pointintime.Format(at), id, advice(known, at)))
		}
	}
	return errorLookup(ctx, look, path.Root("instance_id"), err)
}

// instanceAttribute and the following are arguments that several data sources have.
func instanceAttribute() schema.Attribute {
	return schema.StringAttribute{Required: true, Validators: []validator.String{anyName}, MarkdownDescription: "The instance."}
}

func restoreTimeAttribute() schema.Attribute {
	return schema.StringAttribute{
		Required: true, CustomType: pointintime.Type{},
		MarkdownDescription: "The point in time: RFC 3339 with any offset, epoch milliseconds, or `latest`, which is the newest moment that the service offers when this is read. " +
			"A moment that cannot be restored, or no longer can, is an error.",
	}
}

func nameRegexAttribute(of string) schema.Attribute {
	return schema.StringAttribute{
		Optional: true, Validators: []validator.String{regexValidator{}},
		MarkdownDescription: "A regular expression (RE2) that matches " + of + ", at any place unless `^` and `$` bind it. What does not match is left out; where nothing does, the lists are empty.",
	}
}

// restorableAttributes say what restore_time means.
func restorableAttributes(attributes map[string]schema.Attribute) map[string]schema.Attribute {
	attributes["restorable_at"] = computedText("The moment that `restore_time` means: RFC 3339, UTC.")
	attributes["restore_time_ms"] = computedNumber("The same in epoch milliseconds.")
	return attributes
}

// copiesToo warns of what a restore at the latest moment does to the next plan.
const copiesToo = " With `latest`, the next plan finds what was restored as well, and would restore that too: leave it out with `name_regex`."

func computedText(description string) schema.Attribute {
	return schema.StringAttribute{Computed: true, MarkdownDescription: description}
}

func computedNumber(description string) schema.Attribute {
	return schema.Int64Attribute{Computed: true, MarkdownDescription: description}
}

func computedList(description string, attributes map[string]schema.Attribute) schema.Attribute {
	return schema.ListNestedAttribute{Computed: true, MarkdownDescription: description, NestedObject: schema.NestedAttributeObject{Attributes: attributes}}
}

// regexValidator refuses what nameRegex cannot read.
type regexValidator struct{}

func (regexValidator) Description(context.Context) string { return "a regular expression (RE2)" }

func (v regexValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (regexValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if !req.ConfigValue.IsUnknown() {
		_, diags := nameRegex(req.Path, req.ConfigValue)
		resp.Diagnostics.Append(diags...)
	}
}

// nameRegex is the expression at a path. Null matches every name.
func nameRegex(at path.Path, value types.String) (*regexp.Regexp, diag.Diagnostics) {
	expression, err := regexp.Compile(value.ValueString())
	if err != nil {
		return nil, diag.Diagnostics{diag.NewAttributeErrorDiagnostic(at, "Not a regular expression",
			fmt.Sprintf("%s is %q: %v. The syntax is RE2, which has no look-ahead and no back-references.", at, value.ValueString(), err))}
	}
	return expression, nil
}

// textOf, timeOf and millisecondsOf are null for what the service does not say.
func textOf(text string) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(text)
}

func timeOf(moment time.Time) types.String {
	if moment.IsZero() {
		return types.StringNull()
	}
	return types.StringValue(pointintime.Format(moment))
}

func millisecondsOf(moment time.Time) types.Int64 {
	if moment.IsZero() {
		return types.Int64Null()
	}
	return types.Int64Value(moment.UnixMilli())
}

// windowsModel is what both data sources of windows answer.
type windowsModel struct {
	Windows    []windowModel `tfsdk:"windows"`
	Earliest   types.String  `tfsdk:"earliest"`
	EarliestMS types.Int64   `tfsdk:"earliest_ms"`
	Latest     types.String  `tfsdk:"latest"`
	LatestMS   types.Int64   `tfsdk:"latest_ms"`
}

type windowModel struct {
	Start   types.String `tfsdk:"start"`
	StartMS types.Int64  `tfsdk:"start_ms"`
	End     types.String `tfsdk:"end"`
	EndMS   types.Int64  `tfsdk:"end_ms"`
}

// windowsAttributes joins a data source's own attributes with those of windowsModel.
func windowsAttributes(attributes map[string]schema.Attribute) map[string]schema.Attribute {
	attributes["windows"] = computedList("The spans of time to any moment of which can be restored, by their start.", map[string]schema.Attribute{
		"start":    computedText("The first moment: RFC 3339, UTC."),
		"start_ms": computedNumber("The first moment in epoch milliseconds."),
		"end":      computedText("The last moment: RFC 3339, UTC."),
		"end_ms":   computedNumber("The last moment in epoch milliseconds."),
	})
	attributes["earliest"] = computedText("The first moment of all windows: RFC 3339, UTC. Null without windows.")
	attributes["earliest_ms"] = computedNumber("The same in epoch milliseconds.")
	attributes["latest"] = computedText("The last moment of all windows: RFC 3339, UTC. Null without windows.")
	attributes["latest_ms"] = computedNumber("The same in epoch milliseconds.")
	return attributes
}

// windowsOf takes windows that are sorted by their start.
func windowsOf(windows []client.Window) windowsModel {
	m := windowsModel{Windows: []windowModel{}}
	for _, w := range windows {
		m.Windows = append(m.Windows, windowModel{timeOf(w.Start), millisecondsOf(w.Start), timeOf(w.End), millisecondsOf(w.End)})
	}
	var earliest time.Time
	if len(windows) > 0 {
		earliest = windows[0].Start
	}
	latest, _ := newest(windows)
	m.Earliest, m.EarliestMS, m.Latest, m.LatestMS = timeOf(earliest), millisecondsOf(earliest), timeOf(latest), millisecondsOf(latest)
	return m
}
