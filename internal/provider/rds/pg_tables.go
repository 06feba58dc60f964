// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/provider/restore"
)

// This file has the tables of a restore, and their names.

// tableEntry is one table of a configuration, a plan or a state.
type tableEntry struct {
	client.RDSTableName        // as it was at restore_time
	newName             string // "" for a default name whose moment is not known
	defaultName         bool   // newName is the provider's, written out or not
	at                  path.Path
}

// defaultName is a restored table's name without new_name. It has the form of the service's own example.
func defaultName(oldName string, at time.Time) string {
	return fmt.Sprintf("%s_%d", oldName, at.UnixMilli())
}

// tables are all tables in the order of the configuration; false while anything is unknown.
func (m *pgTablePITR) tables(ctx context.Context) ([]tableEntry, bool) {
	at, _ := m.at()
	return m.tablesAt(ctx, at)
}

// tablesAt is tables for a moment; a zero one is not known.
func (m *pgTablePITR) tablesAt(ctx context.Context, at time.Time) ([]tableEntry, bool) {
	databases, known := restore.Elements[databaseModel](ctx, m.Databases)
	if !known || m.RestoreTime.IsUnknown() {
		return nil, false
	}
	var tables []tableEntry
	for i, database := range databases {
		for j, schema := range database.Schemas {
			for k, table := range schema.Tables {
				entry := tableEntry{
					RDSTableName: client.RDSTableName{
						Database: database.Database.ValueString(),
						Schema:   schema.Schema.ValueString(),
						Table:    table.OldName.ValueString(),
					},
					newName: table.NewName.ValueString(),
					at:      path.Root("databases").AtListIndex(i).AtName("schemas").AtListIndex(j).AtName("tables").AtListIndex(k),
				}
				usual := ""
				if !at.IsZero() {
					usual = defaultName(entry.Table, at)
				}
				entry.defaultName = entry.newName == "" || entry.newName == usual
				entry.newName = cmp.Or(entry.newName, usual)
				tables = append(tables, entry)
			}
		}
	}
	return tables, true
}

// sortedTables are all tables, sorted by their names.
func (m *pgTablePITR) sortedTables(ctx context.Context) ([]tableEntry, bool) {
	tables, known := m.tables(ctx)
	sortTables(tables)
	return tables, known
}

// ownTables are sortedTables with the service's own names.
func (m *pgTablePITR) ownTables(ctx context.Context) ([]tableEntry, bool) {
	tables, known := m.tables(ctx)
	for i, table := range tables {
		tables[i].RDSTableName = cmp.Or(m.own[table.RDSTableName], table.RDSTableName)
	}
	sortTables(tables)
	return tables, known
}

func sortTables(tables []tableEntry) {
	slices.SortStableFunc(tables, func(a, b tableEntry) int {
		return cmp.Or(cmp.Compare(a.Database, b.Database), cmp.Compare(a.Schema, b.Schema), cmp.Compare(a.Table, b.Table))
	})
}

func (m *pgTablePITR) Parameters(ctx context.Context) restore.Parameters {
	all := restore.Parameters{}
	all.SetString("instance_id", m.InstanceID)
	all.SetTime("restore_time", m.RestoreTime)
	// Without a moment (an imported restore whose restore_time is ignored), the default names are unknown, and so is
	// whether they changed.
	if m.Databases.IsNull() || m.RestoreTime.IsNull() {
		return all
	}
	tables, known := m.sortedTables(ctx)
	var wanted [][]string
	for _, table := range tables {
		name := table.newName
		if table.defaultName {
			name = "" // which is the same restore, whatever the moment was
		}
		wanted = append(wanted, []string{table.Database, table.Schema, table.Table, name})
	}
	all.Set("databases", wanted, known)
	return all
}

// request is the call's body; false while it is not known.
func (m *pgTablePITR) request(ctx context.Context) (client.RDSTableRestore, bool) {
	tables, known := m.ownTables(ctx)
	at, valid := m.at()
	if !known || !valid {
		return client.RDSTableRestore{}, false
	}
	var databases []client.RDSDatabase
	for i, table := range tables {
		if i == 0 || table.Database != tables[i-1].Database {
			databases = append(databases, client.RDSDatabase{Database: table.Database})
		}
		database := &databases[len(databases)-1]
		if len(database.Schemas) == 0 || table.Schema != tables[i-1].Schema {
			database.Schemas = append(database.Schemas, client.RDSSchema{Schema: table.Schema})
		}
		schema := &database.Schemas[len(database.Schemas)-1]
		schema.Tables = append(schema.Tables, client.RDSTable{OldName: table.Table, NewName: table.newName})
	}
	return client.RDSTableRestore{Instances: []client.RDSTableRestoreInstance{
		{RestoreTime: at.UnixMilli(), InstanceID: m.TargetID(), Databases: databases},
	}}, true
}

func (m *pgTablePITR) Objects(ctx context.Context) []restore.Object {
	tables, _ := m.sortedTables(ctx)
	var objects []restore.Object
	for _, table := range tables {
		name := cmp.Or(table.newName, table.Table+"_"+restore.UnknownPart)
		own := cmp.Or(m.own[table.RDSTableName], table.RDSTableName)
		object := restore.Object{
			Name:    table.Database + "." + table.Schema + "." + name,
			Cleanup: restore.DropTable(own.Database, own.Schema, name),
		}
		if table.newName == "" {
			object.Cleanup = commentUnknownTime(object.Name)
		}
		objects = append(objects, object)
	}
	return objects
}

// Sources name the tables that are restored from.
func (m *pgTablePITR) Sources(ctx context.Context) []string {
	databases, known := restore.Elements[databaseModel](ctx, m.Databases)
	if !known {
		return nil
	}
	var sources []string
	for _, database := range databases {
		for _, schema := range database.Schemas {
			for _, table := range schema.Tables {
				sources = append(sources, strings.Join([]string{
					m.TargetID(), database.Database.ValueString(), schema.Schema.ValueString(), table.OldName.ValueString(),
				}, "/"))
			}
		}
	}
	return sources
}
