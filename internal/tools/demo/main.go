// SPDX-License-Identifier: MPL-2.0

//go:build unix

// Command demo shows the provider at work without an account: it starts a stand-in cloud (internal/fakecloud), applies
// examples/demo to it with a real Terraform or OpenTofu, plans again, and asks the cloud how many restores it accepted.
// It fails unless the apply succeeded, the second plan had no changes and every restore was accepted exactly once.
//
// It is started by "make demo", at the top of the repository: the provider and the stand-in lie beside its own binary, and
// TF_CLI_PATH names the command line to use. Starting the stand-in is in cloud.go.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"terraform-provider-x/internal/provider"
)

// One restore for each of the three resources in examples/demo.
const wantRestores = 3

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := demo(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
	fmt.Printf("demo: applied, no changes in the second plan, %d restores accepted\n", wantRestores)
}

func demo(ctx context.Context) error {
	cli := os.Getenv("TF_CLI_PATH")
	if cli == "" {
		return errors.New(`TF_CLI_PATH names no Terraform or OpenTofu; start this with "make demo"`)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	binaries := filepath.Dir(self)

	directory, err := os.MkdirTemp("", "restore-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(directory)

	ctx, cloud, err := startCloud(ctx, filepath.Join(binaries, "fakecloud"), filepath.Join(directory, "ready.json"))
	if err != nil {
		return err
	}
	defer cloud.stop()

	work := filepath.Join(directory, "work")
	if err := copyExample(work); err != nil {
		return err
	}
	environment, err := environment(directory, binaries, cloud.endpoints)
	if err != nil {
		return err
	}
	for _, arguments := range [][]string{
		{"apply", "-auto-approve", "-input=false", "-no-color"},
		{"show", "-no-color"},
		{"plan", "-detailed-exitcode", "-input=false", "-no-color"}, // exit code 2: there are changes
	} {
		if err := run(ctx, work, environment, cli, arguments...); err != nil {
			return err
		}
	}

	accepted, err := cloud.acceptedRestores(ctx)
	if err != nil {
		return err
	}
	if accepted != wantRestores {
		return fmt.Errorf("the cloud accepted %d restores, want %d", accepted, wantRestores)
	}
	return nil
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

// run runs one command of the command line, its output passed through. When ctx ends it is interrupted once, as by a person,
// so that it can end its provider; it has a process group of its own because it takes a second interrupt, which the terminal
// would send it, as the order to leave everything behind.
func run(ctx context.Context, directory string, environment []string, cli string, arguments ...string) error {
	name := filepath.Base(cli) + " " + strings.Join(arguments, " ")
	fmt.Printf("\n$ %s\n", name)

	command := exec.CommandContext(ctx, cli, arguments...)
	command.Dir = directory
	command.Env = environment
	command.Stdout = os.Stdout
	command.Stderr = os.Stderr
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 30 * time.Second

	err := command.Run()
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", name, context.Cause(ctx))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
