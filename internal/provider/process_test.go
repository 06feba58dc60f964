// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// outcome is how a command of the CLI ended.
type outcome struct {
	exit   int
	output string // both streams, without colours, and with the frame and the line breaks of messages removed
}

// process is a command of the CLI that may still run.
type process struct {
	*exec.Cmd
	output output
	ended  chan struct{} // closed when it has; err is then why
	err    error
}

// output collects what a process writes, and tells when it has written something.
type output struct {
	lock  sync.Mutex
	text  bytes.Buffer
	wrote chan struct{}
}

func (o *output) Write(text []byte) (int, error) {
	o.lock.Lock()
	defer o.lock.Unlock()
	if o.wrote != nil {
		close(o.wrote)
		o.wrote = nil
	}
	return o.text.Write(text)
}

func (o *output) Bytes() []byte {
	o.lock.Lock()
	defer o.lock.Unlock()
	return bytes.Clone(o.text.Bytes())
}

// await returns once the output has the text, or after a minute.
func (o *output) await(text string) {
	for timeout := time.After(time.Minute); ; {
		o.lock.Lock()
		if bytes.Contains(o.text.Bytes(), []byte(text)) {
			o.lock.Unlock()
			return
		}
		if o.wrote == nil {
			o.wrote = make(chan struct{})
		}
		wrote := o.wrote
		o.lock.Unlock()
		select {
		case <-wrote:
		case <-timeout:
			return
		}
	}
}

// start runs the CLI in a process group of its own.
func (s *stage) start(arguments ...string) *process {
	s.Helper()
	cli, err := cliPath()
	if err != nil {
		s.Fatal(err)
	}
	p := &process{Cmd: exec.Command(cli, arguments...), ended: make(chan struct{})}
	p.Dir = s.dir
	p.Stdout, p.Stderr = &p.output, &p.output
	p.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p.Env = append(cleanEnvironment(), serveVariable+"="+s.clock.String(),
		"TF_CLI_CONFIG_FILE="+s.cliConfiguration(), "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_INPUT=0")
	p.Env = append(p.Env, s.environment...)
	if err := p.Start(); err != nil {
		s.Fatal(err)
	}
	go func() {
		p.err = p.Wait()
		close(p.ended)
	}()
	s.Cleanup(func() {
		_ = syscall.Kill(-p.Process.Pid, syscall.SIGKILL)
		<-p.ended
	})
	return p
}

// cleanEnvironment is the environment without anything that configures the CLI or this provider.
func cleanEnvironment() []string {
	var clean []string
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "TF_") && !strings.HasPrefix(variable, "HW_") && !strings.HasPrefix(variable, "OS_") {
			clean = append(clean, variable)
		}
	}
	return clean
}

// end waits for the command.
func (s *stage) end(p *process) outcome {
	s.Helper()
	<-p.ended
	if exit := (*exec.ExitError)(nil); p.err != nil && !errors.As(p.err, &exit) {
		s.Fatal(p.err)
	}
	text := strings.NewReplacer("│ ", "", "│", "", "╷", "", "╵", "").Replace(string(p.output.Bytes()))
	return outcome{p.ProcessState.ExitCode(), strings.Join(strings.Fields(text), " ")}
}

// run runs a command to its end.
func (s *stage) run(arguments ...string) outcome {
	s.Helper()
	return s.end(s.start(arguments...))
}
