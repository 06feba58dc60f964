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

// plant lets a fault strike, and fails the test if there is no such fault.
func (env *testEnv) plant(fault fakecloud.Fault) {
	env.Helper()
	if err := env.cloud.Plant(fault); err != nil {
		env.Fatal(err)
	}
}

// TestRetriedCalls has the call fail in the ways in which it is certain that nothing was accepted: it is sent again.
func TestRetriedCalls(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func(c restoreCase) fakecloud.Fault{
		"throttled": func(restoreCase) fakecloud.Fault {
			return fakecloud.Fault{Kind: fakecloud.FaultThrottle, Times: 2, RetryAfter: 3 * time.Second}
		},
		"busy": func(c restoreCase) fakecloud.Fault {
			return map[string]fakecloud.Fault{
				fakecloud.RDS: {Kind: fakecloud.FaultStatus, Status: 409, Code: "DBS.200019",
					Message: "Another operation is being performed on the DB instance or the DB instance is faulty."},
				fakecloud.DDS: {Kind: fakecloud.FaultStatus, Status: 403, Code: "DBS.200019",
					Message: "Another operation is being performed on the DB instance or the DB instance is faulty."},
				fakecloud.DWS: {Kind: fakecloud.FaultStatus, Status: 400, Code: "DWS.7023",
					Message: "Another operation is in progress."},
			}[c.service]
		},
	} {
		t.Run(name, func(t *testing.T) {
			forEachRestore(t, func(t *testing.T, c restoreCase) {
				env := newTestEnv(t)
				env.configure(c.config(t))
				fault := fault(c)
				fault.Service, fault.Operation = c.service, c.operation
				env.plant(fault)
				env.mustApply()
				if sent := env.cloud.Requests()[c.service][c.operation]; sent < 2 {
					t.Errorf("the restore was asked for %d times", sent)
				}
				env.expectResumed(c, env.expectAccepted(1)[0])
			})
		})
	}
}

// TestThrottledForLong throttles the restore call for longer than one call is tried. The apply waits, for nothing was
// accepted.
func TestThrottledForLong(t *testing.T) {
	t.Parallel()
	c, env := rdsCase, newTestEnv(t)
	env.configure(c.config(t))
	env.plant(fakecloud.Fault{Service: c.service, Operation: c.operation, Kind: fakecloud.FaultThrottle, Times: -1})
	p := env.startApply()
	env.await(func() bool { return env.cloud.Requests()[c.service][c.operation] > 0 })
	if err := env.clock.Sleep(t.Context(), 5*time.Minute); err != nil {
		t.Fatal(err)
	}
	env.expectAccepted(0)
	env.cloud.ClearFaults()
	env.expect(env.end(p), clitest.ExitOK)
	env.expectResumed(c, env.expectAccepted(1)[0])
}

// TestNothingListens sends a restore to a closed port, which a plan with lookups would reject: nothing was sent, and the
// error says so.
func TestNothingListens(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t)
		at := env.cloud.Addresses()
		address := map[string]string{fakecloud.RDS: at.RDS, fakecloud.DDS: at.DDS, fakecloud.DWS: at.DWS}[c.service]
		env.write("main.tf", strings.Replace(env.providerBlock("max_retries = 2"), address, "http://127.0.0.1:1",
			1)+c.config(t, "preflight = false", c.mayOverwrite()))
		env.expect(env.apply(), clitest.ExitError, "Restore could not be started", "No restore was started", "connection refused")
		env.expectAccepted(0)
		env.configure(c.config(t))
		env.mustApply()
		env.expectResumed(c, env.expectAccepted(1)[0])
	})
}

func TestBusyUntilTheTimeout(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t)
		target := c.target
		if c.service == fakecloud.DWS {
			target = "7d85f602-a948-4a30-afd4-e84f47471c15" // the cluster of the snapshot
		}
		if _, err := env.cloud.Occupy(c.service, target, "ManualBackup"); err != nil {
			t.Fatal(err)
		}
		env.change("*", "hold", "")
		env.configure(c.config(t, `timeouts = { create = "1m" }`))
		env.expect(env.apply(), clitest.ExitError, "Instance stayed busy", "No restore was started")
		env.expectAccepted(0)
		env.change("*", "finish", "")
		env.configure(c.config(t))
		env.mustApply()
		env.expectResumed(c, env.expectAccepted(1)[0])
	})
}

// TestOutages lets polling fail for a while: for two minutes it is outlived; for ever, the job stays in the state.
func TestOutages(t *testing.T) {
	t.Parallel()
	broken := map[string]fakecloud.Fault{
		"503":   {Kind: fakecloud.FaultStatus, Status: 503, Times: -1},
		"reset": {Kind: fakecloud.FaultReset, Times: -1},
		"html":  {Kind: fakecloud.FaultHTML, Times: -1},
	}
	for name, fault := range broken {
		t.Run(name+" for two minutes", func(t *testing.T) {
			forEachRestore(t, func(t *testing.T, c restoreCase) {
				env := newTestEnv(t, func(o *fakecloud.Options) { o.JobDuration = 3 * time.Minute })
				env.configure(c.config(t))
				fault := fault
				fault.Service, fault.Operation = c.service, fakecloud.ShowJob
				p := env.startApply()
				env.awaitPolls(c.service, 1)
				env.plant(fault)
				began := env.clock.Now()
				env.await(func() bool { return env.clock.Now().Sub(began) > 2*time.Minute })
				env.cloud.ClearFaults()
				env.expect(env.end(p), clitest.ExitOK)
				env.expectResumed(c, env.expectAccepted(1)[0])
			})
		})
	}
	t.Run("without end", func(t *testing.T) {
		forEachRestore(t, func(t *testing.T, c restoreCase) {
			env := newTestEnv(t)
			env.configure(c.config(t))
			env.plant(fakecloud.Fault{Service: c.service, Operation: fakecloud.ShowJob, Kind: fakecloud.FaultStatus,
				Status: 503, Times: -1})
			o := env.apply()
			job := env.expectAccepted(1)[0]
			env.expect(o, clitest.ExitError, "Restore status is unknown", "could not query job "+job, "HTTP 503")
			env.expectStored(c.address, map[string]any{"job_id": job, "status": "Running", "finished_at": nil})
			env.cloud.ClearFaults()
			env.mustApply()
			env.expectResumed(c, job)
		})
	})
}

func TestJobInvisibleAtFirst(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t, func(o *fakecloud.Options) { o.JobVisibleAfter = 10 * time.Second })
		env.configure(c.config(t))
		env.mustApply()
		env.expectResumed(c, env.expectAccepted(1)[0])
	})
}

// TestOneInstanceQueues restores three times on one instance in one apply: one after the other, without a refusal.
func TestOneInstanceQueues(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t, func(o *fakecloud.Options) { o.JobDuration = 5 * time.Minute }).withRaceDetector()
	env.configure(`
resource "x_dds_collection_restore" "this" {
  for_each    = toset(["a", "b", "c"])
  instance_id = "9136fd2a9fcd405ea4674276ce36dae8in02"
  restore_collections = [{ database = "test", collections = [
    { old_name = "users", new_name = "users_${each.key}", restore_collection_time = "2020-12-12T08:49:15Z" },
  ] }]
  timeouts = { create = "12m" } # less than the three together
}`)
	env.mustApply()
	env.expectAccepted(3)
	if sent := env.cloud.Requests()[fakecloud.DDS][fakecloud.RestoreCollections]; sent != 3 {
		t.Errorf("%d calls for three restores: some were refused", sent)
	}
	jobs := env.cloud.Jobs()
	for i, job := range jobs[1:] {
		if job.Created.Before(jobs[i].Ended) {
			t.Errorf("restore %d began at %s, before the one before had ended at %s", i+1, job.Created, jobs[i].Ended)
		}
	}
	env.expectNoChanges()
}

// TestOneClusterQueues restores from two snapshots of one cluster: they are in each other's way like two of one
// snapshot.
func TestOneClusterQueues(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t).withRaceDetector()
	env.configure(`
resource "x_dws_table_restore" "this" {
  for_each           = { a = "c719b1a7-c85c-4cb5-a721-7694908c2c11", b = "2a4d0f86-67cd-408a-8b66-017454fb7793" }
  snapshot_id        = each.value
  case_sensitive     = true
  database           = "gaussdb"
  restore_table_list = [{ schema_name = "public", table_name = "events" }]
  target_table_list  = [{ schema_name = "public", table_name = "events_${each.key}" }]
}`)
	env.mustApply()
	ids := env.expectAccepted(2)
	if sent := env.cloud.Requests()[fakecloud.DWS][fakecloud.RestoreTable]; sent != 2 {
		t.Errorf("%d calls for two restores: one was refused", sent)
	}
	stored := map[string]bool{}
	for _, resource := range env.resources() {
		stored[fmt.Sprint(resource.Values["job_id"])] = true
	}
	if !stored[ids[0]] || !stored[ids[1]] {
		t.Errorf("the state holds jobs %v, want %v", stored, ids)
	}
	env.expectNoChanges()
}

// TestAliases restores with two configurations of the provider, which log in by two methods.
func TestAliases(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t).withRaceDetector()
	at := env.cloud.Addresses()
	env.configure(fmt.Sprintf(`
provider "x" {
  alias      = "token"
  region     = "eu-west-101"
  auth_token = %q
  endpoints  = { iam = %q, rds = %q, dds = %q, dws = %q }
}
resource "x_rds_pg_table_pitr" "this" {
  for_each     = toset(["orders", "customers"])
  instance_id  = "df29b535eec64ee1b286bd2c62871a9cin03"
  restore_time = "2023-07-05T11:32:17Z"
  databases    = [{ database = "shop", schemas = [{ schema = "public", tables = [{ old_name = each.key }] }] }]
}
resource "x_rds_pg_table_pitr" "other" {
  provider     = x.token
  instance_id  = "5f1e6c1d0a8b4d6c9e2b7a3f4c5d6e7fin03"
  restore_time = "2023-07-05T11:32:17Z"
  databases    = [{ database = "shop", schemas = [{ schema = "public", tables = [{ old_name = "orders" }] }] }]
}`, fakecloud.DefaultToken, at.IAM, at.RDS, at.DDS, at.DWS))
	env.mustApply()
	env.expectAccepted(3)
	env.expectNoChanges()
	env.expectAccepted(3)
}

// TestAliasesOfOneInstance restores twice on one instance in one apply, each by an alias and so in a process of its own.
// They queue as those of one process do. The kind of report: one alias takes the other's job for a lost one.
func TestAliasesOfOneInstance(t *testing.T) {
	t.Parallel()
	// Slow enough for one process to tell the other of its job while that one looks a second time.
	env := newTestEnvWithClock(t, clitest.NewClock(5), func(o *fakecloud.Options) { o.JobDuration = 10 * time.Second })
	at := env.cloud.Addresses()
	alias := fmt.Sprintf(`
provider "x" {
  alias      = "token"
  region     = "eu-west-101"
  auth_token = %q
  endpoints  = { iam = %q, rds = %q, dds = %q, dws = %q }
}
`, fakecloud.DefaultToken, at.IAM, at.RDS, at.DDS, at.DWS)
	env.configure(alias + ordersTable("one", `{ old_name = "orders", new_name = "one" }`, "") +
		ordersTable("two", `{ old_name = "orders", new_name = "two" }`, "provider = x.token"))
	env.mustApply()
	env.expectAccepted(2)
	env.expectNoChanges()
}

// TestForbiddenLookups restores with a key that may do nothing but restore and ask for its job.
func TestForbiddenLookups(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t)
		env.configure(c.config(t))
		for _, operation := range map[string][]string{
			fakecloud.RDS: {fakecloud.ListTasks},
			fakecloud.DDS: {fakecloud.ListJobs},
			fakecloud.DWS: {fakecloud.ShowSnapshot, fakecloud.ListClusterActions},
		}[c.service] {
			env.plant(fakecloud.Fault{Service: c.service, Operation: operation, Kind: fakecloud.FaultStatus, Status: 403,
				Times: -1,
				Code:  "APIGW.0302", Message: "Policy doesn't allow this action."})
		}
		env.mustApply()
		env.expectResumed(c, env.expectAccepted(1)[0])
	})
}
