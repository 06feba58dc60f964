// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"syscall"
	"testing"
	"time"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

// TestOrphan kills the CLI alone, as the kernel does when memory runs out. The provider notices, stops waiting and ends.
// The kind of report: providers that are left over use up a build machine.
func TestOrphan(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env, p, job := waiting(t, c)
		provider := env.providerOf(p)
		if err := p.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		env.end(p)
		awaitExit(t, provider)
		env.importRefused(c, job)
	})
}

// TestOrphanWithACallOnItsWay kills the CLI while the answer to the restore call is on its way. The provider takes it, and
// ends then.
func TestOrphanWithACallOnItsWay(t *testing.T) {
	t.Parallel()
	c := rdsCase
	env := newTestEnv(t, func(o *fakecloud.Options) { o.Now = nil })
	env.provider, env.clock = releasedProvider, clitest.NewClock(1)
	env.configure(c.config(t))
	env.change("next", "hold", "")
	env.plant(fakecloud.Fault{Service: c.service, Operation: c.operation, Kind: fakecloud.FaultDelay, Delay: 4 * time.Second})
	p := env.startApply()
	env.await(func() bool { return len(env.cloud.Restores()) == 1 })
	provider := env.providerOf(p)
	if err := p.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	env.end(p)
	awaitExit(t, provider)
	job := env.expectAccepted(1)[0]
	if !env.runHas(job) {
		t.Error("the answer was not taken: the run's file lacks the job")
	}
	env.importRefused(c, job)
}
