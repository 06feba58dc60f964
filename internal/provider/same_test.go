// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"testing"
	"time"

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
	s := newStage(t)
	s.configure(ordersTable("this", `{ old_name = "orders" }, { old_name = "customers" }`, ""))
	s.mustApply()
	s.configure(ordersTable("this", `{ old_name = "customers" }, { old_name = "orders" }`, `timeouts = { create = "4h" }`))
	s.expect(s.plan(), 2, "will be updated in-place")
	s.mustApply()
	s.expectAccepted(1)
	s.expectNoChanges()
}

// TestIgnoredMoment has a moment that moves with every plan, and is ignored, while the restore is unfinished.
func TestIgnoredMoment(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	moving := strings.Replace(ordersTable("this", `{ old_name = "orders" }`, `on_timeout = "detach"
  lifecycle {
    ignore_changes = [restore_time]
  }
  `+shortTimeouts), `"2023-07-05T11:32:17Z"`, `timeadd(timestamp(), "-26h")`, 1)
	s.configure(moving)
	s.change("next", "hold", "")
	s.mustApply()
	job := s.expectAccepted(1)[0]
	name := fmt.Sprint(s.stored("x_rds_pg_table_pitr.this").Values["databases"])
	s.change(job, "finish", "")
	s.mustApply()
	s.expectAccepted(1)
	s.expectStored("x_rds_pg_table_pitr.this", map[string]any{"job_id": job, "status": "Completed", "databases": name})
	s.expectNoChanges()
}

// TestImportIgnored imports into a resource that ignores changes of what an import cannot know.
func TestImportIgnored(t *testing.T) {
	for name, ignored := range map[string]string{"a part": "[restore_time]", "all": "all"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.configure(ordersTable("this", `{ old_name = "orders" }`, "lifecycle {\n ignore_changes = "+ignored+"\n}"))
			s.mustApply()
			job := s.expectAccepted(1)[0]
			s.expect(s.run("state", "rm", "x_rds_pg_table_pitr.this"), 0)
			s.expect(s.run("import", "-no-color", "x_rds_pg_table_pitr.this", "df29b535eec64ee1b286bd2c62871a9cin03/"+job), 0)
			s.mustApply()
			s.mustApply()
			s.expectAccepted(1)
			s.expectStored("x_rds_pg_table_pitr.this", map[string]any{"id": job, "job_id": job, "status": "Completed"})
			s.expectNoChanges()
		})
	}
}

// TestImportOfAnotherJob imports a backup.
func TestImportOfAnotherJob(t *testing.T) {
	t.Parallel()
	for _, c := range restoreCases[:2] {
		s := newStage(t)
		job, err := s.cloud.Occupy(c.service, c.target, "ManualBackup")
		if err != nil {
			t.Fatal(err)
		}
		s.configure(c.config(t))
		o := s.run("import", "-no-color", c.address, c.target+"/"+job)
		if c.service == fakecloud.DDS { // which documents what a restore is called
			s.expect(o, 1, `it is not a restore but a "ManualBackup"`)
			continue
		}
		s.expect(o, 0, "The job may not be a restore", "ManualBackup")
	}
}

// TestImportFromTheFuture imports a job whose service's clock runs ahead.
func TestImportFromTheFuture(t *testing.T) {
	t.Parallel()
	c := restoreCases[2]
	s := newStage(t, func(o *fakecloud.Options) {
		now := o.Now
		o.Now = func() time.Time { return now().Add(14 * time.Minute) }
	})
	s.configure(c.config(t, `timeouts = { update = "1m" }`))
	s.mustApply()
	job := s.expectAccepted(1)[0]
	s.expect(s.run("state", "rm", c.address), 0)
	s.expect(s.run("import", "-no-color", c.address, c.target+"/"+job), 0)
	polls := s.cloud.Requests()[c.service][fakecloud.ShowJob]
	s.mustApply()
	if more := s.cloud.Requests()[c.service][fakecloud.ShowJob] - polls; more != 2 {
		t.Errorf("a finished job was asked for %d times, want once by Read and once by Update", more)
	}
}

// TestRenamedWhileUnfinished renames a resource without a "moved" block. Nobody hands the job over then, so it is refused,
// in whichever order Terraform goes about it; the advice leads on.
func TestRenamedWhileUnfinished(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.configure(ordersTable("old", `{ old_name = "orders" }`, shortTimeouts+"\n"+`on_timeout = "detach"`))
	s.change("next", "hold", "")
	s.mustApply()
	s.configure(ordersTable("new", `{ old_name = "orders" }`, ""))
	s.change("*", "finish", "")
	for _, more := range []string{"-parallelism=1", "-parallelism=10", "-refresh=false"} {
		s.expect(s.apply(more), 1, "The same restore is unfinished and planned anew", "terraform state mv OLD_ADDRESS NEW_ADDRESS")
	}
	s.expect(s.run("state", "mv", "x_rds_pg_table_pitr.old", "x_rds_pg_table_pitr.new"), 0)
	s.mustApply()
	s.expectAccepted(1)
	s.expectNoChanges()
}

// TestTwins has resources with the very same parameters, one or both of them unfinished.
func TestTwins(t *testing.T) {
	t.Parallel()
	t.Run("one unfinished", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		s.configure(wholeDatabase(1, shortTimeouts+"\n"+`on_timeout = "detach"`))
		s.change("next", "hold", "")
		s.mustApply()
		s.change("*", "finish", "")
		s.configure(wholeDatabase(2, ""))
		// If Terraform reads the one before it plans the other, it cannot tell whose job it is, and stops.
		if o := s.apply(); o.exit != 0 {
			s.expect(o, 1, "for another resource with the same parameters", "inconsistent final plan")
			s.expectAccepted(1)
			s.mustApply("-target=x_dds_collection_restore.this[0]")
		}
		s.mustApply()
		s.expectAccepted(2)
		s.expectNoChanges()
	})
	t.Run("both, without a refresh", func(t *testing.T) {
		t.Parallel()
		s := bothTainted(t)
		s.mustApply("-refresh=false")
		s.expectAccepted(2)
		s.expectNoChanges()
	})
	t.Run("both unfinished and tainted", func(t *testing.T) {
		t.Parallel()
		s := bothTainted(t)
		s.expect(s.apply(), 1, "terraform untaint ADDRESS where one is tainted, then terraform apply -target=ADDRESS")
		for _, address := range []string{"x_dds_collection_restore.this[0]", "x_dds_collection_restore.this[1]"} {
			s.expect(s.run("untaint", address), 0)
		}
		s.mustApply()
		s.expectAccepted(2)
		s.expectNoChanges()
	})
}

// bothTainted has two resources with the same parameters that have timed out, and whose jobs have completed since.
func bothTainted(t *testing.T) *stage {
	t.Helper()
	s := newStage(t)
	s.configure(wholeDatabase(1, shortTimeouts))
	s.change("next", "hold", "")
	s.expect(s.apply(), 1)
	s.change("*", "finish", "")
	s.expect(s.run("state", "mv", "x_dds_collection_restore.this[0]", "x_dds_collection_restore.this[1]"), 0)
	s.change("next", "hold", "")
	s.expect(s.apply("-target=x_dds_collection_restore.this[0]"), 1)
	s.configure(wholeDatabase(2, ""))
	s.change("*", "finish", "")
	return s
}

// TestReplacementThatStopsHalfWay removes the tainted object and then cannot create, because what it depends on fails. The
// job leaves the state that way; the warning says how to take it back.
func TestReplacementThatStopsHalfWay(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	config := func(more, dependency string) string {
		return ordersTable("this", `{ old_name = "orders" }`, more+"\ndepends_on = [terraform_data.first]") +
			"\nresource \"terraform_data\" \"first\" {\n" + dependency + "\n}\n"
	}
	s.configure(config(shortTimeouts, ""))
	s.change("next", "hold", "")
	s.expect(s.apply(), 1)
	job := s.expectAccepted(1)[0]
	s.configure(config("", "triggers_replace = [1]\nprovisioner \"local-exec\" {\n command = \"false\"\n}"))
	command := "terraform import ADDRESS df29b535eec64ee1b286bd2c62871a9cin03/" + job
	s.expect(s.apply(), 1, "Should this apply end without a resource that goes on with it", command)
	s.configure(config("", ""))
	s.expect(s.apply(), 1, "A restore is already running", command)
	s.expect(s.run("import", "-no-color", "x_rds_pg_table_pitr.this", "df29b535eec64ee1b286bd2c62871a9cin03/"+job), 0)
	s.change(job, "finish", "")
	s.mustApply()
	s.expectAccepted(1)
	s.expectNoChanges()
}

// TestPreventDestroy resumes in place what may not be replaced.
func TestPreventDestroy(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		s, job := timedOut(t, c, "lifecycle {\n prevent_destroy = true\n}")
		s.change(job, "finish", "")
		s.expect(s.apply(), 1, "prevent_destroy")
		s.expect(s.run("untaint", c.address), 0)
		s.mustApply()
		s.expectResumed(c, job)
	})
}

// TestTaintedByAProvisioner taints a finished restore without anybody meaning it. The plan says that it runs once more, and
// how to keep it.
func TestTaintedByAProvisioner(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		s := newStage(t)
		s.configure(c.config(t, "provisioner \"local-exec\" {\n command = \"false\"\n}"))
		s.expect(s.apply(), 1)
		job := s.expectAccepted(1)[0]
		s.configure(c.config(t, "preflight = false")) // the names are taken
		s.expect(s.plan(), 2, "A finished restore will be started once more", "Job "+job, "terraform untaint ADDRESS")
		s.expect(s.run("untaint", c.address), 0)
		s.mustApply()
		s.expectResumed(c, job)
	})
}

func TestEmptyTriggersAreNone(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		s := newStage(t)
		s.configure(c.config(t))
		s.mustApply()
		s.configure(c.config(t, "triggers = {}"))
		s.mustApply()
		s.expectAccepted(1)
		s.expectNoChanges()
	})
}

// TestUnknownCountsAsAChange has a name that is known only at apply. That it will be the same cannot be told in the plan, and
// the plan says so.
func TestUnknownCountsAsAChange(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	config := func(run int) string {
		return fmt.Sprintf("resource \"terraform_data\" \"name\" {\n triggers_replace = [%d]\n input = \"orders\"\n}\n", run) +
			ordersTable("this", `{ old_name = terraform_data.name.output }`, "")
	}
	s.configure(config(1))
	s.mustApply()
	s.configure(config(2))
	s.expect(s.plan(), 2, runsAgain, "because of a change of databases (which is known only after apply, and so counts as a change)")
	s.expectAccepted(1)
}

// TestDetachBeforeTheJobIsSeen detaches from a job that the service does not show yet.
func TestDetachBeforeTheJobIsSeen(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		s := newStage(t, func(o *fakecloud.Options) { o.JobVisibleAfter = 40 * time.Second })
		s.configure(c.config(t, `timeouts = { create = "10s" }`, `on_timeout = "detach"`))
		job := s.mustApply()
		s.expect(job, 0, "The restore goes on without this apply")
		s.mustApply()
		s.expectResumed(c, s.expectAccepted(1)[0])
	})
}

// TestNewNameRemoved removes a name that was given, so that the default one is meant: that is another restore at once, and not
// only when something else is changed.
func TestNewNameRemoved(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.configure(ordersTable("this", `{ old_name = "orders", new_name = "mine" }`, ""))
	s.mustApply()
	s.configure(ordersTable("this", `{ old_name = "orders" }`, ""))
	s.expect(s.plan(), 2, runsAgain, "because of a change of databases", "orders_1688556737000")
	s.mustApply()
	s.expectAccepted(2)
	s.configure(ordersTable("this", `{ old_name = "orders", new_name = "orders_1688556737000" }`, `timeouts = { create = "4h" }`))
	s.mustApply()
	s.expectAccepted(2)
	s.expectNoChanges()
}
