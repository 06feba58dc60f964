// SPDX-License-Identifier: MPL-2.0

package lookup

import (
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
)

// Within reports whether one of the windows holds the moment.
func Within(windows []client.Window, at time.Time) bool {
	return slices.ContainsFunc(windows, func(w client.Window) bool { return !at.Before(w.Start) && !at.After(w.End) })
}

// Newest is the latest moment that the windows hold; false if there are none.
func Newest(windows []client.Window) (time.Time, bool) {
	var latest time.Time
	for _, w := range windows {
		if w.End.After(latest) {
			latest = w.End
		}
	}
	return latest, len(windows) > 0
}

// nearest are the last moment before, and the first after, one that the windows do not hold; zero if there is none.
func nearest(windows []client.Window, at time.Time) (before, after time.Time) {
	for _, w := range windows {
		if w.End.Before(at) && w.End.After(before) {
			before = w.End
		}
		if w.Start.After(at) && (after.IsZero() || w.Start.Before(after)) {
			after = w.Start
		}
	}
	return before, after
}

// Windows is what each data source of windows answers.
type Windows struct {
	Windows    []window     `tfsdk:"windows"`
	Earliest   types.String `tfsdk:"earliest"`
	EarliestMS types.Int64  `tfsdk:"earliest_ms"`
	Latest     types.String `tfsdk:"latest"`
	LatestMS   types.Int64  `tfsdk:"latest_ms"`
}

type window struct {
	Start   types.String `tfsdk:"start"`
	StartMS types.Int64  `tfsdk:"start_ms"`
	End     types.String `tfsdk:"end"`
	EndMS   types.Int64  `tfsdk:"end_ms"`
}

// WindowsAttributes joins a data source's own attributes with those of Windows.
func WindowsAttributes(attributes map[string]schema.Attribute) map[string]schema.Attribute {
	attributes["windows"] = ComputedList("The time ranges that the instance can be restored to, sorted by their start.",
		map[string]schema.Attribute{
			"start":    ComputedText("The first moment: RFC 3339, UTC."),
			"start_ms": ComputedNumber("`start` in epoch milliseconds."),
			"end":      ComputedText("The last moment: RFC 3339, UTC."),
			"end_ms":   ComputedNumber("`end` in epoch milliseconds."),
		})
	attributes["earliest"] = ComputedText("The first moment of all windows: RFC 3339, UTC. Null if there are no windows.")
	attributes["earliest_ms"] = ComputedNumber("`earliest` in epoch milliseconds.")
	attributes["latest"] = ComputedText("The last moment of all windows: RFC 3339, UTC. Null if there are no windows.")
	attributes["latest_ms"] = ComputedNumber("`latest` in epoch milliseconds.")
	return attributes
}

// NewWindows takes windows that are sorted by their start.
func NewWindows(windows []client.Window) Windows {
	m := Windows{Windows: []window{}}
	for _, w := range windows {
		m.Windows = append(m.Windows, window{Time(w.Start), Milliseconds(w.Start), Time(w.End), Milliseconds(w.End)})
	}
	var earliest time.Time
	if len(windows) > 0 {
		earliest = windows[0].Start
	}
	latest, _ := Newest(windows)
	m.Earliest, m.EarliestMS = Time(earliest), Milliseconds(earliest)
	m.Latest, m.LatestMS = Time(latest), Milliseconds(latest)
	return m
}
