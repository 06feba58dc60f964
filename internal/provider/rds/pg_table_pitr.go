// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
	"terraform-provider-x/internal/provider/lookup"
	"terraform-provider-x/internal/provider/restore"
	"terraform-provider-x/internal/provider/validators"
)

// pgTablePITR restores tables of an RDS for PostgreSQL instance under new names (RDS API reference, "Restoring Tables
// to a Specified Point in Time (RDS for PostgreSQL)").
type pgTablePITR struct {
	restore.Common
	InstanceID  types.String      `tfsdk:"instance_id"`
	RestoreTime pointintime.Value `tfsdk:"restore_time"`
	Databases   types.List        `tfsdk:"databases"`
	// own are the service's own names of tables that a configuration cannot write as they are.
	own map[client.RDSTableName]client.RDSTableName
}

type databaseModel struct {
	Database types.String  `tfsdk:"database"`
	Schemas  []schemaModel `tfsdk:"schemas"`
}

type schemaModel struct {
	Schema types.String `tfsdk:"schema"`
	Tables []tableModel `tfsdk:"tables"`
}

type tableModel struct {
	OldName types.String `tfsdk:"old_name"`
	NewName types.String `tfsdk:"new_name"`
}

// NewPgTablePITR returns the model of x_rds_pg_table_pitr.
func NewPgTablePITR() restore.Model { return &pgTablePITR{} }

func (*pgTablePITR) Type() restore.Type {
	return restore.Type{
		Name:      "rds_pg_table_pitr",
		Target:    "instance_id",
		Service:   "rds",
		MovedFrom: "huaweicloud_rds_pg_table_restore",
	}
}

func (m *pgTablePITR) TargetID() string { return m.InstanceID.ValueString() }

// LockKey is the instance: the service restores one at a time.
func (*pgTablePITR) LockKey(_ context.Context, _ lookup.Region, instanceID string) (string, error) {
	return instanceID, nil
}

func (*pgTablePITR) Schema() restore.Schema {
	names := validators.Names{
		"database": validators.Identifier, "schema": validators.Identifier, "old_name": validators.Identifier,
		"new_name": {Maximum: validators.Identifier.Maximum, New: true},
	}
	table := map[string]schema.Attribute{
		"old_name": schema.StringAttribute{
			Required: true, MarkdownDescription: "The table's name at `restore_time`.",
		},
		"new_name": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "The restored table's name. Choose one that is free: " +
				"it is not documented how the service handles a name that is taken. " +
				"Defaults to `old_name`, an underscore, and `restored_to` in epoch milliseconds. " +
				"With `restore_time = \"latest\"`, do not write out the default name: " +
				"the plan of a tainted, unfinished restore then stops, because it cannot tell that it is the same one.",
		},
	}
	schemas := map[string]schema.Attribute{
		"schema": schema.StringAttribute{Required: true, MarkdownDescription: "The schema's name."},
		"tables": schema.ListNestedAttribute{
			Required: true, NestedObject: schema.NestedAttributeObject{Attributes: table},
			Validators:          validators.Entries("old_name", adviceSecondCopy),
			MarkdownDescription: "The tables to restore, in any order.",
		},
	}
	databases := map[string]schema.Attribute{
		"database": schema.StringAttribute{Required: true, MarkdownDescription: "The database's name."},
		"schemas": schema.ListNestedAttribute{
			Required: true, NestedObject: schema.NestedAttributeObject{Attributes: schemas},
			Validators:          validators.Entries("schema", adviceJoinTables),
			MarkdownDescription: "The schemas of the tables to restore, in any order.",
		},
	}
	return restore.Schema{
		Description: "Restores tables of an RDS for PostgreSQL instance to a point in time, under new names, " +
			"in the same instance. The service documents that existing tables are not overwritten. " +
			"The restored copy lacks foreign keys, triggers, inheritance and partitioning.",
		Attributes: map[string]schema.Attribute{
			"instance_id": schema.StringAttribute{
				Required: true, Validators: []validator.String{validators.ID}, MarkdownDescription: "The id of the instance.",
			},
			"restore_time": schema.StringAttribute{
				Required: true, CustomType: pointintime.Type{},
				MarkdownDescription: "The point in time: RFC 3339 with any offset, epoch milliseconds, or `latest`. " +
					restore.LatestDescription,
			},
			"databases": schema.ListNestedAttribute{
				Required: true, NestedObject: schema.NestedAttributeObject{Attributes: databases},
				Validators:          append(validators.Entries("database", adviceJoinSchemas), names),
				MarkdownDescription: "The databases of the tables to restore, in any order.",
			},
		},
		OnChange: map[string]string{
			"instance_id":  restore.ChangeRestores,
			"restore_time": "Another moment starts a new restore; another notation of the same moment does not.",
			"databases":    "Changing more than the order starts a new restore.",
		},
	}
}

func (m *pgTablePITR) Validate(ctx context.Context, now time.Time) diag.Diagnostics {
	var diags diag.Diagnostics
	diags.Append(validators.NotInFuture(now, validators.Moment{At: path.Root("restore_time"), Value: m.RestoreTime})...)
	at, valid := m.RestoreTime.Moment()
	if m.RestoreTime.IsLatest() {
		at, valid = now, true // which has as many digits
	}
	tables, known := m.tablesAt(ctx, at)
	if !known || !valid {
		return diags
	}
	type target struct{ database, schema, name string }
	first := map[target]path.Path{}
	var long []tableEntry
	var twice []equalTarget
	for _, table := range tables {
		if table.defaultName && len(table.newName) > validators.Identifier.Maximum {
			long = append(long, table)
		}
		as := target{table.Database, table.Schema, table.newName}
		if earlier, known := first[as]; known {
			twice = append(twice, equalTarget{earlier, table})
			continue
		}
		first[as] = table.at
	}
	if len(long) > 0 {
		diags.Append(errorDefaultName(long))
	}
	if len(twice) > 0 {
		diags.Append(errorEqualTargets(twice))
	}
	return diags
}

// equalTarget is a table that would be restored under the name of an earlier one.
type equalTarget struct {
	earlier path.Path
	table   tableEntry
}

func (m *pgTablePITR) ConfiguredTime(context.Context) time.Time {
	at, _ := m.RestoreTime.Moment()
	return at
}

// ResolveTime looks up the newest moment if the configuration says "latest".
func (m *pgTablePITR) ResolveTime(ctx context.Context, look lookup.Region) (time.Time, error) {
	if !m.RestoreTime.IsLatest() {
		return m.ConfiguredTime(ctx), nil
	}
	latest, found, err := newestMoment(ctx, look.Uncached(), m.TargetID())
	if err == nil && !found {
		err = errNothingToRestore(m.TargetID())
	}
	return latest, err
}

// at is the moment of the restore; false while that is not known.
func (m *pgTablePITR) at() (time.Time, bool) {
	if m.RestoreTime.IsLatest() {
		return pointintime.MomentOf(m.RestoredTo)
	}
	return m.RestoreTime.Moment()
}

// Complete fills in the default names. A name is unknown if the moment is unknown, and null if the moment is null: that
// of an imported restore to the latest moment is lost.
func (m *pgTablePITR) Complete(ctx context.Context, config restore.Model) diag.Diagnostics {
	var databases []databaseModel
	configured := config.(*pgTablePITR).Databases
	if configured.IsNull() || configured.ElementsAs(ctx, &databases, false).HasError() {
		return nil // a list in it is unknown
	}
	at, known := pointintime.MomentOf(m.RestoredTo)
	for _, database := range databases {
		for _, schema := range database.Schemas {
			for k, table := range schema.Tables {
				name := &schema.Tables[k].NewName
				switch {
				case !table.NewName.IsNull(): // or to be known
				case known && !table.OldName.IsUnknown():
					*name = types.StringValue(defaultName(table.OldName.ValueString(), at))
				case known, m.RestoredTo.IsUnknown():
					*name = types.StringUnknown()
				default:
					*name = types.StringNull()
				}
			}
		}
	}
	var diags diag.Diagnostics
	m.Databases, diags = types.ListValueFrom(ctx, configured.ElementType(ctx), databases)
	return diags
}

func (m *pgTablePITR) Submit(ctx context.Context, c *client.Client) (string, error) {
	request, known := m.request(ctx)
	if !known {
		return "", restore.ErrUnknownParameters
	}
	results, err := c.RDS().RestoreTables(ctx, request)
	if err != nil {
		return "", err
	}
	for _, result := range results { // one for each instance of the call, of which this has one
		if result.InstanceID == m.TargetID() {
			return result.JobID, nil
		}
	}
	return results[0].JobID, nil
}
