// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"terraform-provider-x/internal/client"
)

// restoreMemory is what one configured provider remembers while its process lives; a plan and its apply are two processes.
// It carries an unfinished job from Delete to the Create that replaces it, since Terraform hands nothing from the one to
// the other, and it makes restores of one instance wait for each other.
type restoreMemory struct {
	mu       sync.Mutex
	applying bool                       // a Delete was called: this process applies what was planned
	keys     map[string]*keyMemory      // by restoreKey
	restored map[string]bool            // the moments that states say were restored to
	known    map[string]bool            // ids of jobs that belong to this configuration
	running  map[string]map[string]bool // those of them that may still run, by scope
	ended    map[string]time.Time       // when the last of them was seen to have ended, by scope
	turns    map[string]chan struct{}   // by queue; holds one token while free
	starting chan struct{}              // holds a token for each restore that is about to be sent
}

// startingAtOnce is how many restores are looked at and sent side by side. With a budget of sixty calls a minute more would only
// grow old between the look and the call; of those that a service is asked about at the same time, one list tells.
const startingAtOnce = 20

// keyMemory is what is remembered of one restore, that is, of all resources with the same parameters.
type keyMemory struct {
	unfinished []knownJob // accepted, and their end seen by no apply
	ended      string     // the latest job that a state holds as completed or failed
	endedTo    string     // the moment that it restored to
	failed     bool       // that one failed
	planned    bool       // a resource without a state was planned
	leaving    bool       // a state that holds an unfinished job is planned to go by itself, not in a replacement
}

// knownJob is an accepted job, as a state holds it.
type knownJob struct {
	id          string
	submittedAt string // RFC 3339; "" where it is not known
	restoredTo  string // the same
}

func newRestoreMemory() *restoreMemory {
	return &restoreMemory{
		keys:     map[string]*keyMemory{},
		restored: map[string]bool{},
		known:    map[string]bool{},
		running:  map[string]map[string]bool{},
		ended:    map[string]time.Time{},
		turns:    map[string]chan struct{}{},
		starting: make(chan struct{}, startingAtOnce),
	}
}

// of is the memory of a key. The caller holds the lock.
func (m *restoreMemory) of(key string) *keyMemory {
	if m.keys[key] == nil {
		m.keys[key] = &keyMemory{}
	}
	return m.keys[key]
}

// ambiguous is true where it cannot be told which unfinished job a resource that is planned without a state goes on with, or
// where nothing would hand it over: Terraform creates and removes side by side what is not one replacement.
func (k *keyMemory) ambiguous() bool {
	return k.planned && (k.leaving && len(k.unfinished) > 0 || len(k.unfinished) > 1)
}

// remember keeps an unfinished job for whatever asks for the same restore.
func (m *restoreMemory) remember(key string, job knownJob) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.restored[job.restoredTo] = true
	if k := m.of(key); !slices.Contains(k.unfinished, job) {
		k.unfinished = append(k.unfinished, job)
	}
}

// apply notes that Terraform carries out a plan: what it has begun to remove cannot be refused any more.
func (m *restoreMemory) apply() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.applying = true
}

// over notes that a state holds the restore as completed or failed.
func (m *restoreMemory) over(key string, job knownJob, failed bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.restored[job.restoredTo] = true
	k := m.of(key)
	k.ended, k.endedTo, k.failed = job.id, job.restoredTo, failed
}

// moments are those that any restore is known to have gone to.
func (m *restoreMemory) moments() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.restored, "")
	return slices.Sorted(maps.Keys(m.restored))
}

// has is true for a restore to a moment of which something is remembered.
func (m *restoreMemory) has(key, moment string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.keys[key]
	return k != nil && (k.endedTo == moment || slices.ContainsFunc(k.unfinished, func(job knownJob) bool { return job.restoredTo == moment }))
}

// remembered is what a plan is told of a restore.
type remembered struct {
	job       knownJob
	found     bool // job is one to go on with
	ended     string
	failed    bool
	ambiguous bool
}

// plan notes that a resource without a state is planned, and tells what is remembered of the same restore. It takes
// nothing: a plan asks more than once.
func (m *restoreMemory) plan(key string) remembered {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.of(key)
	k.planned = true
	r := remembered{ended: k.ended, failed: k.failed, ambiguous: !m.applying && k.ambiguous()}
	// Where there are several to choose from in an apply, Create takes one, and no two take the same.
	if len(k.unfinished) == 1 || len(k.unfinished) > 0 && !m.applying {
		r.job, r.found = k.unfinished[0], true
	}
	return r
}

// leave notes that a state that holds an unfinished job is planned to go by itself.
func (m *restoreMemory) leave(key string) (ambiguous bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.of(key)
	k.leaving = true
	return !m.applying && k.ambiguous()
}

// take hands a job over, once: the one with the planned id, or any where the plan knew of none.
func (m *restoreMemory) take(key, plannedID string) (knownJob, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.of(key)
	for i, job := range k.unfinished {
		if plannedID == "" || job.id == plannedID {
			k.unfinished = slices.Delete(k.unfinished, i, i+1)
			return job, true
		}
	}
	return knownJob{}, false
}

// begin notes that a job belongs to this configuration and may be running in a scope.
func (m *restoreMemory) begin(scope, jobID string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.known[jobID] = true
	if m.running[scope] == nil {
		m.running[scope] = map[string]bool{}
	}
	m.running[scope][jobID] = true
}

// end notes that a job was seen to run no more.
func (m *restoreMemory) end(scope, jobID string, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.running[scope][jobID] {
		delete(m.running[scope], jobID)
		if at.After(m.ended[scope]) {
			m.ended[scope] = at
		}
	}
}

// mayRun are the jobs of this configuration that may be running in a scope, and when the last one was seen to have ended.
func (m *restoreMemory) mayRun(scope string) (jobIDs []string, lastEnd time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Collect(maps.Keys(m.running[scope])), m.ended[scope]
}

// strangers are the jobs that this process has no part in. A job whose id the service does not tell is one unless ours may be
// running in the scope.
func (m *restoreMemory) strangers(scope string, jobs []client.Job) []client.Job {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(jobs), func(job client.Job) bool {
		return m.known[job.ID] || job.ID == "" && len(m.running[scope]) > 0
	})
}

// enter waits until few enough restores are about to be sent. The caller must call leave.
func (m *restoreMemory) enter(ctx context.Context) (leave func(), err error) {
	select {
	case m.starting <- struct{}{}:
		return func() { <-m.starting }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// turn waits until no other restore of this process uses the queue, or until the context ends. The caller must call done.
func (m *restoreMemory) turn(ctx context.Context, queue string) (done func(), err error) {
	m.mu.Lock()
	free, exists := m.turns[queue]
	if !exists {
		free = make(chan struct{}, 1)
		free <- struct{}{}
		m.turns[queue] = free
	}
	m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case <-free:
		return func() { free <- struct{}{} }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
