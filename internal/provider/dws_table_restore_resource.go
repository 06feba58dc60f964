// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
)

// dwsTableRestore restores tables of a DWS cluster from a snapshot (DWS API reference, "Restoring a Table").
var dwsTableRestore = restoreSpec[dwsTableRestoreModel]{
	name:       "dws_table_restore",
	target:     "snapshot_id",
	schema:     dwsTableRestoreSchema,
	common:     func(m *dwsTableRestoreModel) *restoreModel { return &m.restoreModel },
	targetID:   func(m *dwsTableRestoreModel) *types.String { return &m.SnapshotID },
	validate:   validateDWSTableRestore,
	named:      func(context.Context, dwsTableRestoreModel) time.Time { return time.Time{} },
	moment:     momentOfDWSTableRestore,
	complete:   func(context.Context, dwsTableRestoreModel, *dwsTableRestoreModel) diag.Diagnostics { return nil },
	check:      checkDWSTableRestore,
	parameters: dwsTableRestoreParameters,
	submit:     submitDWSTableRestore,
	job:        (*client.Client).DWSJob,
	wait:       (*client.Client).WaitForDWSJob,
	queue:      dwsCluster,
	oneScope:   true, // what matters is the cluster behind the snapshot
	jobs:       dwsJobs,
	restoring: func(ctx context.Context, c *client.Client, clusterID string) (bool, error) {
		cluster, err := c.DWSCluster(ctx, clusterID)
		return strings.Contains(cluster.TaskStatus, "RESTOR"), err // FINE_GRAINED_RESTORING, RESTORING
	},
	objects: objectsOfDWSTableRestore,
}

type dwsTableRestoreModel struct {
	restoreModel
	SnapshotID       types.String `tfsdk:"snapshot_id"`
	Database         types.String `tfsdk:"database"`
	CaseSensitive    types.Bool   `tfsdk:"case_sensitive"`
	RestoreTableList types.List   `tfsdk:"restore_table_list"`
	TargetTableList  types.List   `tfsdk:"target_table_list"`
	AllowOverwrite   types.Bool   `tfsdk:"allow_overwrite"`
}

type dwsTableModel struct {
	SchemaName types.String `tfsdk:"schema_name"`
	TableName  types.String `tfsdk:"table_name"`
}

func dwsTableRestoreSchema(ctx context.Context) schema.Schema {
	name := []validator.String{identifierName}
	tables := func(description string, tableName nameValidator) schema.ListNestedAttribute {
		return schema.ListNestedAttribute{
			Required: true, MarkdownDescription: description, Validators: []validator.List{listvalidator.SizeAtLeast(1)},
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"schema_name": schema.StringAttribute{Required: true, Validators: name, MarkdownDescription: "The schema's name."},
				"table_name":  schema.StringAttribute{Required: true, Validators: []validator.String{tableName}, MarkdownDescription: "The table's name."},
			}},
		}
	}
	return schema.Schema{
		MarkdownDescription: "Restores tables of a DWS cluster from a snapshot, into the same database of the same cluster. " +
			"**The service deletes a target table that exists**; the provider lets it do so with `allow_overwrite` only. The restored copy lacks comments and grants. " +
			"Removing the resource does not undo the restore.",
		Attributes: restoreAttributes(ctx, map[string]schema.Attribute{
			"snapshot_id": schema.StringAttribute{
				Required: true, Validators: []validator.String{anyName},
				MarkdownDescription: "The snapshot, taken with fine-grained snapshots switched on. A change runs the restore again.",
			},
			"database": schema.StringAttribute{
				Required: true, Validators: name, MarkdownDescription: "The database of all the tables. A change runs the restore again.",
			},
			"case_sensitive": schema.BoolAttribute{
				Required: true, MarkdownDescription: "Whether upper and lower case differ in the names. A change runs the restore again.",
			},
			"restore_table_list": tables("The tables to restore. A change runs the restore again; another order of both lists alike does not.", identifierName),
			"target_table_list":  tables("What each of `restore_table_list` is restored as, by position. A table's name has up to 63 bytes: a letter or an underscore, then letters, digits and underscores. A change runs the restore again.", dwsTargetName),
			"allow_overwrite": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether targets that exist may be overwritten. By default `false`: a restore whose target exists is refused in the plan, and once more just before it starts. " +
					"That takes a look-up, which `preflight = false` or a missing permission leaves out. A change calls nothing.",
			},
		}),
	}
}

// pair is one table and what it is restored as.
type pair struct{ from, to client.DWSTable }

// pairs is false while anything in the lists is unknown, and where they differ in length.
func (m dwsTableRestoreModel) pairs(ctx context.Context) ([]pair, bool) {
	from, fromKnown := dwsTables(ctx, m.RestoreTableList)
	to, toKnown := dwsTables(ctx, m.TargetTableList)
	if !fromKnown || !toKnown || len(from) != len(to) {
		return nil, false
	}
	pairs := make([]pair, len(from))
	for i := range from {
		pairs[i] = pair{from[i], to[i]}
	}
	return pairs, true
}

func dwsTables(ctx context.Context, list types.List) ([]client.DWSTable, bool) {
	models, known := elements[dwsTableModel](ctx, list)
	var tables []client.DWSTable
	for _, model := range models {
		tables = append(tables, client.DWSTable{SchemaName: model.SchemaName.ValueString(), TableName: model.TableName.ValueString()})
	}
	return tables, known
}

func validateDWSTableRestore(ctx context.Context, config dwsTableRestoreModel, _ time.Time) diag.Diagnostics {
	var diags diag.Diagnostics
	from, to := config.RestoreTableList, config.TargetTableList
	if !from.IsUnknown() && !to.IsUnknown() && len(from.Elements()) != len(to.Elements()) {
		diags.AddAttributeError(path.Root("target_table_list"), "Lists of unequal length",
			fmt.Sprintf("restore_table_list has %d tables and target_table_list %d. They belong together by position: give each table its target.", len(from.Elements()), len(to.Elements())))
	}
	unique := func(attribute, advice string) {
		list := map[string]types.List{"restore_table_list": from, "target_table_list": to}[attribute]
		tables, known := dwsTables(ctx, list)
		if !known || config.CaseSensitive.IsUnknown() {
			return
		}
		first := map[client.DWSTable]path.Path{}
		for i, table := range tables {
			at := path.Root(attribute).AtListIndex(i)
			same := table
			if !config.CaseSensitive.ValueBool() {
				same = foldedDWS(table)
			}
			if earlier, twice := first[same]; twice {
				diags.AddAttributeError(at, "Given twice", fmt.Sprintf("%s and %s are the same table, %s. %s", earlier, at, dwsName(table), advice))
			}
			first[same] = at
		}
	}
	unique("restore_table_list", "One restore brings a table back once; for a second copy use a second resource.")
	unique("target_table_list", "The one would overwrite the other: give each a target of its own.")
	return diags
}

func dwsTableRestoreParameters(ctx context.Context, m dwsTableRestoreModel) map[string]string {
	all := map[string]string{}
	canonicalString(all, "snapshot_id", m.SnapshotID)
	canonicalString(all, "database", m.Database)
	switch {
	case m.CaseSensitive.IsNull():
	case m.CaseSensitive.IsUnknown():
		all["case_sensitive"] = ""
	default:
		all["case_sensitive"] = canonical(m.CaseSensitive.ValueBool())
	}
	if m.RestoreTableList.IsNull() && m.TargetTableList.IsNull() {
		return all
	}
	// Either list means something only together with the other: re-ordering one alone changes both, and Terraform replaces a
	// resource only for an attribute that differs as it is written.
	tables := ""
	if request, known := m.request(ctx); known {
		tables = canonical([][]client.DWSTable{request.RestoreTableList, request.TargetTableList})
	}
	all["restore_table_list"], all["target_table_list"] = tables, tables
	return all
}

// request is the call's body, in an order that depends on nothing but what is to be restored. How the service pairs the two
// lists is not documented; by position is the only reading of two lists of equal length.
func (m dwsTableRestoreModel) request(ctx context.Context) (client.DWSTableRestore, bool) {
	pairs, known := m.pairs(ctx)
	if !known {
		return client.DWSTableRestore{}, false
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.from.SchemaName, b.from.SchemaName), cmp.Compare(a.from.TableName, b.from.TableName))
	})
	request := client.DWSTableRestore{CaseSensitive: m.CaseSensitive.ValueBool(), Database: m.Database.ValueString()}
	for _, pair := range pairs {
		request.RestoreTableList = append(request.RestoreTableList, pair.from)
		request.TargetTableList = append(request.TargetTableList, pair.to)
	}
	return request, true
}

func submitDWSTableRestore(ctx context.Context, c *client.Client, m dwsTableRestoreModel) (string, error) {
	request, known := m.request(ctx)
	if !known {
		return "", errUnknownParameters
	}
	return c.RestoreDWSTables(ctx, m.SnapshotID.ValueString(), request)
}

// dwsCluster is the cluster that a snapshot belongs to and is restored into: two snapshots of one cluster are in each
// other's way.
func dwsCluster(ctx context.Context, look lookups, m dwsTableRestoreModel) (string, error) {
	snapshot, err := look.dwsSnapshot(ctx, m.SnapshotID.ValueString())
	if err == nil && snapshot.ClusterID == "" {
		err = errors.New("the snapshot names no cluster")
	}
	return snapshot.ClusterID, err
}

// momentOfDWSTableRestore is when the snapshot was begun: what it holds is at least as new. Zero where that is not to be had.
func momentOfDWSTableRestore(ctx context.Context, look lookups, m dwsTableRestoreModel) (time.Time, error) {
	snapshot, _ := look.dwsSnapshot(ctx, m.SnapshotID.ValueString())
	return snapshot.Started, nil
}

// dwsJobs are the fine-grained restores that run on a cluster. DWS lists no jobs, only a cluster's actions, and it is not
// documented whether an action's id is its job's: one that is not loses it here, and is then never adopted.
func dwsJobs(c *client.Client, ctx context.Context, clusterID string, _, _ time.Time) ([]client.Job, error) {
	actions, err := c.DWSRestoreActions(ctx, clusterID)
	for i, action := range actions {
		actions[i].Name = "FINE_GRAINED_RESTORING"
		if _, err := c.DWSJob(ctx, action.ID); err != nil {
			actions[i].ID = ""
		}
	}
	return actions, err
}

// foldedDWS is a table as the database knows it by a name without quotes: only A to Z are folded where it is encoded in UTF-8
// (PostgreSQL, downcase_identifier, which DWS's engine has from there).
func foldedDWS(table client.DWSTable) client.DWSTable {
	fold := func(name string) string {
		return strings.Map(func(r rune) rune {
			if r >= 'A' && r <= 'Z' {
				return r - 'A' + 'a'
			}
			return r
		}, name)
	}
	return client.DWSTable{SchemaName: fold(table.SchemaName), TableName: fold(table.TableName)}
}

// objectsOfDWSTableRestore folds the names where the restore does, as the database itself does with names without quotes. That
// this is what case_sensitive = false means is not documented.
func objectsOfDWSTableRestore(ctx context.Context, m dwsTableRestoreModel) []restoredObject {
	request, _ := m.request(ctx)
	var objects []restoredObject
	for _, table := range request.TargetTableList {
		if !request.CaseSensitive {
			table = foldedDWS(table)
		}
		objects = append(objects, restoredObject{
			request.Database + "." + dwsName(table), dropTable(request.Database, table.SchemaName, table.TableName),
		})
	}
	return objects
}

func dwsName(table client.DWSTable) string { return table.SchemaName + "." + table.TableName }
