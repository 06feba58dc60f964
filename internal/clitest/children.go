// SPDX-License-Identifier: MPL-2.0

//go:build unix

package clitest

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Child is the process id of a provider that the command has started and that still runs. It needs /proc.
func (c *Command) Child() (pid int, running bool) {
	files, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is a good one
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		// pid (name) state ppid: proc(5)
		_, after, _ := strings.Cut(string(text), ") ")
		if fields := strings.Fields(after); len(fields) > 1 && fields[1] == strconv.Itoa(c.PID()) {
			pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			return pid, err == nil
		}
	}
	return 0, false
}
