// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
)

// instantClock is a clock on which sleeping takes no time.
type instantClock struct{ now time.Time }

func (c *instantClock) Now() time.Time { return c.now }

func (c *instantClock) Sleep(ctx context.Context, d time.Duration) error {
	c.now = c.now.Add(max(d, 0))
	return context.Cause(ctx)
}

// TestFindAccepted goes through what a service may list after a call whose answer was lost. Each letter is a look.
func TestFindAccepted(t *testing.T) {
	t.Parallel()
	sent := time.Date(2026, 3, 1, 12, 0, 0, 500_000_000, time.UTC)
	job := func(id, name string, after time.Duration) client.Job {
		return client.Job{ID: id, Name: name, Status: client.JobRunning, Created: sent.Truncate(time.Second).Add(after)}
	}
	restore, backup := job("r", "RestoreTables", 0), job("b", "ManualBackup", 0)
	for name, c := range map[string]struct {
		looks   [][]client.Job
		before  earlierJobs
		adopted string
		named   []string // in the error
		silent  []string // not in the error
	}{
		"the one restore":                   {looks: [][]client.Job{{restore}}, adopted: "r"},
		"it shows late":                     {looks: [][]client.Job{{}, {}, {}, {restore}}, adopted: "r"},
		"a backup shows first":              {looks: [][]client.Job{{backup}, {backup, restore}}, adopted: "r"},
		"a backup alone":                    {looks: [][]client.Job{{backup}}, named: []string{"Since the call, the service lists", "import ADDRESS i/b"}},
		"two restores":                      {looks: [][]client.Job{{restore, job("s", "RestoreTables", time.Second)}}, named: []string{"import ADDRESS i/r", "import ADDRESS i/s"}},
		"one from before the call":          {looks: [][]client.Job{{job("old", "RestoreTables", -time.Second)}}, named: []string{"import ADDRESS i/old"}},
		"one that was listed before":        {looks: [][]client.Job{{job("known", "RestoreTables", time.Second)}}, named: []string{"most likely it did not accept"}, silent: []string{"i/known"}},
		"one without an id":                 {looks: [][]client.Job{{job("", "FINE_GRAINED_RESTORING", 0)}}, named: []string{"whose id the service does not tell", "import ADDRESS i/JOB_ID"}},
		"nothing":                           {looks: [][]client.Job{{}}, named: []string{"For a minute afterwards the service listed no new restore"}},
		"not listed before the call":        {looks: [][]client.Job{{restore}}, before: earlierJobs{}, named: []string{"import ADDRESS i/r"}},
		"nothing, and not listed before":    {looks: [][]client.Job{{}}, before: earlierJobs{}, named: []string{"could not be looked up"}, silent: []string{"most likely"}},
		"an old one, and not listed before": {looks: [][]client.Job{{job("old", "RestoreTables", -time.Hour)}}, before: earlierJobs{}, named: []string{"could not be looked up"}, silent: []string{"i/old"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			look := 0
			clock := &instantClock{sent}
			r := &restoreResource[dwsTableRestoreModel]{restoreSpec: dwsTableRestore, clock: clock, memory: newRestoreMemory()}
			r.jobs = func(*client.Client, context.Context, string, time.Time, time.Time) ([]client.Job, error) {
				look++
				return c.looks[min(look, len(c.looks))-1], nil
			}
			if !strings.Contains(name, "not listed before") {
				c.before = earlierJobs{ids: map[string]bool{"known": true}, listed: true}
			}
			s := &submission[dwsTableRestoreModel]{restoreResource: r, plan: &dwsTableRestoreModel{}, target: "i", queue: "i"}
			*r.targetID(s.plan) = types.StringValue("i")
			found, diags := s.findAccepted(t.Context(), c.before, sent, context.DeadlineExceeded)
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

// TestCheckedAgainWhileBusy has a target come to be while a busy cluster is waited for.
func TestCheckedAgainWhileBusy(t *testing.T) {
	t.Parallel()
	look, clock := newLookups(t)
	r := &restoreResource[dwsTableRestoreModel]{
		restoreSpec: dwsTableRestore, clock: clock, memory: newRestoreMemory(), lookups: look.memory, preflights: true, client: look.client,
	}
	var calls []string
	r.queue = func(context.Context, lookups, dwsTableRestoreModel) (string, error) { return "cluster", nil }
	r.jobs = func(*client.Client, context.Context, string, time.Time, time.Time) ([]client.Job, error) {
		return nil, nil
	}
	r.restoring = func(context.Context, *client.Client, string) (bool, error) { return false, nil }
	r.moment = func(context.Context, lookups, dwsTableRestoreModel) (time.Time, error) { return time.Time{}, nil }
	r.check = func(_ context.Context, _ lookups, _ dwsTableRestoreModel, f *preflightFindings) {
		if calls = append(calls, "check"); len(calls) > 2 {
			f.refuse(path.Root("target_table_list"), "The target exists", "It came to be.")
		}
	}
	r.submit = func(context.Context, *client.Client, dwsTableRestoreModel) (string, error) {
		calls = append(calls, "submit")
		return "", &client.APIError{Service: "dws", StatusCode: 400, Code: "DWS.7023"}
	}
	s := r.newSubmission(t.Context(), look.client, &dwsTableRestoreModel{SnapshotID: types.StringValue("s")})
	_, diags := s.start(t.Context(), clock.Now().Add(time.Hour))
	if diff := cmp.Diff([]string{"check", "submit", "check"}, calls); diff != "" {
		t.Error(diff)
	}
	if len(diags) != 1 || diags[0].Summary() != "The target exists" {
		t.Errorf("want the refusal: %v", diags)
	}
}

// TestSubmittedWhenSent has the newest moment take a minute to be looked up: the restore is submitted after that.
func TestSubmittedWhenSent(t *testing.T) {
	t.Parallel()
	look, clock := newLookups(t)
	r := &restoreResource[dwsTableRestoreModel]{restoreSpec: dwsTableRestore, clock: clock, memory: newRestoreMemory(), lookups: look.memory, client: look.client}
	r.queue = func(context.Context, lookups, dwsTableRestoreModel) (string, error) { return "cluster", nil }
	r.jobs = func(*client.Client, context.Context, string, time.Time, time.Time) ([]client.Job, error) {
		return nil, nil
	}
	restored := clock.Now().Add(-5 * time.Minute)
	r.moment = func(context.Context, lookups, dwsTableRestoreModel) (time.Time, error) {
		clock.now = clock.now.Add(time.Minute)
		return restored, nil
	}
	r.submit = func(context.Context, *client.Client, dwsTableRestoreModel) (string, error) { return "job", nil }
	s := r.newSubmission(t.Context(), look.client, &dwsTableRestoreModel{SnapshotID: types.StringValue("s")})
	job, diags := s.start(t.Context(), clock.Now().Add(time.Hour))
	want := knownJob{id: "job", submittedAt: pointintime.Format(clock.Now()), restoredTo: pointintime.Format(restored)}
	if job != want || diags.HasError() {
		t.Errorf("%+v %v, want %+v", job, diags, want)
	}
}
