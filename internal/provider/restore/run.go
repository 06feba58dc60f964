// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Run is one run of a CLI. It starts several processes of this provider, which share nothing: one for each alias, and one
// each for the plan and the apply. They tell each other of their jobs in a file, so that one does not take the other's
// job for that of an apply that was killed. What nobody reads there is unknown, which stops a restore; nothing else
// depends on it.
type Run struct {
	file string // "" if it is not known which run this is: then nothing is told
}

// runKept is how long a file is kept: far longer than an apply takes.
const runKept = 7 * 24 * time.Hour

// RunOf is the run of the CLI that has started this process.
func RunOf(parent int) Run {
	started, known := startOfProcess(parent)
	cache, err := os.UserCacheDir() // nobody else may write there
	if !known || err != nil {
		return Run{}
	}
	return Run{filepath.Join(cache, "terraform-provider-x", "runs", fmt.Sprintf("%d-%s", parent, started))}
}

// startOfProcess is when a process started, in the system's own measure, so that another process with the same number is another
// one. Only Linux tells (proc_pid_stat(5), field 22).
func startOfProcess(process int) (string, bool) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", process))
	if err != nil {
		return "", false
	}
	_, after, _ := strings.Cut(string(stat), ") ") // behind the name, which may hold anything
	fields := strings.Fields(after)
	if len(fields) < 20 {
		return "", false
	}
	return fields[19], true
}

// note tells the other processes of a job. If that fails, they do not know it.
func (r Run) note(job ownJob) {
	if r.file == "" || os.MkdirAll(filepath.Dir(r.file), 0o700) != nil {
		return
	}
	file, err := os.OpenFile(r.file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	if info, err := file.Stat(); err == nil && info.Size() == 0 {
		removeOld(filepath.Dir(r.file), info.ModTime().Add(-runKept))
	}
	_, _ = fmt.Fprintf(file, "%s %s %s\n", job.at.service, job.at.targetID, job.id)
	_ = file.Close()
}

// removeOld removes the files of runs that are long over.
func removeOld(directory string, before time.Time) {
	entries, _ := os.ReadDir(directory)
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && info.ModTime().Before(before) {
			_ = os.Remove(filepath.Join(directory, entry.Name()))
		}
	}
}

// jobs are those that the processes of the run have told of, this one among them.
func (r Run) jobs() []ownJob {
	file, err := os.Open(r.file)
	if err != nil {
		return nil
	}
	defer func() { _ = file.Close() }() // never fails: it is only read
	var all []ownJob
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if parts := strings.Fields(lines.Text()); len(parts) == 3 {
			all = append(all, ownJob{parts[2], place{parts[0], parts[1]}})
		}
	}
	return all
}
