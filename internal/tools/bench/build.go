// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"terraform-provider-x/internal/provider"
)

// binaries are what is measured. Each lies in a directory of its own, under the name by which a command line finds it.
type binaries struct {
	released string // the provider as it is released
	floor    string // the smallest provider
	// clocked is the provider on a clock that can be told to run faster: the test binary of its package, which serves it where
	// clockVariable is set. The released one has the system's clock and no way to another.
	clocked string
}

const (
	providerName  = "terraform-provider-x"
	floorName     = "terraform-provider-floor"
	floorAddress  = "registry.terraform.io/x-restore/floor"
	clockVariable = "X_PROVIDER_TEST_SERVE"
)

func buildAll(ctx context.Context, directory string) (binaries, error) {
	b := binaries{
		released: filepath.Join(directory, "released", providerName),
		floor:    filepath.Join(directory, "floor", floorName),
		clocked:  filepath.Join(directory, "clocked", providerName),
	}
	// As .goreleaser.yml has them.
	asReleased := []string{"build", "-trimpath", "-ldflags", "-s -w"}
	for _, arguments := range [][]string{
		append(asReleased, "-o", b.released, "."),
		append(asReleased, "-o", b.floor, "./internal/tools/bench/floor"),
		{"test", "-c", "-o", b.clocked, "./internal/provider"},
	} {
		command := exec.CommandContext(ctx, "go", arguments...)
		command.Env = append(os.Environ(), "CGO_ENABLED=0")
		if text, err := command.CombinedOutput(); err != nil {
			return binaries{}, fmt.Errorf("go %s: %w\n%s", strings.Join(arguments, " "), err, text)
		}
	}
	return b, nil
}

// overrides writes a configuration of the command line that takes both providers from where they were built, without "init".
func (b binaries) overrides(file, providerBinary string) error {
	text := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    %q = %q\n    %q = %q\n  }\n  direct {}\n}\n",
		provider.Address, filepath.Dir(providerBinary), floorAddress, filepath.Dir(b.floor))
	return os.WriteFile(file, []byte(text), 0o600)
}

// facts are what a reader must know of the machine.
func (b *bench) facts(ctx context.Context) (string, error) {
	cli, err := exec.CommandContext(ctx, b.cli, "version").Output()
	if err != nil {
		return "", fmt.Errorf("%s version: %w", b.cli, err)
	}
	toolchain, err := exec.CommandContext(ctx, "go", "env", "GOVERSION").Output()
	if err != nil {
		return "", fmt.Errorf("go env: %w", err)
	}
	name, _, _ := strings.Cut(string(cli), "\n")
	return fmt.Sprintf("%s, %s, %d cores, %s/%s", name, strings.TrimSpace(string(toolchain)), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH), nil
}
