// SPDX-License-Identifier: MPL-2.0

package dws

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/provider/lookup"
	"terraform-provider-x/internal/provider/names"
	"terraform-provider-x/internal/provider/restore"
)

// This file has how a restore finds the service's own spelling of names.

// ownNames are the service's own names of what a configuration cannot write as it is.
type ownNames struct {
	databases map[string]string
	schemas   map[string]string
	tables    map[client.DWSTable]string // without their schemas
}

// CheckTargets rejects a target that exists unless the restore may overwrite it: the service deletes it. It also finds
// the service's own spelling of each name that Terraform, or a file that it comes from, may have changed. A snapshot of
// a whole cluster lists no names; the service's check then says whether it has those of the configuration.
func (m *tableRestore) CheckTargets(ctx context.Context, look lookup.Region, f *restore.Findings) {
	c := check{tableRestore: m, look: look, f: f}
	m.own = ownNames{}
	doubtful := m.doubtful(ctx)
	if doubtful {
		snapshot, err := snapshot(ctx, look, m.TargetID())
		if f.AddNeededError(ctx, path.Root("snapshot_id"), err, errorNamesUnseen(m.TargetID(), err)) {
			return
		}
		if !c.findOwn(ctx, snapshot) {
			return
		}
	}
	if doubtful || !m.mayOverwrite() {
		c.names(ctx)
	}
}

// doubtful reports whether a name of a source may not be the service's own.
func (m *tableRestore) doubtful(ctx context.Context) bool {
	sources, _ := m.tablesOf(ctx, sourceList)
	return !names.Certain(m.Database.ValueString()) || slices.ContainsFunc(sources, func(t client.DWSTable) bool {
		return !names.Certain(t.SchemaName) || !names.Certain(t.TableName)
	})
}

// findOwn finds the service's own names in what a snapshot lists; false if a name may mean several.
func (c check) findOwn(ctx context.Context, snapshot client.DWSSnapshot) bool {
	own := ownNames{map[string]string{}, map[string]string{}, map[client.DWSTable]string{}}
	schemas, tables := names.NewIndex(snapshot.Schemas), names.NewIndex(snapshot.Tables)
	var ambiguous []spelled
	database := c.Database.ValueString()
	for _, found := range names.NewIndex([]string{snapshot.Database}).Find(database) {
		own.databases[database] = found
	}
	sources, _ := c.tablesOf(ctx, sourceList)
	for i, source := range sources {
		listed := schemas.Find(source.SchemaName)
		// Whether tables are listed with their schema is not documented.
		full, short := tables.Find(fullName(source)), tables.Find(source.TableName)
		for _, spellings := range [][]string{listed, full, short} {
			if len(spellings) > 1 {
				ambiguous = append(ambiguous, spelled{path.Root(sourceList).AtListIndex(i), fullName(source), spellings})
			}
		}
		for _, schema := range listed {
			own.schemas[source.SchemaName] = schema
		}
		for _, table := range short {
			own.tables[source] = table
		}
		for _, table := range full {
			parts := split(table, source)
			own.schemas[source.SchemaName], own.tables[source] = parts.SchemaName, parts.TableName
		}
	}
	c.own = own
	if len(ambiguous) > 0 {
		c.f.Add(errorAmbiguous(snapshot, ambiguous))
	}
	return len(ambiguous) == 0
}

// spelled is a name for which the service has several, which differ in their bytes only.
type spelled struct {
	at        path.Path
	name      string
	spellings []string
}

// split takes apart a table's full name, whose parts may have dots as well.
func split(name string, as client.DWSTable) client.DWSTable {
	for i, r := range name {
		if r == '.' && names.Normal(name[:i]) == names.Normal(as.SchemaName) {
			return client.DWSTable{SchemaName: name[:i], TableName: name[i+1:]}
		}
	}
	return as
}

// ownDatabase is the service's own name of the database.
func (m *tableRestore) ownDatabase() string {
	name := m.Database.ValueString()
	if own, known := m.own.databases[name]; known {
		return own
	}
	return name
}

// ownSchema is the service's own name of a schema.
func (m *tableRestore) ownSchema(name string) string {
	if own, known := m.own.schemas[name]; known {
		return own
	}
	return name
}

// ownRequest is the request with the service's own names of the sources and of all schemas.
func (m *tableRestore) ownRequest(ctx context.Context) (client.DWSTableRestore, bool) {
	request, known := m.request(ctx)
	request.Database = m.ownDatabase()
	for i, table := range request.RestoreTableList {
		request.RestoreTableList[i].SchemaName = m.ownSchema(table.SchemaName)
		if own, listed := m.own.tables[table]; listed {
			request.RestoreTableList[i].TableName = own
		}
	}
	for i, table := range request.TargetTableList {
		request.TargetTableList[i].SchemaName = m.ownSchema(table.SchemaName)
	}
	return request, known
}
