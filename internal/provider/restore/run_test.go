// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestRun has two processes of one run tell each other of their jobs, and a third one of another run.
func TestRun(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	run := RunOf(os.Getpid())
	if run.file == "" {
		t.Skip("this system does not tell when a process started")
	}
	job, another := ownJob{"j", place{"rds", "i"}}, ownJob{"k", place{"dws", "s"}}
	one, two, other := newOwnJobs(run), newOwnJobs(RunOf(os.Getpid())), newOwnJobs(RunOf(os.Getppid()))
	none := newOwnJobs(Run{})
	for _, own := range []*ownJobs{one, other, none} {
		own.readRun()
	}
	one.noteRunning(job)
	one.noteRunning(job)
	two.noteRunning(another)
	none.noteRunning(ownJob{"l", place{"rds", "i"}})
	for name, c := range map[string]struct {
		own  *ownJobs
		want []ownJob
	}{
		"one": {one, []ownJob{job, another}}, "two": {two, []ownJob{another, job}}, "other": {other, nil},
		"none": {none, []ownJob{{"l", place{"rds", "i"}}}},
	} {
		c.own.readRun()
		if got := c.own.mayRun(func(place) bool { return true }); !slices.Equal(got, c.want) {
			t.Errorf("%s knows %v, want %v", name, got, c.want)
		}
	}
	// A job that has ended is not added once more.
	two.noteGone(job)
	two.readRun()
	if got := two.mayRun(func(place) bool { return true }); !slices.Equal(got, []ownJob{another}) {
		t.Errorf("after the end: %v", got)
	}
}

// TestRunsAreRemoved removes the files of old runs, and only these.
func TestRunsAreRemoved(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	for name, age := range map[string]time.Duration{"old": runKept + time.Hour, "new": time.Hour} {
		file := filepath.Join(directory, name)
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, time.Time{}, time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	Run{filepath.Join(directory, "this")}.note(ownJob{"j", place{"rds", "i"}})
	var left []string
	entries, err := os.ReadDir(directory)
	for _, entry := range entries {
		left = append(left, entry.Name())
	}
	if err != nil || !slices.Equal(left, []string{"new", "this"}) {
		t.Errorf("left: %v %v", left, err)
	}
}
