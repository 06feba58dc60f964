// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"context"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"terraform-provider-x/internal/client"
)

const (
	// appearance is how long findAccepted looks for the job of a lost call. The services say that a job can be queried
	// "several seconds" after the call (RDS and DDS API references, querying a job by id).
	appearance      = 60 * time.Second
	appearancePause = 5 * time.Second
	// lookAfterCancel is on the system's clock: it is the person at the terminal who waits.
	lookAfterCancel = 5 * time.Second
	// acceptedWithin is how long after the loss of its answer a call may still be accepted: it was under way.
	acceptedWithin = 5 * time.Second
	// The time zones of the world are at most this far from UTC, in steps of a quarter of an hour.
	westernmost, easternmost = -12 * time.Hour, 14 * time.Hour
	zoneStep                 = 15 * time.Minute
)

// findAccepted looks for the job of a call whose answer was lost. It adopts a job only if it is certain which is ours;
// see certain. It names the others in the error.
func (s *submission) findAccepted(
	ctx context.Context,
	before earlierJobs,
	lost *client.AmbiguousError,
) (job, diag.Diagnostics) {
	ctx, done := evenIfCancelled(ctx)
	defer done()
	found, lookup := s.awaitNewRestore(ctx, before, lost)
	if ours, found := s.certain(found, before, lost); found {
		return s.accepted(ours.ID, lost.Sent), diag.Diagnostics{warnAdopted(ours.ID, lost)}
	}
	if !before.listed && lookup == nil && len(found) == 0 {
		lookup = errEarlierJobsUnknown
	}
	return job{}, diag.Diagnostics{s.errorAmbiguous(ctx, lost, found, lookup)}
}

// evenIfCancelled gives a moment to look for the job of a call whose apply was cancelled while it was in doubt: after that,
// nobody knows of the job.
func evenIfCancelled(ctx context.Context) (context.Context, context.CancelFunc) {
	if ctx.Err() == nil {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(context.WithoutCancel(ctx), lookAfterCancel, context.Cause(ctx))
}

// awaitNewRestore lists the jobs that this configuration does not know and that may be of a call. It repeats the lookup
// until it is certain which is ours or the time is over. The error is that of the last lookup.
func (s *submission) awaitNewRestore(
	ctx context.Context,
	before earlierJobs,
	lost *client.AmbiguousError,
) ([]client.Job, error) {
	for until := s.clock.Now().Add(appearance); ; {
		jobs, err := s.list(ctx, lost.Sent)
		found := s.unknown(ctx, newJobs(jobs, before, lost.Sent))
		if _, certain := s.certain(found, before, lost); certain || s.clock.Now().After(until) {
			return found, err
		}
		if err := s.clock.Sleep(ctx, appearancePause); err != nil {
			return found, err
		}
	}
}

// certain returns the job of a lost call: the only one that was not listed before, that began while the call was under
// way, and that may be our restore. Its name must say that it is one.
func (s *submission) certain(jobs []client.Job, before earlierJobs, lost *client.AmbiguousError) (client.Job, bool) {
	ours := slices.DeleteFunc(slices.Clone(jobs), func(job client.Job) bool {
		// The services record whole seconds. If this clock is ahead of the service's, the job is not adopted but named.
		return !wasCreatedWithin(job, lost.Sent.Truncate(time.Second), lost.Lost.Add(acceptedWithin)) ||
			!s.isOfKind(job) && (s.JobName != "" || client.IsHarmless(s.Service, job.Name))
	})
	if !before.listed || len(ours) != 1 || ours[0].ID == "" || !s.isOfKind(ours[0]) {
		return client.Job{}, false
	}
	return ours[0], true
}

// isOfKind reports whether a job is a restore of this type, as far as its name tells.
func (t Type) isOfKind(job client.Job) bool {
	if t.JobName != "" {
		return job.Name == t.JobName
	}
	return job.MayBeRestore()
}

// wasCreatedWithin reports whether a job was created within a span. A time without a zone may be of any zone: then the
// minutes and seconds decide.
func wasCreatedWithin(job client.Job, from, to time.Time) bool {
	west, east := time.Duration(0), time.Duration(0)
	if job.NoZone {
		west, east = westernmost, easternmost
	}
	for zone := west; zone <= east; zone += zoneStep {
		if at := job.Created.Add(-zone); !at.Before(from) && !at.After(to) {
			return true
		}
	}
	return false
}

// createdAtTheLatest is when a job was created, or may have been if its time has no zone.
func createdAtTheLatest(job client.Job) time.Time {
	if job.NoZone {
		return job.Created.Add(-westernmost)
	}
	return job.Created
}

// newJobs keeps the jobs that were not listed before the call. If that list is unknown, it keeps those that may have
// started since.
func newJobs(jobs []client.Job, before earlierJobs, sent time.Time) []client.Job {
	return slices.DeleteFunc(slices.Clone(jobs), func(job client.Job) bool {
		// Lists are shared, and may reach further back.
		old := !job.Created.IsZero() && createdAtTheLatest(job).Before(sent.Add(-clockSkew))
		return old || before.listed && before.ids[jobIdentity(job)]
	})
}
