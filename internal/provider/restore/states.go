// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
)

// States is what one process of the provider knows of the restores in Terraform's state. It carries an unfinished job
// from the state that holds it to the Create that resumes it, because Terraform does not: to replace a resource,
// Terraform plans and creates it without its state.
//
// It learns of each restore from the one request that Terraform makes for every object that it looks at, whatever its
// flags: to upgrade its state (or to move it here). Read, Delete and the plans add what changes. A plan and its apply
// are two processes, so an apply learns anew. Terraform tells of no object that -target leaves out.
type States struct {
	types *Types
	own   *ownJobs
	run   Run

	mutex    sync.Mutex
	unread   []rawState // decoded only if something is asked: most runs only have finished restores
	asked    bool
	applying bool // Terraform carries out a plan: what it has started to remove can no longer be rejected
	byJob    map[string]*stored
	planned  []identity // restores that were planned without a state, and as new ones
	targets  map[string]bool
}

// rawState is a state as Terraform sent it.
type rawState struct {
	of    resourceType
	value *tfprotov6.DynamicValue
	moved bool // from another provider, whose states lack what only the configuration knows
}

// stored is a restore in a state, and what Terraform has asked of it in this process.
type stored struct {
	identity
	job
	target  string
	sources []string
	objects []string  // what it restores, or has restored, by its full name; none if it failed
	endedAt time.Time // zero if that is not known
	moved   bool
	known   bool // the identity is: an imported restore has none yet
	ended   bool // an apply has seen its end, or it has failed
	failed  bool
	requested
}

// requested is what Terraform has asked of a restore in a state, beyond to upgrade it.
type requested struct {
	kept     bool // planned with its state, and not replaced
	replaced bool // planned with its state, to be replaced by another restore
	leaving  bool // planned to go by itself, not in a replacement
	deleted  bool
	resumed  bool // a plan without a state resumes its job
	taken    bool // a Create has resumed its job
}

// NewStates knows of no restore yet. The zero Run is none.
func NewStates(types *Types, run Run) *States {
	s := &States{types: types, run: run}
	s.Reset()
	return s
}

// Reset forgets all, for a provider that is configured anew: one that is debugged serves many commands.
func (s *States) Reset() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.own, s.byJob, s.targets = newOwnJobs(s.run), map[string]*stored{}, map[string]bool{}
	s.unread, s.asked, s.applying, s.planned = nil, false, false, nil
}

// Note records a state that Terraform has upgraded, or moved here from another provider. Its diagnostics are about a
// plan that was made before, when this state was not known.
func (s *States) Note(ctx context.Context, typeName string, value *tfprotov6.DynamicValue, moved bool) diag.Diagnostics {
	of, known := s.types.of(typeName)
	if !known || value == nil {
		return nil
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	raw := rawState{of, value, moved}
	if !s.asked {
		s.unread = append(s.unread, raw)
		return nil
	}
	return s.compare(s.read(ctx, raw))
}

// compare holds a state against the plans that were made before it was known. The caller holds the lock.
func (s *States) compare(of *stored) diag.Diagnostics {
	if of == nil || !slices.ContainsFunc(s.planned, func(p identity) bool { return p.asksFor(of) }) {
		return nil
	}
	if !of.ended {
		return diag.Diagnostics{errorPlannedTwice(of.target, of.id)}
	}
	return diag.Diagnostics{warnRunsOnceMore(of.id, of.failed)}
}

// readAll decodes the states that were noted so far. The caller holds the lock.
func (s *States) readAll(ctx context.Context) {
	for _, raw := range s.unread {
		s.read(ctx, raw)
	}
	s.unread, s.asked = nil, true
}

// read decodes a state and keeps what it says; nil if it holds no job. The caller holds the lock.
func (s *States) read(ctx context.Context, raw rawState) *stored {
	value, err := raw.value.Unmarshal(raw.of.object)
	if err != nil || value.IsNull() {
		return nil // which the framework itself has just written
	}
	m, readable := raw.of.model(ctx, value)
	if !readable {
		return nil
	}
	return s.keep(ctx, m, raw.moved)
}

// keep records what a state says; nil if it holds no job. The caller holds the lock.
func (s *States) keep(ctx context.Context, m Model, moved bool) *stored {
	common := m.common()
	id := common.JobID.ValueString()
	if id == "" {
		return nil
	}
	now := &stored{
		job: jobOf(ctx, m), target: m.TargetID(), sources: m.Sources(ctx), moved: moved,
		ended: !common.unfinished(), failed: common.Status.ValueString() == string(client.JobFailed),
	}
	now.identity, now.known = identityOf(ctx, m)
	now.endedAt, _ = pointintime.MomentOf(common.FinishedAt)
	if now.failed {
		// which has made nothing
	} else if now.objects = namesOf(ctx, m); !common.RestoredObjects.IsNull() {
		_ = common.RestoredObjects.ElementsAs(ctx, &now.objects, false) // a list of strings, none of them unknown
	}
	if before := s.byJob[id]; before != nil {
		if !now.known { // an import beside an object that is deposed
			now.identity, now.known = before.identity, before.known
		}
		now.moved = now.moved || before.moved
		now.requested = before.requested
	}
	s.byJob[id] = now
	if !now.ended {
		s.own.noteRunning(ownJob{id, place{m.Type().Service, now.target}})
	}
	return now
}

// readState records what Read has found of an unfinished job.
func (s *States) readState(ctx context.Context, state Model) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.readAll(ctx)
	s.keep(ctx, state, false)
}

// remove records that Terraform removes a state: a resource with the same restore may resume its job from now on.
func (s *States) remove(jobID string) {
	s.mutex.Lock()
	s.applying = true
	s.mutex.Unlock()
	s.update(jobID, func(of *stored) bool {
		of.kept, of.deleted = false, true
		return true
	})
}

// update changes what is known of a job; false if nothing is.
func (s *States) update(jobID string, change func(*stored) bool) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.readAll(context.Background())
	of := s.byJob[jobID]
	return of != nil && change(of)
}

// jobsRead makes the guard know the jobs of every state that was noted.
func (s *States) jobsRead(ctx context.Context) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.readAll(ctx)
}
