// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"testing"

	"terraform-provider-x/internal/fakecloud"
)

func TestPreflightDWS(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t, inWorld(func(w *fakecloud.World) {
		held := map[string]fakecloud.Schemas{"gaussdb": {"public": {"events": {}, "customers": {}}}}
		cluster := func(id, status, subStatus string) {
			w.DWSClusters = append(w.DWSClusters, fakecloud.DWSCluster{
				ID: id, Name: id + "-dws", ProjectID: fakecloud.DefaultProjectID, Status: status, SubStatus: subStatus,
				Databases: held,
			})
		}
		cluster("usual", "AVAILABLE", "NORMAL")
		cluster("readonly", "AVAILABLE", "NORMAL | READONLY")
		cluster("gone-bad", "UNAVAILABLE", "")
		snapshot := func(id, cluster string, change func(*fakecloud.DWSSnapshot)) {
			i := fakecloud.DWSSnapshot{ID: id, Name: id + "-snapshot", ClusterID: cluster, FineGrainedBackup: true,
				Databases: held}
			change(&i)
			w.DWSSnapshots = append(w.DWSSnapshots, i)
		}
		snapshot("fine", "usual", func(*fakecloud.DWSSnapshot) {})
		snapshot("creating", "usual", func(i *fakecloud.DWSSnapshot) { i.Status = "CREATING" })
		snapshot("coarse", "usual", func(i *fakecloud.DWSSnapshot) { i.FineGrainedBackup = false })
		snapshot("schemas", "usual", func(i *fakecloud.DWSSnapshot) { i.BackupLevel = "schema" })
		snapshot("tables", "usual", func(i *fakecloud.DWSSnapshot) { i.BackupLevel = "table" })
		snapshot("of-readonly", "readonly", func(*fakecloud.DWSSnapshot) {})
		snapshot("of-gone-bad", "gone-bad", func(*fakecloud.DWSSnapshot) {})
	}))
	restore := func(snapshot, database, schema, table, target string) string {
		return fmt.Sprintf(`  snapshot_id        = %q
  database           = %q
  case_sensitive     = false
  restore_table_list = [{ schema_name = %q, table_name = %q }]
  target_table_list  = [{ schema_name = "public", table_name = %q }]`, snapshot, database, schema, table, target)
	}
	of := func(snapshot string) string { return restore(snapshot, "gaussdb", "public", "events", "events_then") }
	env.expectFound("x_dws_table_restore", map[string]rule{
		"fine":       {resource: of("fine")},
		"upper_case": {resource: restore("tables", "gaussdb", "PUBLIC", "Events", "events_then")},
		"of_schemas": {resource: of("schemas")},
		"of_tables":  {resource: of("tables")},
		"nobody": {resource: of("nobody"), says: []string{"Snapshot not found",
			"no DWS snapshot nobody in region eu-west-101"}},
		"creating": {resource: of("creating"), says: []string{"Snapshot is not available",
			"creating (creating-snapshot) is in status CREATING"}},
		"coarse": {resource: of("coarse"), says: []string{"Snapshot is not fine-grained",
			"fine-grained snapshots switched off"}},
		"other_schema": {resource: restore("schemas", "gaussdb", "private", "events", "events_then"),
			says: []string{"Table not in snapshot", "private.events", "holds only the schemas public"}},
		"other_table": {resource: restore("tables", "gaussdb", "public", "event", "events_then"),
			says: []string{"Table not in snapshot", "public.event", `Did you mean "public.events"`}},
		"other_database": {resource: restore("schemas", "postgres", "public", "events", "events_then"),
			says: []string{"Database not in snapshot", `holds database "gaussdb", not "postgres"`}},
		"readonly": {resource: of("of-readonly"), says: []string{"Cluster is read-only",
			"readonly (readonly-dws)", "NORMAL | READONLY"}},
		"unavailable": {resource: of("of-gone-bad"), says: []string{"Cluster is not available",
			"in status UNAVAILABLE"}},
		"missing": {resource: restore("fine", "gaussdb", "public", "nothing", "events_then"),
			says: []string{"Table not in snapshot", "restore_table_list[0] is public.nothing"}},
		"exists": {resource: restore("fine", "gaussdb", "public", "events", "customers"),
			says: []string{"Target table already exists", "target_table_list[0] is public.customers", "set allow_overwrite = true"}},
		"forbidden": {resource: restore("fine", "gaussdb", "public", "events", "customers") +
			"\n  allow_overwrite = false", says: []string{"Target table already exists"}},
		"will_overwrite": {resource: restore("fine", "gaussdb", "public", "events", "Customers") +
			"\n  allow_overwrite = true", warning: true,
			says: []string{"Table will be overwritten", "The restore deletes that table"}},
		"nothing_to_allow": {resource: of("fine") + "\n  allow_overwrite = true"},
	})
}
