// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"testing"
	"time"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

// TestLostAnswers breaks the restore call in every way in which the cloud has accepted it and the provider does not
// hear so. The call is never sent again; the job is found by looking, and adopted. That of DWS is named.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]fakecloud.Fault{
		"reset after acceptance": {Kind: fakecloud.FaultResetAfter},
		"cut in mid-body":        {Kind: fakecloud.FaultTruncate},
		"503 after acceptance": {Kind: fakecloud.FaultStatusAfter, Status: 503, Code: "APIGW.0201",
			Message: "Backend unavailable."},
		"504 after acceptance": {Kind: fakecloud.FaultStatusAfter, Status: 504, Code: "APIGW.0201",
			Message: "Backend timeout."},
		"200 without a job id": {Kind: fakecloud.FaultNoJobID},
		"200 without a body":   {Kind: fakecloud.FaultEmpty},
	} {
		t.Run(name, func(t *testing.T) {
			forEachRestore(t, func(t *testing.T, c restoreCase) {
				env := newTestEnv(t, func(o *fakecloud.Options) {
					if o.JobVisibleAfter = 8 * time.Second; c.service == fakecloud.DWS {
						longJobs(o)
					}
				})
				env.configure(c.config(t))
				fault := fault
				fault.Service, fault.Operation = c.service, c.operation
				env.plant(fault)
				o := env.apply()
				job := env.expectAccepted(1)[0]
				if c.service == fakecloud.DWS {
					env.expectNamed(o)
					env.importRefused(c, job)
					env.change(job, "finish", "")
					env.mustApply()
				} else {
					env.expect(o, clitest.ExitOK, "Restore found after a lost answer", "job "+job)
				}
				if sent := env.cloud.Requests()[c.service][c.operation]; sent != 1 {
					t.Errorf("the restore was asked for %d times", sent)
				}
				env.expectResumed(c, job)
			})
		})
	}
}

// expectNamed expects the error of a lost call to DWS: it names the restore, whose job's id only the console tells.
func (env *testEnv) expectNamed(o outcome) {
	env.Helper()
	env.expect(o, clitest.ExitError, "Restore may have been accepted", "It did not send the request again.",
		"Since the call, the service lists on 7d85f602-a948-4a30-afd4-e84f47471c15:",
		"(the service does not tell this job's id) FINE_GRAINED_RESTORING Running, started ",
		"JOB_ID stands for the job's id, which is in the service's console.")
	if resources := env.resources(); len(resources) > 0 {
		env.Errorf("the state holds %v", resources)
	}
}

// TestCallsThatNeverArrived breaks the call before the cloud has accepted it. The provider cannot know, so it does not
// send it again by itself either, but the next apply does.
func TestCallsThatNeverArrived(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]fakecloud.Fault{
		"reset after sending": {Kind: fakecloud.FaultReset},
		"closed":              {Kind: fakecloud.FaultClose},
		"502":                 {Kind: fakecloud.FaultHTML},
	} {
		t.Run(name, func(t *testing.T) {
			forEachRestore(t, func(t *testing.T, c restoreCase) {
				env := newTestEnv(t)
				env.configure(c.config(t))
				fault := fault
				fault.Service, fault.Operation = c.service, c.operation
				env.plant(fault)
				env.expect(env.apply(), clitest.ExitError, "Restore may have been accepted", "It did not send the request again.",
					"It most likely did not accept this one.")
				if sent := env.cloud.Requests()[c.service][c.operation]; sent != 1 {
					t.Errorf("the restore was asked for %d times", sent)
				}
				env.expectAccepted(0)
				if resources := env.resources(); len(resources) > 0 {
					t.Errorf("the state holds %v", resources)
				}
				env.mustApply()
				env.expectResumed(c, env.expectAccepted(1)[0])
			})
		})
	}
}

// TestForeignRestores has somebody else's restore begin after a call that never arrived. It is named, and not taken for
// ours.
func TestForeignRestores(t *testing.T) {
	t.Parallel()
	for name, foreign := range map[string]struct {
		job   string
		after time.Duration // the call
	}{
		"later":        {job: fakecloud.DDSRestoreJob, after: 30 * time.Second},
		"another kind": {job: "MongodbRestoreInstance"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, env := ddsCase, newTestEnv(t, longJobs)
			env.configure(c.config(t))
			env.plant(fakecloud.Fault{Service: c.service, Operation: c.operation, Kind: fakecloud.FaultReset})
			p := env.startApply()
			env.await(func() bool { return env.cloud.Requests()[c.service][c.operation] > 0 })
			began := env.clock.Now()
			env.await(func() bool { return env.clock.Now().Sub(began) >= foreign.after })
			job, err := env.cloud.Occupy(c.service, c.target, foreign.job)
			if err != nil {
				t.Fatal(err)
			}
			env.expect(env.end(p), clitest.ExitError, "Restore may have been accepted", c.target+"/"+job)
			env.expectAccepted(0)
			if resources := env.resources(); len(resources) > 0 {
				t.Errorf("the state holds %v", resources)
			}
		})
	}
}

// TestLostAnswerInAnotherZone has DWS write the time of the lost job in a zone that it does not name. West of UTC, the job
// reads as if it were older than the call. The job is adopted, because the id of its action is its own: no page says so,
// but none rules it out.
func TestLostAnswerInAnotherZone(t *testing.T) {
	t.Parallel()
	for _, hours := range []int{-5, 0, 8} {
		t.Run(fmt.Sprint(hours), func(t *testing.T) {
			t.Parallel()
			c := dwsCase
			env := newTestEnv(t, func(o *fakecloud.Options) {
				o.World = fakecloud.DefaultWorld()
				o.World.ZoneHours, o.World.DWSActionIDIsJobID = hours, true
			})
			env.configure(c.config(t))
			env.plant(fakecloud.Fault{Service: c.service, Operation: c.operation, Kind: fakecloud.FaultResetAfter})
			o := env.mustApply()
			job := env.expectAccepted(1)[0]
			env.expect(o, clitest.ExitOK, "Restore found after a lost answer", "job "+job)
			env.expectResumed(c, job)
		})
	}
}
