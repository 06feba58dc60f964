// SPDX-License-Identifier: MPL-2.0

package client_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/fakecloud"
)

// same fails the test unless the lookup gave what was wanted.
func same(t *testing.T, what string, got, want any, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
	} else if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: -want +got\n%s", what, diff)
	}
}

// known fails the test if a request went to no operation of the cloud.
func known(t *testing.T, cloud *fakecloud.Cloud) {
	t.Helper()
	for service, operations := range cloud.Requests() {
		if operations["Unknown"] != 0 {
			t.Errorf("%s: %d requests went to no operation", service, operations["Unknown"])
		}
	}
}

func TestRDSLookUpsOfFakecloud(t *testing.T) {
	clock, world := client.NewTestClock(), fakecloud.DefaultWorld()
	world.RDSInstances[0].TableLimit = 3
	world.RDSInstances[0].Databases["shop"]["public"]["dropped"] = fakecloud.Table{Dropped: fakecloud.FromNow(-time.Hour)}
	cloud := start(t, clock, func(o *fakecloud.Options) { o.World = world })
	c := connect(t, cloud, clock)
	then := time.UnixMilli(1688556737000)

	fixed := client.Window{
		Start: time.Date(2023, 7, 1, 0, 0, 0, 0, time.UTC),
		End:   time.Date(2023, 7, 8, 0, 0, 0, 0, time.UTC),
	}
	recent := client.Window{Start: clock.Now().Add(-168 * time.Hour), End: clock.Now().Add(-5 * time.Minute)}
	windows, err := c.RDS().RestoreWindows(t.Context(), ordersDB, "")
	same(t, "windows", windows, []client.Window{fixed, recent}, err)
	windows, err = c.RDS().RestoreWindows(t.Context(), ordersDB, "2023-07-05")
	day := time.Date(2023, 7, 5, 0, 0, 0, 0, time.UTC)
	same(t, "windows of a day", windows, []client.Window{{Start: day, End: day.Add(24*time.Hour - time.Second)}}, err)
	windows, err = c.RDS().RestoreWindows(t.Context(), ordersDB, "2022-07-05")
	same(t, "windows of another day", windows, []client.Window(nil), err)

	tables, err := c.RDS().RestorableTables(t.Context(), ordersDB, then, client.RDSTableFilter{})
	same(t, "tables", tables, client.RDSRestorableTables{TableLimit: 3, TotalTables: 6, Tables: []client.RDSTableName{
		{Database: "data1", Schema: "schema1", Table: "table1"}, {Database: "data1", Schema: "schema1", Table: "table2"},
		{Database: "shop", Schema: "public", Table: "customers"},
	}}, err)
	if !tables.Truncated() {
		t.Error("the list is not said to be cut")
	}
	narrow := client.RDSTableFilter{DatabaseNameLike: "sho", TableNameLike: "d"}
	tables, err = c.RDS().RestorableTables(t.Context(), ordersDB, then, narrow)
	same(
		t,
		"tables by name",
		tables,
		client.RDSRestorableTables{TableLimit: 3, TotalTables: 3, Tables: []client.RDSTableName{
			{Database: "shop", Schema: "public", Table: "dropped"}, {Database: "shop", Schema: "public", Table: "order_items"},
			{Database: "shop", Schema: "public", Table: "orders"},
		}},
		err,
	)
	if tables.Truncated() {
		t.Error("the list is said to be cut")
	}
	tables, err = c.RDS().RestorableTables(t.Context(), ordersDB, clock.Now().Add(-30*time.Minute), narrow)
	same(t, "tables when one was dropped", len(tables.Tables), 2, err)

	missing := strings.Repeat("0", 32) + "in03"
	if _, err := c.RDS().RestoreWindows(t.Context(), missing, ""); !client.IsNotFound(err) {
		t.Errorf("windows of no instance: %v", err)
	}
	if _, err := c.RDS().RestorableTables(t.Context(), missing, then, narrow); !client.IsNotFound(err) {
		t.Errorf("tables of no instance: %v", err)
	}
	var refused *client.APIError
	_, err = c.RDS().RestorableTables(t.Context(), ordersDB, clock.Now(), narrow)
	if client.IsNotFound(err) || !errors.As(err, &refused) || refused.Code != "DBS.200461" {
		t.Errorf("outside of the windows: %v", err)
	}
	if _, err := c.RDS().RestoreWindows(t.Context(), ordersDB, "5 July"); client.IsNotFound(err) ||
		!errors.As(err, &refused) {
		t.Errorf("a date that is none: %v", err)
	}
	known(t, cloud)
}

func TestDDSLookUpsOfFakecloud(t *testing.T) {
	clock, world := client.NewTestClock(), fakecloud.DefaultWorld()
	var many []string
	world.DDSInstances[0].Databases["many"] = fakecloud.Tables{}
	for i := range 250 {
		name := fmt.Sprintf("collection-%03d", i)
		many = append(many, name)
		world.DDSInstances[0].Databases["many"][name] = fakecloud.Table{}
		world.DDSInstances[0].Databases[fmt.Sprintf("db-%03d", i)] = fakecloud.Tables{"a": {}}
	}
	cloud := start(t, clock, func(o *fakecloud.Options) { o.World = world })
	c := connect(t, cloud, clock)
	then := time.UnixMilli(1607762955000)

	day := time.Date(2020, 12, 12, 0, 0, 0, 0, time.UTC)
	windows, err := c.DDS().RestoreWindows(t.Context(), sessionsDB, then)
	same(t, "windows", windows, []client.Window{{Start: day, End: day.Add(24*time.Hour - time.Second)}}, err)
	windows, err = c.DDS().RestoreWindows(t.Context(), sessionsDB, then.AddDate(1, 0, 0))
	same(t, "windows of another day", windows, []client.Window(nil), err)
	windows, err = c.DDS().RestoreWindows(t.Context(), sessionsDB, clock.Now())
	midnight := clock.Now().Truncate(24 * time.Hour)
	same(t, "windows of today", windows, []client.Window{{Start: midnight, End: clock.Now().Add(-5 * time.Minute)}}, err)

	databases, err := c.DDS().RestorableDatabases(t.Context(), sessionsDB, then)
	same(
		t,
		"databases",
		[]any{len(databases), databases[0], databases[1], databases[252]},
		[]any{253, "app", "db-000", "test"},
		err,
	)
	collections, err := c.DDS().RestorableCollections(t.Context(), sessionsDB, "many", then)
	same(t, "collections", collections, many, err)
	collections, err = c.DDS().RestorableCollections(t.Context(), sessionsDB, "test", then)
	same(t, "collections on one page", collections, []string{"test", "users"}, err)
	requests := cloud.Requests()["dds"]
	same(t, "requests", []int{requests["ListRestoreDatabases"], requests["ListRestoreCollections"]}, []int{3, 4}, nil)

	missing := strings.Repeat("0", 32) + "in02"
	absent := map[string]error{}
	_, absent["DDS instance "+missing] = c.DDS().RestoreWindows(t.Context(), missing, then)
	_, absent["DDS instance "+missing+" "] = c.DDS().RestorableDatabases(t.Context(), missing, then)
	_, absent["DDS instance "+missing+" was"] = c.DDS().RestorableCollections(t.Context(), missing, "test", then)
	_, absent[`database "nope" of DDS instance `+sessionsDB] = c.DDS().
		RestorableCollections(t.Context(), sessionsDB, "nope", then)
	for what, err := range absent {
		if !client.IsNotFound(err) || !strings.HasPrefix(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
	var refused *client.APIError
	_, err = c.DDS().RestorableCollections(t.Context(), sessionsDB, "test", clock.Now())
	if client.IsNotFound(err) || !errors.As(err, &refused) || refused.Code != "DBS.280409" {
		t.Errorf("outside of the windows: %v", err)
	}
	known(t, cloud)
}

func TestDWSLookUpsOfFakecloud(t *testing.T) {
	clock, world := client.NewTestClock(), fakecloud.DefaultWorld()
	shop := map[string]fakecloud.Schemas{"gaussdb": {"public": {"events": {}, "customers": {}}, "archive": {"events": {}}}}
	world.DWSClusters = append(
		world.DWSClusters,
		fakecloud.DWSCluster{ID: "another-cluster", Name: "dws-2", ProjectID: fakecloud.DefaultProjectID},
	)
	world.DWSSnapshots = append(
		world.DWSSnapshots,
		fakecloud.DWSSnapshot{
			ID:                "of-tables",
			Name:              "t",
			ClusterID:         cluster1,
			FineGrainedBackup: true,
			BackupLevel:       "table",
			Started:           fakecloud.FromNow(-2 * time.Hour),
			Databases:         shop,
		},
		fakecloud.DWSSnapshot{
			ID:                "of-schemas",
			Name:              "s",
			ClusterID:         "another-cluster",
			FineGrainedBackup: true,
			BackupLevel:       "schema",
			Started:           fakecloud.FromNow(-30 * time.Hour),
			Databases:         shop,
		},
		fakecloud.DWSSnapshot{ID: "coarse", Name: "c", ClusterID: cluster1, Started: fakecloud.FromNow(-90 * time.Hour)},
	)
	cloud := start(t, clock, func(o *fakecloud.Options) { o.World = world })
	c := connect(t, cloud, clock)
	ids := func(snapshots []client.DWSSnapshot) (list []string) {
		for _, snapshot := range snapshots {
			list = append(list, snapshot.ID)
		}
		return list
	}

	all, err := c.DWS().Snapshots(t.Context())
	same(
		t,
		"snapshots",
		ids(all),
		[]string{"of-tables", "2a4d0f86-67cd-408a-8b66-017454fb7793", "of-schemas", snapshot1, "coarse"},
		err,
	)
	of, err := c.DWS().ClusterSnapshots(t.Context(), cluster1)
	same(
		t,
		"snapshots of a cluster",
		ids(of),
		[]string{"of-tables", "2a4d0f86-67cd-408a-8b66-017454fb7793", snapshot1, "coarse"},
		err,
	)
	of, err = c.DWS().ClusterSnapshots(t.Context(), "another-cluster")
	same(t, "snapshots of another", ids(of), []string{"of-schemas"}, err)
	for _, listed := range all {
		one, err := c.DWS().Snapshot(t.Context(), listed.ID)
		same(t, "snapshot "+listed.ID, one, listed, err)
	}
	same(t, "of tables", all[0], client.DWSSnapshot{
		ID: "of-tables", Name: "t", Status: "AVAILABLE", ClusterID: cluster1, ClusterName: "dws-1", FineGrainedBackup: new(true), BackupLevel: "table",
		Started:  clock.Now().Add(-2 * time.Hour),
		Database: "gaussdb", Tables: []string{"archive.events", "public.customers", "public.events"},
	}, nil)
	same(
		t,
		"of schemas",
		[]any{all[2].Database, all[2].Schemas, all[2].Tables},
		[]any{"gaussdb", []string{"archive", "public"}, []string(nil)},
		nil,
	)
	same(
		t,
		"coarse",
		[]any{*all[4].FineGrainedBackup, all[4].BackupLevel, all[4].Database},
		[]any{false, "cluster", ""},
		nil,
	)

	table := func(name string) client.DWSTable { return client.DWSTable{SchemaName: "public", TableName: name} }
	restore := client.DWSTableRestore{
		CaseSensitive: true, Database: "postgres",
		RestoreTableList: []client.DWSTable{
			table("sales"),
			table("none"),
		}, TargetTableList: []client.DWSTable{table("sales_copy"), table("stores")},
	}
	check, err := c.DWS().CheckTableRestore(t.Context(), snapshot1, restore)
	same(
		t,
		"check",
		check,
		client.DWSTableCheck{Missing: []string{"public.none"}, Existing: []string{"public.stores"}},
		err,
	)
	restore.RestoreTableList, restore.TargetTableList = restore.RestoreTableList[:1], restore.TargetTableList[:1]
	check, err = c.DWS().CheckTableRestore(t.Context(), snapshot1, restore)
	same(t, "check of a good one", check, client.DWSTableCheck{}, err)
	if got := len(cloud.Restores()); got != 0 {
		t.Errorf("the checks started %d restores", got)
	}

	if _, err := c.DWS().ClusterSnapshots(t.Context(), "no-cluster"); !client.IsNotFound(err) {
		t.Errorf("snapshots of no cluster: %v", err)
	}
	if _, err := c.DWS().CheckTableRestore(t.Context(), "no-snapshot", restore); !client.IsNotFound(err) {
		t.Errorf("check of no snapshot: %v", err)
	}
	known(t, cloud)
}
