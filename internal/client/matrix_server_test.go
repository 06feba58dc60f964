// SPDX-License-Identifier: MPL-2.0

package client

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// matrixServer answers for all services: the row under test by the fault, whatever is on the way to it as it should be.
// It counts the restores that it has accepted by itself.
type matrixServer struct {
	*httptest.Server
	operations []matrixOperation
	dialer     matrixDialer // instead of the network; may be nil
	written    atomic.Int64 // of what is streamed

	mutex    sync.Mutex
	row      matrixOperation
	fault    matrixFault
	lasting  bool
	hits     int
	restores int
	strange  []string // requests that are no operation's
}

func newMatrixServer() *matrixServer {
	s := &matrixServer{operations: matrixOperations()}
	s.Server = httptest.NewUnstartedServer(s)
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // it tells of broken handshakes
	return s
}

// begin sets the scene for one cell.
func (s *matrixServer) begin(row matrixOperation, fault matrixFault, lasting bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.row, s.fault, s.lasting, s.hits, s.restores, s.strange = row, fault, lasting, 0, 0, nil
	s.written.Store(0)
}

func (s *matrixServer) counts() (hits, restores int, strange []string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.hits, s.restores, s.strange
}

func (s *matrixServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	row, fault, strikes := s.arrive(r)
	e := &matrixExchange{ResponseWriter: w, Request: r, server: s, row: row, echo: carried(r, body)}
	if strikes {
		fault.answer(e)
		return
	}
	e.good()
}

// arrive counts a request, and accepts the restore that it may be, in one step.
func (s *matrixServer) arrive(r *http.Request) (row matrixOperation, fault matrixFault, strikes bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	row = s.row
	if row.is(r) {
		s.hits++
		strikes = (s.lasting || s.hits == 1) && s.fault.answer != nil
	} else {
		at := slices.IndexFunc(s.operations, func(o matrixOperation) bool { return o.is(r) })
		switch {
		case at >= 0:
			row = s.operations[at]
		case matrixIsRestore(r): // in the deputy's project, or of its instance
			row.good, row.header = `{"job_id":"a1"}`, nil
		default:
			s.strange = append(s.strange, r.Method+" "+r.URL.Path)
		}
	}
	if matrixIsRestore(r) && (!strikes || s.fault.processed) {
		s.restores++
	}
	return row, s.fault, strikes
}

// carried is what a request tells of credentials, for a server that echoes it all.
func carried(r *http.Request, body []byte) string {
	access, _, _ := strings.Cut(r.Header.Get("Authorization"), ", Signature=")
	return strings.Join(
		[]string{access, r.Header.Get("X-Auth-Token"), r.Header.Get("X-Security-Token"), string(body)},
		" ",
	)
}

// goroutines are the stacks of all goroutines but the test runner's, by what they do: their creators, not their
// addresses.
func goroutines() map[string]int {
	buffer := make([]byte, 1<<20)
	for n := runtime.Stack(buffer, true); n == len(buffer); n = runtime.Stack(buffer, true) {
		buffer = make([]byte, 2*len(buffer))
	}
	found := map[string]int{}
	for stack := range bytes.SplitSeq(bytes.TrimRight(buffer, "\x00"), []byte("\n\n")) {
		_, creator, _ := bytes.Cut(stack, []byte("created by "))
		creator, _, _ = bytes.Cut(creator, []byte(" in goroutine"))
		found[string(creator)]++
	}
	return found
}

// expectNoNewGoroutines waits a moment for those that are about to end. It looks again and again because the end of
// somebody else's goroutine is no event that could be awaited.
func expectNoNewGoroutines(t *testing.T, before map[string]int, what string) {
	t.Helper()
	var more []string
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		more = nil
		for creator, count := range goroutines() {
			if count > before[creator] {
				more = append(more, fmt.Sprintf("%d more by %s", count-before[creator], creator))
			}
		}
		if len(more) == 0 {
			return
		}
	}
	t.Errorf("%s: goroutines are left: %q", what, more)
}
