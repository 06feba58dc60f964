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

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

const (
	shortTimeouts = `timeouts = { create = "50s", update = "50s" }`
	resumesIt     = "Apply will resume an earlier restore"
	runsAgain     = "Apply will start a new restore"
)

// timedOut applies a restore whose job outlasts the timeout, and returns the job's id.
func timedOut(t *testing.T, c restoreCase, more ...string) (*testEnv, string) {
	t.Helper()
	env := newTestEnv(t)
	env.configure(c.config(t, append(more, shortTimeouts)...))
	env.change("next", "hold", "")
	o := env.apply()
	job := env.expectAccepted(1)[0]
	env.expect(o, clitest.ExitError, "Restore is still running",
		"Job "+job+" was still running after the timeout of 50s", "Apply again")
	env.expectStored(c.address, map[string]any{"job_id": job, "id": job, "status": "Running", "finished_at": nil})
	if !env.stored(c.address).Tainted || env.dependantRan() {
		t.Error("want the restore tainted, and nothing that depends on it")
	}
	return env, job
}

// expectResumed checks that the one restore has come to its end under its one job.
func (env *testEnv) expectResumed(c restoreCase, job string) {
	env.Helper()
	env.expectAccepted(1)
	env.expectStored(c.address, map[string]any{"job_id": job, "id": job, "status": "Completed"})
	if env.stored(c.address).Tainted || !env.dependantRan() {
		env.Error("want the restore untainted, and what depends on it")
	}
	env.expectNoChanges()
}

func TestTimeoutThenApply(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env, job := timedOut(t, c)
		env.expect(env.plan(), clitest.ExitChanges, resumesIt, "restore job "+job, "is tainted, so",
			"the safe way if the resource depends on others that this apply changes")
		env.expect(env.apply(), clitest.ExitError, "Restore is still running", job)
		env.expectAccepted(1)
		env.change(job, "finish", "")
		env.expect(env.apply(), clitest.ExitOK, resumesIt, job)
		env.expectResumed(c, job)
	})
}

func TestTimeoutThenUntaintThenApply(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env, job := timedOut(t, c)
		env.expect(env.run("untaint", c.address), clitest.ExitOK)
		o := env.apply()
		env.expect(o, clitest.ExitError, "Restore is still running", job)
		if env.stored(c.address).Tainted {
			t.Error("an update has tainted the restore")
		}
		env.change(job, "finish", "")
		env.expect(env.plan(), clitest.ExitChanges, "will be updated in-place")
		env.mustApply()
		env.expectResumed(c, job)
	})
}

func TestTimeoutThenJobCompletes(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env, job := timedOut(t, c)
		env.change(job, "finish", "")
		env.expect(env.apply(), clitest.ExitOK, resumesIt)
		env.expectResumed(c, job)
	})
}

func TestTimeoutThenJobFails(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env, job := timedOut(t, c)
		env.change(job, "fail", "the temporary instance was lost")
		plan := env.plan()
		env.expect(plan, clitest.ExitChanges, "must be replaced")
		if strings.Contains(plan.output, resumesIt) {
			t.Error("the plan wants to go on with a failed job")
		}
		env.configure(c.config(t)) // with the usual timeouts
		env.mustApply()
		env.expectStored(c.address, map[string]any{"job_id": env.expectAccepted(2)[1], "status": "Completed"})
		env.expectNoChanges()
	})
}

// TestTimeoutWithCreateBeforeDestroy follows the warning of the plan, and then what happens to those who do not.
func TestTimeoutWithCreateBeforeDestroy(t *testing.T) {
	t.Parallel()
	const createBeforeDestroy = "lifecycle {\n create_before_destroy = true\n}"
	t.Run("untaint", func(t *testing.T) {
		forEachRestore(t, func(t *testing.T, c restoreCase) {
			env, job := timedOut(t, c, createBeforeDestroy)
			env.expect(env.plan(), clitest.ExitChanges, resumesIt, "terraform untaint ADDRESS")
			env.expect(env.run("untaint", c.address), clitest.ExitOK)
			env.change(job, "finish", "")
			env.mustApply()
			env.expectResumed(c, job)
		})
	})
	t.Run("apply", func(t *testing.T) {
		forEachRestore(t, func(t *testing.T, c restoreCase) {
			env, job := timedOut(t, c, createBeforeDestroy)
			env.change(job, "finish", "")
			env.expect(env.apply(), clitest.ExitError, resumesIt, "inconsistent final plan")
			if env.dependantRan() {
				t.Error("the dependant ran")
			}
			for range 3 { // what is read and what is planned first differs from time to time
				o := env.apply("-parallelism=1")
				env.expect(o, clitest.ExitError, "terraform state rm ADDRESS", "terraform import ADDRESS "+c.target+"/"+job)
				env.expect(env.apply("-refresh=false"), clitest.ExitError, "terraform state rm ADDRESS",
					"terraform import ADDRESS "+c.target+"/"+job)
				env.expectAccepted(1)
			}
			env.expect(env.run("state", "rm", c.address), clitest.ExitOK)
			env.expect(env.run("import", "-no-color", c.address, c.target+"/"+job), clitest.ExitOK)
			env.mustApply()
			env.expectResumed(c, job)
		})
	})
}

// TestTimeoutThenApplyWithoutRefresh resumes all the same: Terraform upgrades the state also of what it does not refresh.
func TestTimeoutThenApplyWithoutRefresh(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env, job := timedOut(t, c)
		env.change(job, "finish", "")
		env.expect(env.apply("-refresh=false"), clitest.ExitOK, resumesIt, job)
		env.expectResumed(c, job)
	})
}

func TestTimeoutThenSavedPlan(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env, job := timedOut(t, c)
		env.expect(env.plan("-out=saved"), clitest.ExitChanges, resumesIt, job)
		env.change(job, "finish", "")
		env.expect(env.run("apply", "-no-color", "saved"), clitest.ExitOK)
		env.expectResumed(c, job)
	})
}

func TestTimeoutThenRefreshOnly(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env, job := timedOut(t, c)
		env.change(job, "finish", "")
		env.mustApply("-refresh-only")
		env.expectStored(c.address, map[string]any{"job_id": job, "status": "Completed", "finished_at": nil})
		env.mustApply()
		env.expectResumed(c, job)
	})
}

func TestDetachThenApply(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t)
		env.configure(c.config(t, shortTimeouts, `on_timeout = "detach"`))
		env.change("next", "hold", "")
		o := env.mustApply()
		job := env.expectAccepted(1)[0]
		env.expect(o, clitest.ExitOK, "Restore continues in the background", "Job "+job)
		env.expectStored(c.address, map[string]any{"job_id": job, "status": "Running", "finished_at": nil})
		if env.stored(c.address).Tainted || !env.dependantRan() {
			t.Error("want the restore untainted, and what depends on it")
		}
		env.change(job, "finish", "")
		env.expect(env.plan(), clitest.ExitChanges, "will be updated in-place")
		env.mustApply()
		env.expectResumed(c, job)
	})
}

// TestResumedJobFails has the job fail while Update waits for it: the state keeps it, and the next plan says that it
// runs again.
func TestResumedJobFails(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env, job := timedOut(t, c)
		env.expect(env.run("untaint", c.address), clitest.ExitOK)
		env.configure(c.config(t)) // with the usual timeouts
		p := env.startApply()
		polls := env.cloud.Requests()[c.service][fakecloud.ShowJob]
		env.awaitPolls(c.service, polls+2) // Read's, and one of Update
		env.change(job, "fail", "disk full")
		env.expect(env.end(p), clitest.ExitError, "Restore job failed", "Job "+job, "disk full")
		if env.stored(c.address).Tainted {
			t.Error("an update has tainted the restore")
		}
		env.expectStored(c.address, map[string]any{"job_id": job, "status": "Failed"})
		env.expect(env.plan(), clitest.ExitChanges, runsAgain, "because the earlier job "+job+" failed", "must be replaced")
		env.mustApply()
		env.expectStored(c.address, map[string]any{"job_id": env.expectAccepted(2)[1], "status": "Completed"})
		env.expectNoChanges()
	})
}

func TestExpiredRecords(t *testing.T) {
	t.Parallel()
	t.Run("of a finished restore", func(t *testing.T) {
		forEachRestore(t, func(t *testing.T, c restoreCase) {
			env := newTestEnv(t)
			env.configure(c.config(t))
			env.mustApply()
			job := env.expectAccepted(1)[0]
			env.change("*", "expire", "")
			env.expectNoChanges()
			env.expectResumed(c, job)
		})
	})
	t.Run("of an unfinished one, after a week", func(t *testing.T) {
		forEachRestore(t, func(t *testing.T, c restoreCase) {
			env, job := timedOut(t, c)
			env.change(job, "finish", "")
			env.change(job, "expire", "")
			env.submittedAt(env.clock.Now().Add(-8 * 24 * time.Hour))
			env.configure(c.config(t)) // with the usual timeouts
			env.expect(env.apply(), clitest.ExitOK, "Restore job record has expired", job)
			env.expectAccepted(1)
			env.expectStored(c.address, map[string]any{"job_id": job, "status": "Running"})
			env.expectNoChanges()
		})
	})
	t.Run("that cannot have expired yet", func(t *testing.T) {
		forEachRestore(t, func(t *testing.T, c restoreCase) {
			env, job := timedOut(t, c)
			env.change(job, "expire", "")
			env.configure(c.config(t)) // with the usual timeouts
			env.expect(env.apply(), clitest.ExitError, "Restore status is unknown", job, "terraform state rm ADDRESS")
			env.expectAccepted(1)
			env.expectStored(c.address, map[string]any{"job_id": job, "status": "Running", "finished_at": nil})
			if env.dependantRan() {
				t.Error("the dependant ran")
			}
		})
	})
}

// submittedAt changes when the state says that its restore was submitted.
func (env *testEnv) submittedAt(moment time.Time) {
	env.Helper()
	text, err := os.ReadFile(filepath.Join(env.dir, "terraform.tfstate"))
	if err != nil {
		env.Fatal(err)
	}
	before := regexp.MustCompile(`"submitted_at": "[^"]*"`)
	if !before.Match(text) {
		env.Fatalf("no submitted_at in:\n%s", text)
	}
	env.write("terraform.tfstate", before.ReplaceAllString(string(text),
		fmt.Sprintf(`"submitted_at": %q`, moment.UTC().Format(time.RFC3339))))
}
