// SPDX-License-Identifier: MPL-2.0

// Package pointintime is the moment that all restores share: how a person writes it, its milliseconds since 1970 for
// the services, and how it is shown. Its Terraform type is in type.go. Only the services know whether a moment can be
// restored, and which one is the latest.
package pointintime

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Latest stands for the newest moment that the service offers when the restore starts.
const Latest = "latest"

// earliestMilliseconds is 1973-03-03T09:46:40Z. Nobody has a backup of an earlier moment. A smaller number is most
// likely one of today's moments in epoch seconds: ten digits instead of thirteen.
const earliestMilliseconds = 100_000_000_000

// latestMilliseconds is 9999-12-31T23:59:59.999Z, the last moment that RFC 3339 can write.
const latestMilliseconds = 253_402_300_799_999

// rfc3339 rejects what time.Parse accepts in excess: a comma, an hour of one digit, an offset of 24 hours (RFC 3339,
// section 5.6).
var rfc3339 = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

var digits = regexp.MustCompile(`^[0-9]+$`)

// Parse reads a moment written as RFC 3339 with any offset ("2023-07-05T13:32:17+02:00") or as milliseconds since 1970
// in UTC ("1688556737000"). The result is in UTC and has whole milliseconds, the services' precision. The error says
// what to write instead.
func Parse(text string) (time.Time, error) {
	if digits.MatchString(text) {
		return parseMilliseconds(text)
	}
	moment, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || !rfc3339.MatchString(text) {
		return time.Time{}, fmt.Errorf("%q is neither RFC 3339 with an offset (such as 2023-07-05T11:32:17Z or "+
			"2023-07-05T13:32:17+02:00) nor milliseconds since 1970 (such as 1688556737000)", text)
	}
	if moment.Nanosecond()%int(time.Millisecond) != 0 {
		return time.Time{}, fmt.Errorf("%q is more precise than the services, which count in milliseconds: write %s",
			text, Format(moment.Truncate(time.Millisecond)))
	}
	if ms := moment.UnixMilli(); ms < earliestMilliseconds || ms > latestMilliseconds {
		return time.Time{}, fmt.Errorf("%q is not a time that can be restored: check the year", text)
	}
	return moment.UTC(), nil
}

func parseMilliseconds(text string) (time.Time, error) {
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil || ms > latestMilliseconds {
		return time.Time{}, fmt.Errorf("%q is too large for milliseconds since 1970: a present-day time has 13 digits", text)
	}
	if ms < earliestMilliseconds {
		return time.Time{}, fmt.Errorf(
			"%q looks like seconds since 1970, but the services need milliseconds: write %d, or %s",
			text,
			ms*1000,
			Format(time.UnixMilli(ms*1000)),
		)
	}
	return time.UnixMilli(ms).UTC(), nil
}

// Format writes a moment as RFC 3339 in UTC, with milliseconds only if they are not zero.
func Format(moment time.Time) string {
	return moment.UTC().Format("2006-01-02T15:04:05.999Z07:00")
}
