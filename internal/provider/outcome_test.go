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
	"terraform-provider-x/internal/fakecloud"
)

// restoreCase is one of the resources, as its example configures it.
type restoreCase struct {
	name, address, service, operation, target string
	moment                                    string   // that restored_to is, which the plan knows; "" where only the apply does
	lookups                                   []string // all operations that its preflight asks, in the order it does
}

// The restores behave alike in all that is tested with each of them. A new one comes last: tests of one service take theirs by
// its place. evidenceOf has a row for each as well.
var restoreCases = []restoreCase{
	{"rds", "x_rds_pg_table_pitr.orders", fakecloud.RDS, fakecloud.RestoreTables, "df29b535eec64ee1b286bd2c62871a9cin03", "2023-07-05T11:32:17Z",
		[]string{fakecloud.ListInstances, fakecloud.ListRestoreTime, fakecloud.ListHistoryTables}},
	{"dds", "x_dds_collection_restore.before_migration", fakecloud.DDS, fakecloud.RestoreCollections, "9136fd2a9fcd405ea4674276ce36dae8in02", "2020-12-12T08:49:15Z",
		[]string{fakecloud.ListInstances, fakecloud.ListRestoreTime, fakecloud.ListRestoreDatabases, fakecloud.ListRestoreCollections}},
	{"dws", "x_dws_table_restore.sales", fakecloud.DWS, fakecloud.RestoreTable, "c719b1a7-c85c-4cb5-a721-7694908c2c11", "",
		[]string{fakecloud.ShowSnapshot, fakecloud.ShowCluster, fakecloud.CheckTableRestore}},
}

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
	}
	for _, of := range newWithClock("test", client.SystemClock)().Resources(t.Context()) {
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
func (s *stage) change(jobID, action, reason string) {
	s.Helper()
	if err := s.cloud.Change(jobID, fakecloud.JobChange{Action: action, Reason: reason}); err != nil {
		s.Fatal(err)
	}
}

// dependantRan says whether what depends on the restore is there.
func (s *stage) dependantRan() bool {
	_, ran := s.resources()["terraform_data.dependant"]
	return ran
}

func TestCompleted(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		s := newStage(t)
		s.configure(c.config(t))
		s.mustApply()
		job := s.expectAccepted(1)[0]
		s.expectStored(c.address, map[string]any{"id": job, "job_id": job, "status": "Completed", "region": "eu-west-101"})
		values := s.stored(c.address).Values
		for _, name := range []string{"submitted_at", "finished_at"} {
			if _, err := time.Parse("2006-01-02T15:04:05Z", fmt.Sprint(values[name])); err != nil {
				t.Errorf("%s is not RFC 3339 in UTC: %v", name, err)
			}
		}
		if !s.dependantRan() {
			t.Error("the dependant did not run")
		}
		before := s.cloud.Requests()
		s.expectNoChanges()
		s.mustApply()
		if after := s.cloud.Requests(); fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("a finished restore was asked about: %v, then %v", before, after)
		}
	})
}

func TestFailedJobFailsTheApply(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		s := newStage(t)
		s.configure(c.config(t))
		s.change("next", "fail", "no space left on the temporary instance")
		o := s.apply()
		first := s.expectAccepted(1)[0]
		s.expect(o, 1, "The restore failed", "Job "+first, "no space left on the temporary instance")
		if !s.stored(c.address).Tainted || s.dependantRan() {
			t.Error("want the failed restore tainted, and nothing that depends on it")
		}
		s.expectStored(c.address, map[string]any{"job_id": first, "status": "Failed"})
		s.expect(s.plan(), 2, "is tainted, so", runsAgain, "because the earlier one failed. That was job "+first)
		s.mustApply()
		s.expectStored(c.address, map[string]any{"job_id": s.expectAccepted(2)[1], "status": "Completed"})
		s.expectNoChanges()
	})
}

func TestInterruptKeepsTheJob(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		s := newStage(t)
		s.configure(c.config(t))
		s.change("next", "hold", "")
		p := s.start("apply", "-no-color", "-auto-approve")
		s.awaitPolls(c.service, 1)
		job := s.expectAccepted(1)[0]
		// A terminal's Ctrl-C reaches the whole group: the CLI and the provider.
		if err := syscall.Kill(-p.Process.Pid, syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		s.expect(s.end(p), 1, "execution halted", "Stopped waiting for the restore", "Job "+job)
		s.expectStored(c.address, map[string]any{"job_id": job, "id": job, "status": "Running", "finished_at": nil})
		if s.stored(c.address).Tainted || s.dependantRan() {
			t.Error("want the restore kept untainted, and nothing that depends on it")
		}
		s.change(job, "finish", "")
		s.expect(s.plan(), 2, "will be updated in-place")
		s.mustApply()
		s.expectAccepted(1)
		s.expectStored(c.address, map[string]any{"job_id": job, "status": "Completed"})
		if !s.dependantRan() {
			t.Error("the dependant did not run")
		}
		s.expectNoChanges()
	})
}

// TestRefusals checks that what a service refuses, unforeseen, is an error with the service's own words, and leaves no state.
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
}`, []string{"The restore was refused", "No restore was started.", "DBS.", "request id"},
		},
		"time outside of the windows": {
			`resource "x_rds_pg_table_pitr" "this" {
  instance_id  = "df29b535eec64ee1b286bd2c62871a9cin03"
  restore_time = "2019-01-01T00:00:00Z"
  databases    = [{ database = "data1", schemas = [{ schema = "schema1", tables = [{ old_name = "table1" }] }] }]
}`, []string{"The restore was refused", "No restore was started.", "DBS.", "request id"},
		},
		"table that is not there": {
			`resource "x_dws_table_restore" "this" {
  snapshot_id        = "c719b1a7-c85c-4cb5-a721-7694908c2c11"
  case_sensitive     = true
  database           = "postgres"
  restore_table_list = [{ schema_name = "public", table_name = "nothing" }]
  target_table_list  = [{ schema_name = "public", table_name = "something" }]
}`, []string{"The restore was refused", "No restore was started.", "DWS.5174", "request id"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.configure(strings.TrimSuffix(c.resource, "}") + "  preflight = false\n}")
			s.expect(s.apply(), 1, c.says...)
			s.expectAccepted(0)
			if resources := s.resources(); len(resources) > 0 {
				t.Errorf("the state holds %v", resources)
			}
		})
	}
}

// TestWrongSecretKey checks that a login that is refused is tried once a call and no more: five wrong signatures lock a key.
func TestWrongSecretKey(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.write("main.tf", strings.Replace(s.providerBlock(""), "fakecloud-secret-key", "another-secret-key", 1)+restoreCases[0].config(t))
	o := s.apply()
	s.expect(o, 1, "The login was refused", "No restore was started.", "HTTP 401", "request id")
	s.expectAccepted(0)
	if strings.Contains(o.output, "another-secret-key") {
		t.Error("the output shows the secret key")
	}
	if requests := s.cloud.Requests(); fmt.Sprint(requests) != "map[iam:map[ListProjects:1]]" {
		t.Errorf("want one request with the wrong key, got %v", requests)
	}
}

// TestUnknownProvider configures the provider with what is only known after apply: it plans without asking anything.
func TestUnknownProvider(t *testing.T) {
	t.Parallel()
	c := restoreCases[0]
	s := newStage(t)
	later := "resource \"terraform_data\" \"region\" {\n input = \"eu-west-101\"\n}\n"
	s.write("main.tf", strings.Replace(s.providerBlock(""), `"eu-west-101"`, "terraform_data.region.output", 1)+later+c.config(t))
	s.expect(s.plan(), 2, "Plan: 3 to add")
	if requests := s.cloud.Requests(); len(requests) > 0 {
		t.Errorf("the plan called the cloud: %v", requests)
	}
	s.mustApply()
	s.expectResumed(c, s.expectAccepted(1)[0])
}

// TestRegionWithoutEndpoints asks for another region than the one whose addresses are configured.
func TestRegionWithoutEndpoints(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		s := newStage(t)
		s.configure(c.config(t, `region = "eu-de"`))
		s.expect(s.apply(), 1, "The region cannot be used", "region eu-de cannot be used", "is configured for region eu-west-101")
		s.expectAccepted(0)
	})
}

// TestUnreadable plans while an unfinished job cannot be asked for: the state stays as it is, with a warning.
func TestUnreadable(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		s, job := timedOut(t, c)
		s.plant(fakecloud.Fault{Service: c.service, Operation: fakecloud.ShowJob, Kind: fakecloud.FaultStatus, Status: 503, Times: -1})
		s.expect(s.plan(), 2, "The restore job could not be asked for", "Job "+job, resumesIt)
		s.cloud.ClearFaults()
		s.change(job, "finish", "")
		s.mustApply()
		s.expectResumed(c, job)
	})
}
