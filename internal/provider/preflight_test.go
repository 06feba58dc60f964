// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

// message is one of Terraform's, as it prints them for programs.
type message struct {
	Severity string `json:"severity"`
	Summary  string `json:"summary"`
	Detail   string `json:"detail"`
	Address  string `json:"address"`
}

// planned plans, and returns the exit status and the messages by the resource they are about.
func (env *testEnv) planned(more ...string) (int, map[string][]message) {
	env.Helper()
	result := env.result(append([]string{"plan", "-json", "-detailed-exitcode"}, more...)...)
	messages := map[string][]message{}
	for line := range bytes.Lines(result.Output) {
		var printed struct {
			Type       string  `json:"type"`
			Diagnostic message `json:"diagnostic"`
		}
		if json.Unmarshal(line, &printed) == nil && printed.Type == "diagnostic" {
			messages[printed.Diagnostic.Address] = append(messages[printed.Diagnostic.Address], printed.Diagnostic)
		}
	}
	return result.Exit, messages
}

// planRejected plans resources of a type, by their names, and returns what is said about each: at least one is rejected.
func (env *testEnv) planRejected(resourceType string, resources map[string]string) map[string][]message {
	env.Helper()
	var config strings.Builder
	for name, resource := range resources {
		fmt.Fprintf(&config, "resource %q %q {\n%s\n}\n", resourceType, name, resource)
	}
	env.configure(config.String())
	exit, messages := env.planned()
	if exit != clitest.ExitError {
		env.Errorf("exit status %d, want 1", exit)
	}
	return messages
}

// rule is a resource that the plan finds something wrong with.
type rule struct {
	resource string   // with %s for the name
	says     []string // in the one error, its summary first; none: the plan finds nothing
	warning  bool     // it is a warning
}

// expectFound plans all rules' resources at once and compares what is found about each, and that nothing was restored.
func (env *testEnv) expectFound(resourceType string, rules map[string]rule) {
	env.Helper()
	resources := map[string]string{}
	for name, rule := range rules {
		resources[name] = rule.resource
	}
	messages := env.planRejected(resourceType, resources)
	for name, rule := range rules {
		// Many of the rules have one target, which has a test of its own.
		found := slices.DeleteFunc(messages[resourceType+"."+name],
			func(m message) bool { return m.Summary == "Two restores have the same target" })
		if len(rule.says) == 0 {
			if len(found) > 0 {
				env.Errorf("%s: want nothing, found %+v", name, found)
			}
			continue
		}
		if len(found) != 1 {
			env.Errorf("%s: want one message, found %+v", name, found)
			continue
		}
		severity := map[bool]string{true: "warning", false: "error"}[rule.warning]
		if found[0].Severity != severity || found[0].Summary != rule.says[0] {
			env.Errorf("%s: %s %q, want %s %q", name, found[0].Severity, found[0].Summary, severity, rule.says[0])
		}
		for _, text := range rule.says[1:] {
			if !strings.Contains(found[0].Detail, text) {
				env.Errorf("%s: lacks %q:\n%s", name, text, found[0].Detail)
			}
		}
		if !rule.warning && !strings.Contains(found[0].Detail, "No restore was started.") {
			env.Errorf("%s: does not say that nothing was started:\n%s", name, found[0].Detail)
		}
	}
	env.expectAccepted(0)
}

// inWorld starts the cloud with another world.
func inWorld(change func(*fakecloud.World)) func(*fakecloud.Options) {
	world := fakecloud.DefaultWorld()
	change(&world)
	return func(o *fakecloud.Options) { o.World = world }
}

var july = []fakecloud.Window{{
	Start: fakecloud.At(time.Date(2023, 7, 1, 0, 0, 0, 0, time.UTC)),
	End:   fakecloud.At(time.Date(2023, 7, 8, 0, 0, 0, 0, time.UTC)),
}}

func TestPreflightRDS(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t, inWorld(func(w *fakecloud.World) {
		instance := func(id string, change func(*fakecloud.RDSInstance)) {
			i := fakecloud.RDSInstance{
				ID: id, Name: id + "-db", ProjectID: fakecloud.DefaultProjectID, Windows: july,
				Databases: map[string]fakecloud.Schemas{"shop": {"public": {
					"orders": {}, "order_items": {}, "old": {}, "orders_copy": {},
					"measurements": {PartitionParent: true}, "measurements_2023_06": {}, "measurements_2023_07": {},
					"later": {Created: fakecloud.At(time.Date(2023, 7, 6, 0, 0, 0, 0, time.UTC))},
				}, "private": {"orders": {}}}},
			}
			change(&i)
			w.RDSInstances = append(w.RDSInstances, i)
		}
		instance("usual", func(*fakecloud.RDSInstance) {})
		instance("mysql", func(i *fakecloud.RDSInstance) { i.Engine = "MySQL" })
		instance("replica", func(i *fakecloud.RDSInstance) { i.Type = "Replica" })
		instance("frozen", func(i *fakecloud.RDSInstance) { i.Status = "FROZEN" })
		instance("busy", func(i *fakecloud.RDSInstance) { i.Status = "BACKING UP" })
		instance("new", func(i *fakecloud.RDSInstance) { i.Windows = nil })
		instance("alike", func(i *fakecloud.RDSInstance) {
			i.TableLimit = 2
			i.Databases = map[string]fakecloud.Schemas{"shop": {"public": {"at": {}, "bt": {}, "ct": {}, "t": {}}}}
		})
		instance("large", func(i *fakecloud.RDSInstance) { i.TableLimit = 2 })
	}))
	restore := func(instance, moment, database, schema string, tables ...string) string {
		var entries []string
		for _, table := range tables {
			entries = append(entries, "{ "+table+" }")
		}
		return fmt.Sprintf(`  instance_id  = %q
  restore_time = %q
  databases    = [{ database = %q, schemas = [{ schema = %q, tables = [%s] }] }]`, instance, moment, database, schema, strings.Join(entries, ", "))
	}
	const moment = "2023-07-05T11:32:17Z"
	of := func(instance, moment string) string {
		return restore(instance, moment, "shop", "public", `old_name = "orders"`)
	}
	table := func(tables ...string) string { return restore("usual", moment, "shop", "public", tables...) }
	env.expectFound("x_rds_pg_table_pitr", map[string]rule{
		"fine":   {resource: of("usual", moment)},
		"latest": {resource: of("usual", "latest")},
		"busy":   {resource: of("busy", moment)},
		"narrowed": {resource: restore("large", moment, "shop", "public", `old_name = "orders"`,
			`old_name = "orders_copy"`)},
		"nobody": {resource: of("nobody", moment), says: []string{"Instance not found",
			"no RDS instance nobody in region eu-west-101"}},
		"mysql": {resource: of("mysql", moment), says: []string{"Instance is not PostgreSQL",
			"mysql (mysql-db) runs MySQL"}},
		"replica": {resource: of("replica", moment), says: []string{"Instance is a read replica", "Use the id of the primary instance"}},
		"frozen": {resource: of("frozen", moment), says: []string{"Instance cannot restore",
			"in status FROZEN"}},
		"before": {resource: of("usual", "2019-01-01T00:00:00Z"),
			says: []string{"Restore time is not available", "restore_time is 2019-01-01T00:00:00Z",
				"The nearest available moment is 2023-07-01T00:00:00Z (after)."}},
		"after": {resource: of("usual", "2023-09-01T02:00:00+02:00"),
			says: []string{"Restore time is not available", "restore_time is 2023-09-01T00:00:00Z",
				"The nearest available moment is 2023-07-08T00:00:00Z (before)."}},
		"between": {resource: of("df29b535eec64ee1b286bd2c62871a9cin03", "2023-09-01T00:00:00Z"),
			says: []string{"Restore time is not available", "The nearest available moments are 2023-07-08T00:00:00Z (before) and 20", "(after)."}},
		"no_backup": {resource: of("new", moment), says: []string{"Restore time is not available",
			"There is no other moment either"}},
		"no_backup_latest": {resource: of("new", "latest"), says: []string{"No restore time is available", "new has no moment to restore to"}},
		"table": {resource: table(`old_name = "order"`),
			says: []string{"Table not found at restore_time", "databases[0].schemas[0].tables[0] is shop.public.order", "at " +
				moment, `Did you mean "orders"`}},
		"second_table": {resource: table(`old_name = "orders"`, `old_name = "zzz"`),
			says: []string{"Table not found at restore_time", "tables[1] is shop.public.zzz"}},
		"schema": {resource: restore("usual", moment, "shop", "pubic", `old_name = "orders"`),
			says: []string{"Table not found at restore_time", `no restorable table in schema "pubic"`, `Did you mean "public"?`}},
		"database": {resource: restore("usual", moment, "shpo", "public", `old_name = "orders"`),
			says: []string{"Table not found at restore_time", `no restorable table in database "shpo"`, `Did you mean "shop"?`}},
		"created_later": {resource: table(`old_name = "later"`),
			says: []string{"Table not found at restore_time", "shop.public.later"}},
		"partitions": {resource: table(`old_name = "measurements"`),
			says: []string{"Table not found at restore_time", `only its partitions can be restored`,
				`such as "measurements_2023_06"`}},
		"too_many": {
			resource: restore("large", moment, "shop", "public", `old_name = "orders"`, `old_name = "old"`,
				`old_name = "order_items"`),
			says: []string{"Too many tables", "databases names 3 tables. The service restores up to 2 at once."},
		},
		"narrowed_and_missing": {resource: restore("large", moment, "shop", "public", `old_name = "zzz"`),
			says: []string{"Table not found at restore_time",
				"shop.public.zzz. Instance large cannot restore that table at 2023-07-05T11:32:17Z.\nNo restore"}},
		"narrowed_and_alike": {resource: restore("alike", moment, "shop", "public", `old_name = "t"`), warning: true,
			says: []string{"Restore was not fully checked", "lists 2 of the 4 tables with similar names"}},
		"taken": {resource: table(`old_name = "orders", new_name = "orders_copy"`), warning: true,
			says: []string{"New name may be taken", `restored as "orders_copy"`, "at 2023-07-08T00:00:00Z"}},
	})
}

func TestPreflightDDS(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t, inWorld(func(w *fakecloud.World) {
		instance := func(id string, change func(*fakecloud.DDSInstance)) {
			i := fakecloud.DDSInstance{
				ID: id, Name: id + "-db", ProjectID: fakecloud.DefaultProjectID,
				Windows: append(july, fakecloud.Window{Start: fakecloud.FromNow(-48 * time.Hour),
					End: fakecloud.FromNow(-5 * time.Minute)}),
				Databases: map[string]fakecloud.Tables{
					"app": {"carts": {}, "carts_copy": {}, "dropped": {Dropped: fakecloud.At(time.Date(2023, 7, 6, 0, 0, 0, 0,
						time.UTC))}},
					"later": {"carts": {Created: fakecloud.At(time.Date(2023, 7, 6, 0, 0, 0, 0, time.UTC))}},
				},
			}
			change(&i)
			w.DDSInstances = append(w.DDSInstances, i)
		}
		instance("usual", func(*fakecloud.DDSInstance) {})
		instance("busy", func(i *fakecloud.DDSInstance) { i.Actions = []string{"RESIZE_FLAVOR"} })
		instance("sharding", func(i *fakecloud.DDSInstance) { i.Mode = "Sharding" })
		instance("three", func(i *fakecloud.DDSInstance) { i.Version = "3.4" })
		instance("abnormal", func(i *fakecloud.DDSInstance) { i.Status = "abnormal" })
		instance("long", func(i *fakecloud.DDSInstance) {
			i.Databases = map[string]fakecloud.Tables{"app": {"carts": {}, strings.Repeat("n", 99): {}}}
		})
		instance("copied", func(i *fakecloud.DDSInstance) {
			i.Databases = map[string]fakecloud.Tables{"app": {"carts": {}, "carts_bak_1688556737000": {}}}
		})
		instance("stale", func(i *fakecloud.DDSInstance) { i.Windows = july })
	}))
	restore := func(instance, databases string) string {
		return fmt.Sprintf("  instance_id         = %q\n  restore_collections = [%s]", instance, databases)
	}
	collection := func(moment, database, names string) string {
		return fmt.Sprintf("{ database = %q, collections = [{ %s, restore_collection_time = %q }] }", database, names, moment)
	}
	const moment = "2023-07-05T11:32:17Z"
	carts := collection(moment, "app", `old_name = "carts"`)
	env.expectFound("x_dds_collection_restore", map[string]rule{
		"fine":    {resource: restore("usual", carts)},
		"latest":  {resource: restore("usual", collection("latest", "app", `old_name = "carts", new_name = "free"`))},
		"busy":    {resource: restore("busy", carts)},
		"dropped": {resource: restore("usual", collection(moment, "app", `old_name = "dropped", new_name = "dropped"`))},
		"nobody": {resource: restore("nobody", carts), says: []string{"Instance not found",
			"no DDS instance nobody in region eu-west-101"}},
		"sharding": {resource: restore("sharding", carts), says: []string{"Instance is not a replica set",
			"sharding (sharding-db) has mode Sharding"}},
		"three": {resource: restore("three", carts), says: []string{"Instance version is too old", "has version 3.4"}},
		"abnormal": {resource: restore("abnormal", carts), says: []string{"Instance cannot restore",
			"in status abnormal"}},
		"outside": {resource: restore("usual", collection("2023-07-10T00:00:00Z", "app", `old_name = "carts"`)),
			says: []string{"Restore time is not available", "restore_collection_time is 2023-07-10T00:00:00Z",
				"2023-07-07T23:59:59Z (before)"}},
		"far_outside": {resource: restore("usual", `{ database = "app", restore_database_time = "2021-07-10T00:00:00Z" }`),
			says: []string{
				"Restore time is not available", "restore_collections[0].restore_database_time is 2021-07-10T00:00:00Z",
				"There is no other moment within 3 days", "x_dds_restore_windows"}},
		"stale_latest": {resource: restore("stale", collection("latest", "app", `old_name = "carts"`)),
			says: []string{"No restore time is available", "in the last 31 days"}},
		"database": {resource: restore("usual",
			`{ database = "apq", restore_database_time = "2023-07-05T11:32:17Z" }`),
			says: []string{"Database not found at that time", `database "apq"`, `Did you mean "app"?`}},
		"long_name": {resource: restore("long", `{ database = "app", restore_database_time = "2023-07-05T11:32:17Z" }`),
			says: []string{"Name too long", `collection "nnn`, "about 121 characters"}},
		"later_database": {resource: restore("usual", collection(moment, "later", `old_name = "carts"`)),
			says: []string{"Database not found at that time", `database "later"`, "at " + moment}},
		"collection": {resource: restore("usual", collection(moment, "app", `old_name = "cart"`)), says: []string{
			"Collection not found at that time", "collections[0] is app.cart", "would create an empty collection without an error",
			`Did you mean "carts"`}},
		"taken": {resource: restore("usual", collection(moment, "app", `old_name = "carts", new_name = "carts_copy"`)),
			says: []string{"New name is taken", "restored as app.carts_copy"}},
		"taken_default": {resource: restore("copied", carts),
			says: []string{"New name is taken", "restored as app.carts_bak_1688556737000", "choose another new_name"}},
	})
}
