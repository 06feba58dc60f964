// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"context"
	"slices"
	"strings"
	"time"

	"terraform-provider-x/internal/client"
)

// This file has what is decided from the states: which job a resource resumes, and what a new restore leaves or collides
// with.

const (
	// planGrace is how long a resource that was upgraded may take until it is planned: its Read asks the service.
	planGrace = 20 * time.Second
	planPause = 100 * time.Millisecond
)

// shares reports whether one of the sources is restored by a stored restore too.
func (of *stored) shares(sources []string) bool {
	return slices.ContainsFunc(sources, func(source string) bool { return slices.Contains(of.sources, source) })
}

// plannedRestore is the decision for a plan without a state.
type plannedRestore struct {
	resumes job    // the job to resume; none for a new restore
	ended   string // for a new one: the job that has restored the same before; "" if none is known
	failed  bool   // that one failed
	// ambiguous means that the restore would run twice: it is unknown which job to resume, or nothing would hand it over.
	ambiguous bool
}

// plan decides what a resource without a state means. Terraform also asks so to replace a tainted resource, and once
// more after a plan with the state, to replace that one. It takes no job: Terraform plans more than once.
func (s *States) plan(ctx context.Context, config Model) plannedRestore {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.readAll(ctx)
	wanted, known := identityOf(ctx, config)
	if !known {
		return plannedRestore{}
	}
	same := s.same(wanted)
	var decided plannedRestore
	for _, of := range same {
		if of.ended && (decided.ended == "" || !of.failed) {
			decided.ended, decided.failed = of.id, of.failed
		}
	}
	unfinished := slices.DeleteFunc(same, func(of *stored) bool { return of.ended || of.taken })
	switch {
	case len(unfinished) == 1 || len(unfinished) > 0 && !s.applying:
		// If an apply can choose from several, each Create takes a different one.
		decided.resumes, unfinished[0].resumed = unfinished[0].job, true
		decided.ambiguous = !s.applying && (len(unfinished) > 1 || unfinished[0].leaving)
	case len(unfinished) == 0 && decided.ended == "":
		s.planned = append(s.planned, wanted)
	}
	return decided
}

// left are unfinished jobs that nothing waits for any more, because a new restore replaces their resource.
type left struct {
	jobs []string
	// stops says that at least one may be of the same resource, without a trigger that asks for another restore.
	stops bool
}

// leaves finds what a new restore leaves behind. Terraform replaces a tainted resource without telling its state again:
// what gives it away is that the state was upgraded, and that no plan follows that keeps or removes it. Terraform
// makes all requests for one resource in a row, so it has not come to others yet, or is done with them in a moment.
func (s *States) leaves(ctx context.Context, clock client.Clock, config Model) left {
	for range int(planGrace / planPause) {
		if found := s.open(ctx, config); len(found.jobs) == 0 || clock.Sleep(ctx, planPause) != nil {
			return left{}
		}
	}
	return s.open(ctx, config)
}

// open are the unfinished jobs of which no plan has said what comes of them.
func (s *States) open(ctx context.Context, config Model) left {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	wanted, known := identityOf(ctx, config)
	var found left
	for id, of := range s.byJob {
		open := !of.ended && of.requested == (requested{})
		here, shares := of.target == config.TargetID(), of.shares(config.Sources(ctx))
		if !open || of.typeName != config.Type().Name || !here && !shares {
			continue
		}
		found.jobs = append(found.jobs, id)
		found.stops = found.stops || (!known || !of.known || shares) && !wanted.reruns(of)
	}
	slices.Sort(found.jobs)
	return found
}

// same are the restores in states that ask for the same. The caller holds the lock.
func (s *States) same(wanted identity) []*stored {
	var same []*stored
	for _, of := range s.byJob {
		if wanted.asksFor(of) {
			same = append(same, of)
		}
	}
	slices.SortFunc(same, func(a, b *stored) int { return strings.Compare(a.id, b.id) })
	return same
}

// claim records what a restore is planned to make at a place, and returns what another one is planned to make there too.
func (s *States) claim(place string, objects []string) (twice []string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, object := range objects {
		target := place + "\n" + object
		if s.targets[target] {
			twice = append(twice, object)
		}
		s.targets[target] = true
	}
	return twice
}

// madeBefore is what a restore in a state has made, or is making.
type madeBefore struct {
	job     string
	objects []string
	recent  bool // so that no lookup would show it yet
}

// lookupDelay is how far behind the newest moment that the services offer may be: they say some five minutes.
const lookupDelay = 10 * time.Minute

// made finds the restores in states that have made one of the objects on the same target.
func (s *States) made(typeName, target string, objects []string, now time.Time) []madeBefore {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var all []madeBefore
	for id, of := range s.byJob {
		if of.typeName != typeName || of.target != target || of.resumed || of.taken {
			continue
		}
		same := slices.DeleteFunc(slices.Clone(objects), func(name string) bool { return !slices.Contains(of.objects, name) })
		if len(same) > 0 {
			all = append(all, madeBefore{id, same, !of.ended || now.Sub(of.endedAt) < lookupDelay})
		}
	}
	slices.SortFunc(all, func(a, b madeBefore) int { return strings.Compare(a.job, b.job) })
	return all
}

// planKept records that a state with an unfinished job is planned to be kept. It reports whether a resource without a
// state was planned to resume that job.
func (s *States) planKept(jobID string) (ambiguous bool) {
	return s.update(jobID, func(of *stored) bool {
		of.kept = true
		return of.resumed
	})
}

// planReplaced records that a state is planned to be replaced by another restore, which the plan says.
func (s *States) planReplaced(jobID string) {
	s.update(jobID, func(of *stored) bool {
		of.replaced = true
		return true
	})
}

// planRemoval notes that a state with an unfinished job is planned to go by itself. It reports whether the same restore
// would run twice.
func (s *States) planRemoval(jobID string) (ambiguous bool) {
	return s.update(jobID, func(of *stored) bool {
		of.leaving = true
		return of.resumed && !s.applying
	})
}

// take hands a job over, once: the one with the planned id, or any of the same restore if the plan knew of none.
func (s *States) take(ctx context.Context, plan Model, plannedID string) (job, bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.readAll(ctx)
	wanted, known := identityOf(ctx, plan)
	if !known {
		return job{}, false
	}
	for _, of := range s.same(wanted) {
		if (plannedID == "" || of.id == plannedID) && !of.ended && !of.kept && !of.taken {
			of.taken = true
			return of.job, true
		}
	}
	return job{}, false
}
