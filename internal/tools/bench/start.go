// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"terraform-provider-x/internal/fakecloud"
)

// largestBinary is the goal for the provider's size.
const largestBinary = 22e6

// closeToFloor is the goal for what is compared with the smallest provider.
const closeToFloor = 1.2

// startUp is benchmark 5.
func (b *bench) startUp(ctx context.Context) (section, error) {
	size, err := sizeOf(b.binaries.released)
	if err != nil {
		return section{}, err
	}
	floorSize, err := sizeOf(b.binaries.floor)
	if err != nil {
		return section{}, err
	}
	goal := "22 MB: met"
	if size > largestBinary {
		goal = "22 MB: missed"
	}
	t := table{header: []string{"What", "n", "Provider", "Floor", "Ratio", "Goal"}}
	t.rows = append(t.rows, []string{"Binary, stripped", "1", megabytes(size), megabytes(floorSize),
		ratio(size, floorSize), goal})

	var timed, rested [2][]start
	for range b.startRuns {
		for i, binary := range []string{b.binaries.released, b.binaries.floor} {
			s, err := startProvider(ctx, binary, false)
			if err != nil {
				return section{}, err
			}
			timed[i] = append(timed[i], s)
		}
	}
	for range b.schemaRuns {
		for i, binary := range []string{b.binaries.released, b.binaries.floor} {
			s, err := startProvider(ctx, binary, true)
			if err != nil {
				return section{}, err
			}
			rested[i] = append(rested[i], s)
		}
	}
	durations := func(name string, of func(start) time.Duration) {
		ours, floor := median(each(timed[0], of)), median(each(timed[1], of))
		t.rows = append(t.rows, []string{name, strconv.Itoa(b.startRuns), milliseconds(ours), milliseconds(floor),
			ratio(ours, floor), against(ours, floor, closeToFloor)})
	}
	durations("Start to handshake", func(s start) time.Duration { return s.handshake })
	durations("Start to schemas answered", func(s start) time.Duration { return s.schema })
	durations("Processor time until then", func(s start) time.Duration { return s.processor })
	memory := func(name string, of func(start) int64) {
		ours, floor := median(each(rested[0], of)), median(each(rested[1], of))
		t.rows = append(t.rows, []string{name, strconv.Itoa(b.schemaRuns), megabytes(ours), megabytes(floor),
			ratio(ours, floor), against(ours, floor, closeToFloor)})
	}
	memory("Resident at rest", func(s start) int64 { return s.atRest })
	memory("Resident after the schemas", func(s start) int64 { return s.answered })

	rows, err := b.schemasPrinted(ctx)
	if err != nil {
		return section{}, err
	}
	t.rows = append(t.rows, rows...)
	return section{
		title: "Size, start and rest",
		text: `The provider as it is released (` + "`-trimpath -ldflags \"-s -w\"`" +
			`, no cgo), over the smallest provider that the plugin framework lets
anyone build. Both are started without a command line, as one would start them, and asked for their schemas; memory is what is resident a
tenth of a second after the handshake. The last lines are the whole command ` + "`providers schema -json`" + `, the command line's own work and
the printing of the schemas included. The goals are a binary of less than 22 MB, and 1.2 times the floor for the rest.`,
		table: t,
	}, nil
}

// schemasPrinted compares the command that starts a provider to ask for its schemas.
func (b *bench) schemasPrinted(ctx context.Context) ([][]string, error) {
	ours, err := b.workspace("schemas", providerBlock(fakecloud.Addresses{}, ""))
	if err != nil {
		return nil, err
	}
	floor, err := b.workspace("schemas-floor", smallest(1))
	if err != nil {
		return nil, err
	}
	var took [2][]usage
	for range b.schemaRuns {
		for i, w := range []workspace{ours, floor} {
			u, err := w.run(ctx, "providers", "schema", "-json")
			if err != nil {
				return nil, err
			}
			took[i] = append(took[i], u)
		}
	}
	row := func(name string, of func(usage) time.Duration) []string {
		a, b := median(each(took[0], of)), median(each(took[1], of))
		return []string{name, strconv.Itoa(len(took[0])), milliseconds(a), milliseconds(b), ratio(a, b),
			against(a, b, closeToFloor)}
	}
	return [][]string{
		row("`providers schema`, wall", func(u usage) time.Duration { return u.wall }),
		row("`providers schema`, processor", func(u usage) time.Duration { return u.processor }),
	}, nil
}

// sizeOf is the size of a file in bytes.
func sizeOf(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, fmt.Errorf("what was built: %w", err)
	}
	return info.Size(), nil
}
