// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

var (
	randomSeed  = flag.Uint64("random.seed", 0, "the seed of TestRandomised; 0 takes one from the clock")
	randomRuns  = flag.Int("random.runs", 3, "how many sequences TestRandomised runs")
	randomSteps = flag.Int("random.steps", 15, "how many steps a sequence of TestRandomised has")
)

// TestRandomised applies, breaks, signals, kills, renames and replaces in a random order, and lets jobs end as they please.
// In no sequence is a restore accepted twice for one intent, or another pipeline's job taken for one of ours. At its end
// every accepted job is in the state or was named.
func TestRandomised(t *testing.T) {
	t.Parallel()
	seed := *randomSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	for run := range *randomRuns {
		t.Run(fmt.Sprint("seed ", seed+uint64(run)), func(t *testing.T) {
			t.Parallel()
			t.Logf("to repeat: go test ./internal/provider -run TestRandomised -random.runs=1 -random.steps=%d -random.seed=%d",
				*randomSteps, seed+uint64(run))
			newChaos(t, rand.New(rand.NewPCG(seed+uint64(run), 0))).play(*randomSteps)
		})
	}
}

// wanted is one restore that the configuration asks for.
type wanted struct {
	restoreCase
	place   int    // which of the instances or snapshots
	name    string // of the resource
	version int    // of the name that it restores to: another one is another intent
	options string
}

func (w *wanted) address() string {
	resourceType, _, _ := strings.Cut(w.restoreCase.address, ".")
	return resourceType + "." + w.name
}

// restoresTo is the name that only this intent restores to.
func (w *wanted) restoresTo() string {
	return fmt.Sprintf("of_%s_%d_v%d", w.restoreCase.name, w.place, w.version)
}

var chaosPlaces = map[string][2]string{
	"rds": {"df29b535eec64ee1b286bd2c62871a9cin03", "5f1e6c1d0a8b4d6c9e2b7a3f4c5d6e7fin03"},
	"dds": {"9136fd2a9fcd405ea4674276ce36dae8in02", "d5833c2854a4486cb7960f829269e211in02"},
	"dws": {"c719b1a7-c85c-4cb5-a721-7694908c2c11", "77aa4c1e-9a0b-4c58-8f0e-0b3c2d1e4f50"},
}

func (w *wanted) target() string { return chaosPlaces[w.restoreCase.name][w.place] }

func (w *wanted) block() string {
	resourceType, _, _ := strings.Cut(w.restoreCase.address, ".")
	arguments := map[string]string{
		"rds": `instance_id = %q
  restore_time = "2023-07-05T11:32:17Z"
  databases = [{ database = "shop", schemas = [{ schema = "public", tables = [{ old_name = "orders", new_name = %q }] }] }]`,
		"dds": `instance_id = %q
  restore_collections = [{ database = "app", collections = [
    { old_name = "carts", new_name = %q, restore_collection_time = "2020-12-12T08:49:15Z" }] }]`,
		"dws": `snapshot_id = %q
  database = "postgres"
  case_sensitive = true
  restore_table_list = [{ schema_name = "public", table_name = "sales" }]
  target_table_list = [{ schema_name = "public", table_name = %q }]`,
	}[w.restoreCase.name]
	// Without preflight: it has tests of its own, and a plan that it refuses ends a sequence early.
	return fmt.Sprintf("resource %q %q {\n  "+arguments+"\n  preflight = false\n  %s\n}\n",
		resourceType, w.name, w.target(), w.restoresTo(), w.options)
}

// chaos is one sequence.
type chaos struct {
	*testEnv
	*rand.Rand
	restores []*wanted
	extra    string // moved and removed blocks
	foreign  []string
	former   []string
	again    map[string]bool // names that the plan said it restores to once more
	printed  strings.Builder // all that the CLI has said
	names    int
}

func newChaos(t *testing.T, random *rand.Rand) *chaos {
	t.Helper()
	c := &chaos{Rand: random, again: map[string]bool{}, testEnv: newTestEnv(t, changedWorld(func(w *fakecloud.World) {
		cluster, snapshot := w.DWSClusters[0], w.DWSSnapshots[0]
		cluster.ID, cluster.Name = "9b1d6a2c-1a6e-4e0c-b7de-5a2f90c3d411", "dws-2"
		snapshot.ID, snapshot.Name, snapshot.ClusterID = chaosPlaces["dws"][1], "snapshot-of-2", cluster.ID
		w.DWSClusters, w.DWSSnapshots = append(w.DWSClusters, cluster), append(w.DWSSnapshots, snapshot)
	})).withRaceDetector()}
	for i := range 1 + c.IntN(3) {
		of := restoreCases[c.IntN(len(restoreCases))]
		w := &wanted{restoreCase: of, place: c.IntN(2), name: fmt.Sprint("n", i), version: i * 100}
		if c.IntN(3) == 0 {
			w.options = "lifecycle {\n    create_before_destroy = true\n  }"
		}
		c.restores = append(c.restores, w)
		c.Logf("%s restores %s, %s", w.address(), w.restoresTo(), w.options)
	}
	c.names = len(c.restores)
	c.write()
	return c
}

// write writes the configuration. Timeouts are short.
func (c *chaos) write() {
	text := c.extra
	for _, w := range c.restores {
		text += strings.Replace(w.block(), "preflight", "timeouts = { create = \"50s\", update = \"50s\" }\n  preflight", 1)
	}
	c.configure(text)
}

func (c *chaos) one() *wanted { return c.restores[c.IntN(len(c.restores))] }

func (c *chaos) play(steps int) {
	actions := []struct {
		name string
		do   func()
	}{
		{"apply", func() { c.note(c.apply()) }},
		{"apply one", c.applyOne},
		{"apply one by one", func() { c.note(c.apply("-parallelism=1")) }},
		{"apply without refresh", func() { c.note(c.apply("-refresh=false")) }},
		{"replace", func() { c.replace() }},
		{"replace without refresh", func() { c.replace("-refresh=false") }},
		{"refresh", func() { c.note(c.apply("-refresh-only")) }},
		{"plan", func() { c.note(c.plan()) }},
		{"untaint", func() { c.note(c.run("untaint", c.one().address())) }},
		{"interrupt an apply", func() { c.signal(syscall.SIGINT) }},
		{"terminate an apply", func() { c.signal(syscall.SIGTERM) }},
		{"kill the provider", c.kill},
		{"follow the advice", func() { c.follow(c.one()) }},
		{"rename with moved", func() { c.rename("moved {\n  from = %s\n  to = %s\n}\n") }},
		{"rename without moved", func() { c.rename("") }},
		{"forget, and ask for it elsewhere", func() {
			c.rename("removed {\n  from = %s\n  lifecycle {\n    destroy = false\n  }\n}\n# to %s\n")
		}},
		{"ask for another restore", func() { c.one().version++; c.write() }},
		{"another pipeline restores", c.restoreElsewhere},
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
	for _, restore := range c.cloud.Restores() {
		if strings.Contains(o.output, "Job "+restore.JobID+" has already restored the same.") {
			c.again[nameIn(restore)] = true
		}
	}
	// A careful person does so before the next apply: of a job that has ended by then, nothing else tells.
	if strings.Contains(o.output, "import it before the next apply") || strings.Contains(o.output, "may have been accepted") {
		for _, w := range c.restores {
			c.follow(w)
		}
	}
}

// nameIn is the name that a restore restores to.
func nameIn(restore fakecloud.Restore) string {
	return regexp.MustCompile(`of_\w+_v\d+`).FindString(string(restore.Body))
}

// applyOne applies to one address. Terraform says nothing of the others, and so nothing of a job that another one holds
// since it was renamed: unless the job runs, only its name tells of it, and the service has a second one fail.
func (c *chaos) applyOne() {
	w := c.one()
	resource, stored := c.resources()[w.address()]
	for _, restore := range c.cloud.Restores() {
		if nameIn(restore) == w.restoresTo() && (!stored || resource.Values["job_id"] != restore.JobID) {
			c.again[w.restoresTo()] = true
		}
	}
	c.note(c.apply("-target=" + w.address()))
}

// replace asks for a restore once more, if it has ended: Terraform drops the warning that says so.
func (c *chaos) replace(more ...string) {
	w := c.one()
	if resource, stored := c.resources()[w.address()]; stored && resource.Values["finished_at"] != nil {
		c.again[w.restoresTo()] = true
	}
	c.note(c.apply(append(more, "-replace="+w.address())...))
}

func (c *chaos) polls() int {
	count := 0
	for _, operations := range c.cloud.Requests() {
		count += operations[fakecloud.ShowJob]
	}
	return count
}

// waitsForAJob starts an apply and returns once it asks for a job, after its plan has. It is false if it ends without.
func (c *chaos) waitsForAJob() (*clitest.Command, bool) {
	enough := c.polls() + len(c.restores)
	p := c.startApply()
	ctx, cancel := context.WithCancel(c.Context())
	defer cancel()
	go func() { <-p.Ended(); cancel() }()
	err := c.cloud.WaitFor(ctx, func() bool { return c.polls() > enough })
	return p, err == nil
}

func (c *chaos) signal(signal syscall.Signal) {
	p, waits := c.waitsForAJob()
	if waits {
		_ = p.SignalGroup(signal) // it may have ended
	}
	c.note(c.end(p))
	if len(c.resources()) == 0 { // OpenTofu 1.12 may lose the state if a signal comes while it ends
		for _, restore := range c.cloud.Restores() {
			c.again[nameIn(restore)] = true
		}
	}
}

func (c *chaos) kill() {
	p, waits := c.waitsForAJob()
	if provider, running := p.Child(); waits && running {
		_ = syscall.Kill(provider, syscall.SIGKILL)
	}
	c.note(c.end(p))
	// If the job that is lost has ended by the next apply, only its name is left of it: the service has a second one fail.
	for _, restore := range c.cloud.Restores() {
		if name := nameIn(restore); !c.inState(restore.JobID) {
			c.again[name] = true
		}
	}
}

func (c *chaos) inState(job string) bool {
	for _, resource := range c.resources() {
		if resource.Values["job_id"] == job {
			return true
		}
	}
	return false
}

func (c *chaos) rename(block string) {
	w := c.one()
	from := w.address()
	c.former = append(c.former, from)
	c.names++
	w.name = fmt.Sprint("n", c.names)
	if block != "" {
		c.extra += fmt.Sprintf(block, from, w.address())
	}
	c.write()
}

func (c *chaos) restoreElsewhere() {
	w := c.one()
	id := w.target()
	if w.restoreCase.name == "dws" {
		id = map[string]string{
			chaosPlaces["dws"][0]: "7d85f602-a948-4a30-afd4-e84f47471c15", chaosPlaces["dws"][1]: "9b1d6a2c-1a6e-4e0c-b7de-5a2f90c3d411",
		}[id]
	}
	name := map[string]string{"rds": "RestorePgTables", "dds": "MongodbRestoreTable", "dws": "FINE_GRAINED_RESTORING"}[w.restoreCase.name]
	if job, err := c.cloud.Occupy(w.service, id, name); err == nil { // it may be busy
		c.foreign = append(c.foreign, job)
	}
}

func (c *chaos) fault() {
	w := c.one()
	faults := []fakecloud.Fault{
		{Operation: w.operation, Kind: fakecloud.FaultThrottle, Times: 2},
		{Operation: w.operation, Kind: fakecloud.FaultReset},
		{Operation: w.operation, Kind: fakecloud.FaultResetAfter},
		{Operation: w.operation, Kind: fakecloud.FaultTruncate},
		{Operation: w.operation, Kind: fakecloud.FaultNoJobID},
		{Operation: w.operation, Kind: fakecloud.FaultStatusAfter, Status: 504},
		{Operation: fakecloud.ShowJob, Kind: fakecloud.FaultStatus, Status: 503, Times: 8},
		{Operation: fakecloud.ShowJob, Kind: fakecloud.FaultReset, Times: 3},
		{Operation: fakecloud.ShowJob, Kind: fakecloud.FaultTruncate, Times: 3},
	}
	fault := faults[c.IntN(len(faults))]
	fault.Service = w.service
	c.Logf("%+v", fault)
	c.plant(fault)
}

// alive are the accepted restores to a name that have not failed.
func (c *chaos) alive(name string) []string {
	var jobs []string
	for _, restore := range c.cloud.Restores() {
		if job, _ := c.cloud.Job(restore.JobID); nameIn(restore) == name && job.Status != fakecloud.Failed &&
			(job.Status == fakecloud.Completed || !c.again[name]) {
			jobs = append(jobs, restore.JobID)
		}
	}
	return jobs
}

// expectOneForOneIntent checks that a restore was accepted again only after it had failed, or because the plan said so:
// then the service has the job fail. It checks that no state has another pipeline's job.
func (c *chaos) expectOneForOneIntent() {
	c.Helper()
	for _, restore := range c.cloud.Restores() {
		if jobs := c.alive(nameIn(restore)); len(jobs) > 1 {
			c.Fatalf("%s was restored twice: %v", nameIn(restore), jobs)
		}
	}
	for address, resource := range c.resources() {
		if job, _ := resource.Values["job_id"].(string); slices.Contains(c.foreign, job) {
			c.Fatalf("%s has another pipeline's job %s", address, job)
		}
	}
}

// follow does what the messages advise for a restore whose job the state lacks, or holds as tainted.
func (c *chaos) follow(w *wanted) {
	jobs := c.alive(w.restoresTo())
	resource, stored := c.resources()[w.address()]
	switch {
	case len(jobs) > 0 && (!stored || resource.Values["job_id"] != jobs[0]):
		c.note(c.run("state", "rm", w.address())) // also an object that is deposed; there may be none
		c.note(c.run("import", "-no-color", w.address(), w.target()+"/"+jobs[0]))
		o := c.apply("-target=" + w.address())
		c.Logf("exit status %d: %s", o.exit, o.output)
		c.printed.WriteString(o.output)
	case stored && resource.Tainted && resource.Values["finished_at"] == nil && resource.Values["status"] != "Failed":
		c.note(c.run("untaint", w.address()))
	}
}

// comeToAnEnd lets everything succeed, by the advice of the messages, and accounts for every job.
func (c *chaos) comeToAnEnd() {
	c.Helper()
	c.cloud.ClearFaults()
	c.change("next", "release", "")
	for tries := 0; ; tries++ {
		c.change("*", "finish", "")
		o := c.apply()
		c.note(o)
		c.expectOneForOneIntent()
		if o.exit == clitest.ExitOK {
			break
		}
		if tries == 6 {
			c.Fatalf("it comes to no end:\n%s", o.output)
		}
		for _, address := range c.former { // renamed, or to be forgotten, with what is deposed
			c.note(c.run("state", "rm", address))
		}
		for _, w := range c.restores {
			c.follow(w)
		}
	}
	c.expectNoChanges()
	inState := map[string]bool{}
	for _, w := range c.restores {
		c.expectStored(w.address(), map[string]any{"status": "Completed"})
		inState[fmt.Sprint(c.stored(w.address()).Values["job_id"])] = true
	}
	for _, restore := range c.cloud.Restores() {
		if c.again[nameIn(restore)] { // a kill has lost its job, or it was restored twice on purpose
			continue
		}
		if !inState[restore.JobID] && !strings.Contains(c.printed.String(), restore.JobID) {
			c.Errorf("job %s is not in the state, and was never named", restore.JobID)
		}
	}
}
