// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

// TestInvalidDataSources checks what is wrong without asking anything, each in one error.
func TestInvalidDataSources(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	invalids := map[string]string{
		`x_rds_pg_restore_windows: date = "2023-02-30"`:       `date is "2023-02-30". Write a day of the calendar as yyyy-mm-dd`,
		`x_rds_pg_restore_windows: region = ""`:               "region is empty",
		`x_rds_pg_restorable_tables: name_regex = "(order"`:   "name_regex is \"(order\": error parsing regexp: missing closing )",
		`x_rds_pg_restorable_tables: table_name_like = ""`:    "table_name_like is empty",
		`x_rds_pg_restorable_tables: restore_time = "soon"`:   `"soon" is neither RFC 3339`,
		`x_dds_restorable_collections: name_regex = "(?=a)"`:  "which has no lookahead",
		`x_dds_restorable_collections: restore_time = 160776`: "looks like seconds since 1970",
		`x_dds_restore_windows: from = "latest"`:              `from is "latest", but the windows are what tells the latest moment`,
		`x_dds_restore_windows: to = "latest"`:                `to is "latest", but the windows are what tells the latest moment`,
		`x_dws_snapshots: name_regex = "["`:                   "name_regex is \"[\": error parsing regexp: missing closing ]",
		`x_restore_job: service = "iam"`:                      "service value must be one of",
		`x_restore_job: job_id = ""`:                          "job_id is empty",
		`x_restore_job: job_id = "a/b"`:                       `job_id is "a/b", which cannot be an id`,
	}
	var config strings.Builder
	for invalid := range invalids {
		dataSource, argument, _ := strings.Cut(invalid, ": ")
		arguments := map[string]string{"instance_id": `"i"`, "restore_time": `"2023-07-05T11:32:17Z"`, "service": `"rds"`,
			"job_id": `"j"`}
		needs := map[string][]string{
			"x_rds_pg_restore_windows": {"instance_id"}, "x_dds_restore_windows": {"instance_id"}, "x_dws_snapshots": nil,
			"x_restore_job":                {"service", "job_id"},
			"x_rds_pg_restorable_tables":   {"instance_id", "restore_time"},
			"x_dds_restorable_collections": {"instance_id", "restore_time"},
		}[dataSource]
		fmt.Fprintf(&config, "data %q \"d%d\" {\n  %s\n", dataSource, config.Len(), argument)
		for _, name := range needs {
			if !strings.HasPrefix(argument, name) {
				fmt.Fprintf(&config, "  %s = %s\n", name, arguments[name])
			}
		}
		config.WriteString("}\n")
	}
	env.configure(config.String())
	o := env.run("validate", "-no-color")
	for invalid, says := range invalids {
		if !strings.Contains(o.output, says) {
			t.Errorf("%s: the output lacks %q", invalid, says)
		}
	}
	if count := strings.Count(o.output, "Error: "); o.exit != clitest.ExitError || count != len(invalids) {
		t.Errorf("exit status %d and %d errors, want 1 and %d:\n%s", o.exit, count, len(invalids), o.output)
	}
}

// expectErrors plans, and expects each data source of the configuration to fail, with what is said of it.
func (env *testEnv) expectErrors(wanted map[string][]string) {
	env.Helper()
	o := env.plan()
	errors := strings.Split(o.output, "Error: ")[1:]
	if o.exit != clitest.ExitError || len(errors) != len(wanted) {
		env.Fatalf("exit status %d and %d errors, want 1 and %d:\n%s", o.exit, len(errors), len(wanted), o.output)
	}
	for address, texts := range wanted {
		found := ""
		for _, text := range errors {
			if strings.Contains(text, "with data."+address+",") {
				found = text
			}
		}
		for _, text := range texts {
			if !strings.Contains(found, text) {
				env.Errorf("the error of %s lacks %q: %s", address, text, found)
			}
		}
	}
}

// TestDataSourceLogin has the login refused.
func TestDataSourceLogin(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.plant(fakecloud.Fault{
		Service: fakecloud.DDS, Operation: fakecloud.ListRestoreTime, Kind: fakecloud.FaultStatus, Times: -1,
		Status: 401, Code: "APIGW.0301", Message: "Incorrect IAM authentication information.",
	})
	env.configure(fmt.Sprintf("data \"x_dds_restore_windows\" \"login\" {\n instance_id = %q\n}", sessionsDB))
	env.expectErrors(map[string][]string{
		"x_dds_restore_windows.login": {"Login failed", "APIGW.0301", "Five wrong signatures may lock a key"},
	})
	if asked := env.cloud.Requests()[fakecloud.DDS][fakecloud.ListRestoreTime]; asked != 1 {
		t.Errorf("a login that was refused was tried %d times", asked)
	}
}

// TestDataSourcesThatGetNoAnswer breaks an operation for each kind of error: every one says what the service said and
// what to do.
func TestDataSourcesThatGetNoAnswer(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	plant := func(service, operation string, fault fakecloud.Fault) {
		fault.Service, fault.Operation, fault.Kind, fault.Times = service, operation, fakecloud.FaultStatus, -1
		env.plant(fault)
	}
	plant(fakecloud.RDS, fakecloud.ListHistoryTables, fakecloud.Fault{Status: 403, Code: "DBS.280015",
		Message: "Policy doesn't allow it."})
	plant(fakecloud.DDS, fakecloud.ListRestoreDatabases, fakecloud.Fault{Status: 200,
		Body: `{"databases": [{"size": 1}]}`})
	plant(fakecloud.DWS, fakecloud.ListSnapshots, fakecloud.Fault{Status: 503})
	plant(fakecloud.RDS, fakecloud.ShowJob, fakecloud.Fault{Status: 200, Body: "<html>busy</html>"})
	env.configure(fmt.Sprintf(`
data "x_rds_pg_restore_windows" "unknown" {
  instance_id = "00000000000000000000000000000000in03"
}
data "x_rds_pg_restorable_tables" "forbidden" {
  instance_id  = %[1]q
  restore_time = "2023-07-05T11:32:17Z"
}
data "x_dds_restorable_collections" "malformed" {
  instance_id  = %[2]q
  restore_time = "2020-12-12T08:49:15Z"
}
data "x_dws_snapshots" "unavailable" {}
data "x_dws_snapshots" "unknown" {
  cluster_id = "00000000-0000-0000-0000-000000000000"
}
data "x_restore_job" "malformed" {
  service = "rds"
  job_id  = "00000000-0000-0000-0000-000000000000"
}
data "x_restore_job" "unknown" {
  service = "dws"
  job_id  = "00000000-0000-0000-0000-000000000000"
}
`, ordersDB, sessionsDB))
	env.expectErrors(map[string][]string{
		"x_rds_pg_restore_windows.unknown": {
			"Not found", "RDS instance 00000000000000000000000000000000in03 was not found", "DBS.200002",
			"The provider looked in region eu-west-101", "instance_id = ",
		},
		"x_rds_pg_restorable_tables.forbidden": {
			"Lookup is not allowed",
			"RDS query restorable tables: DBS.280015: Policy doesn't allow it. (HTTP 403 Forbidden, request id",
			"it most likely needs the permission rds:instance:list; see the guide Permissions",
			"Give the credentials",
		},
		"x_dds_restorable_collections.malformed": {
			"Service answer cannot be read", "DDS query restorable databases: the reply is not as documented",
			`the service sent {"databases": [{"size": 1}]}`, "Try again.",
		},
		"x_dws_snapshots.unavailable": {"Service could not answer", "DWS query snapshot list", "HTTP 503",
			"Try again later"},
		"x_dws_snapshots.unknown": {"Not found", "DWS cluster 00000000-0000-0000-0000-000000000000 was not found",
			"DWS.3027", "cluster_id = "},
		"x_restore_job.malformed": {"Service answer cannot be read", "RDS query job",
			"the service sent <html>busy</html>"},
		"x_restore_job.unknown": {"Not found", "DWS job 00000000-0000-0000-0000-000000000000 was not found",
			"job_id = "},
	})
}

// TestDataSourcesThatAreRefused asks for what there is not: the error tells what there is.
func TestDataSourcesThatAreRefused(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t, changedWorld(func(w *fakecloud.World) {
		w.RDSInstances[0].Windows = w.RDSInstances[0].Windows[:1]
		w.RDSInstances[1].Windows = nil
		w.DDSInstances[1].Windows = nil
	}))
	env.configure(fmt.Sprintf(`
data "x_rds_pg_restorable_tables" "late" {
  instance_id  = %[1]q
  restore_time = "2023-07-08T00:00:00.001Z"
}
data "x_rds_pg_restorable_tables" "none" {
  instance_id  = %[2]q
  restore_time = "latest"
}
data "x_rds_pg_restorable_tables" "region" {
  region       = "eu-de"
  instance_id  = %[1]q
  restore_time = "latest"
}
data "x_dds_restorable_collections" "late" {
  instance_id  = %[3]q
  restore_time = "2020-12-16T12:00:00Z"
}
data "x_dds_restorable_collections" "far" {
  instance_id  = %[3]q
  restore_time = "2020-11-16T12:00:00Z"
}
data "x_dds_restorable_collections" "none" {
  instance_id  = %[4]q
  restore_time = "latest"
}
data "x_dds_restorable_collections" "database" {
  instance_id  = %[3]q
  restore_time = "2020-12-12T08:49:15Z"
  database     = "apps"
}
data "x_dds_restore_windows" "backwards" {
  instance_id = %[3]q
  from        = "2020-12-12T00:00:00Z"
  to          = "2020-12-11T23:59:59Z"
}
data "x_dds_restore_windows" "long" {
  instance_id = %[3]q
  from        = "2020-12-01T23:59:59Z"
  to          = "2021-01-01T00:00:00Z"
}
`, ordersDB, stagingDB, sessionsDB, stagingSessions))
	env.expectErrors(map[string][]string{
		"x_rds_pg_restorable_tables.late": {
			"Restore time is not available", "DBS.200461", "restore_time is 2023-07-08T00:00:00.001Z",
			"The nearest available moment is 2023-07-08T00:00:00Z (before).", "restore_time = ",
		},
		"x_rds_pg_restorable_tables.none": {"No restore time is available", "Instance " + stagingDB + " has no moment to restore to",
			"restore_time = "},
		"x_rds_pg_restorable_tables.region": {"Region cannot be used", "is configured for region eu-west-101"},
		"x_dds_restorable_collections.late": {"Restore time is not available", "DBS.280409",
			"The nearest available moment is 2020-12-14T23:59:59Z (before)."},
		"x_dds_restorable_collections.far":  {"Restore time is not available", "There is no other moment within 3 days before or after it."},
		"x_dds_restorable_collections.none": {"No restore time is available", "in the last 31 days"},
		"x_dds_restorable_collections.database": {
			"Database not found at that time", `database is "apps"`, "at 2020-12-12T08:49:15Z", `Did you mean "app"?`,
		},
		"x_dds_restore_windows.backwards": {"Range ends before it starts", "from is 2020-12-12T00:00:00Z",
			"but the range ends at 2020-12-11T23:59:59Z"},
		"x_dds_restore_windows.long": {"Range is too long", "are 32 days in UTC", "up to 31"},
	})
}

// TestDeferredDataSources asks what is only known after apply then, and nothing before.
func TestDeferredDataSources(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.configure(fmt.Sprintf(`
resource "terraform_data" "rds" {
  input = %q
}
resource "terraform_data" "dds" {
  input = %q
}
data "x_rds_pg_restorable_tables" "this" {
  instance_id  = terraform_data.rds.output
  restore_time = "2023-07-05T11:32:17Z"
  name_regex   = "orders$"
}
data "x_dds_restorable_collections" "this" {
  instance_id  = terraform_data.dds.output
  restore_time = "2020-12-12T08:49:15Z"
  name_regex   = "carts$"
}
resource "x_rds_pg_table_pitr" "this" {
  instance_id  = data.x_rds_pg_restorable_tables.this.instance_id
  restore_time = data.x_rds_pg_restorable_tables.this.restore_time
  databases    = data.x_rds_pg_restorable_tables.this.databases
}
resource "x_dds_collection_restore" "this" {
  instance_id         = data.x_dds_restorable_collections.this.instance_id
  restore_collections = data.x_dds_restorable_collections.this.restore_collections
}`, ordersDB, sessionsDB))
	env.expect(env.plan(), clitest.ExitChanges, "will be read during apply", "Plan: 4 to add")
	if requests := env.cloud.Requests(); len(requests) > 0 {
		t.Errorf("the plan called the cloud: %v", requests)
	}
	env.mustApply()
	env.expectAccepted(2)
	env.expectRestored(fakecloud.RDS,
		`{"instances":[{"restore_time":1688556737000,"instance_id":"`+ordersDB+`","databases":[{"database":"shop","schemas":[{"schema":"public","tables":[`+
			`{"old_name":"orders","new_name":"orders_1688556737000"}]}]}]}]}`)
	env.expectRestored(fakecloud.DDS,
		`{"restore_collections":[{"database":"app","collections":[{"old_name":"carts","new_name":"carts_bak_1607762955000",`+
			`"restore_collection_time":"1607762955000"}]}]}`)
	env.expectNoChanges()
}

// TestDataSourceOfAnUnknownProvider plans with a provider argument that is only known after apply: a data source cannot
// wait.
func TestDataSourceOfAnUnknownProvider(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.write("main.tf", strings.Replace(env.providerBlock(""), `"eu-west-101"`, "terraform_data.region.output", 1)+`
resource "terraform_data" "region" {
  input = "eu-west-101"
}
data "x_dws_snapshots" "all" {}`)
	env.expect(env.plan(), clitest.ExitError, "Provider is not configured yet", "with data.x_dws_snapshots.all")
}

// TestCancelledDataSource interrupts a lookup that would take most of a minute.
func TestCancelledDataSource(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.plant(fakecloud.Fault{Service: fakecloud.DWS, Operation: fakecloud.ListSnapshots, Kind: fakecloud.FaultDelay,
		Delay: time.Hour})
	env.configure(`data "x_dws_snapshots" "all" {}`)
	p := env.start("plan", "-no-color")
	env.await(func() bool { return env.cloud.Requests()[fakecloud.DWS][fakecloud.ListSnapshots] == 1 })
	env.signalGroup(p, syscall.SIGINT)
	env.expect(env.end(p), clitest.ExitError, "Lookup was cancelled", "Run the same command again.")
	env.expectRequests(fakecloud.DWS, map[string]int{fakecloud.ListSnapshots: 1})
}
