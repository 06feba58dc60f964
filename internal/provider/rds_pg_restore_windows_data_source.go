// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// rdsPgRestoreWindows lists when an instance can be restored to (RDS API reference, "Querying the Restoration Time Range").
var rdsPgRestoreWindows = dataSourceSpec[rdsPgRestoreWindowsModel]{
	name:  "rds_pg_restore_windows",
	about: "Lists the spans of time to which an RDS for PostgreSQL instance can be restored.",
	attributes: func() map[string]schema.Attribute {
		return windowsAttributes(map[string]schema.Attribute{
			"instance_id": instanceAttribute(),
			"date": schema.StringAttribute{
				Optional: true, Validators: []validator.String{dateValidator{}},
				MarkdownDescription: "A day in UTC, `yyyy-mm-dd`, to list the windows of. By default all days. Whether a window that goes on beyond the day is cut is the service's own affair.",
			},
		})
	},
	region: func(m *rdsPgRestoreWindowsModel) *types.String { return &m.Region },
	read: func(ctx context.Context, look lookups, m *rdsPgRestoreWindowsModel) diag.Diagnostics {
		windows, err := look.rdsWindows(ctx, m.InstanceID.ValueString(), m.Date.ValueString())
		if err != nil {
			return diag.Diagnostics{errorLookup(ctx, look, path.Root("instance_id"), err)}
		}
		m.windowsModel = windowsOf(windows)
		return nil
	},
}

type rdsPgRestoreWindowsModel struct {
	windowsModel
	Region     types.String `tfsdk:"region"`
	InstanceID types.String `tfsdk:"instance_id"`
	Date       types.String `tfsdk:"date"`
}

// dateValidator refuses what is not a day.
type dateValidator struct{}

func (dateValidator) Description(context.Context) string { return "a date, yyyy-mm-dd" }

func (v dateValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (dateValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := time.Parse(time.DateOnly, req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Not a date",
			fmt.Sprintf("%s is %q. Write a day of the calendar as yyyy-mm-dd, such as 2023-07-05.", req.Path, req.ConfigValue.ValueString()))
	}
}
