// SPDX-License-Identifier: MPL-2.0

package dds

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/pointintime"
	"terraform-provider-x/internal/provider/lookup"
	"terraform-provider-x/internal/provider/providertest"
	"terraform-provider-x/internal/provider/restore"
)

func oneDatabase(t *testing.T, database databaseModel) *collectionRestore {
	t.Helper()
	m := &collectionRestore{InstanceID: types.StringValue("9136fd2a9fcd405ea4674276ce36dae8in02")}
	m.RestoreCollections = providertest.List(t, m.Schema().Attributes["restore_collections"].GetType(), database)
	return m
}

// onlyObject is the one object of a restore of one.
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
	m := oneDatabase(t, databaseModel{Database: types.StringValue("app"), RestoreDatabaseTime: pointintime.NewValue(pointintime.Latest)})
	for range 3 {
		if _, _, err := newestMoment(t.Context(), look, m.TargetID()); err != nil {
			t.Fatal(err)
		}
		clock.Time = clock.Time.Add(time.Minute)
		want := clock.Time.Add(-5 * time.Minute)
		if have, err := m.ResolveTime(t.Context(), look); err != nil || !have.Equal(want) {
			t.Errorf("%s, %v, want %s", have, err, want)
		}
	}
}

// TestDefaultNames goes through what a collection without a new_name is called, in a plan that knows the moment or not.
func TestDefaultNames(t *testing.T) {
	t.Parallel()
	fixed, latest := pointintime.NewValue("2020-12-12T08:49:15Z"), pointintime.NewValue(pointintime.Latest)
	moment, none := types.StringValue("2020-12-12T08:49:15.5Z"), types.StringNull()
	for name, c := range map[string]struct {
		oldName      types.String
		at           pointintime.Value
		restoredTo   types.String
		namesUnknown bool
		want         types.String
	}{
		"its own moment":         {types.StringValue("c"), fixed, moment, false, types.StringValue("c_bak_1607762955000")},
		"latest":                 {types.StringValue("c"), latest, moment, false, types.StringValue("c_bak_1607762955500")},
		"latest, to be known":    {types.StringValue("c"), latest, types.StringUnknown(), false, types.StringUnknown()},
		"latest, lost":           {types.StringValue("c"), latest, none, false, none},
		"collection to be known": {types.StringUnknown(), fixed, moment, false, types.StringUnknown()},
		"sent without a name":    {types.StringValue("c"), fixed, moment, true, none},
		"latest, without a name": {types.StringValue("c"), latest, types.StringUnknown(), true, none},
		"moment to be known":     {types.StringValue("c"), pointintime.Value{StringValue: types.StringUnknown()}, moment, false, types.StringUnknown()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := oneDatabase(t, databaseModel{
				Database: types.StringValue("d"), RestoreDatabaseTime: pointintime.Value{StringValue: none},
				Collections: []collectionModel{{c.oldName, none, c.at}},
			})
			plan := &collectionRestore{}
			plan.RestoredTo, plan.NamesUnknown = c.restoredTo, c.namesUnknown
			if diags := plan.Complete(t.Context(), config); diags.HasError() {
				t.Fatal(diags)
			}
			var databases []databaseModel
			if diags := plan.RestoreCollections.ElementsAs(t.Context(), &databases, false); diags.HasError() {
				t.Fatal(diags)
			}
			if have := databases[0].Collections[0].NewName; !have.Equal(c.want) {
				t.Errorf("%s, want %s", have, c.want)
			}
		})
	}
}

// TestSameNames holds a name that is left out and the default one that is written out for the same restore, and says of
// what is called neither that its name is unknown.
func TestSameNames(t *testing.T) {
	t.Parallel()
	restores := func(newName types.String) *collectionRestore {
		return oneDatabase(t, databaseModel{
			Database: types.StringValue("d"), RestoreDatabaseTime: pointintime.Value{StringValue: types.StringNull()},
			Collections: []collectionModel{{types.StringValue("c"), newName, pointintime.NewValue("2020-12-12T08:49:15Z")}},
		})
	}
	const written = "c_bak_1607762955000"
	left := restores(types.StringNull())
	for name, same := range map[string]bool{written: true, "c_bak_1607762955001": false, "c": false} {
		have := restores(types.StringValue(name)).Parameters(t.Context())["restore_collections"]
		if want := left.Parameters(t.Context())["restore_collections"]; (have == want) != same {
			t.Errorf("%s: the same restore as without a name: %t\n%s\n%s", name, !same, have, want)
		}
	}
	if !left.LacksNames(t.Context()) || restores(types.StringValue(written)).LacksNames(t.Context()) {
		t.Error("want only the state without a name to lack names")
	}
	if have := onlyObject(t, left).Name; have != "d.c_bak_<timestamp>" {
		t.Errorf("a copy without a name is called %s", have)
	}
	resumed := restores(types.StringValue(written)) // planned before it was known that the service had chosen the name
	resumed.NamesUnknown = true
	if have := onlyObject(t, resumed).Name; have != "d.c_bak_<timestamp>" {
		t.Errorf("a copy that was not sent under this name is called %s", have)
	}
}

// FuzzCleanupStatements: whatever the names are, each statement is one call, for the one collection that was restored, or a
// comment.
func FuzzCleanupStatements(f *testing.F) {
	for _, name := range providertest.Names {
		f.Add("shop", "public", name, "", true)
		f.Add(name, name, name, name, false)
		f.Add(name, "s", "t", name, true)
	}
	f.Fuzz(func(t *testing.T, database, _, collection, newName string, _ bool) {
		if !providertest.AreStrings(database, collection, newName) {
			return
		}
		at, none := pointintime.NewValue("2020-12-12T08:49:15Z"), pointintime.Value{StringValue: types.StringNull()}
		optional := types.StringNull()
		if newName != "" {
			optional = types.StringValue(newName)
		}
		object := onlyObject(t, oneDatabase(t, databaseModel{
			Database: types.StringValue(database), RestoreDatabaseTime: none,
			Collections: []collectionModel{{types.StringValue(collection), optional, at}},
		}))
		if newName == "" {
			if !providertest.IsComment(object.Cleanup, "// ") {
				t.Errorf("something is run by %q", object.Cleanup)
			}
		} else if d, n, err := providertest.ReadDropCollection(object.Cleanup); err != nil || d != database || n != newName {
			t.Errorf("%q drops %q of %q (%v), want %q of %q", object.Cleanup, n, d, err, newName, database)
		}
		whole := onlyObject(t, oneDatabase(t, databaseModel{Database: types.StringValue(database), RestoreDatabaseTime: at}))
		if !providertest.IsComment(whole.Cleanup, "// ") {
			t.Errorf("something is run by %q", whole.Cleanup)
		}
	})
}
