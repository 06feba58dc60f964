// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

// plantLookups breaks every lookup.
func (env *testEnv) plantLookups(c restoreCase, fault fakecloud.Fault) {
	env.Helper()
	for _, operation := range c.lookups {
		fault.Service, fault.Operation, fault.Times = c.service, operation, -1
		env.plant(fault)
	}
}

// TestLookupsRefused plans and applies in a cloud that refuses every lookup: that is a warning, and the restore is made.
// Only what DWS may overwrite needs no look at the targets: see TestDWSOverwritesNothingUnasked.
func TestLookupsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault fakecloud.Fault
		says  string
	}{
		"forbidden": {fakecloud.Fault{Kind: fakecloud.FaultStatus, Status: 403, Code: "DBS.280015",
			Message: "Policy doesn't allow that."}, "Policy doesn't allow that."},
		"not offered": {fakecloud.Fault{Kind: fakecloud.FaultStatus, Status: 404, Code: "APIGW.0101",
			Message: "The API does not exist."}, "APIGW.0101"},
		"out of order": {fakecloud.Fault{Kind: fakecloud.FaultStatus, Status: 503, Code: "APIGW.0201",
			Message: "Backend unavailable."}, "Backend unavailable."},
	} {
		t.Run(name, func(t *testing.T) {
			forEachRestore(t, func(t *testing.T, r restoreCase) {
				env := newTestEnv(t)
				env.plantLookups(r, c.fault)
				env.configure(r.config(t, r.mayOverwrite()))
				exit, messages := env.planned()
				found := messages[r.address]
				if exit != clitest.ExitChanges || len(found) != 1 || found[0].Severity != "warning" ||
					found[0].Summary != "Restore was not fully checked" || !strings.Contains(found[0].Detail, c.says) {
					t.Fatalf("exit status %d, %+v", exit, messages)
				}
				env.mustApply()
				env.expectAccepted(1)
				env.expectNoChanges()
			})
		})
	}
}

// TestLookupsThatMakeNoSense fails the plan, and says which service sent what and how to continue without.
func TestLookupsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	wayOut := func(operation string) string {
		if operation == fakecloud.CheckTableRestore {
			return "allow_overwrite = true"
		}
		return "preflight = false"
	}
	for name, body := range map[string]string{"another shape": `{"what": "ever"}`, "other types": `[1, 2]`} {
		t.Run(name, func(t *testing.T) {
			forEachRestore(t, func(t *testing.T, r restoreCase) {
				for _, operation := range r.lookups {
					env := newTestEnv(t)
					env.plant(fakecloud.Fault{Service: r.service, Operation: operation, Kind: fakecloud.FaultStatus, Status: 200,
						Body: body, Times: -1})
					env.configure(r.config(t))
					exit, messages := env.planned()
					if found := messages[r.address]; exit != clitest.ExitError || len(found) == 0 || found[0].Severity != "error" ||
						!strings.Contains(found[0].Detail, strings.ToUpper(r.service)) || !strings.Contains(found[0].Detail, body) ||
						!strings.Contains(found[0].Detail, wayOut(operation)) {
						t.Errorf("%s: exit status %d, %+v", operation, exit, messages)
					}
					env.expectAccepted(0)
				}
			})
		})
	}
}

// TestPreflightOff asks nothing before the restore but what the guard against a second one needs.
func TestPreflightOff(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]struct{ provider, resource string }{
		"for all":           {"preflight = false", ""},
		"for one":           {"", "preflight = false"},
		"for all but one":   {"preflight = false", "preflight = true"},
		"not, and also not": {"preflight = true", "preflight = null"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			env.write("main.tf", env.providerBlock(set.provider)+rdsCase.config(t, set.resource))
			env.expect(env.plan(), clitest.ExitChanges)
			asked, want := env.cloud.Requests()[fakecloud.RDS][fakecloud.ListRestoreTime], 0
			if strings.Contains(name, "but one") || strings.Contains(name, "not") {
				want = 1
			}
			if asked != want {
				t.Errorf("the windows were asked for %d times, want %d", asked, want)
			}
			env.mustApply()
			env.expectAccepted(1)
			// Whether to look before is no part of what was restored.
			env.write("main.tf", env.providerBlock("")+rdsCase.config(t, "preflight = true"))
			env.mustApply()
			env.expectAccepted(1)
			env.expectNoChanges()
		})
	}
}

// TestLookupsAreShared counts what is asked for a plan of many restores of one instance. Only DWS has to be asked about
// each one's names.
func TestLookupsAreShared(t *testing.T) {
	t.Parallel()
	for _, count := range []int{1, 10, 100} {
		t.Run(fmt.Sprint(count), func(t *testing.T) {
			t.Parallel()
			// Its windows reach up to now, so that the newest moment is today's in the first minutes of a day as well.
			env := newTestEnvWithClock(t, clitest.NewClock(1), inWorld(func(w *fakecloud.World) {
				w.DDSInstances[0].Windows[1].End = fakecloud.FromNow(-time.Millisecond)
			}))
			env.configure(fmt.Sprintf(`
resource "x_rds_pg_table_pitr" "this" {
  count        = %[1]d
  instance_id  = "df29b535eec64ee1b286bd2c62871a9cin03"
  restore_time = "2023-07-05T11:32:17Z"
  databases    = [{ database = "shop", schemas = [{ schema = "public", tables = [{ old_name = "orders", new_name = "orders_${count.index}" }] }] }]
}
resource "x_dds_collection_restore" "this" {
  count               = %[1]d
  instance_id         = "9136fd2a9fcd405ea4674276ce36dae8in02"
  restore_collections = [{ database = "app", collections = [{ old_name = "carts", new_name = "carts_${count.index}", restore_collection_time = "2020-12-12T08:49:15Z" }] }]
}
resource "x_dws_table_restore" "this" {
  count              = %[1]d
  snapshot_id        = "c719b1a7-c85c-4cb5-a721-7694908c2c11"
  database           = "postgres"
  case_sensitive     = true
  restore_table_list = [{ schema_name = "public", table_name = "sales" }]
  target_table_list  = [{ schema_name = "public", table_name = "sales_${count.index}" }]
}`, count))
			env.expect(env.plan(), clitest.ExitChanges, fmt.Sprintf("Plan: %d to add", 3*count))
			want := map[string]map[string]int{
				fakecloud.IAM: {fakecloud.ListProjects: 1},
				// then and now
				fakecloud.RDS: {fakecloud.ListInstances: 1, fakecloud.ListRestoreTime: 1, fakecloud.ListHistoryTables: 2},
				fakecloud.DDS: {fakecloud.ListInstances: 1, fakecloud.ListRestoreTime: 2, fakecloud.ListRestoreDatabases: 1,
					fakecloud.ListRestoreCollections: 2},
				fakecloud.DWS: {fakecloud.ShowSnapshot: 1, fakecloud.ShowCluster: 1, fakecloud.CheckTableRestore: count},
			}
			if diff := cmp.Diff(want, env.cloud.Requests()); diff != "" {
				t.Error(diff)
			}
			env.expectAccepted(0)
		})
	}
}

// TestCheckedAgainBeforeTheCall has a DWS target that comes to be after the plan, by another pipeline.
func TestCheckedAgainBeforeTheCall(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	restore := func(table string) string {
		return fmt.Sprintf(`
resource "x_dws_table_restore" "this" {
  snapshot_id        = "c719b1a7-c85c-4cb5-a721-7694908c2c11"
  database           = "postgres"
  case_sensitive     = true
  restore_table_list = [{ schema_name = "public", table_name = %q }]
  target_table_list  = [{ schema_name = "public", table_name = "target" }]
}`, table)
	}
	env.configure(restore("sales"))
	env.expect(env.plan("-out=saved"), clitest.ExitChanges, "1 to add")
	env.expect(env.run("workspace", "new", "other"), clitest.ExitOK)
	env.configure(restore("stores"))
	env.expect(env.apply(), clitest.ExitOK)
	env.expect(env.run("workspace", "select", "default"), clitest.ExitOK)
	env.configure(restore("sales"))
	env.expect(env.run("apply", "-no-color", "saved"), clitest.ExitError, "Target table already exists", "public.target",
		"No restore was started.")
	env.expectAccepted(1)
	if resources := env.resources(); len(resources) != 0 {
		t.Errorf("want nothing in the state: %v", resources)
	}
}

// TestLookupsOfABusyInstance are not answered while something is in progress, which is waited for as ever.
func TestLookupsOfABusyInstance(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t)
		busy := map[string]fakecloud.Fault{
			fakecloud.RDS: {Status: 409, Code: "DBS.200019"}, fakecloud.DDS: {Status: 403, Code: "DBS.200019"},
			fakecloud.DWS: {Status: 400, Code: "DWS.7023"},
		}[c.service]
		busy.Kind, busy.Message = fakecloud.FaultStatus, "Another operation is being performed."
		env.plantLookups(c, busy)
		env.configure(c.config(t, c.mayOverwrite()))
		env.expect(env.plan(), clitest.ExitChanges, "Restore was not fully checked",
			"Another operation is being performed.")
		env.mustApply()
		env.expectAccepted(1)
	})
}

// TestClusterThatMayNotBeSeen has the one answer that DWS gives for "not found" and for "no access".
func TestClusterThatMayNotBeSeen(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	c := dwsCase
	env.configure(c.config(t))
	env.plant(fakecloud.Fault{Service: c.service, Operation: fakecloud.ShowCluster, Kind: fakecloud.FaultStatus,
		Times: -1, Status: 403, Code: "DWS.0015", Message: "No access."})
	env.expect(env.plan(), clitest.ExitChanges, "Restore was not fully checked", "No access.")
	env.mustApply()
	env.expectAccepted(1)
}

// TestWrongSecretKeyIsTriedOnce has as many lookups as would lock the key, and a project that needs none.
func TestWrongSecretKeyIsTriedOnce(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	block := strings.Replace(env.providerBlock("project_id = \"0483b6b16e954cb88930a360d2c4e663\""),
		"fakecloud-secret-key", "another-secret-key", 1)
	env.write("main.tf", block+`
resource "x_rds_pg_table_pitr" "this" {
  count        = 12
  instance_id  = "instance-${count.index}"
  restore_time = "2023-07-05T11:32:17Z"
  databases    = [{ database = "shop", schemas = [{ schema = "public", tables = [{ old_name = "orders" }] }] }]
}`)
	env.expect(env.plan(), clitest.ExitError, "Login failed", "HTTP 401")
	if requests := fmt.Sprint(env.cloud.Requests()); requests != "map[rds:map[ListInstances:1]]" {
		t.Errorf("want one request with the wrong key, got %s", requests)
	}
}

// TestUnknownIsNotLookedUp plans what is known only after apply, and finds out then.
func TestUnknownIsNotLookedUp(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.configure(`
resource "terraform_data" "time" {
  input = "2019-01-01T00:00:00Z"
}
resource "x_rds_pg_table_pitr" "this" {
  instance_id  = "df29b535eec64ee1b286bd2c62871a9cin03"
  restore_time = terraform_data.time.output
  databases    = [{ database = "shop", schemas = [{ schema = "public", tables = [{ old_name = "orders" }] }] }]
}`)
	env.expect(env.plan(), clitest.ExitChanges, "2 to add")
	if requests := env.cloud.Requests(); len(requests) > 0 {
		t.Errorf("the plan asked %v", requests)
	}
	env.expect(env.apply(), clitest.ExitError, "Restore time is not available", "No restore was started.")
	env.expectAccepted(0)
}

// TestUnknownBesides plans with every parameter known and something else that is not.
func TestUnknownBesides(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.configure(`
resource "terraform_data" "later" {
}
resource "x_rds_pg_table_pitr" "this" {
  instance_id  = "df29b535eec64ee1b286bd2c62871a9cin03"
  restore_time = "2019-01-01T00:00:00Z"
  databases    = [{ database = "shop", schemas = [{ schema = "public", tables = [{ old_name = "orders" }] }] }]
  triggers     = { drill = terraform_data.later.id }
}
resource "x_dws_table_restore" "this" {
  snapshot_id        = "c719b1a7-c85c-4cb5-a721-7694908c2c11"
  database           = "postgres"
  case_sensitive     = true
  restore_table_list = [{ schema_name = "public", table_name = "sales" }]
  target_table_list  = [{ schema_name = "public", table_name = "stores" }]
  allow_overwrite    = terraform_data.later.id == ""
}`)
	exit, messages := env.planned()
	if found := messages["x_rds_pg_table_pitr.this"]; exit != clitest.ExitError || len(found) != 1 ||
		found[0].Summary != "Restore time is not available" {
		t.Errorf("exit status %d, want the moment refused: %+v", exit, messages)
	}
	if found := messages["x_dws_table_restore.this"]; len(found) != 1 || found[0].Severity != "warning" ||
		found[0].Summary != "Table may be overwritten" {
		t.Errorf("whether to overwrite is not known yet: %+v", found)
	}
	env.expect(env.apply("-target=x_dws_table_restore.this"), clitest.ExitError, "Target table already exists",
		"No restore was started.")
	env.expectAccepted(0)
}
