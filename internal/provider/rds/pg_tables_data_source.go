// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"context"
	"regexp"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
	"terraform-provider-x/internal/provider/lookup"
	"terraform-provider-x/internal/provider/names"
	"terraform-provider-x/internal/provider/validators"
)

// pgRestorableTables lists what x_rds_pg_table_pitr can restore (RDS API reference, "Querying Tables That Can Be
// Restored", for PostgreSQL).
type pgRestorableTables struct {
	lookup.RegionArgument
	InstanceID       types.String         `tfsdk:"instance_id"`
	RestoreTime      pointintime.Value    `tfsdk:"restore_time"`
	DatabaseNameLike types.String         `tfsdk:"database_name_like"`
	TableNameLike    types.String         `tfsdk:"table_name_like"`
	NameRegex        types.String         `tfsdk:"name_regex"`
	RestorableAt     types.String         `tfsdk:"restorable_at"`
	RestoreTimeMS    types.Int64          `tfsdk:"restore_time_ms"`
	TableLimit       types.Int64          `tfsdk:"table_limit"`
	Tables           []restorableTable    `tfsdk:"tables"`
	Databases        []restorableDatabase `tfsdk:"databases"`
}

type restorableTable struct {
	Name     string `tfsdk:"name"`
	Database string `tfsdk:"database"`
	Schema   string `tfsdk:"schema"`
	Table    string `tfsdk:"table"`
}

// restorableDatabase has the form of x_rds_pg_table_pitr's databases, but for new_name, which is optional there.
type restorableDatabase struct {
	Database string             `tfsdk:"database"`
	Schemas  []restorableSchema `tfsdk:"schemas"`
}

type restorableSchema struct {
	Schema string              `tfsdk:"schema"`
	Tables []restorableOldName `tfsdk:"tables"`
}

type restorableOldName struct {
	OldName string `tfsdk:"old_name"`
}

// NewPgRestorableTables returns the model of x_rds_pg_restorable_tables.
func NewPgRestorableTables() lookup.Model { return &pgRestorableTables{} }

func (*pgRestorableTables) Name() string { return "rds_pg_restorable_tables" }

func (*pgRestorableTables) Description() string {
	return "Lists the tables of an RDS for PostgreSQL instance that can be restored to a point in time. " +
		"The service may take most of a minute to answer. It lists the partitions of a partitioned table, but not the parent."
}

func (*pgRestorableTables) Attributes() map[string]schema.Attribute {
	like := func(of string) schema.Attribute {
		return schema.StringAttribute{
			Optional: true, Validators: []validator.String{validators.AnyName, validators.Trimmed{}},
			MarkdownDescription: "A part of the " + of + "'s name. The service searches for it, with its own fuzzy match, " +
				"and lists fewer tables.",
		}
	}
	return lookup.RestorableAttributes(map[string]schema.Attribute{
		"instance_id":        lookup.InstanceAttribute(),
		"restore_time":       lookup.RestoreTimeAttribute(),
		"database_name_like": like("database"),
		"table_name_like":    like("table"),
		"name_regex":         lookup.NameRegexAttribute("`database.schema.table`"),
		"table_limit": lookup.ComputedNumber("The largest number of tables in one restore. " +
			"Null if the service does not report it."),
		"tables": lookup.ComputedList("The tables, sorted by database, schema and table.", map[string]schema.Attribute{
			"name":     lookup.ComputedText("The full name: `database.schema.table`."),
			"database": lookup.ComputedText("The database's name."),
			"schema":   lookup.ComputedText("The schema's name."),
			"table":    lookup.ComputedText("The table's name."),
		}),
		"databases": lookup.ComputedList(
			"The same tables, in the form of `databases` of `x_rds_pg_table_pitr`."+lookup.CopiesToo,
			map[string]schema.Attribute{
				"database": lookup.ComputedText("The database's name."),
				"schemas": lookup.ComputedList("The schemas with at least one of the tables.", map[string]schema.Attribute{
					"schema": lookup.ComputedText("The schema's name."),
					"tables": lookup.ComputedList("The tables.", map[string]schema.Attribute{
						"old_name": lookup.ComputedText("The table's name."),
					}),
				}),
			},
		),
	})
}

func (m *pgRestorableTables) Read(ctx context.Context, look lookup.Region) diag.Diagnostics {
	id := m.InstanceID.ValueString()
	expression, diags := lookup.NameRegex(m.NameRegex)
	at, timeDiags := lookup.RestorableAt(ctx, look, m.RestoreTime,
		func() (time.Time, bool, error) { return newestMoment(ctx, look, id) }, noMoment(id))
	if diags.Append(timeDiags...); diags.HasError() {
		return diags
	}
	filter := client.RDSTableFilter{
		DatabaseNameLike: m.DatabaseNameLike.ValueString(),
		TableNameLike:    m.TableNameLike.ValueString(),
	}
	there, err := restorableTables(ctx, look, id, at, filter)
	if err != nil {
		return diag.Diagnostics{lookup.RestoreTimeError(ctx, look, lookup.TimeQuestion{
			InstanceID: id, At: at, Advice: lookup.NearestMoments,
			Windows: func() ([]client.Window, error) { return restoreWindows(ctx, look, id, "") },
		}, err)}
	}
	if there.Truncated() {
		diags.Append(warnTruncated(id, at, there))
	}
	m.RestorableAt, m.RestoreTimeMS = lookup.Time(at), lookup.Milliseconds(at)
	m.TableLimit = types.Int64Null()
	if there.TableLimit > 0 {
		m.TableLimit = types.Int64Value(int64(there.TableLimit))
	}
	m.list(there.Tables, expression)
	return diags
}

// list takes tables that are sorted, so that what belongs together stands together.
func (m *pgRestorableTables) list(tables []client.RDSTableName, expression *regexp.Regexp) {
	m.Tables, m.Databases = []restorableTable{}, []restorableDatabase{}
	var last client.RDSTableName
	for _, table := range tables {
		name := table.Database + "." + table.Schema + "." + table.Table
		if !expression.MatchString(names.Normal(name)) { // as Terraform has the expression
			continue
		}
		m.Tables = append(m.Tables, restorableTable{name, table.Database, table.Schema, table.Table})
		if table.Database != last.Database {
			m.Databases = append(m.Databases, restorableDatabase{Database: table.Database})
		}
		database := &m.Databases[len(m.Databases)-1]
		if table.Database != last.Database || table.Schema != last.Schema {
			database.Schemas = append(database.Schemas, restorableSchema{Schema: table.Schema})
		}
		schema := &database.Schemas[len(database.Schemas)-1]
		schema.Tables = append(schema.Tables, restorableOldName{table.Table})
		last = table
	}
}
