// SPDX-License-Identifier: MPL-2.0

package dws

import (
	"context"
	"regexp"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/provider/lookup"
	"terraform-provider-x/internal/provider/restore"
	"terraform-provider-x/internal/provider/validators"
)

// tableRestore restores tables of a DWS cluster from a snapshot (DWS API reference, "Restoring a Table").
type tableRestore struct {
	restore.Common
	SnapshotID       types.String `tfsdk:"snapshot_id"`
	Database         types.String `tfsdk:"database"`
	CaseSensitive    types.Bool   `tfsdk:"case_sensitive"`
	RestoreTableList types.List   `tfsdk:"restore_table_list"`
	TargetTableList  types.List   `tfsdk:"target_table_list"`
	AllowOverwrite   types.Bool   `tfsdk:"allow_overwrite"`

	own ownNames // of what the call names
}

type tableModel struct {
	SchemaName types.String `tfsdk:"schema_name"`
	TableName  types.String `tfsdk:"table_name"`
}

// The arguments with lists of tables.
const (
	sourceList = "restore_table_list"
	targetList = "target_table_list"
)

// targetName is the rule of the DWS user guide, "Restoring a Table".
var targetName = validators.Name{
	Maximum: validators.Identifier.Maximum,
	Pattern: regexp.MustCompile(`^[\pL_][\pL\pN_]*$`),
	Rule:    ruleTargetName,
}

// NewTableRestore returns the model of x_dws_table_restore.
func NewTableRestore() restore.Model { return &tableRestore{} }

func (*tableRestore) Type() restore.Type {
	return restore.Type{Name: "dws_table_restore", Target: "snapshot_id", Service: "dws", Overwrites: true}
}

func (m *tableRestore) TargetID() string { return m.SnapshotID.ValueString() }

// LockKey is the cluster that a snapshot belongs to and is restored into: two snapshots of one cluster share it.
func (*tableRestore) LockKey(ctx context.Context, look lookup.Region, snapshotID string) (string, error) {
	snapshot, err := snapshot(ctx, look, snapshotID)
	if err == nil && snapshot.ClusterID == "" {
		err = errNoCluster
	}
	return snapshot.ClusterID, err
}

func (*tableRestore) Schema() restore.Schema {
	name := []validator.String{validators.Identifier}
	tables := func(description string, tableName validators.Name) schema.ListNestedAttribute {
		names := validators.Names{"schema_name": validators.Identifier, "table_name": tableName}
		return schema.ListNestedAttribute{
			Required: true, MarkdownDescription: description,
			Validators: []validator.List{listvalidator.SizeAtLeast(1), names},
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"schema_name": schema.StringAttribute{Required: true, MarkdownDescription: "The schema's name."},
				"table_name":  schema.StringAttribute{Required: true, MarkdownDescription: "The table's name."},
			}},
		}
	}
	return restore.Schema{
		Description: "Restores tables of a DWS cluster from a snapshot, into the same database of the same cluster. " +
			"**The service deletes a target table that exists.** The provider allows that only with `allow_overwrite`. " +
			"The restored copy lacks comments and grants.",
		Attributes: map[string]schema.Attribute{
			"snapshot_id": schema.StringAttribute{
				Required: true, Validators: []validator.String{validators.ID},
				MarkdownDescription: "The id of the snapshot, taken with fine-grained snapshots switched on.",
			},
			"database": schema.StringAttribute{
				Required: true, Validators: name, MarkdownDescription: "The database of all the tables.",
			},
			"case_sensitive": schema.BoolAttribute{
				Required: true, MarkdownDescription: "Whether names are case-sensitive.",
			},
			sourceList: tables("The tables to restore.", validators.Identifier),
			targetList: tables("The targets of `restore_table_list`, by position. A table's name has up to 63 bytes: "+
				"a letter or an underscore, then letters, digits and underscores.", targetName),
			"allow_overwrite": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether the restore may delete and replace targets that exist. Defaults to `false`: " +
					"right before the restore, the provider has the service check the targets, whatever `preflight` says. " +
					"If a target exists, or the check cannot be made, it starts no restore. " +
					"With `preflight`, the plan says so already.",
			},
		},
		OnChange: map[string]string{
			"snapshot_id":     restore.ChangeRestores,
			"database":        restore.ChangeRestores,
			"case_sensitive":  restore.ChangeRestores,
			sourceList:        "Changing this starts a new restore; reordering both lists alike does not.",
			targetList:        restore.ChangeRestores,
			"allow_overwrite": restore.ChangeCallsNothing,
		},
	}
}

func (m *tableRestore) Validate(ctx context.Context, _ time.Time) diag.Diagnostics {
	var diags diag.Diagnostics
	from, to := m.RestoreTableList, m.TargetTableList
	if !from.IsUnknown() && !to.IsUnknown() && len(from.Elements()) != len(to.Elements()) {
		diags.Append(errorUnequalLists(len(from.Elements()), len(to.Elements())))
	}
	diags.Append(m.validateUnique(ctx, sourceList, adviceSecondCopy)...)
	diags.Append(m.validateUnique(ctx, targetList, adviceOwnTarget)...)
	return diags
}

// validateUnique rejects a list that names a table twice.
func (m *tableRestore) validateUnique(ctx context.Context, list, advice string) diag.Diagnostics {
	tables, known := m.tablesOf(ctx, list)
	if !known || m.CaseSensitive.IsUnknown() {
		return nil
	}
	var twice []place
	first := map[client.DWSTable]path.Path{}
	for i, table := range tables {
		at := path.Root(list).AtListIndex(i)
		same := table
		if !m.CaseSensitive.ValueBool() {
			same = folded(table)
		}
		if earlier, known := first[same]; known {
			twice = append(twice, place{at: at, name: fullName(table), earlier: earlier})
			continue
		}
		first[same] = at
	}
	if len(twice) == 0 {
		return nil
	}
	return diag.Diagnostics{errorTableTwice(twice, advice)}
}

// place is an entry of a list, and what a message says of it.
type place struct {
	at      path.Path
	name    string    // schema.table
	earlier path.Path // of the same table
}

// ConfiguredTime is never known: a configuration names a snapshot.
func (*tableRestore) ConfiguredTime(context.Context) time.Time { return time.Time{} }

// ResolveTime is when the snapshot was started: its data is at least as new. It is zero if the snapshot cannot be
// looked up, or if the service does not tell the time zone: no page says which it is.
func (m *tableRestore) ResolveTime(ctx context.Context, look lookup.Region) (time.Time, error) {
	snapshot, _ := snapshot(ctx, look, m.TargetID())
	if snapshot.NoZone {
		return time.Time{}, nil
	}
	return snapshot.Started, nil
}

// Complete has nothing to fill in: every target is named.
func (*tableRestore) Complete(context.Context, restore.Model) diag.Diagnostics { return nil }

func (m *tableRestore) Submit(ctx context.Context, c *client.Client) (string, error) {
	request, known := m.ownRequest(ctx)
	if !known {
		return "", restore.ErrUnknownParameters
	}
	return c.DWS().RestoreTables(ctx, m.TargetID(), request)
}
