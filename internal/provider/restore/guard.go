// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"cmp"
	"context"
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
	lookBack = 72 * time.Hour
	// clockSkew is how much the service's clock may differ: it rejects signatures that are further off.
	clockSkew = 15 * time.Minute
)

// unknownRestoreError is a restore that runs although this configuration does not know it.
type unknownRestoreError struct{ jobs []client.Job }

func (e *unknownRestoreError) Error() string {
	return "a restore is running that this apply did not start"
}

// unknownOperationError says that the service is busy, and that it is unknown whether with a restore.
type unknownOperationError struct{ rejected, lookup error }

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

// guard stops the restore while an unknown restore runs under the lock key: most likely it is the same one, started by an
// apply that was killed. A known restore does not stop it: the service itself then answers that it is busy. If the
// credentials may not list jobs, or the cloud does not offer the list, the restore continues. A rejected login stops it,
// because five wrong signatures lock a key.
func (s *submission) guard(ctx context.Context) (earlierJobs, error) {
	for attempt := 0; ; attempt++ {
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
		unknown := s.unknownRestores(ctx, jobs)
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

// unknownRestores are the running restores that this configuration does not know.
func (s *submission) unknownRestores(ctx context.Context, jobs []client.Job) []client.Job {
	if slices.ContainsFunc(jobs, func(job client.Job) bool { return job.ID == "" }) {
		s.refreshOwn(ctx) // so that an unknown restore is not taken for an own one that is over
	}
	running := slices.DeleteFunc(slices.Clone(jobs), func(job client.Job) bool {
		return job.Status != client.JobRunning || !job.MayBeRestore()
	})
	return s.unknown(ctx, running)
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

// mayTryAgain is nil if it is safe to wait for what made the service reject the call. Wait only if the running restore
// is ours. If that is unknown, stop: after a restore that an earlier apply started and lost, waiting would restore
// twice.
func (s *submission) mayTryAgain(ctx context.Context, rejected error, deadline time.Time) error {
	if !client.IsBusy(rejected) {
		return rejected
	}
	if !s.refreshOwn(ctx) && !s.ownJustEnded(ctx) {
		restoring, err := s.isRestoring(ctx)
		switch {
		case err != nil:
			return &unknownOperationError{rejected: rejected, lookup: err}
		case restoring:
			return &unknownRestoreError{jobs: []client.Job{{Status: client.JobRunning}}}
		}
	}
	if !s.clock.Now().Add(busyPause).Before(deadline) {
		return rejected
	}
	return nil
}

func (s *submission) isRestoring(ctx context.Context) (bool, error) {
	if s.lockKeyUnknown {
		return false, errClusterUnknown
	}
	return s.jobs.IsRestoring(ctx, s.lockKey)
}
