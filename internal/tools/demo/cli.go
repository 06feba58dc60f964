// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
	"terraform-provider-x/internal/provider"
)

// commandLine is the CLI in its working directory. What its commands write is shown as they write it.
type commandLine struct{ *clitest.CLI }

// announce prints a command before it runs.
func (c commandLine) announce(arguments []string) {
	fmt.Printf("\n$ %s %s\n", filepath.Base(c.Path), strings.Join(arguments, " "))
}

// run runs a command, which must succeed.
func (c commandLine) run(ctx context.Context, arguments ...string) error {
	c.announce(arguments)
	result, err := c.Run(ctx, arguments...)
	if err == nil && result.Exit != clitest.ExitOK { // why was shown
		err = fmt.Errorf("%s: exit code %d", arguments[0], result.Exit)
	}
	return err
}

// interrupt runs a command and, once when has returned, does what Ctrl-C in a terminal does: it signals the command and
// the provider that it has started. The command must fail then.
func (c commandLine) interrupt(ctx context.Context, when func(context.Context) error, arguments ...string) error {
	c.announce(arguments)
	command, err := c.Start(ctx, arguments...)
	if err != nil {
		return err
	}
	waited := when(ctx)
	signalled := command.SignalGroup(syscall.SIGINT)
	result, err := command.Wait()
	if err := errors.Join(waited, signalled, err); err != nil {
		return err
	}
	if result.Exit != clitest.ExitError {
		return fmt.Errorf("%s: interrupted, it exited with %d", command.Name, result.Exit)
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
	silent := *c.CLI
	silent.Stdout = nil
	result, err := silent.Must(ctx, "output", "-json", "evidence")
	if err != nil {
		return nil, fmt.Errorf("reading the evidence: %w", err)
	}
	var all map[string]evidence
	if err := json.Unmarshal(result.Stdout, &all); err != nil {
		return nil, fmt.Errorf("reading the evidence: %w", err)
	}
	return all, nil
}

// copyExample copies the example into a directory, so that its state file does not end up in the repository.
func copyExample(to string) error {
	files, err := filepath.Glob("examples/demo/*.tf")
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return errors.New("no examples/demo/*.tf here; start this at the top of the repository")
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

// newCommandLine takes the provider that was just built, and signs in to the stand-in, where there is one account.
func newCommandLine(path, directory, providerDirectory string, endpoints map[string]string) (commandLine, error) {
	endpointsVariable, err := json.Marshal(endpoints)
	if err != nil {
		return commandLine{}, err
	}
	cli, err := clitest.New(path, directory, map[string]string{provider.Address: providerDirectory},
		"TF_VAR_endpoints="+string(endpointsVariable),
		"HW_REGION_NAME="+fakecloud.DefaultRegion,
		"HW_ACCESS_KEY="+fakecloud.DefaultAccessKey,
		"HW_SECRET_KEY="+fakecloud.DefaultSecretKey,
	)
	if err != nil {
		return commandLine{}, err
	}
	cli.Stdout, cli.Stderr = os.Stdout, os.Stderr
	return commandLine{cli}, nil
}
