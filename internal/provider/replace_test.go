// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"testing"

	"terraform-provider-x/internal/clitest"
)

// TestFinishedThenReplaced replaces finished restores in the three ways there are; each is a new restore. It restores
// DWS tables, because DWS overwrites what the first one restored.
func TestFinishedThenReplaced(t *testing.T) {
	t.Parallel()
	c := dwsCase
	for name, again := range map[string]func(*testEnv) outcome{
		"tainted by hand": func(env *testEnv) outcome {
			env.expect(env.run("taint", c.address), clitest.ExitOK)
			env.expect(env.plan(), clitest.ExitChanges, "Apply will repeat a finished restore")
			return env.apply()
		},
		"-replace": func(env *testEnv) outcome { return env.apply("-replace=" + c.address) },
		"triggers": func(env *testEnv) outcome {
			env.configure(c.config(env.T, `triggers = { drill = "monday" }`, "allow_overwrite = true"))
			env.expect(env.plan(), clitest.ExitChanges, runsAgain, "because of changes in triggers", "forces replacement")
			return env.apply()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			env.configure(c.config(t, "allow_overwrite = true"))
			env.mustApply()
			first := env.expectAccepted(1)[0]
			o := again(env)
			env.expect(o, clitest.ExitOK, "Restored objects stay", first)
			env.expectStored(c.address, map[string]any{"job_id": env.expectAccepted(2)[1], "status": "Completed"})
			if !env.dependantRan() {
				t.Error("the dependant did not run")
			}
			env.expectNoChanges()
		})
	}
}

// TestUnfinishedThenReplaceFlag asks for a replacement of a restore that still runs: it is resumed.
func TestUnfinishedThenReplaceFlag(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env, job := timedOut(t, c)
		env.expect(env.run("untaint", c.address), clitest.ExitOK)
		env.change(job, "finish", "")
		env.mustApply("-replace=" + c.address)
		env.expectResumed(c, job)
	})
}

func TestRemovedFromConfiguration(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t)
		env.configure(c.config(t))
		env.mustApply()
		job := env.expectAccepted(1)[0]
		before := fmt.Sprint(env.cloud.Requests())
		env.configure("")
		env.expect(env.apply(), clitest.ExitOK, "Restored objects stay", job, fmt.Sprint(evidenceOf[c.name].objects[0]))
		if after := fmt.Sprint(env.cloud.Requests()); after != before {
			t.Errorf("removing called the cloud: %s, then %s", before, after)
		}
		env.expectAccepted(1)
	})
}
