// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

// TestCloneEnvironment clones from all three services at once, and has what comes after wait for it.
func TestCloneEnvironment(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t).withRaceDetector()
	env.useExample("clone-environment")
	env.mustApply()
	env.expectAccepted(4)
	env.expectRestored(fakecloud.DWS, `{"case_sensitive":true,"database":"postgres",
		"restore_table_list":[{"schema_name":"public","table_name":"sales"},{"schema_name":"public","table_name":"stores"}],
		"target_table_list":[{"schema_name":"public","table_name":"sales_test"},{"schema_name":"public","table_name":"stores_test"}]}`)
	env.expectStored(`x_rds_pg_table_pitr.clone["staging"]`, map[string]any{"instance_id": stagingDB,
		"status": "Completed"})

	clones := object{
		"rds orders":   list{"shop.public.customers_test", "shop.public.order_items_test", "shop.public.orders_test"},
		"rds staging":  list{"shop.public.customers_test"},
		"dds sessions": list{"app.carts_test", "app.sessions_test"},
		"dws sales":    list{"postgres.public.sales_test", "postgres.public.stores_test"},
	}
	if difference := cmp.Diff(clones, env.stored("terraform_data.deployment").Values["output"]); difference != "" {
		t.Errorf("what the deployment waited for (- wanted, + is):\n%s", difference)
	}
	var cleanup object
	env.readOutput("cleanup", &cleanup)
	if difference := cmp.Diff(object{
		"rds orders": list{
			`DROP TABLE "public"."customers_test"; -- in database "shop"`,
			`DROP TABLE "public"."order_items_test"; -- in database "shop"`,
			`DROP TABLE "public"."orders_test"; -- in database "shop"`,
		},
		"rds staging": list{`DROP TABLE "public"."customers_test"; -- in database "shop"`},
		"dds sessions": list{`db.getSiblingDB("app").getCollection("carts_test").drop()`,
			`db.getSiblingDB("app").getCollection("sessions_test").drop()`},
		"dws sales": list{`DROP TABLE "public"."sales_test"; -- in database "postgres"`,
			`DROP TABLE "public"."stores_test"; -- in database "postgres"`},
	}, cleanup); difference != "" {
		t.Errorf("cleanup (- wanted, + is):\n%s", difference)
	}
	env.expectNoChanges()
}

// TestCollectLater submits in one apply and collects in another.
func TestCollectLater(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.useExample("collect-later")
	env.change("next", "hold", "")
	env.expect(env.mustApply("-var", "wait=20s"), clitest.ExitOK, "Restore continues in the background",
		`"status" = "Running"`)
	job := env.expectAccepted(1)[0]
	env.expectStored("x_rds_pg_table_pitr.orders", map[string]any{"job_id": job, "restored_objects": nil,
		"duration_seconds": nil})
	env.change(job, "release", "")
	env.expect(env.mustApply(), clitest.ExitOK, "0 added, 1 changed, 0 destroyed", `"status" = "Completed"`)
	env.expectAccepted(1)
	values := env.stored("x_rds_pg_table_pitr.orders").Values
	if difference := cmp.Diff(object{
		"job_id": job, "restored_to": "2023-07-05T11:32:17Z", "restored_objects": list{"shop.public.orders_before"},
		"cleanup_statements": list{`DROP TABLE "public"."orders_before"; -- in database "shop"`},
	}, object{
		"job_id": values["job_id"], "restored_to": values["restored_to"], "restored_objects": values["restored_objects"],
		"cleanup_statements": values["cleanup_statements"],
	}); difference != "" {
		t.Errorf("the state (- wanted, + is):\n%s", difference)
	}
	env.expectNoChanges()
}

// incident is the example's arguments.
var incident = []string{
	"-invoke=action.x_rds_pg_table_pitr.now", "-var", "restore_time=2023-07-05T11:32:17Z",
	"-var", `tables=["shop.public.orders", "shop.public.customers", "data1.schema1.table1"]`,
}

// newIncident is a test environment with the example; false where the CLI knows no actions, and so refuses it.
func newIncident(t *testing.T, clock clitest.Clock) (*testEnv, bool) {
	t.Helper()
	env := newTestEnvWithClock(t, clock)
	env.useExample("incident")
	if version := env.run("version").output; strings.HasPrefix(version, "OpenTofu") ||
		strings.HasPrefix(version, "Terraform v1.11.") {
		env.expect(env.plan(), clitest.ExitError)
		env.expectAccepted(0)
		return env, false
	}
	return env, true
}

func TestIncident(t *testing.T) {
	t.Parallel()
	env, known := newIncident(t, clitest.NewClock(100))
	if !known {
		return
	}
	o := env.mustApply(incident...)
	job := env.expectAccepted(1)[0]
	env.expect(o, clitest.ExitOK, "Accepted as job "+job, "Job "+job+" completed after",
		"Restored to 2023-07-05T11:32:17Z: ",
		"data1.schema1.table1_1688556737000", "shop.public.customers_1688556737000", "shop.public.orders_1688556737000",
		"Actions: 1 invoked.")
	env.expectRestored(fakecloud.RDS,
		`{"instances":[{"restore_time":1688556737000,"instance_id":"df29b535eec64ee1b286bd2c62871a9cin03","databases":[
		{"database":"data1","schemas":[{"schema":"schema1","tables":[{"old_name":"table1","new_name":"table1_1688556737000"}]}]},
		{"database":"shop","schemas":[{"schema":"public","tables":[
			{"old_name":"customers","new_name":"customers_1688556737000"},{"old_name":"orders","new_name":"orders_1688556737000"}]}]}]}]}`)
	env.expectNoChanges()
	env.expectAccepted(1)
}

// TestIncidentInterrupted follows the README: the job goes on, is not started twice, and can be looked up.
func TestIncidentInterrupted(t *testing.T) {
	t.Parallel()
	// Slow enough that no look at the job comes between the signal and the stop: Terraform drops what is said after one.
	env, known := newIncident(t, clitest.NewClock(2))
	if !known {
		return
	}
	env.change("next", "hold", "")
	p := env.start(append([]string{"apply", "-no-color", "-auto-approve"}, incident...)...)
	env.awaitOutput(p, "so far.")
	job := env.expectAccepted(1)[0]
	env.signalGroup(p, syscall.SIGINT)
	env.expect(env.end(p), clitest.ExitError, "Accepted as job "+job, "Stopped waiting for the restore",
		"Job "+job+" continues in the cloud")
	env.expect(env.apply(incident...), clitest.ExitError, "A restore is already running", job)
	env.change(job, "finish", "")
	env.expect(env.mustApply("-var", "job_id="+job), clitest.ExitOK, `"status" = "Completed"`)
	env.expectAccepted(1)
}
