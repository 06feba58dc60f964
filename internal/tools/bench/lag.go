// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"
)

// apart is how long after one apply the next is started, so that a start disturbs no wait for a short job.
const apart = 3 * time.Second

// lateness is benchmark 3.
func (b *bench) lateness(ctx context.Context) (section, error) {
	t := table{header: []string{"Job", "n", "Late, median", "longest", "Of the job's length"}}
	for _, length := range b.lagged {
		late, err := b.late(ctx, length)
		if err != nil {
			return section{}, err
		}
		middle := median(late)
		t.rows = append(t.rows, []string{
			seconds(length), strconv.Itoa(len(late)), seconds(middle), seconds(slices.Max(late)),
			fmt.Sprintf("%.1f %%", 100*middle.Seconds()/length.Seconds()),
		})
	}
	return section{
		title: "From the end of a job to the end of Create",
		text: fmt.Sprintf(`One restore, without preflight, whose job takes so long: how long after the job has ended the command line says that the resource
is created. It is waited for with queries that are a quarter of the job's age apart, 2 to 30 s. The goal is that nobody
waits for longer than one such pause. Times are on the cloud's clock, which runs %d times as fast as the machine's, so that the
milliseconds in which the command line ends a resource count %[1]d-fold.`, b.factor),
		table: t,
	}, nil
}

// late waits for several jobs of a length, each in a cloud and a command line of its own, side by side.
func (b *bench) late(ctx context.Context, length time.Duration) ([]time.Duration, error) {
	results, errs := make([]doneRestores, b.lags), make([]error, b.lags)
	var applies sync.WaitGroup
	for i := range b.lags {
		applies.Go(func() {
			results[i], errs[i] = b.apply(ctx, fmt.Sprintf("lag-%s-%d", length, i),
				plannedRestores{1, false, func(int) time.Duration { return length }})
		})
		select {
		case <-time.After(apart):
		case <-ctx.Done():
		}
	}
	applies.Wait()
	var late []time.Duration
	for i, result := range results {
		if errs[i] != nil {
			return nil, errs[i]
		}
		late = append(late, result.late...)
	}
	return late, nil
}
