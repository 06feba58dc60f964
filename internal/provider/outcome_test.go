// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
	"terraform-provider-x/internal/provider/restore"
)

// restoreCase is one of the resources, as its example configures it.
type restoreCase struct {
	name, address, service, operation, target string
	// that restored_to is, which the plan knows; "" where only the apply does
	moment  string
	lookups []string // all operations that its preflight asks, in the order it does
}

var (
	rdsCase = restoreCase{
		name: "rds", address: "x_rds_pg_table_pitr.orders", service: fakecloud.RDS, operation: fakecloud.RestoreTables,
		target: "df29b535eec64ee1b286bd2c62871a9cin03", moment: "2023-07-05T11:32:17Z",
		lookups: []string{fakecloud.ListInstances, fakecloud.ListRestoreTime, fakecloud.ListHistoryTables},
	}
	ddsCase = restoreCase{
		name: "dds", address: "x_dds_collection_restore.before_migration", service: fakecloud.DDS,
		operation: fakecloud.RestoreCollections, target: "9136fd2a9fcd405ea4674276ce36dae8in02",
		moment: "2020-12-12T08:49:15Z",
		lookups: []string{
			fakecloud.ListInstances, fakecloud.ListRestoreTime, fakecloud.ListRestoreDatabases, fakecloud.ListRestoreCollections,
		},
	}
	dwsCase = restoreCase{
		name: "dws", address: "x_dws_table_restore.sales", service: fakecloud.DWS, operation: fakecloud.RestoreTable,
		target:  "c719b1a7-c85c-4cb5-a721-7694908c2c11",
		lookups: []string{fakecloud.ShowSnapshot, fakecloud.ShowCluster, fakecloud.CheckTableRestore},
	}

	// restoreCases behave alike in all that is tested with each of them. evidenceOf has a row for each as well.
	restoreCases = []restoreCase{rdsCase, ddsCase, dwsCase}
)

// TestEveryRestoreIsACase finds a restore that the tests of the lifecycle do not know.
func TestEveryRestoreIsACase(t *testing.T) {
	t.Parallel()
	cases := map[string]bool{}
	for _, c := range restoreCases {
		resourceType, _, _ := strings.Cut(c.address, ".")
		cases[resourceType] = true
		if len(c.lookups) == 0 || len(evidenceOf[c.name].objects) == 0 || len(evidenceOf[c.name].cleanup) == 0 {
			t.Errorf("%s has no lookups, or no row in evidenceOf", c.name)
		}
		if _, decided := decisionCases[resourceType]; !decided {
			t.Errorf("%s has no row in decisionCases", resourceType)
		}
	}
	for _, of := range newWithClock("test", client.SystemClock, restore.Run{}).Resources(t.Context()) {
		var named resource.MetadataResponse
		of().Metadata(t.Context(), resource.MetadataRequest{ProviderTypeName: "x"}, &named)
		if !cases[named.TypeName] {
			t.Errorf("%s is in no restoreCase", named.TypeName)
		}
	}
}

// config is the resource of the documentation, with more arguments, and something that depends on it.
func (c restoreCase) config(t *testing.T, more ...string) string {
	resourceType, _, _ := strings.Cut(c.address, ".")
	text := strings.TrimRight(example(t, "resources/"+resourceType+"/resource.tf"), "\n")
	return strings.TrimSuffix(text, "}") + strings.Join(more, "\n") + "\n}\n" +
		fmt.Sprintf("resource \"terraform_data\" \"dependant\" {\n  input = %s.status\n}\n", c.address)
}

// listed is what a message says of a job that the service lists: the id, unless the service is DWS, which lists only
// actions. Their ids are no jobs'.
func (c restoreCase) listed(job string) string {
	if c.service == fakecloud.DWS {
		return c.target + "/JOB_ID"
	}
	return job
}

// forEachRestore runs a test with each of them, side by side.
func forEachRestore(t *testing.T, test func(t *testing.T, c restoreCase)) {
	t.Parallel()
	for _, c := range restoreCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			test(t, c)
		})
	}
}

// change steers jobs, and fails the test if there is no such job.
func (env *testEnv) change(jobID, action, reason string) {
	env.Helper()
	if err := env.cloud.Change(jobID, fakecloud.JobChange{Action: action, Reason: reason}); err != nil {
		env.Fatal(err)
	}
}

// dependantRan says whether what depends on the restore is there.
func (env *testEnv) dependantRan() bool {
	_, ran := env.resources()["terraform_data.dependant"]
	return ran
}

func TestCompleted(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t)
		env.configure(c.config(t))
		env.mustApply()
		job := env.expectAccepted(1)[0]
		env.expectStored(c.address, map[string]any{"id": job, "job_id": job, "status": "Completed", "region": "eu-west-101"})
		values := env.stored(c.address).Values
		for _, name := range []string{"submitted_at", "finished_at"} {
			if _, err := time.Parse("2006-01-02T15:04:05Z", fmt.Sprint(values[name])); err != nil {
				t.Errorf("%s is not RFC 3339 in UTC: %v", name, err)
			}
		}
		if !env.dependantRan() {
			t.Error("the dependant did not run")
		}
		before := env.cloud.Requests()
		env.expectNoChanges()
		env.mustApply()
		if after := env.cloud.Requests(); fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("a finished restore was asked about: %v, then %v", before, after)
		}
	})
}

func TestFailedJobFailsTheApply(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t)
		env.configure(c.config(t))
		env.change("next", "fail", "no space left on the temporary instance")
		o := env.apply()
		first := env.expectAccepted(1)[0]
		env.expect(o, clitest.ExitError, "Restore job failed", "Job "+first, "no space left on the temporary instance")
		if !env.stored(c.address).Tainted || env.dependantRan() {
			t.Error("want the failed restore tainted, and nothing that depends on it")
		}
		env.expectStored(c.address, map[string]any{"job_id": first, "status": "Failed"})
		env.expect(env.plan(), clitest.ExitChanges, "is tainted, so", runsAgain,
			"because the earlier job "+first+" failed")
		env.mustApply()
		env.expectStored(c.address, map[string]any{"job_id": env.expectAccepted(2)[1], "status": "Completed"})
		env.expectNoChanges()
	})
}

func TestInterruptKeepsTheJob(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t).withRaceDetector()
		env.configure(c.config(t))
		env.change("next", "hold", "")
		p := env.startApply()
		env.awaitPolls(c.service, 1)
		job := env.expectAccepted(1)[0]
		// A terminal's Ctrl-C reaches the whole group: the CLI and the provider.
		env.signalGroup(p, syscall.SIGINT)
		env.expect(env.end(p), clitest.ExitError, "execution halted", "Stopped waiting for the restore", "Job "+job)
		env.expectStored(c.address, map[string]any{"job_id": job, "id": job, "status": "Running", "finished_at": nil})
		if env.stored(c.address).Tainted || env.dependantRan() {
			t.Error("want the restore kept untainted, and nothing that depends on it")
		}
		env.change(job, "finish", "")
		env.expect(env.plan(), clitest.ExitChanges, "will be updated in-place")
		env.mustApply()
		env.expectAccepted(1)
		env.expectStored(c.address, map[string]any{"job_id": job, "status": "Completed"})
		if !env.dependantRan() {
			t.Error("the dependant did not run")
		}
		env.expectNoChanges()
	})
}

// TestRefusals checks that what a service refuses, unforeseen, is an error with the service's own words, and leaves no
// state.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		resource string
		says     []string
	}{
		"unknown instance": {
			`resource "x_dds_collection_restore" "this" {
  instance_id         = "nobody"
  restore_collections = [{ database = "test", restore_database_time = "1607762955000" }]
}`, []string{"Restore could not be started", "No restore was started.", "DBS.", "request id"},
		},
		"time outside of the windows": {
			`resource "x_rds_pg_table_pitr" "this" {
  instance_id  = "df29b535eec64ee1b286bd2c62871a9cin03"
  restore_time = "2019-01-01T00:00:00Z"
  databases    = [{ database = "data1", schemas = [{ schema = "schema1", tables = [{ old_name = "table1" }] }] }]
}`, []string{"Restore could not be started", "No restore was started.", "DBS.", "request id"},
		},
		"table that is not there": {
			`resource "x_dws_table_restore" "this" {
  snapshot_id        = "c719b1a7-c85c-4cb5-a721-7694908c2c11"
  case_sensitive     = true
  database           = "postgres"
  restore_table_list = [{ schema_name = "public", table_name = "nothing" }]
  target_table_list  = [{ schema_name = "public", table_name = "something" }]
  allow_overwrite    = true
}`, []string{"Restore could not be started", "No restore was started.", "DWS.5174", "request id"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			env.configure(strings.TrimSuffix(c.resource, "}") + "  preflight = false\n}")
			env.expect(env.apply(), clitest.ExitError, c.says...)
			env.expectAccepted(0)
			if resources := env.resources(); len(resources) > 0 {
				t.Errorf("the state holds %v", resources)
			}
		})
	}
}

// TestRestoreForbidden refuses the restore call for want of permission. The error says which one.
func TestRestoreForbidden(t *testing.T) {
	actions := map[string]string{fakecloud.RDS: "rds:instance:tableRestore", fakecloud.DDS: "dds:instance:restore",
		fakecloud.DWS: "dws:cluster:restoreTable"}
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t)
		env.configure(c.config(t))
		env.forbidden(c.service, c.operation)
		env.expect(env.apply(), clitest.ExitError, "Restore is not allowed", "APIGW.0302",
			"it needs the permission "+actions[c.service], "see the guide Permissions", "No restore was started.")
		env.expectAccepted(0)
	})
}

// TestWrongSecretKey checks that a login that is refused is tried once a call and no more: five wrong signatures lock a
// key.
func TestWrongSecretKey(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.write("main.tf", strings.Replace(env.providerBlock(""), "fakecloud-secret-key", "another-secret-key",
		1)+rdsCase.config(t))
	o := env.apply()
	env.expect(o, clitest.ExitError, "Login failed", "No restore was started.", "HTTP 401", "request id")
	env.expectAccepted(0)
	if strings.Contains(o.output, "another-secret-key") {
		t.Error("the output shows the secret key")
	}
	if requests := env.cloud.Requests(); fmt.Sprint(requests) != "map[iam:map[ListProjects:1]]" {
		t.Errorf("want one request with the wrong key, got %v", requests)
	}
}

// TestUnknownProvider configures the provider with what is only known after apply: it plans without asking anything.
func TestUnknownProvider(t *testing.T) {
	t.Parallel()
	c := rdsCase
	env := newTestEnv(t)
	later := "resource \"terraform_data\" \"region\" {\n input = \"eu-west-101\"\n}\n"
	env.write("main.tf", strings.Replace(env.providerBlock(""), `"eu-west-101"`, "terraform_data.region.output",
		1)+later+c.config(t))
	env.expect(env.plan(), clitest.ExitChanges, "Plan: 3 to add")
	if requests := env.cloud.Requests(); len(requests) > 0 {
		t.Errorf("the plan called the cloud: %v", requests)
	}
	env.mustApply()
	env.expectResumed(c, env.expectAccepted(1)[0])
}

// TestRegionWithoutEndpoints asks for another region than the one whose addresses are configured.
func TestRegionWithoutEndpoints(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t)
		env.configure(c.config(t, `region = "eu-de"`))
		env.expect(env.apply(), clitest.ExitError, "Region cannot be used", "region eu-de cannot be used",
			"is configured for region eu-west-101")
		env.expectAccepted(0)
	})
}

// TestUnreadable plans while an unfinished job cannot be asked for: the state stays as it is, with a warning.
func TestUnreadable(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env, job := timedOut(t, c)
		env.plant(fakecloud.Fault{Service: c.service, Operation: fakecloud.ShowJob, Kind: fakecloud.FaultStatus, Status: 503,
			Times: -1})
		env.expect(env.plan(), clitest.ExitChanges, "Restore job could not be queried", "could not query job "+job, resumesIt)
		env.cloud.ClearFaults()
		env.change(job, "finish", "")
		env.mustApply()
		env.expectResumed(c, job)
	})
}
