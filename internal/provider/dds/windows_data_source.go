// SPDX-License-Identifier: MPL-2.0

package dds

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
	"terraform-provider-x/internal/provider/lookup"
)

// windowsDataSource lists the time ranges that an instance can be restored to (DDS API reference, "Querying the
// Restoration Time Ranges").
type windowsDataSource struct {
	lookup.RegionArgument
	lookup.Windows
	InstanceID types.String      `tfsdk:"instance_id"`
	From       pointintime.Value `tfsdk:"from"`
	To         pointintime.Value `tfsdk:"to"`
}

// windowDays is the longest range of a data source, at one call a day. A month is more than any overview needs.
const windowDays = 31

const utcDay = 24 * time.Hour // every day of UTC is as long

// NewRestoreWindows returns the model of x_dds_restore_windows.
func NewRestoreWindows() lookup.Model { return &windowsDataSource{} }

func (*windowsDataSource) Name() string { return "dds_restore_windows" }

func (*windowsDataSource) Description() string {
	return "Lists the time ranges that a DDS instance can be restored to. " +
		"It makes one call for each UTC day of the range, and joins windows that continue on the next day. " +
		"Several windows a day are usual."
}

func (*windowsDataSource) Attributes() map[string]schema.Attribute {
	bound := func(description string) schema.Attribute {
		return schema.StringAttribute{
			Optional: true, CustomType: pointintime.Type{}, Validators: []validator.String{fixedTime{}},
			MarkdownDescription: description,
		}
	}
	return lookup.WindowsAttributes(map[string]schema.Attribute{
		"instance_id": lookup.InstanceAttribute(),
		"from": bound(
			"The start of the range: RFC 3339 with any offset, or epoch milliseconds. Defaults to seven days before `to`. " +
				fmt.Sprintf("The range may span up to %d UTC days.", windowDays),
		),
		"to": bound(
			"The end of the range, in the same forms. Defaults to now. A window that overlaps the range is listed in full, " +
				"but not beyond the days of the range.",
		),
	})
}

func (m *windowsDataSource) Read(ctx context.Context, look lookup.Region) diag.Diagnostics {
	from, to, diags := m.bounds(look.Now())
	if diags.HasError() {
		return diags
	}
	var windows []client.Window
	for date := from.Truncate(utcDay); !date.After(to); date = date.Add(utcDay) {
		ofDay, err := restoreWindows(ctx, look, m.InstanceID.ValueString(), date)
		if err != nil {
			return diag.Diagnostics{lookup.Error(ctx, look, path.Root("instance_id"), err)}
		}
		windows = append(windows, ofDay...)
	}
	if m.To.IsNull() { // the service's clock may be ahead
		to = to.Add(client.ClockSkew)
	}
	m.Windows = lookup.NewWindows(slices.DeleteFunc(joined(windows), func(w client.Window) bool {
		return w.End.Before(from) || w.Start.After(to)
	}))
	return nil
}

// bounds are the ends of the range.
func (m *windowsDataSource) bounds(now time.Time) (from, to time.Time, diags diag.Diagnostics) {
	to, ends := m.To.Moment()
	if !ends {
		to = now.UTC()
	}
	from, begins := m.From.Moment()
	if !begins {
		from = to.Add(-7 * utcDay)
	}
	if from.After(to) {
		diags.Append(errorRangeOrder(from, to))
	} else if days := int(to.Truncate(utcDay).Sub(from.Truncate(utcDay))/utcDay) + 1; days > windowDays {
		diags.Append(errorRangeTooLong(from, to, days))
	}
	return from, to, diags
}

// joined joins the windows that the service cuts at midnight, or lists for both days.
func joined(windows []client.Window) []client.Window {
	windows = slices.SortedFunc(slices.Values(windows), func(a, b client.Window) int {
		return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End))
	})
	var all []client.Window
	for _, w := range windows {
		if last := len(all) - 1; last >= 0 && goesOn(all[last], w) {
			if w.End.After(all[last].End) {
				all[last].End = w.End
			}
			continue
		}
		all = append(all, w)
	}
	return all
}

// goesOn reports whether no moment lies between a window and the next one. The next one starts within the window or a
// millisecond later, the service's precision. Or it starts at midnight and the window reaches the last second before:
// in the API reference's example, a window that continues on the next day ends at 23:59:59.
func goesOn(window, next client.Window) bool {
	gap := time.Millisecond
	if next.Start.Equal(next.Start.Truncate(utcDay)) {
		gap = time.Second
	}
	return !next.Start.After(window.End.Add(gap))
}

// fixedTime rejects "latest" for an argument in which it has no meaning.
type fixedTime struct{}

func (fixedTime) Description(context.Context) string { return "a point in time that is written out" }

func (v fixedTime) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (fixedTime) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.ValueString() == pointintime.Latest {
		resp.Diagnostics.Append(errorLatestBound(req.Path))
	}
}
