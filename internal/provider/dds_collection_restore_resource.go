// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
)

// ddsCollectionRestore restores databases or collections of a DDS replica set (DDS API reference, "Restoring Databases and
// Tables to a Point in Time").
var ddsCollectionRestore = restoreSpec[ddsCollectionRestoreModel]{
	name:      "dds_collection_restore",
	target:    "instance_id",
	jobName:   "MongodbRestoreTable", // DDS API reference, Querying Tasks
	movedFrom: "huaweicloud_dds_collection_restore",
	schema:    ddsCollectionRestoreSchema,
	common:    func(m *ddsCollectionRestoreModel) *restoreModel { return &m.restoreModel },
	targetID:  func(m *ddsCollectionRestoreModel) *types.String { return &m.InstanceID },
	validate:  validateDDSCollectionRestore,
	named:     namedByDDSCollectionRestore,
	moment:    momentOfDDSCollectionRestore,
	check:     checkDDSCollectionRestore,
	complete: func(context.Context, ddsCollectionRestoreModel, *ddsCollectionRestoreModel) diag.Diagnostics {
		return nil
	},
	parameters: ddsCollectionRestoreParameters,
	submit:     submitDDSCollectionRestore,
	job:        (*client.Client).DDSJob,
	wait:       (*client.Client).WaitForDDSJob,
	queue: func(_ context.Context, _ lookups, m ddsCollectionRestoreModel) (string, error) {
		return m.InstanceID.ValueString(), nil
	},
	jobs: (*client.Client).DDSJobs,
	restoring: func(ctx context.Context, c *client.Client, instanceID string) (bool, error) {
		instance, err := c.DDSInstance(ctx, instanceID)
		// The API reference names the action RESTORE_TABLE; any other restore counts as well.
		return slices.ContainsFunc(instance.Actions, func(action string) bool { return strings.HasPrefix(action, "RESTORE") }), err
	},
	objects: objectsOfDDSCollectionRestore,
}

// ddsNamespaceMaximum is the longest db.collection that is restored for certain (DDS user guide, "Restoring Databases and
// Collections to a Point in Time").
const ddsNamespaceMaximum = 120

type ddsCollectionRestoreModel struct {
	restoreModel
	InstanceID         types.String `tfsdk:"instance_id"`
	RestoreCollections types.List   `tfsdk:"restore_collections"`
}

type ddsDatabaseModel struct {
	Database            types.String         `tfsdk:"database"`
	RestoreDatabaseTime pointintime.Value    `tfsdk:"restore_database_time"`
	Collections         []ddsCollectionModel `tfsdk:"collections"`
}

type ddsCollectionModel struct {
	OldName               types.String      `tfsdk:"old_name"`
	NewName               types.String      `tfsdk:"new_name"`
	RestoreCollectionTime pointintime.Value `tfsdk:"restore_collection_time"`
}

func ddsCollectionRestoreSchema(ctx context.Context) schema.Schema {
	name := []validator.String{anyName}
	const timeForms = "RFC 3339 with any offset, epoch milliseconds, or `latest`."
	collection := map[string]schema.Attribute{
		"old_name": schema.StringAttribute{Required: true, Validators: name, MarkdownDescription: "The collection's name at that time."},
		"new_name": schema.StringAttribute{
			Optional: true, Validators: name,
			MarkdownDescription: "The restored collection's name, which must not exist yet. By default the service calls it `<old_name>_bak_<timestamp>`.",
		},
		"restore_collection_time": schema.StringAttribute{
			Required: true, CustomType: pointintime.Type{}, MarkdownDescription: "The point in time of this collection: " + timeForms + " " + latestDescription + " Either all times are `latest` or none.",
		},
	}
	database := map[string]schema.Attribute{
		"database": schema.StringAttribute{Required: true, Validators: name, MarkdownDescription: "The database's name."},
		"restore_database_time": schema.StringAttribute{
			Optional: true, CustomType: pointintime.Type{},
			MarkdownDescription: "Restores all collections of the database, to this point in time: " + timeForms + " Either this or `collections`.",
		},
		"collections": schema.ListNestedAttribute{
			Optional: true, NestedObject: schema.NestedAttributeObject{Attributes: collection},
			Validators:          entries("old_name", "One restore brings a collection back once; for a second copy use a second resource."),
			MarkdownDescription: "Restores these collections of the database. Their order has no meaning. Either this or `restore_database_time`.",
		},
	}
	return schema.Schema{
		MarkdownDescription: "Restores databases or collections of a DDS replica set to a point in time, under new names, in the same instance. " +
			"Existing collections are documented as not overwritten. A collection that did not exist at that time would be restored as an empty one. Removing the resource does not undo the restore.",
		Attributes: restoreAttributes(ctx, map[string]schema.Attribute{
			"instance_id": schema.StringAttribute{
				Required: true, Validators: name,
				MarkdownDescription: "The replica set. A change runs the restore again.",
			},
			"restore_collections": schema.ListNestedAttribute{
				Required: true, NestedObject: schema.NestedAttributeObject{Attributes: database},
				Validators:          entries("database", "Put the collections of both into one entry."),
				MarkdownDescription: "What to restore. A change, other than of the order or of a moment's spelling, runs the restore again.",
			},
		}),
	}
}

func validateDDSCollectionRestore(ctx context.Context, config ddsCollectionRestoreModel, now time.Time) diag.Diagnostics {
	var diags diag.Diagnostics
	databases, known := elements[ddsDatabaseModel](ctx, config.RestoreCollections)
	if !known {
		return nil
	}
	if times := (ddsCollectionRestoreModel{RestoreCollections: config.RestoreCollections}).times(ctx); config.latest(ctx) &&
		slices.ContainsFunc(times, func(value pointintime.Value) bool { return !value.IsLatest() }) {
		diags.AddAttributeError(path.Root("restore_collections"), "The latest moment and another",
			"Some times in restore_collections are \"latest\", others are not. What the service makes of different times in one restore is not documented, "+
				"and restored_to could not say what was restored: use a resource for each.")
	}
	for i, database := range databases {
		at := path.Root("restore_collections").AtListIndex(i)
		hasTime, hasCollections := !database.RestoreDatabaseTime.IsNull(), database.Collections != nil
		switch {
		case hasTime && hasCollections:
			diags.AddAttributeError(at, "Both levels",
				fmt.Sprintf("%s (database %q) has restore_database_time, which restores the whole database, as well as collections. Remove one of the two.", at, database.Database.ValueString()))
		case !hasTime && !hasCollections:
			diags.AddAttributeError(at, "Neither level",
				fmt.Sprintf("%s (database %q) needs restore_database_time, to restore the whole database, or collections.", at, database.Database.ValueString()))
		}
		diags.Append(notInFuture(at.AtName("restore_database_time"), database.RestoreDatabaseTime, now)...)
		diags.Append(validateDDSCollections(at.AtName("collections"), database, now)...)
	}
	return diags
}

// ddsDefaultNamespace is as long as what a collection is restored as that is given no name: the service appends _bak_ and a
// timestamp, whose length is not documented. Milliseconds have 13 digits.
func ddsDefaultNamespace(database, collection string) string {
	return fmt.Sprintf("%s.%s_bak_%013d", database, collection, 0)
}

func validateDDSCollections(at path.Path, database ddsDatabaseModel, now time.Time) diag.Diagnostics {
	var diags diag.Diagnostics
	first := map[string]path.Path{}
	for i, collection := range database.Collections {
		entry := at.AtListIndex(i)
		diags.Append(notInFuture(entry.AtName("restore_collection_time"), collection.RestoreCollectionTime, now)...)
		for attribute, name := range map[string]types.String{"old_name": collection.OldName, "new_name": collection.NewName} {
			namespace := database.Database.ValueString() + "." + name.ValueString()
			if length := utf8.RuneCountInString(namespace); length > ddsNamespaceMaximum {
				diags.AddAttributeError(entry.AtName(attribute), "Name too long",
					fmt.Sprintf("%s makes %q, which has %d characters; DDS restores up to %d. Choose a shorter name.", entry.AtName(attribute), namespace, length, ddsNamespaceMaximum))
			}
		}
		name := collection.NewName.ValueString()
		if name == "" {
			namespace := ddsDefaultNamespace(database.Database.ValueString(), collection.OldName.ValueString())
			if length := utf8.RuneCountInString(namespace); collection.NewName.IsNull() && length > ddsNamespaceMaximum && !diags.HasError() {
				diags.AddAttributeError(entry, "Name too long",
					fmt.Sprintf("Without new_name, %s would be restored under a name of some %d characters; DDS restores up to %d. Give it a new_name.", entry, length, ddsNamespaceMaximum))
			}
			continue
		}
		if earlier, twice := first[name]; twice {
			diags.AddAttributeError(entry.AtName("new_name"), "Equal targets",
				fmt.Sprintf("%s and %s would both be restored as %q. Give each a new_name of its own.", earlier, entry, name))
		}
		first[name] = entry
	}
	return diags
}

// times are all that the configuration holds.
func (m ddsCollectionRestoreModel) times(ctx context.Context) []pointintime.Value {
	databases, _ := elements[ddsDatabaseModel](ctx, m.RestoreCollections)
	var times []pointintime.Value
	for _, database := range databases {
		if !database.RestoreDatabaseTime.IsNull() {
			times = append(times, database.RestoreDatabaseTime)
		}
		for _, collection := range database.Collections {
			times = append(times, collection.RestoreCollectionTime)
		}
	}
	return times
}

func (m ddsCollectionRestoreModel) latest(ctx context.Context) bool {
	return slices.ContainsFunc(m.times(ctx), pointintime.Value.IsLatest)
}

// namedByDDSCollectionRestore is the earliest of the moments: nothing that is restored is older.
func namedByDDSCollectionRestore(ctx context.Context, m ddsCollectionRestoreModel) time.Time {
	var earliest time.Time
	for _, value := range m.times(ctx) {
		at, valid := value.Moment()
		if !valid {
			return time.Time{}
		}
		if earliest.IsZero() || at.Before(earliest) {
			earliest = at
		}
	}
	return earliest
}

// momentOfDDSCollectionRestore asks for the newest moment where that is what the configuration says.
func momentOfDDSCollectionRestore(ctx context.Context, look lookups, m ddsCollectionRestoreModel) (time.Time, error) {
	if !m.latest(ctx) {
		return namedByDDSCollectionRestore(ctx, m), nil
	}
	latest, found, err := look.afresh().ddsNewest(ctx, m.InstanceID.ValueString())
	if err == nil && !found {
		err = fmt.Errorf("instance %s has had no moment in the last %d days that it can be restored to", m.InstanceID.ValueString(), ddsNewestDays)
	}
	return latest, err
}

func ddsCollectionRestoreParameters(ctx context.Context, m ddsCollectionRestoreModel) map[string]string {
	m.RestoredTo = types.StringNull() // the latest moment stays the latest, whatever it was
	all := map[string]string{}
	canonicalString(all, "instance_id", m.InstanceID)
	if !m.RestoreCollections.IsNull() {
		all["restore_collections"] = ""
		if request, known := m.request(ctx); known {
			all["restore_collections"] = canonical(request)
		}
	}
	return all
}

// request is the call's body, in an order that depends on nothing but what is to be restored.
func (m ddsCollectionRestoreModel) request(ctx context.Context) (client.DDSCollectionRestore, bool) {
	databases, known := elements[ddsDatabaseModel](ctx, m.RestoreCollections)
	if !known {
		return client.DDSCollectionRestore{}, false
	}
	var request client.DDSCollectionRestore
	for _, database := range databases {
		of := client.DDSRestoreDatabase{Database: database.Database.ValueString(), RestoreDatabaseTime: m.ddsTime(database.RestoreDatabaseTime)}
		for _, collection := range database.Collections {
			of.Collections = append(of.Collections, client.DDSRestoreCollection{
				OldName:               collection.OldName.ValueString(),
				NewName:               collection.NewName.ValueString(),
				RestoreCollectionTime: m.ddsTime(collection.RestoreCollectionTime),
			})
		}
		slices.SortFunc(of.Collections, func(a, b client.DDSRestoreCollection) int { return cmp.Compare(a.OldName, b.OldName) })
		request.RestoreCollections = append(request.RestoreCollections, of)
	}
	slices.SortFunc(request.RestoreCollections, func(a, b client.DDSRestoreDatabase) int { return cmp.Compare(a.Database, b.Database) })
	return request, true
}

// ddsTime is a moment as DDS takes it: milliseconds in a string (parameter tables of the API reference; its examples show a
// bare number). It is "" for none, and "latest" until that is resolved.
func (m ddsCollectionRestoreModel) ddsTime(value pointintime.Value) string {
	moment, valid := value.Moment()
	if value.IsLatest() {
		moment, valid = momentOf(m.RestoredTo)
	}
	if !valid {
		return value.ValueString()
	}
	return strconv.FormatInt(moment.UnixMilli(), 10)
}

func submitDDSCollectionRestore(ctx context.Context, c *client.Client, m ddsCollectionRestoreModel) (string, error) {
	request, known := m.request(ctx)
	if !known {
		return "", errUnknownParameters
	}
	return c.RestoreDDSCollections(ctx, m.InstanceID.ValueString(), request)
}

func objectsOfDDSCollectionRestore(ctx context.Context, m ddsCollectionRestoreModel) []restoredObject {
	request, _ := m.request(ctx)
	// The service's own choice of a name (DDS user guide, "Restoring Databases and Collections to a Point in Time").
	const chosen = "_bak_<timestamp>"
	const comment = "// The service chose the time in the name: "
	var objects []restoredObject
	for _, database := range request.RestoreCollections {
		if database.RestoreDatabaseTime != "" {
			objects = append(objects, restoredObject{database.Database + ".*" + chosen, comment + dropCollection(database.Database, "*"+chosen)})
		}
		for _, collection := range database.Collections {
			name, before := collection.NewName, ""
			if name == "" {
				name, before = collection.OldName+chosen, comment
			}
			objects = append(objects, restoredObject{database.Database + "." + name, before + dropCollection(database.Database, name)})
		}
	}
	return objects
}
