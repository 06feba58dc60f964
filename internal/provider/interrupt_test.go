// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"terraform-provider-x/internal/fakecloud"
)

// released is the provider as main.go builds it, in a directory of its own: what it does with signals is main's.
var released = sync.OnceValues(func() (string, error) {
	binary, err := os.Executable()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp(filepath.Dir(binary), "released")
	if err != nil {
		return "", err
	}
	output, err := exec.Command("go", "build", "-o", filepath.Join(dir, "terraform-provider-x"), "../..").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, output)
	}
	return dir, nil
})

// waiting starts an apply with the released provider, on the system's clock, and returns once it waits for its job.
func waiting(t *testing.T, c restoreCase) (s *stage, p *process, job string) {
	t.Helper()
	dir, err := released()
	if err != nil {
		t.Fatal(err)
	}
	s = newStage(t, func(o *fakecloud.Options) { o.Now = nil })
	s.provider, s.clock = dir, newClock(1)
	s.configure(c.config(t))
	s.change("next", "hold", "")
	p = s.start("apply", "-no-color", "-auto-approve")
	s.awaitPolls(c.service, 1)
	return s, p, s.expectAccepted(1)[0]
}

func TestSignals(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]func(p *process) error{
		"Ctrl-C in a terminal":         func(p *process) error { return syscall.Kill(-p.Process.Pid, syscall.SIGINT) },
		"SIGTERM to the CLI":           func(p *process) error { return syscall.Kill(p.Process.Pid, syscall.SIGTERM) },
		"SIGTERM to the process group": func(p *process) error { return syscall.Kill(-p.Process.Pid, syscall.SIGTERM) },
	} {
		t.Run(name, func(t *testing.T) {
			forEachRestore(t, func(t *testing.T, c restoreCase) {
				s, p, job := waiting(t, c)
				polls := s.cloud.Requests()
				if err := signal(p); err != nil {
					t.Fatal(err)
				}
				o := s.end(p)
				s.expect(o, 1, "Stopped waiting for the restore", "Job "+job)
				// A poll may have been on its way when the signal came; nothing is sent after that.
				if more := s.cloud.Requests()[c.service][fakecloud.ShowJob] - polls[c.service][fakecloud.ShowJob]; more > 1 {
					t.Errorf("%d calls after the signal", more)
				}
				s.expectStored(c.address, map[string]any{"job_id": job, "status": "Running", "finished_at": nil})
				if s.stored(c.address).Tainted || s.dependantRan() {
					t.Error("want the restore untainted, and nothing that depends on it")
				}
				s.change(job, "finish", "")
				s.mustApply()
				s.expectResumed(c, job)
			})
		})
	}
}

// TestDoubleInterrupt sends the second Ctrl-C as soon as the CLI has said that it heard the first, sooner than any hand can.
// The CLI then exits at once, and it is chance whether it has written the state. Either way the job is found again.
func TestDoubleInterrupt(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		s, p, job := waiting(t, c)
		for range 2 {
			if err := syscall.Kill(-p.Process.Pid, syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
			p.output.await("Interrupt received")
		}
		s.expect(s.end(p), 1)
		if _, kept := s.resources()[c.address]; !kept {
			s.importRefused(c, job)
		}
		s.change(job, "finish", "")
		s.mustApply()
		s.expectResumed(c, job)
	})
}

// importRefused applies what was lost from the state while its job runs, is refused, and follows the refusal's advice.
func (s *stage) importRefused(c restoreCase, job string) {
	s.Helper()
	o := s.apply()
	s.expect(o, 1, "A restore is already running", "No restore was started", job)
	s.expectAccepted(1)
	command := regexp.MustCompile(`terraform import ADDRESS (\S+)`).FindStringSubmatch(o.output)
	if command == nil {
		s.Fatalf("no import command in:\n%s", o.output)
	}
	s.expect(s.run("import", "-no-color", c.address, command[1]), 0)
	s.expectStored(c.address, map[string]any{"job_id": job, "status": "Running", "finished_at": nil})
}

// TestKilledProvider kills the provider while it waits. Its state is lost, which the next apply must not pay for with a
// second restore.
func TestKilledProvider(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		s, p, job := waiting(t, c)
		provider, running := childOf(t, p.Process.Pid)
		if !running {
			t.Fatal("the CLI has no child")
		}
		if err := syscall.Kill(provider, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		s.expect(s.end(p), 1)
		if _, kept := s.resources()[c.address]; kept {
			t.Fatal("the state was not lost, so this test shows nothing")
		}
		s.importRefused(c, job)
		if s.dependantRan() {
			t.Error("the dependant ran")
		}
		s.change(job, "finish", "")
		s.mustApply()
		s.expectResumed(c, job)
	})
}

// TestInterruptBeforeTheCall interrupts restores that wait for their turn, and for a busy instance: they are not started.
func TestInterruptBeforeTheCall(t *testing.T) {
	t.Parallel()
	t.Run("queueing", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		s.configure(wholeDatabase(2, `triggers = { n = count.index }`))
		s.change("next", "hold", "")
		p := s.start("apply", "-no-color", "-auto-approve")
		s.awaitPolls(fakecloud.DDS, 2)
		_ = syscall.Kill(-p.Process.Pid, syscall.SIGINT)
		s.expect(s.end(p), 1, "Stopped waiting for the restore", "Cancelled before the restore was started")
		s.expectAccepted(1)
		s.change("*", "finish", "")
		s.mustApply()
		s.expectAccepted(2)
		s.expectNoChanges()
	})
	t.Run("busy", func(t *testing.T) {
		forEachRestore(t, func(t *testing.T, c restoreCase) {
			s := newStage(t)
			target := c.target
			if c.service == fakecloud.DWS {
				target = "7d85f602-a948-4a30-afd4-e84f47471c15" // the cluster of the snapshot
			}
			if _, err := s.cloud.Occupy(c.service, target, "ManualBackup"); err != nil {
				t.Fatal(err)
			}
			s.change("*", "hold", "")
			s.configure(c.config(t))
			p := s.start("apply", "-no-color", "-auto-approve")
			s.await(func() bool { return s.cloud.Requests()[c.service][c.operation] > 1 })
			_ = syscall.Kill(-p.Process.Pid, syscall.SIGINT)
			s.expect(s.end(p), 1, "Cancelled before the restore was started")
			s.expectAccepted(0)
			if _, stored := s.resources()[c.address]; stored {
				t.Error("a restore that was not started is in the state")
			}
		})
	})
}

// childOf is the provider that a CLI has started, if it still runs.
func childOf(t *testing.T, parent int) (pid int, running bool) {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		// pid (name) state ppid: proc(5)
		_, after, _ := strings.Cut(string(text), ") ")
		if fields := strings.Fields(after); len(fields) > 1 && fields[1] == strconv.Itoa(parent) {
			pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			return pid, err == nil
		}
	}
	return 0, false
}
