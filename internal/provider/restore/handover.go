// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"slices"
	"sync"
)

// handOver carries an unfinished job from the state that holds it to the Create that resumes it, because Terraform does
// not. It lives as long as one configured provider; a plan and its apply are two.
//
// Read, Delete and the plan of a removal note here what they learn. The plan of a restore without a state, and Create,
// get their decisions here. A key names one restore, that is, all resources with the same parameters: see keyOf.
type handOver struct {
	mutex    sync.Mutex
	applying bool
	records  map[string]*record
}

// record is what is known of the restores of one key.
type record struct {
	unfinished []job  // accepted, and no apply has seen their end
	ended      string // the latest job that a state holds as completed or failed
	failed     bool   // that one failed
	planned    bool   // a resource without a state was planned
	leaving    bool   // a state with an unfinished job is planned to go by itself, not in a replacement
}

func newHandOver() *handOver { return &handOver{records: map[string]*record{}} }

// record returns that of a key. The caller holds the lock.
func (h *handOver) record(key string) *record {
	if h.records[key] == nil {
		h.records[key] = &record{}
	}
	return h.records[key]
}

// noteUnfinished records an unfinished job for the same restore to resume.
func (h *handOver) noteUnfinished(key string, unfinished job) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if r := h.record(key); !slices.Contains(r.unfinished, unfinished) {
		r.unfinished = append(r.unfinished, unfinished)
	}
}

// noteEnded records that a state holds the restore as completed or failed.
func (h *handOver) noteEnded(key, jobID string, failed bool) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	r := h.record(key)
	r.ended, r.failed = jobID, failed
}

// noteApplying records that Terraform applies a plan: what it has started to remove can no longer be rejected.
func (h *handOver) noteApplying() {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.applying = true
}

// plannedRestore is the decision for a plan without a state.
type plannedRestore struct {
	resumes string // the job to resume; "" for a new restore
	ended   string // for a new one: the job that has restored the same before; "" if none is known
	failed  bool   // that one failed
	// ambiguous means that the restore would run twice: it is unknown which job to resume, or nothing would hand it over.
	ambiguous bool
}

// plan notes that a resource without a state is planned, and decides what that means. It takes no job: Terraform plans
// more than once.
func (h *handOver) plan(key string) plannedRestore {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	r := h.record(key)
	r.planned = true
	decided := plannedRestore{ended: r.ended, failed: r.failed, ambiguous: !h.applying && r.ambiguous()}
	// If an apply can choose from several, each Create takes a different one.
	if len(r.unfinished) == 1 || len(r.unfinished) > 0 && !h.applying {
		decided.resumes = r.unfinished[0].id
	}
	return decided
}

// planRemoval notes that a state with an unfinished job is planned to go by itself. It reports whether the same restore
// would run twice.
func (h *handOver) planRemoval(key string) (ambiguous bool) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	r := h.record(key)
	r.leaving = true
	return !h.applying && r.ambiguous()
}

// ambiguous reports whether it is unknown which unfinished job a resource that is planned without a state resumes, or
// nothing would hand the job over: Terraform creates and removes in parallel what is not one replacement.
func (r *record) ambiguous() bool {
	return r.planned && (r.leaving && len(r.unfinished) > 0 || len(r.unfinished) > 1)
}

// take hands a job over, once: the one with the planned id, or any if the plan knew of none.
func (h *handOver) take(key, plannedID string) (job, bool) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	r := h.record(key)
	for i, taken := range r.unfinished {
		if plannedID == "" || taken.id == plannedID {
			r.unfinished = slices.Delete(r.unfinished, i, i+1)
			return taken, true
		}
	}
	return job{}, false
}
