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

	"golang.org/x/time/rate"
)

// retryRepeatable is the policy of GETs and of look-ups that change nothing: after an error of the
// transport, a 429 or a 5xx they are sent again.
func retryRepeatable(ctx context.Context, response *http.Response, err error) (bool, error) {
	switch {
	case ctx.Err() != nil:
		return false, context.Cause(ctx)
	case err != nil:
		// The metadata service is on this machine or nowhere.
		return !permanent(err) && exchangeOf(ctx).service != serviceMetadata, nil
	default:
		return response.StatusCode == http.StatusTooManyRequests || response.StatusCode >= 500, nil
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
		return !permanent(err), nil
	default:
		return throttled, nil
	}
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
	longestRetryAfter = 60 * time.Second
)

// beforeRetry waits, on the client's clock, until the next attempt of a call may be made.
func (s *shared) beforeRetry(request *http.Request) error {
	ctx := request.Context()
	x := exchangeOf(ctx)
	delay := x.retryAfter
	if delay == 0 {
		delay = backoff(x.attempt)
	}
	if err := s.clock.Sleep(ctx, delay); err != nil {
		return err
	}
	if err := s.awaitTurn(ctx, x.service); err != nil {
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

// newLimits returns a token bucket for each service, shared by all regions because quotas are per user.
//
// RDS allows 60 requests a minute to a user (RDS API Reference, "Before You Start"): 50 a minute with
// 10 at once can never be more than 60 in any minute. For DDS, DWS and IAM no number is published;
// DDS has an error code for too many requests (DBS.280443), so the pace is a modest one.
func newLimits() map[string]*rate.Limiter {
	return map[string]*rate.Limiter{
		serviceRDS: rate.NewLimiter(rate.Every(time.Minute/50), 10),
		serviceDDS: rate.NewLimiter(5, 10),
		serviceDWS: rate.NewLimiter(5, 10),
		serviceIAM: rate.NewLimiter(5, 10),
		serviceSTS: rate.NewLimiter(5, 10),

		serviceMetadata: rate.NewLimiter(5, 10),
	}
}

// awaitTurn waits until the service's limit allows one more request. The limiter's own Wait is not
// used: it knows only the system's clock.
func (s *shared) awaitTurn(ctx context.Context, service string) error {
	now := s.clock.Now()
	turn := s.limits[service].ReserveN(now, 1)
	if err := s.clock.Sleep(ctx, turn.DelayFrom(now)); err != nil {
		turn.CancelAt(s.clock.Now())
		return err
	}
	return nil
}
