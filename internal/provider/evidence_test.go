// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
	"terraform-provider-x/internal/pointintime"
)

// evidenceOf is what the state must say of the examples' restores.
var evidenceOf = map[string]struct{ objects, cleanup []any }{
	"rds": {
		[]any{"shop.public.customers_before", "shop.public.orders_1688556737000"},
		[]any{`DROP TABLE "public"."customers_before"; -- in database "shop"`,
			`DROP TABLE "public"."orders_1688556737000"; -- in database "shop"`},
	},
	"dds": {
		[]any{"app.carts_before", "app.sessions_before", "test.*_bak_<timestamp>"},
		[]any{
			`db.getSiblingDB("app").getCollection("carts_before").drop()`,
			`db.getSiblingDB("app").getCollection("sessions_before").drop()`,
			`// The service chose the timestamp in the name: db.getSiblingDB("test").getCollection("*_bak_<timestamp>").drop()`,
		},
	},
	"dws": {[]any{"postgres.public.sales_before"}, []any{`DROP TABLE "public"."sales_before"; -- in database "postgres"`}},
}

// moments reads the times of a state, which must be RFC 3339 in UTC.
func (env *testEnv) moments(values map[string]any, names ...string) map[string]time.Time {
	env.Helper()
	moments := map[string]time.Time{}
	for _, name := range names {
		moment, err := pointintime.Parse(fmt.Sprint(values[name]))
		if err != nil || !strings.HasSuffix(fmt.Sprint(values[name]), "Z") {
			env.Errorf("%s is %v: %v", name, values[name], err)
		}
		moments[name] = moment
	}
	return moments
}

// TestEvidence has services that write their times in UTC, and far to the east of it: RDS and DDS say so, DWS does not.
func TestEvidence(t *testing.T) {
	t.Parallel()
	for _, hours := range []int{0, 8} {
		t.Run(fmt.Sprint(hours), func(t *testing.T) {
			forEachRestore(t, func(t *testing.T, c restoreCase) {
				env := newTestEnv(t, inWorld(func(w *fakecloud.World) { w.ZoneHours = hours }),
					func(o *fakecloud.Options) { o.JobDuration = 10 * time.Minute })
				env.configure(c.config(t))
				env.mustApply()
				values := env.stored(c.address).Values
				at := env.moments(values, "submitted_at", "started_at", "finished_at", "restored_to")
				job, _ := env.cloud.Job(env.expectAccepted(1)[0])
				for name, moment := range map[string]time.Time{"started_at": job.Created, "finished_at": job.Ended} {
					if apart := at[name].Sub(moment).Abs(); apart > time.Second {
						t.Errorf("%s is %s, and the job's is %s", name, at[name], moment)
					}
				}
				took := at["finished_at"].Sub(at["submitted_at"])
				if took < 10*time.Minute || fmt.Sprint(values["duration_seconds"]) != fmt.Sprint(took.Seconds()) {
					t.Errorf("took %s, and says %v s", took, values["duration_seconds"])
				}
				if age := at["submitted_at"].Sub(at["restored_to"]).Round(time.Second); fmt.Sprint(values["data_age_seconds"]) != fmt.Sprintf("%.0f", age.Seconds()) && fmt.Sprint(values["data_age_seconds"]) != fmt.Sprint(age.Seconds()) {
					t.Errorf("the data is %s old, and says %v s", age, values["data_age_seconds"])
				}
				if diff := cmp.Diff(map[string]any{"objects": evidenceOf[c.name].objects, "cleanup": evidenceOf[c.name].cleanup},
					map[string]any{"objects": values["restored_objects"], "cleanup": values["cleanup_statements"]}); diff != "" {
					t.Error(diff)
				}
				env.expectNoChanges()
			})
		})
	}
}

// TestEvidenceOfASnapshotWithoutZone claims nothing of the age of data when only the zone is missing.
func TestEvidenceOfASnapshotWithoutZone(t *testing.T) {
	t.Parallel()
	c := dwsCase
	env := newTestEnv(t, inWorld(func(w *fakecloud.World) { w.ZoneHours, w.DWSTimesWithoutZone = 8, true }))
	env.configure(c.config(t))
	env.mustApply()
	env.expectAccepted(1)
	env.expectStored(c.address, map[string]any{"status": "Completed", "restored_to": nil, "data_age_seconds": nil})
	env.expectNoChanges()
}

// TestEvidenceOfWhatDidNotEndWell has no objects, and no end that was not seen.
func TestEvidenceOfWhatDidNotEndWell(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t)
		env.configure(c.config(t, shortTimeouts))
		env.change("next", "hold", "")
		env.expect(env.apply(), clitest.ExitError, "Restore is still running")
		env.expectStored(c.address, map[string]any{
			"started_at": nil, "finished_at": nil, "duration_seconds": nil, "restored_objects": nil, "cleanup_statements": nil,
		})
		if values := env.stored(c.address).Values; values["submitted_at"] == nil || values["data_age_seconds"] == nil {
			t.Errorf("what is known from the beginning is missing: %v", values)
		}
		env.change(env.expectAccepted(1)[0], "fail", "disk full")
		env.configure(c.config(t))
		env.expect(env.run("untaint", c.address), clitest.ExitOK)
		env.expect(env.apply("-refresh=false"), clitest.ExitError, "disk full")
		env.expectStored(c.address, map[string]any{"status": "Failed", "restored_objects": nil, "cleanup_statements": nil})
		env.moments(env.stored(c.address).Values, "submitted_at", "started_at", "finished_at")
	})
}
