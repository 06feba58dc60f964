// SPDX-License-Identifier: MPL-2.0

//go:build unix

package clitest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ClockVariable is the environment variable that hands a clock, as its String, to a provider in another process.
const ClockVariable = "X_TEST_CLOCK"

// Clock runs faster than the system's by a factor. Processes that share start and factor share the time.
type Clock struct {
	start  time.Time
	factor int64
}

// NewClock starts a clock at the present time.
func NewClock(factor int64) Clock { return Clock{time.Now().Round(0), factor} }

// ParseClock reads what String writes.
func ParseClock(text string) (Clock, error) {
	start, factor, _ := strings.Cut(text, "*")
	nanoseconds, err1 := strconv.ParseInt(start, 10, 64)
	times, err2 := strconv.ParseInt(factor, 10, 64)
	if err := errors.Join(err1, err2); err != nil {
		return Clock{}, fmt.Errorf("not a clock: %q: %w", text, err)
	}
	return Clock{time.Unix(0, nanoseconds), times}, nil
}

func (c Clock) String() string { return fmt.Sprintf("%d*%d", c.start.UnixNano(), c.factor) }

// Now goes by the wall clock, as that of the other process must.
func (c Clock) Now() time.Time { return c.start.Add(time.Since(c.start) * time.Duration(c.factor)) }

// Sleep returns nil after d of this clock, or the cause of ctx's end.
func (c Clock) Sleep(ctx context.Context, d time.Duration) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	timer := time.NewTimer(d / time.Duration(c.factor))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
