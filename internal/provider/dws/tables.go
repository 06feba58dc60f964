// SPDX-License-Identifier: MPL-2.0

package dws

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/provider/names"
	"terraform-provider-x/internal/provider/restore"
)

// This file has the tables of a restore, and their names.

// tablesOf are the tables of an argument; false while anything in it is unknown.
func (m *tableRestore) tablesOf(ctx context.Context, list string) ([]client.DWSTable, bool) {
	lists := map[string]types.List{sourceList: m.RestoreTableList, targetList: m.TargetTableList}
	models, known := restore.Elements[tableModel](ctx, lists[list])
	var tables []client.DWSTable
	for _, model := range models {
		tables = append(
			tables,
			client.DWSTable{SchemaName: model.SchemaName.ValueString(), TableName: model.TableName.ValueString()},
		)
	}
	return tables, known
}

// pair is one table and what it is restored as.
type pair struct{ from, to client.DWSTable }

// pairs is false while anything in the lists is unknown, and if they differ in length.
func (m *tableRestore) pairs(ctx context.Context) ([]pair, bool) {
	from, fromKnown := m.tablesOf(ctx, sourceList)
	to, toKnown := m.tablesOf(ctx, targetList)
	if !fromKnown || !toKnown || len(from) != len(to) {
		return nil, false
	}
	pairs := make([]pair, len(from))
	for i := range from {
		pairs[i] = pair{from[i], to[i]}
	}
	return pairs, true
}

func (m *tableRestore) Parameters(ctx context.Context) restore.Parameters {
	all := restore.Parameters{}
	all.SetString("snapshot_id", m.SnapshotID)
	all.SetString("database", m.Database)
	all.SetBool("case_sensitive", m.CaseSensitive)
	if m.RestoreTableList.IsNull() && m.TargetTableList.IsNull() {
		return all
	}
	// Each list has a meaning only together with the other, so reordering one alone changes both. Terraform replaces a
	// resource only for an attribute whose text differs.
	request, known := m.request(ctx)
	both := [][]client.DWSTable{request.RestoreTableList, request.TargetTableList}
	all.Set(sourceList, both, known)
	all.Set(targetList, both, known)
	return all
}

// request is the call's body, sorted so that it depends only on what is restored; false while something is unknown. How
// the service pairs the two lists is not documented; two lists of equal length can only be paired by position.
func (m *tableRestore) request(ctx context.Context) (client.DWSTableRestore, bool) {
	pairs, known := m.pairs(ctx)
	if !known {
		return client.DWSTableRestore{}, false
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.from.SchemaName, b.from.SchemaName), cmp.Compare(a.from.TableName, b.from.TableName))
	})
	request := client.DWSTableRestore{CaseSensitive: m.CaseSensitive.ValueBool(), Database: m.Database.ValueString()}
	for _, pair := range pairs {
		request.RestoreTableList = append(request.RestoreTableList, pair.from)
		request.TargetTableList = append(request.TargetTableList, pair.to)
	}
	return request, true
}

// folded is a table as the database knows it by a name without quotes: only A to Z are folded if it is encoded in UTF-8
// (PostgreSQL, downcase_identifier, which DWS's engine has from there).
func folded(table client.DWSTable) client.DWSTable {
	fold := func(name string) string {
		return strings.Map(func(r rune) rune {
			if r >= 'A' && r <= 'Z' {
				return r - 'A' + 'a'
			}
			return r
		}, name)
	}
	return client.DWSTable{SchemaName: fold(table.SchemaName), TableName: fold(table.TableName)}
}

// Objects folds the names if the restore does, as the database itself does with names without quotes. That this is what
// case_sensitive = false means is not documented.
func (m *tableRestore) Objects(ctx context.Context) []restore.Object {
	request, _ := m.request(ctx)
	var objects []restore.Object
	for _, table := range request.TargetTableList {
		own := client.DWSTable{SchemaName: m.ownSchema(table.SchemaName), TableName: table.TableName}
		if !request.CaseSensitive {
			table, own = folded(table), folded(own)
		}
		objects = append(objects, restore.Object{
			Name:    request.Database + "." + fullName(table),
			Cleanup: restore.DropTable(m.ownDatabase(), own.SchemaName, own.TableName),
		})
	}
	return objects
}

func fullName(table client.DWSTable) string { return table.SchemaName + "." + table.TableName }

// key is equal for two names if and only if the restore takes them for the same, or Terraform does.
func (m *tableRestore) key(name string) string {
	name = names.Normal(name)
	if m.CaseSensitive.ValueBool() {
		return name
	}
	return strings.Map(simpleFold, name)
}

// simpleFold is the least of the letters that differ only in case, so that keys are equal if strings.EqualFold says so.
func simpleFold(r rune) rune {
	least := r
	for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
		least = min(least, other)
	}
	return least
}

// namesIn are the keys of names.
func (m *tableRestore) namesIn(listed []string) map[string]bool {
	keys := map[string]bool{}
	for _, name := range listed {
		keys[m.key(name)] = true
	}
	return keys
}

// sameName compares names as the restore does.
func (m *tableRestore) sameName(a, b string) bool { return m.key(a) == m.key(b) }

// Sources name the tables that are restored, whatever the snapshot.
func (m *tableRestore) Sources(ctx context.Context) []string {
	tables, known := m.tablesOf(ctx, sourceList)
	var sources []string
	for _, table := range tables {
		sources = append(sources, strings.Join([]string{m.Database.ValueString(), table.SchemaName, table.TableName}, "/"))
	}
	if !known || m.Database.IsUnknown() {
		return nil
	}
	return sources
}
