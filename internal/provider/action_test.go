// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

// action is the case's restore as an action, invoked by Terraform when the resource beside it has been made.
func (c restoreCase) action(t *testing.T, more ...string) string {
	resourceType, name, _ := strings.Cut(c.address, ".")
	text := strings.TrimRight(example(t, "actions/"+resourceType+"/action.tf"), "\n")
	text = strings.TrimSuffix(text, "  }\n}") + strings.Join(more, "\n") + "\n  }\n}\n"
	return text + fmt.Sprintf(`
resource "terraform_data" "trigger" {
  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.%s.%s]
    }
  }
}
resource "terraform_data" "dependant" {
  input = terraform_data.trigger.id
}
`, resourceType, name)
}

// invoke names the action in a command.
func (c restoreCase) invoke() string { return "-invoke=action." + c.address }

// restoredNames are what the last message lists.
func (c restoreCase) restoredNames() string {
	var names []string
	for _, name := range evidenceOf[c.name].objects {
		names = append(names, fmt.Sprint(name))
	}
	return strings.Join(names, ", ")
}

// forEachAction runs a test where the CLI knows actions: Terraform from 1.14 on. Any other refuses the block, and the
// resources beside it go on working, as all other tests show.
func forEachAction(t *testing.T, test func(t *testing.T, c restoreCase)) {
	forEachRestore(t, func(t *testing.T, c restoreCase) { forActions(t, c, test) })
}

// forActions is forEachAction for one restore.
func forActions(t *testing.T, c restoreCase, test func(t *testing.T, c restoreCase)) {
	t.Helper()
	env := newTestEnv(t)
	version := env.run("version").output
	if strings.HasPrefix(version, "OpenTofu") || strings.HasPrefix(version, "Terraform v1.11.") {
		env.configure(c.action(t))
		env.expect(env.plan(), clitest.ExitError, `Blocks of type "action" are not expected here`)
		return
	}
	test(t, c)
}

func TestActionInvoked(t *testing.T) {
	forEachAction(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t)
		env.configure(c.action(t))
		env.expect(env.run("plan", "-no-color", c.invoke()), clitest.ExitOK, "1 to invoke")
		env.expectAccepted(0)
		env.change("next", "hold", "")
		p := env.startApply(c.invoke())
		env.awaitOutput(p, "so far.")
		job := env.expectAccepted(1)[0]
		env.change(job, "finish", "")
		env.expect(env.end(p), clitest.ExitOK, "Accepted as job "+job, "Job "+job+" is running", "so far.",
			"Job "+job+" completed after", ": "+c.restoredNames())
		if resources := env.resources(); len(resources) > 0 {
			t.Errorf("the state holds %v", resources)
		}
		// Each invocation is a restore: this one's targets are taken, and DWS would overwrite them.
		if c.service == fakecloud.DWS {
			env.expect(env.apply(c.invoke()), clitest.ExitError, "Target table already exists", "No restore was started.")
			env.expectAccepted(1)
		}
	})
}

func TestActionTriggered(t *testing.T) {
	forEachAction(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t).withRaceDetector()
		env.configure(c.action(t))
		o := env.mustApply()
		job := env.expectAccepted(1)[0]
		env.expect(o, clitest.ExitOK, "Accepted as job "+job, "Job "+job+" completed after")
		env.expectNoChanges()
		env.expectAccepted(1)
	})
}

func TestActionRefusedInThePlan(t *testing.T) {
	forEachAction(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t)
		env.configure(strings.ReplaceAll(c.action(t), c.target, "nobody"))
		env.expect(env.plan(c.invoke()), clitest.ExitError, "not found", "No restore was started.")
		env.expect(env.plan(), clitest.ExitError, "not found", "No restore was started.")
		env.expectAccepted(0)
	})
}

func TestActionOfAJobThatFails(t *testing.T) {
	forEachAction(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t)
		env.configure(c.action(t))
		env.change("next", "fail", "disk full")
		env.expect(env.apply(c.invoke()), clitest.ExitError, "Restore job failed", "disk full",
			"terraform apply -invoke=action.TYPE.NAME")
		env.expectAccepted(1)
	})
}

func TestActionTimeout(t *testing.T) {
	t.Parallel()
	for name, more := range map[string]string{"fail": "", "detach": `on_timeout = "detach"`} {
		t.Run(name, func(t *testing.T) {
			forEachAction(t, func(t *testing.T, c restoreCase) {
				env := newTestEnv(t)
				env.configure(c.action(t, `timeouts = { invoke = "30s" }`, more))
				env.change("next", "hold", "")
				o := env.apply(c.invoke())
				job := env.expectAccepted(1)[0]
				says := map[string]string{"fail": "Restore is still running",
					"detach": "Restore continues in the background"}[name]
				env.expect(o, map[string]int{"fail": clitest.ExitError, "detach": clitest.ExitOK}[name], says,
					"Job "+job+" continues in the cloud", "terraform import ADDRESS "+c.target+"/"+job)
				// Invoked again while that one runs, it does not restore twice.
				env.configure(c.action(t, "preflight = false"))
				env.expect(env.apply(c.invoke()), clitest.ExitError, "A restore is already running")
				env.expectAccepted(1)
			})
		})
	}
}

// TestActionBeforeCreate has an action time out before what it is to happen before. Nothing remembers its job, so each
// later apply invokes it again: in vain while that runs, and once it has completed, too, because the names are taken.
func TestActionBeforeCreate(t *testing.T) {
	forEachAction(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t, listsAfter(0))
		config := func(more ...string) string {
			return strings.Replace(c.action(t, more...), "after_create", "before_create", 1)
		}
		env.configure(config(`timeouts = { invoke = "30s" }`))
		env.change("next", "hold", "")
		env.expect(env.apply(), clitest.ExitError, "Restore is still running")
		job := env.expectAccepted(1)[0]
		env.configure(config("preflight = false"))
		env.expect(env.apply(), clitest.ExitError, "A restore is already running", c.listed(job))
		env.change(job, "finish", "")
		env.configure(config())
		switch o := env.apply(); c.service {
		case fakecloud.RDS: // of which no page says what it does then; in the stand-in, the second job fails
			env.expect(o, clitest.ExitError, "New name may be taken", "Restore job failed")
			env.expectAccepted(2)
		case fakecloud.DDS:
			env.expect(o, clitest.ExitError, "New name is taken", "No restore was started.")
			env.expectAccepted(1)
		case fakecloud.DWS:
			env.expect(o, clitest.ExitError, "Target table already exists", "No restore was started.")
			env.expectAccepted(1)
		}
		if resources := env.resources(); len(resources) > 0 {
			t.Errorf("the state holds %v", resources)
		}
	})
}

// TestActionOfAWholeDatabase invokes an action again whose names the service chooses, so that nothing collides.
func TestActionOfAWholeDatabase(t *testing.T) {
	t.Parallel()
	forActions(t, ddsCase, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t, listsAfter(0))
		env.configure(`action "x_dds_collection_restore" "before_migration" {
  config {
    instance_id         = "9136fd2a9fcd405ea4674276ce36dae8in02"
    restore_collections = [{ database = "test", restore_database_time = "2020-12-12T08:49:15Z" }]
  }
}
`)
		for count := range 2 {
			env.expect(env.apply(c.invoke()), clitest.ExitOK, "test.*_bak_<timestamp>")
			env.expectAccepted(count + 1)
		}
	})
}

// TestActionInterrupted stops the CLI as a terminal does, and as a pipeline does. The id of the job was said before
// that, too.
func TestActionInterrupted(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]syscall.Signal{"interrupt": syscall.SIGINT, "terminate": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			forEachAction(t, func(t *testing.T, c restoreCase) {
				env := newTestEnv(t).withRaceDetector()
				env.configure(c.action(t))
				env.change("next", "hold", "")
				// Terraform drops what is said after something else that was said after the signal: the look that is on its way
				// then is not answered.
				env.plant(fakecloud.Fault{Service: c.service, Operation: fakecloud.ShowJob, Kind: fakecloud.FaultDelay,
					Delay: time.Hour, Times: -1})
				p := env.startApply(c.invoke())
				env.awaitOutput(p, "Accepted as job") // which Terraform may print after the first look
				env.awaitPolls(c.service, 1)
				job := env.expectAccepted(1)[0]
				env.signalGroup(p, signal)
				env.expect(env.end(p), clitest.ExitError, "Accepted as job "+job, "Stopped waiting for the restore",
					"Job "+job+" continues in the cloud", "terraform import ADDRESS "+c.target+"/"+job)
				env.expectAccepted(1)
			})
		})
	}
}

// TestActionInterruptedWhileSent stops the CLI while the answer to the restore call is on its way: it is waited for,
// and its job is said.
func TestActionInterruptedWhileSent(t *testing.T) {
	forEachAction(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t)
		env.configure(c.action(t))
		// Long enough for the stop to arrive first: what is said between Terraform's stop and the provider's costs the error.
		env.plant(fakecloud.Fault{Service: c.service, Operation: c.operation, Kind: fakecloud.FaultDelay,
			Delay: time.Minute})
		p := env.startApply(c.invoke())
		env.await(func() bool { return len(env.cloud.Restores()) == 1 })
		env.signalGroup(p, syscall.SIGINT)
		job := env.expectAccepted(1)[0]
		env.expect(env.end(p), clitest.ExitError, "Stopped waiting for the restore", "Job "+job+" continues in the cloud")
	})
}

// TestCounter waits while actions begin and end.
func TestCounter(t *testing.T) {
	t.Parallel()
	s := &counter{}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 2000 {
				s.count(1)
				s.count(-1)
			}
		})
		all.Go(func() {
			for range 2000 {
				<-s.ended()
			}
		})
	}
	all.Wait()
	s.count(1)
	ended := s.ended()
	select {
	case <-ended:
		t.Error("ended while one runs")
	default:
	}
	s.count(-1)
	<-ended
}
