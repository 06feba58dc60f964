// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"terraform-provider-x/internal/client"
)

func TestTimesOf(t *testing.T) {
	t.Parallel()
	submitted := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	now := submitted.Add(time.Hour)
	in := func(d time.Duration) time.Time { return submitted.Add(d) }
	for name, c := range map[string]struct {
		job          client.Job
		submitted    time.Time
		begun, ended time.Time
	}{
		"as they should be":           {client.Job{Created: in(5 * time.Second), Ended: in(20 * time.Minute)}, submitted, in(5 * time.Second), in(20 * time.Minute)},
		"none":                        {client.Job{}, submitted, time.Time{}, now},
		"a clock that is behind":      {client.Job{Created: in(-3 * time.Minute), Ended: in(20 * time.Minute)}, submitted, in(-3 * time.Minute), in(20 * time.Minute)},
		"another job's":               {client.Job{Created: in(-time.Hour), Ended: in(-30 * time.Minute)}, submitted, time.Time{}, now},
		"yet to come":                 {client.Job{Created: in(8 * time.Hour), Ended: in(9 * time.Hour)}, submitted, time.Time{}, now},
		"without a zone, in UTC":      {client.Job{Created: in(3 * time.Second), Ended: in(20 * time.Minute), NoZone: true}, submitted, in(3 * time.Second), in(20 * time.Minute)},
		"without a zone, in Beijing":  {client.Job{Created: in(8*time.Hour + 3*time.Second), Ended: in(8*time.Hour + 20*time.Minute), NoZone: true}, submitted, in(3 * time.Second), in(20 * time.Minute)},
		"without a zone, in St. John": {client.Job{Created: in(-210*time.Minute + 3*time.Second), Ended: in(-190 * time.Minute), NoZone: true}, submitted, in(3 * time.Second), in(20 * time.Minute)},
		"without a zone nor an end":   {client.Job{Created: in(8 * time.Hour), NoZone: true}, submitted, in(0), now},
		"without a zone, days ago":    {client.Job{Created: in(-72 * time.Hour), Ended: in(-71 * time.Hour), NoZone: true}, submitted, time.Time{}, now},
		"without a zone, begun late":  {client.Job{Created: in(20 * time.Minute), Ended: in(50 * time.Minute), NoZone: true}, submitted, in(20 * time.Minute), in(50 * time.Minute)},
		"no submission known":         {client.Job{Created: in(0), Ended: in(20 * time.Minute)}, time.Time{}, in(0), in(20 * time.Minute)},
		"nor a zone":                  {client.Job{Created: in(0), Ended: in(20 * time.Minute), NoZone: true}, time.Time{}, time.Time{}, now},
	} {
		begun, ended := timesOf(c.job, c.submitted, now)
		if !begun.Equal(c.begun) || !ended.Equal(c.ended) {
			t.Errorf("%s: from %s to %s, want from %s to %s", name, begun, ended, c.begun, c.ended)
		}
	}
}

// TestCleanupStatements compares with testdata/cleanup.golden; names come from outside, and none may get out of its quotes.
func TestCleanupStatements(t *testing.T) {
	t.Parallel()
	names := []string{
		"orders", "Orders", "order items", `say "hi"`, `"`, `""; DROP DATABASE shop; --`, "it's", "back\\slash", `\"); db.dropDatabase(); ("`,
		"line\nbreak", "carriage\rreturn", "tab\t", "semi;colon", "-- comment", "/* comment */", "// comment", "$1", "${x}", "`tick`",
		"\u2028separator\u2029", "<timestamp>", "&", "ünïcode", "表", "\x00", "\x7f", "dots.in.name", "'); drop--",
	}
	var lines []string
	for _, name := range names {
		lines = append(lines, fmt.Sprintf("%+q", name), DropTable(name, name, name), DropCollection(name, name))
	}
	have := strings.Join(lines, "\n") + "\n"
	want, err := os.ReadFile("testdata/cleanup.golden")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), have); diff != "" {
		t.Error(diff)
	}
}
