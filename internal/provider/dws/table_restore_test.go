// SPDX-License-Identifier: MPL-2.0

package dws

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/provider/providertest"
	"terraform-provider-x/internal/provider/restore"
)

// inPlace restores one table as itself.
func inPlace(t *testing.T, database, schema, table string, caseSensitive bool) *tableRestore {
	t.Helper()
	m := &tableRestore{Database: types.StringValue(database), CaseSensitive: types.BoolValue(caseSensitive)}
	m.RestoreTableList = providertest.List(t, m.Schema().Attributes[sourceList].GetType(),
		tableModel{types.StringValue(schema), types.StringValue(table)})
	m.TargetTableList = m.RestoreTableList
	return m
}

// onlyObject is the one object of a restore of one table.
func onlyObject(t *testing.T, m restore.Model) restore.Object {
	t.Helper()
	objects := m.Objects(t.Context())
	if len(objects) != 1 {
		t.Fatalf("%d objects for one: %+v", len(objects), objects)
	}
	return objects[0]
}

// TestObjectsFolded drops what DWS has made of names that it does not take by the letter.
func TestObjectsFolded(t *testing.T) {
	t.Parallel()
	for sensitive, want := range map[bool]restore.Object{
		true:  {Name: "postgres.Public.Sales_Before", Cleanup: `DROP TABLE "Public"."Sales_Before"; -- in database "postgres"`},
		false: {Name: "postgres.public.sales_before", Cleanup: `DROP TABLE "public"."sales_before"; -- in database "postgres"`},
	} {
		if have := onlyObject(t, inPlace(t, "postgres", "Public", "Sales_Before", sensitive)); have != want {
			t.Errorf("case-sensitive %t: %+v", sensitive, have)
		}
	}
}

// FuzzCleanupStatements: whatever the names are, each statement is one statement, for the one table that was restored.
func FuzzCleanupStatements(f *testing.F) {
	for _, name := range providertest.Names {
		f.Add("shop", "public", name, "", true)
		f.Add(name, name, name, name, false)
		f.Add(name, "s", "t", name, true)
	}
	f.Fuzz(func(t *testing.T, database, schema, table, _ string, caseSensitive bool) {
		if !providertest.AreStrings(database, schema, table) {
			return
		}
		wantSchema, wantTable := schema, table
		if !caseSensitive {
			wantSchema, wantTable = providertest.Folded(schema), providertest.Folded(table)
		}
		object := onlyObject(t, inPlace(t, database, schema, table, caseSensitive))
		if d, s, n, err := providertest.ReadDrop(object.Cleanup); err != nil || d != database || s != wantSchema || n != wantTable {
			t.Errorf("%q drops %q.%q in %q (%v), want %q.%q in %q", object.Cleanup, s, n, d, err, wantSchema, wantTable, database)
		}
	})
}
