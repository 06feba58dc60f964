// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The kinds of faults. "Processed" means that the request takes effect, for example that a restore is accepted, and
// that the fault then replaces the answer. Other kinds never reach the service.
const (
	FaultThrottle    = "throttle"     // 429 APIGW.0308
	FaultStatus      = "status"       // Status with Code and Message, or with Body
	FaultHTML        = "html"         // Status (502) with an HTML page
	FaultBase64      = "base64"       // Status (400) with Code and Message as base64url-encoded JSON
	FaultReset       = "reset"        // the connection is reset
	FaultClose       = "close"        // the connection is closed without an answer
	FaultResetAfter  = "reset-after"  // processed, then reset
	FaultStatusAfter = "status-after" // processed, then as status
	FaultDelay       = "delay"        // processed, then answered after Delay
	FaultTruncate    = "truncate"     // processed, then half of the body and a closed connection
	FaultEmpty       = "empty"        // processed, then Status (200) without a body
	FaultNoJobID     = "no-job-id"    // processed, then 200 with {}
)

var faultKinds = []string{
	FaultThrottle, FaultStatus, FaultHTML, FaultBase64, FaultReset, FaultClose,
	FaultResetAfter, FaultStatusAfter, FaultDelay, FaultTruncate, FaultEmpty, FaultNoJobID,
}

// Fault is what the next matching request meets. In JSON, durations are strings ("1.5s").
type Fault struct {
	Service   string // "" or "*" = any
	Operation string // "" or "*" = any
	Kind      string
	// Times is how often it strikes: 0 = once, -1 = until cleared.
	Times   int
	Status  int
	Code    string
	Message string
	Body    string // replaces the body made of Code and Message
	// RetryAfter sets the Retry-After header, in whole seconds, of an answer that the fault itself creates.
	RetryAfter time.Duration
	// Delay runs before the answer or the cut, in real time even with a manual clock. It ends early if the client
	// leaves. Every kind may have one.
	Delay time.Duration
}

type faultDocument struct {
	Service    string `json:"service,omitempty"`
	Operation  string `json:"operation,omitempty"`
	Kind       string `json:"kind"`
	Times      int    `json:"times,omitempty"`
	Status     int    `json:"status,omitempty"`
	Code       string `json:"code,omitempty"`
	Message    string `json:"message,omitempty"`
	Body       string `json:"body,omitempty"`
	RetryAfter string `json:"retry_after,omitempty"`
	Delay      string `json:"delay,omitempty"`
}

// UnmarshalJSON reads {"service": "rds", "operation": "RestoreTables", "kind": "delay", "delay": "2s"}.
func (f *Fault) UnmarshalJSON(data []byte) error {
	var document faultDocument
	if err := strictDecode(data, &document); err != nil {
		return err
	}
	retryAfter, err1 := time.ParseDuration(cmp.Or(document.RetryAfter, "0s"))
	delay, err2 := time.ParseDuration(cmp.Or(document.Delay, "0s"))
	*f = Fault{document.Service, document.Operation, document.Kind, document.Times, document.Status, document.Code,
		document.Message, document.Body, retryAfter, delay}
	return errors.Join(err1, err2)
}

// MarshalJSON is the inverse of UnmarshalJSON.
func (f Fault) MarshalJSON() ([]byte, error) {
	document := faultDocument{Service: f.Service, Operation: f.Operation, Kind: f.Kind, Times: f.Times,
		Status: f.Status,
		Code:   f.Code, Message: f.Message, Body: f.Body}
	if f.RetryAfter != 0 {
		document.RetryAfter = f.RetryAfter.String()
	}
	if f.Delay != 0 {
		document.Delay = f.Delay.String()
	}
	return json.Marshal(document)
}

// Plant adds a fault. If several faults match a request, the one planted first strikes. Plant rejects a fault that
// could never strike.
func (c *Cloud) Plant(fault Fault) error {
	if !slices.Contains(faultKinds, fault.Kind) {
		return fmt.Errorf("unknown kind of fault %q: one of %s", fault.Kind, strings.Join(faultKinds, ", "))
	}
	if fault.Times < -1 {
		return fmt.Errorf("a fault's Times must be -1 (always), 0 (once) or more, not %d", fault.Times)
	}
	if fault.Kind == FaultDelay && fault.Delay <= 0 {
		return errors.New("a delay needs its Delay")
	}
	if (fault.Kind == FaultStatus || fault.Kind == FaultStatusAfter) && (fault.Status < 200 || fault.Status > 599) {
		return fmt.Errorf("%s needs a Status from 200 to 599, not %d", fault.Kind, fault.Status)
	}
	if !fault.fitsSomething() {
		return fmt.Errorf("no service %q with an operation %q", fault.Service, fault.Operation)
	}
	if fault.Times == 0 {
		fault.Times = 1
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	c.faults = append(c.faults, &fault)
	return nil
}

// ClearFaults removes all planted faults.
func (c *Cloud) ClearFaults() {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.faults = nil
}

func (f Fault) fitsSomething() bool {
	for service, list := range routes {
		for _, route := range list {
			if f.fits(service, route.operation) {
				return true
			}
		}
	}
	return f.Operation == Unknown && (routes[f.Service] != nil || f.Service == "" || f.Service == "*")
}

func (f Fault) fits(service, operation string) bool {
	return (f.Service == "" || f.Service == "*" || f.Service == service) &&
		(f.Operation == "" || f.Operation == "*" || f.Operation == operation)
}

// takeFault uses up one strike of the first matching fault and returns a copy of it. The caller holds the lock.
func (c *Cloud) takeFault(service, operation string) *Fault {
	for i, fault := range c.faults {
		if !fault.fits(service, operation) {
			continue
		}
		struck := *fault
		if fault.Times > 0 {
			fault.Times--
		}
		if fault.Times == 0 {
			c.faults = slices.Delete(c.faults, i, i+1)
		}
		return &struck
	}
	return nil
}

// processes reports whether the request takes effect.
func (f Fault) processes() bool {
	return slices.Contains(
		[]string{FaultResetAfter, FaultStatusAfter, FaultDelay, FaultTruncate, FaultEmpty, FaultNoJobID}, f.Kind)
}

// answerFault answers as the fault says. processed is the answer that the request would have had.
func (c *Cloud) answerFault(service string, fault Fault, processed reply, w http.ResponseWriter, r *http.Request) {
	if fault.Delay > 0 {
		timer := time.NewTimer(fault.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			panic(http.ErrAbortHandler) // the client has left
		case <-c.closing:
			panic(http.ErrAbortHandler)
		}
	}
	switch fault.Kind {
	case FaultReset, FaultResetAfter:
		c.cut(w, nil, true)
	case FaultClose:
		c.cut(w, nil, false)
	case FaultTruncate:
		c.cut(w, processed.half(), false)
	case FaultDelay:
		processed.send(w)
	default:
		fault.reply(service, processed).send(w)
	}
}

func (f Fault) reply(service string, processed reply) reply {
	var answer reply
	switch f.Kind {
	case FaultThrottle:
		answer = newReply(service, nil, gatewayError{cmp.Or(f.Status, http.StatusTooManyRequests),
			cmp.Or(f.Code, "APIGW.0308"), cmp.Or(f.Message, throttled(60).message)})
	case FaultStatus, FaultStatusAfter, FaultBase64:
		answer = newReply(service, nil, refusal{cmp.Or(f.Status, http.StatusBadRequest), f.Code, f.Message})
		if f.Code == "" && f.Message == "" {
			answer.body = nil
		}
		if f.Kind == FaultBase64 {
			answer.body = []byte(base64.URLEncoding.EncodeToString(answer.body))
		}
	case FaultHTML:
		answer = newReply(service, nil, refusal{cmp.Or(f.Status, http.StatusBadGateway), "", ""})
		answer.header.Set("Content-Type", "text/html")
		title := strconv.Itoa(answer.status) + " " + http.StatusText(answer.status)
		answer.body = []byte("<html>\r\n<head><title>" + title + "</title></head>\r\n<body><h1>" + title +
			"</h1></body>\r\n</html>\r\n")
	case FaultEmpty:
		answer = processed
		answer.status, answer.body = cmp.Or(f.Status, http.StatusOK), nil
	case FaultNoJobID:
		answer = processed
		answer.status, answer.body = http.StatusOK, []byte("{}")
	}
	if f.Body != "" {
		answer.body = []byte(f.Body)
	}
	if f.RetryAfter > 0 {
		answer.header.Set("Retry-After", strconv.Itoa(int(math.Ceil(f.RetryAfter.Seconds()))))
	}
	return answer
}

// half returns the head of the answer with its full Content-Length, and half of the body.
func (r reply) half() []byte {
	r.header.Set("Content-Length", strconv.Itoa(len(r.body)))
	var raw strings.Builder
	fmt.Fprintf(&raw, "HTTP/1.1 %d %s\r\n", r.status, http.StatusText(r.status))
	_ = r.header.Write(&raw) // a strings.Builder never fails
	raw.WriteString("\r\n")
	raw.Write(r.body[:len(r.body)/2])
	return []byte(raw.String())
}

// cut hijacks the connection, writes last, and closes the connection with a reset or normally.
func (c *Cloud) cut(w http.ResponseWriter, last []byte, reset bool) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // already gone
	}
	defer c.connections.Done() // net/http does not report the end of a hijacked connection
	if tcp, ok := connection.(*net.TCPConn); ok && reset {
		_ = tcp.SetLinger(0)
	}
	if len(last) > 0 {
		_, _ = connection.Write(last)
	}
	_ = connection.Close()
}
