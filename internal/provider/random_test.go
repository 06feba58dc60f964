// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"flag"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

var (
	randomSeed = flag.Uint64("random.seed", 0, "the seed of TestRandomised; 0 takes one from the clock")
	randomRuns = flag.Int("random.runs", 3, "how many sequences TestRandomised runs")
)

// TestRandomised applies, breaks, signals and kills in a random order, and lets jobs end as they please. In no sequence
// is a restore accepted twice for one intent, and at its end every accepted job is in the state or was named in an
// error.
func TestRandomised(t *testing.T) {
	t.Parallel()
	seed := *randomSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	for run := range *randomRuns {
		t.Logf("to repeat: go test ./internal/provider -run TestRandomised -random.runs=1 -random.seed=%d", seed+uint64(run))
		random := rand.New(rand.NewPCG(seed+uint64(run), 0))
		chaos := &chaos{testEnv: newTestEnv(t).withRaceDetector(), Rand: random,
			restore: restoreCases[random.IntN(len(restoreCases))]}
		chaos.play(12)
	}
}

// chaos is one sequence, on one restore.
type chaos struct {
	*testEnv
	*rand.Rand
	restore restoreCase
	printed strings.Builder // all that the CLI has said
}

func (c *chaos) play(steps int) {
	c.Logf("restoring with %s", c.restore.name)
	// Without preflight: a restore that was killed and then ended has taken its own targets, and would be refused for
	// ever.
	c.configure(c.restore.config(c.T, "preflight = false", c.restore.mayOverwrite(), shortTimeouts))
	actions := []struct {
		name string
		do   func()
	}{
		{"apply", func() { c.note(c.apply()) }},
		{"apply without refresh", func() { c.note(c.apply("-refresh=false")) }},
		{"refresh", func() { c.note(c.apply("-refresh-only")) }},
		{"plan", func() { c.note(c.plan()) }},
		{"untaint", func() { c.note(c.run("untaint", c.restore.address)) }},
		{"interrupt an apply", func() { c.signal(syscall.SIGINT) }},
		{"terminate an apply", func() { c.signal(syscall.SIGTERM) }},
		{"kill the provider", c.kill},
		{"plant a fault", c.fault},
		{"hold the next job", func() { c.change("next", "hold", "") }},
		{"let the jobs go on", func() { c.change("*", "release", "") }},
		{"finish the jobs", func() { c.change("*", "finish", "") }},
		{"let the jobs fail", func() { c.change("*", "fail", "by chance") }},
	}
	for range steps {
		action := actions[c.IntN(len(actions))]
		c.Log(action.name)
		action.do()
		c.expectOneForOneIntent()
	}
	c.comeToAnEnd()
}

// note keeps what the CLI has said, and shows it if the test fails.
func (c *chaos) note(o outcome) {
	c.Logf("exit status %d: %s", o.exit, o.output)
	c.printed.WriteString(o.output + "\n")
}

// waitsForItsJob starts an apply and returns once it asks for its job. It is false where the apply ends without.
func (c *chaos) waitsForItsJob() (*clitest.Command, bool) {
	p := c.startApply()
	ctx, cancel := context.WithCancel(c.Context())
	defer cancel()
	go func() { <-p.Ended(); cancel() }()
	polled := func() int { return c.cloud.Requests()[c.restore.service][fakecloud.ShowJob] }
	refreshed := polled() + 1 // the plan asks once
	err := c.cloud.WaitFor(ctx, func() bool { return polled() > refreshed })
	return p, err == nil
}

func (c *chaos) signal(signal syscall.Signal) {
	p, waits := c.waitsForItsJob()
	if waits {
		c.signalGroup(p, signal)
	}
	c.note(c.end(p))
}

// kill kills the provider while the job runs, and recovers as the next apply's error says. A job that ends between the
// two would leave no trace anywhere; that is the one case nothing can be done about, and so it is kept from happening.
func (c *chaos) kill() {
	c.change("next", "hold", "")
	c.change("*", "hold", "")
	p, waits := c.waitsForItsJob()
	if provider, running := p.Child(); waits && running {
		_ = syscall.Kill(provider, syscall.SIGKILL)
	}
	c.note(c.end(p))
	if _, kept := c.resources()[c.restore.address]; kept || len(c.cloud.Restores()) == 0 {
		return
	}
	restores := c.cloud.Restores()
	latest := restores[len(restores)-1].JobID
	if job, _ := c.cloud.Job(latest); job.Status != fakecloud.Running {
		return // nothing was lost: the apply failed before it started anything
	}
	o := c.apply()
	c.note(o)
	c.expect(o, clitest.ExitError, "A restore is already running", "terraform import ADDRESS "+c.restore.target+"/"+latest)
	c.expect(c.run("import", "-no-color", c.restore.address, c.restore.target+"/"+latest), clitest.ExitOK)
}

func (c *chaos) fault() {
	faults := []fakecloud.Fault{
		{Operation: c.restore.operation, Kind: fakecloud.FaultThrottle, Times: 2},
		{Operation: c.restore.operation, Kind: fakecloud.FaultReset},
		{Operation: c.restore.operation, Kind: fakecloud.FaultResetAfter},
		{Operation: c.restore.operation, Kind: fakecloud.FaultTruncate},
		{Operation: c.restore.operation, Kind: fakecloud.FaultNoJobID},
		{Operation: c.restore.operation, Kind: fakecloud.FaultStatusAfter, Status: 504},
		{Operation: fakecloud.ShowJob, Kind: fakecloud.FaultStatus, Status: 503, Times: 8},
		{Operation: fakecloud.ShowJob, Kind: fakecloud.FaultReset, Times: 3},
		{Operation: fakecloud.ShowJob, Kind: fakecloud.FaultTruncate, Times: 3},
	}
	fault := faults[c.IntN(len(faults))]
	fault.Service = c.restore.service
	c.Logf("%+v", fault)
	c.plant(fault)
}

// expectOneForOneIntent checks that the restore was accepted again only after it had failed.
func (c *chaos) expectOneForOneIntent() {
	c.Helper()
	var alive []string
	for _, restore := range c.cloud.Restores() {
		if job, _ := c.cloud.Job(restore.JobID); job.Status != fakecloud.Failed {
			alive = append(alive, restore.JobID+" "+job.Status)
		}
	}
	if len(alive) > 1 {
		c.Fatalf("restored twice: %v", alive)
	}
}

// comeToAnEnd lets everything succeed, and accounts for every job.
func (c *chaos) comeToAnEnd() {
	c.Helper()
	c.cloud.ClearFaults()
	c.configure(c.restore.config(c.T, "preflight = false", c.restore.mayOverwrite())) // with the usual timeouts
	c.change("next", "release", "")
	c.change("*", "finish", "")
	for tries := 0; ; tries++ {
		o := c.apply()
		c.note(o)
		if o.exit == clitest.ExitOK {
			break
		}
		if tries == 2 {
			c.Fatalf("it comes to no end:\n%s", o.output)
		}
	}
	c.expectOneForOneIntent()
	c.expectNoChanges()
	current := c.stored(c.restore.address).Values["job_id"]
	for _, restore := range c.cloud.Restores() {
		if restore.JobID != current && !strings.Contains(c.printed.String(), restore.JobID) {
			c.Errorf("job %s is not in the state, and was never named", restore.JobID)
		}
	}
	c.expectStored(c.restore.address, map[string]any{"status": "Completed"})
}
