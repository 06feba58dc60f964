// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"sync"

	"terraform-provider-x/internal/client"
)

// restoreMemory is what one configured provider remembers while its process lives; a plan and its apply are two processes.
// It carries an unfinished job from Delete to the Create that replaces it, since Terraform hands nothing from the one to
// the other, and it makes restores of one instance wait for each other.
type restoreMemory struct {
	mu         sync.Mutex
	planned    map[string]bool          // keys that a new restore was planned for
	unfinished map[string]unfinishedJob // by the key of restoreKey
	known      map[string]bool          // job ids
	turns      map[string]chan struct{} // by target; holds one token while free
}

// unfinishedJob is an accepted job whose end no apply has seen.
type unfinishedJob struct {
	id          string
	submittedAt string // RFC 3339; "" where it is not known
}

func newRestoreMemory() *restoreMemory {
	return &restoreMemory{
		planned:    map[string]bool{},
		unfinished: map[string]unfinishedJob{},
		known:      map[string]bool{},
		turns:      map[string]chan struct{}{},
	}
}

// remember keeps an unfinished job for whoever asks for the same restore.
func (m *restoreMemory) remember(key string, job unfinishedJob) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.unfinished[key] = job
}

// plan looks for an unfinished job without taking it, since a plan asks more than once, and notes where there is none.
func (m *restoreMemory) plan(key string) (unfinishedJob, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	job, found := m.unfinished[key]
	m.planned[key] = !found
	return job, found
}

// plannedWithout is true where plan was asked before the job was remembered, and so a new restore is about to be planned
// for what is still unfinished.
func (m *restoreMemory) plannedWithout(key string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.planned[key]
}

// take hands the job over, once.
func (m *restoreMemory) take(key string) (unfinishedJob, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	job, found := m.unfinished[key]
	delete(m.unfinished, key)
	return job, found
}

// know notes that a job belongs to this configuration.
func (m *restoreMemory) know(jobID string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.known[jobID] = true
}

// strangers are the jobs that this process has no part in. A job whose id the service does not tell is taken for ours
// where there is any of ours.
func (m *restoreMemory) strangers(jobs []client.Job) []client.Job {
	m.mu.Lock()
	defer m.mu.Unlock()
	var strangers []client.Job
	for _, job := range jobs {
		if !m.known[job.ID] && (job.ID != "" || len(m.known) == 0) {
			strangers = append(strangers, job)
		}
	}
	return strangers
}

// turn waits until no other restore of this process uses the target, or until the context ends. The caller must call done.
func (m *restoreMemory) turn(ctx context.Context, target string) (done func(), err error) {
	m.mu.Lock()
	free, exists := m.turns[target]
	if !exists {
		free = make(chan struct{}, 1)
		free <- struct{}{}
		m.turns[target] = free
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
