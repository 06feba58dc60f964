// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"testing"

	"terraform-provider-x/internal/clitest"
)

// TestFinishedThenReplaced replaces finished restores in the three ways there are; each is a new restore. It restores
// DWS tables, because DWS overwrites what the first one restored.
func TestFinishedThenReplaced(t *testing.T) {
	t.Parallel()
	c := dwsCase
	for name, again := range map[string]func(*testEnv) outcome{
		"tainted by hand": func(env *testEnv) outcome {
			env.expect(env.run("taint", c.address), clitest.ExitOK)
			env.expect(env.plan(), clitest.ExitChanges, "Apply will repeat a finished restore")
			return env.apply()
		},
		"-replace": func(env *testEnv) outcome { return env.apply("-replace=" + c.address) },
		"triggers": func(env *testEnv) outcome {
			env.configure(c.config(env.T, `triggers = { drill = "monday" }`, "allow_overwrite = true"))
			env.expect(env.plan(), clitest.ExitChanges, runsAgain, "because of changes in triggers", "forces replacement")
			return env.apply()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			env.configure(c.config(t, "allow_overwrite = true"))
			env.mustApply()
			first := env.expectAccepted(1)[0]
			o := again(env)
			env.expect(o, clitest.ExitOK, "Restored objects stay", first)
			env.expectStored(c.address, map[string]any{"job_id": env.expectAccepted(2)[1], "status": "Completed"})
			if !env.dependantRan() {
				t.Error("the dependant did not run")
			}
			env.expectNoChanges()
		})
	}
}

// TestUnfinishedThenReplaceFlag asks for a replacement of a restore that still runs: it is resumed.
func TestUnfinishedThenReplaceFlag(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env, job := timedOut(t, c)
		env.expect(env.run("untaint", c.address), clitest.ExitOK)
		env.change(job, "finish", "")
		env.mustApply("-replace=" + c.address)
		env.expectResumed(c, job)
	})
}

func TestRemovedFromConfiguration(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t)
		env.configure(c.config(t))
		env.mustApply()
		job := env.expectAccepted(1)[0]
		before := fmt.Sprint(env.cloud.Requests())
		env.configure("")
		env.expect(env.apply(), clitest.ExitOK, "Restored objects stay", job, fmt.Sprint(evidenceOf[c.name].objects[0]))
		if after := fmt.Sprint(env.cloud.Requests()); after != before {
			t.Errorf("removing called the cloud: %s, then %s", before, after)
		}
		env.expectAccepted(1)
	})
}

// TestCreatedBeforeDestroyedWithoutRefresh comes to a replacement of an unfinished restore in each of the ways in which
// Terraform does not refresh it first. Terraform creates before it tells of the state again, so nothing runs; the advice
// leads on.
func TestCreatedBeforeDestroyedWithoutRefresh(t *testing.T) {
	t.Parallel()
	c := rdsCase
	version := func(number int) string {
		return fmt.Sprintf("resource \"terraform_data\" \"version\" {\n input = %d\n}\n", number)
	}
	const lifecycle = "lifecycle {\n create_before_destroy = true\n replace_triggered_by = [terraform_data.version]\n}"
	for name, how := range map[string]struct {
		tainted bool
		version int
		flags   []string
	}{
		"tainted":                {tainted: true, version: 1, flags: []string{"-refresh=false"}},
		"-replace":               {version: 1, flags: []string{"-refresh=false", "-replace=" + c.address}},
		"replace_triggered_by":   {version: 2, flags: []string{"-refresh=false"}},
		"-replace and a refresh": {version: 1, flags: []string{"-replace=" + c.address}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			env.configure(version(1) + c.config(t, lifecycle, shortTimeouts))
			env.change("next", "hold", "")
			env.expect(env.apply(), clitest.ExitError, "Restore is still running")
			job := env.expectAccepted(1)[0]
			env.change(job, "finish", "")
			if !how.tainted {
				env.expect(env.run("untaint", c.address), clitest.ExitOK)
			}
			env.configure(version(how.version) + c.config(t, lifecycle))
			env.expect(env.apply(how.flags...), clitest.ExitError, "inconsistent final plan", job)
			env.expectAccepted(1)
			env.expect(env.apply(), clitest.ExitError, "terraform state rm ADDRESS", "terraform import ADDRESS "+c.target+"/"+job)
			env.expect(env.run("state", "rm", c.address), clitest.ExitOK)
			env.expect(env.run("import", "-no-color", c.address, c.target+"/"+job), clitest.ExitOK)
			env.mustApply()
			env.expectResumed(c, job)
		})
	}
}

// TestForgotten forgets an unfinished restore, by a removed block, while the same one is planned at another address, which
// goes on with its job. Terraform only upgrades the state of what it forgets. If it does so after it has planned the new
// address, the plan stops.
func TestForgotten(t *testing.T) {
	t.Parallel()
	for _, flag := range []string{"-refresh=true", "-refresh=false", "-parallelism=1"} {
		t.Run(flag, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			env.configure(ordersTable("old", `{ old_name = "orders" }`, shortTimeouts+"\n"+`on_timeout = "detach"`))
			env.change("next", "hold", "")
			env.mustApply()
			job := env.expectAccepted(1)[0]
			env.change(job, "finish", "")
			removed := "\nremoved {\n from = x_rds_pg_table_pitr.old\n lifecycle {\n  destroy = false\n }\n}\n"
			env.configure(ordersTable("new", `{ old_name = "orders" }`, "") + removed)
			if o := env.apply(flag); o.exit != clitest.ExitOK {
				env.expect(o, clitest.ExitError, "Unfinished restore is planned again", "terraform state mv OLD_ADDRESS NEW_ADDRESS", job)
				env.expect(env.run("state", "mv", "x_rds_pg_table_pitr.old", "x_rds_pg_table_pitr.new"), clitest.ExitOK)
				env.configure(ordersTable("new", `{ old_name = "orders" }`, ""))
				env.mustApply()
			}
			env.expectAccepted(1)
			env.expectStored("x_rds_pg_table_pitr.new", map[string]any{"job_id": job, "status": "Completed"})
			env.expectNoChanges()
		})
	}
}

// TestFinishedThenRenamed renames a finished restore without a "moved" block. The plan says that it restores again, in
// whichever order Terraform goes about it, and what to do instead.
func TestFinishedThenRenamed(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.configure(ordersTable("old", `{ old_name = "orders" }`, ""))
	env.mustApply()
	job := env.expectAccepted(1)[0]
	env.configure(ordersTable("new", `{ old_name = "orders" }`, "preflight = false"))
	for _, flag := range []string{"-parallelism=1", "-parallelism=1", "-parallelism=10", "-parallelism=10", "-refresh=false"} {
		env.expect(env.plan(flag), clitest.ExitChanges, "Apply will repeat a finished restore", job,
			"terraform state mv OLD_ADDRESS NEW_ADDRESS")
	}
	env.expect(env.run("state", "mv", "x_rds_pg_table_pitr.old", "x_rds_pg_table_pitr.new"), clitest.ExitOK)
	env.mustApply()
	env.expectAccepted(1)
	env.expectNoChanges()
}

// TestReplacedWhileUnfinished asks for another restore while the job of the first one runs: the plan says which job it
// leaves behind, tainted or not.
func TestReplacedWhileUnfinished(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env, job := timedOut(t, c)
		env.configure(c.config(t, `triggers = { drill = "tuesday" }`, "preflight = false"))
		for _, flag := range []string{"-refresh=true", "-refresh=false"} {
			env.expect(env.plan(flag), clitest.ExitChanges, "Unfinished restore is left behind", job, "terraform untaint ADDRESS")
		}
		env.expect(env.run("untaint", c.address), clitest.ExitOK)
		env.expect(env.plan(), clitest.ExitChanges, runsAgain, "No apply has seen the end of job "+job)
		env.expectAccepted(1)
	})
}

// TestTargetRestoredBefore asks again for what a restore has made a moment ago. No lookup shows it yet, but the state
// does: the plan refuses it, or without preflight says so.
func TestTargetRestoredBefore(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ tables, target string }{
		"default name": {`{ old_name = "orders" }`, "shop.public.orders_1688556737000"},
		"given name":   {`{ old_name = "orders", new_name = "mine" }`, "shop.public.mine"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			env.configure(ordersTable("this", c.tables, ""))
			env.mustApply()
			job := env.expectAccepted(1)[0]
			env.expect(env.plan("-replace=x_rds_pg_table_pitr.this"), clitest.ExitError, "Target was restored before", job, c.target)
			env.configure(ordersTable("this", c.tables, `triggers = { drill = "tuesday" }`))
			env.expect(env.apply(), clitest.ExitError, "Target was restored before", job, c.target, "No restore was started.")
			env.expectAccepted(1)
			env.configure(ordersTable("this", c.tables, "preflight = false\n"+`triggers = { drill = "tuesday" }`))
			env.expect(env.plan(), clitest.ExitChanges, "Target was restored before", job, c.target)
		})
	}
}

// TestSameTarget has two restores of one plan that make the same.
func TestSameTarget(t *testing.T) {
	t.Parallel()
	for name, more := range map[string]string{"preflight": "", "no preflight": "preflight = false"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			env.configure(ordersTable("one", `{ old_name = "orders", new_name = "mine" }`, more) +
				ordersTable("two", `{ old_name = "customers", new_name = "mine" }`, more))
			env.expect(env.apply(), clitest.ExitError, "Two restores have the same target", "shop.public.mine")
			env.configure(ordersTable("one", `{ old_name = "orders" }`, more) + ordersTable("two", `{ old_name = "orders" }`, more))
			env.expect(env.apply(), clitest.ExitError, "Two restores have the same target", "shop.public.orders_1688556737000")
			env.expectAccepted(0)
		})
	}
}
