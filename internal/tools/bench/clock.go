// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"fmt"
	"time"
)

// clock runs faster than the system's by a factor. Cloud and provider share it: the provider gets it by its text, which is the
// one that the tests of internal/provider use.
type clock struct {
	start  time.Time
	factor int64
}

func newClock(factor int64) clock { return clock{time.Now().Round(0), factor} }

func (c clock) String() string { return fmt.Sprintf("%d*%d", c.start.UnixNano(), c.factor) }

// Now goes by the wall clock, as that of the other process must.
func (c clock) Now() time.Time { return c.start.Add(time.Since(c.start) * time.Duration(c.factor)) }

// until is how long a moment of this clock is away on the system's.
func (c clock) until(moment time.Time) time.Duration {
	return moment.Sub(c.Now()) / time.Duration(c.factor)
}
