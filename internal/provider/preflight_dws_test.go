// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"testing"

	"terraform-provider-x/internal/clitest"
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

// mayOverwrite is what a restore needs that must be made without a look at its targets, or over its own.
func (c restoreCase) mayOverwrite() string {
	if c.service == fakecloud.DWS {
		return "allow_overwrite = true"
	}
	return ""
}

// overTaken restores to a table that exists.
func overTaken(more string) string {
	return fmt.Sprintf(`
resource "x_dws_table_restore" "sales" {
  snapshot_id        = "c719b1a7-c85c-4cb5-a721-7694908c2c11"
  database           = "postgres"
  case_sensitive     = true
  restore_table_list = [{ schema_name = "public", table_name = "sales" }]
  target_table_list  = [{ schema_name = "public", table_name = "stores" }]
  %s
}`, more)
}

// TestDWSOverwritesNothingUnasked applies wherever nobody would or could look whether a target exists. Only
// allow_overwrite lets the service delete one.
func TestDWSOverwritesNothingUnasked(t *testing.T) {
	t.Parallel()
	const unchecked = "Target tables cannot be checked"
	answers := map[string]struct {
		fault   fakecloud.Fault // none: the check is answered
		summary string
		says    string
		passes  bool // the plan: what fails now may be answered in the apply
	}{
		"answered": {summary: "Target table already exists", says: "public.stores"},
		"forbidden": {fakecloud.Fault{Kind: fakecloud.FaultStatus, Status: 403, Code: "APIGW.0302",
			Message: "Policy doesn't allow this action."}, unchecked, "APIGW.0302: Policy doesn't allow this action.", false},
		"not offered": {fakecloud.Fault{Kind: fakecloud.FaultStatus, Status: 404, Code: "APIGW.0101",
			Message: "The API does not exist."}, unchecked, "APIGW.0101: The API does not exist.", false},
		"out of order": {fakecloud.Fault{Kind: fakecloud.FaultStatus, Status: 503, Code: "APIGW.0201",
			Message: "Backend unavailable."}, unchecked, "APIGW.0201: Backend unavailable.", true},
		"cut": {fakecloud.Fault{Kind: fakecloud.FaultReset}, unchecked, "attempt 6", true},
		"unreadable": {fakecloud.Fault{Kind: fakecloud.FaultStatus, Status: 200, Body: `{"what": "ever"}`}, unchecked,
			`{"what": "ever"}`, false},
	}
	switches := map[string]struct{ provider, resource string }{
		"preflight":                    {"", ""},
		"not allowed":                  {"", "allow_overwrite = false"},
		"no preflight":                 {"", "preflight = false"},
		"no preflight in the provider": {"preflight = false", ""},
	}
	for name, answer := range answers {
		for off, set := range switches {
			t.Run(name+"/"+off, func(t *testing.T) {
				t.Parallel()
				env := newTestEnv(t)
				if fault := answer.fault; fault.Kind != "" {
					fault.Service, fault.Operation, fault.Times = fakecloud.DWS, fakecloud.CheckTableRestore, -1
					env.plant(fault)
				}
				env.write("main.tf", env.providerBlock(set.provider)+overTaken(set.resource))
				exit, messages := env.planned()
				found := messages[dwsCase.address]
				checked := !strings.HasPrefix(off, "no preflight")
				switch {
				case !checked:
					if requests := env.cloud.Requests(); exit != clitest.ExitChanges || len(found) > 0 || len(requests) > 0 {
						t.Errorf("want a plan without lookups, got exit status %d, %+v, %v", exit, messages, requests)
					}
				case answer.passes:
					if exit != clitest.ExitChanges || len(found) != 1 || found[0].Severity != "warning" ||
						!strings.Contains(found[0].Detail, "starts no restore") {
						t.Errorf("want a warning that the apply refuses, got exit status %d, %+v", exit, messages)
					}
				case exit != clitest.ExitError || len(found) != 1 || found[0].Summary != answer.summary:
					t.Errorf("want the error in the plan, got exit status %d, %+v", exit, messages)
				}
				o := env.apply()
				env.expectAccepted(0)
				env.expect(o, clitest.ExitError, answer.summary, answer.says, "No restore was started.", "allow_overwrite = true")
				if strings.Contains(o.output, "set preflight") {
					t.Errorf("to switch preflight off is no way out:\n%s", o.output)
				}
				if answer.summary == unchecked {
					env.expect(o, clitest.ExitError, "public.stores", "dws:cluster:checkRestoreTable")
				}
				env.write("main.tf", env.providerBlock("preflight = false")+overTaken("allow_overwrite = true"))
				env.mustApply()
				env.expectAccepted(1)
			})
		}
	}
}

// TestDWSMayOverwriteLater does not know in the plan whether it may overwrite: the plan names the table, and the apply
// decides.
func TestDWSMayOverwriteLater(t *testing.T) {
	t.Parallel()
	later := func(allowed string) string {
		return fmt.Sprintf("resource \"terraform_data\" \"later\" {\n  input = %s\n}\n", allowed) +
			overTaken("allow_overwrite = terraform_data.later.output")
	}
	for allowed, accepted := range map[string]int{"false": 0, "null": 0, "true": 1} {
		t.Run(allowed, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			env.configure(later(allowed))
			exit, messages := env.planned()
			if found := messages[dwsCase.address]; allowed != "null" && (exit != clitest.ExitChanges || len(found) != 1 ||
				found[0].Severity != "warning" || !strings.Contains(found[0].Detail, "public.stores")) {
				t.Errorf("want a warning that names the table, got exit status %d, %+v", exit, messages)
			}
			env.apply()
			env.expectAccepted(accepted)
		})
	}
	t.Run("forbidden", func(t *testing.T) {
		t.Parallel()
		env := newTestEnv(t)
		env.forbidden(fakecloud.DWS, fakecloud.CheckTableRestore)
		env.configure(later("true"))
		env.expect(env.plan(), clitest.ExitError, "Target tables cannot be checked", "No restore was started.")
	})
}

// TestDWSCheckWaits has the cluster too busy for the check of the targets: that is waited for, and nothing is sent
// before the check is answered.
func TestDWSCheckWaits(t *testing.T) {
	t.Parallel()
	for name, target := range map[string]string{"free": "sales_before", "taken": "stores"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			env.plant(fakecloud.Fault{Service: fakecloud.DWS, Operation: fakecloud.CheckTableRestore, Times: -1,
				Kind: fakecloud.FaultStatus, Status: 400, Code: "DWS.7023", Message: "Operation in progress."})
			env.configure(strings.ReplaceAll(overTaken("preflight = false"), "stores", target))
			p := env.startApply()
			requests := func(operation string) int { return env.cloud.Requests()[fakecloud.DWS][operation] }
			env.await(func() bool { return requests(fakecloud.CheckTableRestore) >= 3 })
			if sent := requests(fakecloud.RestoreTable); sent > 0 {
				t.Errorf("%d restore calls without a check", sent)
			}
			env.cloud.ClearFaults()
			if name == "free" {
				env.expect(env.end(p), clitest.ExitOK)
				env.expectAccepted(1)
				return
			}
			env.expect(env.end(p), clitest.ExitError, "Target table already exists", "No restore was started.")
			env.expectAccepted(0)
		})
	}
}
