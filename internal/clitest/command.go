// SPDX-License-Identifier: MPL-2.0

//go:build unix

package clitest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// CLI is Terraform or OpenTofu in a working directory.
type CLI struct {
	Path        string
	Directory   string
	Environment []string  // of its commands: all of it
	Stdout      io.Writer // if not nil, also gets what commands write to stdout, as they do
	Stderr      io.Writer // the same for stderr
}

// New makes the working directory, if it is not there, and prepares the CLI to run in it. Overrides says in which
// directory a provider's executable lies, by the provider's address; more is added to a clean environment.
func New(path, directory string, overrides map[string]string, more ...string) (*CLI, error) {
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return nil, err
	}
	file, err := writeConfiguration(directory, overrides)
	if err != nil {
		return nil, err
	}
	environment := append(CleanEnvironment(), "TF_CLI_CONFIG_FILE="+file)
	environment = append(append(environment, quiet...), more...)
	return &CLI{Path: path, Directory: directory, Environment: environment}, nil
}

// Command is a command of the CLI that may still run.
type Command struct {
	Name   string
	cmd    *exec.Cmd
	output output
	began  time.Time
	ended  chan struct{} // closed when it has; result and err are set then
	result Result
	err    error
}

// Result is how a command ended.
type Result struct {
	Exit      int    // ExitOK and so on; -1 if a signal ended it
	Stdout    []byte // what it wrote to stdout
	Output    []byte // what it wrote to stdout, and after it to stderr
	Wall      time.Duration
	Processor time.Duration // user and system, of the CLI and of the processes that it waited for
}

// killDelay is how long a command may take to end after its context has.
const killDelay = 30 * time.Second

// Start starts a command in a process group of its own, so that a signal from a terminal reaches it only if the caller
// passes it on. If ctx ends, the command is interrupted, so that it can end its providers and save its state.
func (c *CLI) Start(ctx context.Context, arguments ...string) (*Command, error) {
	command := &Command{
		Name: filepath.Base(c.Path) + " " + strings.Join(arguments, " "), ended: make(chan struct{}), began: time.Now(),
	}
	cmd := exec.CommandContext(ctx, c.Path, arguments...)
	cmd.Dir = c.Directory
	cmd.Env = c.Environment
	cmd.Stdout = tee(stream{&command.output, &command.output.stdout}, c.Stdout)
	cmd.Stderr = tee(stream{&command.output, &command.output.stderr}, c.Stderr)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = killDelay
	command.cmd = cmd
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", command.Name, err)
	}
	go command.wait(ctx)
	return command, nil
}

// wait sets the result.
func (c *Command) wait(ctx context.Context) {
	defer close(c.ended)
	err := c.cmd.Wait()
	wall := time.Since(c.began)
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		err = nil // the exit code says it
	}
	if ctx.Err() != nil {
		// If it had to be killed, its providers have not ended.
		_ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL) // fails only if they have
		err = context.Cause(ctx)
	}
	if err != nil {
		c.err = fmt.Errorf("%s: %w", c.Name, err)
	}
	state := c.cmd.ProcessState
	c.result = Result{Exit: state.ExitCode(), Wall: wall, Processor: state.UserTime() + state.SystemTime()}
	c.result.Stdout, c.result.Output = c.output.read()
}

// Wait waits for the end of the command. An exit code that is not 0 is no error; the end of its context is.
func (c *Command) Wait() (Result, error) {
	<-c.ended
	return c.result, c.err
}

// Run runs a command to its end.
func (c *CLI) Run(ctx context.Context, arguments ...string) (Result, error) {
	command, err := c.Start(ctx, arguments...)
	if err != nil {
		return Result{}, err
	}
	return command.Wait()
}

// Must runs a command to its end, which must be ExitOK.
func (c *CLI) Must(ctx context.Context, arguments ...string) (Result, error) {
	command, err := c.Start(ctx, arguments...)
	if err != nil {
		return Result{}, err
	}
	return command.MustEnd()
}

// MustEnd waits for the end of the command, which must be ExitOK.
func (c *Command) MustEnd() (Result, error) {
	result, err := c.Wait()
	if err == nil && result.Exit != ExitOK {
		const enough = 4000 // the end of what it said says why
		said := result.Output[max(0, len(result.Output)-enough):]
		err = fmt.Errorf("%s: %s\n%s", c.Name, c.cmd.ProcessState, said)
	}
	return result, err
}

// Ended is closed when the command has ended.
func (c *Command) Ended() <-chan struct{} { return c.ended }

// PID is the CLI's process id.
func (c *Command) PID() int { return c.cmd.Process.Pid }

// Signal sends a signal to the CLI alone. If the command has ended, there is nothing to signal, which is no error.
func (c *Command) Signal(signal syscall.Signal) error { return c.kill(c.PID(), signal) }

// SignalGroup sends a signal to the CLI and to the providers that it has started, as a terminal and a CI runner do. If
// the command has ended, there is nothing to signal, which is no error.
func (c *Command) SignalGroup(signal syscall.Signal) error { return c.kill(-c.PID(), signal) }

func (c *Command) kill(pid int, signal syscall.Signal) error {
	select {
	case <-c.ended:
		return nil
	default:
	}
	if err := syscall.Kill(pid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("%s: signalling: %w", c.Name, err)
	}
	return nil
}

// End kills the CLI and its providers, if they still run, and returns when the CLI has ended.
func (c *Command) End() {
	_ = syscall.Kill(-c.PID(), syscall.SIGKILL) // fails only if all have ended
	<-c.ended
}
