// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"context"
	"maps"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/provider/lookup"
	"terraform-provider-x/internal/provider/providertest"
)

// fakeModel is a restore that does what a test says.
type fakeModel struct {
	Common
	targetID   string
	parameters Parameters
	sources    []string
	resolve    func() time.Time
	check      func(*Findings)
	targets    func(*Findings)
	submit     func() (string, error)
	lockKeys   map[string]string // the lock key of a target; the target itself if it is not here
}

func (m *fakeModel) Type() Type                            { return Type{Name: "fake", Target: "instance_id", Service: "rds"} }
func (m *fakeModel) Schema() Schema                        { return Schema{} }
func (m *fakeModel) TargetID() string                      { return m.targetID }
func (m *fakeModel) Parameters(context.Context) Parameters { return maps.Clone(m.parameters) }
func (m *fakeModel) Sources(context.Context) []string      { return m.sources }
func (m *fakeModel) ConfiguredTime(context.Context) time.Time {
	return time.Time{}
}
func (m *fakeModel) Validate(context.Context, time.Time) diag.Diagnostics { return nil }
func (m *fakeModel) Complete(context.Context, Model) diag.Diagnostics     { return nil }
func (m *fakeModel) Objects(context.Context) []Object                     { return nil }

func (m *fakeModel) ResolveTime(context.Context, lookup.Region) (time.Time, error) {
	if m.resolve == nil {
		return time.Time{}, nil
	}
	return m.resolve(), nil
}

func (m *fakeModel) Check(_ context.Context, _ lookup.Region, f *Findings) {
	if m.check != nil {
		m.check(f)
	}
}

func (m *fakeModel) CheckTargets(_ context.Context, _ lookup.Region, f *Findings) {
	if m.targets != nil {
		m.targets(f)
	}
}

func (m *fakeModel) Submit(context.Context, *client.Client) (string, error) { return m.submit() }

func (m *fakeModel) LockKey(_ context.Context, _ lookup.Region, targetID string) (string, error) {
	if key, found := m.lockKeys[targetID]; found {
		return key, nil
	}
	return targetID, nil
}

// fakeJobs is a service whose lists of jobs a test has written, one for each look; the last one stays.
type fakeJobs struct {
	client.JobService
	lists    [][]client.Job
	looks    int
	listErr  error
	jobs     map[string]client.Job
	activity []string
	wait     func(client.JobWait) (client.Job, error)
}

func (f *fakeJobs) ListJobs(context.Context, string, time.Time, time.Time) ([]client.Job, error) {
	f.looks++
	if f.listErr != nil {
		return nil, f.listErr
	}
	if len(f.lists) == 0 {
		return nil, nil
	}
	return f.lists[min(f.looks, len(f.lists))-1], nil
}

func (f *fakeJobs) Job(_ context.Context, id string) (client.Job, error) {
	if job, found := f.jobs[id]; found {
		return job, nil
	}
	return client.Job{}, &client.NotFoundError{What: id}
}

func (f *fakeJobs) WaitForJob(_ context.Context, wait client.JobWait) (client.Job, error) {
	return f.wait(wait)
}

func (f *fakeJobs) Activity(context.Context, string) ([]string, error) { return f.activity, nil }

// newTestSubmission is a restore of a fake model that is about to be sent.
func newTestSubmission(t *testing.T, m *fakeModel, jobs *fakeJobs) (*submission, *providertest.Clock) {
	t.Helper()
	clock := providertest.NewClock()
	r := newResource(func() Model { return &fakeModel{} }, clock)
	r.Client = providertest.Unreachable(t)
	m.Region = types.StringValue(r.Client.Region())
	config := *m
	s, done, err := r.newSubmission(t.Context(), r.Client, &config, m)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(done)
	s.jobs = jobs
	return s, clock
}
