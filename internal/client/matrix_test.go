// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// This file meets every operation with every fault. What a cell must come to follows from a small rule (matrixRule);
// what holds in every cell is in check.

// matrix is a table that is filled cell by cell.
type matrix struct {
	*testing.T
	name     string
	cells    map[string]map[string]string // by row and column
	rows     []string
	columns  []string
	outcomes map[string]int
}

func newMatrix(t *testing.T, name string) *matrix {
	return &matrix{T: t, name: name, cells: map[string]map[string]string{}, outcomes: map[string]int{}}
}

func (m *matrix) note(row, column, cell string) {
	if m.cells[row] == nil {
		m.cells[row] = map[string]string{}
		m.rows = append(m.rows, row)
	}
	if !slices.Contains(m.columns, column) {
		m.columns = append(m.columns, column)
	}
	m.cells[row][column] = cell
	for _, letter := range cell {
		m.outcomes[string(letter)]++
	}
}

// print shows the table with t.Log: one row an operation, one column a fault, by its number.
func (m *matrix) print() {
	var out strings.Builder
	fmt.Fprintf(&out, "%s: %d operations, %d faults\n%-22s", m.name, len(m.rows), len(m.columns), "")
	for i := range m.columns {
		fmt.Fprintf(&out, "%3d", i+1)
	}
	for _, row := range m.rows {
		fmt.Fprintf(&out, "\n%-22s", row)
		for _, column := range m.columns {
			fmt.Fprintf(&out, "%3s", m.cells[row][column])
		}
	}
	out.WriteString("\n")
	for i, column := range m.columns {
		fmt.Fprintf(&out, "%3d %s\n", i+1, column)
	}
	out.WriteString(
		"A accepted at once, R at a later attempt; X refused, x after more attempts; E no answer, e after more attempts; ? ambiguous\n",
	)
	for _, letter := range slices.Sorted(maps.Keys(m.outcomes)) {
		fmt.Fprintf(&out, "%s: %d  ", letter, m.outcomes[letter])
	}
	m.Log(out.String())
}

// matrixRun is what one call came to.
type matrixRun struct {
	letter   string
	err      error
	attempts int
	hits     int
	restores int
	waited   time.Duration
	shown    string // all that a person or a log could get to see
}

// letterOf is the outcome of a call.
func letterOf(err error, attempts int) string {
	letters := map[string]string{accepted: "A", refused: "X", ambiguous: "?", unsent: "E"}
	if attempts > 1 {
		letters = map[string]string{accepted: "R", refused: "x", ambiguous: "?", unsent: "e"}
	}
	return letters[outcome(err)]
}

// matrixStruck is the key by which a dialler learns whether the request is the row's.
type matrixStruck struct{}

// run makes the row's call, with the fault in its way.
func (s *matrixServer) run(
	t *testing.T,
	row matrixOperation,
	fault matrixFault,
	lasting bool,
	clock Clock,
	change ...func(*Config),
) matrixRun {
	t.Helper()
	s.begin(row, fault, lasting)
	var run matrixRun
	var logged strings.Builder
	var lock sync.Mutex
	if row.change != nil {
		change = append([]func(*Config){row.change}, change...)
	}
	change = append(change, func(config *Config) {
		config.Log = func(_ context.Context, message string, fields map[string]any) {
			lock.Lock()
			defer lock.Unlock()
			if fmt.Sprint(serviceName(fmt.Sprint(fields["service"])), " ", fields["operation"]) == row.says {
				run.attempts++
			}
			fmt.Fprintln(&logged, message, fields)
		}
	})
	c := newTestClient(t, s.URL, clock, change...)
	dials := 0
	for _, client := range []*http.Client{c.http.repeatable, c.http.once, c.http.metadata} {
		transport := client.Transport.(*http.Transport)
		defer transport.CloseIdleConnections()
		if s.dialer != nil {
			transport.DialContext = s.dialer
		}
		if fault.dial == nil {
			continue
		}
		transport.DisableKeepAlives = true // else the connection of an earlier request would do
		inner := transport.DialContext
		transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			if ctx.Value(matrixStruck{}) != true {
				return inner(ctx, network, address)
			}
			if dials++; dials > 1 && !lasting {
				return inner(ctx, network, address)
			}
			return fault.dial(ctx, inner, address)
		}
		client.Transport = roundTripFunc(func(r *http.Request) (*http.Response, error) {
			return transport.RoundTrip(r.WithContext(context.WithValue(r.Context(), matrixStruck{}, row.is(r))))
		})
	}
	started := clock.Now()
	run.err = row.call(t.Context(), c, jobID)
	run.waited = clock.Now().Sub(started)
	var strange []string
	run.hits, run.restores, strange = s.counts()
	if len(strange) > 0 {
		t.Errorf("requests that are no operation's: %q", strange)
	}
	run.letter = letterOf(run.err, run.attempts)
	lock.Lock()
	defer lock.Unlock()
	run.shown = logged.String()
	if run.err != nil {
		run.shown += run.err.Error() + fmt.Sprintf("%+v", run.err)
		for err := run.err; err != nil; err = errors.Unwrap(err) {
			run.shown += fmt.Sprintf("\n%#v", err)
		}
	}
	return run
}

// check is what holds in every cell, whatever the operation and the fault.
func (r matrixRun) check(t *testing.T, cell string, row matrixOperation, fault matrixFault) {
	t.Helper()
	starts := row.kind != matrixLookUp || row.name == "project" // a restore, in the end
	want := 0
	switch {
	case starts && r.err == nil:
		want = 1
	case r.letter == "?" && fault.processed:
		want = 1
	}
	if r.restores != want {
		t.Errorf("%s: %d restores were accepted, want %d (%v)", cell, r.restores, want, r.err)
	}
	if r.letter == "?" && (r.attempts != 1 || r.hits > 1) {
		t.Errorf("%s: it may have been accepted, and was sent %d times in %d attempts", cell, r.hits, r.attempts)
	}
	if r.letter == "?" && row.kind != matrixSubmit {
		t.Errorf("%s: what starts nothing is ambiguous: %v", cell, r.err)
	}
	for _, secret := range matrixSecrets {
		if strings.Contains(r.shown, secret) {
			t.Errorf("%s: %q is shown in\n%.2000s", cell, secret, r.shown)
		}
	}
	if r.err == nil {
		return
	}
	text := r.err.Error()
	if len(text) > 4096 || strings.ContainsAny(text, "\r\n\x00") {
		t.Errorf("%s: not a line of text that can be shown: %d bytes, %.300q", cell, len(text), text)
	}
	named := strings.Contains(text, row.says) ||
		fault.class == matrixShape &&
			(IsNotFound(r.err) || errors.As(r.err, new(*ProjectError)) || strings.Contains(text, "is not the id of a project"))
	if !named {
		t.Errorf("%s: the error does not name the operation %q: %v", cell, row.says, r.err)
	}
	if answered := strings.ContainsAny(r.letter, "Xx") || r.letter == "?" && fault.class != matrixHuge; answered {
		if fault.coded && !strings.Contains(text, matrixCode) {
			t.Errorf("%s: the service's code is not told: %v", cell, r.err)
		}
		if fault.traced && !strings.Contains(text, matrixRequestID) {
			t.Errorf("%s: the request id is not told: %v", cell, r.err)
		}
	}
	if errors.Is(r.err, context.DeadlineExceeded) || errors.Is(r.err, context.Canceled) {
		t.Errorf("%s: the error passes for the caller's own end: %v", cell, r.err)
	}
	if r.waited > 3*time.Minute {
		t.Errorf("%s: %s were waited", cell, r.waited)
	}
}

// TestFaultMatrix meets every operation with every fault of the wire.
func TestFaultMatrix(t *testing.T) {
	m := newMatrix(t, "faults of the wire")
	defer m.print()
	rows := matrixOperations()
	for _, fault := range matrixFaults(t) {
		before := goroutines()
		server := newMatrixServer()
		server.Start()
		done := map[matrixKind]bool{}
		for _, row := range rows {
			if fault.few && done[row.kind] {
				continue
			}
			done[row.kind] = true
			m.cell(server, row, fault)
		}
		server.Close()
		expectNoNewGoroutines(t, before, fault.name)
	}
}

// cell runs one cell and holds it against the rule.
func (m *matrix) cell(server *matrixServer, row matrixOperation, fault matrixFault, change ...func(*Config)) {
	m.Helper()
	cell := row.name + " × " + fault.name
	if fault.few {
		change = append(change, func(config *Config) { config.MaxRetries = 1 })
	}
	if fault.class == matrixShape {
		run := server.run(m.T, row, fault, true, newFakeClock(), change...)
		run.check(m.T, cell, row, fault)
		if !strings.Contains(matrixShapes(row), run.letter) || run.attempts > 2 {
			m.Errorf("%s: %s in %d attempts (%v)", cell, run.letter, run.attempts, run.err)
		}
		m.note(row.name, fault.name, run.letter)
		return
	}
	want, got := matrixRule(row, fault.class), ""
	for i := range len(want) {
		lasting := i == len(want)-1
		var before, after runtime.MemStats
		if fault.bulky {
			runtime.ReadMemStats(&before)
		}
		run := server.run(m.T, row, fault, lasting, newFakeClock(), change...)
		run.check(m.T, cell, row, fault)
		got += run.letter
		if fault.bulky {
			runtime.ReadMemStats(&after)
			// 8 MiB are read, into a buffer that grows; of an error 64 KiB, of a head the 10 MB that net/http takes.
			if used := (after.TotalAlloc - before.TotalAlloc) / uint64(max(run.attempts, 1)); used > 96<<20 {
				m.Errorf("%s: %d MiB are allocated an attempt", cell, used>>20)
			}
			if sent := server.written.Load() / int64(max(run.attempts, 1)); sent > 24<<20 { // 8 MiB, and what the connection buffers
				m.Errorf("%s: %d MiB of 100 MB were taken an attempt", cell, sent>>20)
			}
		}
		if wait := fault.waits; !lasting && wait[1] > 0 && (run.waited < wait[0] || run.waited > wait[1]) {
			m.Errorf("%s: %s were waited, want %v", cell, run.waited, wait)
		}
	}
	if got != want {
		m.Errorf("%s: %s, want %s", cell, got, want)
	}
	m.note(row.name, fault.name, got)
}
