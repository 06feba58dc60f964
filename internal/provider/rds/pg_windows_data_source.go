// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/provider/lookup"
	"terraform-provider-x/internal/provider/validators"
)

// pgRestoreWindows lists when an instance can be restored to (RDS API reference, "Querying the Restoration Time
// Range").
type pgRestoreWindows struct {
	lookup.RegionArgument
	lookup.Windows
	InstanceID types.String `tfsdk:"instance_id"`
	Date       types.String `tfsdk:"date"`
}

// NewPgRestoreWindows returns the model of x_rds_pg_restore_windows.
func NewPgRestoreWindows() lookup.Model { return &pgRestoreWindows{} }

func (*pgRestoreWindows) Name() string { return "rds_pg_restore_windows" }

func (*pgRestoreWindows) Description() string {
	return "Lists the time ranges that an RDS for PostgreSQL instance can be restored to."
}

func (*pgRestoreWindows) Attributes() map[string]schema.Attribute {
	return lookup.WindowsAttributes(map[string]schema.Attribute{
		"instance_id": lookup.InstanceAttribute(),
		"date": schema.StringAttribute{
			Optional: true, Validators: []validator.String{validators.Date{}},
			MarkdownDescription: "The day in UTC, `yyyy-mm-dd`, to list the windows of. By default all days are listed. " +
				"The service decides whether it cuts a window that continues beyond the day.",
		},
	})
}

func (m *pgRestoreWindows) Read(ctx context.Context, look lookup.Region) diag.Diagnostics {
	windows, err := restoreWindows(ctx, look, m.InstanceID.ValueString(), m.Date.ValueString())
	if err != nil {
		return diag.Diagnostics{lookup.Error(ctx, look, path.Root("instance_id"), err)}
	}
	m.Windows = lookup.NewWindows(windows)
	return nil
}
