// SPDX-License-Identifier: MPL-2.0

//go:build unix

// Command bench measures the provider with a real Terraform or OpenTofu against a stand-in cloud (internal/fakecloud),
// and writes what it has measured to RESULTS.md beside this file. It drives the provider as it is released, on the
// system's clock. Machines are shared and noisy, so that what counts are ratios within one run: to what the cloud's
// limits allow at best, to a provider that does nothing (the folder floor), to a resource that is built into the CLI.
// It fails if a run fails, never for a timing.
//
// It is started by "make bench", at the top of the repository, and builds what it measures by itself. Here lie the runs
// and their report, one file a benchmark: scale.go, lag.go, cost.go, start.go, allocations.go. The Go benchmarks that
// the last of these runs stand beside the code that they measure.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"terraform-provider-x/internal/clitest"
)

// sizes are how much is measured.
type sizes struct {
	duration  func(k int) time.Duration // of the job of the k-th restore, for benchmarks 1 and 2
	durations string                    // the same in words

	restores, restoreRuns int   // benchmark 1
	preflighted           int   // the same with preflight
	growth                []int // benchmark 2: how many restores
	lags                  int   // benchmark 3: runs for each length of a job
	lagged                []time.Duration
	resources             int // benchmark 4
	oneRuns, manyRuns     int
	startRuns             int // benchmark 5
	schemaRuns            int
	benchTime             string // benchmark 6, as "go test" takes it
}

// Provider and cloud have the system's clock, and a limit of 60 calls a minute, so that these take their time:
// benchmarks 1 to 3 together about a quarter of an hour.
var (
	full = sizes{
		duration: spreadDuration, durations: "30 to 90 s",
		restores: 100, restoreRuns: 3, preflighted: 20, growth: []int{1, 10, 50, 200},
		lags: 5, lagged: []time.Duration{5 * time.Second, time.Minute, 5 * time.Minute},
		resources: 1000, oneRuns: 9, manyRuns: 3, startRuns: 21, schemaRuns: 9, benchTime: "1s",
	}
	quick = sizes{
		duration: func(k int) time.Duration { return spreadDuration(k) / 10 }, durations: "3 to 9 s",
		restores: 6, restoreRuns: 1, preflighted: 2, growth: []int{1, 5},
		lags: 1, lagged: []time.Duration{time.Second, 5 * time.Second},
		resources: 20, oneRuns: 1, manyRuns: 1, startRuns: 2, schemaRuns: 1, benchTime: "1x",
	}
)

// bench is a run of some of the benchmarks.
type bench struct {
	sizes
	directory string // of everything that is only for this run
	cli       string // path of the CLI
	binaries  binaries
}

// results is where the report goes, from the top of the repository.
const results = "internal/tools/bench/RESULTS.md"

// benchmarks in the order of the report.
var benchmarks = []func(*bench, context.Context) (section, error){
	(*bench).manyRestores, (*bench).growingNumbers, (*bench).lateness, (*bench).finishedResources, (*bench).startUp,
	(*bench).allocations,
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, arguments []string) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	only := flags.String("only", "", "`numbers` of the benchmarks to run, such as 1,4; the report is then only printed")
	smoke := flags.Bool("quick", false, "run everything in small, to see that it runs; the report is then only printed")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	chosen, err := choose(*only)
	if err != nil {
		return err
	}
	b := &bench{sizes: full}
	if *smoke {
		b.sizes = quick
	}
	if b.cli, err = clitest.Find(); err != nil {
		return err
	}
	if b.directory, err = os.MkdirTemp("", "restore-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.directory)

	began := time.Now()
	report, err := b.measure(ctx, chosen)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "bench: %s in all\n", time.Since(began).Round(time.Second))
	if *only != "" || *smoke {
		return nil
	}
	return os.WriteFile(results, []byte(report), 0o644)
}

// choose reads the numbers of the benchmarks to run; "" is all of them.
func choose(only string) ([]int, error) {
	var chosen []int
	for number := range len(benchmarks) {
		chosen = append(chosen, number+1)
	}
	if only == "" {
		return chosen, nil
	}
	all := chosen
	chosen = nil
	for text := range strings.SplitSeq(only, ",") {
		number, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || !slices.Contains(all, number) {
			return nil, fmt.Errorf("there is no benchmark %q: they are 1 to %d", text, len(all))
		}
		chosen = append(chosen, number)
	}
	return chosen, nil
}

func (b *bench) measure(ctx context.Context, chosen []int) (string, error) {
	facts, err := b.facts(ctx)
	if err != nil {
		return "", err
	}
	if b.binaries, err = buildAll(ctx, b.directory); err != nil {
		return "", err
	}
	var sections []string
	for _, number := range chosen {
		began := time.Now()
		section, err := benchmarks[number-1](b, ctx)
		if err != nil {
			return "", fmt.Errorf("benchmark %d: %w", number, err)
		}
		fmt.Fprintf(os.Stderr, "bench: %d took %s\n", number, time.Since(began).Round(time.Second))
		text := section.markdown(number)
		fmt.Println(text) // at once: a later one may fail
		sections = append(sections, text)
	}
	return page(facts, sections), nil
}
