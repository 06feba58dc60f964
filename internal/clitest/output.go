// SPDX-License-Identifier: MPL-2.0

//go:build unix

package clitest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
)

// output collects what a command writes, and tells when it has written something. The streams are kept apart, so that
// no message has a piece of another in it.
type output struct {
	lock           sync.Mutex
	stdout, stderr bytes.Buffer
	wrote          chan struct{} // closed by the next write; nil if nobody waits for it
}

// stream is one of an output's streams.
type stream struct {
	of   *output
	text *bytes.Buffer
}

func (s stream) Write(text []byte) (int, error) {
	s.of.lock.Lock()
	defer s.of.lock.Unlock()
	if s.of.wrote != nil {
		close(s.of.wrote)
		s.of.wrote = nil
	}
	return s.text.Write(text)
}

// read returns what was written to stdout, and to stdout and stderr.
func (o *output) read() (stdout, both []byte) {
	o.lock.Lock()
	defer o.lock.Unlock()
	stdout = bytes.Clone(o.stdout.Bytes())
	return stdout, slices.Concat(stdout, o.stderr.Bytes())
}

// has says whether a stream has a text. The channel is closed by the next write.
func (o *output) has(text string) (bool, <-chan struct{}) {
	o.lock.Lock()
	defer o.lock.Unlock()
	if o.wrote == nil {
		o.wrote = make(chan struct{})
	}
	return bytes.Contains(o.stdout.Bytes(), []byte(text)) || bytes.Contains(o.stderr.Bytes(), []byte(text)), o.wrote
}

// AwaitOutput returns once the command has written the text, or has ended. It is an error only if ctx ends before.
func (c *Command) AwaitOutput(ctx context.Context, text string) error {
	for {
		has, wrote := c.output.has(text)
		if has {
			return nil
		}
		select {
		case <-wrote:
		case <-c.ended:
			return nil
		case <-ctx.Done():
			_, said := c.output.read()
			return fmt.Errorf("%s: waiting for %q: %w\n%s", c.Name, text, context.Cause(ctx), said)
		}
	}
}

// tee is a stream, and a writer beside it if there is one.
func tee(s stream, beside io.Writer) io.Writer {
	if beside == nil {
		return s
	}
	return io.MultiWriter(s, beside)
}
