// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener that needs no network, so that the time of a test bubble counts for both ends.
type pipes struct {
	connections chan net.Conn
	closed      chan struct{}
	once        sync.Once
}

func newPipes() *pipes { return &pipes{connections: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case connection := <-p.connections:
		return connection, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error { p.once.Do(func() { close(p.closed) }); return nil }

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

func (p *pipes) dial(ctx context.Context) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.connections <- theirs:
		return ours, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// drip sends the good answer byte by byte, and then nothing, until the client has gone or after at.
func (e *matrixExchange) drip(status int, text string, every time.Duration) {
	for i := 0; i < len(e.row.header); i += 2 {
		e.Header().Set(e.row.header[i], e.row.header[i+1])
	}
	e.Header().Set("X-Request-Id", matrixRequestID)
	e.WriteHeader(status)
	for i := range len(text) {
		e.pause(every)
		if e.Context().Err() != nil {
			return
		}
		_, _ = io.WriteString(e.ResponseWriter, text[i:i+1])
		_ = http.NewResponseController(e.ResponseWriter).Flush()
	}
}

// pause is over when the client has gone.
func (e *matrixExchange) pause(d time.Duration) {
	select {
	case <-time.After(d):
	case <-e.Context().Done():
	}
}

const forEver = 1000 * time.Hour

// matrixSlowness are the columns of services that take their time. The clock is a test bubble's: two minutes take none.
func matrixSlowness() []matrixFault {
	body := func(e *matrixExchange, share time.Duration) {
		e.drip(http.StatusOK, e.row.good, share/time.Duration(len(e.row.good)))
	}
	return []matrixFault{
		{
			name:      "head after 110 s",
			class:     matrixHarmless,
			processed: true,
			answer:    func(e *matrixExchange) { e.pause(110 * time.Second); e.good() },
		},
		{
			name:      "head after 130 s",
			class:     matrixLost,
			processed: true,
			answer:    func(e *matrixExchange) { e.pause(130 * time.Second); e.good() },
		},
		{name: "silence", class: matrixLost, answer: func(e *matrixExchange) { e.pause(forEver) }},
		{
			name:      "silence once accepted",
			class:     matrixLost,
			processed: true,
			answer:    func(e *matrixExchange) { e.pause(forEver) },
		},
		{
			name:      "body within 110 s",
			class:     matrixHarmless,
			processed: true,
			answer:    func(e *matrixExchange) { body(e, 110*time.Second) },
		},
		{
			name:      "body within 130 s",
			class:     matrixLost,
			processed: true,
			answer:    func(e *matrixExchange) { body(e, 130*time.Second) },
		},
		{
			name:      "body stops",
			class:     matrixLost,
			processed: true,
			answer:    func(e *matrixExchange) { e.drip(http.StatusOK, e.row.good[:3], 0); e.pause(forEver) },
		},
		{
			name:   "400 stops",
			class:  matrixRefused,
			traced: true,
			answer: func(e *matrixExchange) { e.drip(http.StatusBadRequest, "{", 0); e.pause(forEver) },
		},
		{
			name:   "502 stops",
			class:  matrixBroken,
			traced: true,
			answer: func(e *matrixExchange) { e.drip(http.StatusBadGateway, "<", 0); e.pause(forEver) },
		},
	}
}

// TestSlownessMatrix meets every operation with services that are slow to answer or never do. A bubble ends only with
// all of its goroutines, so that one that is left behind fails the test as well.
func TestSlownessMatrix(t *testing.T) {
	m := newMatrix(t, "slowness")
	defer m.print()
	for _, row := range matrixOperations() {
		for _, fault := range matrixSlowness() {
			want, got := matrixRule(row, fault.class), ""
			for i := range len(want) {
				lasting, cell := i == len(want)-1, row.name+" × "+fault.name
				synctest.Test(t, func(t *testing.T) {
					run := slowRun(t, row, fault, lasting)
					// A minute and a half for what is waited between four retries, and two minutes for each attempt.
					if most := time.Duration(run.attempts)*attemptTimeout + 90*time.Second; run.waited > most {
						t.Errorf("%s: it took %s, want at most %s", cell, run.waited, most)
					}
					run.waited = 0
					run.check(t, cell, row, fault)
					got += run.letter
				})
			}
			if got != want {
				t.Errorf("%s × %s: %s, want %s", row.name, fault.name, got, want)
			}
			m.note(row.name, fault.name, got)
		}
	}
}

// slowRun makes the call against a server of its own in the bubble.
func slowRun(t *testing.T, row matrixOperation, fault matrixFault, lasting bool) matrixRun {
	t.Helper()
	listener := newPipes()
	server := &matrixServer{
		Server:     &httptest.Server{URL: fmt.Sprintf("http://%s", listener.Addr())},
		operations: matrixOperations(),
		dialer:     func(ctx context.Context, _, _ string) (net.Conn, error) { return listener.dial(ctx) },
	}
	serving := &http.Server{Handler: server}
	var done sync.WaitGroup
	done.Go(func() { _ = serving.Serve(listener) })
	defer done.Wait()
	defer func() { _ = serving.Close() }()
	return server.run(t, row, fault, lasting, SystemClock)
}
