// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
	"terraform-provider-x/internal/provider/providertest"
)

// TestExpiry resumes a job that the service does not know any more. Its record has expired only if it was bound to, and
// if nobody saw the job running just now.
func TestExpiry(t *testing.T) {
	t.Parallel()
	clock := providertest.NewClock()
	running := client.Job{ID: "j", Status: client.JobRunning}
	for name, c := range map[string]struct {
		age       time.Duration // 0 is unknown
		before    bool          // seen running in this process before the wait
		during    bool          // or in it
		completed bool          // says the state
		expired   bool
	}{
		"old":                       {age: 8 * 24 * time.Hour, expired: true},
		"of unknown age, completed": {completed: true, expired: true},
		"of unknown age, running":   {},
		"young":                     {age: time.Hour},
		"seen running":              {during: true},
		"seen running before":       {before: true},
		"old, and seen running":     {age: 8 * 24 * time.Hour, during: true},
		"old, and seen just before": {age: 8 * 24 * time.Hour, before: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newResource(func() Model { return &fakeModel{} }, clock)
			m := &fakeModel{targetID: "i"}
			m.JobID, m.Status = types.StringValue("j"), types.StringValue(string(client.JobRunning))
			if c.completed {
				m.Status = types.StringValue(string(client.JobCompleted))
			}
			if c.age > 0 {
				m.SubmittedAt = types.StringValue(pointintime.Format(clock.Now().Add(-c.age)))
			}
			if c.before {
				r.own.noteSeen(r.ownJob(m), running, clock.Now())
			}
			last := client.Job{}
			jobs := &fakeJobs{wait: func(wait client.JobWait) (client.Job, error) {
				if c.during {
					last = running
					wait.Seen(running)
				}
				if wait.SawRunning != c.before {
					t.Errorf("the client is told that the job was seen running: %t", wait.SawRunning)
				}
				if bound := c.age >= recordKept || c.completed; wait.MayBeGone != bound {
					t.Errorf("the client is told that the job may be gone: %t", wait.MayBeGone)
				}
				return last, &client.PollError{Err: &client.NotFoundError{What: "job j"}}
			}}
			result, _ := r.waitForJob(t.Context(), wait{jobs: jobs, resumed: true}, m)
			if result.expired != c.expired || m.FinishedAt.IsNull() == c.expired {
				t.Errorf("expired: %t, finished at %s; want %t", result.expired, m.FinishedAt, c.expired)
			}
		})
	}
}
