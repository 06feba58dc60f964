// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"terraform-provider-x/internal/fakecloud"
)

// author makes up configurations.
type author struct {
	*rand.Rand
	now     time.Time
	moments map[string]time.Time // by how they are written
}

// respelled writes each moment of a configuration in another way.
func (a *author) respelled(config string) string {
	for _, text := range sortedKeys(a.moments) { // in the same order for the same seed
		config = strings.ReplaceAll(config, "_time = "+text, "_time = "+a.spelling(a.moments[text]))
	}
	return config
}

func (a *author) configuration() string { return a.rds() + a.dds() + a.dws() }

func (a *author) maybe() bool { return a.IntN(2) == 0 }

func pick[T any](a *author, from ...T) T { return from[a.IntN(len(from))] }

// some takes a few of the names, at least one, in any order.
func some[T any](a *author, names ...T) []T {
	names = slices.Clone(names)
	a.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	return names[:1+a.IntN(len(names))]
}

// quoted is a string of the configuration language.
func quoted(text string) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // of a string: never an error
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(strings.TrimSpace(out.String()))
}

// moment is one of a window.
func (a *author) moment(from, to time.Time) string {
	at := from.Add(time.Duration(a.Int64N(int64(to.Sub(from))))).Truncate(time.Millisecond)
	if a.maybe() {
		at = at.Truncate(time.Second)
	}
	text := a.spelling(at)
	a.moments[text] = at
	return text
}

// spelling writes a moment in one of many ways.
func (a *author) spelling(at time.Time) string {
	zone := time.FixedZone("", (a.IntN(27*4)-12*4)*15*60)
	milliseconds := strconv.FormatInt(at.UnixMilli(), 10)
	return pick(a, milliseconds, quoted(milliseconds), quoted(at.UTC().Format("2006-01-02T15:04:05.999Z")),
		quoted(at.UTC().Format("2006-01-02T15:04:05.000Z")),
		quoted(at.UTC().Format("2006-01-02T15:04:05.000")+"000+00:00"),
		quoted(at.In(zone).Format("2006-01-02T15:04:05.999Z07:00")))
}

// window is the fixed one, or what there is of the last days.
func (a *author) window(from, to time.Time) (time.Time, time.Time) {
	if a.maybe() {
		return from, to
	}
	return a.now.Add(-6 * 24 * time.Hour), a.now.Add(-time.Hour)
}

// newName is one that nothing has yet.
func (a *author) newName(of string) string {
	return pick(a, of+"_restored", of+" \"restored\"", "Ü"+of, of+"_${copy}", of+"'s; --",
		strings.Repeat("n", 63-len(of))+of)
}

// shared are arguments that all restores have.
func (a *author) shared() string {
	var lines []string
	add := func(texts ...string) {
		if a.maybe() {
			lines = append(lines, "  "+pick(a, texts...))
		}
	}
	add(`region = "eu-west-101"`, `region = null`)
	add(`timeouts = { create = "2h" }`, `timeouts = { update = "90m" }`, `timeouts = { create = "1h", update = "1h30m" }`,
		`timeouts = {}`)
	add(`triggers = { run = "1" }`, `triggers = {}`, `triggers = { a = "é", b = "" }`)
	add(`on_timeout = "detach"`, `on_timeout = "fail"`)
	add(`preflight = true`, `preflight = false`)
	a.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	return strings.Join(lines, "\n")
}

func (a *author) resource(service, arguments string) string {
	resourceType, name, _ := strings.Cut(addressOf[service], ".")
	return fmt.Sprintf("resource %q %q {\n%s\n%s\n}\n", resourceType, name, arguments, a.shared())
}

func (a *author) rds() string {
	there := map[string]map[string][]string{"data1": {"schema1": {"table1", "table2"}},
		"shop": {"public": {"orders", "order_items", "customers"}}}
	instance := "df29b535eec64ee1b286bd2c62871a9cin03"
	if a.IntN(3) == 0 {
		instance = "5f1e6c1d0a8b4d6c9e2b7a3f4c5d6e7fin03"
		delete(there, "data1")
	}
	at := a.moment(a.window(time.Date(2023, 7, 1, 0, 0, 0, 0, time.UTC), time.Date(2023, 7, 8, 0, 0, 0, 0, time.UTC)))
	if a.IntN(4) == 0 {
		at = `"latest"`
	}
	var databases []string
	for _, database := range some(a, sortedKeys(there)...) {
		var schemas []string
		for _, schema := range some(a, sortedKeys(there[database])...) {
			var tables []string
			for _, table := range some(a, there[database][schema]...) {
				if a.maybe() {
					tables = append(tables, fmt.Sprintf("{ old_name = %q }", table))
				} else {
					tables = append(tables, fmt.Sprintf("{ old_name = %q, new_name = %s }", table, quoted(a.newName(table))))
				}
			}
			schemas = append(schemas, fmt.Sprintf("{ schema = %q, tables = [%s] }", schema, strings.Join(tables, ", ")))
		}
		databases = append(databases, fmt.Sprintf("{ database = %q, schemas = [%s] }", database, strings.Join(schemas, ", ")))
	}
	return a.resource(fakecloud.RDS, fmt.Sprintf("  instance_id = %q\n  restore_time = %s\n  databases = [%s]", instance,
		at, strings.Join(databases, ", ")))
}

func (a *author) dds() string {
	there := map[string][]string{"app": {"sessions", "carts"}, "test": {"test", "users"}}
	instance := "9136fd2a9fcd405ea4674276ce36dae8in02"
	if a.IntN(3) == 0 {
		instance = "d5833c2854a4486cb7960f829269e211in02"
		delete(there, "test")
	}
	latest := a.IntN(4) == 0
	from, to := a.window(time.Date(2020, 12, 1, 0, 0, 0, 0, time.UTC), time.Date(2020, 12, 15, 0, 0, 0, 0, time.UTC))
	at := func() string {
		if latest {
			return `"latest"`
		}
		return a.moment(from, to)
	}
	var databases []string
	for _, database := range some(a, sortedKeys(there)...) {
		if a.maybe() {
			databases = append(databases, fmt.Sprintf("{ database = %q, restore_database_time = %s }", database, at()))
			continue
		}
		var collections []string
		for _, collection := range some(a, there[database]...) {
			name := ""
			if a.maybe() {
				name = ", new_name = " + quoted(pick(a, collection+"_restored", collection+".restored", "Ü"+collection,
					collection+" \"x\""))
			}
			collections = append(collections, fmt.Sprintf("{ old_name = %q, restore_collection_time = %s%s }", collection, at(),
				name))
		}
		databases = append(databases, fmt.Sprintf("{ database = %q, collections = [%s] }", database,
			strings.Join(collections, ", ")))
	}
	return a.resource(fakecloud.DDS, fmt.Sprintf("  instance_id = %q\n  restore_collections = [%s]", instance,
		strings.Join(databases, ", ")))
}

func (a *author) dws() string {
	database := pick(a, "postgres", "gaussdb")
	there := map[string][]string{"postgres": {"sales", "stores"}, "gaussdb": {"events"}}[database]
	var from, to []string
	overwrite := a.IntN(3) == 0
	for _, table := range some(a, there...) {
		from = append(from, fmt.Sprintf(`{ schema_name = "public", table_name = %q }`, table))
		target := pick(a, table+"_restored", "_"+table, strings.ToUpper(table), strings.Repeat("n", 63-len(table))+table)
		if overwrite && a.maybe() {
			target = table
		}
		to = append(to, fmt.Sprintf(`{ schema_name = "public", table_name = %q }`, target))
	}
	more := ""
	if overwrite {
		more = "\n  allow_overwrite = true"
	}
	snapshot := pick(a, "c719b1a7-c85c-4cb5-a721-7694908c2c11", "2a4d0f86-67cd-408a-8b66-017454fb7793")
	return a.resource(fakecloud.DWS,
		fmt.Sprintf("  snapshot_id = %q\n  database = %q\n  case_sensitive = %t\n  restore_table_list = [%s]\n  target_table_list = [%s]%s",
			snapshot, database, a.maybe(), strings.Join(from, ", "), strings.Join(to, ", "), more))
}

func sortedKeys[V any](of map[string]V) []string {
	var keys []string
	for key := range of {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
