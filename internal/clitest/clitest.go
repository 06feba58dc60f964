// SPDX-License-Identifier: MPL-2.0

//go:build unix

// Package clitest runs a real Terraform or OpenTofu CLI, for the tests of internal/provider and for the programs in
// internal/tools. It finds the CLI, gives it a clean environment and a configuration file that takes providers from
// directories, starts, signals and ends its commands, reads what they print and the state they leave, and holds the
// clock that a provider and a cloud in different processes can share to run faster than the system's.
//
// It knows nothing of this provider or of its cloud: their addresses, their configurations and what must come of a
// command belong to the caller. No product package imports it.
package clitest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Exit codes of the CLI.
const (
	ExitOK      = 0 // of a plan too, if it has no changes
	ExitError   = 1
	ExitChanges = 2 // of "plan -detailed-exitcode"
)

// Find returns the path of the CLI that the environment selects, or else of the one on PATH.
var Find = sync.OnceValues(func() (string, error) {
	for _, variable := range []string{"TF_ACC_TERRAFORM_PATH", "TF_CLI_PATH"} {
		if path := os.Getenv(variable); path != "" {
			return path, nil
		}
	}
	for _, name := range []string{"terraform", "tofu"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no Terraform or OpenTofu here: start this with make, which builds one, or set TF_CLI_PATH")
})

// CleanEnvironment is this process's environment without what configures the CLI or a provider of this cloud.
func CleanEnvironment() []string {
	return slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "TF_") || strings.HasPrefix(variable, "HW_") || strings.HasPrefix(variable, "OS_")
	})
}

// quiet keeps the CLI from asking its maker for a newer version, and a person for input.
var quiet = []string{"CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_INPUT=0"}

// Build builds a program of this module.
func Build(ctx context.Context, program, output string, flags ...string) error {
	arguments := append(append([]string{"build"}, flags...), "-o", output, program)
	if text, err := exec.CommandContext(ctx, "go", arguments...).CombinedOutput(); err != nil {
		return fmt.Errorf("go %s: %w\n%s", strings.Join(arguments, " "), err, text)
	}
	return nil
}

// writeConfiguration writes the CLI's configuration file. A provider with a development override needs no "init".
func writeConfiguration(directory string, overrides map[string]string) (string, error) {
	var text strings.Builder
	text.WriteString("provider_installation {\n  dev_overrides {\n")
	for address, providerDirectory := range overrides {
		fmt.Fprintf(&text, "    %q = %q\n", address, providerDirectory)
	}
	text.WriteString("  }\n  direct {}\n}\n")
	file := filepath.Join(directory, "cli.tfrc")
	return file, os.WriteFile(file, []byte(text.String()), 0o600)
}
