// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"terraform-provider-x/internal/client"
)

// TestFindAccepted goes through what a service may list after a call whose answer was lost, ten seconds after it was
// sent. A job's time counts from the call, and each list is a look.
func TestFindAccepted(t *testing.T) {
	t.Parallel()
	sent := time.Date(2026, 3, 1, 12, 0, 0, 500_000_000, time.UTC)
	job := func(id, name string, after time.Duration) client.Job {
		return client.Job{ID: id, Name: name, Status: client.JobRunning, Created: sent.Truncate(time.Second).Add(after)}
	}
	inZone := func(offset time.Duration, job client.Job) client.Job {
		job.Created, job.NoZone = job.Created.Add(offset), true
		return job
	}
	const dds = "MongodbRestoreTable"
	restore, backup := job("r", "RestoreTables", 0), job("b", "ManualBackup", 0)
	for name, c := range map[string]struct {
		looks   [][]client.Job
		kind    string // of the job, if the service documents it
		before  earlierJobs
		adopted string
		named   []string // in the error
		silent  []string // not in the error
	}{
		"the one restore":                   {looks: [][]client.Job{{restore}}, adopted: "r"},
		"it shows late":                     {looks: [][]client.Job{{}, {}, {}, {restore}}, adopted: "r"},
		"a backup shows first":              {looks: [][]client.Job{{backup}, {backup, restore}}, adopted: "r"},
		"a backup alone":                    {looks: [][]client.Job{{backup}}, named: []string{"Since the call, the service lists on i:", "import ADDRESS i/b"}},
		"two restores":                      {looks: [][]client.Job{{restore, job("s", "RestoreTables", time.Second)}}, named: []string{"import ADDRESS i/r", "import ADDRESS i/s"}, silent: []string{"console"}},
		"one from before the call":          {looks: [][]client.Job{{job("old", "RestoreTables", -time.Second)}}, named: []string{"import ADDRESS i/old"}},
		"one that was listed before":        {looks: [][]client.Job{{job("known", "RestoreTables", time.Second)}}, named: []string{"It most likely did not accept this one."}, silent: []string{"i/known"}},
		"one without an id":                 {looks: [][]client.Job{{job("", "FINE_GRAINED_RESTORING", 0)}}, named: []string{"the service does not tell this job's id", "import ADDRESS i/JOB_ID", "which is in the service's console"}},
		"one without an id, listed before":  {looks: [][]client.Job{{job("", "FINE_GRAINED_RESTORING", -time.Minute)}}, named: []string{"It most likely did not accept this one."}},
		"nothing":                           {looks: [][]client.Job{{}}, named: []string{"In the minute after the call, the service listed no new restore"}},
		"not listed before the call":        {looks: [][]client.Job{{restore}}, before: earlierJobs{}, named: []string{"import ADDRESS i/r"}},
		"no time, and not listed before":    {looks: [][]client.Job{{{ID: "r", Name: "RestoreTables"}}}, before: earlierJobs{}, named: []string{"import ADDRESS i/r"}},
		"nothing, and not listed before":    {looks: [][]client.Job{{}}, before: earlierJobs{}, named: []string{"could not look up whether the restore is running"}, silent: []string{"most likely"}},
		"an old one, and not listed before": {looks: [][]client.Job{{job("old", "RestoreTables", -time.Hour)}}, before: earlierJobs{}, named: []string{"could not look up whether the restore is running"}, silent: []string{"i/old"}},

		"when the answer was lost":     {looks: [][]client.Job{{job("r", "RestoreTables", 12*time.Second)}}, adopted: "r"},
		"begun after the loss":         {looks: [][]client.Job{{job("r", "RestoreTables", 40*time.Second)}}, named: []string{"import ADDRESS i/r"}},
		"ours shows after another":     {looks: [][]client.Job{{job("other", "RestoreTables", -time.Minute)}, {job("other", "RestoreTables", -time.Minute), restore}}, adopted: "r"},
		"of the right kind":            {kind: dds, looks: [][]client.Job{{job("r", dds, 0)}}, adopted: "r"},
		"of another kind":              {kind: dds, looks: [][]client.Job{{job("r", "MongodbRestoreInstance", 0)}}, named: []string{"import ADDRESS i/r"}},
		"beside one of another kind":   {kind: dds, looks: [][]client.Job{{job("r", dds, 0), job("s", "MongodbRestoreInstance", 0)}}, adopted: "r"},
		"called table PITR":            {looks: [][]client.Job{{job("r", "PgTablePitr", 0)}}, adopted: "r"},
		"of a kind that is not known":  {looks: [][]client.Job{{job("r", "PgTables", 0)}}, named: []string{"import ADDRESS i/r"}},
		"beside one that is not known": {looks: [][]client.Job{{restore, job("q", "PgTables", 0)}}, named: []string{"import ADDRESS i/r", "import ADDRESS i/q"}},
		"no zone, in Beijing":          {looks: [][]client.Job{{inZone(8*time.Hour, restore)}}, adopted: "r"},
		"no zone, in New York":         {looks: [][]client.Job{{inZone(-5*time.Hour, restore)}}, adopted: "r"},
		"no zone, in Kathmandu":        {looks: [][]client.Job{{inZone(345*time.Minute, restore)}}, adopted: "r"},
		"no zone, and another's":       {looks: [][]client.Job{{inZone(-5*time.Hour, job("r", "RestoreTables", 40*time.Second))}}, named: []string{"import ADDRESS i/r"}},
		"no zone, not listed before":   {looks: [][]client.Job{{inZone(-5*time.Hour, restore)}}, before: earlierJobs{}, named: []string{"import ADDRESS i/r"}},
		"no zone, old in any":          {looks: [][]client.Job{{inZone(0, job("old", "RestoreTables", -48*time.Hour))}}, named: []string{"It most likely did not accept this one."}, silent: []string{"i/old"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(name, "not listed before") {
				c.before = earlier([]client.Job{{ID: "known"}, job("", "FINE_GRAINED_RESTORING", -time.Minute)})
			}
			s, clock := newTestSubmission(t, &fakeModel{targetID: "i"}, &fakeJobs{lists: c.looks})
			s.JobName = c.kind
			lost := &client.AmbiguousError{Err: context.DeadlineExceeded, Sent: sent, Lost: sent.Add(10 * time.Second)}
			clock.Time = lost.Lost
			found, diags := s.findAccepted(t.Context(), c.before, lost)
			if diff := cmp.Diff(c.adopted, found.id); diff != "" {
				t.Errorf("adopted: %s", diff)
			}
			if diags.HasError() != (c.adopted == "") || len(diags) != 1 {
				t.Fatalf("want one message, an error unless adopted: %v", diags)
			}
			for _, text := range c.named {
				if !strings.Contains(diags[0].Detail(), text) {
					t.Errorf("%q lacks %q", diags[0].Detail(), text)
				}
			}
			for _, text := range c.silent {
				if strings.Contains(diags[0].Detail(), text) {
					t.Errorf("%q has %q", diags[0].Detail(), text)
				}
			}
		})
	}
}

// TestFindAcceptedAfterACancel cancels the apply while the call is in doubt: its job is looked for all the same.
func TestFindAcceptedAfterACancel(t *testing.T) {
	t.Parallel()
	sent := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	restore := client.Job{ID: "r", Name: "RestoreTables", Status: client.JobRunning, Created: sent}
	s, clock := newTestSubmission(t, &fakeModel{targetID: "i"}, &fakeJobs{lists: [][]client.Job{{}, {restore}}})
	lost := &client.AmbiguousError{Err: context.DeadlineExceeded, Sent: sent, Lost: sent.Add(time.Second)}
	clock.Time = lost.Lost
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if found, diags := s.findAccepted(ctx, earlier(nil), lost); found.id != "r" || diags.HasError() {
		t.Errorf("adopted %q: %v", found.id, diags)
	}
}
