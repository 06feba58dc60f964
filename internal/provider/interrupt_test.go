// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

// waiting starts an apply with the released provider, on the system's clock, and returns once it waits for its job.
func waiting(t *testing.T, c restoreCase) (env *testEnv, p *clitest.Command, job string) {
	t.Helper()
	return waitingUnder(t, c, "")
}

// waitingUnder is waiting, but another program starts the CLI; "" is none.
func waitingUnder(t *testing.T, c restoreCase, program string) (env *testEnv, p *clitest.Command, job string) {
	t.Helper()
	env = newTestEnv(t, func(o *fakecloud.Options) { o.Now = nil })
	env.provider, env.clock = releasedProvider, clitest.NewClock(1)
	env.configure(c.config(t))
	env.change("next", "hold", "")
	cli := env.cli()
	if program != "" {
		script := filepath.Join(t.TempDir(), "cli")
		text := fmt.Sprintf("#!/bin/sh\nexec %s '%s' \"$@\"\n", program, cli.Path)
		if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
		cli.Path = script
	}
	p, err := cli.Start(context.Background(), "apply", "-no-color", "-auto-approve")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.End)
	env.awaitPolls(c.service, 1)
	return env, p, env.expectAccepted(1)[0]
}

func TestSignals(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]func(p *clitest.Command) error{
		"Ctrl-C in a terminal":         func(p *clitest.Command) error { return p.SignalGroup(syscall.SIGINT) },
		"SIGTERM to the CLI":           func(p *clitest.Command) error { return p.Signal(syscall.SIGTERM) },
		"SIGTERM to the process group": func(p *clitest.Command) error { return p.SignalGroup(syscall.SIGTERM) },
	} {
		t.Run(name, func(t *testing.T) {
			forEachRestore(t, func(t *testing.T, c restoreCase) {
				env, p, job := waiting(t, c)
				polls := env.cloud.Requests()
				if err := signal(p); err != nil {
					t.Fatal(err)
				}
				o := env.end(p)
				env.expect(o, clitest.ExitError, "Stopped waiting for the restore", "Job "+job)
				// A poll may have been on its way when the signal came; nothing is sent after that.
				if more := env.cloud.Requests()[c.service][fakecloud.ShowJob] - polls[c.service][fakecloud.ShowJob]; more > 1 {
					t.Errorf("%d calls after the signal", more)
				}
				env.expectStored(c.address, map[string]any{"job_id": job, "status": "Running", "finished_at": nil})
				if env.stored(c.address).Tainted || env.dependantRan() {
					t.Error("want the restore untainted, and nothing that depends on it")
				}
				env.change(job, "finish", "")
				env.mustApply()
				env.expectResumed(c, job)
			})
		})
	}
}

// TestHangUp closes the terminal, as a dropped SSH session does. That ends the CLI at once, and with it the state
// (measured with Terraform 1.11.4, 1.16.0 and OpenTofu 1.12.6): the next apply finds the job.
func TestHangUp(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env, p, job := waiting(t, c)
		provider := env.providerOf(p)
		env.signalGroup(p, syscall.SIGHUP)
		env.expect(env.end(p), -1)
		awaitExit(t, provider) // it does not outlive the CLI
		env.importRefused(c, job)
		if env.dependantRan() {
			t.Error("the dependant ran")
		}
		env.change(job, "finish", "")
		env.mustApply()
		env.expectResumed(c, job)
	})
}

// awaitExit returns once a process that is no child of this one has ended, which sends no event.
func awaitExit(t *testing.T, pid int) {
	t.Helper()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for limit := time.After(hung); !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH); {
		select {
		case <-look.C:
		case <-limit:
			t.Fatalf("process %d still runs", pid)
		}
	}
}

// TestHangUpUnderNohup closes the terminal of an apply that ignores it, and so does the provider that it has started.
func TestHangUpUnderNohup(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env, p, job := waitingUnder(t, c, "nohup")
		env.signalGroup(p, syscall.SIGHUP)
		env.change(job, "finish", "")
		env.expect(env.end(p), clitest.ExitOK)
		env.expectStored(c.address, map[string]any{"job_id": job, "status": "Completed"})
		env.expectResumed(c, job)
	})
}

// TestHangUpOfTheProvider sends SIGHUP to the provider alone, as to a CLI that outlives the session in another way.
func TestHangUpOfTheProvider(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env, p, job := waiting(t, c)
		if err := syscall.Kill(env.providerOf(p), syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		env.awaitPolls(c.service, env.cloud.Requests()[c.service][fakecloud.ShowJob]+1)
		env.change(job, "finish", "")
		env.expect(env.end(p), clitest.ExitOK)
		env.expectResumed(c, job)
	})
}

// TestDoubleInterrupt sends the second Ctrl-C as soon as the CLI has said that it heard the first, sooner than any hand
// can. The CLI then exits at once, and it is chance whether it has written the state. Either way the job is found
// again.
func TestDoubleInterrupt(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env, p, job := waiting(t, c)
		for range 2 {
			env.signalGroup(p, syscall.SIGINT)
			env.awaitOutput(p, "Interrupt received")
		}
		env.expect(env.end(p), clitest.ExitError)
		if _, kept := env.resources()[c.address]; !kept {
			env.importRefused(c, job)
		}
		env.change(job, "finish", "")
		env.mustApply()
		env.expectResumed(c, job)
	})
}

// importRefused applies what was lost from the state while its job runs, is refused, and follows the refusal's advice.
func (env *testEnv) importRefused(c restoreCase, job string) {
	env.Helper()
	o := env.apply()
	env.expect(o, clitest.ExitError, "A restore is already running", "No restore was started", c.listed(job))
	env.expectAccepted(1)
	command := regexp.MustCompile(`terraform import ADDRESS (\S+)`).FindStringSubmatch(o.output)
	if command == nil {
		env.Fatalf("no import command in:\n%s", o.output)
	}
	id := strings.ReplaceAll(command[1], "JOB_ID", job) // which the console tells
	env.expect(env.run("import", "-no-color", c.address, id), clitest.ExitOK)
	env.expectStored(c.address, map[string]any{"job_id": job, "status": "Running", "finished_at": nil})
}

// TestKilledProvider kills the provider while it waits. Its state is lost, which the next apply must not pay for with a
// second restore.
func TestKilledProvider(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env, p, job := waiting(t, c)
		env.killProvider(p)
		env.expect(env.end(p), clitest.ExitError)
		if _, kept := env.resources()[c.address]; kept {
			t.Fatal("the state was not lost, so this test shows nothing")
		}
		env.importRefused(c, job)
		if env.dependantRan() {
			t.Error("the dependant ran")
		}
		env.change(job, "finish", "")
		env.mustApply()
		env.expectResumed(c, job)
	})
}

// TestInterruptBeforeTheCall interrupts restores that wait for their turn, and for a busy instance: they are not
// started.
func TestInterruptBeforeTheCall(t *testing.T) {
	t.Parallel()
	t.Run("queueing", func(t *testing.T) {
		t.Parallel()
		env := newTestEnv(t).withRaceDetector()
		env.configure(wholeDatabase(2, `triggers = { n = count.index }`))
		env.change("next", "hold", "")
		p := env.startApply()
		env.awaitPolls(fakecloud.DDS, 2)
		env.signalGroup(p, syscall.SIGINT)
		env.expect(env.end(p), clitest.ExitError, "Stopped waiting for the restore",
			"Cancelled before the restore started")
		env.expectAccepted(1)
		env.change("*", "finish", "")
		env.mustApply()
		env.expectAccepted(2)
		env.expectNoChanges()
	})
	t.Run("busy", func(t *testing.T) {
		forEachRestore(t, func(t *testing.T, c restoreCase) {
			env := newTestEnv(t).withRaceDetector()
			target := c.target
			if c.service == fakecloud.DWS {
				target = "7d85f602-a948-4a30-afd4-e84f47471c15" // the cluster of the snapshot
			}
			if _, err := env.cloud.Occupy(c.service, target, "ManualBackup"); err != nil {
				t.Fatal(err)
			}
			env.change("*", "hold", "")
			env.configure(c.config(t))
			p := env.startApply()
			env.await(func() bool { return env.cloud.Requests()[c.service][c.operation] > 1 })
			env.signalGroup(p, syscall.SIGINT)
			env.expect(env.end(p), clitest.ExitError, "Cancelled before the restore started")
			env.expectAccepted(0)
			if _, stored := env.resources()[c.address]; stored {
				t.Error("a restore that was not started is in the state")
			}
		})
	})
}
