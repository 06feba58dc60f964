// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"terraform-provider-x/internal/client/signer"
)

// attemptTimeout is that of one attempt. The look-up of the tables that RDS can restore is known to take most of a minute, and
// the vendor's own SDK waits as long as this.
const attemptTimeout = 120 * time.Second

// metadataTimeout is the vendor's SDK's: the service is on this machine or nowhere.
const metadataTimeout = 3 * time.Second

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
	anonymous bool        // nobody is logged in for it
	plain     bool        // it is answered with text, not JSON
	urgency   urgency
	notInOTC  bool // Open Telekom Cloud's API reference does not have it
}

// answer is what came back for a call, read to the end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// exchange is a call on its way. It travels in the request's context, because the retry policy and
// the round-tripper are told nothing else about the call they serve.
type exchange struct {
	call
	client     *Client
	issues     bool        // it is a login, which is answered with a token or a key
	credential *credential // that the attempt carries; nil if it is anonymous
	projectID  string
	payload    []byte
	begun      time.Time // the first attempt, on the client\'s clock
	attempt    int
	failures   int           // of the attempts, those for which retries count
	throttled  bool          // the last attempt was
	started    time.Time     // of this attempt, on the client's clock
	sent       atomic.Bool   // this attempt had a connection: from there on, bytes may have reached the service
	retryAfter time.Duration // asked for by the last reply
}

type exchangeKey struct{}

func exchangeOf(ctx context.Context) *exchange { return ctx.Value(exchangeKey{}).(*exchange) }

// do makes a call that may be sent again, and decodes its reply. Errors: *APIError when the service answered with one,
// *ReplyError when it answered what is not documented, context.Cause(ctx) when ctx is done, otherwise what kept the service
// from answering.
func (c *Client) do(ctx context.Context, call call, reply any) error {
	x, answer, err := c.send(ctx, c.repeatable, call)
	if err != nil {
		return err
	}
	if answer.status/100 != 2 || refusedInside(answer.body) {
		return c.apiError(x, answer)
	}
	if err := json.Unmarshal(answer.body, reply); err != nil {
		return c.badReply(x, answer, err)
	}
	return nil
}

func (c *Client) badReply(x *exchange, a *answer, err error) error {
	return &ReplyError{Operation: x.name(), Body: x.excerpt(a.body), Err: c.struck(err)}
}

// submit makes a restore call. It returns nil once accepted, which looks at the decoded reply, says
// that a job was started. Errors: *AmbiguousError whenever the service may have accepted the call
// and no job is known; anything else means that it did not.
func (c *Client) submit(ctx context.Context, call call, reply any, accepted func() bool) error {
	call.urgency = submission
	x, answer, err := c.send(ctx, c.once, call)
	ambiguous := func(err error) error {
		return &AmbiguousError{Operation: x.name(), Err: err, Sent: x.started}
	}
	switch {
	case err != nil && x != nil && x.sent.Load():
		return ambiguous(err)
	case err != nil:
		return err
	case answer.status/100 == 2:
		// What does not decode is not accepted; what does may hold a job id even if a neighbour is mistyped.
		_ = json.Unmarshal(answer.body, reply)
		if accepted() {
			return nil
		}
		if refusedInside(answer.body) {
			return c.apiError(x, answer)
		}
		return ambiguous(fmt.Errorf("%w; the reply names no job", c.apiError(x, answer)))
	case answer.status/100 == 4 && answer.status != http.StatusRequestTimeout:
		return c.apiError(x, answer)
	default:
		return ambiguous(c.apiError(x, answer))
	}
}

// send makes the attempts of a call. The exchange is nil if it failed before the first. A credential that is not taken any more
// is renewed once: a 401 is certain, whatever the class of the call.
func (c *Client) send(ctx context.Context, client *retryablehttp.Client, call call) (*exchange, *answer, error) {
	x, err := c.newExchange(ctx, call)
	if err != nil {
		return nil, nil, err
	}
	first, doubts, err := x.as.begin(ctx)
	if err != nil {
		return x, nil, err
	}
	answer, err := c.sendAs(ctx, client, x)
	if err == nil && x.credential.isRefused(answer) {
		x.sent.Store(false)
		if answer, err = c.sendAs(ctx, client, x); err == nil {
			x.credential.isRefused(answer) // which is noted
		}
	}
	c.end(ctx, x, answer, first, doubts)
	return x, answer, err
}

func (c *Client) newExchange(ctx context.Context, call call) (*exchange, error) {
	x := &exchange{call: call, client: c, issues: call.as != nil || call.anonymous}
	if !x.issues {
		x.as = c.login
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

// sendAs makes the attempts of a call with the credentials of now.
func (c *Client) sendAs(ctx context.Context, client *retryablehttp.Client, x *exchange) (*answer, error) {
	if err := c.authenticate(ctx, x); err != nil {
		return nil, err
	}
	ctx = context.WithValue(ctx, exchangeKey{}, x)
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { x.sent.Store(true) },
	})
	var body any // an untyped nil: a nil []byte would be sent as an empty body
	if x.payload != nil {
		body = x.payload
	}
	address := c.endpoint(x.service) + x.path
	if len(x.query) > 0 {
		address += "?" + signer.CanonicalQuery(x.query)
	}
	request, err := retryablehttp.NewRequestWithContext(ctx, x.method, address, body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", x.name(), err)
	}
	if err := c.budgets[x.service].await(ctx, x.urgency); err != nil {
		return nil, err
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, c.transportError(ctx, x, err)
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body) // from memory: see RoundTrip
	return &answer{status: response.StatusCode, header: response.Header, body: data}, err
}

func (x *exchange) name() string { return serviceName(x.service) + " " + x.operation }

// excerpt is the beginning of a reply, fit to be shown. What answers a login may hold a key.
func (x *exchange) excerpt(body []byte) string {
	if x.issues {
		return "what is not shown, because it may hold a key"
	}
	return x.client.line(body, excerptLimit)
}

// transportError says in a person's words why no answer came.
func (c *Client) transportError(ctx context.Context, x *exchange, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var failed *url.Error
	if errors.As(err, &failed) {
		err = failed.Err // it repeats method and address
		if failed.Timeout() {
			// Of the dialler. Not wrapped: it would pass for the caller's own deadline.
			err = fmt.Errorf("no connection in time (%v)", failed.Err)
		}
	}
	attempt := fmt.Sprintf("%s %s%s, attempt %d", x.method, c.endpoint(x.service), x.path, x.attempt)
	var reply *ReplyError
	if errors.As(err, &reply) {
		return &ReplyError{Operation: reply.Operation, Body: reply.Body, Err: fmt.Errorf("%s: %w", attempt, reply.Err)}
	}
	return fmt.Errorf("%s: %s: %w", x.name(), attempt, c.struck(err)) // net/http quotes a redirect that it cannot read
}

// newHTTPClient returns the client of one class of calls. It hands over every answer as it is, an
// error's body included, and does its waiting in beforeRetry, on the client's clock.
//
// A call of the class "once" is on a connection of its own, and its caller's cancellation ends the waits around an attempt
// but not the attempt: the answer to a restore that is on its way must not be lost to a Ctrl-C.
func (s *shared) newHTTPClient(policy retryablehttp.CheckRetry, once bool) *retryablehttp.Client {
	return &retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport: &roundTripper{shared: s, next: newTransport(s.config, !once), timeout: attemptTimeout, uncut: once},
			// A redirect invalidates the signature, and may turn a POST into a GET.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		RetryMax:     math.MaxInt32, // the policies count
		CheckRetry:   policy,
		Backoff:      func(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return 0 },
		PrepareRetry: s.beforeRetry,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
}

// proxy is that of the environment. The metadata service is this machine's own: its keys are not for a proxy.
func proxy(request *http.Request) (*url.URL, error) {
	if exchangeOf(request.Context()).service == serviceMetadata {
		return nil, nil
	}
	return http.ProxyFromEnvironment(request)
}

// newTransport speaks HTTP/1.1 only: over HTTP/2, and over a connection that was kept, Go's own
// transport sends some requests again without asking.
func newTransport(config Config, keepAlive bool) *http.Transport {
	secured := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		RootCAs:            config.RootCAs,
		InsecureSkipVerify: config.Insecure, //nolint:gosec // asked for by the user
	}
	if config.Certificate != nil {
		secured.Certificates = []tls.Certificate{*config.Certificate}
	}
	return &http.Transport{
		Proxy:               proxy,
		DialContext:         (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:     secured,
		TLSHandshakeTimeout: 15 * time.Second,
		DisableKeepAlives:   !keepAlive,
		MaxIdleConnsPerHost: 10,
		// An answer's head is held in memory several times over.
		MaxResponseHeaderBytes: 1 << 20,
		IdleConnTimeout:        90 * time.Second,
	}
}
