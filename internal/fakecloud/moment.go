// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"fmt"
	"time"
)

// Moment is a point in time in a World: fixed (RFC 3339) or relative to the clock ("-168h"). Relative moments keep a
// written world valid on any date. The zero Moment means "not given".
type Moment struct {
	at       time.Time
	offset   time.Duration
	relative bool
}

// At returns the fixed moment t.
func At(t time.Time) Moment { return Moment{at: t.UTC()} }

// FromNow returns the moment at that offset from the clock. A negative offset is in the past.
func FromNow(offset time.Duration) Moment { return Moment{offset: offset, relative: true} }

// Time returns the moment as of now, or the zero time if it was not given.
func (m Moment) Time(now time.Time) time.Time {
	if m.relative {
		return now.Add(m.offset).UTC()
	}
	return m.at
}

// UnmarshalText reads "2023-07-01T00:00:00Z", "-168h" or "+5m".
func (m *Moment) UnmarshalText(text []byte) error {
	s := string(text)
	if s != "" && (s[0] == '-' || s[0] == '+') {
		offset, err := time.ParseDuration(s)
		*m = FromNow(offset)
		return err
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return fmt.Errorf("%q is neither RFC 3339 nor a signed duration such as -168h", s)
	}
	*m = At(at)
	return nil
}

// MarshalText is the inverse of UnmarshalText.
func (m Moment) MarshalText() ([]byte, error) {
	if !m.relative {
		return []byte(m.at.Format(time.RFC3339Nano)), nil
	}
	if m.offset < 0 {
		return []byte(m.offset.String()), nil
	}
	return []byte("+" + m.offset.String()), nil
}

// Window is a span of time to which an instance can be restored, including both ends. Relative ends follow the clock.
type Window struct {
	Start Moment `json:"start"`
	End   Moment `json:"end"`
}

type span struct{ start, end time.Time }

// spans returns the windows as of now, in whole milliseconds as the lookups show them.
func spans(windows []Window, now time.Time) []span {
	var list []span
	for _, window := range windows {
		list = append(list, span{
			window.Start.Time(now).Truncate(time.Millisecond), window.End.Time(now).Truncate(time.Millisecond),
		})
	}
	return list
}

// onDay cuts the windows to one UTC day. The last instant of a day is 23:59:59, as in the example of the DDS API
// reference (Querying the Restoration Time Ranges): a window that continues on the next day ends there.
func onDay(windows []span, day time.Time) []span {
	var list []span
	lastInstant := day.Add(24*time.Hour - time.Second)
	for _, window := range windows {
		if window.start.Before(day) {
			window.start = day
		}
		if window.end.After(lastInstant) {
			window.end = lastInstant
		}
		if window.start.Before(window.end) {
			list = append(list, window)
		}
	}
	return list
}

func within(windows []Window, moment, now time.Time) bool {
	for _, window := range spans(windows, now) {
		if !moment.Before(window.start) && !moment.After(window.end) {
			return true
		}
	}
	return false
}
