// SPDX-License-Identifier: MPL-2.0

//go:build unix

package clitest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"
)

// newScript is a CLI that is a shell script.
func newScript(t *testing.T, script string) *CLI {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cli")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	cli, err := New(path, t.TempDir(), map[string]string{"registry.example/x/x": "/somewhere"})
	if err != nil {
		t.Fatal(err)
	}
	return cli
}

func start(ctx context.Context, t *testing.T, cli *CLI, arguments ...string) *Command {
	t.Helper()
	command, err := cli.Start(ctx, arguments...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(command.End)
	return command
}

func TestRun(t *testing.T) {
	t.Parallel()
	cli := newScript(t, `echo "out $*"; echo err >&2; grep somewhere "$TF_CLI_CONFIG_FILE"; exit 2`)
	var beside strings.Builder
	cli.Stdout = &beside
	result, err := cli.Run(t.Context(), "plan", "-x")
	if err != nil || result.Exit != ExitChanges {
		t.Fatalf("exit code %d, %v", result.Exit, err)
	}
	const stdout = "out plan -x\n    \"registry.example/x/x\" = \"/somewhere\"\n"
	if string(result.Stdout) != stdout || beside.String() != stdout || string(result.Output) != stdout+"err\n" {
		t.Errorf("stdout %q, beside it %q, all %q", result.Stdout, beside.String(), result.Output)
	}
	if _, err := cli.Must(t.Context()); err == nil || !strings.Contains(err.Error(), "err") {
		t.Errorf("want an error with what the command said, got %v", err)
	}
}

// TestSignalAfterTheEnd signals a command that has ended.
func TestSignalAfterTheEnd(t *testing.T) {
	t.Parallel()
	command := start(t.Context(), t, newScript(t, "exit 1"))
	<-command.Ended()
	for _, signal := range []func(syscall.Signal) error{command.Signal, command.SignalGroup} {
		if err := signal(syscall.SIGINT); err != nil {
			t.Error(err)
		}
	}
	if result, err := command.Wait(); err != nil || result.Exit != ExitError {
		t.Errorf("exit code %d, %v", result.Exit, err)
	}
}

func TestSignalGroup(t *testing.T) {
	t.Parallel()
	command := start(t.Context(), t,
		newScript(t, `trap 'echo heard; exit 2' INT; echo ready; while :; do sleep 0.01; done`))
	if err := command.AwaitOutput(t.Context(), "ready"); err != nil {
		t.Fatal(err)
	}
	if err := command.SignalGroup(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if result, err := command.Wait(); err != nil || result.Exit != ExitChanges ||
		!strings.Contains(string(result.Stdout), "heard") {
		t.Errorf("exit code %d, %v\n%s", result.Exit, err, result.Output)
	}
}

// TestAwaitOutputOfWhatEnds waits for a text that never comes.
func TestAwaitOutputOfWhatEnds(t *testing.T) {
	t.Parallel()
	if err := start(t.Context(), t, newScript(t, "echo other")).AwaitOutput(t.Context(), "text"); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	command := start(t.Context(), t, newScript(t, "echo other; exec tail -f /dev/null"))
	if err := command.AwaitOutput(t.Context(), "other"); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := command.AwaitOutput(ctx, "text"); !errors.Is(err, context.Canceled) ||
		!strings.Contains(err.Error(), "other") {
		t.Errorf("want the end of the context, and what was written: %v", err)
	}
}

// TestContextInterrupts ends the context of a command, which may still do what an interrupt lets it.
func TestContextInterrupts(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	command := start(ctx, t, newScript(t, `trap 'echo saved; exit 1' INT; echo ready; while :; do sleep 0.01; done`))
	if err := command.AwaitOutput(t.Context(), "ready"); err != nil {
		t.Fatal(err)
	}
	over := errors.New("over")
	cancel(over)
	if result, err := command.Wait(); !errors.Is(err, over) || !strings.Contains(string(result.Stdout), "saved") {
		t.Errorf("%v\n%s", err, result.Output)
	}
}

func TestState(t *testing.T) {
	t.Parallel()
	cli := newScript(t, "exit 1")
	if state, err := cli.State(); err != nil || len(state) != 0 {
		t.Errorf("without a state file: %v, %v", state, err)
	}
	const text = `{"version": 4, "resources": [
		{"mode": "managed", "type": "x_a", "name": "one", "instances": [
			{"status": "tainted", "attributes": {"id": "1", "count": 2}, "identity": {"job_id": "j"}},
			{"deposed": "12345678", "attributes": {"id": "0"}}]},
		{"mode": "managed", "type": "x_a", "name": "many", "instances": [
			{"index_key": "k", "attributes": {}}, {"index_key": 7, "attributes": {}}]},
		{"mode": "data", "type": "x_d", "name": "read", "instances": [{"attributes": {"id": null}}]},
		{"mode": "managed", "type": "terraform_data", "name": "d", "instances": [
			{"attributes": {"input": {"value": ["v"], "type": ["list", "string"]}}}]}]}`
	if err := os.WriteFile(cli.StateFile(), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	state, err := cli.State()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]Resource{
		"x_a.one":          {map[string]any{"id": "1", "count": 2.0}, true, map[string]any{"job_id": "j"}},
		`x_a.many["k"]`:    {Values: map[string]any{}},
		"x_a.many[7]":      {Values: map[string]any{}},
		"data.x_d.read":    {Values: map[string]any{"id": nil}},
		"terraform_data.d": {Values: map[string]any{"input": []any{"v"}}},
	}
	if !reflect.DeepEqual(state, want) {
		t.Errorf("got  %v\nwant %v", state, want)
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	clock := NewClock(100)
	same, err := ParseClock(clock.String())
	if err != nil || !same.start.Equal(clock.start) || same.factor != clock.factor {
		t.Errorf("%s became %s, %v", clock, same, err)
	}
	before := clock.Now()
	if err := clock.Sleep(t.Context(), time.Second); err != nil || same.Now().Sub(before) < time.Second {
		t.Errorf("slept for %s, %v", same.Now().Sub(before), err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	over := errors.New("over")
	cancel(over)
	if err := clock.Sleep(ctx, time.Hour); !errors.Is(err, over) {
		t.Errorf("want the cause of the context's end, got %v", err)
	}
	for _, text := range []string{"", "1", "1*", "*1", "now*2"} {
		if clock, err := ParseClock(text); err == nil {
			t.Errorf("%q became %s", text, clock)
		}
	}
}
