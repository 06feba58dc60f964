// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

// The kind of report: a name that a data source shows cannot be restored, because Terraform has it in another Unicode
// form than the service. To the service, names are bytes.

// The same word in the form in which Terraform has every text, and in the one that Apple's file systems have.
const composed, decomposed = "caf\u00e9", "cafe\u0301"

// withForms has instances and snapshots whose names are in the given forms.
func withForms(forms ...string) func(*fakecloud.Options) {
	return inWorld(func(w *fakecloud.World) {
		tables, schemas, databases := fakecloud.Tables{}, fakecloud.Schemas{}, map[string]fakecloud.Schemas{}
		collections := map[string]fakecloud.Tables{}
		for _, form := range forms {
			tables[form+"_t"] = fakecloud.Table{}
		}
		for _, form := range forms {
			schemas[form+"_s"] = tables
		}
		for _, form := range forms {
			databases[form], collections[form] = schemas, tables
		}
		latest := fakecloud.Window{Start: fakecloud.FromNow(-48 * time.Hour), End: fakecloud.FromNow(-5 * time.Minute)}
		w.RDSInstances = append(w.RDSInstances, fakecloud.RDSInstance{
			ID: "forms", Name: "forms-db", ProjectID: fakecloud.DefaultProjectID, Windows: append(july, latest), Databases: databases,
		})
		w.DDSInstances = append(w.DDSInstances, fakecloud.DDSInstance{
			ID: "forms", Name: "forms-db", ProjectID: fakecloud.DefaultProjectID, Windows: append(july, latest), Databases: collections,
		})
		w.DWSClusters = append(w.DWSClusters, fakecloud.DWSCluster{
			ID: "forms", Name: "forms-dws", ProjectID: fakecloud.DefaultProjectID, Databases: map[string]fakecloud.Schemas{},
		})
		if len(forms) == 1 {
			w.DWSSnapshots = append(w.DWSSnapshots, fakecloud.DWSSnapshot{
				ID: "forms", Name: "forms", ClusterID: "forms", BackupLevel: "table", FineGrainedBackup: true, Databases: databases,
			})
		}
	})
}

// formsOf is a restore of what withForms has, written in the form of Terraform.
func formsOf(service, more string) string {
	switch service {
	case fakecloud.RDS:
		return fmt.Sprintf(`
resource "x_rds_pg_table_pitr" "this" {
  instance_id  = "forms"
  restore_time = "2023-07-05T11:32:17Z"
  databases    = [{ database = %q, schemas = [{ schema = %q, tables = [{ old_name = %q }] }] }]
  %s
}`, composed, composed+"_s", composed+"_t", more)
	case fakecloud.DDS:
		return fmt.Sprintf(`
resource "x_dds_collection_restore" "this" {
  instance_id         = "forms"
  restore_collections = [{ database = %q, collections = [
    { old_name = %q, restore_collection_time = "2023-07-05T11:32:17Z" },
  ] }]
  %s
}`, composed, composed+"_t", more)
	}
	return fmt.Sprintf(`
resource "x_dws_table_restore" "this" {
  snapshot_id        = "forms"
  database           = %q
  case_sensitive     = true
  restore_table_list = [{ schema_name = %q, table_name = %q }]
  target_table_list  = [{ schema_name = "public", table_name = "copy" }]
  %s
}`, composed, composed+"_s", composed+"_t", more)
}

var allServices = []string{fakecloud.RDS, fakecloud.DDS, fakecloud.DWS}

// expectOwnNames expects one restore, of the names in the service's form.
func (env *testEnv) expectOwnNames(service string) {
	env.Helper()
	env.expectAccepted(1)
	var body any
	if err := json.Unmarshal(env.cloud.Restores()[0].Body, &body); err != nil {
		env.Fatal(err)
	}
	parts := map[string]string{
		fakecloud.RDS: "old_name:" + decomposed + "_t schema:" + decomposed + "_s",
		fakecloud.DDS: "old_name:" + decomposed + "_t",
		fakecloud.DWS: "schema_name:" + decomposed + "_s table_name:" + decomposed + "_t",
	}
	sent := fmt.Sprint(body)
	for _, name := range append(strings.Fields(parts[service]), "database:"+decomposed) {
		if !strings.Contains(sent, name) {
			env.Errorf("%+q was sent, without %+q", sent, name)
		}
	}
}

func TestOwnNames(t *testing.T) {
	t.Parallel()
	for _, service := range allServices {
		for _, more := range []string{"", "preflight = false"} {
			t.Run(service+" "+more, func(t *testing.T) {
				t.Parallel()
				env := newTestEnv(t, withForms(decomposed))
				env.configure(formsOf(service, more))
				env.mustApply()
				env.expectOwnNames(service)
				env.expectNoChanges()
				address := env.run("state", "list").output
				cleanup := fmt.Sprint(env.stored(strings.TrimSpace(address)).Values["cleanup_statements"])
				want := map[string]string{
					fakecloud.RDS: `DROP TABLE U&"cafe\+000301_s"."` + composed + `_t_1688556737000"; -- in database "cafe\u0301"`,
					fakecloud.DDS: `db.getSiblingDB("cafe\u0301").getCollection("` + composed + `_t_bak_1688556737000").drop()`,
					fakecloud.DWS: `DROP TABLE "public"."copy"; -- in database "cafe\u0301"`,
				}[service]
				if !strings.Contains(cleanup, want) {
					t.Errorf("the cleanup is %+q, want %+q", cleanup, want)
				}
			})
		}
	}
}

// TestOwnNamesFromDataSources takes the names from a data source, and filters there by such a name.
func TestOwnNamesFromDataSources(t *testing.T) {
	t.Parallel()
	for service, config := range map[string]string{
		fakecloud.RDS: `
data "x_rds_pg_restorable_tables" "all" {
  instance_id  = "forms"
  restore_time = "2023-07-05T11:32:17Z"
  name_regex   = "^caf\u00e9[.]"
}
resource "x_rds_pg_table_pitr" "this" {
  instance_id  = "forms"
  restore_time = "2023-07-05T11:32:17Z"
  databases    = data.x_rds_pg_restorable_tables.all.databases
}`,
		fakecloud.DDS: `
data "x_dds_restorable_collections" "all" {
  instance_id  = "forms"
  restore_time = "2023-07-05T11:32:17Z"
  database     = "caf\u00e9"
  name_regex   = "^caf\u00e9[.]"
}
resource "x_dds_collection_restore" "this" {
  instance_id         = "forms"
  restore_collections = data.x_dds_restorable_collections.all.restore_collections
}`,
	} {
		t.Run(service, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t, withForms(decomposed))
			env.configure(config)
			env.mustApply()
			env.expectOwnNames(service)
		})
	}
}

// TestAmbiguousNames has both forms: the service has two, and Terraform one.
func TestAmbiguousNames(t *testing.T) {
	t.Parallel()
	for _, service := range []string{fakecloud.RDS, fakecloud.DDS} {
		for _, more := range []string{"", "preflight = false"} {
			env := newTestEnv(t, withForms(composed, decomposed))
			env.configure(formsOf(service, more))
			env.expect(env.apply(), clitest.ExitError, "Name is ambiguous", `(U+00E9`, `(U+0301`, "No restore was started.")
			env.expectAccepted(0)
		}
	}
}

// TestUnseenNames: without preflight, too, no name is sent that the service has not listed, if it may be another one.
func TestUnseenNames(t *testing.T) {
	t.Parallel()
	for _, service := range allServices {
		for _, name := range []string{composed + "x_t", "cafe\\n", " orders"} {
			t.Run(fmt.Sprintf("%s %q", service, name), func(t *testing.T) {
				t.Parallel()
				env := newTestEnv(t, withForms(decomposed))
				env.configure(strings.ReplaceAll(formsOf(service, "preflight = false"), composed+"_t", name))
				env.expect(env.apply(), clitest.ExitError, "No restore was started.")
				env.expectAccepted(0)
			})
		}
		t.Run(service+" forbidden", func(t *testing.T) {
			t.Parallel()
			for _, more := range []string{"", "preflight = false", "allow_overwrite = true"} {
				if strings.HasPrefix(more, "allow") != (service == fakecloud.DWS) && more != "" {
					continue
				}
				env := newTestEnv(t, withForms(decomposed))
				for _, operation := range map[string][]string{
					fakecloud.RDS: {fakecloud.ListHistoryTables}, fakecloud.DWS: {fakecloud.CheckTableRestore},
					fakecloud.DDS: {fakecloud.ListRestoreDatabases, fakecloud.ListRestoreCollections},
				}[service] {
					env.plant(fakecloud.Fault{
						Service: service, Operation: operation, Kind: fakecloud.FaultStatus, Status: 403, Code: "DBS.280015", Times: -1,
					})
				}
				env.configure(formsOf(service, more))
				env.expect(env.apply(), clitest.ExitError, "No restore was started.")
				env.expectAccepted(0)
			}
		})
	}
}

// TestNoEmptyCollection: of a collection that it does not have, DDS would restore an empty one, and say that all is well.
func TestNoEmptyCollection(t *testing.T) {
	t.Parallel()
	for _, name := range []string{composed, `carts\n`, "carts\u200b"} {
		env := newTestEnv(t)
		env.configure(strings.ReplaceAll(cartsCopy("this", "", "preflight = false"), `"carts"`, `"`+name+`"`))
		env.expect(env.apply(), clitest.ExitError, "Collection not found at that time", "No restore was started.")
		env.expectAccepted(0)
	}
}

// TestASCIINamesNeedNoLookup: names that nobody changes cost nothing without preflight.
func TestASCIINamesNeedNoLookup(t *testing.T) {
	t.Parallel()
	for _, c := range []restoreCase{rdsCase, ddsCase} {
		env := newTestEnv(t)
		env.configure(c.config(t, "preflight = false"))
		env.mustApply()
		for _, operation := range []string{
			fakecloud.ListHistoryTables, fakecloud.ListRestoreDatabases, fakecloud.ListRestoreCollections,
		} {
			if asked := env.cloud.Requests()[c.service][operation]; asked != 0 {
				t.Errorf("%s: %s was asked %d times", c.name, operation, asked)
			}
		}
	}
}
