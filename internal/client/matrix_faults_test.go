// SPDX-License-Identifier: MPL-2.0

package client

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// matrixClass is what a fault is to the rule of the matrix.
type matrixClass int

const (
	matrixHarmless    matrixClass = iota // an answer as it should be, only strange
	matrixUnsent                         // there was no connection to write to
	matrixUntrusted                      // nor will there be
	matrixThrottled                      // the gateway did not let it through
	matrixLost                           // it was sent, and no whole answer came, or none that can be read
	matrixBroken                         // a 5xx
	matrixUnavailable                    // a 503, by which IAM has not looked at a password
	matrixRefused                        // a 4xx
	matrixAbsent                         // a 404
	matrixInside                         // a 200 with an error inside
	matrixUnclear                        // a 3xx or a 408
	matrixHuge                           // a 200 with more than anybody should read
	matrixShape                          // a 200 with JSON that is not as documented
)

// matrixRule is what a cell must come to: one letter where the call is made once, otherwise two, for a fault that
// strikes once and for one that lasts.
//
//	A  accepted, at the first attempt
//	R  accepted, at a later attempt
//	X  refused, with the service's answer; x after more attempts
//	E  another error, no answer to show; e after more attempts
//	?  ambiguous, and not sent again
func matrixRule(row matrixOperation, class matrixClass) string {
	type byKind = map[matrixKind]string
	rules := map[matrixClass]byKind{
		matrixHarmless: {matrixLookUp: "A", matrixSubmit: "A", matrixPassword: "A", matrixKey: "A", matrixIDToken: "A"},
		matrixUnsent: {
			matrixLookUp:   "Re",
			matrixSubmit:   "Re",
			matrixPassword: "Re",
			matrixKey:      "Re",
			matrixIDToken:  "Re",
		},
		matrixUntrusted: {matrixLookUp: "E", matrixSubmit: "E", matrixPassword: "E", matrixKey: "E", matrixIDToken: "E"},
		matrixThrottled: {
			matrixLookUp:   "Rx",
			matrixSubmit:   "Rx",
			matrixPassword: "Rx",
			matrixKey:      "Rx",
			matrixIDToken:  "Rx",
		},
		matrixLost:        {matrixLookUp: "Re", matrixSubmit: "?", matrixPassword: "E", matrixKey: "Re", matrixIDToken: "Re"},
		matrixBroken:      {matrixLookUp: "Rx", matrixSubmit: "?", matrixPassword: "X", matrixKey: "Rx", matrixIDToken: "Rx"},
		matrixUnavailable: {matrixLookUp: "Rx", matrixSubmit: "?", matrixPassword: "X", matrixKey: "Rx", matrixIDToken: "Rx"},
		matrixRefused:     {matrixLookUp: "X", matrixSubmit: "X", matrixPassword: "X", matrixKey: "X", matrixIDToken: "X"},
		matrixAbsent:      {matrixLookUp: "X", matrixSubmit: "X", matrixPassword: "X", matrixKey: "X", matrixIDToken: "X"},
		matrixInside:      {matrixLookUp: "X", matrixSubmit: "X", matrixPassword: "E", matrixKey: "X", matrixIDToken: "E"},
		matrixUnclear:     {matrixLookUp: "X", matrixSubmit: "?", matrixPassword: "X", matrixKey: "X", matrixIDToken: "X"},
		matrixHuge:        {matrixLookUp: "E", matrixSubmit: "?", matrixPassword: "E", matrixKey: "E", matrixIDToken: "E"},
	}
	switch {
	case class == matrixAbsent && row.notFoundTwice:
		return "x"
	case class == matrixAbsent && row.notFoundIsNone:
		return "A"
	}
	return rules[class][row.kind]
}

// matrixShapes are what a reply that is not as documented may come to, by row: a list may be taken for an empty one, a
// number for an id. What must not be is that a restore whose job is not known passes for refused.
func matrixShapes(row matrixOperation) string {
	if row.kind == matrixSubmit {
		return "?A"
	}
	return "EeA"
}

// matrixFault is one column.
type matrixFault struct {
	name      string
	class     matrixClass
	processed bool // the service has done what it was asked for
	coded     bool // the answer tells a code
	traced    bool // and a request id
	bulky     bool // what is read and kept of it is bounded, and measured
	few       bool // it is costly: one row of each kind will do, and one retry
	answer    func(e *matrixExchange)
	dial      func(ctx context.Context, dial matrixDialer, address string) (net.Conn, error) // instead of connecting
	waits     [2]time.Duration                                                               // what is waited before the next attempt; zero is not checked
}

type matrixDialer = func(ctx context.Context, network, address string) (net.Conn, error)

// matrixExchange is a request that the fault strikes.
type matrixExchange struct {
	http.ResponseWriter
	*http.Request
	server *matrixServer
	row    matrixOperation
	echo   string // what the request carried of credentials
}

const (
	matrixCode      = "MATRIX.4711"
	matrixRequestID = "matrix-request-id-0815"
)

// say answers with a status, a body and the request id.
func (e *matrixExchange) say(status int, body string, header ...string) {
	e.Header().Set("X-Request-Id", matrixRequestID)
	for i := 0; i < len(header); i += 2 {
		e.Header().Set(header[i], header[i+1])
	}
	e.WriteHeader(status)
	_, _ = io.WriteString(e.ResponseWriter, body)
}

func (e *matrixExchange) Header() http.Header { return e.ResponseWriter.Header() }

func (e *matrixExchange) good(header ...string) {
	e.say(http.StatusOK, e.row.good, append(header, e.row.header...)...)
}

// errorBody tells a code, and all that the request carried.
func (e *matrixExchange) errorBody() string {
	text, _ := json.Marshal(map[string]string{"error_code": matrixCode, "error_msg": "no, not for " + e.echo})
	return string(text)
}

// cut takes over the connection, writes what there is to write, and ends it.
func (e *matrixExchange) cut(last string, reset bool) {
	connection, _, err := e.ResponseWriter.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	if tcp, ok := connection.(*net.TCPConn); ok && reset {
		_ = tcp.SetLinger(0)
	}
	_, _ = io.WriteString(connection, last)
	_ = connection.Close()
}

// stream writes the same again and again, until there are 100 MB of it or nobody reads any more.
func (e *matrixExchange) stream(status int, begin, again string) {
	e.WriteHeader(status)
	_, _ = io.WriteString(e.ResponseWriter, begin)
	for sent := 0; sent < 100_000_000; sent += len(again) {
		n, err := io.WriteString(e.ResponseWriter, again)
		e.server.written.Add(int64(n))
		if err != nil {
			return
		}
	}
}

// firstKey is the field that the row's reply must have.
func (o matrixOperation) firstKey() string {
	key, _, _ := strings.Cut(strings.TrimPrefix(o.good, `{"`), `"`)
	return key
}

// matrixFaults are the columns.
func matrixFaults(t *testing.T) []matrixFault {
	var faults []matrixFault
	add := func(f ...matrixFault) { faults = append(faults, f...) }
	statusOf := func(status int, class matrixClass) matrixFault {
		return matrixFault{
			name:   fmt.Sprint(status),
			class:  class,
			coded:  true,
			traced: true,
			answer: func(e *matrixExchange) { e.say(status, e.errorBody()) },
		}
	}
	body := func(name string, class matrixClass, status int, body string) matrixFault {
		return matrixFault{
			name: name, class: class, traced: class != matrixLost && class != matrixShape, processed: class == matrixShape,
			answer: func(e *matrixExchange) { e.say(status, body) },
		}
	}
	// What the row's own code never sees, or skips, takes the same path for all rows of a kind.
	costly := func(fault matrixFault) matrixFault { fault.few = true; return fault }

	add(
		matrixFault{name: "none", processed: true, answer: func(e *matrixExchange) { e.good() }},
		matrixFault{
			name:      "202",
			processed: true,
			answer:    func(e *matrixExchange) { e.say(http.StatusAccepted, e.row.good, e.row.header...) },
		},
		matrixFault{
			name:      "103 first",
			processed: true,
			answer:    func(e *matrixExchange) { e.WriteHeader(http.StatusEarlyHints); e.good() },
		},
		matrixFault{name: "chunks of a byte", processed: true, answer: func(e *matrixExchange) {
			for i := 0; i < len(e.row.header); i += 2 {
				e.Header().Set(e.row.header[i], e.row.header[i+1])
			}
			for i := range len(e.row.good) {
				_, _ = io.WriteString(e.ResponseWriter, e.row.good[i:i+1])
				_ = http.NewResponseController(e.ResponseWriter).Flush()
			}
		}},
	)
	add(matrixDials(t)...)
	for _, reset := range []bool{true, false} {
		how := map[bool]string{true: "reset", false: "closed"}[reset]
		head := "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4096\r\n"
		add(
			matrixFault{name: how + " once read", class: matrixLost, answer: func(e *matrixExchange) { e.cut("", reset) }},
			matrixFault{
				name:      how + " once accepted",
				class:     matrixLost,
				processed: true,
				answer:    func(e *matrixExchange) { e.cut("", reset) },
			},
			matrixFault{
				name:      how + " in the head",
				class:     matrixLost,
				processed: true,
				answer:    func(e *matrixExchange) { e.cut(head, reset) },
			},
			matrixFault{
				name:      how + " in the body",
				class:     matrixLost,
				processed: true,
				answer:    func(e *matrixExchange) { e.cut(head+"\r\n"+e.row.good, reset) },
			},
			matrixFault{name: how + " in a chunk", class: matrixLost, processed: true, answer: func(e *matrixExchange) {
				e.cut("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\n"+e.row.good, reset)
			}},
		)
	}
	add(
		matrixFault{
			name:      "no HTTP",
			class:     matrixLost,
			processed: true,
			answer:    func(e *matrixExchange) { e.cut("220 mail.example ESMTP\r\n", false) },
		},
		matrixFault{name: "400 broken off", class: matrixRefused, answer: func(e *matrixExchange) {
			e.cut(
				"HTTP/1.1 400 Bad Request\r\nContent-Length: 4096\r\nX-Request-Id: "+matrixRequestID+"\r\n\r\n"+e.errorBody(),
				true,
			)
		}},
		matrixFault{
			name:      "a head of 20 MB",
			class:     matrixLost,
			processed: true,
			bulky:     true,
			few:       true,
			answer: func(e *matrixExchange) {
				connection, _, err := e.ResponseWriter.(http.Hijacker).Hijack()
				if err != nil {
					panic(err)
				}
				line := "X-Padding: " + strings.Repeat("a", 60_000) + "\r\n"
				_, err = io.WriteString(connection, "HTTP/1.1 200 OK\r\n")
				for sent := 0; sent < 20_000_000 && err == nil; sent += len(line) {
					_, err = io.WriteString(connection, line)
				}
				_ = connection.Close()
			},
		},
	)

	for _, status := range []int{400, 401, 403, 409, 413, 499} {
		add(statusOf(status, matrixRefused))
	}
	add(statusOf(404, matrixAbsent), statusOf(408, matrixUnclear))
	for _, status := range []int{500, 501, 502, 504, 599} {
		add(statusOf(status, matrixBroken))
	}
	add(statusOf(503, matrixUnavailable))

	throttled := func(name, retryAfter string, least, most time.Duration) matrixFault {
		return matrixFault{
			name:   "429 " + name,
			class:  matrixThrottled,
			coded:  true,
			traced: true,
			waits:  [2]time.Duration{least, most},
			answer: func(e *matrixExchange) {
				e.say(http.StatusTooManyRequests, e.errorBody(), "Retry-After", retryAfter)
			},
		}
	}
	const late = 35 * time.Second // the longest, and what the budget makes of it
	add(
		throttled("alone", "", 800*time.Millisecond, late),
		throttled("seconds", "7", 7*time.Second, late),
		throttled("a date", noon.Add(9*time.Second).Format(http.TimeFormat), 8*time.Second, late),
		throttled("a past date", noon.Add(-time.Hour).Format(http.TimeFormat), 800*time.Millisecond, late),
		throttled(
			"a year",
			"31536000",
			30*time.Second,
			late,
		),
		throttled("overflow", "99999999999999999999", 800*time.Millisecond, late),
		throttled("minus", "-5", 800*time.Millisecond, late),
		throttled("soon", "soon", 800*time.Millisecond, late),
		throttled("year 9999", "Fri, 31 Dec 9999 23:59:59 GMT", 30*time.Second, late),
	)

	bomb := gzipped(t)
	deep, deepObject := strings.Repeat("[", 100_000), strings.Repeat(`{"error":`, 100_000)
	valid := strings.Repeat(`{"error":`, 9_000) + "{}" + strings.Repeat("}", 9_000)
	const page = "<html><head><title>Log in</title></head><body>\r\n<p>Please log in</p></body></html>"
	base64url := base64.URLEncoding.EncodeToString([]byte(`{"error_code":"` + matrixCode + `","error_msg":"?>?>"}`))
	for _, status := range []int{400, 502} {
		class := map[int]matrixClass{400: matrixRefused, 502: matrixBroken}[status]
		prefix := fmt.Sprint(status, " ")
		coded := body(prefix+"base64url", class, status, base64url)
		coded.coded = true
		add(
			body(
				prefix+"HTML",
				class,
				status,
				page,
			),
			body(prefix+"empty", class, status, ""),
			body(prefix+"cut JSON", class, status, `{"error_code":"MATR`),
			coded,
			costly(body(prefix+"deep", class, status, deep)),
			costly(body(prefix+"deep objects", class, status, valid)),
			body(prefix+"odd types", class, status, `{"error_code":{"a":[1]},"error_msg":[true],"request_id":{}}`),
			matrixFault{
				name:   prefix + "100 MB",
				class:  class,
				bulky:  true,
				few:    true,
				answer: func(e *matrixExchange) { e.stream(status, "", strings.Repeat("\x00", 1<<16)) },
			},
		)
	}
	big := func(name, begin, again string) matrixFault {
		return matrixFault{
			name:      "200 " + name,
			class:     matrixHuge,
			processed: true,
			bulky:     true,
			few:       true,
			answer:    func(e *matrixExchange) { e.stream(http.StatusOK, begin, again) },
		}
	}
	add(
		body(
			"200 HTML",
			matrixLost,
			200,
			page,
		),
		body("200 empty", matrixLost, 200, ""),
		body("204", matrixLost, 204, ""),
		body("200 cut JSON", matrixLost, 200, `{"job_id":"a`),
		body(
			"200 base64url",
			matrixLost,
			200,
			base64url,
		),
		body("200 two documents", matrixLost, 200, `{"job_id":"a"} {"job_id":"b"}`),
		costly(
			body("200 deep", matrixLost, 200, deep),
		),
		costly(body("200 deep objects", matrixLost, 200, deepObject+"{}"+strings.Repeat("}", 100_000))),
		big(
			"100 MB zeros",
			"",
			strings.Repeat("\x00", 1<<16),
		),
		big("100 MB JSON", `{"job_id":[`, strings.Repeat(`"aaaaaaaaaaaa",`, 1<<12)),
		matrixFault{
			name:      "200 gzip bomb",
			class:     matrixHuge,
			processed: true,
			bulky:     true,
			few:       true,
			answer: func(e *matrixExchange) {
				e.Header().Set("Content-Encoding", "gzip")
				e.WriteHeader(http.StatusOK)
				for range 100 {
					if _, err := e.Write(bomb); err != nil {
						return
					}
				}
			},
		},
	)
	add(matrixFault{name: "200 an error inside", class: matrixInside, coded: true, answer: func(e *matrixExchange) {
		e.say(http.StatusOK, e.errorBody())
	}})
	for _, shape := range []string{`17`, `null`, `[]`, `"text"`, `true`, `{}`, `[[{}]]`, `{"other":[]}`, `{"error_code":"DWS.0000"}`} {
		add(body("200 "+shape, matrixShape, 200, shape))
	}
	for _, value := range []string{`17`, `null`, `[]`, `{}`, `true`, `[17]`, `[{}]`, `[[]]`, `{"id":{}}`, `[{"id":[],"job_id":{}}]`, `1e999`, `""`} {
		add(matrixFault{name: "200 KEY:" + value, class: matrixShape, processed: true, answer: func(e *matrixExchange) {
			e.say(http.StatusOK, `{"`+e.row.firstKey()+`":`+value+`}`, e.row.header...)
		}})
	}
	add(costly(body("200 valid depth", matrixShape, 200, valid)))
	return faults
}

func (e *matrixExchange) Write(data []byte) (int, error) { return e.ResponseWriter.Write(data) }

// gzipped is a megabyte of zeros; a hundred of them after each other are one stream again.
func gzipped(t *testing.T) []byte {
	t.Helper()
	var small bytes.Buffer
	writer := gzip.NewWriter(&small)
	if _, err := writer.Write(make([]byte, 1_000_000)); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return small.Bytes()
}

// matrixDials are the columns whose fault is met before a request is written.
func matrixDials(t *testing.T) []matrixFault {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := closed.Addr().String()
	_ = closed.Close()
	fails := func(err error) func(context.Context, matrixDialer, string) (net.Conn, error) {
		return func(context.Context, matrixDialer, string) (net.Conn, error) { return nil, err }
	}
	resetter := newResetter(t)
	return []matrixFault{
		{
			name:  "no such name",
			class: matrixUnsent,
			dial:  fails(&net.DNSError{Err: "no such host", Name: "service.example", IsNotFound: true}),
		},
		{
			name:  "name server away",
			class: matrixUnsent,
			dial:  fails(&net.DNSError{Err: "server misbehaving", Name: "service.example", IsTemporary: true}),
		},
		{
			name:  "port closed",
			class: matrixUnsent,
			dial: func(ctx context.Context, dial matrixDialer, _ string) (net.Conn, error) {
				return dial(ctx, "tcp", port)
			},
		},
		{name: "reset by dialling", class: matrixUnsent, dial: fails(&net.OpError{Op: "dial", Err: syscall.ECONNRESET})},
		{name: "no route in time", class: matrixUnsent, dial: fails(&net.OpError{Op: "dial", Err: context.DeadlineExceeded})},
		{name: "reset once accepted by TCP", class: matrixLost, dial: resetter.dial},
	}
}

// resetter is a server that resets each connection unread, once its client has it.
type resetter struct {
	address string
	had     chan struct{}
}

func newResetter(t *testing.T) *resetter {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &resetter{address: listener.Addr().String(), had: make(chan struct{})}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			<-r.had
			_ = connection.(*net.TCPConn).SetLinger(0)
			_ = connection.Close()
		}
	})
	t.Cleanup(func() { _ = listener.Close(); serving.Wait() })
	return r
}

func (r *resetter) dial(ctx context.Context, dial matrixDialer, _ string) (net.Conn, error) {
	connection, err := dial(ctx, "tcp", r.address)
	if err == nil {
		r.had <- struct{}{}
	}
	return connection, err
}
