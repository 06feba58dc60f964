// SPDX-License-Identifier: MPL-2.0

package pointintime_test

import (
	"context"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr/xattr"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-x/internal/pointintime"
)

var spellings = []string{
	"1688556737000", "0001688556737000", "2023-07-05T11:32:17Z", "2023-07-05T13:32:17.120+02:00", "2023-07-05T11:32:17.1200000Z", "2023-07-05T11:32:17,5Z", "2023-07-05t11:32:17z",
	"2023-07-05T24:00:00Z", "2016-12-31T23:59:60Z", "2023-07-05T11:32:17+24:00", "2023-07-05T11:32:17-00:00", "2023-07-05T11:32:17+0200", "2023-7-5T11:32:17Z", "2023-02-29T00:00:00Z",
	"2024-02-29T23:59:59.999-23:59", "1900-02-29T00:00:00Z", "9999-12-31T23:59:59.999Z", "10000-01-01T00:00:00Z", "253402300799999", "253402300800000", "99999999999", "100000000000", "latest", "", "-1", "１６８８５５６７３７０００",
}

var rfc3339 = regexp.MustCompile(`^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]+)?(?:Z|([+-])([0-9]{2}):([0-9]{2}))$`)

// readAgain reads a moment by means of its own: arithmetic on the digits, and nothing of package time. It returns milliseconds since
// 1970, and whether there are any.
func readAgain(text string) (int64, bool) {
	if regexp.MustCompile(`^[0-9]+$`).MatchString(text) {
		ms, err := strconv.ParseInt(text, 10, 64)
		return ms, err == nil && ms >= 100_000_000_000 && ms <= 253_402_300_799_999
	}
	parts := rfc3339.FindStringSubmatch(text)
	if parts == nil {
		return 0, false
	}
	number := func(i int) int64 { n, _ := strconv.ParseInt(parts[i], 10, 64); return n }
	year, month, day, hour, minute, second := number(1), number(2), number(3), number(4), number(5), number(6)
	days := [...]int64{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	leap := year%4 == 0 && (year%100 != 0 || year%400 == 0)
	if leap {
		days[1] = 29
	}
	if month < 1 || month > 12 || day < 1 || day > days[month-1] || hour > 23 || minute > 59 || second > 59 || number(9) > 23 || number(10) > 59 {
		return 0, false
	}
	since := year*365 + year/4 - year/100 + year/400 // of whole years, with this one's leap day
	if leap {
		since--
	}
	for _, length := range days[:month-1] {
		since += length
	}
	ms := ((since+day-1-719527)*86400 + hour*3600 + minute*60 + second) * 1000
	fraction := (parts[7] + "...")[:max(len(parts[7]), 1)]
	for i, digit := range fraction {
		switch {
		case digit == '.':
		case i <= 3:
			scale := [...]int64{0, 100, 10, 1}
			ms += int64(digit-'0') * scale[i]
		case digit != '0' && i <= 9:
			return 0, false // finer than a millisecond
		}
	}
	offset := (number(9)*60 + number(10)) * 60_000
	if parts[8] == "-" {
		offset = -offset
	}
	ms -= offset
	return ms, ms >= 100_000_000_000 && ms <= 253_402_300_799_999
}

// FuzzParseAgain compares with a second reading, written apart.
func FuzzParseAgain(f *testing.F) {
	for _, seed := range spellings {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want, valid := readAgain(text)
		got, err := pointintime.Parse(text)
		if (err == nil) != valid || valid && got.UnixMilli() != want {
			t.Errorf("%q: %s (%v), and otherwise %d (%t)", text, got, err, want, valid)
		}
		if err != nil && !got.IsZero() {
			t.Errorf("%q is an error and %s", text, got)
		}
	})
}

// FuzzFormat: each moment that a service can name is written so that it is read as the same again, and in one way only.
func FuzzFormat(f *testing.F) {
	for _, seed := range []int64{0, -1, 1688556737000, 1688556737120, 100_000_000_000, 253_402_300_799_999, 253_402_300_800_000, 1 << 62, -1 << 63} {
		f.Add(seed, int32(0))
		f.Add(seed, int32(-86399))
	}
	f.Fuzz(func(t *testing.T, ms int64, east int32) {
		moment := time.UnixMilli(ms).In(time.FixedZone("", int(east)%86400))
		text := pointintime.Format(moment)
		again, err := pointintime.Parse(text)
		if ms < 100_000_000_000 || ms > 253_402_300_799_999 {
			if err == nil {
				t.Errorf("%d is out of range, and %q was read as %s", ms, text, again)
			}
			return
		}
		if err != nil || !again.Equal(moment) || pointintime.Format(again) != text {
			t.Errorf("%d is %q, read as %s (%v)", ms, text, again, err)
		}
		if epoch, err := pointintime.Parse(strconv.FormatInt(ms, 10)); err != nil || !epoch.Equal(moment) {
			t.Errorf("%d was read as %s (%v)", ms, epoch, err)
		}
	})
}

// FuzzEquality: two spellings are one value if and only if they are one moment, whichever is asked, and what validation lets pass is
// a moment or the latest.
func FuzzEquality(f *testing.F) {
	for i, seed := range spellings {
		f.Add(seed, spellings[(i+1)%len(spellings)])
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		ctx := context.Background()
		one, other := pointintime.NewValue(a), pointintime.NewValue(b)
		forth, diags := one.StringSemanticEquals(ctx, other)
		back, more := other.StringSemanticEquals(ctx, one)
		first, valid := readAgain(a)
		second, alsoValid := readAgain(b)
		if want := valid && alsoValid && first == second; forth != want || back != want || len(diags)+len(more) > 0 {
			t.Errorf("%q and %q: %t, and the other way round %t, want %t", a, b, forth, back, want)
		}
		for _, value := range []pointintime.Value{one, other} {
			var resp xattr.ValidateAttributeResponse
			value.ValidateAttribute(ctx, xattr.ValidateAttributeRequest{Path: path.Root("restore_time")}, &resp)
			_, isMoment := value.Moment()
			if ok := isMoment || value.IsLatest(); ok == resp.Diagnostics.HasError() || isMoment && value.IsLatest() {
				t.Errorf("%q: a moment %t, the latest %t, and validation says %v", value.ValueString(), isMoment, value.IsLatest(), resp.Diagnostics)
			}
		}
	})
}
