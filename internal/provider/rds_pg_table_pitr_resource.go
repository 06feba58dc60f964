// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
)

// rdsPgTablePITR restores tables of an RDS for PostgreSQL instance under new names (RDS API reference, "Restoring Tables to a
// Specified Point in Time (RDS for PostgreSQL)").
var rdsPgTablePITR = restoreSpec[rdsPgTablePITRModel]{
	name:       "rds_pg_table_pitr",
	target:     "instance_id",
	movedFrom:  "huaweicloud_rds_pg_table_restore",
	schema:     rdsPgTablePITRSchema,
	common:     func(m *rdsPgTablePITRModel) *restoreModel { return &m.restoreModel },
	targetID:   func(m *rdsPgTablePITRModel) *types.String { return &m.InstanceID },
	validate:   validateRDSPgTablePITR,
	named:      func(_ context.Context, m rdsPgTablePITRModel) time.Time { at, _ := m.RestoreTime.Moment(); return at },
	moment:     momentOfRDSPgTablePITR,
	complete:   completeRDSPgTablePITR,
	check:      checkRDSPgTablePITR,
	parameters: rdsPgTablePITRParameters,
	submit:     submitRDSPgTablePITR,
	job:        (*client.Client).RDSJob,
	wait:       (*client.Client).WaitForRDSJob,
	queue: func(_ context.Context, _ lookups, m rdsPgTablePITRModel) (string, error) {
		return m.InstanceID.ValueString(), nil
	},
	jobs: (*client.Client).RDSTasks,
	restoring: func(ctx context.Context, c *client.Client, instanceID string) (bool, error) {
		instance, err := c.RDSInstance(ctx, instanceID)
		return instance.Status == "RESTORING", err // RDS API reference, Querying DB Instances
	},
	objects: objectsOfRDSPgTablePITR,
}

type rdsPgTablePITRModel struct {
	restoreModel
	InstanceID  types.String      `tfsdk:"instance_id"`
	RestoreTime pointintime.Value `tfsdk:"restore_time"`
	Databases   types.List        `tfsdk:"databases"`
}

type rdsDatabaseModel struct {
	Database types.String     `tfsdk:"database"`
	Schemas  []rdsSchemaModel `tfsdk:"schemas"`
}

type rdsSchemaModel struct {
	Schema types.String    `tfsdk:"schema"`
	Tables []rdsTableModel `tfsdk:"tables"`
}

type rdsTableModel struct {
	OldName types.String `tfsdk:"old_name"`
	NewName types.String `tfsdk:"new_name"`
}

func rdsPgTablePITRSchema(ctx context.Context) schema.Schema {
	name := []validator.String{identifierName}
	table := map[string]schema.Attribute{
		"old_name": schema.StringAttribute{Required: true, Validators: name, MarkdownDescription: "The table's name at `restore_time`."},
		"new_name": schema.StringAttribute{
			Optional: true, Computed: true, Validators: name,
			MarkdownDescription: "The restored table's name, which should be free: what becomes of a taken one is not documented. By default `old_name`, an underscore, and `restored_to` in epoch milliseconds.",
		},
	}
	schemas := map[string]schema.Attribute{
		"schema": schema.StringAttribute{Required: true, Validators: name, MarkdownDescription: "The schema's name."},
		"tables": schema.ListNestedAttribute{
			Required: true, NestedObject: schema.NestedAttributeObject{Attributes: table},
			Validators:          entries("old_name", "One restore brings a table back once; for a second copy use a second resource."),
			MarkdownDescription: "The tables to restore. Their order has no meaning.",
		},
	}
	databases := map[string]schema.Attribute{
		"database": schema.StringAttribute{Required: true, Validators: name, MarkdownDescription: "The database's name."},
		"schemas": schema.ListNestedAttribute{
			Required: true, NestedObject: schema.NestedAttributeObject{Attributes: schemas},
			Validators:          entries("schema", "Put the tables of both into one entry."),
			MarkdownDescription: "The schemas whose tables are restored. Their order has no meaning.",
		},
	}
	return schema.Schema{
		MarkdownDescription: "Restores tables of an RDS for PostgreSQL instance to a point in time, under new names, in the same instance. " +
			"Existing tables are documented as not overwritten. The restored copy lacks foreign keys, triggers, inheritance and partitioning. " +
			"Removing the resource does not undo the restore.",
		Attributes: restoreAttributes(ctx, map[string]schema.Attribute{
			"instance_id": schema.StringAttribute{
				Required: true, Validators: []validator.String{anyName},
				MarkdownDescription: "The instance. A change runs the restore again.",
			},
			"restore_time": schema.StringAttribute{
				Required: true, CustomType: pointintime.Type{},
				MarkdownDescription: "The point in time: RFC 3339 with any offset, epoch milliseconds, or `latest`. " + latestDescription + " Another moment runs the restore again; another spelling of the same moment does not.",
			},
			"databases": schema.ListNestedAttribute{
				Required: true, NestedObject: schema.NestedAttributeObject{Attributes: databases},
				Validators:          entries("database", "Put the schemas of both into one entry."),
				MarkdownDescription: "What to restore. A change, other than of the order, runs the restore again.",
			},
		}),
	}
}

// newName is what the restored table is called: as given, or as the service's own example does it.
func (t rdsTableModel) newName(at time.Time) string {
	if name := t.NewName.ValueString(); name != "" {
		return name
	}
	return defaultNewName(t.OldName.ValueString(), at)
}

func defaultNewName(oldName string, at time.Time) string {
	return fmt.Sprintf("%s_%d", oldName, at.UnixMilli())
}

// at is the moment of the restore; false while that is not known.
func (m rdsPgTablePITRModel) at() (time.Time, bool) {
	if m.RestoreTime.IsLatest() {
		return momentOf(m.RestoredTo)
	}
	return m.RestoreTime.Moment()
}

// momentOfRDSPgTablePITR asks for the newest moment where that is what the configuration says.
func momentOfRDSPgTablePITR(ctx context.Context, look lookups, m rdsPgTablePITRModel) (time.Time, error) {
	if !m.RestoreTime.IsLatest() {
		at, _ := m.RestoreTime.Moment()
		return at, nil
	}
	latest, found, err := look.afresh().rdsNewest(ctx, m.InstanceID.ValueString())
	if err == nil && !found {
		err = fmt.Errorf("instance %s has no moment that it can be restored to", m.InstanceID.ValueString())
	}
	return latest, err
}

func validateRDSPgTablePITR(ctx context.Context, config rdsPgTablePITRModel, now time.Time) diag.Diagnostics {
	var diags diag.Diagnostics
	diags.Append(notInFuture(path.Root("restore_time"), config.RestoreTime, now)...)
	databases, known := elements[rdsDatabaseModel](ctx, config.Databases)
	restoreTime, valid := config.RestoreTime.Moment()
	if config.RestoreTime.IsLatest() {
		restoreTime, valid = now, true // which has as many digits
	}
	if !known || !valid {
		return diags
	}
	for i, database := range databases {
		for j, schema := range database.Schemas {
			at := path.Root("databases").AtListIndex(i).AtName("schemas").AtListIndex(j).AtName("tables")
			first := map[string]path.Path{}
			for k, table := range schema.Tables {
				entry := at.AtListIndex(k)
				name := table.newName(restoreTime)
				if table.NewName.IsNull() && len(name) > identifierName.maximum {
					diags.AddAttributeError(entry, "Name too long",
						fmt.Sprintf("Without new_name, %s would be restored as %q, which has %d bytes; PostgreSQL takes %d. Give it a new_name.", entry, name, len(name), identifierName.maximum))
				}
				if earlier, twice := first[name]; twice {
					diags.AddAttributeError(entry, "Equal targets",
						fmt.Sprintf("%s and %s would both be restored as %q. Give each a new_name of its own.", earlier, entry, name))
				}
				first[name] = entry
			}
		}
	}
	return diags
}

// completeRDSPgTablePITR fills in the default names. They are as unknown, or as null (of an imported restore to the latest
// moment, which nobody can tell any more), as the moment itself.
func completeRDSPgTablePITR(ctx context.Context, config rdsPgTablePITRModel, plan *rdsPgTablePITRModel) diag.Diagnostics {
	var databases []rdsDatabaseModel
	if config.Databases.IsNull() || config.Databases.ElementsAs(ctx, &databases, false).HasError() {
		return nil // a list in it is unknown
	}
	at, known := momentOf(plan.RestoredTo)
	for _, database := range databases {
		for _, schema := range database.Schemas {
			for k, table := range schema.Tables {
				name := &schema.Tables[k].NewName
				switch {
				case !table.NewName.IsNull(): // or to be known
				case known && !table.OldName.IsUnknown():
					*name = types.StringValue(table.newName(at))
				case known, plan.RestoredTo.IsUnknown():
					*name = types.StringUnknown()
				default:
					*name = types.StringNull()
				}
			}
		}
	}
	var diags diag.Diagnostics
	plan.Databases, diags = types.ListValueFrom(ctx, config.Databases.ElementType(ctx), databases)
	return diags
}

func rdsPgTablePITRParameters(ctx context.Context, m rdsPgTablePITRModel) map[string]string {
	all := map[string]string{}
	canonicalString(all, "instance_id", m.InstanceID)
	canonicalMoment(all, "restore_time", m.RestoreTime)
	// Without a moment (an imported restore whose restore_time is ignored) the default names cannot be told, and so neither
	// whether they changed.
	if !m.Databases.IsNull() && !m.RestoreTime.IsNull() {
		all["databases"] = ""
		if databases, known := m.asked(ctx); known {
			all["databases"] = canonical(databases)
		}
	}
	return all
}

// request is the call's body.
func (m rdsPgTablePITRModel) request(ctx context.Context) (client.RDSTableRestore, bool) {
	databases, known := m.asked(ctx)
	at, valid := m.at()
	if !known || !valid {
		return client.RDSTableRestore{}, false
	}
	for _, database := range databases {
		for _, schema := range database.Schemas {
			for k, table := range schema.Tables {
				schema.Tables[k].NewName = cmp.Or(table.NewName, defaultNewName(table.OldName, at))
			}
		}
	}
	return client.RDSTableRestore{Instances: []client.RDSTableRestoreInstance{
		{RestoreTime: at.UnixMilli(), InstanceID: m.InstanceID.ValueString(), Databases: databases},
	}}, true
}

// asked is what is to be restored, in an order that depends on nothing else, with "" for each default name, written out or not.
func (m rdsPgTablePITRModel) asked(ctx context.Context) ([]client.RDSDatabase, bool) {
	databases, known := elements[rdsDatabaseModel](ctx, m.Databases)
	if !known || m.RestoreTime.IsUnknown() {
		return nil, false
	}
	at, _ := m.at()
	var asked []client.RDSDatabase
	for _, database := range databases {
		of := client.RDSDatabase{Database: database.Database.ValueString()}
		for _, schema := range database.Schemas {
			in := client.RDSSchema{Schema: schema.Schema.ValueString()}
			for _, table := range schema.Tables {
				name := client.RDSTable{OldName: table.OldName.ValueString(), NewName: table.NewName.ValueString()}
				if name.NewName == defaultNewName(name.OldName, at) {
					name.NewName = ""
				}
				in.Tables = append(in.Tables, name)
			}
			slices.SortFunc(in.Tables, func(a, b client.RDSTable) int { return cmp.Compare(a.OldName, b.OldName) })
			of.Schemas = append(of.Schemas, in)
		}
		slices.SortFunc(of.Schemas, func(a, b client.RDSSchema) int { return cmp.Compare(a.Schema, b.Schema) })
		asked = append(asked, of)
	}
	slices.SortFunc(asked, func(a, b client.RDSDatabase) int { return cmp.Compare(a.Database, b.Database) })
	return asked, true
}

func submitRDSPgTablePITR(ctx context.Context, c *client.Client, m rdsPgTablePITRModel) (string, error) {
	request, known := m.request(ctx)
	if !known {
		return "", errUnknownParameters
	}
	results, err := c.RestoreRDSTables(ctx, request)
	if err != nil {
		return "", err
	}
	for _, result := range results { // one for each instance of the call, of which this has one
		if result.InstanceID == m.InstanceID.ValueString() {
			return result.JobID, nil
		}
	}
	return results[0].JobID, nil
}

func objectsOfRDSPgTablePITR(ctx context.Context, m rdsPgTablePITRModel) []restoredObject {
	databases, _ := m.asked(ctx)
	at, known := m.at()
	var objects []restoredObject
	for _, database := range databases {
		for _, schema := range database.Schemas {
			for _, table := range schema.Tables {
				name := table.NewName
				switch {
				case name != "":
				case known:
					name = defaultNewName(table.OldName, at)
				default:
					name = table.OldName + "_<timestamp>"
				}
				full, cleanup := strings.Join([]string{database.Database, schema.Schema, name}, "."), dropTable(database.Database, schema.Schema, name)
				if table.NewName == "" && !known {
					cleanup = "-- Which time is in the name cannot be told any more: table " + jsonText(full)
				}
				objects = append(objects, restoredObject{full, cleanup})
			}
		}
	}
	return objects
}
