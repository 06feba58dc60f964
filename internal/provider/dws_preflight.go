// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
)

// checkDWSTableRestore is the preflight of tables of DWS.
func checkDWSTableRestore(ctx context.Context, look lookups, m dwsTableRestoreModel, f *preflightFindings) {
	snapshot, found := checkDWSSnapshot(ctx, look, m, f)
	if !found {
		return
	}
	if snapshot.ClusterID != "" && !checkDWSCluster(ctx, look, snapshot, f) {
		return
	}
	checkDWSNames(ctx, look, m, f)
}

// checkDWSSnapshot is false where there is nothing to look further for.
func checkDWSSnapshot(ctx context.Context, look lookups, m dwsTableRestoreModel, f *preflightFindings) (client.DWSSnapshot, bool) {
	id, at := m.SnapshotID.ValueString(), path.Root("snapshot_id")
	snapshot, err := look.dwsSnapshot(ctx, id)
	switch fineGrained := snapshot.FineGrainedBackup; {
	case client.IsNotFound(err):
		f.refuse(at, "No such snapshot", "There is no DWS snapshot %s in region %s, in the project of these credentials.", id, look.client.Region())
	case f.failed(ctx, at, err):
		return snapshot, f.mayGoOn(ctx)
	// The cluster's list of snapshots calls one RESTORING from which another restore runs; that is waited for.
	case !slices.Contains([]string{"AVAILABLE", "RESTORING"}, strings.ToUpper(snapshot.Status)):
		f.refuse(at, "The snapshot is not available", "Snapshot %s (%s) is in status %s; only one that is AVAILABLE can be restored from.", id, snapshot.Name, snapshot.Status)
	case fineGrained != nil && !*fineGrained:
		f.refuse(at, "Not a fine-grained snapshot", "Snapshot %s (%s) was taken with fine-grained snapshots switched off: single tables cannot be restored from it.", id, snapshot.Name)
	default:
		return snapshot, checkDWSHolds(ctx, m, snapshot, f)
	}
	return snapshot, false
}

// checkDWSHolds compares with what a snapshot of some schemas or tables says that it holds. One of a whole cluster says nothing.
func checkDWSHolds(ctx context.Context, m dwsTableRestoreModel, snapshot client.DWSSnapshot, f *preflightFindings) bool {
	request, _ := m.request(ctx)
	if held := snapshot.Database; held != "" && !m.sameName(held, request.Database) {
		f.refuse(path.Root("database"), "The snapshot does not hold the database", "Snapshot %s (%s) holds database %q and not %q.",
			snapshot.ID, snapshot.Name, held, request.Database)
		return false
	}
	sources, _ := dwsTables(ctx, m.RestoreTableList)
	for i, source := range sources {
		at := path.Root("restore_table_list").AtListIndex(i)
		switch {
		case len(snapshot.Schemas) > 0 && !m.oneOf(snapshot.Schemas, source.SchemaName):
			f.refuse(at, "The snapshot does not hold the table", "%s is %s, but snapshot %s (%s) holds only the schemas %s.",
				at, dwsName(source), snapshot.ID, snapshot.Name, strings.Join(snapshot.Schemas, ", "))
		// Whether tables are listed with their schema is not documented.
		case len(snapshot.Tables) > 0 && !m.oneOf(snapshot.Tables, dwsName(source)) && !m.oneOf(snapshot.Tables, source.TableName):
			f.refuse(at, "The snapshot does not hold the table", "%s is %s, which snapshot %s (%s) does not hold.%s",
				at, dwsName(source), snapshot.ID, snapshot.Name, closest(dwsName(source), snapshot.Tables))
		}
	}
	return !f.diags.HasError()
}

func checkDWSCluster(ctx context.Context, look lookups, snapshot client.DWSSnapshot, f *preflightFindings) bool {
	at := path.Root("snapshot_id")
	cluster, err := look.dwsCluster(ctx, snapshot.ClusterID)
	readOnly := slices.ContainsFunc(strings.Split(cluster.SubStatus, "|"), func(s string) bool {
		return strings.EqualFold(strings.TrimSpace(s), "READONLY")
	})
	denied := (*client.APIError)(nil)
	switch {
	// One code is for "not found" as well as for "no access"; the login was accepted for the snapshot.
	case client.IsNotFound(err) && errors.As(err, &denied) && denied.StatusCode != http.StatusNotFound:
		f.unasked = append(f.unasked, err.Error())
		return true
	case client.IsNotFound(err):
		f.refuse(at, "The cluster is gone", "Snapshot %s (%s) is of cluster %s (%s), which does not exist any more; tables are restored into it.",
			snapshot.ID, snapshot.Name, snapshot.ClusterID, snapshot.ClusterName)
	case f.failed(ctx, at, err):
		return f.mayGoOn(ctx)
	case !slices.Contains([]string{"AVAILABLE", "ACTIVE"}, strings.ToUpper(cluster.Status)):
		f.refuse(at, "The cluster is not available", "Cluster %s (%s), into which the tables would be restored, is in status %s.", cluster.ID, cluster.Name, cluster.Status)
	case readOnly:
		f.refuse(at, "The cluster is read-only", "Cluster %s (%s), into which the tables would be restored, is read-only (sub-status %s). Free some of its space first.",
			cluster.ID, cluster.Name, cluster.SubStatus)
	default:
		return true
	}
	return false
}

// dwsMissing are the service's codes for a database, schema or table that is not there (DWS API reference, Error Codes).
var dwsMissing = []string{"DWS.5172", "DWS.5173", "DWS.5174"}

// checkDWSNames has the service check the names, each time anew: a target that exists is deleted by the restore. The page
// does not say what its lists hold: here, sources that are missing and targets that exist.
func checkDWSNames(ctx context.Context, look lookups, m dwsTableRestoreModel, f *preflightFindings) {
	request, _ := m.request(ctx)
	names, err := look.client.CheckDWSTableRestore(ctx, m.SnapshotID.ValueString(), request)
	sources := path.Root("restore_table_list")
	if refused := (*client.APIError)(nil); errors.As(err, &refused) && slices.Contains(dwsMissing, refused.Code) {
		f.refuse(sources, "The snapshot does not hold the tables", "The service says of snapshot %s and database %q: %v", m.SnapshotID.ValueString(), request.Database, err)
		return
	}
	if f.failed(ctx, sources, err) {
		return
	}
	for _, missing := range names.Missing {
		at := m.entry(ctx, "restore_table_list", missing)
		f.refuse(at, "The snapshot does not hold the table", "%s is %s, which the service does not find in database %q of snapshot %s.",
			at, missing, request.Database, m.SnapshotID.ValueString())
	}
	if m.AllowOverwrite.IsUnknown() {
		return
	}
	for _, existing := range names.Existing {
		at := m.entry(ctx, "target_table_list", existing)
		if m.AllowOverwrite.ValueBool() {
			f.diags.AddAttributeWarning(at, "A table will be overwritten",
				fmt.Sprintf("%s is %s, which exists in database %q. The restore deletes it, as allow_overwrite says.", at, existing, request.Database))
			continue
		}
		f.refuse(at, "The target exists", "%s is %s, which exists in database %q: the restore would delete it. Choose another target, or, if that is meant, set allow_overwrite = true. %s",
			at, existing, request.Database, ownTarget)
	}
}

// entry is where the configuration names a table, as the service calls it.
func (m dwsTableRestoreModel) entry(ctx context.Context, attribute, name string) path.Path {
	at := path.Root(attribute)
	tables, _ := dwsTables(ctx, map[string]types.List{"restore_table_list": m.RestoreTableList, "target_table_list": m.TargetTableList}[attribute])
	for i, table := range tables {
		if m.sameName(name, dwsName(table)) || m.sameName(name, table.TableName) {
			return at.AtListIndex(i)
		}
	}
	return at
}

func (m dwsTableRestoreModel) oneOf(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return m.sameName(n, name) })
}

// sameName compares names as the restore does.
func (m dwsTableRestoreModel) sameName(a, b string) bool {
	return a == b || !m.CaseSensitive.ValueBool() && strings.EqualFold(a, b)
}
