// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
)

// allocations is benchmark 6.
func (b *bench) allocations(ctx context.Context) (section, error) {
	command := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", ".", "-benchmem", "-benchtime", b.benchTime,
		"./internal/client/...")
	output, err := command.CombinedOutput()
	if err != nil {
		return section{}, fmt.Errorf("go test -bench: %w\n%s", err, output)
	}
	return section{
		title: "Pieces of the client",
		text: "The Go benchmarks of `internal/client`" +
			` and below: what a piece of it takes of the processor and of the heap each time. They have no
goal of their own; they tell which change made a piece slower.`,
		table: table{[]string{"Benchmark", "Time", "Heap", "Allocations"}, benchmarkRows(string(output))},
	}, nil
}

// benchmarkRows reads lines such as "BenchmarkSign-2   100   12345 ns/op   678 B/op   9 allocs/op", under "pkg:" lines.
// Other units are left out.
func benchmarkRows(output string) [][]string {
	var rows [][]string
	where := ""
	for line := range strings.Lines(output) {
		fields := strings.Fields(line)
		switch {
		case len(fields) == 2 && fields[0] == "pkg:":
			_, where, _ = strings.Cut(fields[1], "/internal/")
		case len(fields) >= 4 && strings.HasPrefix(fields[0], "Benchmark"):
			by := map[string]string{}
			for i := 2; i+1 < len(fields); i += 2 {
				by[fields[i+1]] = fields[i] + " " + strings.TrimSuffix(fields[i+1], "/op")
			}
			name := strings.TrimPrefix(fields[0], "Benchmark")
			if at := strings.LastIndex(name, "-"); at >= 0 { // the number of cores
				name = name[:at]
			}
			rows = append(rows, []string{where + ": " + name, by["ns/op"], by["B/op"],
				strings.TrimSuffix(by["allocs/op"], " allocs")})
		}
	}
	return rows
}
