// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"terraform-provider-x/internal/provider"
)

// commandLine is Terraform or OpenTofu in a working directory.
type commandLine struct {
	path        string
	directory   string
	environment []string
}

// command is interrupted once when ctx ends, as by a person, so that it can end its provider. It has a process group of its
// own because it takes a second interrupt, which the terminal would send it, as the order to leave everything behind.
func (c commandLine) command(ctx context.Context, arguments ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, c.path, arguments...)
	command.Dir = c.directory
	command.Env = c.environment
	command.Stderr = os.Stderr
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 30 * time.Second
	return command
}

// announce prints a command before it runs, and lets its output through.
func (c commandLine) announce(ctx context.Context, arguments []string) (command *exec.Cmd, name string) {
	name = filepath.Base(c.path) + " " + strings.Join(arguments, " ")
	fmt.Printf("\n$ %s\n", name)
	command = c.command(ctx, arguments...)
	command.Stdout = os.Stdout
	return command, name
}

// run runs a command, which must succeed.
func (c commandLine) run(ctx context.Context, arguments ...string) error {
	command, name := c.announce(ctx, arguments)
	err := command.Run()
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// interrupt runs a command and, once when has returned, does what Ctrl-C in a terminal does: it signals the command and the
// provider that it has started. The command must fail then.
func (c commandLine) interrupt(ctx context.Context, when func(context.Context) error, arguments ...string) error {
	command, name := c.announce(ctx, arguments)
	if err := command.Start(); err != nil {
		return err
	}
	waited := when(ctx)
	signalled := syscall.Kill(-command.Process.Pid, syscall.SIGINT)
	err := command.Wait()
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", name, context.Cause(ctx))
	}
	if waited != nil || signalled != nil {
		return fmt.Errorf("%s: %w", name, errors.Join(waited, signalled))
	}
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() < 0 {
		return fmt.Errorf("%s: interrupted, it ended with %s", name, command.ProcessState)
	}
	return nil
}

// evidence is what the example's output says of a restore.
type evidence struct {
	JobID             string   `json:"job_id"`
	Status            string   `json:"status"`
	RestoredTo        string   `json:"restored_to"`
	DurationSeconds   int      `json:"duration_seconds"`
	DataAgeSeconds    int      `json:"data_age_seconds"`
	RestoredObjects   []string `json:"restored_objects"`
	CleanupStatements []string `json:"cleanup_statements"`
}

// evidence reads, and does not print, what the last apply has printed among its outputs.
func (c commandLine) evidence(ctx context.Context) (map[string]evidence, error) {
	text, err := c.command(ctx, "output", "-json", "evidence").Output()
	if err != nil {
		return nil, fmt.Errorf("reading the evidence: %w", err)
	}
	var all map[string]evidence
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("reading the evidence: %w", err)
	}
	return all, nil
}

// copyExample copies the example, so that its state file does not end up in the repository.
func copyExample(to string) error {
	files, err := filepath.Glob("examples/demo/*.tf")
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return errors.New("no examples/demo/*.tf here; start this at the top of the repository")
	}
	if err := os.Mkdir(to, 0o755); err != nil {
		return err
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, filepath.Base(file)), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// environment is the caller's without what selects a cloud, an account or the command line's behaviour there, and with what
// selects the stand-in, its only account and the provider that was just built.
func environment(directory, providerDirectory string, endpoints map[string]string) ([]string, error) {
	// A provider under a development override needs no "init", which would look it up in the registry.
	configFile := filepath.Join(directory, "cli.tfrc")
	config := fmt.Sprintf(`provider_installation {
  dev_overrides {
    %q = %q
  }
  direct {}
}
`, provider.Address, providerDirectory)
	if err := os.WriteFile(configFile, []byte(config), 0o644); err != nil {
		return nil, err
	}
	endpointsVariable, err := json.Marshal(endpoints)
	if err != nil {
		return nil, err
	}

	var result []string
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "HW_") && !strings.HasPrefix(variable, "OS_") && !strings.HasPrefix(variable, "TF_") {
			result = append(result, variable)
		}
	}
	return append(result,
		"TF_CLI_CONFIG_FILE="+configFile,
		"TF_VAR_endpoints="+string(endpointsVariable),
		"HW_REGION_NAME=eu-west-101",
		"HW_ACCESS_KEY=AKFAKECLOUD0EXAMPLE1",
		"HW_SECRET_KEY=fakecloud-secret-key-not-a-real-one-0001",
	), nil
}
