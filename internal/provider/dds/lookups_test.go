// SPDX-License-Identifier: MPL-2.0

package dds

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/provider/lookup"
)

// stoppedClock shows always the same time.
type stoppedClock struct{ time.Time }

func (c stoppedClock) Now() time.Time { return c.Time }

func (c stoppedClock) Sleep(context.Context, time.Duration) error { return nil }

// Kind of report: a clock that is slow, and a newest moment that was not the newest: around midnight, the service already
// has the next day.
func TestNewestMomentOnASlowClock(t *testing.T) {
	t.Parallel()
	midnight := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	earlier, later := midnight.Add(-time.Minute), midnight.Add(5*time.Minute)
	for name, c := range map[string]struct {
		now     time.Time
		refuses bool // the service, to tell of the next day
		want    time.Time
		asked   []string
	}{
		"at noon":             {midnight.Add(-12 * time.Hour), false, earlier, []string{"2026-03-01"}},
		"before midnight":     {midnight.Add(-5 * time.Minute), false, later, []string{"2026-03-02"}},
		"next day is refused": {midnight.Add(-5 * time.Minute), true, earlier, []string{"2026-03-02", "2026-03-01"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked []string
			service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				day := r.URL.Query().Get("date")
				asked = append(asked, day)
				end := earlier
				if day == "2026-03-02" {
					end = later
				}
				if c.refuses && end.Equal(later) {
					w.WriteHeader(http.StatusBadRequest)
					return
				}
				_, _ = fmt.Fprintf(w, `{"restore_time":[{"start_time":1772323200000,"end_time":%d}]}`, end.UnixMilli())
			}))
			t.Cleanup(service.Close)
			clock := stoppedClock{c.now}
			made, err := client.New(client.Config{
				Region: "eu-west-101", ProjectID: "p", AccessKey: "TESTACCESSKEY", SecretKey: "test-secret/key+",
				Endpoints: map[string]string{"dds": service.URL}, Clock: clock,
			})
			if err != nil {
				t.Fatal(err)
			}
			got, found, err := newestMoment(t.Context(), lookup.In(made, lookup.NewCache(clock)), "i")
			if err != nil || !found || !got.Equal(c.want) || !slices.Equal(asked, c.asked) {
				t.Errorf("%s, %t, %v, after %v", got, found, err, asked)
			}
		})
	}
}
