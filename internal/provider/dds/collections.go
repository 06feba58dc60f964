// SPDX-License-Identifier: MPL-2.0

package dds

import (
	"cmp"
	"context"
	"fmt"
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

// defaultNamespace is as long as the name that the service chooses: it appends _bak_ and a timestamp, whose length is
// not documented. Milliseconds have 13 digits.
func defaultNamespace(database, collection string) string {
	return fmt.Sprintf("%s.%s_bak_%013d", database, collection, 0)
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
	for i, database := range databases {
		at := path.Root("restore_collections").AtListIndex(i)
		name := database.Database.ValueString()
		hasTime, hasCollections := !database.RestoreDatabaseTime.IsNull(), database.Collections != nil
		switch {
		case hasTime && hasCollections:
			diags.Append(errorBothLevels(at, name))
		case !hasTime && !hasCollections:
			diags.Append(errorNeitherLevel(at, name))
		}
		diags.Append(validators.NotInFuture(at.AtName("restore_database_time"), database.RestoreDatabaseTime, now)...)
		diags.Append(validateCollections(at.AtName("collections"), database, now)...)
	}
	return diags
}

func validateCollections(at path.Path, database databaseModel, now time.Time) diag.Diagnostics {
	var diags diag.Diagnostics
	first := map[string]path.Path{}
	for i, collection := range database.Collections {
		entry := at.AtListIndex(i)
		diags.Append(
			validators.NotInFuture(entry.AtName("restore_collection_time"), collection.RestoreCollectionTime, now)...)
		for attribute, name := range map[string]types.String{"old_name": collection.OldName, "new_name": collection.NewName} {
			namespace := database.Database.ValueString() + "." + name.ValueString()
			if utf8.RuneCountInString(namespace) > longestNamespace {
				diags.Append(errorLongName(entry.AtName(attribute), namespace))
			}
		}
		name := collection.NewName.ValueString()
		if name == "" {
			namespace := defaultNamespace(database.Database.ValueString(), collection.OldName.ValueString())
			length := utf8.RuneCountInString(namespace)
			if length > longestNamespace && collection.NewName.IsNull() && !diags.HasError() {
				diags.Append(errorLongDefaultName(entry, length))
			}
			continue
		}
		if earlier, twice := first[name]; twice {
			diags.Append(errorEqualTargets(earlier, entry, name))
		}
		first[name] = entry
	}
	return diags
}

func (m *collectionRestore) Parameters(ctx context.Context) restore.Parameters {
	all := restore.Parameters{}
	all.SetString("instance_id", m.InstanceID)
	if !m.RestoreCollections.IsNull() {
		unresolved := *m
		unresolved.RestoredTo = types.StringNull() // the latest moment stays the latest, whatever it was
		request, known := unresolved.request(ctx)
		all.Set("restore_collections", request, known)
	}
	return all
}

// request is the call's body, sorted so that it depends only on what is restored; false while something is unknown.
func (m *collectionRestore) request(ctx context.Context) (client.DDSCollectionRestore, bool) {
	databases, known := restore.Elements[databaseModel](ctx, m.RestoreCollections)
	if !known {
		return client.DDSCollectionRestore{}, false
	}
	var request client.DDSCollectionRestore
	for _, database := range databases {
		of := client.DDSRestoreDatabase{
			Database: database.Database.ValueString(), RestoreDatabaseTime: m.milliseconds(database.RestoreDatabaseTime),
		}
		for _, collection := range database.Collections {
			of.Collections = append(of.Collections, client.DDSRestoreCollection{
				OldName:               collection.OldName.ValueString(),
				NewName:               collection.NewName.ValueString(),
				RestoreCollectionTime: m.milliseconds(collection.RestoreCollectionTime),
			})
		}
		slices.SortFunc(
			of.Collections,
			func(a, b client.DDSRestoreCollection) int { return cmp.Compare(a.OldName, b.OldName) },
		)
		request.RestoreCollections = append(request.RestoreCollections, of)
	}
	slices.SortFunc(
		request.RestoreCollections,
		func(a, b client.DDSRestoreDatabase) int { return cmp.Compare(a.Database, b.Database) },
	)
	return request, true
}

// milliseconds is a moment as DDS takes it: in a string (parameter tables of the API reference; its examples show a
// bare number). It is "" for none, and "latest" until that is resolved.
func (m *collectionRestore) milliseconds(value pointintime.Value) string {
	moment, valid := value.Moment()
	if value.IsLatest() {
		moment, valid = pointintime.MomentOf(m.RestoredTo)
	}
	if !valid {
		return value.ValueString()
	}
	return strconv.FormatInt(moment.UnixMilli(), 10)
}

// serviceChosen ends the service's own choice of a name (DDS user guide, "Restoring Databases and Collections to a
// Point in Time").
const serviceChosen = "_bak_<timestamp>"

func (m *collectionRestore) Objects(ctx context.Context) []restore.Object {
	request, _ := m.request(ctx)
	var objects []restore.Object
	for _, database := range request.RestoreCollections {
		if database.RestoreDatabaseTime != "" {
			objects = append(objects, restore.Object{
				Name:    database.Database + ".*" + serviceChosen,
				Cleanup: commentServiceChose + restore.DropCollection(database.Database, "*"+serviceChosen),
			})
		}
		for _, collection := range database.Collections {
			name, comment := collection.NewName, ""
			if name == "" {
				name, comment = collection.OldName+serviceChosen, commentServiceChose
			}
			objects = append(objects, restore.Object{
				Name: database.Database + "." + name, Cleanup: comment + restore.DropCollection(database.Database, name),
			})
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
