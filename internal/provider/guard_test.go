// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"testing"
	"time"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

// killed applies a restore and kills the provider as soon as it asks for its job, so that no state knows it. The job is
// held.
func (env *testEnv) killed(c restoreCase) {
	env.Helper()
	env.change("next", "hold", "")
	p := env.startApply()
	env.awaitPolls(c.service, 1)
	env.killProvider(p)
	env.end(p)
	if _, kept := env.resources()[c.address]; kept {
		env.Fatal("the state was not lost, so this test shows nothing")
	}
}

// forbidden has operations refused for want of permission, for ever.
func (env *testEnv) forbidden(service string, operations ...string) {
	env.Helper()
	for _, operation := range operations {
		env.plant(fakecloud.Fault{Service: service, Operation: operation, Kind: fakecloud.FaultStatus, Status: 403, Times: -1,
			Code: "APIGW.0302", Message: "Policy doesn't allow this action."})
	}
}

// longJobs run for 12 minutes, which is what toy data takes.
func longJobs(o *fakecloud.Options) { o.JobDuration = 12 * time.Minute }

// TestGuardWithoutAList kills the provider where the running jobs cannot be listed: DDS documents no list on Open
// Telekom Cloud. The service then only says that it is busy, and the instance that it is restoring.
func TestGuardWithoutAList(t *testing.T) {
	lists := map[string]string{fakecloud.RDS: fakecloud.ListTasks, fakecloud.DDS: fakecloud.ListJobs,
		fakecloud.DWS: fakecloud.ListClusterActions}
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t, longJobs)
		env.configure(c.config(t))
		env.forbidden(c.service, lists[c.service])
		env.killed(c)
		env.expect(env.apply(), clitest.ExitError, "A restore is already running",
			"terraform import ADDRESS "+c.target+"/JOB_ID")
		env.expectAccepted(1)
	})
}

// TestGuardOfUnknownNames finds an operation running whose name says nothing, as RDS may call a restore of tables. With or
// without the list of jobs, it is named and not waited for.
func TestGuardOfUnknownNames(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		restoreCase
		list string // forbidden
		says string
	}{
		"rds":              {restoreCase: rdsCase, says: "PgTables Running"},
		"dds":              {restoreCase: ddsCase, says: "PgTables Running"},
		"rds without list": {restoreCase: rdsCase, list: fakecloud.ListTasks, says: `"MODIFYING"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t, longJobs)
			env.configure(c.config(t))
			if c.list != "" {
				env.forbidden(c.service, c.list)
			}
			job, err := env.cloud.Occupy(c.service, c.target, "PgTables")
			if err != nil {
				t.Fatal(err)
			}
			if c.list != "" {
				job = "JOB_ID"
			}
			env.expect(env.apply(), clitest.ExitError, c.says, "No restore was started",
				"terraform import ADDRESS "+c.target+"/"+job)
			env.expectAccepted(0)
		})
	}
}

// TestClocksApart has the service's clock differ. Whatever that makes of the job's times, a job is adopted or named,
// and one that runs is seen.
func TestClocksApart(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{-10 * time.Minute, -30 * time.Second, 10 * time.Minute} {
		apart := func(o *fakecloud.Options) {
			now := o.Now
			o.Now = func() time.Time { return now().Add(ahead) }
		}
		t.Run(ahead.String(), func(t *testing.T) {
			t.Parallel()
			t.Run("lost answer", func(t *testing.T) {
				forEachRestore(t, func(t *testing.T, c restoreCase) {
					env := newTestEnv(t, longJobs, apart)
					env.configure(c.config(t, shortTimeouts))
					env.plant(fakecloud.Fault{Service: c.service, Operation: c.operation, Kind: fakecloud.FaultStatusAfter,
						Status: 504})
					o := env.apply() // which ends with the timeout, or with naming the job
					env.expect(o, clitest.ExitError, c.listed(env.expectAccepted(1)[0]))
				})
			})
			t.Run("killed", func(t *testing.T) {
				forEachRestore(t, func(t *testing.T, c restoreCase) {
					env := newTestEnv(t, longJobs, apart)
					env.configure(c.config(t))
					env.killed(c)
					env.expect(env.apply(), clitest.ExitError, "A restore is already running", c.listed(env.expectAccepted(1)[0]))
					env.expectAccepted(1)
				})
			})
		})
	}
}

// TestLateAnswer loses the answer only after two and a half minutes, and the job can be seen yet later.
func TestLateAnswer(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t, longJobs, func(o *fakecloud.Options) { o.JobVisibleAfter = 165 * time.Second })
		env.configure(c.config(t))
		env.plant(fakecloud.Fault{Service: c.service, Operation: c.operation, Kind: fakecloud.FaultStatusAfter, Status: 504,
			Delay: 1500 * time.Millisecond})
		o := env.apply()
		job := env.expectAccepted(1)[0]
		if c.service == fakecloud.DWS {
			env.expectNamed(o)
			return
		}
		env.expect(o, clitest.ExitOK, "Restore found after a lost answer", "job "+job)
	})
}

// TestUnknownCluster may not look at the snapshot, and so not at its cluster: nothing is claimed about what cannot be
// seen.
func TestUnknownCluster(t *testing.T) {
	t.Parallel()
	c := dwsCase
	env := newTestEnv(t, longJobs)
	env.configure(c.config(t))
	env.forbidden(c.service, fakecloud.ShowSnapshot)
	env.plant(fakecloud.Fault{Service: c.service, Operation: c.operation, Kind: fakecloud.FaultStatusAfter, Status: 504})
	env.expect(env.apply(), clitest.ExitError, "Restore may have been accepted",
		"could not look up whether the restore is running", "terraform import ADDRESS "+c.target+"/JOB_ID")
	env.expectAccepted(1)
}

// TestActionsWithOtherIDs has a restore of another service beside one of DWS, the id of whose job nothing tells: the one
// does not excuse the other.
func TestActionsWithOtherIDs(t *testing.T) {
	t.Parallel()
	c := dwsCase
	beside := `
resource "x_rds_pg_table_pitr" "beside" {
  instance_id  = "df29b535eec64ee1b286bd2c62871a9cin03"
  restore_time = "2023-07-05T11:32:17Z"
  databases    = [{ database = "shop", schemas = [{ schema = "public", tables = [{ old_name = "orders" }] }] }]
}`
	t.Run("killed", func(t *testing.T) {
		t.Parallel()
		env := newTestEnv(t)
		env.configure(c.config(t))
		env.killed(c)
		env.configure(c.config(t, "depends_on = [x_rds_pg_table_pitr.beside]") + beside)
		env.expect(env.apply(), clitest.ExitError, "A restore is already running", "the service does not tell this job's id")
		env.expectAccepted(2) // the one that was killed, and the one beside it
	})
	t.Run("lost answer", func(t *testing.T) {
		t.Parallel()
		env := newTestEnv(t, longJobs)
		env.configure(c.config(t, "depends_on = [x_rds_pg_table_pitr.beside]") + beside)
		env.plant(fakecloud.Fault{Service: c.service, Operation: c.operation, Kind: fakecloud.FaultStatusAfter, Status: 504})
		env.expect(env.apply(), clitest.ExitError, "Restore may have been accepted",
			"the service does not tell this job's id", "/JOB_ID")
		env.expectAccepted(2)
	})
}

// TestGuardThatCannotSee may look at nothing at all after the provider was killed: what the service is busy with is
// then not known, and not waited for.
func TestGuardThatCannotSee(t *testing.T) {
	lookups := map[string][]string{
		fakecloud.RDS: {fakecloud.ListTasks, fakecloud.ListInstances},
		fakecloud.DDS: {fakecloud.ListJobs, fakecloud.ListInstances},
		fakecloud.DWS: {fakecloud.ShowSnapshot},
	}
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t, longJobs)
		env.configure(c.config(t))
		env.forbidden(c.service, lookups[c.service]...)
		env.killed(c)
		env.expect(env.apply(), clitest.ExitError, "Instance is busy with an unknown operation",
			"terraform import ADDRESS "+c.target+"/JOB_ID")
		env.expectAccepted(1)
	})
}

// TestGuardAfterAnOldJob has an earlier job of this configuration end unseen on the instance where a killed apply's
// restore runs. The one is not taken for the other, whether the old one is removed or its end is seen beside.
func TestGuardAfterAnOldJob(t *testing.T) {
	t.Parallel()
	const settled = 3 * time.Minute // more than an instance may go on to call itself busy
	for name, beside := range map[string]bool{"removed": false, "resumed": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t, longJobs)
			env.forbidden(fakecloud.DDS, fakecloud.ListJobs)
			old := `resource "x_dds_collection_restore" "old" {
  instance_id         = "9136fd2a9fcd405ea4674276ce36dae8in02"
  restore_collections = [{ database = "test", restore_database_time = "2020-12-12T08:49:15Z" }]
  on_timeout          = "detach"
  ` + shortTimeouts + "\n}\n"
			c := ddsCase
			env.configure(old)
			env.mustApply()
			env.change("*", "finish", "")
			env.configure(old + c.config(t))
			env.change("next", "hold", "")
			p := env.startApply("-target=" + c.address)
			env.awaitPolls(c.service, env.cloud.Requests()[c.service][fakecloud.ShowJob]+2)
			env.killProvider(p)
			env.end(p)
			env.expectAccepted(2)
			if !beside {
				old = ""
			}
			if err := env.clock.Sleep(t.Context(), settled); err != nil {
				t.Fatal(err)
			}
			env.configure(old + c.config(t))
			asked := env.cloud.Requests()[c.service][c.operation]
			p = env.startApply()
			env.await(func() bool { return env.cloud.Requests()[c.service][c.operation] > asked })
			env.change("*", "finish", "") // so that who waits for it would restore again
			env.expect(env.end(p), clitest.ExitError, "No restore was started", c.target+"/JOB_ID")
			env.expectAccepted(2)
		})
	}
}

// TestSecondSnapshotQueues resumes a restore of one snapshot while another of the same cluster is asked for.
func TestSecondSnapshotQueues(t *testing.T) {
	t.Parallel()
	env := newTestEnvWithClock(t, clitest.NewClock(25), func(o *fakecloud.Options) { o.JobDuration = 3 * time.Minute })
	events := func(name, snapshot, more string) string {
		return `
resource "x_dws_table_restore" "` + name + `" {
  snapshot_id        = "` + snapshot + `"
  case_sensitive     = true
  database           = "gaussdb"
  restore_table_list = [{ schema_name = "public", table_name = "events" }]
  target_table_list  = [{ schema_name = "public", table_name = "events_` + name + `" }]
  ` + more + `
}`
	}
	first := "c719b1a7-c85c-4cb5-a721-7694908c2c11"
	env.configure(events("a", first, shortTimeouts+"\n"+`on_timeout = "detach"`))
	env.mustApply()
	env.configure(events("a", first, "") + events("b", "2a4d0f86-67cd-408a-8b66-017454fb7793", ""))
	env.mustApply()
	env.expectAccepted(2)
	env.expectNoChanges()
}

// TestUnfinishedBesideNewOnes has an unfinished restore and three new ones of one instance. The new ones wait for it. With
// -parallelism=1, the apply comes to one of them before it tells of the unfinished one; its plan has told of it.
func TestUnfinishedBesideNewOnes(t *testing.T) {
	t.Parallel()
	for _, flag := range []string{"-parallelism=10", "-parallelism=1"} {
		t.Run(flag, func(t *testing.T) {
			t.Parallel()
			env := newTestEnvWithClock(t, clitest.NewClock(25))
			old := func(more string) string {
				return ordersTable("old", `{ old_name = "orders", new_name = "old" }`, more)
			}
			env.configure(old(`on_timeout = "detach"` + "\n" + shortTimeouts))
			env.change("next", "hold", "")
			env.mustApply()
			job := env.expectAccepted(1)[0]
			all := old("")
			for _, name := range []string{"a", "b", "c"} {
				all += ordersTable(name, fmt.Sprintf(`{ old_name = "customers", new_name = %q }`, name), "")
			}
			env.configure(all)
			env.change(job, "release", "")
			env.mustApply(flag)
			env.expectStored("x_rds_pg_table_pitr.old", map[string]any{"job_id": job, "status": "Completed"})
			env.expectAccepted(4)
			env.expectNoChanges()
		})
	}
}
