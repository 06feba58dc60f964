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
	"terraform-provider-x/internal/pointintime"
)

// latestCases restore to the newest moment, which the cloud's windows move on with its clock.
var latestCases = []struct {
	restoreCase
	resource string
}{
	{rdsCase, `resource "x_rds_pg_table_pitr" "orders" {
  instance_id  = "df29b535eec64ee1b286bd2c62871a9cin03"
  restore_time = "latest"
  databases    = [{ database = "shop", schemas = [{ schema = "public", tables = [{ old_name = "orders" }, { old_name = "customers", new_name = "c_%[1]s" }] }] }]
  %[2]s
}`},
	{ddsCase, `resource "x_dds_collection_restore" "before_migration" {
  instance_id = "9136fd2a9fcd405ea4674276ce36dae8in02"
  restore_collections = [
    { database = "app", collections = [
      { old_name = "carts", new_name = "c_%[1]s", restore_collection_time = "latest" },
      { old_name = "sessions", restore_collection_time = "latest" },
    ] },
    { database = "test", restore_database_time = "latest" },
  ]
  %[2]s
}`},
}

// forEachLatest runs a test for both services that restore to a point in time. The configuration takes a part of the
// new names, and more arguments.
func forEachLatest(t *testing.T, test func(t *testing.T, c restoreCase, config func(part, more string) string)) {
	t.Parallel()
	for _, c := range latestCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			test(t, c.restoreCase, func(part, more string) string { return fmt.Sprintf(c.resource, part, more) })
		})
	}
}

// expectRestoredTo checks that the state says to which moment the cloud was asked to restore, in whatever the accepted
// restore holds, and returns it.
func (env *testEnv) expectRestoredTo(c restoreCase, index int) string {
	env.Helper()
	said := fmt.Sprint(env.stored(c.address).Values["restored_to"])
	moment, err := pointintime.Parse(said)
	if err != nil || !strings.HasSuffix(said, "Z") {
		env.Fatalf("restored_to is %q: %v", said, err)
	}
	restore := env.cloud.Restores()[index]
	sent, found := 0, 0
	for _, word := range strings.FieldsFunc(string(restore.Body),
		func(r rune) bool { return strings.ContainsRune(`{}[]:," `, r) }) {
		var number int64
		if json.Unmarshal([]byte(word), &number) == nil && number > 1e12 {
			if sent++; number == moment.UnixMilli() {
				found++
			}
		}
	}
	if sent == 0 || sent != found {
		env.Errorf("restored_to is %s (%d), and sent was %s", said, moment.UnixMilli(), restore.Body)
	}
	return said
}

func TestLatest(t *testing.T) {
	forEachLatest(t, func(t *testing.T, c restoreCase, config func(part, more string) string) {
		env := newTestEnv(t)
		env.configure(config("a", ""))
		before := env.clock.Now()
		o := env.plan()
		env.expect(o, clitest.ExitChanges, "restored_to", `"latest"`)
		env.mustApply()
		env.expectAccepted(1)
		first := env.expectRestoredTo(c, 0)
		if moment, _ := pointintime.Parse(first); moment.Before(before.Add(-6*time.Minute)) ||
			moment.After(env.clock.Now().Add(-5*time.Minute)) {
			t.Errorf("restored to %s, which was not the newest moment at %s", first, before)
		}
		if moment, _ := pointintime.Parse(first); c.service == fakecloud.RDS {
			env.expectStored(c.address, map[string]any{"restore_time": "latest"})
			if databases := fmt.Sprint(env.stored(c.address).Values["databases"]); !strings.Contains(databases,
				fmt.Sprintf("new_name:orders_%d old_name:orders", moment.UnixMilli())) {
				t.Errorf("the default name is not that of %s: %s", first, databases)
			}
		}
		requests := fmt.Sprint(env.cloud.Requests())
		env.expectNoChanges()
		env.mustApply()
		if after := fmt.Sprint(env.cloud.Requests()); after != requests {
			t.Errorf("a finished restore was asked about: %s, then %s", requests, after)
		}
		if moment, _ := pointintime.Parse(first); c.service == fakecloud.RDS {
			// The default name written out is still the default name.
			env.configure(strings.Replace(config("a", ""), `old_name = "orders"`,
				fmt.Sprintf(`old_name = "orders", new_name = "orders_%d"`, moment.UnixMilli()), 1))
			env.expectNoChanges()
		}
		// What calls nothing keeps the moment, too.
		env.configure(config("a", `timeouts = { create = "4h" }`))
		env.expect(env.plan(), clitest.ExitChanges, "will be updated in-place")
		env.mustApply()
		if again := env.expectRestoredTo(c, 0); again != first {
			t.Errorf("restored_to was %s and is %s", first, again)
		}
		// Another restore is to another latest moment.
		env.configure(config("b", ""))
		env.expect(env.plan(), clitest.ExitChanges, runsAgain)
		env.mustApply()
		env.expectAccepted(2)
		if second := env.expectRestoredTo(c, 1); second <= first {
			t.Errorf("the second restore went to %s, the first to %s", second, first)
		}
		env.expectNoChanges()
	})
}

// TestLatestIsResolvedOnce resumes restores in every way there is: the moment stays what it was.
func TestLatestIsResolvedOnce(t *testing.T) {
	t.Parallel()
	for name, resume := range map[string]func(env *testEnv, c restoreCase){
		"replaced": func(env *testEnv, _ restoreCase) {
			env.expect(env.plan(), clitest.ExitChanges, "Apply will resume an earlier restore")
		},
		"untainted":         func(env *testEnv, c restoreCase) { env.expect(env.run("untaint", c.address), clitest.ExitOK) },
		"without a refresh": func(env *testEnv, _ restoreCase) { env.mustApply("-refresh=false") },
		"from a saved plan": func(env *testEnv, _ restoreCase) {
			env.expect(env.plan("-out=saved"), clitest.ExitChanges)
			env.mustApply("saved")
		},
		"after it has ended": func(env *testEnv, _ restoreCase) { env.change(env.expectAccepted(1)[0], "finish", "") },
	} {
		t.Run(name, func(t *testing.T) {
			forEachLatest(t, func(t *testing.T, c restoreCase, config func(part, more string) string) {
				env := newTestEnv(t)
				env.configure(config("a", "preflight = false\n"+shortTimeouts))
				env.change("next", "hold", "")
				env.expect(env.apply(), clitest.ExitError, "Restore is still running")
				first := env.expectRestoredTo(c, 0)
				names := fmt.Sprint(env.stored(c.address).Values)
				env.configure(config("a", "preflight = false"))
				env.change(env.expectAccepted(1)[0], "release", "")
				resume(env, c)
				env.mustApply()
				job := env.expectAccepted(1)[0]
				env.expectStored(c.address, map[string]any{"job_id": job, "status": "Completed", "restored_to": first})
				for _, attribute := range []string{"databases", "restore_collections"} {
					if value := fmt.Sprint(env.stored(c.address).Values[attribute]); !strings.Contains(names, value) {
						t.Errorf("%s is %s, and was\n%s", attribute, value, names)
					}
				}
				env.expectNoChanges()
			})
		})
	}
}

// TestLatestImported takes over a restore of which nobody can tell the moment any more.
func TestLatestImported(t *testing.T) {
	forEachLatest(t, func(t *testing.T, c restoreCase, config func(part, more string) string) {
		env := newTestEnv(t)
		env.configure(config("a", ""))
		env.mustApply()
		job := env.expectAccepted(1)[0]
		env.expect(env.run("state", "rm", c.address), clitest.ExitOK)
		env.expect(env.run("import", "-no-color", c.address, c.target+"/"+job), clitest.ExitOK)
		env.mustApply()
		env.expectAccepted(1)
		env.expectStored(c.address, map[string]any{"job_id": job, "status": "Completed", "restored_to": nil})
		env.expectNoChanges()
		stays := map[string]string{"rds": "shop.public.orders_<timestamp>", "dds": "test.*_bak_<timestamp>"}[c.name]
		env.expect(env.run("destroy", "-no-color", "-auto-approve"), clitest.ExitOK, "Restored objects stay", stays)
	})
}

// TestLatestCannotBeTold starts nothing while the newest moment is not known, whether or not the plan looked.
func TestLatestCannotBeTold(t *testing.T) {
	forEachLatest(t, func(t *testing.T, c restoreCase, config func(part, more string) string) {
		env := newTestEnv(t)
		env.configure(config("a", "preflight = false"))
		env.plant(fakecloud.Fault{Service: c.service, Operation: fakecloud.ListRestoreTime, Kind: fakecloud.FaultStatus,
			Status: 403, Code: "DBS.280015", Message: "Policy doesn't allow that.", Times: -1})
		env.expect(env.apply(), clitest.ExitError, "Latest restore time is unknown", "No restore was started",
			"Policy doesn't allow that.", "set a point in time")
		env.configure(config("a", ""))
		env.expect(env.plan(), clitest.ExitError, "Latest restore time is unknown", "No restore was started",
			"Policy doesn't allow that.", "set a point in time")
		env.expectAccepted(0)
	})
}

// TestRestoredTo says the moment of each kind of restore, in the plan where it is known.
func TestRestoredTo(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t)
		env.configure(c.config(t))
		env.expect(env.plan(), clitest.ExitChanges, "restored_to", c.moment)
		begun := env.clock.Now().Add(-50 * time.Hour)
		env.mustApply()
		restored := fmt.Sprint(env.stored(c.address).Values["restored_to"])
		moment, err := pointintime.Parse(restored)
		if c.service == fakecloud.DWS && (err != nil || moment.Sub(begun).Abs() > time.Hour) {
			t.Errorf("restored to %s, and the snapshot was begun at %s", restored, begun)
		}
		if c.service != fakecloud.DWS && restored != c.moment {
			t.Errorf("restored to %s, want %s", restored, c.moment)
		}
	})
}

// TestLatestOfABusyInstance waits until the newest moment can be asked for, and until the restore is accepted. What was
// filled in for a call that was not accepted is filled in anew.
func TestLatestOfABusyInstance(t *testing.T) {
	t.Parallel()
	for _, preflight := range []string{"preflight = false", ""} {
		for _, unfinished := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s %t", preflight, unfinished), func(t *testing.T) {
				forEachLatest(t, func(t *testing.T, c restoreCase, config func(part, more string) string) {
					env := newTestEnv(t)
					busy := fakecloud.Fault{Service: c.service, Kind: fakecloud.FaultStatus, Status: 409, Code: "DBS.200019",
						Message: "Busy."}
					busy.Operation, busy.Times = fakecloud.ListRestoreTime, 2
					env.plant(busy)
					busy.Operation, busy.Times = c.operation, 2
					env.plant(busy)
					env.configure(config("a", preflight))
					if unfinished {
						env.configure(config("a", preflight+"\n"+`timeouts = { create = "5m", update = "5m" }`))
						env.change("next", "hold", "")
						env.expect(env.apply(), clitest.ExitError, "Restore is still running")
						env.change(env.expectAccepted(1)[0], "finish", "")
					}
					env.mustApply()
					env.expectAccepted(1)
					moment, _ := pointintime.Parse(env.expectRestoredTo(c, 0))
					if name := fmt.Sprintf("orders_%d", moment.UnixMilli()); c.service == fakecloud.RDS &&
						!strings.Contains(string(env.cloud.Restores()[0].Body), name) {
						t.Errorf("the default name is not %s: %s", name, env.cloud.Restores()[0].Body)
					}
					env.expectNoChanges()
				})
			})
		}
	}
}
