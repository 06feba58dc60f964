// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/fakecloud"
	"terraform-provider-x/internal/pointintime"
)

// evidenceOf is what the state must say of the examples' restores.
var evidenceOf = map[string]struct{ objects, cleanup []any }{
	"rds": {
		[]any{"shop.public.customers_before", "shop.public.orders_1688556737000"},
		[]any{`DROP TABLE "public"."customers_before"; -- in database "shop"`, `DROP TABLE "public"."orders_1688556737000"; -- in database "shop"`},
	},
	"dds": {
		[]any{"app.carts_before", "app.sessions_before", "test.*_bak_<timestamp>"},
		[]any{
			`db.getSiblingDB("app").getCollection("carts_before").drop()`, `db.getSiblingDB("app").getCollection("sessions_before").drop()`,
			`// The service chose the time in the name: db.getSiblingDB("test").getCollection("*_bak_<timestamp>").drop()`,
		},
	},
	"dws": {[]any{"postgres.public.sales_before"}, []any{`DROP TABLE "public"."sales_before"; -- in database "postgres"`}},
}

// moments reads the times of a state, which must be RFC 3339 in UTC.
func (s *stage) moments(values map[string]any, names ...string) map[string]time.Time {
	s.Helper()
	moments := map[string]time.Time{}
	for _, name := range names {
		moment, err := pointintime.Parse(fmt.Sprint(values[name]))
		if err != nil || !strings.HasSuffix(fmt.Sprint(values[name]), "Z") {
			s.Errorf("%s is %v: %v", name, values[name], err)
		}
		moments[name] = moment
	}
	return moments
}

// TestEvidence has services that write their times in UTC, and far to the east of it: RDS and DDS say so, DWS does not.
func TestEvidence(t *testing.T) {
	for _, hours := range []int{0, 8} {
		t.Run(fmt.Sprint(hours), func(t *testing.T) {
			forEachRestore(t, func(t *testing.T, c restoreCase) {
				s := newStage(t, inWorld(func(w *fakecloud.World) { w.ZoneHours = hours }), func(o *fakecloud.Options) { o.JobDuration = 10 * time.Minute })
				s.configure(c.config(t))
				s.mustApply()
				values := s.stored(c.address).Values
				at := s.moments(values, "submitted_at", "started_at", "finished_at", "restored_to")
				if late := at["started_at"].Sub(at["submitted_at"]); late < -time.Second || late > 10*time.Minute {
					t.Errorf("started %s after the submission", late)
				}
				took := at["finished_at"].Sub(at["submitted_at"])
				if took < 10*time.Minute || took > 30*time.Minute || fmt.Sprint(values["duration_seconds"]) != fmt.Sprint(took.Seconds()) {
					t.Errorf("took %s, and says %v s", took, values["duration_seconds"])
				}
				if age := at["submitted_at"].Sub(at["restored_to"]).Round(time.Second); fmt.Sprint(values["data_age_seconds"]) != fmt.Sprintf("%.0f", age.Seconds()) && fmt.Sprint(values["data_age_seconds"]) != fmt.Sprint(age.Seconds()) {
					t.Errorf("the data is %s old, and says %v s", age, values["data_age_seconds"])
				}
				if diff := cmp.Diff(map[string]any{"objects": evidenceOf[c.name].objects, "cleanup": evidenceOf[c.name].cleanup},
					map[string]any{"objects": values["restored_objects"], "cleanup": values["cleanup_statements"]}); diff != "" {
					t.Error(diff)
				}
				s.expectNoChanges()
			})
		})
	}
}

// TestEvidenceOfWhatDidNotEndWell has no objects, and no end that was not seen.
func TestEvidenceOfWhatDidNotEndWell(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		s := newStage(t)
		s.configure(c.config(t, shortTimeouts))
		s.change("next", "hold", "")
		s.expect(s.apply(), 1, "The restore is still running")
		s.expectStored(c.address, map[string]any{
			"started_at": nil, "finished_at": nil, "duration_seconds": nil, "restored_objects": nil, "cleanup_statements": nil,
		})
		if values := s.stored(c.address).Values; values["submitted_at"] == nil || values["data_age_seconds"] == nil {
			t.Errorf("what is known from the beginning is missing: %v", values)
		}
		s.change(s.expectAccepted(1)[0], "fail", "disk full")
		s.configure(c.config(t))
		s.expect(s.run("untaint", c.address), 0)
		s.expect(s.apply("-refresh=false"), 1, "disk full")
		s.expectStored(c.address, map[string]any{"status": "Failed", "restored_objects": nil, "cleanup_statements": nil})
		s.moments(s.stored(c.address).Values, "submitted_at", "started_at", "finished_at")
	})
}

// TestCleanupStatements compares with testdata/cleanup.golden; names come from outside, and none may get out of its quotes.
func TestCleanupStatements(t *testing.T) {
	t.Parallel()
	names := []string{
		"orders", "Orders", "order items", `say "hi"`, `"`, `""; DROP DATABASE shop; --`, "it's", "back\\slash", `\"); db.dropDatabase(); ("`,
		"line\nbreak", "carriage\rreturn", "tab\t", "semi;colon", "-- comment", "/* comment */", "// comment", "$1", "${x}", "`tick`",
		"\u2028separator\u2029", "<timestamp>", "&", "ünïcode", "表", "\x00", "\x7f", "dots.in.name", "'); drop--",
	}
	var lines []string
	for _, name := range names {
		lines = append(lines, fmt.Sprintf("%+q", name), dropTable(name, name, name), dropCollection(name, name))
	}
	// What is only a comment stays one.
	config := rdsPgTablePITRModel{RestoreTime: pointintime.NewValue(pointintime.Latest)}
	databases := rdsPgTablePITRSchema(t.Context()).Attributes["databases"].GetType().(types.ListType).ElemType
	config.Databases, _ = types.ListValueFrom(t.Context(), databases, []rdsDatabaseModel{{
		Database: types.StringValue("shop"), Schemas: []rdsSchemaModel{{
			Schema: types.StringValue("public"), Tables: []rdsTableModel{{OldName: types.StringValue("a\nDROP TABLE customers; --")}},
		}},
	}})
	for _, object := range objectsOfRDSPgTablePITR(t.Context(), config) {
		lines = append(lines, fmt.Sprintf("%+q", object.name), object.cleanup)
	}
	have := strings.Join(lines, "\n") + "\n"
	want, err := os.ReadFile("testdata/cleanup.golden")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), have); diff != "" {
		t.Error(diff)
	}
}

// TestObjectsFolded drops what DWS has made of names that it does not take by the letter.
func TestObjectsFolded(t *testing.T) {
	t.Parallel()
	table := dwsTableRestoreSchema(t.Context()).Attributes["target_table_list"].GetType().(types.ListType).ElemType
	tables, diags := types.ListValueFrom(t.Context(), table, []dwsTableModel{{SchemaName: types.StringValue("Public"), TableName: types.StringValue("Sales_Before")}})
	if diags.HasError() {
		t.Fatal(diags)
	}
	for sensitive, want := range map[bool]restoredObject{
		true:  {"postgres.Public.Sales_Before", `DROP TABLE "Public"."Sales_Before"; -- in database "postgres"`},
		false: {"postgres.public.sales_before", `DROP TABLE "public"."sales_before"; -- in database "postgres"`},
	} {
		have := objectsOfDWSTableRestore(t.Context(), dwsTableRestoreModel{
			Database: types.StringValue("postgres"), CaseSensitive: types.BoolValue(sensitive), RestoreTableList: tables, TargetTableList: tables,
		})
		if len(have) != 1 || have[0] != want {
			t.Errorf("case-sensitive %t: %+v", sensitive, have)
		}
	}
}

func TestTimesOf(t *testing.T) {
	t.Parallel()
	submitted := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	now := submitted.Add(time.Hour)
	in := func(d time.Duration) time.Time { return submitted.Add(d) }
	for name, c := range map[string]struct {
		job          client.Job
		submitted    time.Time
		begun, ended time.Time
	}{
		"as they should be":           {client.Job{Created: in(5 * time.Second), Ended: in(20 * time.Minute)}, submitted, in(5 * time.Second), in(20 * time.Minute)},
		"none":                        {client.Job{}, submitted, time.Time{}, now},
		"a clock that is behind":      {client.Job{Created: in(-3 * time.Minute), Ended: in(20 * time.Minute)}, submitted, in(-3 * time.Minute), in(20 * time.Minute)},
		"another job's":               {client.Job{Created: in(-time.Hour), Ended: in(-30 * time.Minute)}, submitted, time.Time{}, now},
		"yet to come":                 {client.Job{Created: in(8 * time.Hour), Ended: in(9 * time.Hour)}, submitted, time.Time{}, now},
		"without a zone, in UTC":      {client.Job{Created: in(3 * time.Second), Ended: in(20 * time.Minute), NoZone: true}, submitted, in(3 * time.Second), in(20 * time.Minute)},
		"without a zone, in Beijing":  {client.Job{Created: in(8*time.Hour + 3*time.Second), Ended: in(8*time.Hour + 20*time.Minute), NoZone: true}, submitted, in(3 * time.Second), in(20 * time.Minute)},
		"without a zone, in St. John": {client.Job{Created: in(-210*time.Minute + 3*time.Second), Ended: in(-190 * time.Minute), NoZone: true}, submitted, in(3 * time.Second), in(20 * time.Minute)},
		"without a zone nor an end":   {client.Job{Created: in(8 * time.Hour), NoZone: true}, submitted, in(0), now},
		"without a zone, days ago":    {client.Job{Created: in(-72 * time.Hour), Ended: in(-71 * time.Hour), NoZone: true}, submitted, time.Time{}, now},
		"without a zone, begun late":  {client.Job{Created: in(20 * time.Minute), Ended: in(50 * time.Minute), NoZone: true}, submitted, in(20 * time.Minute), in(50 * time.Minute)},
		"no submission known":         {client.Job{Created: in(0), Ended: in(20 * time.Minute)}, time.Time{}, in(0), in(20 * time.Minute)},
		"nor a zone":                  {client.Job{Created: in(0), Ended: in(20 * time.Minute), NoZone: true}, time.Time{}, time.Time{}, now},
	} {
		begun, ended := timesOf(c.job, c.submitted, now)
		if !begun.Equal(c.begun) || !ended.Equal(c.ended) {
			t.Errorf("%s: from %s to %s, want from %s to %s", name, begun, ended, c.begun, c.ended)
		}
	}
}
