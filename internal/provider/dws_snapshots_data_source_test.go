// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"testing"
	"time"

	"terraform-provider-x/internal/fakecloud"
)

// TestSnapshotsDataSource lists those of the project, of a cluster, and what a snapshot of some tables holds.
func TestSnapshotsDataSource(t *testing.T) {
	t.Parallel()
	at := func(hour int) fakecloud.Moment { return fakecloud.At(time.Date(2026, 1, 13, hour, 0, 0, 0, time.UTC)) }
	env := newRealTimeEnv(t, changedWorld(func(w *fakecloud.World) {
		for i := range w.DWSSnapshots[:2] {
			w.DWSSnapshots[i].Started, w.DWSSnapshots[i].Finished = at(10+i), at(11+i)
		}
		w.DWSSnapshots[0].FineGrainedBackup = false
		creating := fakecloud.DWSSnapshot{ID: "b", Name: "snapshot-3", ClusterID: w.DWSClusters[0].ID, Status: "CREATING",
			Started: at(11)}
		tables := fakecloud.DWSSnapshot{
			ID: "a", Name: "tables", ClusterID: "other", BackupLevel: "table", FineGrainedBackup: true, Started: at(9),
			Finished:  at(10),
			Databases: map[string]fakecloud.Schemas{"gaussdb": {"public": {"events": {}, "customers": {}}}},
		}
		w.DWSClusters = append(w.DWSClusters, fakecloud.DWSCluster{ID: "other", Name: "dws-2",
			ProjectID: fakecloud.DefaultProjectID})
		w.DWSSnapshots = append(w.DWSSnapshots, creating, tables)
	}))
	env.configure(`
data "x_dws_snapshots" "all" {}
data "x_dws_snapshots" "cluster" {
  cluster_id = "7d85f602-a948-4a30-afd4-e84f47471c15"
  status     = "available"
}
data "x_dws_snapshots" "named" {
  name_regex = "-[23]$"
}
data "x_dws_snapshots" "nothing" {
  cluster_id = "other"
  name_regex = "^snapshot"
}`)
	env.mustApply()
	snapshot := func(id, name string, hour int, more object) object {
		start, end := fmt.Sprintf("2026-01-13T%02d:00:00Z", hour), fmt.Sprintf("2026-01-13T%02d:00:00Z", hour+1)
		return joinedObjects(object{
			"id": id, "name": name, "status": "AVAILABLE", "cluster_id": "7d85f602-a948-4a30-afd4-e84f47471c15",
			"cluster_name":        "dws-1",
			"fine_grained_backup": true, "backup_level": "cluster", "database": nil, "schemas": list{}, "tables": list{},
			"started": start, "started_ms": milliseconds(start), "finished": end, "finished_ms": milliseconds(end),
		}, more)
	}
	first := snapshot("c719b1a7-c85c-4cb5-a721-7694908c2c11", "snapshot-1", 10, object{"fine_grained_backup": false})
	second := snapshot("2a4d0f86-67cd-408a-8b66-017454fb7793", "snapshot-2", 11, nil)
	third := snapshot("b", "snapshot-3", 11, object{"status": "CREATING", "fine_grained_backup": false, "finished": nil,
		"finished_ms": nil})
	tables := snapshot("a", "tables", 9, object{
		"cluster_id": "other", "cluster_name": "dws-2", "backup_level": "table", "database": "gaussdb",
		"tables": list{"public.customers", "public.events"},
	})
	answer := func(cluster, expression, status any, snapshots ...any) object {
		return object{"region": "eu-west-101", "cluster_id": cluster, "name_regex": expression, "status": status,
			"snapshots": append(list{}, snapshots...)}
	}
	env.expectValues(map[string]object{
		"data.x_dws_snapshots.all":     answer(nil, nil, nil, second, third, first, tables),
		"data.x_dws_snapshots.cluster": answer("7d85f602-a948-4a30-afd4-e84f47471c15", nil, "available", second, first),
		"data.x_dws_snapshots.named":   answer(nil, "-[23]$", nil, second, third),
		"data.x_dws_snapshots.nothing": answer("other", "^snapshot", nil),
	})
	env.expectRequests(fakecloud.DWS, map[string]int{fakecloud.ListSnapshots: 1, fakecloud.ListClusterSnapshots: 2})
}

// TestSnapshotsDataSourceOfAnOlderRegion reads a list that leaves out what newer regions tell, in no order. A time without
// a zone stays without.
func TestSnapshotsDataSourceOfAnOlderRegion(t *testing.T) {
	t.Parallel()
	env := newRealTimeEnv(t)
	env.plant(fakecloud.Fault{Service: fakecloud.DWS, Operation: fakecloud.ListClusterSnapshots,
		Kind: fakecloud.FaultStatus, Status: 200,
		Body: `{"snapshots": [{"id": "b", "name": "old", "status": "AVAILABLE"}, {"id": "a", "name": "old", "status": "AVAILABLE"}, {"id": "c", "name": "new", "started": "2026-01-13T10:00:00"}]}`})
	env.configure(`
data "x_dws_snapshots" "cluster" {
  cluster_id = "7d85f602-a948-4a30-afd4-e84f47471c15"
}`)
	env.mustApply()
	snapshot := func(id, name string, status, started, ms any) object {
		return object{
			"id": id, "name": name, "status": status, "cluster_id": "7d85f602-a948-4a30-afd4-e84f47471c15", "cluster_name": nil,
			"fine_grained_backup": nil,
			"backup_level":        nil, "database": nil, "schemas": list{}, "tables": list{}, "started": started, "started_ms": ms,
			"finished": nil, "finished_ms": nil,
		}
	}
	env.expectValues(map[string]object{"data.x_dws_snapshots.cluster": {
		"region": "eu-west-101", "cluster_id": "7d85f602-a948-4a30-afd4-e84f47471c15", "name_regex": nil, "status": nil,
		"snapshots": list{
			snapshot("c", "new", nil, "2026-01-13T10:00:00", nil),
			snapshot("a", "old", "AVAILABLE", nil, nil), snapshot("b", "old", "AVAILABLE", nil, nil),
		},
	}})
}
