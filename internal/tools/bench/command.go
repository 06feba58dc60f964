// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// workspace is a directory in which the command line works.
type workspace struct {
	cli         string
	directory   string
	environment []string
}

// usage is what a command took.
type usage struct {
	wall      time.Duration
	processor time.Duration // user and system, of the command and of all processes that it started and waited for
	memory    int64         // bytes, at the worst moment, of the command and of all that ran below it
}

// workspace makes a new one, whose provider is the given binary, with a configuration in it.
func (b *bench) workspace(name, providerBinary, configuration string, environment ...string) (workspace, error) {
	w := workspace{cli: b.cli, directory: filepath.Join(b.directory, name)}
	if err := os.MkdirAll(w.directory, 0o755); err != nil {
		return w, err
	}
	overrides := filepath.Join(w.directory, "cli.tfrc")
	if err := b.binaries.overrides(overrides, providerBinary); err != nil {
		return w, err
	}
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "HW_") && !strings.HasPrefix(variable, "OS_") && !strings.HasPrefix(variable, "TF_") {
			w.environment = append(w.environment, variable)
		}
	}
	w.environment = append(w.environment, "TMPDIR="+b.directory, "TF_CLI_CONFIG_FILE="+overrides, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_INPUT=0")
	w.environment = append(w.environment, environment...)
	return w, w.configure(configuration)
}

func (w workspace) configure(configuration string) error {
	return os.WriteFile(filepath.Join(w.directory, "main.tf"), []byte(configuration), 0o600)
}

// command is interrupted when ctx ends, so that it can end its provider, and has a process group of its own, so that the
// terminal does not interrupt it a second time.
func (w workspace) command(ctx context.Context, arguments ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, w.cli, arguments...)
	command.Dir = w.directory
	command.Env = w.environment
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 30 * time.Second
	return command
}

// run runs a command, which must succeed, and says what it took. What it printed is shown only if it fails.
func (w workspace) run(ctx context.Context, arguments ...string) (usage, error) {
	command := w.command(ctx, arguments...)
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	began := time.Now()
	if err := command.Start(); err != nil {
		return usage{}, err
	}
	memory := watchMemory(command.Process.Pid)
	err := wait(ctx, command)
	wall := time.Since(began)
	peak := memory()
	if err != nil {
		return usage{}, fmt.Errorf("%s %s: %w\n%s", filepath.Base(w.cli), strings.Join(arguments, " "), err, end(output.Bytes()))
	}
	return usage{wall, command.ProcessState.UserTime() + command.ProcessState.SystemTime(), peak}, nil
}

// wait waits for a command that was started. One that has to be killed, because it took too long to end when ctx did, leaves its
// providers behind; they are in its process group.
func wait(ctx context.Context, command *exec.Cmd) error {
	err := command.Wait()
	if ctx.Err() != nil {
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) // fails only if they have ended too
		return context.Cause(ctx)
	}
	return err
}

// end is the end of an output, which says why a command failed.
func end(output []byte) []byte { return output[max(0, len(output)-4000):] }
