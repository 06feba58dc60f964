// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"fmt"
	"time"
)

// Moment is a point in time in a World: a fixed one (RFC 3339) or one relative to the clock ("-168h"), so that a world
// written once stays valid whatever today's date is. The zero Moment means "not given".
type Moment struct {
	at       time.Time
	offset   time.Duration
	relative bool
}

// At is the fixed moment t.
func At(t time.Time) Moment { return Moment{at: t.UTC()} }

// FromNow is the moment offset away from the clock; a negative offset lies in the past.
func FromNow(offset time.Duration) Moment { return Moment{offset: offset, relative: true} }

// Time is the moment as of now; the zero time if it was not given.
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

// Window is a stretch of time to which an instance can be restored, both ends included. Relative ends move with the clock.
type Window struct {
	Start Moment `json:"start"`
	End   Moment `json:"end"`
}

type span struct{ start, end time.Time }

// spans are the windows as of now, in whole milliseconds as the look-ups show them.
func spans(windows []Window, now time.Time) []span {
	var list []span
	for _, window := range windows {
		list = append(list, span{
			window.Start.Time(now).Truncate(time.Millisecond), window.End.Time(now).Truncate(time.Millisecond),
		})
	}
	return list
}

// onDay cuts the windows to one UTC day. Its last instant is 23:59:59, as in the DDS API reference's example (Querying
// the Restoration Time Ranges), where a window that goes on the next day ends with it.
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
