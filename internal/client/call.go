// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// call is one operation of a service, as its API reference describes it.
type call struct {
	service   string
	operation string // in words, for messages
	method    string
	path      string // "{project_id}" stands for the project's id
	query     url.Values
	body      any         // sent as JSON; nil for none
	header    http.Header // besides those that every call has
	as        *login      // nil is the client's own
	anonymous bool        // no login is needed
	plain     bool        // the service answers with text, not JSON
	once      bool        // the call must not be sent again once the service may have accepted it
	priority  priority
	notInOTC  bool // Open Telekom Cloud's API reference does not have it
}

// answer is what came back for a call, read to the end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// exchange is a call on its way, with all that its attempts find out.
type exchange struct {
	call
	client    *Client
	isLogin   bool // the answer holds a token or a key
	projectID string
	payload   []byte
	begun     time.Time // the first attempt, on the client's clock

	credential *credential // of the next attempt; nil if the call is anonymous
	attempts   int
	failures   int // of the attempts, those that count as retries

	// The rest is of the last attempt.
	started    time.Time // on the client's clock, as the next
	ended      time.Time
	sent       atomic.Bool // it had a connection, so that the service may have accepted the call
	throttled  bool
	retryAfter time.Duration // what the answer asked for
	answer     *answer       // nil if none came
}

// do makes a call that may be sent again, and decodes its reply. Errors: *APIError if the service answered with one,
// *ReplyError if it answered what is not documented, context.Cause(ctx) if ctx is done, otherwise what kept the service
// from answering.
func (c *Client) do(ctx context.Context, call call, reply any) error {
	x, err := c.send(ctx, call)
	if err != nil {
		return err
	}
	if x.answer.status/100 != 2 || refusedInside(x.answer.body) {
		return x.apiError()
	}
	if err := json.Unmarshal(x.answer.body, reply); err != nil {
		return x.replyError(err)
	}
	return nil
}

// submit makes a restore call. It returns nil if accepted, which looks at the decoded reply, says that the service
// started a job. Errors: *AmbiguousError if the service may have accepted the call and no job is known; any other error
// means that it did not.
func (c *Client) submit(ctx context.Context, call call, reply any, accepted func() bool) error {
	call.once, call.priority = true, forRestore
	x, err := c.send(ctx, call)
	ambiguous := func(err error) error {
		return &AmbiguousError{Operation: x.name(), Err: err, Sent: x.started, Lost: x.ended}
	}
	switch {
	case err != nil && x != nil && x.sent.Load():
		return ambiguous(err)
	case err != nil:
		return err
	case x.answer.status/100 == 2:
		// What does not decode is not accepted. What decodes may hold a job id even if a neighbour has the wrong type.
		_ = json.Unmarshal(x.answer.body, reply)
		if accepted() {
			return nil
		}
		if refusedInside(x.answer.body) {
			return x.apiError()
		}
		return ambiguous(fmt.Errorf("%w; the reply names no job", x.apiError()))
	case x.answer.status/100 == 4 && x.answer.status != http.StatusRequestTimeout:
		return x.apiError()
	default:
		return ambiguous(x.apiError())
	}
}

// send makes the attempts of a call. The exchange is nil if the call failed before its login was asked for. If the
// service does not accept the credential, send renews it once: a 401 is certain, even for a call that must not be sent
// twice.
func (c *Client) send(ctx context.Context, call call) (*exchange, error) {
	x, err := c.newExchange(ctx, call)
	if err != nil {
		return nil, err
	}
	admitted, err := x.as.admit(ctx)
	if err != nil {
		return x, err
	}
	err = x.sendWithRetries(ctx)
	if err == nil && x.credential.isRejectedBy(x.answer) {
		x.credential.note(x.answer)
		x.sent.Store(false)
		err = x.sendWithRetries(ctx)
	}
	if err == nil {
		x.credential.note(x.answer)
	}
	x.as.settle(ctx, x, admitted)
	return x, err
}

func (c *Client) newExchange(ctx context.Context, call call) (*exchange, error) {
	x := &exchange{call: call, client: c, isLogin: call.as != nil || call.anonymous}
	if !x.isLogin {
		x.as = c.login
	}
	if err := c.checkOffered(call); err != nil {
		return nil, err
	}
	if slices.Contains(databases, x.service) {
		var err error
		if x.projectID, err = c.ProjectID(ctx); err != nil {
			return nil, err
		}
	}
	if call.body != nil {
		var err error
		if x.payload, err = json.Marshal(call.body); err != nil {
			return nil, fmt.Errorf("%s: %w", x.name(), err)
		}
	}
	x.path = strings.ReplaceAll(x.path, "{project_id}", x.projectID)
	return x, nil
}

func (x *exchange) name() string { return serviceName(x.service) + " " + x.operation }

// excerpt is the beginning of a reply, fit to be shown. The answer to a login may hold a key.
func (x *exchange) excerpt(body []byte) string {
	if x.isLogin {
		return "what is not shown, because it may hold a key"
	}
	return x.client.line(body, excerptLimit)
}
