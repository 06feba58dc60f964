// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
)

// ddsRestorableCollections lists what x_dds_collection_restore can restore (DDS API reference, "Obtaining the List of
// Databases That Can Be Restored" and "… of Database Collections That Can Be Restored").
var ddsRestorableCollections = dataSourceSpec[ddsRestorableCollectionsModel]{
	name: "dds_restorable_collections",
	about: "Lists the collections of a DDS replica set that can be restored to a point in time. " +
		"The service is asked for the databases, and then for the collections of each, a hundred a call.",
	attributes: ddsRestorableCollectionsAttributes,
	region:     func(m *ddsRestorableCollectionsModel) *types.String { return &m.Region },
	read:       readDDSRestorableCollections,
}

type ddsRestorableCollectionsModel struct {
	Region             types.String            `tfsdk:"region"`
	InstanceID         types.String            `tfsdk:"instance_id"`
	RestoreTime        pointintime.Value       `tfsdk:"restore_time"`
	Database           types.String            `tfsdk:"database"`
	NameRegex          types.String            `tfsdk:"name_regex"`
	RestorableAt       types.String            `tfsdk:"restorable_at"`
	RestoreTimeMS      types.Int64             `tfsdk:"restore_time_ms"`
	Databases          []string                `tfsdk:"databases"`
	Collections        []restorableCollection  `tfsdk:"collections"`
	RestoreCollections []restorableDDSDatabase `tfsdk:"restore_collections"`
}

type restorableCollection struct {
	Name       string `tfsdk:"name"`
	Database   string `tfsdk:"database"`
	Collection string `tfsdk:"collection"`
}

// restorableDDSDatabase has the form of x_dds_collection_restore's restore_collections, but for what is optional there.
type restorableDDSDatabase struct {
	Database    string                    `tfsdk:"database"`
	Collections []restorableDDSCollection `tfsdk:"collections"`
}

type restorableDDSCollection struct {
	OldName               string `tfsdk:"old_name"`
	RestoreCollectionTime string `tfsdk:"restore_collection_time"`
}

func ddsRestorableCollectionsAttributes() map[string]schema.Attribute {
	return restorableAttributes(map[string]schema.Attribute{
		"instance_id":  instanceAttribute(),
		"restore_time": restoreTimeAttribute(),
		"database": schema.StringAttribute{
			Optional: true, Validators: []validator.String{anyName},
			MarkdownDescription: "The database whose collections are listed. By default all. One that the instance did not have is an error.",
		},
		"name_regex": nameRegexAttribute("`database.collection`"),
		"databases": schema.ListAttribute{
			Computed: true, ElementType: types.StringType,
			MarkdownDescription: "The names of the databases that were searched, sorted: all that can be restored, or `database`. `name_regex` leaves none out.",
		},
		"collections": computedList("The collections, sorted by database and collection.", map[string]schema.Attribute{
			"name":       computedText("`database.collection`."),
			"database":   computedText("The database's name."),
			"collection": computedText("The collection's name."),
		}),
		"restore_collections": computedList("The same collections in the form of `restore_collections` of `x_dds_collection_restore`."+copiesToo, map[string]schema.Attribute{
			"database": computedText("The database's name."),
			"collections": computedList("The collections.", map[string]schema.Attribute{
				"old_name":                computedText("The collection's name."),
				"restore_collection_time": computedText("`restore_time` as it is written; `latest` stays `latest`."),
			}),
		}),
	})
}

func readDDSRestorableCollections(ctx context.Context, look lookups, m *ddsRestorableCollectionsModel) diag.Diagnostics {
	id := m.InstanceID.ValueString()
	expression, diags := nameRegex(path.Root("name_regex"), m.NameRegex)
	at, timeDiags := restorableAt(ctx, look, m.RestoreTime, func() (time.Time, bool, error) { return look.ddsNewest(ctx, id) },
		fmt.Sprintf("Instance %s has had no moment in the last %d days that it can be restored to, so there is no latest one. "+
			"For an earlier one see data source x_dds_restore_windows.", id, ddsNewestDays))
	if diags.Append(timeDiags...); diags.HasError() {
		return diags
	}
	m.RestorableAt, m.RestoreTimeMS = timeOf(at), millisecondsOf(at)
	databases, err := look.ddsDatabases(ctx, id, at)
	if err != nil {
		return diag.Diagnostics{errorRestoreTime(ctx, look, id, at, err,
			func() ([]client.Window, error) { return look.ddsWindowsNear(ctx, id, at) }, ddsMoments)}
	}
	m.Databases = append([]string{}, databases...)
	if wanted := m.Database.ValueString(); wanted != "" {
		m.Databases = []string{wanted}
		if !slices.Contains(databases, wanted) {
			return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("database"), "No such database at that time",
				fmt.Sprintf("database is %q, which instance %s did not have at %s.%s", wanted, id, pointintime.Format(at), closest(wanted, databases)))}
		}
	}
	m.Collections, m.RestoreCollections = []restorableCollection{}, []restorableDDSDatabase{}
	for _, database := range m.Databases {
		collections, err := look.ddsCollections(ctx, id, database, at)
		if err != nil {
			return diag.Diagnostics{errorLookup(ctx, look, path.Root("instance_id"), err)}
		}
		m.list(database, collections, expression)
	}
	return nil
}

// list adds the collections of one database. A database of which none matches is left out: a restore refuses an empty list.
func (m *ddsRestorableCollectionsModel) list(database string, collections []string, expression *regexp.Regexp) {
	restore := restorableDDSDatabase{Database: database}
	for _, collection := range collections {
		name := database + "." + collection
		if !expression.MatchString(name) {
			continue
		}
		m.Collections = append(m.Collections, restorableCollection{name, database, collection})
		restore.Collections = append(restore.Collections, restorableDDSCollection{collection, m.RestoreTime.ValueString()})
	}
	if len(restore.Collections) > 0 {
		m.RestoreCollections = append(m.RestoreCollections, restore)
	}
}
