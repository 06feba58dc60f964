// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
)

var busy = &client.APIError{Service: "dws", StatusCode: 400, Code: "DWS.7023"}

// TestCheckedAgainWhileBusy has a target come to be while a busy cluster is waited for.
func TestCheckedAgainWhileBusy(t *testing.T) {
	t.Parallel()
	var calls []string
	m := &fakeModel{targetID: "s"}
	m.check = func(f *Findings) {
		if calls = append(calls, "check"); len(calls) > 2 {
			f.Add(Rejection(path.Root("target_table_list"), "Target table already exists", "It came to be."))
		}
	}
	m.submit = func() (string, error) {
		calls = append(calls, "submit")
		return "", busy
	}
	s, _ := newTestSubmission(t, m, &fakeJobs{})
	_, _, diags := s.start(t.Context(), time.Hour)
	if diff := cmp.Diff([]string{"check", "submit", "check"}, calls); diff != "" {
		t.Error(diff)
	}
	if len(diags) != 1 || diags[0].Summary() != "Target table already exists" {
		t.Errorf("want the rejection: %v", diags)
	}
}

// TestTargetsAreCheckedBeforeEachCall has preflight off. The check of the targets is made last, before each call, and
// without its answer there is no call.
func TestTargetsAreCheckedBeforeEachCall(t *testing.T) {
	t.Parallel()
	refusal := Refusal(path.Root("target_table_list"), "Target tables cannot be checked", "Allow it.", "It is forbidden.")
	forbidden := &client.APIError{Service: "dws", StatusCode: 403, Code: "APIGW.0302"}
	for name, c := range map[string]struct {
		answers []error // to the check, one for each time; after that there is none
		submits []error
		calls   []string
		says    string
	}{
		"answered":           {calls: []string{"targets", "submit"}},
		"forbidden":          {answers: []error{forbidden}, calls: []string{"targets"}, says: "Target tables cannot be checked"},
		"no answer":          {answers: []error{errors.New("cut")}, calls: []string{"targets"}, says: "Target tables cannot be checked"},
		"too busy to answer": {answers: []error{busy, busy}, calls: []string{"targets", "targets", "targets", "submit"}},
		"busy with a call":   {submits: []error{busy}, calls: []string{"targets", "submit", "targets", "submit"}},
		"taken meanwhile":    {answers: []error{nil, forbidden}, submits: []error{busy}, calls: []string{"targets", "submit", "targets"}, says: "Target tables cannot be checked"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls []string
			next := func(call string, answers []error) error {
				calls = append(calls, call)
				n := 0
				for _, made := range calls {
					if made == call {
						n++
					}
				}
				if n > len(answers) {
					return nil
				}
				return answers[n-1]
			}
			m := &fakeModel{targetID: "s"}
			m.Preflight = types.BoolValue(false)
			m.targets = func(f *Findings) {
				f.AddNeededError(t.Context(), path.Root("target_table_list"), next("targets", c.answers), refusal)
			}
			m.submit = func() (string, error) { return "job", next("submit", c.submits) }
			s, _ := newTestSubmission(t, m, &fakeJobs{})
			_, _, diags := s.start(t.Context(), time.Hour)
			if diff := cmp.Diff(c.calls, calls); diff != "" {
				t.Error(diff)
			}
			if diags.HasError() != (c.says != "") || c.says != "" && diags[0].Summary() != c.says {
				t.Errorf("want %q, got %v", c.says, diags)
			}
		})
	}
}

// TestCancelledDuringTheCheck has the check of the targets cancelled, which is no answer.
func TestCancelledDuringTheCheck(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	m := &fakeModel{targetID: "s"}
	m.targets = func(f *Findings) {
		cancel()
		f.AddNeededError(ctx, path.Root("target_table_list"), ctx.Err(), nil)
	}
	m.submit = func() (string, error) {
		t.Error("it was sent")
		return "job", nil
	}
	s, _ := newTestSubmission(t, m, &fakeJobs{})
	if _, _, diags := s.start(ctx, time.Hour); len(diags) != 1 || diags[0].Summary() != "Cancelled before the restore started" {
		t.Errorf("want it cancelled: %v", diags)
	}
}

// TestSubmittedWhenSent has the newest moment take a minute to be looked up: the restore is submitted after that.
func TestSubmittedWhenSent(t *testing.T) {
	t.Parallel()
	m := &fakeModel{targetID: "s", submit: func() (string, error) { return "job", nil }}
	s, clock := newTestSubmission(t, m, &fakeJobs{})
	restored := clock.Now().Add(-5 * time.Minute)
	config := s.config.(*fakeModel)
	config.resolve = func() time.Time {
		clock.Time = clock.Time.Add(time.Minute)
		return restored
	}
	accepted, _, diags := s.start(t.Context(), time.Hour)
	want := job{id: "job", submittedAt: pointintime.Format(clock.Now()), restoredTo: pointintime.Format(restored)}
	if accepted != want || diags.HasError() {
		t.Errorf("%+v %v, want %+v", accepted, diags, want)
	}
}

// TestGuard goes through what may run on a queue before a restore is sent, and counts the calls that are sent.
func TestGuard(t *testing.T) {
	t.Parallel()
	running := func(id, name string) client.Job { return client.Job{ID: id, Name: name, Status: client.JobRunning} }
	over := client.Job{ID: "old", Name: "RestoreTables", Status: client.JobCompleted}
	for name, c := range map[string]struct {
		lists [][]client.Job
		own   []ownJob              // that this configuration knows
		jobs  map[string]client.Job // as the service answers for them
		sent  int
	}{
		"nothing":                         {sent: 1},
		"a restore that is over":          {lists: [][]client.Job{{over}}, sent: 1},
		"a backup":                        {lists: [][]client.Job{{running("b", "ManualBackup")}}, sent: 1},
		"an unknown restore":              {lists: [][]client.Job{{running("r", "RestoreTables")}}},
		"an unknown restore that ends":    {lists: [][]client.Job{{running("r", "RestoreTables")}, {}}, sent: 1},
		"an own restore":                  {lists: [][]client.Job{{running("r", "RestoreTables")}}, own: []ownJob{{"r", place{"rds", "i"}}}, sent: 1},
		"a restore without an id":         {lists: [][]client.Job{{running("", "FINE_GRAINED_RESTORING")}}},
		"an own restore without an id":    {lists: [][]client.Job{{running("", "FINE_GRAINED_RESTORING")}}, own: []ownJob{{"r", place{"rds", "i"}}}, jobs: map[string]client.Job{"r": running("r", "")}, sent: 1},
		"an own one that is over":         {lists: [][]client.Job{{running("", "FINE_GRAINED_RESTORING")}}, own: []ownJob{{"old", place{"rds", "i"}}}, jobs: map[string]client.Job{"old": over}},
		"an own one on the same queue":    {lists: [][]client.Job{{running("", "FINE_GRAINED_RESTORING")}}, own: []ownJob{{"r", place{"rds", "also i"}}}, jobs: map[string]client.Job{"r": running("r", "")}, sent: 1},
		"an own one on another queue":     {lists: [][]client.Job{{running("", "FINE_GRAINED_RESTORING")}}, own: []ownJob{{"r", place{"rds", "j"}}}, jobs: map[string]client.Job{"r": running("r", "")}},
		"an own one of another service":   {lists: [][]client.Job{{running("", "FINE_GRAINED_RESTORING")}}, own: []ownJob{{"r", place{"dws", "i"}}}, jobs: map[string]client.Job{"r": running("r", "")}},
		"an own one and an unknown one":   {lists: [][]client.Job{{running("r", "RestoreTables"), running("q", "RestoreTables")}}, own: []ownJob{{"r", place{"rds", "i"}}}},
		"a restore whose name is not its": {lists: [][]client.Job{{running("r", "tableRestoration")}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sent := 0
			m := &fakeModel{targetID: "i", lockKeys: map[string]string{"also i": "i"}}
			m.submit = func() (string, error) { sent++; return "new", nil }
			s, _ := newTestSubmission(t, m, &fakeJobs{lists: c.lists, jobs: c.jobs})
			for _, own := range c.own {
				s.own.noteRunning(own)
			}
			_, _, diags := s.start(t.Context(), time.Hour)
			if sent != c.sent || diags.HasError() != (c.sent == 0) {
				t.Errorf("%d calls, want %d: %v", sent, c.sent, diags)
			}
		})
	}
}

// TestBusy goes through what a busy service may be busy with. Only what is known to be no unknown restore is waited for.
func TestBusy(t *testing.T) {
	t.Parallel()
	own := ownJob{"r", place{"rds", "i"}}
	for name, c := range map[string]struct {
		own       bool
		job       client.Job // the own one
		restoring bool
		waits     bool
	}{
		"another operation":     {waits: true},
		"an unknown restore":    {restoring: true},
		"an own restore":        {own: true, job: client.Job{Status: client.JobRunning}, restoring: true, waits: true},
		"an own one, just over": {own: true, job: client.Job{Status: client.JobCompleted}, restoring: true, waits: true},
		"an own one, long over": {own: true, job: client.Job{Status: client.JobCompleted, Ended: time.Unix(1_700_000_000, 0)}, restoring: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := &fakeModel{targetID: "i", submit: func() (string, error) { return "", busy }}
			s, clock := newTestSubmission(t, m, &fakeJobs{jobs: map[string]client.Job{"r": c.job}, restoring: c.restoring})
			if c.own {
				s.own.noteRunning(own)
			}
			err := s.mayTryAgain(t.Context(), busy, clock.Now().Add(time.Hour))
			if (err == nil) != c.waits {
				t.Errorf("got %v, want to wait: %t", err, c.waits)
			}
			if err := s.mayTryAgain(t.Context(), busy, clock.Now().Add(busyPause)); err == nil {
				t.Error("it waits beyond the deadline")
			}
		})
	}
}
