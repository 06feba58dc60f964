// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"strings"
	"testing"
	"time"
)

// replace replaces one part of a standard body. It fails the test if the part is missing.
func replace(t *testing.T, body, old, with string) string {
	t.Helper()
	if !strings.Contains(body, old) {
		t.Fatalf("no %s in %s", old, body)
	}
	return strings.Replace(body, old, with, 1)
}

// refusalTest sends a service's standard restore with one part replaced or with a changed world. It expects the status
// and the code, and no accepted restore.
type refusalTest struct {
	name, old, with string
	world           func(*World)
	prepare         func(*testCloud)
	status          int
	code            string
	says            string // part of error_msg, if the code says little
}

func runRefusals(t *testing.T, service, path, body string, tests []refusalTest) {
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			world := DefaultWorld()
			if test.world != nil {
				test.world(&world)
			}
			c := start(t, Options{World: world})
			if test.prepare != nil {
				test.prepare(c)
			}
			before := len(c.Restores())
			got := c.do(service, "POST", path, replace(t, body, test.old, test.with))
			if got.status != test.status || got.body["error_code"] != test.code {
				t.Errorf("%d %s, want %d %s", got.status, got.raw, test.status, test.code)
			}
			if message, _ := got.body["error_msg"].(string); message == "" || !strings.Contains(message, test.says) {
				t.Errorf("error_msg %q does not say %q", message, test.says)
			}
			if after := len(c.Restores()); after != before {
				t.Errorf("%d restores accepted", after-before)
			}
		})
	}
}

func TestRDSRefusals(t *testing.T) {
	rds := func(change func(*RDSInstance)) func(*World) { return func(w *World) { change(&w.RDSInstances[0]) } }
	status := func(s string) func(*World) { return rds(func(i *RDSInstance) { i.Status = s }) }
	tables := func(names Tables) func(*World) {
		return rds(func(i *RDSInstance) { i.Databases["data1"] = Schemas{"schema1": names} })
	}
	const second = `{"old_name":"table2","new_name":"x"}`
	runRefusals(t, RDS, rdsRestorePath, rdsBody, []refusalTest{
		{name: "an unknown field", old: `"restore_time"`, with: `"is_fast_restore":true,"restore_time"`,
			status: 400, code: "DBS.200001", says: `is_fast_restore is not a known field`},
		{name: "a field in another case", old: `"old_name"`, with: `"Old_name"`,
			status: 400, code: "DBS.200001", says: `old_name is missing`},
		{name: "the time as a string", old: `1688556737000,`, with: `"1688556737000",`,
			status: 400, code: "DBS.200001", says: `restore_time must be an integer, not a string`},
		{name: "the time as a fraction", old: `1688556737000,`, with: `1688556737000.5,`,
			status: 400, code: "DBS.200001", says: `restore_time must be an integer, not the number 1688556737000.5`},
		{name: "no time", old: `"restore_time":1688556737000,`, with: ``,
			status: 400, code: "DBS.200001", says: `restore_time is missing`},
		{name: "null", old: `"table1_1688556737000"`, with: `null`,
			status: 400, code: "DBS.200001", says: `new_name must not be null`},
		{name: "no new name", old: `,"new_name":"table1_1688556737000"`, with: ``,
			status: 400, code: "DBS.200001", says: `new_name is missing`},
		{name: "an empty new name", old: `"table1_1688556737000"`, with: `""`,
			status: 400, code: "DBS.200001", says: `the new name "" of data1.schema1.table1 must have 1 to 63 bytes`},
		{name: "a new name of 64 bytes", old: `"table1_1688556737000"`, with: `"` + strings.Repeat("n", 64) + `"`,
			status: 400, code: "DBS.200001", says: `of data1.schema1.table1 must have 1 to 63 bytes`},
		{name: "trailing data", old: rdsBody, with: rdsBody + " {}",
			status: 400, code: "DBS.200001", says: `the document is not one valid JSON value`},
		{name: "a duplicate field", old: `"old_name":"table1"`, with: `"old_name":"table1","old_name":"table1"`,
			status: 400, code: "DBS.200001", says: `old_name stands there twice`},
		{name: "no instances", old: rdsBody, with: `{"instances":[]}`,
			status: 400, code: "DBS.200001", says: `instances must have exactly one element, not 0`},
		{name: "two instances", old: `{"instances":[`, with: `{"instances":[` +
			strings.TrimSuffix(strings.TrimPrefix(rdsBody, `{"instances":[`), `]}`) + `,`,
			status: 400, code: "DBS.200001", says: `instances must have exactly one element, not 2`},
		{name: "no databases", old: rdsBody, with: `{"instances":[{"restore_time":1688556737000,"instance_id":"` +
			rdsID + `","databases":[]}]}`,
			status: 400, code: "DBS.200001", says: `databases is empty`},
		{name: "no tables", old: `{"old_name":"table1","new_name":"table1_1688556737000"}`, with: ``,
			status: 400, code: "DBS.200001", says: `the schema data1.schema1 has no tables`},
		{name: "one new name for two tables", old: `"new_name":"table1_1688556737000"}`, with: `"new_name":"x"},` +
			second,
			status: 400, code: "DBS.200001", says: `the new name data1.schema1.x stands there twice`},
		{name: "a missing instance", old: rdsID, with: strings.Repeat("0", 32) + "in03",
			status: 404, code: "DBS.200002"},
		{name: "an instance of another project", old: rdsID, with: "b41d7f3c2a9e4c58a6d0e5f7182930abin03",
			status: 404, code: "DBS.200002"},
		{name: "not an instance id", old: rdsID, with: "orders-db", status: 400, code: "DBS.280404"},
		{name: "a time before the windows", old: `1688556737000,`, with: `1588556737000,`,
			status: 400, code: "DBS.200461"},
		{name: "a time in the future", old: `1688556737000,`, with: `1988556737000,`, status: 400, code: "DBS.200461"},
		{name: "an unknown database", old: `"data1"`, with: `"data2"`, status: 400, code: "DBS.280128"},
		{name: "an unknown schema", old: `"schema1"`, with: `"schema2"`,
			status: 400, code: "DBS.200001", says: `the schema data1.schema2 does not exist`},
		{name: "an unknown table", old: `"old_name":"table1"`, with: `"old_name":"table3"`,
			status: 400, code: "DBS.200001", says: `the table data1.schema1.table3 did not exist at that time`},
		{name: "a table created later", old: "table1", with: "table1",
			world:  tables(Tables{"table1": {Created: FromNow(-time.Hour)}}),
			status: 400, code: "DBS.200001", says: `the table data1.schema1.table1 did not exist at that time`},
		{name: "a table dropped before", old: "table1", with: "table1",
			world:  tables(Tables{"table1": {Dropped: At(time.UnixMilli(1688556737000))}}),
			status: 400, code: "DBS.200001", says: `the table data1.schema1.table1 did not exist at that time`},
		{name: "the parent of a partitioned table", old: "table1", with: "table1",
			world:  tables(Tables{"table1": {PartitionParent: true}}),
			status: 400, code: "DBS.200001",
			says: `the parent of a partitioned table; only its children can be restored`},
		{name: "more tables than the limit", old: `"new_name":"table1_1688556737000"}`, with: `"new_name":"y"},` +
			second,
			world:  rds(func(i *RDSInstance) { i.TableLimit = 1 }),
			status: 400, code: "DBS.200001", says: `2 tables are more than the limit of 1`},
		{name: "a running restore", old: "table1_", with: "table2_",
			prepare: func(c *testCloud) { c.restore(RDS) }, status: 409, code: "DBS.200019"},
		{name: "a running backup", old: "table1", with: "table1",
			prepare: func(c *testCloud) { c.occupy(RDS, rdsID, "ManualBackup") }, status: 409, code: "DBS.201205"},
		{name: "another running operation", old: "table1", with: "table1",
			prepare: func(c *testCloud) { c.occupy(RDS, rdsID, "ResizeFlavor") }, status: 409, code: "DBS.200019"},
		{name: "status REBOOTING", old: "table1", with: "table1",
			world: status("REBOOTING"), status: 409, code: "DBS.200019"},
		{name: "status BACKING UP", old: "table1", with: "table1",
			world: status("BACKING UP"), status: 409, code: "DBS.201205"},
		{name: "status STORAGE FULL", old: "table1", with: "table1",
			world: status("STORAGE FULL"), status: 409, code: "DBS.200316"},
		{name: "status FROZEN", old: "table1", with: "table1",
			world: status("FROZEN"), status: 400, code: "DBS.280449"},
		{name: "status FAILED", old: "table1", with: "table1",
			world: status("FAILED"), status: 400, code: "DBS.201014"},
		{name: "a read replica", old: "table1", with: "table1",
			world: rds(func(i *RDSInstance) { i.Type = "Replica" }), status: 409, code: "DBS.200402"},
		{name: "another engine", old: "table1", with: "table1",
			world: rds(func(i *RDSInstance) { i.Engine = "MySQL" }), status: 409, code: "DBS.200402"},
	})
}

func (c *testCloud) occupy(service, id, name string) string {
	c.t.Helper()
	jobID, err := c.Occupy(service, id, name)
	if err != nil {
		c.t.Fatal(err)
	}
	return jobID
}

func TestDDSRefusals(t *testing.T) {
	dds := func(change func(*DDSInstance)) func(*World) { return func(w *World) { change(&w.DDSInstances[0]) } }
	databaseLevel := `{"restore_collections":[{"database":"test","restore_database_time":"1607762955000"}]}`
	runRefusals(t, DDS, ddsRestorePath, ddsBody, []refusalTest{
		{name: "an unknown field", old: `"old_name"`, with: `"x":1,"old_name"`,
			status: 400, code: "DBS.280001", says: `x is not a known field`},
		{name: "a time that is not a number", old: `"1607762955000"`, with: `"2020-12-12T08:49:15Z"`,
			status: 400, code: "DBS.280001", says: `"2020-12-12T08:49:15Z" is not a UNIX timestamp in milliseconds`},
		{name: "a time in seconds", old: `"1607762955000"`, with: `"1607762955"`,
			status: 400, code: "DBS.280001", says: `"1607762955" is not a UNIX timestamp in milliseconds`},
		{name: "no time", old: `,"restore_collection_time":"1607762955000"`, with: ``,
			status: 400, code: "DBS.280001", says: `restore_collection_time is missing`},
		{name: "both levels", old: `"collections"`, with: `"restore_database_time":"1607762955000","collections"`,
			status: 400, code: "DBS.280001",
			says: `the database test needs either restore_database_time or collections`},
		{name: "neither level", old: ddsBody, with: `{"restore_collections":[{"database":"test"}]}`,
			status: 400, code: "DBS.280001",
			says: `the database test needs either restore_database_time or collections`},
		{name: "no entries", old: ddsBody, with: `{"restore_collections":[]}`,
			status: 400, code: "DBS.280001", says: `restore_collections is empty`},
		{name: "an empty old name", old: `"old_name":"test"`, with: `"old_name":""`,
			status: 400, code: "DBS.280001", says: `an empty old_name in the database test`},
		{name: "a time outside the windows", old: `1607762955000`, with: `1507762955000`,
			status: 400, code: "DBS.280409"},
		{name: "a database time outside the windows", old: ddsBody, with: strings.Replace(databaseLevel, "1607", "1507",
			1),
			status: 400, code: "DBS.280409"},
		{name: "a new name that is taken", old: `"test2"`, with: `"users"`, status: 400, code: "DBS.201038"},
		{name: "an unknown database", old: `"database":"test"`, with: `"database":"nope"`,
			status: 400, code: "DBS.200823"},
		{name: "a database created later", old: `"test"`, with: `"test"`,
			world:  dds(func(i *DDSInstance) { i.Databases["test"] = Tables{"test": {Created: FromNow(-time.Hour)}} }),
			status: 400, code: "DBS.200823"},
		{name: "a cluster", old: `"test"`, with: `"test"`,
			world: dds(func(i *DDSInstance) { i.Mode = "Sharding" }), status: 400, code: "DBS.280343"},
		{name: "version 3.4", old: `"test"`, with: `"test"`,
			world: dds(func(i *DDSInstance) { i.Version = "3.4" }), status: 400, code: "DBS.280343"},
		{name: "a running restore", old: `test2`, with: `test3`,
			prepare: func(c *testCloud) { c.restore(DDS) }, status: 403, code: "DBS.200019"},
		{name: "an action in progress", old: `"test"`, with: `"test"`,
			world: dds(func(i *DDSInstance) { i.Actions = []string{"GROWING"} }), status: 403, code: "DBS.200019"},
		{name: "status abnormal", old: `"test"`, with: `"test"`,
			world: dds(func(i *DDSInstance) { i.Status = "abnormal" }), status: 403, code: "DBS.200076"},
		{name: "status frozen", old: `"test"`, with: `"test"`,
			world: dds(func(i *DDSInstance) { i.Status = "frozen" }), status: 403, code: "DBS.201014"},
	})
	runRefusals(t, DDS, strings.Replace(ddsRestorePath, ddsID, strings.Repeat("0", 32)+"in02", 1), ddsBody,
		[]refusalTest{
			{name: "an unknown instance", old: `"test"`, with: `"test"`, status: 404, code: "DBS.200002"},
		})
}

func TestDWSRefusals(t *testing.T) {
	snapshot := func(change func(*DWSSnapshot)) func(*World) { return func(w *World) { change(&w.DWSSnapshots[0]) } }
	cluster := func(change func(*DWSCluster)) func(*World) { return func(w *World) { change(&w.DWSClusters[0]) } }
	const target = `{"schema_name":"public","table_name":"sales_2"}`
	runRefusals(t, DWS, dwsRestorePath, dwsBody, []refusalTest{
		{name: "no case_sensitive", old: `"case_sensitive":true,`, with: ``,
			status: 400, code: "DWS.5065", says: `case_sensitive is missing`},
		{name: "case_sensitive as a string", old: `true`, with: `"true"`,
			status: 400, code: "DWS.5065", says: `case_sensitive must be a boolean, not a string`},
		{name: "tables as strings", old: `[` + target + `]`, with: `["public.sales_2"]`,
			status: 400, code: "DWS.5065", says: `target_table_list[0] must be an object, not a string`},
		{name: "an unknown field", old: `"database"`, with: `"target_database":"x","database"`,
			status: 400, code: "DWS.5065", says: `target_database is not a known field`},
		{name: "lists of different lengths", old: target, with: target +
			`,{"schema_name":"public","table_name":"sales_3"}`,
			status: 400, code: "DWS.5065", says: ` and target_table_list must have the same length, at least 1`},
		{name: "no tables", old: dwsBody,
			with:   `{"case_sensitive":true,"database":"postgres","restore_table_list":[],"target_table_list":[]}`,
			status: 400, code: "DWS.5065", says: ` and target_table_list must have the same length, at least 1`},
		{name: "an invalid target name", old: `"sales_2"`, with: `"2sales"`,
			status: 400, code: "DWS.5065", says: `public.2sales is not a valid target`},
		{name: "a target of 64 characters", old: `"sales_2"`, with: `"` + strings.Repeat("t", 64) + `"`,
			status: 400, code: "DWS.5065", says: `is not a valid target`},
		{name: "a duplicate target", old: `"table_name":"sales"}],"target_table_list":[` + target,
			with: `"table_name":"sales"},{"schema_name":"public","table_name":"stores"}],"target_table_list":[` +
				target + "," + target,
			status: 400, code: "DWS.5039"},
		{name: "an unknown database", old: `"postgres"`, with: `"nope"`, status: 400, code: "DWS.5172"},
		{name: "an unknown schema", old: `{"schema_name":"public","table_name":"sales"}`,
			with:   `{"schema_name":"nope","table_name":"sales"}`,
			status: 400, code: "DWS.5173"},
		{name: "an unknown table", old: `"sales"`, with: `"nope"`, status: 400, code: "DWS.5174"},
		{name: "a table in another case", old: `"sales"`, with: `"Sales"`, status: 400, code: "DWS.5174"},
		{name: "a running restore", old: `sales_2`, with: `sales_3`,
			prepare: func(c *testCloud) { c.restore(DWS) }, status: 400, code: "DWS.7023"},
		{name: "another running task", old: `sales_2`, with: `sales_3`,
			prepare: func(c *testCloud) { c.occupy(DWS, clusterID, "AutomaticBackup") }, status: 400, code: "DWS.7023"},
		{name: "a task of the world", old: `sales_2`, with: `sales_3`,
			world: cluster(func(c *DWSCluster) { c.TaskStatus = "GROWING" }), status: 400, code: "DWS.7023"},
		{name: "a snapshot being made", old: `true`, with: `true`,
			world: snapshot(func(s *DWSSnapshot) { s.Status = "CREATING" }), status: 400, code: "DWS.7023"},
		{name: "a broken snapshot", old: `true`, with: `true`,
			world: snapshot(func(s *DWSSnapshot) { s.Status = "UNAVAILABLE" }), status: 400, code: "DWS.9999"},
		{name: "a broken cluster", old: `true`, with: `true`,
			world: cluster(func(c *DWSCluster) { c.Status = "UNAVAILABLE" }), status: 400, code: "DWS.9999"},
		{name: "a read-only cluster", old: `true`, with: `true`,
			world: cluster(func(c *DWSCluster) { c.SubStatus = "DEGRADED | READONLY" }), status: 400, code: "DWS.9999"},
		{name: "a coarse snapshot", old: `true`, with: `true`,
			world: snapshot(func(s *DWSSnapshot) { s.FineGrainedBackup = false }), status: 400, code: "DWS.5206"},
	})
	runRefusals(t, DWS, strings.Replace(dwsRestorePath, snapshotID, "00000000-0000-0000-0000-000000000000", 1), dwsBody,
		[]refusalTest{
			{name: "an unknown snapshot", old: `true`, with: `true`, status: 400, code: "DWS.5149"},
		})
	// The example URL in the documentation says /v2/. The URI line and the SDK contradict it.
	runRefusals(t, DWS, strings.Replace(dwsRestorePath, "/v1/", "/v2/", 1), dwsBody, []refusalTest{
		{name: "another version in the path", old: `true`, with: `true`, status: 404, code: "APIGW.0101"},
	})
}

func TestRestoresNeedJSON(t *testing.T) {
	c := start(t, Options{})
	for service, path := range map[string]string{RDS: rdsRestorePath, DDS: ddsRestorePath, DWS: dwsRestorePath} {
		request := c.request(service, "POST", path, "{}")
		request.Header.Set("X-Auth-Token", DefaultToken)
		request.Header.Set("Content-Type", "text/plain")
		if got := c.send(request); got.status != 400 || !strings.Contains(got.raw, "Content-Type") {
			t.Errorf("%s: %d %s", service, got.status, got.raw)
		}
	}
}
