// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"time"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/provider"
)

// workspace is a directory in which the CLI works, with the released provider and with the floor.
type workspace struct{ *clitest.CLI }

// usage is what a command took.
type usage struct {
	wall      time.Duration
	processor time.Duration // user and system, of the command and of all processes that it started and waited for
	memory    int64         // bytes, at the worst moment, of the command and of all that ran below it
}

// workspace makes a new one with a configuration in it.
func (b *bench) workspace(name, configuration string) (workspace, error) {
	cli, err := clitest.New(b.cli, filepath.Join(b.directory, name), map[string]string{
		provider.Address: filepath.Dir(b.binaries.released),
		floorAddress:     filepath.Dir(b.binaries.floor),
	}, "TMPDIR="+b.directory)
	if err != nil {
		return workspace{}, err
	}
	w := workspace{cli}
	return w, w.configure(configuration)
}

func (w workspace) configure(configuration string) error {
	return os.WriteFile(filepath.Join(w.Directory, "main.tf"), []byte(configuration), 0o600)
}

// run runs a command, which must succeed, and says what it took. What it printed is shown only if it fails.
func (w workspace) run(ctx context.Context, arguments ...string) (usage, error) {
	command, err := w.Start(ctx, arguments...)
	if err != nil {
		return usage{}, err
	}
	memory := watchMemory(command.PID())
	result, err := command.MustEnd()
	return usage{result.Wall, result.Processor, memory()}, err
}

// lines calls each with every whole line that is written to it.
type lines struct {
	each func(line []byte)
	rest []byte
}

func (l *lines) Write(text []byte) (int, error) {
	l.rest = append(l.rest, text...)
	for {
		line, rest, whole := bytes.Cut(l.rest, []byte("\n"))
		if !whole {
			return len(text), nil
		}
		l.each(line)
		l.rest = rest
	}
}
