// SPDX-License-Identifier: MPL-2.0

package client

import (
	"math"
	"strconv"
	"strings"
)

// number is for every number of a reply. Pages and examples differ in whether one is a string, and services of one
// family have written floats. It never makes a reply unreadable: what is no number, or an absurd one, is unknown.
type number struct {
	whole int64 // without the fraction; 0 if it is unknown
	known bool
}

func (n *number) UnmarshalJSON(data []byte) error {
	var written text
	if err := written.UnmarshalJSON(data); err != nil {
		return err
	}
	n.whole, n.known = parseNumber(string(written))
	return nil
}

// count is the number of something; 0 if it is unknown or absurd.
func (n number) count() int { return int(min(max(n.whole, 0), math.MaxInt32)) }

// parseNumber reads a number in the forms of JSON, and drops its fraction.
func parseNumber(written string) (whole int64, known bool) {
	written = strings.TrimSpace(written)
	if whole, err := strconv.ParseInt(written, 10, 64); err == nil {
		return whole, true
	}
	fraction, known := parseFloat(written)
	return int64(fraction), known
}

// largestWhole is the last whole number that a float tells from its neighbours.
const largestWhole = 1 << 53

// parseFloat takes neither the names nor the notations that are only Go's, and no absurd number.
func parseFloat(written string) (float64, bool) {
	value, err := strconv.ParseFloat(written, 64)
	if err != nil || strings.Trim(written, "+-.0123456789eE") != "" || math.Abs(value) > largestWhole {
		return 0, false
	}
	return value, true
}

// plainNumber writes a number of a reply without a fraction that is zero and without an exponent: ids, for one, are
// compared as texts.
func plainNumber(written string) string {
	value, known := parseFloat(written)
	if !known || value != math.Trunc(value) || !strings.ContainsAny(written, ".eE") {
		return written
	}
	return strconv.FormatInt(int64(value), 10)
}

// percentage is how far a job is: one description of the field has "60", the examples have "60%". What cannot be is not
// told.
func percentage(written string) string {
	text := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(written), "%"))
	value, known := parseFloat(text)
	switch {
	case known && value >= 0 && value <= 100:
		return strconv.FormatFloat(value, 'f', -1, 64) + "%"
	case known || strings.Trim(text, "+-.0123456789") == "":
		return ""
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil { // such as NaN
		return ""
	}
	return written
}
