// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/fakecloud"
)

// spreadDuration is 30 to 90 seconds, in an order that looks like none and is always the same.
func spreadDuration(k int) time.Duration { return time.Duration(30+k*37%61) * time.Second }

// ideal is how long a number of restores take if nothing but their submission costs a call: a tenth of the minute's
// calls at once and the rest evenly, as the provider's rate limiter allows, and then the job that ends last.
func ideal(count int, duration func(int) time.Duration) time.Duration {
	perMinute := client.DefaultRequestsPerMinute["rds"]
	atOnce := perMinute / 10
	var end time.Duration
	for k := range count {
		submitted := time.Duration(max(0, k-atOnce+1)) * time.Minute / time.Duration(perMinute-atOnce)
		end = max(end, submitted+duration(k))
	}
	return end
}

// scaleHeader and scaleRow are a table of applies, a row each.
var scaleHeader = []string{"Restores", "n", "Total", "Ideal", "Ratio", "Calls", "RestoreTables", "ListTasks",
	"ShowJob", "Lookups", "Job queries per job", "429s", "After the job's end, median", "longest"}

func (b *bench) scaleRow(name string, count int, runs []doneRestores) []string {
	at := ideal(count, b.duration)
	calls := func(of func(doneRestores) int) string {
		return strconv.Itoa(median(each(runs, of)))
	}
	total := median(each(runs, func(d doneRestores) time.Duration { return d.total }))
	var late []time.Duration
	throttled := 0
	for _, d := range runs {
		late = append(late, d.late...)
		throttled += d.throttled
	}
	return []string{
		name, strconv.Itoa(len(runs)), seconds(total), seconds(at), ratio(total, at),
		calls(doneRestores.allCalls),
		calls(func(d doneRestores) int { return d.calls[fakecloud.RestoreTables] }),
		calls(func(d doneRestores) int { return d.calls[fakecloud.ListTasks] }),
		calls(func(d doneRestores) int { return d.calls[fakecloud.ShowJob] }),
		calls(func(d doneRestores) int { return d.allCalls() - d.calls[fakecloud.RestoreTables] - d.jobQueries() }),
		ratio(median(each(runs, doneRestores.jobQueries)), count),
		strconv.Itoa(throttled), seconds(median(late)), seconds(slices.Max(late)),
	}
}

// manyRestores is benchmark 1.
func (b *bench) manyRestores(ctx context.Context) (section, error) {
	planned := []plannedRestores{{b.preflighted, true, b.duration}}
	for range b.restoreRuns {
		planned = append(planned, plannedRestores{b.restores, false, b.duration})
	}
	done, err := b.applyAll(ctx, "scale", planned)
	if err != nil {
		return section{}, err
	}
	return section{
		title: fmt.Sprintf("%d restores in one apply", b.restores),
		text: fmt.Sprintf("One apply with `-parallelism=%d`"+` restores a table on each of %[1]d RDS instances, under a limit of 60 calls a minute, with
jobs of %s that are not shown for their first 3 s. "Total" is from the first call to RDS to the end of the last
Create; "ideal" is what the provider's rate limiter allows if nothing but the %[1]d submissions costs a call (six at once, then
54 a minute), and then the job that ends last. The goal is a ratio near 1 and no 429. The first line is with
`+"`preflight = false`"+`: otherwise the lookups of all instances, in the plan and again before each submission, take most of what
the limit allows, as the second line shows, for fewer restores and with the plan in its total.`, b.restores, b.durations),
		table: table{
			scaleHeader,
			[][]string{
				b.scaleRow(fmt.Sprintf("%d, no preflight", b.restores), b.restores, done[1:]),
				b.scaleRow(fmt.Sprintf("%d, preflight", b.preflighted), b.preflighted, done[:1]),
			},
		},
	}, nil
}

// growingNumbers is benchmark 2.
func (b *bench) growingNumbers(ctx context.Context) (section, error) {
	var planned []plannedRestores
	for _, count := range b.growth {
		planned = append(planned, plannedRestores{count, false, b.duration})
	}
	done, err := b.applyAll(ctx, "growth", planned)
	if err != nil {
		return section{}, err
	}
	t := table{header: scaleHeader}
	for i, count := range b.growth {
		t.rows = append(t.rows, b.scaleRow(strconv.Itoa(count), count, done[i:i+1]))
	}
	return section{
		title: "How calls and time grow",
		text: `The same with other numbers of restores, each with ` + "`-parallelism`" +
			` of that number and without preflight. The goal is that
neither the ratio nor the job queries per job grow.`,
		table: t,
	}, nil
}
