// SPDX-License-Identifier: MPL-2.0

package pointintime_test

import (
	"strconv"
	"strings"
	"testing"

	"terraform-provider-x/internal/pointintime"
)

func TestParse(t *testing.T) {
	for text, milliseconds := range map[string]int64{
		"1688556737000":                 1688556737000,
		"1688556737123":                 1688556737123,
		"2023-07-05T11:32:17Z":          1688556737000,
		"2023-07-05T11:32:17.123Z":      1688556737123,
		"2023-07-05T11:32:17.000000Z":   1688556737000,
		"2023-07-05T13:32:17+02:00":     1688556737000,
		"2023-07-05T06:02:17-05:30":     1688556737000,
		"2020-12-12T08:49:15Z":          1607762955000,
		"2000-02-29T00:00:00Z":          951782400000,
		"9999-12-31T23:59:59.999Z":      253402300799999,
		"253402300799999":               253402300799999,
		"100000000000":                  100000000000,
		"2023-07-05T11:32:17.1230000Z":  1688556737123,
		"2023-07-05T11:32:17.12+00:00":  1688556737120,
		"2023-07-05T23:59:59.999-23:59": 1688687939999,
	} {
		moment, err := pointintime.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if moment.UnixMilli() != milliseconds {
			t.Errorf("%s: %d ms, want %d", text, moment.UnixMilli(), milliseconds)
		}
		if moment.Location().String() != "UTC" {
			t.Errorf("%s: in %s, want UTC", text, moment.Location())
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for text, hint := range map[string]string{
		"":                                 "neither",
		"yesterday":                        "neither",
		"2023-07-05":                       "neither",
		"2023-07-05T11:32:17":              "neither",
		"2023-07-05 11:32:17Z":             "neither",
		"2023-07-05T11:32:17,5Z":           "neither",
		"2023-02-30T00:00:00Z":             "neither",
		"-1688556737000":                   "neither",
		"+1688556737000":                   "neither",
		"1.688556737e12":                   "neither",
		" 1688556737000":                   "neither",
		"1688556737":                       "write 1688556737000, or 2023-07-05T11:32:17Z",
		"0":                                "seconds since 1970",
		"99999999999999999999999":          "too large",
		"253402300800000":                  "too large",
		"2023-07-05T11:32:17.1234Z":        "write 2023-07-05T11:32:17.123Z",
		"0023-07-05T11:32:17Z":             "check the year",
		"1970-01-01T00:00:00Z":             "check the year",
		"9999-12-31T23:59:59.999-23:59":    "check the year",
		"١٦٨٨٥٥٦٧٣٧٠٠٠":                    "neither",
		"2023-07-05T11:32:17Z; DROP TABLE": "neither",
	} {
		moment, err := pointintime.Parse(text)
		if err == nil {
			t.Errorf("%q was read as %s", text, moment)
			continue
		}
		if !strings.Contains(err.Error(), hint) {
			t.Errorf("%q: %v, want it to say %q", text, err, hint)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"1688556737000", "2023-07-05T11:32:17Z", "2023-07-05T13:32:17.120+02:00", "1688556737", "x", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		moment, err := pointintime.Parse(text)
		if err != nil {
			return
		}
		for _, spelling := range []string{pointintime.Format(moment), strconv.FormatInt(moment.UnixMilli(), 10)} {
			again, err := pointintime.Parse(spelling)
			if err != nil || !again.Equal(moment) {
				t.Fatalf("%q is %s, which as %q reads %s (%v)", text, moment, spelling, again, err)
			}
		}
	})
}
