// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

// ordersTable is a restore of one table; tables is the inside of its list.
func ordersTable(name, tables, more string) string {
	return fmt.Sprintf(`
resource "x_rds_pg_table_pitr" %q {
  instance_id  = "df29b535eec64ee1b286bd2c62871a9cin03"
  restore_time = "2023-07-05T11:32:17Z"
  databases    = [{ database = "shop", schemas = [{ schema = "public", tables = [%s] }] }]
  %s
}`, name, tables, more)
}

// wholeDatabase is a restore under names that the service chooses, so that it can be asked for more than once.
func wholeDatabase(count int, more string) string {
	return fmt.Sprintf(`
resource "x_dds_collection_restore" "this" {
  count               = %d
  instance_id         = "9136fd2a9fcd405ea4674276ce36dae8in02"
  restore_collections = [{ database = "test", restore_database_time = "2020-12-12T08:49:15Z" }]
  %s
}`, count, more)
}

// TestReorderedWithAnotherChange re-orders a list in the same apply in which something is stored.
func TestReorderedWithAnotherChange(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.configure(ordersTable("this", `{ old_name = "orders" }, { old_name = "customers" }`, ""))
	env.mustApply()
	env.configure(ordersTable("this", `{ old_name = "customers" }, { old_name = "orders" }`,
		`timeouts = { create = "4h" }`))
	env.expect(env.plan(), clitest.ExitChanges, "will be updated in-place")
	env.mustApply()
	env.expectAccepted(1)
	env.expectNoChanges()
}

// TestIgnoredMoment has a moment that moves with every plan, and is ignored, while the restore is unfinished.
func TestIgnoredMoment(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	moving := strings.Replace(ordersTable("this", `{ old_name = "orders" }`, `on_timeout = "detach"
  lifecycle {
    ignore_changes = [restore_time]
  }
  `+shortTimeouts), `"2023-07-05T11:32:17Z"`, `timeadd(timestamp(), "-26h")`, 1)
	env.configure(moving)
	env.change("next", "hold", "")
	env.mustApply()
	job := env.expectAccepted(1)[0]
	name := fmt.Sprint(env.stored("x_rds_pg_table_pitr.this").Values["databases"])
	env.change(job, "finish", "")
	env.mustApply()
	env.expectAccepted(1)
	env.expectStored("x_rds_pg_table_pitr.this", map[string]any{"job_id": job, "status": "Completed", "databases": name})
	env.expectNoChanges()
}

// TestNewerSnapshotOfATaintedRestore is the same with DWS: a newer snapshot is there, and is ignored.
func TestNewerSnapshotOfATaintedRestore(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	config := func(snapshot, more string) string {
		return fmt.Sprintf(`
resource "x_dws_table_restore" "this" {
  snapshot_id        = %q
  database           = "gaussdb"
  case_sensitive     = true
  restore_table_list = [{ schema_name = "public", table_name = "events" }]
  target_table_list  = [{ schema_name = "public", table_name = "events_before" }]
  lifecycle {
    ignore_changes = [snapshot_id]
  }
  %s
}`, snapshot, more)
	}
	env.configure(config("c719b1a7-c85c-4cb5-a721-7694908c2c11", shortTimeouts))
	env.change("next", "hold", "")
	env.expect(env.apply(), clitest.ExitError, "Restore is still running")
	job := env.expectAccepted(1)[0]
	env.configure(config("2a4d0f86-67cd-408a-8b66-017454fb7793", ""))
	for _, flag := range []string{"-refresh=true", "-refresh=false"} {
		env.expect(env.apply(flag), clitest.ExitError, "Unfinished restore is planned again", job, "terraform untaint ADDRESS")
	}
	env.change(job, "finish", "")
	env.expect(env.run("untaint", "x_dws_table_restore.this"), clitest.ExitOK)
	env.mustApply()
	env.expectAccepted(1)
	env.expectStored("x_dws_table_restore.this", map[string]any{"job_id": job, "status": "Completed"})
}

// TestAnotherAddressAlone goes from count to for_each, and applies the new address alone: Terraform says nothing of the old
// one. While its job runs, that is refused; when it has ended unseen, only its names are left of it.
func TestAnotherAddressAlone(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	config := func(more string) string {
		return fmt.Sprintf(`
resource "x_dds_collection_restore" "this" {
  %s
  instance_id         = "9136fd2a9fcd405ea4674276ce36dae8in02"
  restore_collections = [{ database = "app", collections = [
    { old_name = "carts", restore_collection_time = "2020-12-12T08:49:15Z" }] }]
}`, more)
	}
	env.configure(config("count = 1\n" + shortTimeouts + "\n" + `on_timeout = "detach"`))
	env.change("next", "hold", "")
	env.mustApply()
	job := env.expectAccepted(1)[0]
	env.configure(config(`for_each = toset(["a"])`))
	const address = `x_dds_collection_restore.this["a"]`
	env.expect(env.apply("-target="+address), clitest.ExitError, "A restore is already running", job)
	env.change(job, "finish", "")
	env.expect(env.apply("-target="+address), clitest.ExitError, "carts_bak_1607762955000")
	env.expectAccepted(1)
	env.expect(env.run("state", "mv", "x_dds_collection_restore.this[0]", address), clitest.ExitOK)
	env.mustApply()
	env.expectAccepted(1)
	env.expectNoChanges()
}

// TestRenamedWhileUnfinished renames a resource without a "moved" block. Nobody hands the job over then, so it is
// refused, in whichever order Terraform goes about it; the advice leads on.
func TestRenamedWhileUnfinished(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.configure(ordersTable("old", `{ old_name = "orders" }`, shortTimeouts+"\n"+`on_timeout = "detach"`))
	env.change("next", "hold", "")
	env.mustApply()
	env.configure(ordersTable("new", `{ old_name = "orders" }`, ""))
	env.change("*", "finish", "")
	for _, more := range []string{"-parallelism=1", "-parallelism=10", "-refresh=false"} {
		env.expect(env.apply(more), clitest.ExitError, "Unfinished restore is planned again",
			"terraform state mv OLD_ADDRESS NEW_ADDRESS")
	}
	env.expect(env.run("state", "mv", "x_rds_pg_table_pitr.old", "x_rds_pg_table_pitr.new"), clitest.ExitOK)
	env.mustApply()
	env.expectAccepted(1)
	env.expectNoChanges()
}

// TestTwins has resources with the very same parameters, one or both of them unfinished.
func TestTwins(t *testing.T) {
	t.Parallel()
	t.Run("one unfinished", func(t *testing.T) {
		t.Parallel()
		env := newTestEnv(t)
		env.configure(wholeDatabase(1, shortTimeouts+"\n"+`on_timeout = "detach"`))
		env.change("next", "hold", "")
		env.mustApply()
		env.change("*", "finish", "")
		env.configure(wholeDatabase(2, ""))
		// In one order of the two, the plan finds out; in the other, the apply does, and the job goes to one of them.
		if o := env.apply(); o.exit == clitest.ExitError && !strings.Contains(o.output, "Unfinished restore is planned again") {
			env.expect(o, clitest.ExitError, "The apply also stops for another resource with the same parameters")
		}
		env.expectAccepted(1)
		env.mustApply("-target=x_dds_collection_restore.this[0]")
		env.mustApply()
		env.expectAccepted(2)
		env.expectNoChanges()
	})
	t.Run("both unfinished and tainted", func(t *testing.T) {
		t.Parallel()
		env := bothTainted(t)
		for _, flag := range []string{"-refresh=true", "-refresh=false"} {
			env.expect(env.apply(flag), clitest.ExitError,
				"Untaint each that is tainted (terraform untaint ADDRESS), then run: terraform apply -target=ADDRESS")
		}
		for _, address := range []string{"x_dds_collection_restore.this[0]", "x_dds_collection_restore.this[1]"} {
			env.expect(env.run("untaint", address), clitest.ExitOK)
		}
		env.mustApply()
		env.expectAccepted(2)
		env.expectNoChanges()
	})
}

// bothTainted has two resources with the same parameters that have timed out, and whose jobs have completed since.
func bothTainted(t *testing.T) *testEnv {
	t.Helper()
	env := newTestEnv(t)
	env.configure(wholeDatabase(1, shortTimeouts))
	env.change("next", "hold", "")
	env.expect(env.apply(), clitest.ExitError)
	env.change("*", "finish", "")
	env.expect(env.run("state", "mv", "x_dds_collection_restore.this[0]", "x_dds_collection_restore.this[1]"),
		clitest.ExitOK)
	env.change("next", "hold", "")
	env.expect(env.apply("-target=x_dds_collection_restore.this[0]"), clitest.ExitError)
	env.configure(wholeDatabase(2, ""))
	env.change("*", "finish", "")
	return env
}

// TestReplacementThatStopsHalfWay removes the tainted object and then cannot create, because what it depends on fails.
// The job leaves the state that way; the warning says how to take it back.
func TestReplacementThatStopsHalfWay(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	config := func(more, dependency string) string {
		return ordersTable("this", `{ old_name = "orders" }`, more+"\ndepends_on = [terraform_data.first]") +
			"\nresource \"terraform_data\" \"first\" {\n" + dependency + "\n}\n"
	}
	env.configure(config(shortTimeouts, ""))
	env.change("next", "hold", "")
	env.expect(env.apply(), clitest.ExitError)
	job := env.expectAccepted(1)[0]
	env.configure(config("", "triggers_replace = [1]\nprovisioner \"local-exec\" {\n command = \"false\"\n}"))
	command := "terraform import ADDRESS df29b535eec64ee1b286bd2c62871a9cin03/" + job
	env.expect(env.apply(), clitest.ExitError, "If this apply ends without a resource that resumes the job", command)
	env.configure(config("", ""))
	env.expect(env.apply(), clitest.ExitError, "A restore is already running", command)
	env.expect(env.run("import", "-no-color", "x_rds_pg_table_pitr.this", "df29b535eec64ee1b286bd2c62871a9cin03/"+job),
		clitest.ExitOK)
	env.change(job, "finish", "")
	env.mustApply()
	env.expectAccepted(1)
	env.expectNoChanges()
}

// TestPreventDestroy resumes in place what may not be replaced.
func TestPreventDestroy(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env, job := timedOut(t, c, "lifecycle {\n prevent_destroy = true\n}")
		env.change(job, "finish", "")
		env.expect(env.apply(), clitest.ExitError, "prevent_destroy")
		env.expect(env.run("untaint", c.address), clitest.ExitOK)
		env.mustApply()
		env.expectResumed(c, job)
	})
}

// TestTaintedByAProvisioner taints a finished restore without anybody meaning it. The plan says that it runs once more,
// and how to keep it.
func TestTaintedByAProvisioner(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t)
		env.configure(c.config(t, "provisioner \"local-exec\" {\n command = \"false\"\n}"))
		env.expect(env.apply(), clitest.ExitError)
		job := env.expectAccepted(1)[0]
		env.configure(c.config(t, "preflight = false")) // the names are taken
		env.expect(env.plan(), clitest.ExitChanges, "Apply will repeat a finished restore", "Job "+job,
			"terraform untaint ADDRESS")
		env.expect(env.run("untaint", c.address), clitest.ExitOK)
		env.mustApply()
		env.expectResumed(c, job)
	})
}

func TestEmptyTriggersAreNone(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t)
		env.configure(c.config(t))
		env.mustApply()
		env.configure(c.config(t, "triggers = {}"))
		env.mustApply()
		env.expectAccepted(1)
		env.expectNoChanges()
	})
}

// TestUnknownIsNoChange has a name that is known only at apply. Until it is known to differ, nothing restores again; then
// the next plan does.
func TestUnknownIsNoChange(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	config := func(run int, table string) string {
		return fmt.Sprintf("resource \"terraform_data\" \"name\" {\n triggers_replace = [%d]\n input = %q\n}\n",
			run, table) +
			ordersTable("this", `{ old_name = terraform_data.name.output }`, "")
	}
	env.configure(config(1, "orders"))
	env.mustApply()
	job := env.expectAccepted(1)[0]
	env.configure(config(2, "orders"))
	env.expect(env.apply(), clitest.ExitOK, "Restore is kept", "Known only after the apply: databases", job)
	env.expectNoChanges()
	env.configure(config(3, "customers"))
	env.expect(env.apply(), clitest.ExitOK, "Restore is kept", job)
	env.expectAccepted(1)
	env.expect(env.apply(), clitest.ExitOK, runsAgain, "because of changes in databases")
	env.expectStored("x_rds_pg_table_pitr.this", map[string]any{"job_id": env.expectAccepted(2)[1]})
	env.expectNoChanges()
}

// TestUnknownWhileUnfinished has a tainted restore whose parameters are known only after the apply: whether its job is to
// be resumed cannot be told, and the advice leads on.
func TestUnknownWhileUnfinished(t *testing.T) {
	t.Parallel()
	for name, more := range map[string]string{"": "", "create before destroy": "lifecycle {\n create_before_destroy = true\n}"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			config := func(run int, timeouts string) string {
				return fmt.Sprintf("resource \"terraform_data\" \"name\" {\n triggers_replace = [%d]\n input = \"orders\"\n}\n", run) +
					ordersTable("this", `{ old_name = terraform_data.name.output }`, more+"\n"+timeouts)
			}
			env.configure(config(1, shortTimeouts))
			env.change("next", "hold", "")
			env.expect(env.apply(), clitest.ExitError)
			job := env.expectAccepted(1)[0]
			env.change(job, "finish", "")
			env.configure(config(2, ""))
			for _, flag := range []string{"-refresh=true", "-refresh=false"} {
				env.expect(env.apply(flag), clitest.ExitError, "Unfinished restore is planned again", job, "databases")
			}
			env.expect(env.run("untaint", "x_rds_pg_table_pitr.this"), clitest.ExitOK)
			env.mustApply()
			env.expectAccepted(1)
			env.expectStored("x_rds_pg_table_pitr.this", map[string]any{"job_id": job, "status": "Completed"})
			env.expectNoChanges()
		})
	}
}

// TestMovingMomentOfATaintedRestore has a moment that moves with every plan. Terraform plans a tainted restore without
// ignore_changes.
func TestMovingMomentOfATaintedRestore(t *testing.T) {
	t.Parallel()
	for _, now := range []string{"timestamp()", "plantimestamp()"} {
		t.Run(now, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			config := func(ago, more string) string {
				return strings.Replace(ordersTable("this", `{ old_name = "orders" }`, "lifecycle {\n ignore_changes = [restore_time]\n}\n"+more),
					`"2023-07-05T11:32:17Z"`, fmt.Sprintf(`timeadd(%s, "-%s")`, now, ago), 1)
			}
			env.configure(config("26h", shortTimeouts))
			env.change("next", "hold", "")
			env.expect(env.apply(), clitest.ExitError, "Restore is still running")
			job := env.expectAccepted(1)[0]
			env.change(job, "finish", "")
			env.configure(config("25h", "")) // plantimestamp() counts whole seconds: this one differs for certain
			for _, flag := range []string{"-refresh=true", "-refresh=false"} {
				env.expect(env.apply(flag), clitest.ExitError, "Unfinished restore is planned again", job,
					"terraform untaint ADDRESS", "change a value in triggers")
			}
			env.expect(env.run("untaint", "x_rds_pg_table_pitr.this"), clitest.ExitOK)
			env.mustApply()
			env.expectAccepted(1)
			env.expectStored("x_rds_pg_table_pitr.this", map[string]any{"job_id": job, "status": "Completed"})
		})
	}
}

// TestDetachBeforeTheJobIsSeen detaches from a job that the service does not show yet.
func TestDetachBeforeTheJobIsSeen(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t, func(o *fakecloud.Options) { o.JobVisibleAfter = 40 * time.Second })
		env.configure(c.config(t, `timeouts = { create = "10s" }`, `on_timeout = "detach"`))
		job := env.mustApply()
		env.expect(job, clitest.ExitOK, "Restore continues in the background")
		env.mustApply()
		env.expectResumed(c, env.expectAccepted(1)[0])
	})
}

// TestNewNameRemoved removes a name that was given, so that the default one is meant: that is another restore at once,
// and not only when something else is changed.
func TestNewNameRemoved(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.configure(ordersTable("this", `{ old_name = "orders", new_name = "mine" }`, ""))
	env.mustApply()
	env.configure(ordersTable("this", `{ old_name = "orders" }`, ""))
	env.expect(env.plan(), clitest.ExitChanges, runsAgain, "because of changes in databases", "orders_1688556737000")
	env.mustApply()
	env.expectAccepted(2)
	env.configure(ordersTable("this", `{ old_name = "orders", new_name = "orders_1688556737000" }`,
		`timeouts = { create = "4h" }`))
	env.mustApply()
	env.expectAccepted(2)
	env.expectNoChanges()
}
