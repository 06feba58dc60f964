// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"terraform-provider-x/internal/fakecloud"
	"terraform-provider-x/internal/pointintime"
)

// latestCases restore to the newest moment, which the cloud's windows move on with its clock.
var latestCases = []struct {
	restoreCase
	resource string
}{
	{restoreCases[0], `resource "x_rds_pg_table_pitr" "orders" {
  instance_id  = "df29b535eec64ee1b286bd2c62871a9cin03"
  restore_time = "latest"
  databases    = [{ database = "shop", schemas = [{ schema = "public", tables = [{ old_name = "orders" }, { old_name = "customers", new_name = "c_%[1]s" }] }] }]
  %[2]s
}`},
	{restoreCases[1], `resource "x_dds_collection_restore" "before_migration" {
  instance_id = "9136fd2a9fcd405ea4674276ce36dae8in02"
  restore_collections = [
    { database = "app", collections = [{ old_name = "carts", new_name = "c_%[1]s", restore_collection_time = "latest" }] },
    { database = "test", restore_database_time = "latest" },
  ]
  %[2]s
}`},
}

// forEachLatest runs a test for both services that restore to a point in time. The configuration takes a part of the new
// names, and more arguments.
func forEachLatest(t *testing.T, test func(t *testing.T, c restoreCase, config func(part, more string) string)) {
	t.Parallel()
	for _, c := range latestCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			test(t, c.restoreCase, func(part, more string) string { return fmt.Sprintf(c.resource, part, more) })
		})
	}
}

// expectRestoredTo checks that the state says to which moment the cloud was asked to restore, in whatever the accepted restore
// holds, and returns it.
func (s *stage) expectRestoredTo(c restoreCase, index int) string {
	s.Helper()
	said := fmt.Sprint(s.stored(c.address).Values["restored_to"])
	moment, err := pointintime.Parse(said)
	if err != nil || !strings.HasSuffix(said, "Z") {
		s.Fatalf("restored_to is %q: %v", said, err)
	}
	restore := s.cloud.Restores()[index]
	sent, found := 0, 0
	for _, word := range strings.FieldsFunc(string(restore.Body), func(r rune) bool { return strings.ContainsRune(`{}[]:," `, r) }) {
		var number int64
		if json.Unmarshal([]byte(word), &number) == nil && number > 1e12 {
			if sent++; number == moment.UnixMilli() {
				found++
			}
		}
	}
	if sent == 0 || sent != found {
		s.Errorf("restored_to is %s (%d), and sent was %s", said, moment.UnixMilli(), restore.Body)
	}
	return said
}

func TestLatest(t *testing.T) {
	forEachLatest(t, func(t *testing.T, c restoreCase, config func(part, more string) string) {
		s := newStage(t)
		s.configure(config("a", ""))
		before := s.clock.Now()
		o := s.plan()
		s.expect(o, 2, "restored_to", `"latest"`)
		s.mustApply()
		s.expectAccepted(1)
		first := s.expectRestoredTo(c, 0)
		if moment, _ := pointintime.Parse(first); moment.Before(before.Add(-6*time.Minute)) || moment.After(s.clock.Now().Add(-5*time.Minute)) {
			t.Errorf("restored to %s, which was not the newest moment at %s", first, before)
		}
		if moment, _ := pointintime.Parse(first); c.service == fakecloud.RDS {
			s.expectStored(c.address, map[string]any{"restore_time": "latest"})
			if databases := fmt.Sprint(s.stored(c.address).Values["databases"]); !strings.Contains(databases, fmt.Sprintf("new_name:orders_%d old_name:orders", moment.UnixMilli())) {
				t.Errorf("the default name is not that of %s: %s", first, databases)
			}
		}
		requests := fmt.Sprint(s.cloud.Requests())
		s.expectNoChanges()
		s.mustApply()
		if after := fmt.Sprint(s.cloud.Requests()); after != requests {
			t.Errorf("a finished restore was asked about: %s, then %s", requests, after)
		}
		if moment, _ := pointintime.Parse(first); c.service == fakecloud.RDS {
			// The default name written out is still the default name.
			s.configure(strings.Replace(config("a", ""), `old_name = "orders"`, fmt.Sprintf(`old_name = "orders", new_name = "orders_%d"`, moment.UnixMilli()), 1))
			s.expectNoChanges()
		}
		// What calls nothing keeps the moment, too.
		s.configure(config("a", `timeouts = { create = "4h" }`))
		s.expect(s.plan(), 2, "will be updated in-place")
		s.mustApply()
		if again := s.expectRestoredTo(c, 0); again != first {
			t.Errorf("restored_to was %s and is %s", first, again)
		}
		// Another restore is to another latest moment.
		s.configure(config("b", ""))
		s.expect(s.plan(), 2, runsAgain)
		s.mustApply()
		s.expectAccepted(2)
		if second := s.expectRestoredTo(c, 1); second <= first {
			t.Errorf("the second restore went to %s, the first to %s", second, first)
		}
		s.expectNoChanges()
	})
}

// TestLatestIsResolvedOnce resumes restores in every way there is: the moment stays what it was.
func TestLatestIsResolvedOnce(t *testing.T) {
	for name, resume := range map[string]func(s *stage, c restoreCase){
		"replaced":           func(s *stage, _ restoreCase) { s.expect(s.plan(), 2, "The apply goes on with a restore") },
		"untainted":          func(s *stage, c restoreCase) { s.expect(s.run("untaint", c.address), 0) },
		"without a refresh":  func(s *stage, _ restoreCase) { s.mustApply("-refresh=false") },
		"from a saved plan":  func(s *stage, _ restoreCase) { s.expect(s.plan("-out=saved"), 2); s.mustApply("saved") },
		"after it has ended": func(s *stage, _ restoreCase) { s.change(s.expectAccepted(1)[0], "finish", "") },
	} {
		t.Run(name, func(t *testing.T) {
			forEachLatest(t, func(t *testing.T, c restoreCase, config func(part, more string) string) {
				s := newStage(t)
				s.configure(config("a", "preflight = false\n"+shortTimeouts))
				s.change("next", "hold", "")
				s.expect(s.apply(), 1, "The restore is still running")
				first := s.expectRestoredTo(c, 0)
				names := fmt.Sprint(s.stored(c.address).Values)
				s.configure(config("a", "preflight = false"))
				s.change(s.expectAccepted(1)[0], "release", "")
				resume(s, c)
				s.mustApply()
				job := s.expectAccepted(1)[0]
				s.expectStored(c.address, map[string]any{"job_id": job, "status": "Completed", "restored_to": first})
				for _, attribute := range []string{"databases", "restore_collections"} {
					if value := fmt.Sprint(s.stored(c.address).Values[attribute]); !strings.Contains(names, value) {
						t.Errorf("%s is %s, and was\n%s", attribute, value, names)
					}
				}
				s.expectNoChanges()
			})
		})
	}
}

// TestLatestImported takes over a restore of which nobody can tell the moment any more.
func TestLatestImported(t *testing.T) {
	forEachLatest(t, func(t *testing.T, c restoreCase, config func(part, more string) string) {
		s := newStage(t)
		s.configure(config("a", ""))
		s.mustApply()
		job := s.expectAccepted(1)[0]
		s.expect(s.run("state", "rm", c.address), 0)
		s.expect(s.run("import", "-no-color", c.address, c.target+"/"+job), 0)
		s.mustApply()
		s.expectAccepted(1)
		s.expectStored(c.address, map[string]any{"job_id": job, "status": "Completed", "restored_to": nil})
		s.expectNoChanges()
		stays := map[string]string{"rds": "shop.public.orders_<timestamp>", "dds": "test.*_bak_<timestamp>"}[c.name]
		s.expect(s.run("destroy", "-no-color", "-auto-approve"), 0, "The restored objects stay", stays)
	})
}

// TestLatestCannotBeTold starts nothing while the newest moment is not known, whether or not the plan looked.
func TestLatestCannotBeTold(t *testing.T) {
	forEachLatest(t, func(t *testing.T, c restoreCase, config func(part, more string) string) {
		s := newStage(t)
		s.configure(config("a", "preflight = false"))
		s.plant(fakecloud.Fault{Service: c.service, Operation: fakecloud.ListRestoreTime, Kind: fakecloud.FaultStatus, Status: 403, Code: "DBS.280015", Message: "Policy doesn't allow that.", Times: -1})
		s.expect(s.apply(), 1, "The latest moment could not be looked up", "No restore was started", "Policy doesn't allow that.", "write a point in time")
		s.configure(config("a", ""))
		s.expect(s.plan(), 1, "The latest moment could not be looked up", "No restore was started", "Policy doesn't allow that.", "write a point in time")
		s.expectAccepted(0)
	})
}

// TestRestoredTo says the moment of each kind of restore, in the plan where it is known.
func TestRestoredTo(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		s := newStage(t)
		s.configure(c.config(t))
		s.expect(s.plan(), 2, "restored_to", c.moment)
		begun := s.clock.Now().Add(-50 * time.Hour)
		s.mustApply()
		restored := fmt.Sprint(s.stored(c.address).Values["restored_to"])
		moment, err := pointintime.Parse(restored)
		if c.service == fakecloud.DWS && (err != nil || moment.Sub(begun).Abs() > time.Hour) {
			t.Errorf("restored to %s, and the snapshot was begun at %s", restored, begun)
		}
		if c.service != fakecloud.DWS && restored != c.moment {
			t.Errorf("restored to %s, want %s", restored, c.moment)
		}
	})
}

// TestLatestWithItsDefaultNameWrittenOut writes down what the state says that the table is called, while the restore is
// unfinished and tainted. It is still the same restore.
func TestLatestWithItsDefaultNameWrittenOut(t *testing.T) {
	t.Parallel()
	c := restoreCases[0]
	s := newStage(t)
	config := func(name, more string) string {
		return strings.Replace(fmt.Sprintf(latestCases[0].resource, "a", more), `old_name = "orders"`, `old_name = "orders"`+name, 1)
	}
	s.configure(config("", shortTimeouts))
	s.change("next", "hold", "")
	s.expect(s.apply(), 1, "The restore is still running")
	job := s.expectAccepted(1)[0]
	moment, err := pointintime.Parse(s.expectRestoredTo(c, 0))
	if err != nil {
		t.Fatal(err)
	}
	s.configure(config(fmt.Sprintf(`, new_name = "orders_%d"`, moment.UnixMilli()), ""))
	s.expect(s.plan(), 2, "The apply goes on with a restore that was begun before", job)
	s.change(job, "finish", "")
	s.mustApply()
	s.expectAccepted(1)
	s.expectStored(c.address, map[string]any{"job_id": job, "status": "Completed"})
	s.expectNoChanges()
}

// TestLatestImportedWithANameToBeKnown has a name in the plan that is not known yet, of a restore that is taken over.
func TestLatestImportedWithANameToBeKnown(t *testing.T) {
	t.Parallel()
	c := restoreCases[0]
	s := newStage(t)
	s.configure(fmt.Sprintf(latestCases[0].resource, "a", ""))
	s.mustApply()
	job := s.expectAccepted(1)[0]
	s.expect(s.run("state", "rm", c.address), 0)
	s.expect(s.run("import", "-no-color", c.address, c.target+"/"+job), 0)
	s.configure("resource \"terraform_data\" \"name\" {\n input = \"c_a\"\n}\n" +
		strings.Replace(fmt.Sprintf(latestCases[0].resource, "a", ""), `"c_a"`, "terraform_data.name.output", 1))
	s.mustApply()
	s.expectAccepted(1)
	s.expectNoChanges()
}

// TestRestoredToOfAnEarlierVersion goes on with a restore whose state says nothing of the moment, as versions did that had
// no such attribute.
func TestRestoredToOfAnEarlierVersion(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		s := newStage(t)
		s.configure(c.config(t, `on_timeout = "detach"`, shortTimeouts))
		s.change("next", "hold", "")
		s.mustApply()
		for _, attribute := range []string{"restored_to", "data_age_seconds"} {
			s.rewriteState(`"`+attribute+`": (".*"|[0-9]+)`, `"`+attribute+`": null`)
		}
		s.expectStored(c.address, map[string]any{"restored_to": nil, "data_age_seconds": nil})
		s.change(s.expectAccepted(1)[0], "finish", "")
		s.mustApply()
		s.expectAccepted(1)
		values := s.stored(c.address).Values
		if known := values["restored_to"] != nil && values["data_age_seconds"] != nil; known != (c.service != fakecloud.DWS) {
			t.Errorf("restored_to is %v, and the data %v s old", values["restored_to"], values["data_age_seconds"])
		}
		s.expectNoChanges()
	})
}

// rewriteState replaces what a pattern matches, which must be there.
func (s *stage) rewriteState(pattern, with string) {
	s.Helper()
	name := filepath.Join(s.dir, "terraform.tfstate")
	state, err := os.ReadFile(name)
	if err != nil {
		s.Fatal(err)
	}
	written := regexp.MustCompile(pattern).ReplaceAll(state, []byte(with))
	if bytes.Equal(written, state) {
		s.Fatalf("the state has no %s:\n%s", pattern, state)
	}
	s.write("terraform.tfstate", string(written))
}

// TestLatestOfABusyInstance waits until the newest moment can be asked for, and until the restore is accepted. What was filled
// in for a call that was not accepted is filled in anew.
func TestLatestOfABusyInstance(t *testing.T) {
	for _, preflight := range []string{"preflight = false", ""} {
		for _, unfinished := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s %t", preflight, unfinished), func(t *testing.T) {
				forEachLatest(t, func(t *testing.T, c restoreCase, config func(part, more string) string) {
					s := newStage(t)
					busy := fakecloud.Fault{Service: c.service, Kind: fakecloud.FaultStatus, Status: 409, Code: "DBS.200019", Message: "Busy."}
					busy.Operation, busy.Times = fakecloud.ListRestoreTime, 2
					s.plant(busy)
					busy.Operation, busy.Times = c.operation, 2
					s.plant(busy)
					s.configure(config("a", preflight))
					if unfinished {
						s.configure(config("a", preflight+"\n"+`timeouts = { create = "90s", update = "90s" }`))
						s.change("next", "hold", "")
						s.expect(s.apply(), 1, "The restore is still running")
						s.change(s.expectAccepted(1)[0], "finish", "")
					}
					s.mustApply()
					s.expectAccepted(1)
					moment, _ := pointintime.Parse(s.expectRestoredTo(c, 0))
					if name := fmt.Sprintf("orders_%d", moment.UnixMilli()); c.service == fakecloud.RDS && !strings.Contains(string(s.cloud.Restores()[0].Body), name) {
						t.Errorf("the default name is not %s: %s", name, s.cloud.Restores()[0].Body)
					}
					s.expectNoChanges()
				})
			})
		}
	}
}
