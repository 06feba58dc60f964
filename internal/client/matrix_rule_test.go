// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// matrixClass is what a fault is to the rule of the matrix.
type matrixClass int

const (
	matrixHarmless    matrixClass = iota // an answer as it should be, only strange
	matrixUnsent                         // there was no connection to write to
	matrixUntrusted                      // nor will there be, however long anybody waits
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

func (e *matrixExchange) Write(data []byte) (int, error) { return e.ResponseWriter.Write(data) }
