// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
	"terraform-provider-x/internal/provider/providertest"
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
	const month = 30 * 24 * time.Hour
	action := func(unknown string, ago time.Duration) client.Job {
		return client.Job{Name: "FINE_GRAINED_RESTORING", Status: client.JobRunning, UnknownStatus: unknown,
			Created: providertest.NewClock().Now().Add(-ago), NoZone: true}
	}
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
		"an operation of any name":        {lists: [][]client.Job{{running("r", "PgTables")}}},
		"an operation of no name":         {lists: [][]client.Job{{running("r", "")}}},
		"a backup and one of any name":    {lists: [][]client.Job{{running("b", "ManualBackup"), running("r", "PgTables")}}},
		"a backup by its name, restoring": {lists: [][]client.Job{{running("b", "RestoreBackup")}}},
		"one of any name that is over":    {lists: [][]client.Job{{{ID: "o", Name: "PgTables", Status: client.JobFailed}}}, sent: 1},
		"an own one of any name":          {lists: [][]client.Job{{running("r", "PgTables")}}, own: []ownJob{{"r", place{"rds", "i"}}}, sent: 1},
		"an unknown status":               {lists: [][]client.Job{{action("QUIESCED", time.Hour)}}},
		"an unknown status, a month ago":  {lists: [][]client.Job{{action("QUIESCED", month)}}, sent: 1},
		"an unknown status, but when":     {lists: [][]client.Job{{{Name: "RESTORING", Status: client.JobRunning, UnknownStatus: "QUIESCED"}}}},
		"running for a month":             {lists: [][]client.Job{{action("", month)}}},
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
	running := func(name string) client.Job { return client.Job{ID: "x", Name: name, Status: client.JobRunning} }
	restoring, modifying := []string{"RESTORING"}, []string{"MODIFYING"}
	noList := errors.New("forbidden")
	ago := func(d time.Duration) time.Time { return providertest.NewClock().Now().Add(-d) }
	for name, c := range map[string]struct {
		own      bool
		seen     time.Duration // how long ago this process saw it running; 0 is never
		gone     bool          // the service does not know it
		job      client.Job    // the own one
		activity []string
		list     []client.Job
		listErr  error
		waits    bool
		named    []string // in the error
	}{
		"nothing any more":             {waits: true},
		"nothing, and no list":         {listErr: noList},
		"a backup":                     {activity: []string{"BACKING UP"}, listErr: noList, waits: true},
		"an unknown restore":           {activity: restoring, named: []string{"RESTORING"}},
		"two operations":               {activity: []string{"REBOOTING", "RESTORE_TABLE"}, named: []string{"RESTORE_TABLE"}},
		"an unknown operation":         {activity: modifying, named: []string{"MODIFYING"}},
		"one beside a backup":          {activity: []string{"BACKING UP", "MODIFYING"}},
		"an unknown one, and no list":  {activity: modifying, listErr: noList},
		"one that the list explains":   {activity: modifying, list: []client.Job{running("ResizeFlavor")}, waits: true},
		"one that the list names":      {activity: modifying, list: []client.Job{running("PgTables")}, named: []string{"PgTables", "i/x"}},
		"one that the list only shows": {list: []client.Job{running("PgTables")}},
		"an own restore":               {own: true, job: client.Job{Status: client.JobRunning}, activity: restoring, waits: true},
		"an own one, just over":        {own: true, job: client.Job{Status: client.JobCompleted, Ended: ago(time.Minute)}, activity: restoring, waits: true},
		"an own one, over for a while": {own: true, job: client.Job{Status: client.JobCompleted, Ended: ago(160 * time.Second)}, activity: restoring},
		"an own one, over but when":    {own: true, job: client.Job{Status: client.JobCompleted}, activity: restoring},
		"the same, seen a minute ago":  {own: true, seen: time.Minute, job: client.Job{Status: client.JobCompleted}, activity: restoring, waits: true},
		"the same, seen an hour ago":   {own: true, seen: time.Hour, job: client.Job{Status: client.JobCompleted}, activity: restoring},
		"an own one, over in a zone":   {own: true, job: client.Job{Status: client.JobCompleted, Ended: ago(0), NoZone: true}, activity: restoring},
		"the same, seen before":        {own: true, seen: time.Minute, job: client.Job{Status: client.JobCompleted, Ended: ago(8 * time.Hour), NoZone: true}, activity: restoring, waits: true},
		"an own one, over in future":   {own: true, job: client.Job{Status: client.JobCompleted, Ended: ago(-time.Minute)}, activity: restoring},
		"seen since its end":           {own: true, seen: time.Second, job: client.Job{Status: client.JobCompleted, Ended: ago(10 * time.Minute)}, activity: restoring, waits: true},
		"an own one that is unknown":   {own: true, seen: time.Second, gone: true, activity: restoring},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := &fakeModel{targetID: "i", submit: func() (string, error) { return "", busy }}
			jobs := map[string]client.Job{"r": c.job}
			if c.gone {
				delete(jobs, "r")
			}
			s, clock := newTestSubmission(t, m, &fakeJobs{
				jobs: jobs, activity: c.activity, lists: [][]client.Job{c.list}, listErr: c.listErr,
			})
			if c.own {
				s.own.noteRunning(own)
			}
			if c.seen > 0 {
				s.own.noteSeen(own, client.Job{Status: client.JobRunning}, ago(c.seen))
			}
			err := s.mayTryAgain(t.Context(), busy, clock.Now().Add(time.Hour))
			if (err == nil) != c.waits {
				t.Errorf("got %v, want to wait: %t", err, c.waits)
			}
			if err := s.mayTryAgain(t.Context(), busy, clock.Now()); err == nil {
				t.Error("it waits beyond the deadline")
			}
			if err == nil {
				return
			}
			said := s.errorNotStarted(t.Context(), err).Detail()
			for _, text := range append(c.named, "No restore was started", "terraform import ADDRESS i/") {
				if !strings.Contains(said, text) {
					t.Errorf("%q lacks %q", said, text)
				}
			}
		})
	}
}

// TestRejectedUntilTheTimeout has the service reject the call for as long as the restore may wait: the last call is at the
// deadline. Nothing of it is longer than the service asks for.
func TestRejectedUntilTheTimeout(t *testing.T) {
	t.Parallel()
	throttled := &client.APIError{Service: "rds", StatusCode: 429, Code: "APIGW.0308"}
	later := &client.APIError{Service: "rds", StatusCode: 429, Code: "APIGW.0308", RetryAfter: 40 * time.Second}
	for name, c := range map[string]struct {
		rejected error
		timeout  time.Duration
		calls    []time.Duration // since the start
		says     string
	}{
		"busy":                {busy, 40 * time.Second, []time.Duration{0, 15 * time.Second, 30 * time.Second, 40 * time.Second}, "Instance stayed busy"},
		"busy, short timeout": {busy, 12 * time.Second, []time.Duration{0, 12 * time.Second}, "Instance stayed busy"},
		"throttled":           {throttled, 20 * time.Second, []time.Duration{0, 15 * time.Second, 20 * time.Second}, "Service kept throttling"},
		"throttled for long":  {later, time.Minute, []time.Duration{0, 40 * time.Second, time.Minute}, "Service kept throttling"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls []time.Duration
			m := &fakeModel{targetID: "i"}
			s, clock := newTestSubmission(t, m, &fakeJobs{})
			began := clock.Now()
			m.submit = func() (string, error) {
				calls = append(calls, clock.Now().Sub(began))
				return "", c.rejected
			}
			_, _, diags := s.start(t.Context(), c.timeout)
			if diff := cmp.Diff(c.calls, calls); diff != "" {
				t.Errorf("calls: %s", diff)
			}
			if len(diags) != 1 || diags[0].Summary() != c.says || !strings.Contains(diags[0].Detail(), "No restore was started") {
				t.Errorf("want %q: %v", c.says, diags)
			}
		})
	}
}
