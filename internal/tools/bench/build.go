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

	"terraform-provider-x/internal/clitest"
)

// binaries are what is measured. Each lies in a directory of its own, under the name by which a CLI finds it.
type binaries struct {
	released string // the provider as main.go makes it and as it is released
	floor    string // the smallest provider
}

const (
	providerName = "terraform-provider-x"
	floorName    = "terraform-provider-floor"
	floorAddress = "registry.terraform.io/x-restore/floor"
)

func buildAll(ctx context.Context, directory string) (binaries, error) {
	b := binaries{
		released: filepath.Join(directory, "released", providerName),
		floor:    filepath.Join(directory, "floor", floorName),
	}
	if err := os.Setenv("CGO_ENABLED", "0"); err != nil {
		return b, err
	}
	asReleased := []string{"-trimpath", "-ldflags", "-s -w"} // and without cgo, as .goreleaser.yml has them
	err := clitest.Build(ctx, ".", b.released, asReleased...)
	if err == nil {
		err = clitest.Build(ctx, "./internal/tools/bench/floor", b.floor, asReleased...)
	}
	return b, err
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
	return fmt.Sprintf("%s, %s, %d cores, %s/%s", name, strings.TrimSpace(string(toolchain)), runtime.NumCPU(),
		runtime.GOOS, runtime.GOARCH), nil
}
