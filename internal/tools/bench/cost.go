// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"terraform-provider-x/internal/fakecloud"
)

// commands are what is run on resources that need nothing. A plan with changes would exit with 2.
var commands = []struct {
	name      string
	arguments []string
}{
	{"validate", []string{"validate", "-no-color"}},
	{"plan", []string{"plan", "-input=false", "-no-color", "-detailed-exitcode"}},
	{"apply", []string{"apply", "-auto-approve", "-input=false", "-no-color"}},
}

// finishedResources is benchmark 4.
func (b *bench) finishedResources(ctx context.Context) (section, error) {
	moment := time.Now().Add(-time.Hour)
	t := table{header: []string{"Command", "n", "Processor", "compared", "Ratio", "Goal", "Memory", "compared", "Ratio",
		"Goal", "Wall", "compared", "Ratio"}}
	for _, size := range []struct {
		count, runs int
		name        string
		compared    func(count int) string // configuration
		goals       map[string]float64
	}{
		{1, b.oneRuns, "floor", smallest, map[string]float64{"validate": closeToFloor, "plan": closeToFloor,
			"apply": closeToFloor}},
		{b.resources, b.manyRuns, "terraform_data", func(count int) string { return builtIn(count, moment) },
			map[string]float64{"plan": 2}},
	} {
		rows, err := func() ([][]string, error) {
			cloud, err := fakecloud.Start(fakecloud.Options{World: world(1, 60), JobDuration: time.Second})
			if err != nil {
				return nil, err
			}
			defer cloud.Close()
			block := providerBlock(cloud.Addresses(), "")
			ours, err := b.finished(ctx, "finished", size.count, func(count int) string {
				return block +
					restores(count, moment)
			})
			if err != nil {
				return nil, err
			}
			others, err := b.finished(ctx, size.name, size.count, size.compared)
			if err != nil {
				return nil, err
			}
			prepared := fmt.Sprint(cloud.Requests())
			rows, err := compare(ctx, ours, others, size.count, size.runs, size.name, size.goals)
			if all := fmt.Sprint(cloud.Requests()); err == nil && all != prepared {
				err = fmt.Errorf("finished restores cost calls: %s before, %s after", prepared, all)
			}
			return rows, err
		}()
		if err != nil {
			return section{}, err
		}
		t.rows = append(t.rows, rows...)
	}
	return section{
		title: "Commands on finished restores",
		text: fmt.Sprintf("`validate`, `plan` and `apply`"+` with nothing to do, on a state of 1 and of %d restores that have ended; the cloud is not called.
One is compared with one resource of the smallest provider that the plugin framework lets anyone build ("floor"), and the goal is 1.2
times as much; %[1]d are compared with %[1]d of the built-in `+"`terraform_data`"+` with the same values, which needs no provider process at all, and
the goal is a plan of twice as much. Processor time is user and system time of the command line and its providers; memory is the highest
sum of the peaks of the processes that run at the same time.`, b.resources),
		table: t,
	}, nil
}

// compare runs each command in both workspaces by turns.
func compare(ctx context.Context, ours, others workspace, count, runs int, name string,
	goals map[string]float64) ([][]string, error) {
	var rows [][]string
	for _, command := range commands {
		var of [2][]usage
		for range runs {
			for i, w := range []workspace{ours, others} {
				took, err := w.run(ctx, command.arguments...)
				if err != nil {
					return nil, err
				}
				of[i] = append(of[i], took)
			}
		}
		processor := func(u usage) time.Duration { return u.processor }
		memory := func(u usage) int64 { return u.memory }
		wall := func(u usage) time.Duration { return u.wall }
		a, other := median(each(of[0], processor)), median(each(of[1], processor))
		b, otherMemory := median(each(of[0], memory)), median(each(of[1], memory))
		c, otherWall := median(each(of[0], wall)), median(each(of[1], wall))
		goal, otherGoal := missing, missing
		if limit, has := goals[command.name]; has {
			goal, otherGoal = against(a, other, limit), against(b, otherMemory, limit)
		}
		rows = append(rows, []string{
			fmt.Sprintf("%s of %d, over %s", command.name, count, name), strconv.Itoa(runs),
			milliseconds(a), milliseconds(other), ratio(a, other), goal,
			megabytes(b), megabytes(otherMemory), ratio(b, otherMemory), otherGoal,
			milliseconds(c), milliseconds(otherWall), ratio(c, otherWall),
		})
	}
	return rows, nil
}
