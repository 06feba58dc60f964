// SPDX-License-Identifier: MPL-2.0

package lookup

import (
	"testing"
	"time"

	"terraform-provider-x/internal/client"
)

func TestDidYouMean(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		wanted string
		names  []string
		want   string
	}{
		{"order", []string{"customers", "order_items", "orders"}, ` Did you mean "orders" or "order_items"?`},
		{"Orders", []string{"orders", "zebra"}, ` Did you mean "orders"?`},
		{"a", []string{"b", "c", "d", "e"}, ` Did you mean "b" or "c" or "d"?`},
		{"orders", []string{"zebra", "customers"}, ""},
		{"orders", nil, ""},
		{"bestellungen_2023", []string{"bestellungen_2024", "bestellung_2023", "x"}, ` Did you mean "bestellungen_2024" or "bestellung_2023"?`},
	} {
		if have := DidYouMean(c.wanted, c.names); have != c.want {
			t.Errorf("%s in %q: %q, want %q", c.wanted, c.names, have, c.want)
		}
	}
}

func TestNearestMoments(t *testing.T) {
	t.Parallel()
	at := func(hour int) time.Time { return time.Date(2023, 7, 5, hour, 0, 0, 0, time.UTC) }
	windows := []client.Window{{Start: at(8), End: at(9)}, {Start: at(2), End: at(4)}, {Start: at(12), End: at(13)}}
	for hour, want := range map[int]string{
		1:  "The nearest available moment is 2023-07-05T02:00:00Z (after).",
		6:  "The nearest available moments are 2023-07-05T04:00:00Z (before) and 2023-07-05T08:00:00Z (after).",
		10: "The nearest available moments are 2023-07-05T09:00:00Z (before) and 2023-07-05T12:00:00Z (after).",
		20: "The nearest available moment is 2023-07-05T13:00:00Z (before).",
	} {
		if have := NearestMoments(windows, at(hour)); have != want {
			t.Errorf("%d o'clock: %s", hour, have)
		}
	}
	for hour, want := range map[int]bool{1: false, 2: true, 3: true, 4: true, 5: false, 13: true} {
		if Within(windows, at(hour)) != want {
			t.Errorf("%d o'clock: within is %t", hour, !want)
		}
	}
	if latest, found := Newest(windows); !found || !latest.Equal(at(13)) {
		t.Errorf("newest is %s, %t", latest, found)
	}
	if _, found := Newest(nil); found {
		t.Error("found the newest of none")
	}
}
