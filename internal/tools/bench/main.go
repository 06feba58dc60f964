// SPDX-License-Identifier: MPL-2.0

//go:build unix

// Command bench measures the provider with a real Terraform or OpenTofu against a stand-in cloud (internal/fakecloud), and
// writes what it has measured to docs/benchmarks.md, by way of templates/. Machines are shared and noisy, so that what counts are ratios
// within one run: to what the cloud's limits allow at best, to a provider that does nothing (the folder floor), to a resource
// that is built into the command line. It fails if a run fails, never for a timing.
//
// It is started by "make bench", at the top of the repository, and builds what it measures by itself. Here lie the runs and
// their report, one file a benchmark: scale.go, lag.go, cost.go, start.go, allocations.go. The Go benchmarks that the last of these
// runs stand beside the code that they measure.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// sizes are how much is measured.
type sizes struct {
	factor int64 // by which the clock of cloud and provider runs faster than the system's

	restores, restoreRuns int   // benchmark 1
	growth                []int // benchmark 2: how many restores
	lags                  int   // benchmark 3: runs for each length of a job
	lagged                []time.Duration
	resources             int // benchmark 4
	oneRuns, manyRuns     int
	startRuns             int // benchmark 5
	schemaRuns            int
	benchTime             string // benchmark 6, as "go test" takes it
}

// A minute of the cloud takes six seconds. That leaves the command line and the provider tens of milliseconds of the processor
// for each restore; with a greater factor it is their own work that would be measured.
var (
	full = sizes{
		factor: 10, restores: 100, restoreRuns: 3, growth: []int{1, 10, 50, 200},
		lags: 5, lagged: []time.Duration{5 * time.Second, time.Minute, 12 * time.Minute},
		resources: 1000, oneRuns: 9, manyRuns: 3, startRuns: 21, schemaRuns: 9, benchTime: "1s",
	}
	quick = sizes{
		factor: 20, restores: 10, restoreRuns: 1, growth: []int{1, 5},
		lags: 1, lagged: []time.Duration{5 * time.Second, time.Minute},
		resources: 20, oneRuns: 1, manyRuns: 1, startRuns: 2, schemaRuns: 1, benchTime: "1x",
	}
)

// bench is a run of some of the benchmarks.
type bench struct {
	sizes
	directory string // of everything that is only for this run
	cli       string // path of the command line
	binaries  binaries
}

// benchmarks in the order of the report.
var benchmarks = []func(*bench, context.Context) (section, error){
	(*bench).manyRestores, (*bench).growingNumbers, (*bench).lateness, (*bench).finishedResources, (*bench).startUp, (*bench).allocations,
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
	b := &bench{sizes: full, cli: os.Getenv("TF_CLI_PATH")}
	if *smoke {
		b.sizes = quick
	}
	if b.cli == "" {
		return errors.New(`TF_CLI_PATH names no Terraform or OpenTofu; start this with "make bench"`)
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
	// docs/ is generated, and what is in templates/ and no template is copied there.
	for _, folder := range []string{"templates", "docs"} {
		if err := os.WriteFile(filepath.Join(folder, "benchmarks.md"), []byte(report), 0o644); err != nil {
			return err
		}
	}
	return nil
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
