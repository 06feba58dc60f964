// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// lateness is benchmark 3.
func (b *bench) lateness(ctx context.Context) (section, error) {
	var planned []plannedRestores
	for _, length := range b.lagged {
		for range b.lags {
			planned = append(planned, plannedRestores{1, false, func(int) time.Duration { return length }})
		}
	}
	done, err := b.applyAll(ctx, "lag", planned)
	if err != nil {
		return section{}, err
	}
	t := table{header: []string{"Job", "n", "Late, median", "longest", "Of the job's length"}}
	for i, length := range b.lagged {
		var late []time.Duration
		for _, d := range done[i*b.lags : (i+1)*b.lags] {
			late = append(late, d.late...)
		}
		middle := median(late)
		t.rows = append(t.rows, []string{
			seconds(length), strconv.Itoa(len(late)), seconds(middle), seconds(slices.Max(late)),
			fmt.Sprintf("%.1f %%", 100*middle.Seconds()/length.Seconds()),
		})
	}
	return section{
		title: "From the end of a job to the end of Create",
		text: `One restore, without preflight, whose job takes so long: how long after the job has ended the CLI says that the resource is
created. It is waited for with queries that are a quarter of the job's age apart, 2 to 30 s. The goal is that nobody waits
for longer than one such pause.`,
		table: t,
	}, nil
}
