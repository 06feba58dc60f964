// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// watchPause is how long the memory of a command is left alone after another look: less and less often, because a look
// costs the machine what is being measured. Each process remembers its own peak, so that looks are needed only to learn
// which ones run together, and little is missed.
func watchPause(age time.Duration) time.Duration {
	return min(max(age/20, 10*time.Millisecond), 200*time.Millisecond)
}

// watchMemory follows a process and all below it. Stop returns, in bytes, the highest sum of the peaks of those that
// ran at the same time; 0 where there is no /proc. Wait's own figure would be that of the largest process alone, and a
// command line and its provider are two.
func watchMemory(pid int) (stop func() int64) {
	end, ended := make(chan struct{}), make(chan int64)
	go func() {
		began := time.Now()
		var highest int64
		for {
			highest = max(highest, memoryBelow(pid))
			select {
			case <-time.After(watchPause(time.Since(began))):
			case <-end:
				ended <- highest
				return
			}
		}
	}()
	return func() int64 { close(end); return <-ended }
}

func memoryBelow(pid int) int64 {
	sum := memoryOf(pid, "VmHWM")
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // the pattern is a good one
	for _, list := range lists {
		content, _ := os.ReadFile(list) // gone meanwhile: nothing to add
		for _, child := range strings.Fields(string(content)) {
			if number, err := strconv.Atoi(child); err == nil {
				sum += memoryBelow(number)
			}
		}
	}
	return sum
}

// memoryOf reads a line such as "VmRSS:     1234 kB" of a process; 0 where there is none.
func memoryOf(pid int, name string) int64 {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, after, _ := bytes.Cut(content, []byte(name+":"))
	line, _, _ := bytes.Cut(after, []byte("\n"))
	kilobytes, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(string(line)), " kB"), 10, 64)
	if err != nil {
		return 0
	}
	return kilobytes << 10
}
