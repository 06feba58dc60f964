// SPDX-License-Identifier: MPL-2.0

package dds

import (
	"context"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
	"terraform-provider-x/internal/provider/lookup"
	"terraform-provider-x/internal/provider/restore"
	"terraform-provider-x/internal/provider/validators"
)

// collectionRestore restores databases or collections of a DDS replica set (DDS API reference, "Restoring Databases and
// Tables to a Point in Time").
type collectionRestore struct {
	restore.Common
	InstanceID         types.String `tfsdk:"instance_id"`
	RestoreCollections types.List   `tfsdk:"restore_collections"`

	own ownNames // of databases and collections that the call names
}

type databaseModel struct {
	Database            types.String      `tfsdk:"database"`
	RestoreDatabaseTime pointintime.Value `tfsdk:"restore_database_time"`
	Collections         []collectionModel `tfsdk:"collections"`
}

type collectionModel struct {
	OldName               types.String      `tfsdk:"old_name"`
	NewName               types.String      `tfsdk:"new_name"`
	RestoreCollectionTime pointintime.Value `tfsdk:"restore_collection_time"`
}

// NewCollectionRestore returns the model of x_dds_collection_restore.
func NewCollectionRestore() restore.Model { return &collectionRestore{} }

func (*collectionRestore) Type() restore.Type {
	return restore.Type{
		Name:      "dds_collection_restore",
		Target:    "instance_id",
		Service:   "dds",
		JobName:   "MongodbRestoreTable", // DDS API reference, Querying Tasks
		MovedFrom: "huaweicloud_dds_collection_restore",
	}
}

func (m *collectionRestore) TargetID() string { return m.InstanceID.ValueString() }

// LockKey is the instance: the service restores one at a time.
func (*collectionRestore) LockKey(_ context.Context, _ lookup.Region, instanceID string) (string, error) {
	return instanceID, nil
}

func (*collectionRestore) Schema() restore.Schema {
	names := validators.Names{"database": {}, "old_name": {}, "new_name": {New: true}}
	const timeForms = "RFC 3339 with any offset, epoch milliseconds, or `latest`."
	collection := map[string]schema.Attribute{
		"old_name": schema.StringAttribute{
			Required: true, MarkdownDescription: "The collection's name at that time.",
		},
		"new_name": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "The restored collection's name, which must not exist yet. " +
				"Defaults to `old_name`, `_bak_`, and the point in time in epoch milliseconds. " +
				"The database's name, a dot and this may have 120 characters. " +
				"With `latest`, do not write out the default name: " +
				"the provider then does not recognise a tainted, unfinished restore as the same one. " +
				"Null if the name is unknown: of a restore that was imported, " +
				"or that an earlier version of this provider or the vendor's own provider started without `new_name`.",
		},
		"restore_collection_time": schema.StringAttribute{
			Required: true, CustomType: pointintime.Type{},
			MarkdownDescription: "The point in time of this collection: " + timeForms + " " + restore.LatestDescription +
				" Set either all times to `latest` or none.",
		},
	}
	database := map[string]schema.Attribute{
		"database": schema.StringAttribute{Required: true, MarkdownDescription: "The database's name."},
		"restore_database_time": schema.StringAttribute{
			Optional: true, CustomType: pointintime.Type{},
			MarkdownDescription: "Restores all collections of the database to this point in time: " + timeForms +
				" The service names the copies `<original>_bak_<timestamp>`; each restore makes others. " +
				"Set either this or `collections`.",
		},
		"collections": schema.ListNestedAttribute{
			Optional: true, NestedObject: schema.NestedAttributeObject{Attributes: collection},
			Validators: validators.Entries("old_name", adviceSecondCopy),
			MarkdownDescription: "The collections of the database to restore, in any order. " +
				"Set either this or `restore_database_time`.",
		},
	}
	return restore.Schema{
		Description: "Restores databases or collections of a DDS replica set to a point in time, under new names, " +
			"in the same instance. The service documents that existing collections are not overwritten. " +
			"If a collection did not exist at that time, the service would restore an empty one.",
		Attributes: map[string]schema.Attribute{
			"instance_id": schema.StringAttribute{
				Required: true, Validators: []validator.String{validators.ID}, MarkdownDescription: "The id of the replica set.",
			},
			"restore_collections": schema.ListNestedAttribute{
				Required: true, NestedObject: schema.NestedAttributeObject{Attributes: database},
				Validators:          append(validators.Entries("database", adviceJoinCollections), names),
				MarkdownDescription: "The databases and collections to restore, in any order.",
			},
		},
		OnChange: map[string]string{
			"instance_id":         restore.ChangeRestores,
			"restore_collections": "Changing more than the order or the notation of a moment starts a new restore.",
		},
	}
}

// times are all moments of the configuration.
func (m *collectionRestore) times(ctx context.Context) []pointintime.Value {
	databases, _ := restore.Elements[databaseModel](ctx, m.RestoreCollections)
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

// latest reports whether the restore goes to the newest moment there is.
func (m *collectionRestore) latest(ctx context.Context) bool {
	return slices.ContainsFunc(m.times(ctx), pointintime.Value.IsLatest)
}

// ConfiguredTime is the earliest of the moments: nothing that is restored is older.
func (m *collectionRestore) ConfiguredTime(ctx context.Context) time.Time {
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

// ResolveTime looks up the newest moment if the configuration says "latest".
func (m *collectionRestore) ResolveTime(ctx context.Context, look lookup.Region) (time.Time, error) {
	if !m.latest(ctx) {
		return m.ConfiguredTime(ctx), nil
	}
	latest, found, err := newestMoment(ctx, look.Uncached(), m.TargetID())
	if err == nil && !found {
		err = errNothingToRestore(m.TargetID())
	}
	return latest, err
}

// Complete fills in the default names.
func (m *collectionRestore) Complete(ctx context.Context, config restore.Model) diag.Diagnostics {
	var databases []databaseModel
	configured := config.(*collectionRestore).RestoreCollections
	if configured.IsNull() || configured.ElementsAs(ctx, &databases, false).HasError() {
		return nil // a list in it is unknown
	}
	for _, database := range databases {
		for i, collection := range database.Collections {
			if collection.NewName.IsNull() { // neither given nor to be known
				database.Collections[i].NewName = m.completeName(collection)
			}
		}
	}
	var diags diag.Diagnostics
	m.RestoreCollections, diags = types.ListValueFrom(ctx, configured.ElementType(ctx), databases)
	return diags
}

// completeName is the default name of a collection. It is unknown if the moment is, and null if it will never be known:
// nobody knows the names, or the restore to the latest moment was imported, so that its moment is lost.
func (m *collectionRestore) completeName(collection collectionModel) types.String {
	at, known := m.moment(collection.RestoreCollectionTime)
	lost := collection.RestoreCollectionTime.IsLatest() && m.RestoredTo.IsNull()
	switch {
	case m.NamesUnknown, lost:
		return types.StringNull()
	case known && !collection.OldName.IsUnknown():
		return types.StringValue(defaultName(collection.OldName.ValueString(), at))
	}
	return types.StringUnknown()
}

func (m *collectionRestore) Submit(ctx context.Context, c *client.Client) (string, error) {
	databases, known := m.databases(ctx)
	if !known {
		return "", restore.ErrUnknownParameters
	}
	return c.DDS().RestoreCollections(ctx, m.TargetID(), m.request(databases))
}
