// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"terraform-provider-x/internal/fakecloud"
)

const (
	shortTimeouts = `timeouts = { create = "20s", update = "20s" }`
	resumesIt     = "The apply goes on with a restore that was begun before"
	runsAgain     = "A new restore will be started"
)

// timedOut applies a restore whose job outlasts the timeout, and returns the job's id.
func timedOut(t *testing.T, c restoreCase, more ...string) (*stage, string) {
	t.Helper()
	s := newStage(t)
	s.configure(c.config(t, append(more, shortTimeouts)...))
	s.change("next", "hold", "")
	o := s.apply()
	job := s.expectAccepted(1)[0]
	s.expect(o, 1, "The restore is still running", "Job "+job+" was still running when the timeout of 20s was over", "Apply again")
	s.expectStored(c.address, map[string]any{"job_id": job, "id": job, "status": "Running", "finished_at": nil})
	if !s.stored(c.address).Tainted || s.dependantRan() {
		t.Error("want the restore tainted, and nothing that depends on it")
	}
	return s, job
}

// expectResumed checks that the one restore has come to its end under its one job.
func (s *stage) expectResumed(c restoreCase, job string) {
	s.Helper()
	s.expectAccepted(1)
	s.expectStored(c.address, map[string]any{"job_id": job, "id": job, "status": "Completed"})
	if s.stored(c.address).Tainted || !s.dependantRan() {
		s.Error("want the restore untainted, and what depends on it")
	}
	s.expectNoChanges()
}

func TestTimeoutThenApply(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		s, job := timedOut(t, c)
		s.expect(s.plan(), 2, resumesIt, "Restore job "+job, "is tainted, so")
		s.expect(s.apply(), 1, "The restore is still running", job)
		s.expectAccepted(1)
		s.change(job, "finish", "")
		s.expect(s.apply(), 0, resumesIt, job)
		s.expectResumed(c, job)
	})
}

func TestTimeoutThenUntaintThenApply(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		s, job := timedOut(t, c)
		s.expect(s.run("untaint", c.address), 0)
		o := s.apply()
		s.expect(o, 1, "The restore is still running", job)
		if s.stored(c.address).Tainted {
			t.Error("an update has tainted the restore")
		}
		s.change(job, "finish", "")
		s.expect(s.plan(), 2, "will be updated in-place")
		s.mustApply()
		s.expectResumed(c, job)
	})
}

func TestTimeoutThenJobCompletes(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		s, job := timedOut(t, c)
		s.change(job, "finish", "")
		s.expect(s.apply(), 0, resumesIt)
		s.expectResumed(c, job)
	})
}

func TestTimeoutThenJobFails(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		s, job := timedOut(t, c)
		s.change(job, "fail", "the temporary instance was lost")
		plan := s.plan()
		s.expect(plan, 2, "must be replaced")
		if strings.Contains(plan.output, resumesIt) {
			t.Error("the plan wants to go on with a failed job")
		}
		s.configure(c.config(t)) // with the usual timeouts
		s.mustApply()
		s.expectStored(c.address, map[string]any{"job_id": s.expectAccepted(2)[1], "status": "Completed"})
		s.expectNoChanges()
	})
}

// TestTimeoutWithCreateBeforeDestroy follows the warning of the plan, and then what happens to those who do not.
func TestTimeoutWithCreateBeforeDestroy(t *testing.T) {
	t.Parallel()
	const createBeforeDestroy = "lifecycle {\n create_before_destroy = true\n}"
	t.Run("untaint", func(t *testing.T) {
		forEachRestore(t, func(t *testing.T, c restoreCase) {
			s, job := timedOut(t, c, createBeforeDestroy)
			s.expect(s.plan(), 2, resumesIt, "terraform untaint ADDRESS")
			s.expect(s.run("untaint", c.address), 0)
			s.change(job, "finish", "")
			s.mustApply()
			s.expectResumed(c, job)
		})
	})
	t.Run("apply", func(t *testing.T) {
		forEachRestore(t, func(t *testing.T, c restoreCase) {
			s, job := timedOut(t, c, createBeforeDestroy)
			s.change(job, "finish", "")
			s.expect(s.apply(), 1, resumesIt, "inconsistent final plan")
			if s.dependantRan() {
				t.Error("the dependant ran")
			}
			for range 3 { // what is read and what is planned first differs from time to time
				o := s.apply("-parallelism=1")
				s.expect(o, 1, "terraform state rm ADDRESS", "terraform import ADDRESS "+c.target+"/"+job)
				s.expect(s.apply("-refresh=false"), 1, "terraform state rm ADDRESS", "terraform import ADDRESS "+c.target+"/"+job)
				s.expectAccepted(1)
			}
			s.expect(s.run("state", "rm", c.address), 0)
			s.expect(s.run("import", "-no-color", c.address, c.target+"/"+job), 0)
			s.mustApply()
			s.expectResumed(c, job)
		})
	})
}

func TestTimeoutThenApplyWithoutRefresh(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		s, job := timedOut(t, c, "preflight = false") // without a refresh, the plan does not know that the names are taken by this very restore
		s.change(job, "finish", "")
		s.mustApply("-refresh=false")
		s.expectResumed(c, job)
	})
}

// TestTimeoutThenPlanWithoutRefresh finds the target taken, by the restore itself, which such a plan cannot know.
func TestTimeoutThenPlanWithoutRefresh(t *testing.T) {
	t.Parallel()
	c := restoreCases[2]
	s, job := timedOut(t, c)
	s.change(job, "finish", "")
	s.expect(s.apply("-refresh=false"), 1, "The target exists", "plan with a refresh")
	s.expectAccepted(1)
	s.mustApply()
	s.expectResumed(c, job)
}

func TestTimeoutThenSavedPlan(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		s, job := timedOut(t, c)
		s.expect(s.plan("-out=saved"), 2, resumesIt, job)
		s.change(job, "finish", "")
		s.expect(s.run("apply", "-no-color", "saved"), 0)
		s.expectResumed(c, job)
	})
}

func TestTimeoutThenRefreshOnly(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		s, job := timedOut(t, c)
		s.change(job, "finish", "")
		s.mustApply("-refresh-only")
		s.expectStored(c.address, map[string]any{"job_id": job, "status": "Completed", "finished_at": nil})
		s.mustApply()
		s.expectResumed(c, job)
	})
}

func TestDetachThenApply(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		s := newStage(t)
		s.configure(c.config(t, shortTimeouts, `on_timeout = "detach"`))
		s.change("next", "hold", "")
		o := s.mustApply()
		job := s.expectAccepted(1)[0]
		s.expect(o, 0, "The restore goes on without this apply", "Job "+job)
		s.expectStored(c.address, map[string]any{"job_id": job, "status": "Running", "finished_at": nil})
		if s.stored(c.address).Tainted || !s.dependantRan() {
			t.Error("want the restore untainted, and what depends on it")
		}
		s.change(job, "finish", "")
		s.expect(s.plan(), 2, "will be updated in-place")
		s.mustApply()
		s.expectResumed(c, job)
	})
}

// TestResumedJobFails has the job fail while Update waits for it: the state keeps it, and the next plan says that it runs again.
func TestResumedJobFails(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		s, job := timedOut(t, c)
		s.expect(s.run("untaint", c.address), 0)
		s.configure(c.config(t)) // with the usual timeouts
		p := s.start("apply", "-no-color", "-auto-approve")
		polls := s.cloud.Requests()[c.service][fakecloud.ShowJob]
		s.awaitPolls(c.service, polls+2) // Read's, and one of Update
		s.change(job, "fail", "disk full")
		s.expect(s.end(p), 1, "The restore failed", "Job "+job, "disk full")
		if s.stored(c.address).Tainted {
			t.Error("an update has tainted the restore")
		}
		s.expectStored(c.address, map[string]any{"job_id": job, "status": "Failed"})
		s.expect(s.plan(), 2, runsAgain, "because the earlier one failed", "must be replaced")
		s.mustApply()
		s.expectStored(c.address, map[string]any{"job_id": s.expectAccepted(2)[1], "status": "Completed"})
		s.expectNoChanges()
	})
}

// TestFinishedThenReplaced replaces finished restores in the three ways there are; each is a new restore. It restores DWS
// tables, because DWS overwrites what the first one restored.
func TestFinishedThenReplaced(t *testing.T) {
	t.Parallel()
	c := restoreCases[2]
	for name, again := range map[string]func(*stage) outcome{
		"tainted by hand": func(s *stage) outcome {
			s.expect(s.run("taint", c.address), 0)
			s.expect(s.plan(), 2, "A finished restore will be started once more")
			return s.apply()
		},
		"-replace": func(s *stage) outcome { return s.apply("-replace=" + c.address) },
		"triggers": func(s *stage) outcome {
			s.configure(c.config(s.T, `triggers = { drill = "monday" }`, "allow_overwrite = true"))
			s.expect(s.plan(), 2, runsAgain, "because of a change of triggers", "forces replacement")
			return s.apply()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.configure(c.config(t, "allow_overwrite = true"))
			s.mustApply()
			first := s.expectAccepted(1)[0]
			o := again(s)
			s.expect(o, 0, "The restored objects stay", first)
			s.expectStored(c.address, map[string]any{"job_id": s.expectAccepted(2)[1], "status": "Completed"})
			if !s.dependantRan() {
				t.Error("the dependant did not run")
			}
			s.expectNoChanges()
		})
	}
}

// TestUnfinishedThenReplaceFlag asks for a replacement of a restore that still runs: it is gone on with.
func TestUnfinishedThenReplaceFlag(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		s, job := timedOut(t, c)
		s.expect(s.run("untaint", c.address), 0)
		s.change(job, "finish", "")
		s.mustApply("-replace=" + c.address)
		s.expectResumed(c, job)
	})
}

func TestExpiredRecords(t *testing.T) {
	t.Parallel()
	t.Run("of a finished restore", func(t *testing.T) {
		forEachRestore(t, func(t *testing.T, c restoreCase) {
			s := newStage(t)
			s.configure(c.config(t))
			s.mustApply()
			job := s.expectAccepted(1)[0]
			s.change("*", "expire", "")
			s.expectNoChanges()
			s.expectResumed(c, job)
		})
	})
	t.Run("of an unfinished one, after a week", func(t *testing.T) {
		forEachRestore(t, func(t *testing.T, c restoreCase) {
			s, job := timedOut(t, c)
			s.change(job, "finish", "")
			s.change(job, "expire", "")
			s.submittedAt(s.clock.Now().Add(-8 * 24 * time.Hour))
			s.configure(c.config(t)) // with the usual timeouts
			s.expect(s.apply(), 0, "The record of the restore job has expired", job)
			s.expectAccepted(1)
			s.expectStored(c.address, map[string]any{"job_id": job, "status": "Running"})
			s.expectNoChanges()
		})
	})
	t.Run("that cannot have expired yet", func(t *testing.T) {
		forEachRestore(t, func(t *testing.T, c restoreCase) {
			s, job := timedOut(t, c)
			s.change(job, "expire", "")
			s.configure(c.config(t)) // with the usual timeouts
			s.expect(s.apply(), 1, "The restore could not be followed", job, "terraform state rm ADDRESS")
			s.expectAccepted(1)
			s.expectStored(c.address, map[string]any{"job_id": job, "status": "Running", "finished_at": nil})
			if s.dependantRan() {
				t.Error("the dependant ran")
			}
		})
	})
}

// submittedAt changes when the state says that its restore was submitted.
func (s *stage) submittedAt(moment time.Time) {
	s.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, "terraform.tfstate"))
	if err != nil {
		s.Fatal(err)
	}
	before := regexp.MustCompile(`"submitted_at": "[^"]*"`)
	if !before.Match(text) {
		s.Fatalf("no submitted_at in:\n%s", text)
	}
	s.write("terraform.tfstate", before.ReplaceAllString(string(text), fmt.Sprintf(`"submitted_at": %q`, moment.UTC().Format(time.RFC3339))))
}

func TestRemovedFromConfiguration(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		s := newStage(t)
		s.configure(c.config(t))
		s.mustApply()
		job := s.expectAccepted(1)[0]
		before := fmt.Sprint(s.cloud.Requests())
		s.configure("")
		s.expect(s.apply(), 0, "The restored objects stay", job, fmt.Sprint(evidenceOf[c.name].objects[0]))
		if after := fmt.Sprint(s.cloud.Requests()); after != before {
			t.Errorf("removing called the cloud: %s, then %s", before, after)
		}
		s.expectAccepted(1)
	})
}
