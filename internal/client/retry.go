// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"
)

// retryRepeatable is the policy of GETs and of look-ups that change nothing: after an error of the
// transport, a 429 or a 5xx they are sent again.
func retryRepeatable(ctx context.Context, response *http.Response, err error) (bool, error) {
	x := exchangeOf(ctx)
	switch {
	case ctx.Err() != nil:
		return false, context.Cause(ctx)
	case err != nil:
		// The metadata service is on this machine or nowhere.
		return !permanent(err) && x.service != serviceMetadata && x.mayFailAgain(), nil
	case response.StatusCode == http.StatusTooManyRequests:
		return x.mayBeThrottledAgain(), nil
	default:
		unsupported := x.service == serviceMetadata && x.method == http.MethodPut // see metadataToken
		return response.StatusCode >= 500 && !unsupported && x.mayFailAgain(), nil
	}
}

// retryOnce is the policy of the restore calls: they are sent again only where nothing can have been
// accepted, which is when no connection was had to write to, and when the gateway throttled (429,
// answered before the call reaches the service). Never after a 5xx, a reset or a time-out.
func retryOnce(ctx context.Context, response *http.Response, err error) (bool, error) {
	x := exchangeOf(ctx)
	throttled := err == nil && response.StatusCode == http.StatusTooManyRequests
	if throttled {
		x.sent.Store(false) // it is certain that this attempt came to nothing
	}
	switch {
	case x.sent.Load():
		return false, nil
	case ctx.Err() != nil:
		return false, context.Cause(ctx)
	case err != nil:
		return !permanent(err) && x.mayFailAgain(), nil
	default:
		return throttled && x.mayBeThrottledAgain(), nil
	}
}

// mayFailAgain counts a failed attempt.
func (x *exchange) mayFailAgain() bool {
	x.failures++
	return x.failures <= x.client.config.MaxRetries
}

// mayBeThrottledAgain does not count: a quota of a minute that others have used up is worth more tries than a service that fails.
func (x *exchange) mayBeThrottledAgain() bool {
	x.throttled = true
	return x.client.config.MaxRetries > 0 && x.client.clock.Now().Sub(x.begun) < throttledFor
}

// permanent tells errors of the transport that will not pass by waiting.
func permanent(err error) bool {
	var certificate *tls.CertificateVerificationError
	var alert *net.OpError // what the server has against ours: crypto/tls exports no type for it
	return errors.As(err, &certificate) || errors.Is(err, errReplyTooLarge) ||
		errors.As(err, &alert) && alert.Op == "remote error"
}

const (
	firstDelay        = time.Second
	longestDelay      = 30 * time.Second
	longestRetryAfter = 30 * time.Second
	throttledFor      = 2 * time.Minute // of a call are outlived: twice the window of the documented quota
)

// beforeRetry waits, on the client's clock, until the next attempt of a call may be made.
func (s *shared) beforeRetry(request *http.Request) error {
	ctx := request.Context()
	x := exchangeOf(ctx)
	delay := x.retryAfter
	if delay == 0 {
		delay = backoff(x.attempt)
	}
	if x.throttled { // and so will be whoever else asks now
		x.throttled = false
		s.budgets[x.service].throttled(delay)
	} else if err := s.clock.Sleep(ctx, delay); err != nil {
		return err
	}
	if err := s.budgets[x.service].await(ctx, x.urgency); err != nil {
		return err
	}
	return x.client.authenticate(ctx, x)
}

// backoff doubles from a second up to half a minute, give or take a fifth, so that what was
// throttled together does not come back together.
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

// retryAfter reads the header of that name, in seconds or as a date; 0 when there is none to heed.
// The services do not document it, proxies send it.
func retryAfter(header http.Header, now time.Time) time.Duration {
	value := header.Get("Retry-After")
	var asked time.Duration
	if seconds, err := strconv.Atoi(value); err == nil {
		asked = time.Duration(min(seconds, int(longestRetryAfter/time.Second))) * time.Second
	} else if date, err := http.ParseTime(value); err == nil {
		asked = date.Sub(now)
	}
	return min(max(asked, 0), longestRetryAfter)
}
