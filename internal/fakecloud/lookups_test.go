// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"testing"
	"time"
)

func TestRDSLookups(t *testing.T) {
	world := DefaultWorld()
	first := &world.RDSInstances[0]
	first.TableLimit = 3
	first.Databases["shop"]["public"]["orders_2023"] = Table{Dropped: At(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC))}
	first.Databases["shop"]["public"]["parent"] = Table{PartitionParent: true}
	world.RDSInstances = append(world.RDSInstances,
		RDSInstance{ID: "flexin03", Name: "flex", ProjectID: DefaultProjectID, Flexus: true})
	c := start(t, Options{World: world})
	v3 := "/v3/" + DefaultProjectID

	instances := c.must(RDS, "GET", v3+"/instances?id="+rdsID, "")
	if got := dig(instances, "total_count"); got != 1.0 {
		t.Errorf("total_count %v", got)
	}
	instance := dig(instances, "instances", 0)
	for field, want := range map[string]any{"id": rdsID, "name": "orders-db", "status": "ACTIVE", "type": "Ha",
		"region": DefaultRegion} {
		if got := dig(instance, field); got != want {
			t.Errorf("%s = %v, want %v", field, got, want)
		}
	}
	wantEqual(t, "engine", dig(instance, "datastore", "type"), any("PostgreSQL"))
	for path, want := range map[string]int{
		"/instances": 2, "/instances?id=nope": 0, "/instances?id=*535": 1, "/instances?name=orders-db": 1,
		"/instances?name=*orders": 2, "/instances?type=Single": 1, "/instances?datastore_type=MySQL": 0,
		"/instances?limit=1&offset=1": 1, "/instances?offset=9": 0,
		"/instances?id=flexin03": 0, "/instances?id=flexin03&group_type=flexus": 1,
	} {
		if got := len(c.must(RDS, "GET", v3+path, "")["instances"].([]any)); got != want {
			t.Errorf("%s: %d instances, want %d", path, got, want)
		}
	}

	windows := c.must(RDS, "GET", v3+"/instances/"+rdsID+"/restore-time", "")
	wantEqual(t, "windows", windows["restore_time"], any([]any{
		map[string]any{"start_time": 1688169600000.0, "end_time": 1688774400000.0},
		map[string]any{"start_time": float64(c.clock.Now().Add(-168 * time.Hour).UnixMilli()),
			"end_time": float64(c.clock.Now().Add(-5 * time.Minute).UnixMilli())},
	}))
	day := c.must(RDS, "GET", v3+"/instances/"+rdsID+"/restore-time?date=2023-07-05", "")
	wantEqual(t, "windows of a day", day["restore_time"],
		any([]any{map[string]any{"start_time": 1688515200000.0, "end_time": 1688601599000.0}}))

	old := time.UnixMilli(1688556737000)
	wantEqual(t, "tables up to the limit", c.historyTables(old, ""),
		[]string{"data1.schema1.table1", "data1.schema1.table2", "shop.public.customers"})
	totals := c.must(RDS, "POST", v3+"/postgresql/instances/history/tables",
		`{"instance_ids":["`+rdsID+`"],"restore_time":1688556737000}`)
	wantEqual(t, "totals beyond the limit", []any{
		totals["table_limit"], dig(totals, "instances", 0, "total_tables"),
		dig(totals, "instances", 0, "databases", 1, "total_tables"),
		dig(totals, "instances", 0, "databases", 1, "schemas", 0, "total_tables"),
	}, []any{3.0, 6.0, 4.0, 4.0})
	wantEqual(t, "tables by name", c.historyTables(old, `,"database_name_like":"ho","table_name_like":"orders"`),
		[]string{"shop.public.orders", "shop.public.orders_2023"})
	wantEqual(t, "tables of another instance name", c.historyTables(old, `,"instance_name_like":"nope"`), []string{})
	wantEqual(t, "tables now", c.historyTables(c.clock.Now().Add(-time.Hour), `,"table_name_like":"orders"`),
		[]string{"shop.public.orders"})

	databases := c.must(RDS, "POST", v3+"/postgresql/instances/history/databases",
		`{"instance_ids":["`+rdsID+`"],"restore_time":1688556737000}`)
	wantEqual(t, "databases", databases, map[string]any{"database_limit": 3.0, "table_limit": 3.0, "instances": []any{
		map[string]any{"id": rdsID, "name": "orders-db", "total_tables": 6.0, "databases": []any{
			map[string]any{"name": "data1", "total_tables": 2.0},
			map[string]any{"name": "shop", "total_tables": 4.0},
		}},
	}})
}

func TestDDSLookups(t *testing.T) {
	c := start(t, Options{})
	v3 := "/v3/" + DefaultProjectID
	instance := dig(c.must(DDS, "GET", v3+"/instances?id="+ddsID, ""), "instances", 0)
	for field, want := range map[string]any{"id": ddsID, "status": "normal", "mode": "ReplicaSet", "port": "8635",
		"engine": "wiredTiger"} {
		if got := dig(instance, field); got != want {
			t.Errorf("%s = %v, want %v", field, got, want)
		}
	}
	wantEqual(t, "actions", dig(instance, "actions"), any([]any{}))
	for path, want := range map[string]int{
		"/instances": 2, "/instances?id=nope": 0, "/instances?mode=Sharding": 0, "/instances?name=*staging": 1,
		"/instances?limit=1": 1,
	} {
		if got := len(c.must(DDS, "GET", v3+path, "")["instances"].([]any)); got != want {
			t.Errorf("%s: %d instances, want %d", path, got, want)
		}
	}
	wantEqual(t, "windows of a day", c.must(DDS, "GET", v3+"/instances/"+ddsID+"/restore-time?date=2020-12-12", ""),
		map[string]any{
			"restore_time": []any{map[string]any{"start_time": 1607731200000.0, "end_time": 1607817599000.0}},
		})
	wantEqual(t, "a day without windows",
		c.must(DDS, "GET", v3+"/instances/"+ddsID+"/restore-time?date=2021-12-12", ""),
		map[string]any{"restore_time": []any{}})
	wantEqual(t, "databases",
		c.must(DDS, "GET", v3+"/instances/"+ddsID+"/restore-database?restore_time=1607762955000", ""),
		map[string]any{"databases": []any{"app", "test"}, "total_count": 2.0})
	at := time.UnixMilli(1607762955000)
	wantEqual(t, "collections", c.collections("test", at, ""), []any{"test", "users"})
	wantEqual(t, "second page", c.collections("test", at, "&limit=1&offset=1"), []any{"users"})
}

func TestDWSLookups(t *testing.T) {
	c := start(t, Options{})
	v10 := "/v1.0/" + DefaultProjectID
	snapshot := c.must(DWS, "GET", v10+"/snapshots/"+snapshotID, "")["snapshot"]
	for field, want := range map[string]any{
		"id": snapshotID, "name": "snapshot-1", "status": "AVAILABLE", "cluster_id": clusterID, "cluster_name": "dws-1",
		"fine_grained_backup": true, "backup_level": "cluster", "finished": "2026-01-13T11:00:00Z",
		"fine_grained_backup_detail": nil,
	} {
		got, present := snapshot.(map[string]any)[field]
		if !present || got != want {
			t.Errorf("%s = %v (present: %t), want %v", field, got, present, want)
		}
	}
	for path, want := range map[string]int{
		"/snapshots": 2, "/clusters/" + clusterID + "/snapshots": 2,
		"/clusters/" + clusterID + "/snapshots?limit=1&offset=1": 1, // a page number
		"/clusters/" + clusterID + "/snapshots?limit=2&offset=1": 0,
	} {
		got := c.must(DWS, "GET", v10+path, "")
		if n := len(got["snapshots"].([]any)); n != want || got["count"] != 2.0 {
			t.Errorf("%s: %d of %v, want %d of 2", path, n, got["count"], want)
		}
	}
	cluster := c.must(DWS, "GET", v10+"/clusters/"+clusterID, "")["cluster"]
	for field, want := range map[string]any{"id": clusterID, "status": "AVAILABLE", "sub_status": "NORMAL",
		"task_status": ""} {
		if got := dig(cluster, field); got != want {
			t.Errorf("%s = %v, want %v", field, got, want)
		}
	}
}

func TestDWSSnapshotsOfOneDatabase(t *testing.T) {
	shop := map[string]Schemas{"gaussdb": {"public": {"events": {}, "customers": {}}, "archive": {"events": {}}}}
	for level, want := range map[string]map[string]any{
		"schema": {"database": "gaussdb", "schema_list": []any{"archive", "public"}},
		"table":  {"database": "gaussdb", "table_list": []any{"archive.events", "public.customers", "public.events"}},
	} {
		t.Run(level, func(t *testing.T) {
			world := DefaultWorld()
			world.DWSSnapshots[0].BackupLevel, world.DWSSnapshots[0].Databases = level, shop
			c := start(t, Options{World: world})
			v10 := "/v1.0/" + DefaultProjectID
			wantEqual(t, "one snapshot", dig(c.must(DWS, "GET", v10+"/snapshots/"+snapshotID, ""), "snapshot",
				"fine_grained_backup_detail"), any(want))
			wantEqual(t, "all snapshots", dig(c.must(DWS, "GET", v10+"/snapshots", ""), "snapshots", 0,
				"fine_grained_backup_detail"), any(want))
			wantEqual(t, "snapshots of a cluster", dig(c.must(DWS, "GET", v10+"/clusters/"+clusterID+"/snapshots", ""),
				"snapshots", 0, "fine_grained_backup_detail"), any(want))
		})
	}
}

func TestResourcesBelongToTheirProject(t *testing.T) {
	c := start(t, Options{})
	if got := c.must(RDS, "GET", "/v3/"+SecondProjectID+"/instances?id="+rdsID, ""); got["total_count"] != 0.0 {
		t.Errorf("RDS: %v", got)
	}
	snapshot := "/v1.0/" + SecondProjectID + "/snapshots/" + snapshotID
	if got := c.do(DWS, "GET", snapshot, ""); got.body["error_code"] != "DWS.5149" {
		t.Errorf("DWS: %s", got.raw)
	}
	jobID := c.restore(RDS)
	if got := c.do(RDS, "GET", "/v3/"+SecondProjectID+"/jobs?id="+jobID, ""); got.body["error_code"] != "DBS.200543" {
		t.Errorf("job: %s", got.raw)
	}
}
