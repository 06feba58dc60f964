// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"terraform-provider-x/internal/client"
)

// This file stops a restore while another one runs that may be the same.

const (
	// settlePause gives the other resources of an apply, which start at the same moment, time to note which jobs are
	// theirs.
	settlePause = 2 * time.Second
	// settling is how long an instance may still report busy after an own job has ended.
	settling = 2 * time.Minute
	// lookBack is how far back the guard looks for restores that may still run.
	lookBack  = 72 * time.Hour
	clockSkew = client.ClockSkew
)

// unknownRestoreError is what runs, may be a restore, and is not known to this configuration.
type unknownRestoreError struct{ jobs []client.Job }

func (e *unknownRestoreError) Error() string {
	return "a restore is running that this apply did not start"
}

// unknownOperationError says that the service is busy, and that it is unknown whether with a restore: by what the
// instance calls it, or because a lookup failed.
type unknownOperationError struct {
	rejected error
	activity []string
	lookup   error
}

func (e *unknownOperationError) Error() string { return e.rejected.Error() }

// earlierJobs are the jobs before the call; listed is false if the service did not list them.
type earlierJobs struct {
	ids    map[string]bool // see jobIdentity
	listed bool
}

// list asks for the jobs under the lock key around a moment.
func (s *submission) list(ctx context.Context, around time.Time) ([]client.Job, error) {
	if s.lockKeyUnknown {
		return nil, errClusterUnknown
	}
	return s.jobs.ListJobs(ctx, s.lockKey, around.Add(-lookBack), s.clock.Now().Add(clockSkew))
}

// guard stops the restore while a job runs under the lock key that may be a restore and that this configuration does
// not know: most likely it is the same one, started by an apply that was killed. A known restore does not stop it: the
// service itself then answers that it is busy. If the credentials may not list jobs, or the cloud does not offer the
// list, the restore continues. A rejected login stops it, because five wrong signatures lock a key.
func (s *submission) guard(ctx context.Context) (earlierJobs, error) {
	for attempt := 0; ; attempt++ {
		s.own.readRun()
		jobs, err := s.list(ctx, s.clock.Now())
		if ctx.Err() != nil {
			return earlierJobs{}, context.Cause(ctx)
		}
		if client.IsLoginRefused(err) {
			return earlierJobs{}, err
		}
		if err != nil {
			tflog.Warn(ctx, "cannot look up running restores; continuing without",
				map[string]any{"lock_key": s.lockKey, "answer": err.Error()})
			return earlierJobs{}, nil
		}
		unknown := s.maybeRestores(ctx, jobs)
		if len(unknown) == 0 {
			return earlier(jobs), nil
		}
		if attempt > 0 {
			return earlierJobs{}, &unknownRestoreError{unknown}
		}
		if err := s.clock.Sleep(ctx, settlePause); err != nil {
			return earlierJobs{}, err
		}
	}
}

// maybeRestores are the running jobs that may be restores and that this configuration does not know. RDS publishes no
// name for a restore of tables, so that each job counts that is not known to be harmless.
func (s *submission) maybeRestores(ctx context.Context, jobs []client.Job) []client.Job {
	if slices.ContainsFunc(jobs, func(job client.Job) bool { return job.ID == "" }) {
		s.refreshOwn(ctx) // so that an unknown restore is not taken for an own one that is over
	}
	running := slices.DeleteFunc(slices.Clone(jobs), func(job client.Job) bool {
		return !mayRun(job, s.clock.Now()) || client.IsHarmless(s.Service, job.Name)
	})
	return s.unknown(ctx, running)
}

// mayRun reports whether a job may be running. DWS lists the last action of a cluster, however old: one whose status is
// no known word has ended somehow if it is older than a restore can be.
func mayRun(job client.Job, now time.Time) bool {
	old := !job.Created.IsZero() && createdAtTheLatest(job).Before(now.Add(-lookBack))
	return job.Status == client.JobRunning && (job.UnknownStatus == "" || !old)
}

// unknown leaves out the jobs that belong to this configuration.
func (s *submission) unknown(ctx context.Context, jobs []client.Job) []client.Job {
	return s.own.unknown(jobs, len(s.own.mayRun(s.ownPlace(ctx))) > 0)
}

// earlier notes which jobs are listed before a call.
func earlier(jobs []client.Job) earlierJobs {
	noted := earlierJobs{ids: map[string]bool{}, listed: true}
	for _, job := range jobs {
		noted.ids[jobIdentity(job)] = true
	}
	return noted
}

// jobIdentity tells a job from others, also if the service does not tell its id.
func jobIdentity(job client.Job) string {
	return cmp.Or(job.ID, job.Name+" "+job.Created.String())
}

// mayTryAgain is nil if it is safe to wait for what made the service reject the call. Wait only if that is known: an own
// restore, or no restore. After a restore that an earlier apply started and lost, waiting would restore twice.
func (s *submission) mayTryAgain(ctx context.Context, rejected error, deadline time.Time) error {
	throttled := client.IsThrottled(rejected) // which says nothing of the instance
	if !client.IsBusy(rejected) && !throttled {
		return rejected
	}
	if !throttled && !s.busyWithOwn(ctx) {
		if err := s.busyWithUnknown(ctx, rejected); err != nil {
			return err
		}
	}
	if !s.clock.Now().Before(deadline) {
		return rejected
	}
	return nil
}

// busyWithOwn reports whether an own job keeps the service busy. It looks twice: another process of the run may have been
// accepted, and not have told so yet.
func (s *submission) busyWithOwn(ctx context.Context) bool {
	if s.refreshOwn(ctx) || s.ownJustEnded(ctx) {
		return true
	}
	if s.own.run.file == "" || s.clock.Sleep(ctx, settlePause) != nil {
		return false
	}
	s.own.readRun()
	return s.refreshOwn(ctx)
}

// pauseAfter is how long to wait before a rejected call is sent again: the last time is at the deadline.
func (s *submission) pauseAfter(rejected error, deadline time.Time) time.Duration {
	pause := busyPause
	var refused *client.APIError
	if errors.As(rejected, &refused) {
		pause = max(pause, refused.RetryAfter)
	}
	return min(pause, deadline.Sub(s.clock.Now()))
}

// busyWithUnknown is nil if what keeps the service busy is known to be no restore. The instance may tell, or else the
// list of its jobs.
func (s *submission) busyWithUnknown(ctx context.Context, rejected error) error {
	activity, err := s.activity(ctx)
	if err != nil {
		return &unknownOperationError{rejected: rejected, lookup: err}
	}
	unknown := slices.DeleteFunc(slices.Clone(activity), func(name string) bool {
		return client.IsHarmless(s.Service, name)
	})
	for _, name := range unknown {
		if named := (client.Job{Name: name, Status: client.JobRunning}); named.MayBeRestore() {
			return &unknownRestoreError{jobs: []client.Job{named}}
		}
	}
	if len(activity) > 0 && len(unknown) == 0 {
		return nil
	}
	jobs, err := s.list(ctx, s.clock.Now())
	if err != nil {
		return &unknownOperationError{rejected: rejected, activity: unknown, lookup: err}
	}
	if running := s.maybeRestores(ctx, jobs); len(running) > 0 {
		return &unknownRestoreError{jobs: running}
	}
	explained := slices.ContainsFunc(jobs, func(job client.Job) bool {
		return job.Status == client.JobRunning && client.IsHarmless(s.Service, job.Name)
	})
	if len(unknown) == 0 || explained { // the instance is ready by now, or a harmless job keeps it busy
		return nil
	}
	return &unknownOperationError{rejected: rejected, activity: unknown}
}

func (s *submission) activity(ctx context.Context) ([]string, error) {
	if s.lockKeyUnknown {
		return nil, errClusterUnknown
	}
	return s.jobs.Activity(ctx, s.lockKey)
}
