// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// historyTables returns the restorable tables of the default RDS instance as database.schema.table.
func (c *testCloud) historyTables(at time.Time, filters string) []string {
	c.t.Helper()
	body := `{"instance_ids":["` + rdsID + `"],"restore_time":` + milliseconds(at) + filters + `}`
	got := c.must(RDS, "POST", "/v3/"+DefaultProjectID+"/PostgreSQL/instances/history/tables", body)
	names := []string{}
	databases, _ := dig(got, "instances", 0, "databases").([]any)
	for _, database := range databases {
		for _, schema := range dig(database, "schemas").([]any) {
			for _, table := range dig(schema, "tables").([]any) {
				names = append(names, strings.Join([]string{
					dig(database, "name").(string), dig(schema, "name").(string), dig(table, "name").(string),
				}, "."))
			}
		}
	}
	return names
}

func milliseconds(at time.Time) string {
	return strings.TrimSuffix(string(encode(at.UnixMilli())), "\n")
}

func wantEqual(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestRDSRestoreAddsTheTable(t *testing.T) {
	c := start(t, Options{JobDuration: time.Minute})
	got := c.must(RDS, "POST", rdsRestorePath, rdsBody)
	jobID, _ := dig(got, "restore_result", 0, "job_id").(string)
	wantEqual(t, "answer", got, map[string]any{"restore_result": []any{
		map[string]any{"instance_id": rdsID, "job_id": jobID},
	}})
	if len(jobID) != 36 || strings.Count(jobID, "-") != 4 {
		t.Errorf("the job id %q is not a UUID", jobID)
	}

	restores := c.Restores()
	if len(restores) != 1 {
		t.Fatalf("%d restores, want 1", len(restores))
	}
	wantEqual(t, "restore", restores[0], Restore{RDS, rdsID, jobID, c.clock.Now(), []byte(rdsBody)})

	begun := c.clock.Now()
	c.clock.advance(10 * time.Minute)
	now := c.clock.Now().Add(-5 * time.Minute)
	wantEqual(t, "tables after", c.historyTables(now, `,"database_name_like":"data1"`),
		[]string{"data1.schema1.table1", "data1.schema1.table1_1688556737000", "data1.schema1.table2"})
	wantEqual(t, "tables before", c.historyTables(begun, `,"database_name_like":"data1"`),
		[]string{"data1.schema1.table1", "data1.schema1.table2"})

	// The name is taken now. The service accepts the restore, and its job fails.
	second := c.restore(RDS)
	c.clock.advance(time.Minute)
	j, _ := c.Job(second)
	if j.Status != Failed || !strings.Contains(j.Reason, "data1.schema1.table1_1688556737000") {
		t.Errorf("restoring under a taken name: %+v", j)
	}
}

// A window includes both ends. A table limit includes the last table.
func TestRDSRestoreAtTheLimits(t *testing.T) {
	world := DefaultWorld()
	world.RDSInstances[0].TableLimit = 1
	world.RDSInstances[0].Windows = world.RDSInstances[0].Windows[:1]
	for moment, status := range map[string]int{"1688169599999": 400, "1688169600000": 200, "1688774400000": 200,
		"1688774400001": 400} {
		c := start(t, Options{World: world})
		body := replace(t, rdsBody, `1688556737000,`, moment+`,`)
		if got := c.do(RDS, "POST", rdsRestorePath, body); got.status != status {
			t.Errorf("restore_time %s: %d %s, want %d", moment, got.status, got.raw, status)
		}
	}
}

func (c *testCloud) collections(database string, at time.Time, more string) []any {
	c.t.Helper()
	return c.must(DDS, "GET", "/v3/"+DefaultProjectID+"/instances/"+ddsID+"/restore-collection?db_name="+database+
		"&restore_time="+milliseconds(at)+more, "")["collections"].([]any)
}

func TestDDSRestores(t *testing.T) {
	const accepted = "_bak_1768478400000" // the start of the clock
	tests := []struct {
		name, body, reason string
		database           string
		want               []any // collections of the database after the restore
	}{
		{"under a new name", ddsBody, "", "test", []any{"test", "test2", "users"}},
		{
			"the documentation's example: a bare number, no new name",
			`{"restore_collections":[{"database":"test","collections":[{"old_name":"test",` +
				`"restore_collection_time":1607762955000}]}]}`,
			"", "test", []any{"test", "test" + accepted, "users"},
		},
		{
			"a whole database",
			`{"restore_collections":[{"database":"app","restore_database_time":"1607762955000"}]}`,
			"", "app", []any{"carts", "carts" + accepted, "sessions", "sessions" + accepted},
		},
		{
			"a missing collection becomes an empty one",
			`{"restore_collections":[{"database":"test","collections":[{"old_name":"nope","new_name":"empty",` +
				`"restore_collection_time":"1607762955000"}]}]}`,
			"", "test", []any{"empty", "test", "users"},
		},
		{
			"two onto one name",
			`{"restore_collections":[{"database":"test","collections":[{"old_name":"test","new_name":"x",` +
				`"restore_collection_time":"1607762955000"},{"old_name":"users","new_name":"x",` +
				`"restore_collection_time":"1607762956000"}]}]}`,
			"already exists: test.x", "test", []any{"test", "users"},
		},
		{
			"onto a namespace of 121 characters",
			`{"restore_collections":[{"database":"test","collections":[{"old_name":"test","new_name":"` +
				strings.Repeat("n", 116) + `","restore_collection_time":"1607762955000"}]}]}`,
			"longer than 120", "test", []any{"test", "users"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := start(t, Options{})
			jobID, _ := c.must(DDS, "POST", ddsRestorePath, test.body)["job_id"].(string)
			c.clock.advance(time.Hour)
			j, found := c.Job(jobID)
			if !found || (j.Status == Failed) != (test.reason != "") || !strings.Contains(j.Reason, test.reason) {
				t.Errorf("job %q: %+v, want the reason %q", jobID, j, test.reason)
			}
			wantEqual(t, "collections", c.collections(test.database, c.clock.Now().Add(-10*time.Minute), ""), test.want)
		})
	}
}

// TestDDSNameTakenMeanwhile has a collection that comes to be while the job runs.
func TestDDSNameTakenMeanwhile(t *testing.T) {
	world := DefaultWorld()
	world.DDSInstances[0].Databases["test"]["test2"] = Table{Created: FromNow(time.Second)}
	c := start(t, Options{World: world, JobDuration: time.Minute})
	id := c.restore(DDS)
	c.clock.advance(time.Hour)
	if j, _ := c.Job(id); j.Status != Failed || !strings.Contains(j.Reason, "already exists: test.test2") {
		t.Errorf("a name that was taken meanwhile: %+v", j)
	}
}

func TestDWSRestoreReplacesTheTarget(t *testing.T) {
	c := start(t, Options{})
	check := func(body string) any {
		return c.must(DWS, "POST", dwsRestorePath+"-check", body)["check_table_name_result"]
	}
	wantEqual(t, "check before", check(dwsBody),
		any(map[string]any{"database": "postgres", "restore_table_list": nil, "target_table_list": nil}))
	jobID := c.restore(DWS)
	if len(jobID) != 32 || strings.Contains(jobID, "-") {
		t.Errorf("the job id %q is not 32 hex digits", jobID)
	}
	if r := c.Restores()[0]; r.TargetID != snapshotID || r.JobID != jobID {
		t.Errorf("restore %+v", r)
	}
	c.clock.advance(time.Hour)
	wantEqual(t, "check after", check(dwsBody),
		any(map[string]any{"database": "postgres", "restore_table_list": nil,
			"target_table_list": []any{"public.sales_2"}}))
	wantEqual(t, "check of a missing source", check(replace(t, dwsBody, `"sales"`, `"nope"`)),
		any(map[string]any{"database": "postgres", "restore_table_list": []any{"public.nope"},
			"target_table_list": []any{"public.sales_2"}}))

	again := c.restore(DWS) // the target exists now and is overwritten
	c.clock.advance(time.Hour)
	if j, _ := c.Job(again); j.Status != Completed {
		t.Errorf("overwriting: %+v", j)
	}
}

func TestDWSExampleOfTheDocumentation(t *testing.T) {
	c := start(t, Options{})
	body := `{"case_sensitive":true,"database":"postgres","restore_table_list":[{"schema_name":"postgres",` +
		`"table_name":"public"}],"target_table_list":[{"schema_name":"postgres","table_name":"public"}]}`
	if got := c.must(DWS, "POST", dwsRestorePath, body); got["job_id"] == nil {
		t.Errorf("%v", got)
	}
}

func TestDWSNamesIgnoreCase(t *testing.T) {
	c := start(t, Options{})
	body := replace(t, replace(t, dwsBody, "true", "false"), `"sales"`, `"SALES"`)
	c.must(DWS, "POST", dwsRestorePath, replace(t, body, "sales_2", "Sales_2"))
	c.clock.advance(time.Hour)
	got := c.must(DWS, "POST", dwsRestorePath+"-check", dwsBody)
	wantEqual(t, "targets", dig(got, "check_table_name_result", "target_table_list"), any([]any{"public.sales_2"}))
}

// TestDatabasesTwice names a database, and a schema, in two entries of one call.
func TestDatabasesTwice(t *testing.T) {
	c := start(t, Options{JobDuration: time.Minute})
	database := func(schemas string) string { return `{"database":"data1","schemas":[` + schemas + `]}` }
	schema := func(newName string) string {
		return `{"schema":"schema1","tables":[{"old_name":"table1","new_name":"` + newName + `"}]}`
	}
	rds := c.must(RDS, "POST", rdsRestorePath, `{"instances":[{"restore_time":1688556737000,"instance_id":"`+rdsID+
		`","databases":[`+database(schema("a")+`,`+schema("b"))+`,`+database(schema("c"))+`]}]}`)
	collection := func(newName string) string {
		return `{"database":"test","collections":[{"old_name":"test","new_name":"` + newName +
			`","restore_collection_time":"1607762955000"}]}`
	}
	dds := c.must(DDS, "POST", ddsRestorePath, `{"restore_collections":[`+collection("a")+`,`+collection("b")+`]}`)
	c.clock.advance(time.Minute)
	for _, id := range []any{dig(rds, "restore_result", 0, "job_id"), dds["job_id"]} {
		if job, _ := c.Job(id.(string)); job.Status != Completed {
			t.Errorf("%+v", job)
		}
	}
}
