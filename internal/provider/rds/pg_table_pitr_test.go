// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"context"
	"strconv"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
	"terraform-provider-x/internal/provider/lookup"
	"terraform-provider-x/internal/provider/providertest"
	"terraform-provider-x/internal/provider/restore"
)

// oneTable is a restore of one table; newName may be null.
func oneTable(t *testing.T, at string, from client.RDSTableName, newName types.String) *pgTablePITR {
	t.Helper()
	m := &pgTablePITR{RestoreTime: pointintime.NewValue(at)}
	m.Databases = providertest.List(t, m.Schema().Attributes["databases"].GetType(), databaseModel{
		Database: types.StringValue(from.Database),
		Schemas: []schemaModel{{
			Schema: types.StringValue(from.Schema), Tables: []tableModel{{types.StringValue(from.Table), newName}},
		}},
	})
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

// TestLatestIsAskedForAnew moves the clock on between a plan's lookup and the restore.
func TestLatestIsAskedForAnew(t *testing.T) {
	t.Parallel()
	clock := providertest.NewClock()
	look := lookup.In(providertest.Cloud(t, clock), lookup.NewCache(clock))
	m := &pgTablePITR{
		InstanceID: types.StringValue(
			"df29b535eec64ee1b286bd2c62871a9cin03",
		), RestoreTime: pointintime.NewValue(pointintime.Latest),
	}
	for range 3 {
		if _, err := restoreWindows(t.Context(), look, m.TargetID(), ""); err != nil {
			t.Fatal(err)
		}
		clock.Time = clock.Time.Add(time.Minute)
		want := clock.Time.Add(-5 * time.Minute)
		if have, err := m.ResolveTime(t.Context(), look); err != nil || !have.Equal(want) {
			t.Errorf("%s, %v, want %s", have, err, want)
		}
	}
}

// TestUnknownTimeStaysAComment keeps a name of which the time is not known from ending the comment that it stands in.
func TestUnknownTimeStaysAComment(t *testing.T) {
	t.Parallel()
	have := onlyObject(t, oneTable(t, pointintime.Latest,
		client.RDSTableName{Database: "shop", Schema: "public", Table: "a\nDROP TABLE customers; --"}, types.StringNull()))
	want := restore.Object{
		Name:    "shop.public.a\nDROP TABLE customers; --_<timestamp>",
		Cleanup: `-- The timestamp in the name is unknown: table "shop.public.a\nDROP TABLE customers; --_<timestamp>"`,
	}
	if have != want {
		t.Errorf("%+v, want %+v", have, want)
	}
}

// FuzzCleanupStatements: whatever the names are, each statement is one statement, for the one table that was restored.
func FuzzCleanupStatements(f *testing.F) {
	for _, name := range providertest.Names {
		f.Add("shop", "public", name, "", true)
		f.Add(name, name, name, name, false)
		f.Add(name, "s", "t", name, true)
	}
	f.Fuzz(func(t *testing.T, database, schema, table, newName string, explicit bool) {
		if !providertest.AreStrings(database, schema, table, newName) {
			return
		}
		at, optional, intended := pointintime.Latest, types.StringNull(), table+"_1688556737000"
		if explicit {
			at = "2023-07-05T11:32:17Z"
		}
		if newName != "" {
			optional, intended = types.StringValue(newName), newName
		}
		from := client.RDSTableName{Database: database, Schema: schema, Table: table}
		object := onlyObject(t, oneTable(t, at, from, optional))
		if newName == "" && !explicit { // the newest moment, which nobody can tell any more
			if !providertest.IsComment(object.Cleanup, "-- ") {
				t.Errorf("something is run by %q", object.Cleanup)
			}
			return
		}
		if d, s, n, err := providertest.ReadDrop(object.Cleanup); err != nil || d != database || s != schema ||
			n != intended {
			t.Errorf("%q drops %q.%q in %q (%v), want %q.%q in %q", object.Cleanup, s, n, d, err, schema, intended, database)
		}
	})
}

const name63 = "a23456789_123456789_123456789_123456789_123456789_123456789_123"

// FuzzRestoredName: what the function answers is what the resource plans for the same table and moment, and a name that
// PostgreSQL takes whole. If it answers with an error, the resource's configuration is rejected as well.
func FuzzRestoredName(f *testing.F) {
	for _, table := range []string{"orders", "", name63, name63[:49], name63[:50], "ä", "a_1688556737000", "\x00", "🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂"} {
		for _, moment := range []string{
			"1688556737000", "2023-07-05T11:32:17Z", "2023-07-05T13:32:17.120+02:00", "253402300799999", "latest", "1688556737", "",
		} {
			f.Add(table, moment)
		}
	}
	ctx := context.Background()
	f.Fuzz(func(t *testing.T, table, moment string) {
		if !utf8.ValidString(table) || !utf8.ValidString(moment) {
			return
		}
		resp := function.RunResponse{Result: function.NewResultData(types.StringUnknown())}
		arguments := function.NewArgumentsData([]attr.Value{types.StringValue(table), types.StringValue(moment)})
		NewRestoredName().Run(ctx, function.RunRequest{Arguments: arguments}, &resp)
		at, err := pointintime.Parse(moment)
		config := oneTable(t, moment, client.RDSTableName{Database: "d", Schema: "s", Table: table}, types.StringNull())
		config.RestoredTo = types.StringValue(pointintime.Format(at))
		if resp.Error != nil {
			if err == nil && table != "" && !config.Validate(ctx, at.AddDate(1, 0, 0)).HasError() {
				t.Errorf("restored_name(%q, %q): %v, and the resource takes it", table, moment, resp.Error)
			}
			return
		}
		if err != nil {
			t.Fatalf("restored_name(%q, %q) is no error, but the moment is: %v", table, moment, err)
		}
		name := resp.Result.Value().(types.String).ValueString()
		if len(name) > 63 || name != table+"_"+strconv.FormatInt(at.UnixMilli(), 10) {
			t.Errorf("restored_name(%q, %q) = %q", table, moment, name)
		}
		plan := *config
		if diags := plan.Complete(ctx, config); diags.HasError() {
			t.Fatal(diags)
		}
		databases, _ := restore.Elements[databaseModel](ctx, plan.Databases)
		if planned := databases[0].Schemas[0].Tables[0].NewName.ValueString(); planned != name {
			t.Errorf("restored_name(%q, %q) = %q, and the resource plans %q", table, moment, name, planned)
		}
	})
}
