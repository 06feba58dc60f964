// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// section is what one benchmark adds to the report.
type section struct {
	title, text string
	table       table
}

type table struct {
	header []string
	rows   [][]string
}

func (s section) markdown(number int) string {
	return fmt.Sprintf("## %d. %s\n\n%s\n\n%s", number, s.title, s.text, s.table.markdown())
}

// markdown aligns numbers, which is all but the first column, to the right.
func (t table) markdown() string {
	if len(t.rows) == 0 {
		return "Nothing was measured.\n"
	}
	var text strings.Builder
	line := func(cells []string) { fmt.Fprintf(&text, "| %s |\n", strings.Join(cells, " | ")) }
	line(t.header)
	text.WriteString("|---" + strings.Repeat("|---:", len(t.header)-1) + "|\n")
	for _, row := range t.rows {
		line(row)
	}
	return text.String()
}

func page(facts string, sections []string) string {
	return `<!-- Written by "make bench": run that instead of changing it. -->

# Benchmarks

What the provider costs and how long it takes, measured by ` + "`make bench`" + ` with a real CLI and the released binary against the
stand-in cloud of this repository, on the system's clock. Machines differ and are shared, so that only the ratios within one
run say something. Where commands are compared they took turns, and each number is the median of n runs.

This run: ` + facts + `.

` + strings.Join(sections, "\n")
}

// each is of of each.
func each[T, V any](all []T, of func(T) V) []V {
	var values []V
	for _, one := range all {
		values = append(values, of(one))
	}
	return values
}

// median of some values; of an even number, the upper of the two in the middle.
func median[T cmp.Ordered](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

func ratio[T ~int | ~int64](value, to T) string {
	if value == 0 || to == 0 {
		return missing
	}
	return fmt.Sprintf("%.2f", float64(value)/float64(to))
}

// missing stands for what this machine does not tell.
const missing = "–"

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.0f ms", float64(d)/float64(time.Millisecond))
}

func megabytes(bytes int64) string {
	if bytes == 0 {
		return missing
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
}

// against says what a goal is and whether it was met.
func against[T ~int | ~int64](value, to T, goal float64) string {
	switch {
	case value == 0 || to == 0:
		return missing
	case float64(value) <= goal*float64(to):
		return fmt.Sprintf("%g: met", goal)
	}
	return fmt.Sprintf("%g: missed", goal)
}
