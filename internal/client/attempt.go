// SPDX-License-Identifier: MPL-2.0

package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

const (
	replyLimit      = 8 << 20
	errorReplyLimit = 64 << 10
)

var errReplyTooLarge = errors.New("the reply is larger than 8 MiB")

// roundTripper makes one attempt: it authorises the request anew, because a signature ages, reads
// the reply to the end, so that a connection cut in the middle is an error like any other, and logs.
type roundTripper struct {
	*shared
	next    http.RoundTripper
	timeout time.Duration // of one attempt
	uncut   bool          // once there is a connection, only the timeout ends the attempt
}

func (t *roundTripper) RoundTrip(request *http.Request) (*http.Response, error) {
	x := exchangeOf(request.Context())
	x.attempt++
	x.sent.Store(false)
	x.retryAfter = 0
	x.started = t.clock.Now()
	if x.begun.IsZero() {
		x.begun = x.started
	}
	ctx, cancel := t.attemptContext(request.Context(), x)
	defer cancel()
	request = request.Clone(ctx)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("Content-Type", "application/json")
	if t.config.UserAgent != "" {
		request.Header.Set("User-Agent", t.config.UserAgent)
	}
	for name, values := range x.header {
		request.Header[name] = values
	}
	if x.credential != nil {
		x.credential.authorise(request, x.query, x.payload, x.projectID, x.started)
	}
	response, err := t.next.RoundTrip(request)
	if err != nil {
		err = t.struck(err) // net/http quotes an answer's head that it cannot read, which may echo the request's
	} else {
		err = t.readReply(x, response)
	}
	t.logAttempt(request.Context(), x, response, err)
	if err != nil {
		return nil, err
	}
	x.retryAfter = retryAfter(response.Header, t.clock.Now())
	return response, nil
}

// errNoAnswer is the cause of an attempt's end by its timeout. It is not context.DeadlineExceeded, which would pass for the
// caller's own deadline.
var errNoAnswer = errors.New("no answer in time")

// attemptContext ends with the timeout, and with the caller's context unless the attempt is not to be cut.
func (t *roundTripper) attemptContext(caller context.Context, x *exchange) (context.Context, context.CancelFunc) {
	if x.service == serviceMetadata {
		return context.WithTimeoutCause(caller, metadataTimeout, errNoAnswer)
	}
	if !t.uncut {
		return context.WithTimeoutCause(caller, t.timeout, errNoAnswer)
	}
	ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(caller), t.timeout, errNoAnswer)
	stop := context.AfterFunc(caller, func() {
		if !x.sent.Load() { // still dialling: nothing is lost
			cancel()
		}
	})
	return ctx, func() { stop(); cancel() }
}

// readReply replaces the response's body by what it holds. Of an error's body the beginning will do;
// any other reply must be whole, and JSON.
func (t *roundTripper) readReply(x *exchange, response *http.Response) error {
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode/100 != 2 {
		data, _ := io.ReadAll(io.LimitReader(response.Body, errorReplyLimit))
		response.Body = io.NopCloser(bytes.NewReader(data))
		return nil
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, replyLimit+1))
	switch {
	case err != nil:
		return fmt.Errorf("HTTP %d, but the reply broke off: %w", response.StatusCode, err)
	case len(data) > replyLimit:
		return errReplyTooLarge
	case !x.plain && !json.Valid(data):
		return &ReplyError{Operation: x.name(), Body: x.excerpt(data), Err: fmt.Errorf("HTTP %d, but it is not JSON", response.StatusCode)}
	}
	response.Body = io.NopCloser(bytes.NewReader(data))
	return nil
}

func (t *roundTripper) logAttempt(ctx context.Context, x *exchange, response *http.Response, err error) {
	fields := map[string]any{
		"service":     x.service,
		"operation":   x.operation,
		"method":      x.method,
		"path":        x.path,
		"attempt":     x.attempt,
		"duration_ms": t.clock.Now().Sub(x.started).Milliseconds(),
	}
	if response != nil {
		fields["status"] = response.StatusCode
		fields["request_id"] = t.line([]byte(requestID(response.Header, nil)), excerptLimit)
	}
	if err != nil {
		fields["error"] = err.Error()
	}
	t.log(ctx, "cloud call", fields)
}
