// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

// expectRestored compares the body of the one restore that a service has accepted, by value.
func (env *testEnv) expectRestored(service, want string) {
	env.Helper()
	var bodies []any
	for _, restore := range env.cloud.Restores() {
		var body any
		if err := json.Unmarshal(restore.Body, &body); err != nil {
			env.Fatal(err)
		}
		if restore.Service == service {
			bodies = append(bodies, body)
		}
	}
	var wanted any
	if err := json.Unmarshal([]byte(want), &wanted); err != nil {
		env.Fatal(err)
	}
	if difference := cmp.Diff([]any{wanted}, bodies); difference != "" {
		env.Errorf("what %s accepted (- wanted, + came):\n%s", service, difference)
	}
}

// TestDataSourceExamples applies the documentation's examples. What they restore, they restore once.
func TestDataSourceExamples(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		says, service, target, restored string
	}{
		"x_rds_pg_restore_windows": {says: "Apply complete!"},
		"x_rds_pg_restorable_tables": {service: fakecloud.RDS, target: ordersDB,
			restored: `{"instances":[{"restore_time":1688556737000,"instance_id":"df29b535eec64ee1b286bd2c62871a9cin03",
			"databases":[{"database":"shop","schemas":[{"schema":"public","tables":[
				{"old_name":"order_items","new_name":"order_items_1688556737000"},{"old_name":"orders","new_name":"orders_1688556737000"}]}]}]}]}`},
		"x_dds_restore_windows": {says: "migration_can_be_undone = true"},
		"x_dds_restorable_collections": {service: fakecloud.DDS, target: sessionsDB,
			restored: `{"restore_collections":[{"database":"app","collections":[
			{"old_name":"carts","new_name":"carts_bak_1607762955000","restore_collection_time":"1607762955000"},
			{"old_name":"sessions","new_name":"sessions_bak_1607762955000","restore_collection_time":"1607762955000"}]}]}`},
		"x_dws_snapshots": {service: fakecloud.DWS, target: "2a4d0f86-67cd-408a-8b66-017454fb7793",
			restored: `{"case_sensitive":true,"database":"postgres",
			"restore_table_list":[{"schema_name":"public","table_name":"sales"}],"target_table_list":[{"schema_name":"public","table_name":"sales_before"}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			env.configure(example(t, "data-sources/"+name+"/data-source.tf"))
			o := env.mustApply()
			env.expect(o, clitest.ExitOK, c.says)
			if strings.Contains(o.output, "Check block assertion failed") {
				t.Errorf("the check failed:\n%s", o.output)
			}
			if c.restored == "" {
				env.expectAccepted(0)
				return
			}
			env.expectAccepted(1)
			env.expectRestored(c.service, c.restored)
			if target := env.cloud.Restores()[0].TargetID; target != c.target {
				t.Errorf("restored from %s, want %s", target, c.target)
			}
			env.expectNoChanges()
		})
	}
}

// TestRestoreJobDataSourceExample holds up what depends on a restore, until that has ended.
func TestRestoreJobDataSourceExample(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.configure(example(t, "data-sources/x_restore_job/data-source.tf"))
	job, err := env.cloud.Occupy(fakecloud.RDS, ordersDB, "RestoreSomething")
	if err != nil {
		t.Fatal(err)
	}
	env.change(job, "hold", "")
	env.expect(env.apply("-var", "job_id="+job), clitest.ExitError, "The restore is Running: ", "%.")
	env.change(job, "finish", "")
	env.mustApply("-var", "job_id="+job)
}

// TestDataSourceAndResourceAskOnce plans data sources and a restore of one instance: what both ask is asked once.
func TestDataSourceAndResourceAskOnce(t *testing.T) {
	t.Parallel()
	env := newRealTimeEnv(t)
	env.configure(fmt.Sprintf(`
data "x_rds_pg_restore_windows" "orders" {
  instance_id = %q
}
`, ordersDB) + example(t, "data-sources/x_rds_pg_restorable_tables/data-source.tf") + example(t, "data-sources/x_dds_restorable_collections/data-source.tf"))
	env.expect(env.plan(), clitest.ExitChanges, "Plan: 2 to add")
	env.expectRequests(fakecloud.RDS, map[string]int{fakecloud.ListInstances: 1, fakecloud.ListRestoreTime: 1,
		fakecloud.ListHistoryTables: 1})
	requests := env.cloud.Requests()[fakecloud.DDS]
	// The collections of the newest moment too: the restore makes names of its own, which have to be free.
	if requests[fakecloud.ListRestoreDatabases] != 1 || requests[fakecloud.ListRestoreCollections] != 2 {
		t.Errorf("requests: %v", requests)
	}
}

// TestLatestThroughDataSources restores what there is at the latest moment, whose copies are no reason to restore
// again.
func TestLatestThroughDataSources(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t, changedWorld(func(w *fakecloud.World) {
		// Late enough for the second plan to find the copies.
		w.RDSInstances[0].Windows[1].End = fakecloud.FromNow(-time.Second)
		w.DDSInstances[0].Windows[1].End = fakecloud.FromNow(-time.Second)
	}))
	env.configure(fmt.Sprintf(`
data "x_rds_pg_restorable_tables" "this" {
  instance_id  = %q
  restore_time = "latest"
  name_regex   = "^shop\\.public\\.[a-z]+$"
}
data "x_dds_restorable_collections" "this" {
  instance_id  = %q
  restore_time = "latest"
  name_regex   = "^app\\.[a-z]+$"
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
	env.mustApply()
	env.expectAccepted(2)
	env.expectNoChanges()
}

// TestCloneSchema applies the example of that name. An earlier clone is not cloned.
func TestCloneSchema(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t, changedWorld(func(w *fakecloud.World) {
		w.RDSInstances[0].Databases["shop"]["public"]["notes_clone"] = fakecloud.Table{}
		w.RDSInstances[0].Databases["shop"]["archive"] = fakecloud.Tables{"orders": {}}
	}))
	env.configure(example(t, "clone-schema/main.tf"))
	env.expect(env.mustApply(), clitest.ExitOK,
		`clones = { "customers" = "customers_clone" "order_items" = "order_items_clone" "orders" = "orders_clone" }`)
	env.expectAccepted(1)
	env.expectRestored(fakecloud.RDS,
		`{"instances":[{"restore_time":1688556737000,"instance_id":"df29b535eec64ee1b286bd2c62871a9cin03",
		"databases":[{"database":"shop","schemas":[{"schema":"public","tables":[{"old_name":"customers","new_name":"customers_clone"},
			{"old_name":"order_items","new_name":"order_items_clone"},{"old_name":"orders","new_name":"orders_clone"}]}]}]}]}`)
	env.expectNoChanges()
	env.expect(env.plan("-var", `exclude=["customers"]`, "-var", "suffix=_2"), clitest.ExitChanges,
		`- customers = "customers_clone" + notes_clone = "notes_clone_2" ~ order_items = "order_items_clone" -> "order_items_2" ~ orders = "orders_clone" -> "orders_2"`)
}
