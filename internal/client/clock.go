// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"time"
)

// ClockSkew is how much a service's clock may differ from this machine's: it rejects signatures that are further off.
const ClockSkew = 15 * time.Minute

// Clock tells the time and waits. Everything in this package that waits uses it, so that a test runs an hour of polling
// in an instant.
type Clock interface {
	Now() time.Time
	// Sleep returns nil after d, at once if d is not positive, or context.Cause(ctx) as soon as ctx is done.
	Sleep(ctx context.Context, d time.Duration) error
}

// SystemClock is the machine's clock.
var SystemClock Clock = systemClock{}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Sleep(ctx context.Context, d time.Duration) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
