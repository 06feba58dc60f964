// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

// lost is a restore that the cloud has run, or runs, and that no state knows any more.
func lost(t *testing.T, c restoreCase) (env *testEnv, job string) {
	t.Helper()
	env = newTestEnv(t)
	env.configure(c.config(t))
	env.mustApply()
	if err := os.Remove(filepath.Join(env.dir, "terraform.tfstate")); err != nil {
		t.Fatal(err)
	}
	return env, env.expectAccepted(1)[0]
}

func TestImportCommand(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env, job := lost(t, c)
		env.configure(c.config(t, `triggers = { drill = "monday" }`))
		env.expect(env.run("import", "-no-color", c.address, c.target+"/"+job), clitest.ExitOK)
		env.expectStored(c.address, map[string]any{"job_id": job, "id": job, "status": "Completed", "region": "eu-west-101",
			"finished_at": nil})
		env.expect(env.plan(), clitest.ExitChanges, "will be updated in-place", "0 to destroy")
		env.mustApply()
		env.expectResumed(c, job)
		if env.stored(c.address).Values["finished_at"] == nil {
			t.Error("finished_at is null after the apply")
		}
		if moment := env.stored(c.address).Values["restored_to"]; moment != c.moment && (moment != nil || c.moment != "") {
			t.Errorf("restored_to is %v, want %q", moment, c.moment)
		}
		// What was taken over from the configuration counts from now on.
		env.configure(c.config(t, `triggers = { drill = "tuesday" }`, "preflight = false")) // the names are taken
		env.expect(env.plan(), clitest.ExitChanges, runsAgain, "because of changes in triggers")
	})
}

func TestImportBlock(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env, job := lost(t, c)
		env.configure(c.config(t) + fmt.Sprintf("import {\n to = %s\n id = %q\n}\n", c.address, c.target+"/"+job))
		env.expect(env.plan(), clitest.ExitChanges, "1 to import, 1 to add, 1 to change, 0 to destroy")
		env.mustApply()
		env.expectResumed(c, job)
	})
}

func TestImportRefuses(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	c := rdsCase
	env.configure(c.config(t))
	for id, says := range map[string]string{
		"749d6254":                          "is not two ids with a slash between them",
		"/749d6254":                         "is not two ids with a slash between them",
		c.target + "/":                      "is not two ids with a slash between them",
		c.target + "/nobody-knows-this-job": "Restore job cannot be imported",
	} {
		env.expect(env.run("import", "-no-color", c.address, id), clitest.ExitError, says)
	}
	env.mustApply()
	job := env.expectAccepted(1)[0]
	env.expect(env.run("state", "rm", c.address), clitest.ExitOK)
	env.expect(env.run("import", "-no-color", c.address, "5f1e6c1d0a8b4d6c9e2b7a3f4c5d6e7fin03/"+job), clitest.ExitError,
		"it is a job of "+c.target)
	if len(env.resources()) > 1 {
		t.Errorf("something was imported: %v", env.resources())
	}
}

// vendorStates are states as the vendor's own provider 1.97.1 writes them: its plugin library keeps "" and [] for what is
// absent, and null for a region that the block does not name.
var vendorStates = map[string]struct{ resourceType, attributes string }{
	"rds": {"huaweicloud_rds_pg_table_restore", `{
		"id": %q, "region": null, "instance_id": "df29b535eec64ee1b286bd2c62871a9cin03", "restore_time": 1688556737000,
		"enable_force_new": null, "timeouts": { "create": "60m" },
		"databases": [{ "database": "shop", "schemas": [{ "schema": "public", "tables": [
			{ "old_name": "customers", "new_name": "customers_before" }, { "old_name": "orders", "new_name": "orders_1688556737000" }] }] }]
	}`},
	"dds": {"huaweicloud_dds_collection_restore", `{
		"id": %q, "region": null, "instance_id": "9136fd2a9fcd405ea4674276ce36dae8in02", "timeouts": null,
		"restore_collections": [
			{ "database": "app", "restore_database_time": "", "collections": [
				{ "old_name": "carts", "new_name": "carts_before", "restore_collection_time": "1607762955000" },
				{ "old_name": "sessions", "new_name": "sessions_before", "restore_collection_time": "1607762955000" }] },
			{ "database": "test", "restore_database_time": "1607762955000", "collections": [] }]
	}`},
}

// TestMovedFromTheVendorsProvider takes over what the vendor's own provider has restored.
func TestMovedFromTheVendorsProvider(t *testing.T) {
	t.Parallel()
	for _, c := range []restoreCase{rdsCase, ddsCase} {
		for _, status := range []string{"", "tainted"} {
			t.Run(strings.TrimSpace(c.name+" "+status), func(t *testing.T) {
				t.Parallel()
				env, job := lost(t, c)
				env.moved(c, job, status)
				env.mustApply()
				env.expectResumed(c, job)
				if sent := env.cloud.Requests()[c.service][c.operation]; sent != 1 {
					t.Errorf("the restore was asked for %d times", sent)
				}
			})
		}
	}
}

// moved writes a state of the vendor's provider, and a configuration that takes its restore over.
func (env *testEnv) moved(c restoreCase, job, status string) {
	env.Helper()
	vendor := vendorStates[c.name]
	_, name, _ := strings.Cut(c.address, ".")
	env.write("terraform.tfstate", fmt.Sprintf(`{
		"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "4d1e3ad6-2a4c-4a9b-9d53-0d6a5cf0a6a1", "outputs": {},
		"resources": [{ "mode": "managed", "type": %q, "name": "old",
			"provider": "provider[\"registry.terraform.io/huaweicloud/huaweicloud\"]",
			"instances": [{ "status": %q, "schema_version": 0, "attributes": %s, "sensitive_attributes": [] }] }]
	}`, vendor.resourceType, status, fmt.Sprintf(vendor.attributes, job)))
	more := `triggers = { drill = "monday" }`
	if status == "tainted" {
		more = "" // it is replaced, and hands its job over only to the very same restore
	}
	env.configure(c.config(env.T, more) +
		fmt.Sprintf("moved {\n from = %s.old\n to = x_%s.%s\n}\n", vendor.resourceType,
			strings.TrimPrefix(strings.Split(c.address, ".")[0], "x_"), name))
}

// TestMovedWithoutRecord takes over a restore whose job the service forgot long ago: the plan asks for it once, and the
// apply twice.
func TestMovedWithoutRecord(t *testing.T) {
	t.Parallel()
	for _, c := range []restoreCase{rdsCase, ddsCase} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			env, job := lost(t, c)
			env.change(job, "expire", "")
			env.moved(c, job, "")
			before := env.cloud.Requests()[c.service][fakecloud.ShowJob]
			env.expect(env.apply(), clitest.ExitOK, "Restore job record has expired", job)
			if asked := env.cloud.Requests()[c.service][fakecloud.ShowJob] - before; asked != 3 {
				t.Errorf("the job was asked for %d times, want 3", asked)
			}
			env.expectStored(c.address, map[string]any{"job_id": job, "status": "Completed", "duration_seconds": nil})
			env.expectNoChanges()
			env.expectAccepted(1)
		})
	}
}

// TestIdentity imports by resource identity, which Terraform has from 1.12 on, and OpenTofu 1.12 too (measured).
// Terraform 1.11 refuses the block itself.
func TestIdentity(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env, job := lost(t, c)
		target := "instance_id"
		if c.service == fakecloud.DWS {
			target = "snapshot_id"
		}
		env.configure(c.config(t) + fmt.Sprintf("import {\n to = %s\n identity = { %s = %q, job_id = %q }\n}\n", c.address,
			target, c.target, job))
		if strings.HasPrefix(env.run("version").output, "Terraform v1.11.") {
			env.expect(env.plan(), clitest.ExitError, "identity")
			return
		}
		env.mustApply()
		env.expectResumed(c, job)
		want := map[string]string{target: c.target, "job_id": job, "region": "eu-west-101",
			"project_id": fakecloud.DefaultProjectID}
		if have := env.stored(c.address).Identity; fmt.Sprint(have) != fmt.Sprint(want) {
			t.Errorf("the identity is %v, want %v", have, want)
		}
	})
}
