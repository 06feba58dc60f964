// SPDX-License-Identifier: MPL-2.0

package dds

import (
	"context"
	"regexp"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
	"terraform-provider-x/internal/provider/lookup"
	"terraform-provider-x/internal/provider/names"
	"terraform-provider-x/internal/provider/validators"
)

// restorableDataSource lists what x_dds_collection_restore can restore (DDS API reference, "Obtaining the List of
// Databases That Can Be Restored" and "… of Database Collections That Can Be Restored").
type restorableDataSource struct {
	lookup.RegionArgument
	InstanceID         types.String           `tfsdk:"instance_id"`
	RestoreTime        pointintime.Value      `tfsdk:"restore_time"`
	Database           types.String           `tfsdk:"database"`
	NameRegex          types.String           `tfsdk:"name_regex"`
	RestorableAt       types.String           `tfsdk:"restorable_at"`
	RestoreTimeMS      types.Int64            `tfsdk:"restore_time_ms"`
	Databases          []string               `tfsdk:"databases"`
	Collections        []restorableCollection `tfsdk:"collections"`
	RestoreCollections []restorableDatabase   `tfsdk:"restore_collections"`
}

type restorableCollection struct {
	Name       string `tfsdk:"name"`
	Database   string `tfsdk:"database"`
	Collection string `tfsdk:"collection"`
}

// restorableDatabase has the form of x_dds_collection_restore's restore_collections, without its optional attributes.
type restorableDatabase struct {
	Database    string              `tfsdk:"database"`
	Collections []restorableOldName `tfsdk:"collections"`
}

type restorableOldName struct {
	OldName               string `tfsdk:"old_name"`
	RestoreCollectionTime string `tfsdk:"restore_collection_time"`
}

// NewRestorableCollections returns the model of x_dds_restorable_collections.
func NewRestorableCollections() lookup.Model { return &restorableDataSource{} }

func (*restorableDataSource) Name() string { return "dds_restorable_collections" }

func (*restorableDataSource) Description() string {
	return "Lists the collections of a DDS replica set that can be restored to a point in time. " +
		"It queries the databases first, and then the collections of each, a hundred a call."
}

func (*restorableDataSource) Attributes() map[string]schema.Attribute {
	return lookup.RestorableAttributes(map[string]schema.Attribute{
		"instance_id":  lookup.InstanceAttribute(),
		"restore_time": lookup.RestoreTimeAttribute(),
		"database": schema.StringAttribute{
			Optional: true, Validators: []validator.String{validators.AnyName},
			MarkdownDescription: "The database to list the collections of. By default all databases are listed. " +
				"If the instance did not have this database, reading fails.",
		},
		"name_regex": lookup.NameRegexAttribute("`database.collection`"),
		"databases": schema.ListAttribute{
			Computed: true, ElementType: types.StringType,
			MarkdownDescription: "The sorted names of the searched databases: all that can be restored, or `database`. " +
				"`name_regex` does not filter them.",
		},
		"collections": lookup.ComputedList("The collections, sorted by database and collection.", map[string]schema.Attribute{
			"name":       lookup.ComputedText("The full name: `database.collection`."),
			"database":   lookup.ComputedText("The database's name."),
			"collection": lookup.ComputedText("The collection's name."),
		}),
		"restore_collections": lookup.ComputedList(
			"The same collections, in the form of `restore_collections` of `x_dds_collection_restore`."+lookup.CopiesToo,
			map[string]schema.Attribute{
				"database": lookup.ComputedText("The database's name."),
				"collections": lookup.ComputedList("The collections.", map[string]schema.Attribute{
					"old_name":                lookup.ComputedText("The collection's name."),
					"restore_collection_time": lookup.ComputedText("`restore_time` as you wrote it; `latest` stays `latest`."),
				}),
			},
		),
	})
}

func (m *restorableDataSource) Read(ctx context.Context, look lookup.Region) diag.Diagnostics {
	id := m.InstanceID.ValueString()
	expression, diags := lookup.NameRegex(m.NameRegex)
	at, timeDiags := lookup.RestorableAt(ctx, look, m.RestoreTime,
		func() (time.Time, bool, error) { return newestMoment(ctx, look, id) }, noMoment(id))
	if diags.Append(timeDiags...); diags.HasError() {
		return diags
	}
	m.RestorableAt, m.RestoreTimeMS = lookup.Time(at), lookup.Milliseconds(at)
	databases, err := restorableDatabases(ctx, look, id, at)
	if err != nil {
		return diag.Diagnostics{lookup.RestoreTimeError(ctx, look, lookup.TimeQuestion{
			InstanceID: id, At: at, Advice: nearestMoments,
			Windows: func() ([]client.Window, error) { return windowsNear(ctx, look, id, at) },
		}, err)}
	}
	m.Databases = append([]string{}, databases...)
	if wanted := m.Database.ValueString(); wanted != "" {
		found := names.NewIndex(databases).Find(wanted)
		if len(found) != 1 {
			return diag.Diagnostics{errorDatabaseArgument(id, at, wanted, databases, found)}
		}
		m.Databases = found
	}
	m.Collections, m.RestoreCollections = []restorableCollection{}, []restorableDatabase{}
	for _, database := range m.Databases {
		collections, err := restorableCollections(ctx, look, id, database, at)
		if err != nil {
			return diag.Diagnostics{lookup.Error(ctx, look, path.Root("instance_id"), err)}
		}
		m.list(database, collections, expression)
	}
	return nil
}

// list adds the collections of one database. It leaves out a database without a match, because a restore rejects an
// empty list.
func (m *restorableDataSource) list(database string, collections []string, expression *regexp.Regexp) {
	restore := restorableDatabase{Database: database}
	for _, collection := range collections {
		name := database + "." + collection
		if !expression.MatchString(names.Normal(name)) { // as Terraform has the expression
			continue
		}
		m.Collections = append(m.Collections, restorableCollection{name, database, collection})
		restore.Collections = append(restore.Collections, restorableOldName{collection, m.RestoreTime.ValueString()})
	}
	if len(restore.Collections) > 0 {
		m.RestoreCollections = append(m.RestoreCollections, restore)
	}
}
