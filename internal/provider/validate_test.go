// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"terraform-provider-x/internal/clitest"
)

// invalid is a resource that is wrong in one way, and what must be said about it, in one error unless in more.
type invalid struct {
	name, resource, says string
	more                 int
}

func rdsWith(restoreTime, databases string) string {
	return fmt.Sprintf("x_rds_pg_table_pitr: instance_id = \"i\"\nrestore_time = %q\ndatabases = %s", restoreTime,
		databases)
}

func rdsTables(tables string) string {
	return rdsWith("2023-07-05T11:32:17Z", `[{ database = "d", schemas = [{ schema = "s", tables = `+tables+` }] }]`)
}

func ddsWith(restoreCollections string) string {
	return "x_dds_collection_restore: instance_id = \"i\"\nrestore_collections = " + restoreCollections
}

func dwsWith(database, from, to string) string {
	return fmt.Sprintf("x_dws_table_restore: snapshot_id = \"s\"\ncase_sensitive = false\ndatabase = %q\nrestore_table_list = %s\ntarget_table_list = %s", database, from, to)
}

var (
	name63, name64 = strings.Repeat("n", 63), strings.Repeat("n", 64)
	// umlauts has 62 characters in 64 bytes.
	umlauts = strings.Repeat("n", 60) + "ää"
	when    = `"2020-12-12T08:49:15Z"`
)

var invalids = []invalid{
	{"rds_no_databases", rdsWith("2023-07-05T11:32:17Z", "[]"), "databases list must contain at least 1 elements", 0},
	{"rds_no_schemas", rdsWith("2023-07-05T11:32:17Z", `[{ database = "d", schemas = [] }]`),
		"databases[0].schemas list must contain at least 1 elements", 0},
	{"rds_no_tables", rdsTables("[]"), "databases[0].schemas[0].tables list must contain at least 1 elements", 0},
	{"rds_empty_instance", strings.Replace(rdsTables(`[{ old_name = "t" }]`), `"i"`, `""`, 1), "instance_id is empty", 0},
	{"rds_empty_database",
		rdsWith("2023-07-05T11:32:17Z", `[{ database = "", schemas = [{ schema = "s", tables = [{ old_name = "t" }] }] }]`),
		"databases[0].database is empty", 0},
	{"rds_empty_old_name", rdsTables(`[{ old_name = "t" }, { old_name = "" }]`), "tables[1].old_name is empty", 0},
	{"rds_empty_new_name", rdsTables(`[{ old_name = "t", new_name = "" }]`), "tables[0].new_name is empty", 0},
	{"rds_old_name_twice", rdsTables(`[{ old_name = "t" }, { old_name = "t", new_name = "u" }]`),
		`databases[0].schemas[0].tables[0].old_name and databases[0].schemas[0].tables[1].old_name are both "t"`, 0},
	{"rds_equal_targets", rdsTables(`[{ old_name = "t", new_name = "u" }, { old_name = "v", new_name = "u" }]`),
		`tables[0] and databases[0].schemas[0].tables[1] would both be restored as "u"`, 0},
	{"rds_equal_default_target", rdsTables(`[{ old_name = "t" }, { old_name = "v", new_name = "t_1688556737000" }]`),
		`would both be restored as "t_1688556737000"`, 0},
	{"rds_equal_targets_at_the_latest",
		rdsWith("latest", `[{ database = "d", schemas = [{ schema = "s", tables = [{ old_name = "t", new_name = "u" }, { old_name = "v", new_name = "u" }] }] }]`), `would both be restored as "u"`, 0},
	{"rds_long_default_at_the_latest",
		rdsWith("latest", `[{ database = "d", schemas = [{ schema = "s", tables = [{ old_name = "`+name63[:50]+`" }] }] }]`),
		"which has 64 bytes. PostgreSQL allows 63. Set a new_name", 0},
	{"rds_latest_misspelt",
		rdsWith("Latest", `[{ database = "d", schemas = [{ schema = "s", tables = [{ old_name = "t" }] }] }]`),
		`For the newest moment that the service offers, write "latest".`, 0},
	{"dds_latest_and_another",
		ddsWith(`[{ database = "d", restore_database_time = "latest" }, { database = "e", restore_database_time = ` + when +
			` }]`), `Some times in restore_collections are "latest", others are not.`, 0},
	{"dds_latest_and_another_of_a_collection",
		ddsWith(`[{ database = "d", collections = [{ old_name = "c", restore_collection_time = "latest" }, { old_name = "d", restore_collection_time = ` + when + ` }] }]`), "Use a resource for each.", 0},
	{"rds_schema_twice",
		rdsWith("2023-07-05T11:32:17Z",
			`[{ database = "d", schemas = [{ schema = "s", tables = [{ old_name = "t" }] }, { schema = "s", tables = [{ old_name = "u" }] }] }]`), "Put the tables of both into one entry", 0},
	{"rds_database_twice",
		rdsWith("2023-07-05T11:32:17Z",
			`[for t in ["t", "u"] : { database = "d", schemas = [{ schema = "s", tables = [{ old_name = t }] }] }]`),
		"Put the schemas of both into one entry", 0},
	{"rds_empty_schema",
		rdsWith("2023-07-05T11:32:17Z", `[{ database = "d", schemas = [{ schema = "", tables = [{ old_name = "t" }] }] }]`),
		"databases[0].schemas[0].schema is empty", 0},
	{"rds_long_database",
		rdsWith("2023-07-05T11:32:17Z",
			`[{ database = "`+name64+`", schemas = [{ schema = "s", tables = [{ old_name = "t" }] }] }]`),
		"has 64 bytes. The service allows 63", 0},
	{"rds_long_schema", rdsWith("2023-07-05T11:32:17Z",
		`[{ database = "d", schemas = [{ schema = "`+name64+`", tables = [{ old_name = "t" }] }] }]`),
		"has 64 bytes. The service allows 63", 0},
	{"rds_long_old_name", rdsTables(`[{ old_name = "` + name64 + `", new_name = "u" }]`),
		"has 64 bytes. The service allows 63", 0},
	{"rds_long_new_name", rdsTables(`[{ old_name = "t", new_name = "` + umlauts + `" }]`),
		"has 64 bytes. The service allows 63", 0},
	{"rds_long_default_name", rdsTables(`[{ old_name = "` + name63[:50] + `" }]`),
		"has 64 bytes. PostgreSQL allows 63. Set a new_name", 0},
	{"rds_no_time", rdsWith("yesterday",
		`[{ database = "d", schemas = [{ schema = "s", tables = [{ old_name = "t" }] }] }]`),
		`"yesterday" is neither RFC 3339`, 0},
	{"rds_seconds", rdsWith("1688556737",
		`[{ database = "d", schemas = [{ schema = "s", tables = [{ old_name = "t" }] }] }]`), "write 1688556737000", 0},
	{"rds_future", rdsWith("2999-01-01T00:00:00Z",
		`[{ database = "d", schemas = [{ schema = "s", tables = [{ old_name = "t" }] }] }]`),
		"restore_time is 2999-01-01T00:00:00Z, but it is", 0},
	{"rds_empty_region", rdsTables(`[{ old_name = "t" }]`) + "\nregion = \"\"", "region is empty", 0},
	{"rds_timeout", rdsTables(`[{ old_name = "t" }]`) + "\ntimeouts = { create = \"soon\" }", `"soon"`, 0},
	{"rds_negative_timeout", rdsTables(`[{ old_name = "t" }]`) + "\ntimeouts = { create = \"-1.5h\" }",
		`timeouts.create is "-1.5h". A restore cannot end in that time.`, 0},
	{"rds_no_time_to_wait", rdsTables(`[{ old_name = "t" }]`) + "\ntimeouts = { create = \"0s\" }",
		`timeouts.create is "0s". A restore cannot end in that time.`, 0},
	{"rds_no_time_to_update", rdsTables(`[{ old_name = "t" }]`) + "\ntimeouts = { update = \"-0.0m\" }",
		`timeouts.update is "-0.0m". A restore cannot end in that time.`, 0},
	{"rds_zero_timeout", rdsTables(`[{ old_name = "t" }]`) + "\ntimeouts = { create = 0 }",
		`timeouts.create is "0", which has no unit.`, 0},
	{"rds_timeout_without_unit", rdsTables(`[{ old_name = "t" }]`) + "\ntimeouts = { create = \"30\" }",
		`timeouts.create is "30", which has no unit. For minutes, write "30m".`, 0},
	{"rds_two_timeouts", rdsTables(`[{ old_name = "t" }]`) + "\ntimeouts = { create = \"1.5\", update = \"-5m\" }",
		`timeouts.create is "1.5", which has no unit. For minutes, write "1.5m".`, 1},
	{"rds_empty_timeout", rdsTables(`[{ old_name = "t" }]`) + "\ntimeouts = { create = \"\" }", `timeouts.create is ""`, 0},
	{"rds_on_timeout", rdsTables(`[{ old_name = "t" }]`) + "\non_timeout = \"wait\"", `value must be one of`, 0},

	{"dds_nothing", ddsWith("[]"), "restore_collections list must contain at least 1 elements", 0},
	{"dds_no_collections", ddsWith(`[{ database = "d", collections = [] }]`),
		"restore_collections[0].collections list must contain at least 1 elements", 0},
	{"dds_empty_database", ddsWith(`[{ database = "", restore_database_time = ` + when + ` }]`),
		"restore_collections[0].database is empty", 0},
	{"dds_empty_old_name", ddsWith(`[{ database = "d", collections = [{ old_name = "", restore_collection_time = ` +
		when + ` }] }]`), "collections[0].old_name is empty", 0},
	{"dds_both_levels", ddsWith(`[{ database = "d", restore_database_time = ` + when +
		`, collections = [{ old_name = "c", restore_collection_time = ` + when + ` }] }]`),
		`restore_collections[0] (database "d") has restore_database_time, which restores the whole database, as well as collections`, 0},
	{"dds_neither_level", ddsWith(`[{ database = "d" }]`),
		`restore_collections[0] (database "d") has neither restore_database_time nor collections`, 0},
	{"dds_old_name_twice",
		ddsWith(`[{ database = "d", collections = [for n in ["a", "b"] : { old_name = "c", new_name = n, restore_collection_time = ` + when + ` }] }]`), `collections[1].old_name are both "c"`, 0},
	{"dds_equal_targets",
		ddsWith(`[{ database = "d", collections = [for o in ["a", "b"] : { old_name = o, new_name = "c", restore_collection_time = ` + when + ` }] }]`), `would both be restored as "c"`, 0},
	{"dds_equal_default_target",
		ddsWith(`[{ database = "d", collections = [{ old_name = "a", restore_collection_time = "2023-07-05T11:32:17Z" }, { old_name = "b", new_name = "a_bak_1688556737000", restore_collection_time = ` + when + ` }] }]`), `would both be restored as "a_bak_1688556737000"`, 0},
	{"dds_long_latest_name", ddsWith(`[{ database = "d", collections = [{ old_name = "` + strings.Repeat("n", 101) +
		`", restore_collection_time = "latest" }] }]`), "which has 121 characters. DDS restores up to 120. Set a new_name", 0},
	{"dds_database_twice", ddsWith(`[for n in ["a", "b"] : { database = "d", restore_database_time = ` + when + ` }]`),
		`both "d"`, 0},
	{"dds_long_name", ddsWith(`[{ database = "d", collections = [{ old_name = "c", new_name = "` +
		strings.Repeat("n", 119) + `", restore_collection_time = ` + when + ` }] }]`),
		"which has 121 characters. DDS restores up to 120", 0},
	{"dds_long_default_name", ddsWith(`[{ database = "d", collections = [{ old_name = "` + strings.Repeat("n", 101) +
		`", restore_collection_time = ` + when + ` }] }]`), "which has 121 characters. DDS restores up to 120. Set a new_name", 0},
	{"dds_long_old_name", ddsWith(`[{ database = "d", collections = [{ old_name = "` + strings.Repeat("n", 119) +
		`", new_name = "c", restore_collection_time = ` + when + ` }] }]`),
		"which has 121 characters. DDS restores up to 120", 0},
	{"dds_empty_new_name",
		ddsWith(`[{ database = "d", collections = [{ old_name = "c", new_name = "", restore_collection_time = ` + when +
			` }] }]`), "collections[0].new_name is empty", 0},
	{"dds_no_database_time", ddsWith(`[{ database = "d", restore_database_time = "1607762955" }]`), "write 1607762955000",
		0},
	{"dds_no_time", ddsWith(`[{ database = "d", collections = [{ old_name = "c", restore_collection_time = "now" }] }]`),
		`"now" is neither RFC 3339`, 0},
	{"dds_future_database", ddsWith(`[{ database = "d", restore_database_time = "2999-01-01T00:00:00Z" }]`),
		"restore_collections[0].restore_database_time is 2999-01-01T00:00:00Z", 0},
	{"dds_future_collection",
		ddsWith(`[{ database = "d", collections = [{ old_name = "c", restore_collection_time = "2999-01-01T00:00:00Z" }] }]`), "collections[0].restore_collection_time is 2999-01-01T00:00:00Z", 0},

	{"dws_no_tables", dwsWith("d", "[]", "[]"), "restore_table_list list must contain at least 1 elements", 1},
	{"dws_unequal", dwsWith("d", `[{ schema_name = "s", table_name = "t" }]`,
		`[{ schema_name = "s", table_name = "u" }, { schema_name = "s", table_name = "v" }]`),
		"restore_table_list has 1 tables and target_table_list has 2", 0},
	{"dws_empty_database", dwsWith("", `[{ schema_name = "s", table_name = "t" }]`,
		`[{ schema_name = "s", table_name = "u" }]`), "database is empty", 0},
	{"dws_empty_table", dwsWith("d", `[{ schema_name = "s", table_name = "" }]`,
		`[{ schema_name = "s", table_name = "u" }]`), "restore_table_list[0].table_name is empty", 0},
	{"dws_source_twice", dwsWith("d", `[for n in ["t", "T"] : { schema_name = "s", table_name = n }]`,
		`[for n in ["u", "v"] : { schema_name = "s", table_name = n }]`),
		"restore_table_list[0] and restore_table_list[1] are the same table, s.T", 0},
	{"dws_target_twice", dwsWith("d", `[for n in ["t", "u"] : { schema_name = "s", table_name = n }]`,
		`[for n in ["v", "v"] : { schema_name = "s", table_name = n }]`), "One would overwrite the other", 0},
	{"dws_empty_snapshot", strings.Replace(dwsWith("d", `[{ schema_name = "s", table_name = "t" }]`,
		`[{ schema_name = "s", table_name = "u" }]`), `"s"`, `""`, 1), "snapshot_id is empty", 0},
	{"dws_empty_target_schema", dwsWith("d", `[{ schema_name = "s", table_name = "t" }]`,
		`[{ schema_name = "", table_name = "u" }]`), "target_table_list[0].schema_name is empty", 0},
	{"dws_long_source", dwsWith("d", `[{ schema_name = "s", table_name = "`+name64+`" }]`,
		`[{ schema_name = "s", table_name = "u" }]`), "has 64 bytes. The service allows 63", 0},
	{"dws_long_database", dwsWith(name64, `[{ schema_name = "s", table_name = "t" }]`,
		`[{ schema_name = "s", table_name = "u" }]`), "has 64 bytes. The service allows 63", 0},
	{"dws_long_name", dwsWith("d", `[{ schema_name = "s", table_name = "t" }]`,
		`[{ schema_name = "s", table_name = "`+name64+`" }]`), "has 64 bytes. The service allows 63", 0},
	{"dws_bad_target", dwsWith("d", `[{ schema_name = "s", table_name = "t" }]`,
		`[{ schema_name = "s", table_name = "7t" }]`), "A name there must start with a letter or an underscore", 0},
}

// block turns "type: body" into a resource block.
func (i invalid) block() string {
	resourceType, body, _ := strings.Cut(i.resource, ": ")
	return fmt.Sprintf("resource %q %q {\n%s\n}\n", resourceType, i.name, body)
}

func TestInvalidConfigurations(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	var config strings.Builder
	for _, i := range invalids {
		config.WriteString(i.block())
	}
	env.configure(config.String())
	output := env.result("validate", "-json").Output // with ExitError, as asserted by the diagnostics
	var validated struct {
		Diagnostics []struct{ Severity, Address, Summary, Detail string } `json:"diagnostics"`
	}
	if err := json.Unmarshal(output[bytes.IndexByte(output, '{'):], &validated); err != nil {
		t.Fatalf("%v:\n%s", err, output)
	}
	said := map[string][]string{}
	for _, d := range validated.Diagnostics {
		if d.Severity == "error" {
			address, detail := d.Address, strings.Join(strings.Fields(d.Detail), " ")
			said[address] = append(said[address], d.Summary+": "+detail)
		}
	}
	for _, i := range invalids {
		resourceType, _, _ := strings.Cut(i.resource, ":")
		address := resourceType + "." + i.name
		if messages := said[address]; len(messages) != 1+i.more || !strings.Contains(strings.Join(messages, "\n"), i.says) {
			t.Errorf("%s: want %d errors, one that says %q, got %q", address, 1+i.more, i.says, messages)
		}
		delete(said, address)
	}
	if len(said) > 0 {
		t.Errorf("errors about nothing that was asked: %q", said)
	}
	if requests := env.cloud.Requests(); len(requests) > 0 {
		t.Errorf("validation called the cloud: %v", requests)
	}
}

// TestUnknownValuesPlan has every parameter come from something that is not there yet.
func TestUnknownValuesPlan(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.configure(`
resource "terraform_data" "later" {
  input = {
    word      = "w"
    time      = "2023-07-05T11:32:17Z"
    bool      = true
    databases = [{ database = "shop", schemas = [{ schema = "public", tables = [{ old_name = "orders", new_name = null }] }] }]
    tables    = [{ schema_name = "public", table_name = "sales" }]
  }
}
locals { later = terraform_data.later.output }

resource "x_rds_pg_table_pitr" "all" {
  instance_id  = local.later.word
  restore_time = local.later.time
  databases    = local.later.databases
  triggers     = { run = local.later.word }
  region       = local.later.word
}
resource "x_rds_pg_table_pitr" "some" {
  instance_id  = "i"
  restore_time = local.later.time
  databases    = [{ database = "d", schemas = [{ schema = "s", tables = [{ old_name = "a" }, { old_name = local.later.word, new_name = local.later.word }] }] }]
}
resource "x_dds_collection_restore" "all" {
  instance_id         = "i"
  restore_collections = [{ database = local.later.word, restore_database_time = local.later.time }]
}
resource "x_dds_collection_restore" "some" {
  instance_id         = "i"
  restore_collections = [{ database = "d", collections = [{ old_name = local.later.word, restore_collection_time = local.later.time }] }]
}
resource "x_dws_table_restore" "all" {
  snapshot_id        = local.later.word
  database           = local.later.word
  case_sensitive     = local.later.bool
  restore_table_list = local.later.tables
  target_table_list  = [{ schema_name = "s", table_name = "t" }, { schema_name = "s", table_name = local.later.word }]
}
`)
	env.expect(env.plan(), clitest.ExitChanges, "Plan: 6 to add")
	env.expectAccepted(0)
}
