// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"testing"
	"time"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

// rdsTable and ddsCollection are entries of the flat lists.
func rdsTable(database, schema, table string) object {
	return object{"name": database + "." + schema + "." + table, "database": database, "schema": schema, "table": table}
}

func ddsCollection(database, collection string) object {
	return object{"name": database + "." + collection, "database": database, "collection": collection}
}

// oldNames is the innermost list of the nested form.
func oldNames(more object, names ...string) list {
	all := list{}
	for _, name := range names {
		all = append(all, joinedObjects(object{"old_name": name}, more))
	}
	return all
}

// TestRestorableTablesDataSource lists, filters and nests tables, and asks for no list twice.
func TestRestorableTablesDataSource(t *testing.T) {
	t.Parallel()
	env := newRealTimeEnv(t, changedWorld(func(w *fakecloud.World) {
		w.RDSInstances[0].Windows = w.RDSInstances[0].Windows[:1]
		w.RDSInstances[0].Databases["data1"]["schema0"] = fakecloud.Tables{"gone": {Dropped: fakecloud.At(time.Date(2023, 7,
			6, 0, 0, 0, 0, time.UTC))}}
		w.RDSInstances[1].TableLimit = 2
	}))
	env.configure(fmt.Sprintf(`
data "x_rds_pg_restorable_tables" "all" {
  instance_id  = %[1]q
  restore_time = "2023-07-05T13:32:17+02:00"
}
data "x_rds_pg_restorable_tables" "matching" {
  instance_id  = %[1]q
  restore_time = 1688556737000
  name_regex   = "^shop\\.public\\.order|table2$"
}
data "x_rds_pg_restorable_tables" "nothing" {
  instance_id  = %[1]q
  restore_time = "2023-07-05T11:32:17Z"
  name_regex   = "^order"
}
data "x_rds_pg_restorable_tables" "latest" {
  instance_id        = %[1]q
  restore_time       = "latest"
  database_name_like = "data"
  table_name_like    = "o"
}
data "x_rds_pg_restorable_tables" "truncated" {
  instance_id  = %[2]q
  restore_time = "2023-07-05T11:32:17Z"
}
data "x_rds_pg_restorable_tables" "narrowed" {
  instance_id     = %[2]q
  restore_time    = "2023-07-05T11:32:17Z"
  table_name_like = "order_"
}`, ordersDB, stagingDB))
	env.expect(env.mustApply(), clitest.ExitOK, "Table list is incomplete", "the service lists 2 of 3 tables",
		"database_name_like or table_name_like")
	at := object{
		"region": "eu-west-101", "instance_id": ordersDB, "restorable_at": "2023-07-05T11:32:17Z",
		"restore_time_ms": 1688556737000.0, "table_limit": 2000.0,
		"database_name_like": nil, "table_name_like": nil, "name_regex": nil,
	}
	staging := joinedObjects(at, object{"instance_id": stagingDB, "restore_time": "2023-07-05T11:32:17Z",
		"table_limit": 2.0})
	nested := func(database, schema string, tables ...string) object {
		return object{"database": database, "schemas": list{object{"schema": schema, "tables": oldNames(nil, tables...)}}}
	}
	env.expectValues(map[string]object{
		"data.x_rds_pg_restorable_tables.all": joinedObjects(at, object{
			"restore_time": "2023-07-05T13:32:17+02:00",
			"tables": list{
				rdsTable("data1", "schema0", "gone"), rdsTable("data1", "schema1", "table1"),
				rdsTable("data1", "schema1", "table2"),
				rdsTable("shop", "public", "customers"), rdsTable("shop", "public", "order_items"),
				rdsTable("shop", "public", "orders"),
			},
			"databases": list{
				object{"database": "data1", "schemas": list{
					object{"schema": "schema0", "tables": oldNames(nil, "gone")},
					object{"schema": "schema1", "tables": oldNames(nil, "table1", "table2")},
				}},
				nested("shop", "public", "customers", "order_items", "orders"),
			},
		}),
		"data.x_rds_pg_restorable_tables.matching": joinedObjects(at, object{
			"restore_time": "1688556737000", "name_regex": `^shop\.public\.order|table2$`,
			"tables": list{rdsTable("data1", "schema1", "table2"), rdsTable("shop", "public", "order_items"),
				rdsTable("shop", "public", "orders")},
			"databases": list{nested("data1", "schema1", "table2"), nested("shop", "public", "order_items", "orders")},
		}),
		"data.x_rds_pg_restorable_tables.nothing": joinedObjects(at, object{
			"restore_time": "2023-07-05T11:32:17Z", "name_regex": "^order", "tables": list{}, "databases": list{},
		}),
		"data.x_rds_pg_restorable_tables.latest": joinedObjects(at, object{
			"restore_time": "latest", "restorable_at": "2023-07-08T00:00:00Z", "restore_time_ms": 1688774400000.0,
			"database_name_like": "data", "table_name_like": "o", "tables": list{}, "databases": list{},
		}),
		"data.x_rds_pg_restorable_tables.truncated": joinedObjects(staging, object{
			"tables":    list{rdsTable("shop", "public", "customers"), rdsTable("shop", "public", "order_items")},
			"databases": list{nested("shop", "public", "customers", "order_items")},
		}),
		"data.x_rds_pg_restorable_tables.narrowed": joinedObjects(staging, object{
			"table_name_like": "order_", "tables": list{rdsTable("shop", "public", "order_items")},
			"databases": list{nested("shop", "public", "order_items")},
		}),
	})
	env.expectRequests(fakecloud.RDS, map[string]int{fakecloud.ListRestoreTime: 1, fakecloud.ListHistoryTables: 4})
}

// TestRestorableCollectionsDataSource lists, filters and nests collections, of more than one page.
func TestRestorableCollectionsDataSource(t *testing.T) {
	t.Parallel()
	many := fakecloud.Tables{}
	for i := range 250 {
		many[fmt.Sprintf("c%03d", i)] = fakecloud.Table{}
	}
	env := newRealTimeEnv(t, changedWorld(func(w *fakecloud.World) {
		w.DDSInstances[1].Databases["many"] = many
	}))
	env.configure(fmt.Sprintf(`
data "x_dds_restorable_collections" "all" {
  instance_id  = %[1]q
  restore_time = "2020-12-12T08:49:15Z"
}
data "x_dds_restorable_collections" "matching" {
  instance_id  = %[1]q
  restore_time = 1607762955000
  name_regex   = "^app\\."
}
data "x_dds_restorable_collections" "nothing" {
  instance_id  = %[1]q
  restore_time = "2020-12-12T08:49:15Z"
  database     = "app"
  name_regex   = "^test"
}
data "x_dds_restorable_collections" "many" {
  instance_id  = %[2]q
  restore_time = "latest"
  database     = "many"
}`, sessionsDB, stagingSessions))
	env.mustApply()
	at := object{
		"region": "eu-west-101", "instance_id": sessionsDB, "restorable_at": "2020-12-12T08:49:15Z",
		"restore_time_ms": 1607762955000.0,
		"restore_time":    "2020-12-12T08:49:15Z", "database": nil, "name_regex": nil, "databases": list{"app", "test"},
	}
	nested := func(database, time string, collections ...string) object {
		return object{"database": database, "collections": oldNames(object{"restore_collection_time": time}, collections...)}
	}
	env.expectValues(map[string]object{
		"data.x_dds_restorable_collections.all": joinedObjects(at, object{
			"collections": list{ddsCollection("app", "carts"), ddsCollection("app", "sessions"), ddsCollection("test", "test"),
				ddsCollection("test", "users")},
			"restore_collections": list{
				nested("app", "2020-12-12T08:49:15Z", "carts", "sessions"), nested("test", "2020-12-12T08:49:15Z", "test", "users"),
			},
		}),
		"data.x_dds_restorable_collections.matching": joinedObjects(at, object{
			"restore_time": "1607762955000", "name_regex": `^app\.`,
			"collections":         list{ddsCollection("app", "carts"), ddsCollection("app", "sessions")},
			"restore_collections": list{nested("app", "1607762955000", "carts", "sessions")},
		}),
		"data.x_dds_restorable_collections.nothing": joinedObjects(at, object{
			"database": "app", "name_regex": "^test", "databases": list{"app"}, "collections": list{},
			"restore_collections": list{},
		}),
	})
	values := env.stored("data.x_dds_restorable_collections.many").Values
	collections, _ := values["collections"].(list)
	if len(collections) != 250 || fmt.Sprint(collections[249]) != fmt.Sprint(ddsCollection("many", "c249")) {
		t.Errorf("want 250 collections, the last of which is c249, not %d", len(collections))
	}
	restore, _ := values["restore_collections"].(list)
	if len(restore) != 1 ||
		fmt.Sprint(restore[0].(object)["collections"].(list)[0]) != fmt.Sprint(object{"old_name": "c000",
			"restore_collection_time": "latest"}) {
		t.Errorf("want the latest moment to stay that, not %v", restore)
	}
	// Without latest: the databases once, and the collections of either. With it: today's windows (yesterday's too, just
	// after midnight), the databases, and three pages of one.
	requests := env.cloud.Requests()[fakecloud.DDS]
	if days := requests[fakecloud.ListRestoreTime]; days != 1 && days != 2 {
		t.Errorf("the latest moment was looked for on %d days", days)
	}
	delete(requests, fakecloud.ListRestoreTime)
	if fmt.Sprint(requests) != fmt.Sprint(map[string]int{fakecloud.ListRestoreDatabases: 2,
		fakecloud.ListRestoreCollections: 2 + 3}) {
		t.Errorf("requests: %v", requests)
	}
}
