// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
)

// rdsPgRestorableTables lists what x_rds_pg_table_pitr can restore (RDS API reference, "Querying Tables That Can Be Restored",
// for PostgreSQL).
var rdsPgRestorableTables = dataSourceSpec[rdsPgRestorableTablesModel]{
	name: "rds_pg_restorable_tables",
	about: "Lists the tables of an RDS for PostgreSQL instance that can be restored to a point in time. " +
		"The service is known to take most of a minute for the answer. The parent of a partitioned table is not listed, its partitions are.",
	attributes: rdsPgRestorableTablesAttributes,
	region:     func(m *rdsPgRestorableTablesModel) *types.String { return &m.Region },
	read:       readRDSPgRestorableTables,
}

type rdsPgRestorableTablesModel struct {
	Region           types.String            `tfsdk:"region"`
	InstanceID       types.String            `tfsdk:"instance_id"`
	RestoreTime      pointintime.Value       `tfsdk:"restore_time"`
	DatabaseNameLike types.String            `tfsdk:"database_name_like"`
	TableNameLike    types.String            `tfsdk:"table_name_like"`
	NameRegex        types.String            `tfsdk:"name_regex"`
	RestorableAt     types.String            `tfsdk:"restorable_at"`
	RestoreTimeMS    types.Int64             `tfsdk:"restore_time_ms"`
	TableLimit       types.Int64             `tfsdk:"table_limit"`
	Tables           []restorableTable       `tfsdk:"tables"`
	Databases        []restorableRDSDatabase `tfsdk:"databases"`
}

type restorableTable struct {
	Name     string `tfsdk:"name"`
	Database string `tfsdk:"database"`
	Schema   string `tfsdk:"schema"`
	Table    string `tfsdk:"table"`
}

// restorableRDSDatabase has the form of x_rds_pg_table_pitr's databases, but for new_name, which is optional there.
type restorableRDSDatabase struct {
	Database string                `tfsdk:"database"`
	Schemas  []restorableRDSSchema `tfsdk:"schemas"`
}

type restorableRDSSchema struct {
	Schema string               `tfsdk:"schema"`
	Tables []restorableRDSTable `tfsdk:"tables"`
}

type restorableRDSTable struct {
	OldName string `tfsdk:"old_name"`
}

func rdsPgRestorableTablesAttributes() map[string]schema.Attribute {
	like := func(of string) schema.Attribute {
		return schema.StringAttribute{
			Optional: true, Validators: []validator.String{anyName},
			MarkdownDescription: "A part of the " + of + "'s name. The service searches for it, in its own fuzzy way, and so lists less.",
		}
	}
	return restorableAttributes(map[string]schema.Attribute{
		"instance_id":        instanceAttribute(),
		"restore_time":       restoreTimeAttribute(),
		"database_name_like": like("database"),
		"table_name_like":    like("table"),
		"name_regex":         nameRegexAttribute("`database.schema.table`"),
		"table_limit":        computedNumber("How many tables one restore takes. Null where the service does not say."),
		"tables": computedList("The tables, sorted by database, schema and table.", map[string]schema.Attribute{
			"name":     computedText("`database.schema.table`."),
			"database": computedText("The database's name."),
			"schema":   computedText("The schema's name."),
			"table":    computedText("The table's name."),
		}),
		"databases": computedList("The same tables in the form of `databases` of `x_rds_pg_table_pitr`."+copiesToo, map[string]schema.Attribute{
			"database": computedText("The database's name."),
			"schemas": computedList("The schemas that hold one of the tables.", map[string]schema.Attribute{
				"schema": computedText("The schema's name."),
				"tables": computedList("The tables.", map[string]schema.Attribute{
					"old_name": computedText("The table's name."),
				}),
			}),
		}),
	})
}

func readRDSPgRestorableTables(ctx context.Context, look lookups, m *rdsPgRestorableTablesModel) diag.Diagnostics {
	id := m.InstanceID.ValueString()
	expression, diags := nameRegex(path.Root("name_regex"), m.NameRegex)
	at, timeDiags := restorableAt(ctx, look, m.RestoreTime, func() (time.Time, bool, error) { return look.rdsNewest(ctx, id) },
		fmt.Sprintf("Instance %s has no moment that it can be restored to, so there is no latest one. It may have no backup yet, or automated backups are off.", id))
	if diags.Append(timeDiags...); diags.HasError() {
		return diags
	}
	there, err := look.rdsTables(ctx, id, at, client.RDSTableFilter{DatabaseNameLike: m.DatabaseNameLike.ValueString(), TableNameLike: m.TableNameLike.ValueString()})
	if err != nil {
		return diag.Diagnostics{errorRestoreTime(ctx, look, id, at, err,
			func() ([]client.Window, error) { return look.rdsWindows(ctx, id, "") }, moments)}
	}
	if there.Truncated() {
		diags.AddWarning("Not all tables are listed",
			fmt.Sprintf("Of instance %s at %s the service lists %d of %d tables: it has a limit, and no pages. Narrow what it searches for with database_name_like or table_name_like; "+
				"name_regex only chooses among what is listed.", id, pointintime.Format(at), len(there.Tables), there.TotalTables))
	}
	m.RestorableAt, m.RestoreTimeMS = timeOf(at), millisecondsOf(at)
	m.TableLimit = types.Int64Null()
	if there.TableLimit > 0 {
		m.TableLimit = types.Int64Value(int64(there.TableLimit))
	}
	m.list(there.Tables, expression)
	return diags
}

// list takes tables that are sorted, so that what belongs together stands together.
func (m *rdsPgRestorableTablesModel) list(tables []client.RDSTableName, expression *regexp.Regexp) {
	m.Tables, m.Databases = []restorableTable{}, []restorableRDSDatabase{}
	var last client.RDSTableName
	for _, table := range tables {
		name := table.Database + "." + table.Schema + "." + table.Table
		if !expression.MatchString(name) {
			continue
		}
		m.Tables = append(m.Tables, restorableTable{name, table.Database, table.Schema, table.Table})
		if table.Database != last.Database {
			m.Databases = append(m.Databases, restorableRDSDatabase{Database: table.Database})
		}
		database := &m.Databases[len(m.Databases)-1]
		if table.Database != last.Database || table.Schema != last.Schema {
			database.Schemas = append(database.Schemas, restorableRDSSchema{Schema: table.Schema})
		}
		schema := &database.Schemas[len(database.Schemas)-1]
		schema.Tables = append(schema.Tables, restorableRDSTable{table.Table})
		last = table
	}
}
