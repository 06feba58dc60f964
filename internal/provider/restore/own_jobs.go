// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"terraform-provider-x/internal/client"
)

// ownJobs are the jobs that belong to this configuration: a state holds them, or this process has started them. The
// guard waits for these and stops for any other.
type ownJobs struct {
	run     Run // whose other processes have jobs that are as good as own
	mutex   sync.Mutex
	known   map[string]bool      // by job id
	running []ownJob             // those that may still run
	seen    map[ownJob]time.Time // when this process last saw one running
	ended   map[place]time.Time  // when the last one ended
}

// place is where jobs run, as a state has it: for DWS a snapshot, not its cluster.
type place struct{ service, targetID string }

type ownJob struct {
	id string
	at place
}

func newOwnJobs(run Run) *ownJobs {
	return &ownJobs{run: run, known: map[string]bool{}, seen: map[ownJob]time.Time{}, ended: map[place]time.Time{}}
}

// noteRunning records that a job belongs to this configuration and may be running, and tells the run.
func (o *ownJobs) noteRunning(started ownJob) {
	if o.add(started, true) {
		o.run.note(started)
	}
}

// add records a job that may be running, and reports whether it was unknown. One that is known is added again only if
// again says so: it may have ended.
func (o *ownJobs) add(started ownJob, again bool) bool {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	known := o.known[started.id]
	o.known[started.id] = true
	if (!known || again) && !slices.Contains(o.running, started) {
		o.running = append(o.running, started)
	}
	return !known
}

// readRun adds the jobs of the run's other processes.
func (o *ownJobs) readRun() {
	for _, job := range o.run.jobs() {
		o.add(job, false)
	}
}

// noteSeen records what the service has just said of a job.
func (o *ownJobs) noteSeen(own ownJob, job client.Job, now time.Time) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if job.Status == client.JobRunning {
		o.seen[own] = now
		return
	}
	if end := endOf(job, o.seen[own], now); o.leave(own) && end.After(o.ended[own.at]) {
		o.ended[own.at] = end
	}
}

// noteGone records that the service does not know a job any more. It ended at an unknown time.
func (o *ownJobs) noteGone(own ownJob) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.leave(own)
}

// leave takes a job out of those that may run, and reports whether it was there. The caller holds the lock.
func (o *ownJobs) leave(own ownJob) bool {
	i := slices.Index(o.running, own)
	if i >= 0 {
		o.running = slices.Delete(o.running, i, i+1)
	}
	return i >= 0
}

// sawRunning reports whether this process has seen the job running.
func (o *ownJobs) sawRunning(own ownJob) bool {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return !o.seen[own].IsZero()
}

// endOf is when a job ended at the earliest: an end that is only noticed now may be long ago, and then excuses nothing.
// The service's own time counts, unless it has no zone (DWS) or is impossible. A job did not end before it was last seen
// running. Zero is unknown.
func endOf(job client.Job, lastSeen, now time.Time) time.Time {
	if job.NoZone || job.Ended.After(now) || job.Ended.Before(lastSeen) {
		return lastSeen
	}
	return job.Ended
}

// mayRun are the jobs that may be running at the places that here accepts.
func (o *ownJobs) mayRun(here func(place) bool) []ownJob {
	o.mutex.Lock()
	all := slices.Clone(o.running)
	o.mutex.Unlock() // here may make a lookup
	return slices.DeleteFunc(all, func(running ownJob) bool { return !here(running.at) })
}

// lastEnd is when the last job at the places that here accepts ended; zero if that is unknown.
func (o *ownJobs) lastEnd(here func(place) bool) time.Time {
	o.mutex.Lock()
	ends := maps.Clone(o.ended)
	o.mutex.Unlock()
	var last time.Time
	for at, end := range ends {
		if end.After(last) && here(at) {
			last = end
		}
	}
	return last
}

// unknown leaves out the jobs that belong to this configuration. A job without an id belongs to it only if one of its
// own jobs may be running there.
func (o *ownJobs) unknown(jobs []client.Job, ownMayRun bool) []client.Job {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return slices.DeleteFunc(slices.Clone(jobs), func(job client.Job) bool {
		return o.known[job.ID] || job.ID == "" && ownMayRun
	})
}

// ownPlace reports whether a place is under the submission's lock key. One that cannot be looked up is not: it must not
// excuse an unknown restore.
func (s *submission) ownPlace(ctx context.Context) func(place) bool {
	return func(at place) bool {
		if at.service != s.Service {
			return false
		}
		if at.targetID == s.targetID {
			return true
		}
		key, err := s.plan.LockKey(ctx, s.look, at.targetID)
		return err == nil && key == s.lockKey
	}
}

// refreshOwn queries the own jobs under the lock key, notes which have ended, and reports whether one runs. Those noted as
// running may have ended long ago.
func (s *submission) refreshOwn(ctx context.Context) (running bool) {
	for _, own := range s.own.mayRun(s.ownPlace(ctx)) {
		job, err := s.jobs.Job(ctx, own.id)
		switch {
		case err == nil:
			s.own.noteSeen(own, job, s.clock.Now())
			running = running || job.Status == client.JobRunning
		case client.IsNotFound(err):
			s.own.noteGone(own)
		}
	}
	return running
}

// ownJustEnded reports whether an own restore under the lock key ended so recently that the instance may still report busy.
func (s *submission) ownJustEnded(ctx context.Context) bool {
	return s.clock.Now().Sub(s.own.lastEnd(s.ownPlace(ctx))) < settling
}
