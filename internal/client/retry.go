// SPDX-License-Identifier: MPL-2.0

package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

const (
	firstDelay        = time.Second
	longestDelay      = 30 * time.Second
	longestRetryAfter = 30 * time.Second // within one call
	longestWait       = time.Hour        // between two calls, which is the caller's affair
	throttledFor      = 2 * time.Minute  // a call is retried for so long: twice the window of the documented quota
)

// sendWithRetries makes the attempts of a call until one is the last. It returns context.Cause(ctx) if no answer came
// and ctx is done.
func (x *exchange) sendWithRetries(ctx context.Context) error {
	err := x.ready(ctx)
	switch {
	case err != nil:
	case x.once:
		err = x.sendOnce(ctx)
	default:
		err = x.sendRepeatable(ctx)
	}
	if err == nil {
		return nil
	}
	x.answer = nil // of an attempt before
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// ready gets what the next attempt needs: a credential that is good now, and leave of the rate limiter.
func (x *exchange) ready(ctx context.Context) error {
	if x.as != nil {
		var err error
		if x.credential, err = x.as.current(ctx, x.client.clock); err != nil {
			return err
		}
	}
	return x.client.quotas[x.service].wait(ctx, x.operation, priorityDelays[x.priority])
}

// pause waits as long as the last answer asked for, or longer after each attempt. If the service throttled, all callers
// pause: it would throttle them as well.
func (x *exchange) pause(ctx context.Context) error {
	delay := x.retryAfter
	if delay == 0 {
		delay = backoff(x.attempts)
	}
	if x.throttled {
		x.client.quotas[x.service].throttled(x.operation, delay, namedLimit(x.answer.body))
		return nil
	}
	return x.client.clock.Sleep(ctx, delay)
}

// sendRepeatable has go-retryablehttp make the attempts of a call that changes nothing.
func (x *exchange) sendRepeatable(ctx context.Context) error {
	var body any // an untyped nil: a nil []byte would be sent as an empty body
	if x.payload != nil {
		body = x.payload
	}
	request, err := retryablehttp.NewRequestWithContext(ctx, x.method, x.address(), body)
	if err != nil {
		return fmt.Errorf("%s: %w", x.name(), err)
	}
	attempts := &retryablehttp.Client{
		HTTPClient: &http.Client{Transport: attemptTransport{exchange: x}},
		RetryMax:   math.MaxInt32, // mayRepeat counts, because throttled attempts do not
		CheckRetry: func(ctx context.Context, _ *http.Response, err error) (bool, error) {
			if ctx.Err() != nil {
				return false, context.Cause(ctx)
			}
			return x.mayRepeat(err), nil
		},
		// Retryablehttp waits on the machine's clock. The exchange waits on the client's, which tests speed up.
		Backoff: func(time.Duration, time.Duration, int, *http.Response) time.Duration { return 0 },
		PrepareRetry: func(*http.Request) error {
			if err := x.pause(ctx); err != nil {
				return err
			}
			return x.ready(ctx)
		},
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	response, err := attempts.Do(request)
	if response != nil {
		_ = response.Body.Close()
	}
	var failed *url.Error
	if errors.As(err, &failed) { // of http.Client, around the attempt's own
		return failed.Err
	}
	return err
}

// attemptTransport makes the attempts of an exchange for an http.Client. The exchange keeps the answer, so that the
// response tells the status only.
type attemptTransport struct{ exchange *exchange }

func (t attemptTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	if err := t.exchange.attempt(request); err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: t.exchange.answer.status, Body: http.NoBody, Request: request}, nil
}

// mayRepeat reports whether a call that changes nothing is sent again: after an error of the transport, a 429 or a 5xx.
func (x *exchange) mayRepeat(err error) bool {
	switch {
	case err != nil:
		// The metadata service is on this machine or nowhere.
		return !isPermanent(err) && x.service != serviceMetadata && x.hasRetries()
	case x.throttled:
		return x.mayOutwaitThrottling()
	default:
		unsupported := x.service == serviceMetadata && x.method == http.MethodPut // see metadataToken
		return x.answer.status >= http.StatusInternalServerError && !unsupported && x.hasRetries()
	}
}

// sendOnce makes the attempts of a call that must not be sent again once the service may have accepted it. The loop is
// our own, so that no library's default decides about it.
func (x *exchange) sendOnce(ctx context.Context) error {
	for {
		request, err := http.NewRequestWithContext(ctx, x.method, x.address(), bytes.NewReader(x.payload))
		if err != nil {
			return fmt.Errorf("%s: %w", x.name(), err)
		}
		if err := x.attempt(request); !x.isCertainlyUnsent(err) || !x.mayTryAgain(err) {
			return err
		}
		if err := x.pause(ctx); err != nil {
			return err
		}
		if err := x.ready(ctx); err != nil {
			return err
		}
	}
}

// isCertainlyUnsent reports whether the service cannot have accepted the call in the last attempt: no connection was
// had to write to, or the gateway throttled, which it does before a call reaches the service. After a 5xx, a reset or a
// timeout it may have.
func (x *exchange) isCertainlyUnsent(err error) bool {
	return !x.sent.Load() && (err != nil || x.throttled)
}

// mayTryAgain reports whether a call that did not reach the service has attempts left.
func (x *exchange) mayTryAgain(err error) bool {
	if err != nil {
		return !isPermanent(err) && x.hasRetries()
	}
	return x.mayOutwaitThrottling()
}

func (x *exchange) hasRetries() bool { return x.failures <= x.client.config.MaxRetries }

// mayOutwaitThrottling does not ask how many attempts there were: to wait for a quota of a minute that others have used
// up takes more attempts than a service that fails is worth.
func (x *exchange) mayOutwaitThrottling() bool {
	return x.client.config.MaxRetries > 0 && x.client.clock.Now().Sub(x.begun) < throttledFor
}

// isPermanent reports whether waiting mends no such error of the transport.
func isPermanent(err error) bool {
	return errors.As(err, new(*ConnectionError)) || errors.Is(err, errReplyTooLarge)
}

// backoff doubles from a second up to half a minute. It varies by a fifth, so that calls that failed together do not
// come back together.
func backoff(attempts int) time.Duration {
	delay := longestDelay
	if attempts < 6 { // 2^5 s is already more than the longest
		delay = min(firstDelay<<(attempts-1), longestDelay)
	}
	return min(jitter(delay, 0.2), longestDelay)
}

func jitter(d time.Duration, share float64) time.Duration {
	return time.Duration(float64(d) * (1 + share*(2*rand.Float64()-1)))
}

// retryAfter reads the header of that name, in seconds or as a date, up to a limit. It returns 0 if there is nothing to
// heed. The services do not document the header, but proxies send it.
func retryAfter(header http.Header, now time.Time, limit time.Duration) time.Duration {
	value := header.Get("Retry-After")
	var asked time.Duration
	if seconds, err := strconv.Atoi(value); err == nil {
		asked = time.Duration(min(seconds, int(limit/time.Second))) * time.Second
	} else if date, err := http.ParseTime(value); err == nil {
		asked = date.Sub(now)
	}
	return min(max(asked, 0), limit)
}
