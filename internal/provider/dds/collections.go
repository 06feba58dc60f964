// SPDX-License-Identifier: MPL-2.0

package dds

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
	"terraform-provider-x/internal/provider/restore"
	"terraform-provider-x/internal/provider/validators"
)

// This file has the databases and collections of a restore, and their names.

// longestNamespace is the longest db.collection that the service certainly restores (DDS user guide, "Restoring
// Databases and Collections to a Point in Time").
const longestNamespace = 120

// copySuffix is between a collection's name and the timestamp if the service chooses a name (DDS user guide, the same
// page).
const copySuffix = "_bak_"

// defaultName is a restored collection's name without new_name. The form is the service's own. The service would add
// the time of the restore, so that each repetition made another copy; the moment that is restored to is known before,
// and the same restore gets the same name.
func defaultName(oldName string, at time.Time) string {
	return oldName + copySuffix + strconv.FormatInt(at.UnixMilli(), 10)
}

// newName is what a collection is restored as, and whether that is the default name; "" while its moment is not known.
func (m *collectionRestore) newName(collection collectionModel) (name string, isDefault bool) {
	usual := ""
	if at, known := m.moment(collection.RestoreCollectionTime); known {
		usual = defaultName(collection.OldName.ValueString(), at)
	}
	name = cmp.Or(collection.NewName.ValueString(), usual)
	return name, name == usual
}

// moment is the moment that a value means; false while the latest one is not known.
func (m *collectionRestore) moment(value pointintime.Value) (time.Time, bool) {
	if value.IsLatest() {
		return pointintime.MomentOf(m.RestoredTo)
	}
	return value.Moment()
}

func (m *collectionRestore) Validate(ctx context.Context, now time.Time) diag.Diagnostics {
	databases, known := restore.Elements[databaseModel](ctx, m.RestoreCollections)
	if !known {
		return nil
	}
	var diags diag.Diagnostics
	explicit := func(value pointintime.Value) bool { return !value.IsLatest() }
	if m.latest(ctx) && slices.ContainsFunc(m.times(ctx), explicit) {
		diags.Append(errorMixedLatest())
	}
	var moments []validators.Moment
	var both, neither []place
	for i, database := range databases {
		at := path.Root("restore_collections").AtListIndex(i)
		entry := place{at: at, database: database.Database.ValueString()}
		hasTime, hasCollections := !database.RestoreDatabaseTime.IsNull(), database.Collections != nil
		switch {
		case hasTime && hasCollections:
			both = append(both, entry)
		case !hasTime && !hasCollections:
			neither = append(neither, entry)
		}
		moments = append(moments, validators.Moment{
			At: at.AtName("restore_database_time"), Value: database.RestoreDatabaseTime,
		})
		for j, collection := range database.Collections {
			moments = append(moments, validators.Moment{
				At:    at.AtName("collections").AtListIndex(j).AtName("restore_collection_time"),
				Value: collection.RestoreCollectionTime,
			})
		}
	}
	if len(both) > 0 {
		diags.Append(errorBothLevels(both))
	}
	if len(neither) > 0 {
		diags.Append(errorNeitherLevel(neither))
	}
	diags.Append(validators.NotInFuture(now, moments...)...)
	return append(diags, m.validateNames(databases, now)...)
}

// place is an entry, and the names that a message about it needs.
type place struct {
	at         path.Path
	database   string
	collection string
	newName    string
	earlier    path.Path // of another entry that it collides with
}

// validateNames finds the names that are too long, and the copies that would get the same name.
func (m *collectionRestore) validateNames(databases []databaseModel, now time.Time) diag.Diagnostics {
	resolved := *m
	resolved.RestoredTo = types.StringValue(pointintime.Format(now)) // the latest moment has as many digits
	var long, longDefault, twice []place
	for i, database := range databases {
		first := map[string]path.Path{}
		for j, collection := range database.Collections {
			at := path.Root("restore_collections").AtListIndex(i).AtName("collections").AtListIndex(j)
			name, _ := resolved.newName(collection)
			if name == "" {
				continue // the moment is none, which its type says
			}
			entry := place{at: at, database: database.Database.ValueString(), newName: name}
			old, renamed := namespace(database, collection.OldName.ValueString()), namespace(database, name)
			switch {
			case tooLong(old):
				long = append(long, place{at: at.AtName("old_name"), newName: old})
			case tooLong(renamed) && collection.NewName.IsNull():
				longDefault = append(longDefault, place{at: at, newName: renamed})
			case tooLong(renamed):
				long = append(long, place{at: at.AtName("new_name"), newName: renamed})
			}
			if earlier, known := first[name]; known {
				entry.earlier = earlier
				twice = append(twice, entry)
				continue
			}
			first[name] = at
		}
	}
	var diags diag.Diagnostics
	for _, found := range []struct {
		entries []place
		say     func([]place) diag.Diagnostic
	}{{long, errorLongName}, {longDefault, errorLongDefaultName}, {twice, errorEqualTargets}} {
		if len(found.entries) > 0 {
			diags.Append(found.say(found.entries))
		}
	}
	return diags
}

func namespace(database databaseModel, collection string) string {
	return database.Database.ValueString() + "." + collection
}

func tooLong(namespace string) bool { return utf8.RuneCountInString(namespace) > longestNamespace }

func (m *collectionRestore) Parameters(ctx context.Context) restore.Parameters {
	all := restore.Parameters{}
	all.SetString("instance_id", m.InstanceID)
	if m.RestoreCollections.IsNull() {
		return all
	}
	databases, known := m.databases(ctx)
	for _, database := range databases {
		for i, collection := range database.Collections {
			if _, isDefault := m.newName(collection); isDefault {
				database.Collections[i].NewName = types.StringNull() // which is the same restore
			}
		}
	}
	unresolved := *m
	unresolved.own = ownNames{}
	unresolved.RestoredTo = types.StringNull() // the latest moment stays the latest, whatever it was
	all.Set("restore_collections", unresolved.request(databases), known)
	return all
}

// databases are all entries, sorted so that they depend only on what is restored; false while something is unknown.
func (m *collectionRestore) databases(ctx context.Context) ([]databaseModel, bool) {
	databases, known := restore.Elements[databaseModel](ctx, m.RestoreCollections)
	for _, database := range databases {
		slices.SortFunc(database.Collections, func(a, b collectionModel) int {
			return cmp.Compare(a.OldName.ValueString(), b.OldName.ValueString())
		})
	}
	slices.SortFunc(databases, func(a, b databaseModel) int {
		return cmp.Compare(a.Database.ValueString(), b.Database.ValueString())
	})
	return databases, known
}

// request is the call's body. The restore of a whole database takes no names: the service names the copies, so each
// repetition makes others.
func (m *collectionRestore) request(databases []databaseModel) client.DDSCollectionRestore {
	var request client.DDSCollectionRestore
	for _, database := range databases {
		of := client.DDSRestoreDatabase{
			Database: m.own.database(database.Database.ValueString()), RestoreDatabaseTime: m.milliseconds(database.RestoreDatabaseTime),
		}
		for _, collection := range database.Collections {
			newName, _ := m.newName(collection)
			own := m.own.collection(database.Database.ValueString(), collection.OldName.ValueString())
			of.Collections = append(of.Collections, client.DDSRestoreCollection{
				OldName:               own,
				NewName:               newName,
				RestoreCollectionTime: m.milliseconds(collection.RestoreCollectionTime),
			})
		}
		request.RestoreCollections = append(request.RestoreCollections, of)
	}
	return request
}

// milliseconds is a moment as DDS takes it: in a string (parameter tables of the API reference; its examples show a
// bare number). It is "" for none, and "latest" until that is resolved.
func (m *collectionRestore) milliseconds(value pointintime.Value) string {
	moment, known := m.moment(value)
	if !known {
		return value.ValueString()
	}
	return strconv.FormatInt(moment.UnixMilli(), 10)
}

// unknownName ends a name of which only the form is known.
const unknownName = copySuffix + restore.UnknownPart

func (m *collectionRestore) Objects(ctx context.Context) []restore.Object {
	databases, _ := m.databases(ctx)
	var objects []restore.Object
	add := func(database databaseModel, name, comment string) {
		objects = append(objects, restore.Object{
			Name:    namespace(database, name),
			Cleanup: comment + restore.DropCollection(m.own.database(database.Database.ValueString()), name),
		})
	}
	for _, database := range databases {
		if !database.RestoreDatabaseTime.IsNull() {
			add(database, "*"+unknownName, commentServiceChose)
		}
		for _, collection := range database.Collections {
			if _, isDefault := m.newName(collection); collection.NewName.IsNull() || m.NamesUnknown && isDefault {
				add(database, collection.OldName.ValueString()+unknownName, commentUnknownTime)
			} else {
				add(database, collection.NewName.ValueString(), "")
			}
		}
	}
	return objects
}

// Sources name the databases and collections that are restored from.
func (m *collectionRestore) Sources(ctx context.Context) []string {
	databases, _ := restore.Elements[databaseModel](ctx, m.RestoreCollections)
	var sources []string
	for _, database := range databases {
		whole := m.TargetID() + "/" + database.Database.ValueString()
		if len(database.Collections) == 0 {
			sources = append(sources, whole)
		}
		for _, collection := range database.Collections {
			sources = append(sources, whole+"/"+collection.OldName.ValueString())
		}
	}
	return sources
}

// LacksNames reports whether a state has a collection without a name: the provider has not always chosen one.
func (m *collectionRestore) LacksNames(ctx context.Context) bool {
	databases, _ := m.databases(ctx)
	return slices.ContainsFunc(databases, func(database databaseModel) bool {
		return slices.ContainsFunc(database.Collections, func(c collectionModel) bool { return c.NewName.IsNull() })
	})
}
