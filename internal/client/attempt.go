// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"time"

	"terraform-provider-x/internal/client/signer"
)

const (
	// attemptTimeout ends one attempt. The lookup of the tables that RDS can restore is known to take most of a minute,
	// and the vendor's own SDK waits as long as this.
	attemptTimeout = 120 * time.Second
	// metadataTimeout is the vendor's SDK's: the service is on this machine or nowhere.
	metadataTimeout = 3 * time.Second

	replyLimit      = 8 << 20
	errorReplyLimit = 64 << 10
)

var errReplyTooLarge = errors.New("the reply is larger than 8 MiB")

// errNoAnswer is why an attempt ends that timed out. It is not context.DeadlineExceeded, which would pass for the
// caller's own deadline.
var errNoAnswer = errors.New("no answer in time")

// attempt sends the request once. The exchange keeps what came of it.
func (x *exchange) attempt(request *http.Request) error {
	through, err := x.client.proxies.enter(x.httpClient(), request) // before the attempt begins: it may wait
	x.begin()
	var response *http.Response
	if err == nil {
		response, err = x.roundTrip(request, through) //nolint:bodyclose // roundTrip closes it, and leaves the head
		through.leave(request.Context(), err)
	}
	x.end(err)
	x.log(request.Context(), response, err)
	if err != nil {
		return x.describe(err)
	}
	return nil
}

// roundTrip reads the answer to the end, so that a connection that breaks in the middle is an error like any other. It
// authorises the request anew, because a signature ages. Of the response, only the head is left.
func (x *exchange) roundTrip(request *http.Request, through *passage) (*http.Response, error) {
	ctx, cancel := x.attemptContext(request.Context())
	defer cancel()
	request = request.Clone(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { x.sent.Store(true) },
	}))
	x.setHeader(request.Header)
	if x.credential != nil {
		x.credential.authorise(request, x.query, x.payload, x.projectID, x.started)
	}
	response, err := x.httpClient().Do(request)
	if err != nil {
		return nil, x.transportError(err)
	}
	defer func() { _ = response.Body.Close() }()
	if through.isRefusedBy(response) {
		x.sent.Store(false) // the proxy did not pass it on
		return response, x.transportError(newProxyAnswer(response.StatusCode))
	}
	return response, x.read(response)
}

// begin notes a new attempt, of which nothing is known yet.
func (x *exchange) begin() {
	x.attempts++
	x.started = x.client.clock.Now()
	if x.begun.IsZero() {
		x.begun = x.started
	}
	x.sent.Store(false)
	x.throttled, x.retryAfter, x.answer = false, 0, nil
}

// end notes what came of an attempt.
func (x *exchange) end(err error) {
	x.ended = x.client.clock.Now()
	switch {
	case err != nil:
		x.failures++
		return
	case x.answer.status == http.StatusTooManyRequests:
		x.throttled = true
		x.sent.Store(false) // the gateway throttles before the call reaches the service
	case x.answer.status >= http.StatusInternalServerError:
		x.failures++
	}
	x.retryAfter = retryAfter(x.answer.header, x.client.clock.Now(), longestRetryAfter)
}

// attemptContext ends with the timeout, and with the caller's context. But once a call that must not be sent twice has
// a connection, only the timeout ends its attempt: the answer to a restore must not be lost to a Ctrl-C.
func (x *exchange) attemptContext(caller context.Context) (context.Context, context.CancelFunc) {
	timeout := x.client.attemptTimeout
	if x.service == serviceMetadata {
		timeout = metadataTimeout
	}
	if !x.once {
		return context.WithTimeoutCause(caller, timeout, errNoAnswer)
	}
	ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(caller), timeout, errNoAnswer)
	stop := context.AfterFunc(caller, func() {
		if !x.sent.Load() { // it is still dialling, so nothing is lost
			cancel()
		}
	})
	return ctx, func() { stop(); cancel() }
}

func (x *exchange) setHeader(header http.Header) {
	header.Set("Accept", "application/json")
	header.Set("Content-Type", "application/json")
	if x.client.config.UserAgent != "" {
		header.Set("User-Agent", x.client.config.UserAgent)
	}
	for name, values := range x.header {
		header[name] = values
	}
}

// read keeps the answer. The beginning of an error's body is enough; any other reply must be whole, and JSON.
func (x *exchange) read(response *http.Response) error {
	got := &answer{status: response.StatusCode, header: response.Header}
	if response.StatusCode/100 != 2 {
		got.body, _ = io.ReadAll(io.LimitReader(response.Body, errorReplyLimit))
		x.answer = got
		return nil
	}
	var err error
	got.body, err = io.ReadAll(io.LimitReader(response.Body, x.client.replyLimit+1))
	switch {
	case err != nil:
		return fmt.Errorf("HTTP %d, but the reply broke off: %w", response.StatusCode, err)
	case int64(len(got.body)) > x.client.replyLimit:
		return errReplyTooLarge
	case !x.plain && !json.Valid(got.body):
		err := fmt.Errorf("HTTP %d, but it is not JSON", response.StatusCode)
		return &ReplyError{Operation: x.name(), Body: x.excerpt(got.body), Err: err}
	}
	x.answer = got
	return nil
}

// transportError is why no answer came, fit to be shown: net/http quotes the head of an answer that it cannot read, and
// a redirect that it cannot follow, which may echo the request's credentials.
func (x *exchange) transportError(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		err = failed.Err // the rest of it repeats method and address
		if failed.Timeout() {
			// The dialler's timeout. It is not wrapped: it would pass for the caller's own deadline.
			err = fmt.Errorf("no connection in time (%v)", failed.Err)
		}
	}
	err = fromSOCKS(err)
	shown := x.client.redact(err)
	if check := whatToCheck(err); check != "" {
		return &ConnectionError{Err: shown, Check: check}
	}
	return shown
}

// describe says which attempt failed.
func (x *exchange) describe(err error) error {
	attempt := fmt.Sprintf("%s %s%s, attempt %d", x.method, x.client.endpoint(x.service), x.path, x.attempts)
	var reply *ReplyError
	if errors.As(err, &reply) {
		return &ReplyError{Operation: reply.Operation, Body: reply.Body, Err: fmt.Errorf("%s: %w", attempt, reply.Err)}
	}
	return fmt.Errorf("%s: %s: %w", x.name(), attempt, err)
}

func (x *exchange) log(ctx context.Context, response *http.Response, err error) {
	fields := map[string]any{
		"service":     x.service,
		"operation":   x.operation,
		"method":      x.method,
		"path":        x.path,
		"attempt":     x.attempts,
		"duration_ms": x.client.clock.Now().Sub(x.started).Milliseconds(),
	}
	if response != nil {
		fields["status"] = response.StatusCode
		fields["request_id"] = x.client.line([]byte(requestID(response.Header, nil)), excerptLimit)
	}
	if err != nil {
		fields["error"] = err.Error()
	}
	x.client.log(ctx, "cloud call", fields)
}

// address is where the call is sent. The query is written as it is signed.
func (x *exchange) address() string {
	address := x.client.endpoint(x.service) + x.path
	if len(x.query) > 0 {
		address += "?" + signer.CanonicalQuery(x.query)
	}
	return address
}
