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
