// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"terraform-provider-x/internal/fakecloud"
)

// The kind of report: one mistake in a list of thousands of entries makes an error for each, which nobody can read and
// which takes the machine's time. One cause is one message, which names ten entries and counts the others.

// many is how many entries most of these tests have. What Terraform and its plugin library do with 2,000 of them takes
// seconds a plan.
const many = 200

// entries is a list of objects; the text is the inside of each, with i for its number.
func entries(count int, object string) string {
	return fmt.Sprintf("[for i in concat(range(%d), range(%[1]d, %[2]d)) : { %[3]s }]", count/2, count, object)
}

func manyTables(count int, schema, object string) string {
	return fmt.Sprintf(`
  instance_id  = "many"
  restore_time = "2023-07-05T11:32:17Z"
  databases    = [{ database = "shop", schemas = [{ schema = %q, tables = %s }] }]`, schema, entries(count, object))
}

func manyCollections(moment, object string) string {
	return fmt.Sprintf(`
  instance_id         = "many"
  restore_collections = [{ database = "app", collections = %s }]`,
		entries(many, object+fmt.Sprintf(", restore_collection_time = %q", moment)))
}

func manyPairs(snapshot, from, to string) string {
	return fmt.Sprintf(`
  snapshot_id        = %q
  database           = "gaussdb"
  case_sensitive     = false
  restore_table_list = %s
  target_table_list  = %s`, snapshot, entries(many, from), entries(many, to))
}

// manyOfAll has instances, a cluster and snapshots with many tables or collections.
func manyOfAll(w *fakecloud.World) {
	tables := fakecloud.Tables{}
	for i := range many {
		tables[fmt.Sprintf("t%d", i)] = fakecloud.Table{}
	}
	latest := fakecloud.Window{Start: fakecloud.FromNow(-48 * time.Hour), End: fakecloud.FromNow(-5 * time.Minute)}
	w.RDSInstances = append(w.RDSInstances, fakecloud.RDSInstance{
		ID: "many", Name: "many-db", ProjectID: fakecloud.DefaultProjectID, Windows: july,
		Databases: map[string]fakecloud.Schemas{"shop": {"public": tables}},
	})
	w.DDSInstances = append(w.DDSInstances, fakecloud.DDSInstance{
		ID: "many", Name: "many-db", ProjectID: fakecloud.DefaultProjectID, Windows: append(july, latest),
		Databases: map[string]fakecloud.Tables{"app": tables},
	})
	held := map[string]fakecloud.Schemas{"gaussdb": {"public": tables}}
	w.DWSClusters = append(w.DWSClusters, fakecloud.DWSCluster{
		ID: "many", Name: "many-dws", ProjectID: fakecloud.DefaultProjectID, Databases: held,
	})
	for id, level := range map[string]string{"all": "cluster", "of-tables": "table", "of-schemas": "schema"} {
		w.DWSSnapshots = append(w.DWSSnapshots, fakecloud.DWSSnapshot{
			ID: id, Name: id, ClusterID: "many", BackupLevel: level, FineGrainedBackup: true, Databases: held,
		})
	}
}

// flood is a resource with one mistake in many entries: the summary of the one message, and a text in it.
type flood struct{ resource, summary, says string }

// expectOneEach plans, and expects one message about each.
func (env *testEnv) expectOneEach(resourceType string, floods map[string]flood) {
	env.Helper()
	resources := map[string]string{}
	for name, flood := range floods {
		resources[name] = flood.resource
	}
	messages := env.planRejected(resourceType, resources)
	for name, flood := range floods {
		found := messages[resourceType+"."+name]
		if len(found) != 1 {
			env.Errorf("%s: %d messages, want 1; the first: %.1000v", name, len(found), found)
			continue
		}
		detail := found[0].Detail
		if found[0].Summary != flood.summary || !strings.Contains(detail, flood.says) {
			env.Errorf("%s: want %q, %q, got %q:\n%.3000s", name, flood.summary, flood.says, found[0].Summary, detail)
		}
		count := many
		if strings.Contains(flood.resource, "range(1000)") {
			count = 2000
		}
		counted := strings.Contains(detail, fmt.Sprintf("The same goes for %d other entries:", count-1)) &&
			strings.Contains(detail, fmt.Sprintf("and %d more", count-10))
		if !counted ||
			strings.Count(detail, "\n") > 20 {
			env.Errorf("%s: does not name ten and count the others:\n%.3000s", name, detail)
		}
	}
	env.expectAccepted(0)
}

func TestFloodOfRDS(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t, inWorld(manyOfAll))
	env.expectOneEach("x_rds_pg_table_pitr", map[string]flood{
		"schema": {manyTables(2000, "publik", `old_name = "t${i}"`), "Table not found at restore_time",
			`no restorable table in schema "publik" of database "shop". Did you mean "public"?`},
		"tables": {manyTables(many, "public", `old_name = "tt${i}"`), "Table not found at restore_time",
			`tables[1] (shop.public.tt1). Did you mean "t1"`},
	})
	if asked := env.cloud.Requests()[fakecloud.RDS][fakecloud.ListHistoryTables]; asked > 3 { // answers are kept for some minutes
		t.Errorf("the tables were asked for %d times by two resources", asked)
	}
}

func TestFloodOfDDS(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t, inWorld(manyOfAll))
	const moment = "2023-07-05T11:32:17Z"
	env.expectOneEach("x_dds_collection_restore", map[string]flood{
		"collections": {manyCollections(moment, `old_name = "c${i}"`), "Collection not found at that time",
			`collections[0] is app.c0.`},
		"outside": {manyCollections("2023-07-10T00:00:00Z", `old_name = "t${i}"`), "Restore time is not available",
			"collections[0].restore_collection_time is 2023-07-10T00:00:00Z"},
		"taken": {manyCollections(moment, `old_name = "t${i}", new_name = "t${199 - i}"`), "New name is taken",
			"restored as app.t199"},
	})
	if asked := env.cloud.Requests()[fakecloud.DDS][fakecloud.ListRestoreTime]; asked > 10 {
		t.Errorf("the windows were asked for %d times", asked)
	}
}

// TestFloodOfLookups has the one lookup that all entries need fail: it is made once, and its failure is said once.
func TestFloodOfLookups(t *testing.T) {
	t.Parallel()
	for operation, others := range map[string]string{
		fakecloud.ListRestoreCollections: "collections", fakecloud.ListRestoreDatabases: "databases",
	} {
		env := newTestEnv(t, inWorld(manyOfAll))
		env.plant(fakecloud.Fault{
			Service: fakecloud.DDS, Operation: operation, Kind: fakecloud.FaultStatus, Status: 400, Code: "DBS.280001", Times: -1,
		})
		env.configure("resource \"x_dds_collection_restore\" \"this\" {" +
			manyCollections("2023-07-05T11:32:17Z", `old_name = "t${i}"`) + "\n}\n")
		_, messages := env.planned()
		if found := messages["x_dds_collection_restore.this"]; len(found) != 1 {
			t.Errorf("%s: %d messages, want 1: %.2000v", others, len(found), found)
		}
		if asked := env.cloud.Requests()[fakecloud.DDS][operation]; asked > 2 {
			t.Errorf("the %s were asked for %d times", others, asked)
		}
	}
}

func TestFloodOfDWS(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t, inWorld(manyOfAll))
	const from, to = `schema_name = "public", table_name = "t${i}"`, `schema_name = "public", table_name = "copy${i}"`
	other := strings.Replace(to, "copy", "other", 1)
	env.expectOneEach("x_dws_table_restore", map[string]flood{
		"tables": {manyPairs("of-tables", `schema_name = "public", table_name = "tt${i}"`, to), "Table not in snapshot",
			`public.tt0. Snapshot of-tables`},
		"schema": {manyPairs("of-schemas", `schema_name = "publik", table_name = "t${i}"`, other), "Table not in snapshot",
			"holds only the schemas public"},
		"missing": {manyPairs("all", `schema_name = "public", table_name = "tt${i}"`, strings.Replace(to, "copy", "third", 1)), "Table not in snapshot",
			"The service does not find that table"},
		"exist": {manyPairs("all", from, from), "Target table already exists", "restore would delete that table"},
	})
}

// TestFloodOfValidation has what is found without any lookup.
func TestFloodOfValidation(t *testing.T) {
	t.Parallel()
	const moment = "2023-07-05T11:32:17Z"
	long := strings.Repeat("n", 60)
	for resourceType, floods := range map[string]map[string]flood{
		"x_rds_pg_table_pitr": {
			"empty":         {manyTables(many, "public", `old_name = "", new_name = "t${i}"`), "", "tables[0].old_name is empty."},
			"long":          {manyTables(many, "public", `old_name = "`+long+`${i + 1000}", new_name = "c${i}"`), "", "which has 64 bytes"},
			"long_default":  {manyTables(many, "public", `old_name = "`+long[:50]+`${i + 1000}"`), "", "Without new_name"},
			"line_ends":     {manyTables(many, "public", `old_name = "t${i}", new_name = "c${i}\r"`), "", `"c0\r"`},
			"equal_targets": {manyTables(many, "public", `old_name = "t${i}", new_name = i == 0 ? "u" : "c${floor(i / 2)}"`), "", ""},
		},
		"x_dds_collection_restore": {
			"future":       {manyCollections("2999-01-01T00:00:00Z", `old_name = "t${i}"`), "", "2999-01-01T00:00:00Z, but it is"},
			"no_times":     {manyCollections("yesterday", `old_name = "t${i}"`), "", `"yesterday" is neither RFC 3339`},
			"long":         {manyCollections(moment, `old_name = "`+long+long+`${i}", new_name = "c${i}"`), "", "DDS restores up to 120"},
			"long_default": {manyCollections(moment, `old_name = "`+long+long[:40]+`${i + 1000}"`), "", "Without new_name"},
			"empty":        {manyCollections(moment, `old_name = "t${i}", new_name = ""`), "", "new_name is empty"},
		},
		"x_dws_table_restore": {
			"empty":     {manyPairs("all", `schema_name = "", table_name = "t${i}"`, `schema_name = "s", table_name = "t${i}"`), "", "is empty"},
			"forbidden": {manyPairs("all", `schema_name = "s", table_name = "t${i}"`, `schema_name = "s", table_name = "${i}"`), "", "start with a letter"},
		},
	} {
		env := newTestEnv(t)
		for name, flood := range floods {
			env.configure(fmt.Sprintf("resource %q \"this\" {%s\n}\n", resourceType, flood.resource))
			o := env.run("validate", "-no-color")
			if count := strings.Count(o.output, "Error: "); count != 1 || !strings.Contains(o.output, flood.says) ||
				!strings.Contains(o.output, " more") {
				t.Errorf("%s: %d errors, want one that says %q:\n%.2000s", name, count, flood.says, o.output)
			}
		}
		env.expectNoCalls()
	}
}
