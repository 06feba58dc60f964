// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"
	"time"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

// TestImportIgnored imports into a resource that ignores changes of what an import cannot know.
func TestImportIgnored(t *testing.T) {
	t.Parallel()
	for name, ignored := range map[string]string{"a part": "[restore_time]", "all": "all"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			env.configure(ordersTable("this", `{ old_name = "orders" }`, "lifecycle {\n ignore_changes = "+ignored+"\n}"))
			env.mustApply()
			job := env.expectAccepted(1)[0]
			env.expect(env.run("state", "rm", "x_rds_pg_table_pitr.this"), clitest.ExitOK)
			env.expect(env.run("import", "-no-color", "x_rds_pg_table_pitr.this", "df29b535eec64ee1b286bd2c62871a9cin03/"+job),
				clitest.ExitOK)
			env.mustApply()
			env.mustApply()
			env.expectAccepted(1)
			env.expectStored("x_rds_pg_table_pitr.this", map[string]any{"id": job, "job_id": job, "status": "Completed"})
			env.expectNoChanges()
		})
	}
}

// TestImportOfAnotherJob imports a backup.
func TestImportOfAnotherJob(t *testing.T) {
	t.Parallel()
	for _, c := range []restoreCase{rdsCase, ddsCase} {
		env := newTestEnv(t)
		job, err := env.cloud.Occupy(c.service, c.target, "ManualBackup")
		if err != nil {
			t.Fatal(err)
		}
		env.configure(c.config(t))
		o := env.run("import", "-no-color", c.address, c.target+"/"+job)
		if c.service == fakecloud.DDS { // which documents what a restore is called
			env.expect(o, clitest.ExitError, `it is not a restore but a "ManualBackup"`)
			continue
		}
		env.expect(o, clitest.ExitOK, "Job may not be a restore", "ManualBackup")
	}
}

// TestImportFromTheFuture imports a job whose service's clock runs ahead.
func TestImportFromTheFuture(t *testing.T) {
	t.Parallel()
	c := dwsCase
	env := newTestEnv(t, func(o *fakecloud.Options) {
		now := o.Now
		o.Now = func() time.Time { return now().Add(14 * time.Minute) }
	})
	env.configure(c.config(t, `timeouts = { update = "1m" }`))
	env.mustApply()
	job := env.expectAccepted(1)[0]
	env.expect(env.run("state", "rm", c.address), clitest.ExitOK)
	env.expect(env.run("import", "-no-color", c.address, c.target+"/"+job), clitest.ExitOK)
	polls := env.cloud.Requests()[c.service][fakecloud.ShowJob]
	env.mustApply()
	if more := env.cloud.Requests()[c.service][fakecloud.ShowJob] - polls; more != 2 {
		t.Errorf("a finished job was asked for %d times, want once by Read and once by Update", more)
	}
}
