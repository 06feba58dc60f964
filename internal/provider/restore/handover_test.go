// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestHandOver goes through the orders in which Terraform may tell of one restore. A step is what Terraform does:
//
//	unfinished J  Read or Delete finds job J in a state, and nobody saw its end
//	ended J       Read finds a state with a completed job; failed J likewise
//	apply         a Delete shows that Terraform carries out a plan
//	remove        a state with an unfinished job is planned to go by itself
//	plan          a resource without a state is planned; what it decides is noted
//	create J      Create with the planned job J; "-" if the plan knew of none
func TestHandOver(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ steps, want string }{
		"new":                             {"plan; create -", "plan: new; create: new"},
		"new twice":                       {"plan; plan; create -; create -", "plan: new; plan: new; create: new; create: new"},
		"tainted":                         {"unfinished a; plan; create a", "plan: resume a; create: a"},
		"tainted, planned twice":          {"unfinished a; plan; plan; create a", "plan: resume a; plan: resume a; create: a"},
		"tainted, without a refresh":      {"plan; apply; unfinished a; plan; create -", "plan: new; plan: resume a; create: a"},
		"taken by another":                {"unfinished a; plan; create a; create a", "plan: resume a; create: a; create: taken"},
		"noted twice":                     {"unfinished a; unfinished a; plan; create a; create -", "plan: resume a; create: a; create: new"},
		"completed":                       {"ended a; plan; create -", "plan: new after a; create: new"},
		"failed":                          {"failed a; plan; create -", "plan: new after failed a; create: new"},
		"completed, and one unfinished":   {"ended a; unfinished b; plan; create b", "plan: resume b; create: b"},
		"removed":                         {"unfinished a; remove", "remove"},
		"renamed without moved":           {"unfinished a; remove; plan", "remove; plan: twice a"},
		"renamed, the other way round":    {"unfinished a; plan; remove", "plan: resume a; remove: twice"},
		"two unfinished, one planned":     {"unfinished a; unfinished b; plan", "plan: twice a"},
		"two unfinished, in an apply":     {"apply; unfinished a; unfinished b; plan; create -; create -", "plan: new; create: a; create: b"},
		"removed and planned in an apply": {"apply; unfinished a; remove; plan; create a", "remove; plan: resume a; create: a"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHandOver()
			var got []string
			for _, step := range strings.Split(c.steps, "; ") {
				if said := h.step(step); said != "" {
					got = append(got, said)
				}
			}
			if diff := cmp.Diff(c.want, strings.Join(got, "; ")); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// step does what one step of TestHandOver says, for the one restore that there is.
func (h *handOver) step(step string) string {
	const key = "the restore"
	what, jobID, _ := strings.Cut(step, " ")
	switch what {
	case "unfinished":
		h.noteUnfinished(key, job{id: jobID})
	case "ended", "failed":
		h.noteEnded(key, jobID, what == "failed")
	case "apply":
		h.noteApplying()
	case "remove":
		if h.planRemoval(key) {
			return "remove: twice"
		}
		return "remove"
	case "plan":
		return "plan: " + h.plan(key).String()
	case "create":
		taken, found := h.take(key, strings.TrimPrefix(jobID, "-"))
		switch {
		case found:
			return "create: " + taken.id
		case jobID != "-":
			return "create: taken"
		}
		return "create: new"
	}
	return ""
}

func (p plannedRestore) String() string {
	switch {
	case p.ambiguous:
		return "twice " + p.resumes
	case p.resumes != "":
		return "resume " + p.resumes
	case p.failed:
		return "new after failed " + p.ended
	case p.ended != "":
		return "new after " + p.ended
	}
	return "new"
}

// TestHandOverKeepsRestoresApart hands nothing of one restore to another.
func TestHandOverKeepsRestoresApart(t *testing.T) {
	t.Parallel()
	h := newHandOver()
	h.noteUnfinished("one", job{id: "a"})
	if planned := h.plan("another"); planned != (plannedRestore{}) {
		t.Errorf("another restore is planned as %+v", planned)
	}
	if taken, found := h.take("another", ""); found {
		t.Errorf("another restore took %+v", taken)
	}
}

// TestChangedParameters goes through what may differ between what is wanted and what a state holds.
func TestChangedParameters(t *testing.T) {
	t.Parallel()
	have := Parameters{"instance_id": `"i"`, "databases": `[1]`, "region": `"r"`}
	for name, c := range map[string]struct {
		wanted  Parameters
		have    Parameters
		adopted bool
		want    []string
	}{
		"nothing":                       {wanted: have, have: have},
		"one":                           {wanted: Parameters{"instance_id": `"j"`, "databases": `[1]`, "region": `"r"`}, have: have, want: []string{"instance_id"}},
		"two, in order":                 {wanted: Parameters{"instance_id": `"j"`, "databases": `[2]`, "region": `"r"`}, have: have, want: []string{"databases", "instance_id"}},
		"unknown counts":                {wanted: Parameters{"instance_id": `"i"`, "databases": "", "region": `"r"`}, have: have, want: []string{"databases"}},
		"no region is the state's":      {wanted: Parameters{"instance_id": `"i"`, "databases": `[1]`}, have: have},
		"another region":                {wanted: Parameters{"instance_id": `"i"`, "databases": `[1]`, "region": `"s"`}, have: have, want: []string{"region"}},
		"triggers are set":              {wanted: Parameters{"instance_id": `"i"`, "databases": `[1]`, "triggers": "{}"}, have: have, want: []string{"triggers"}},
		"triggers are removed":          {wanted: have, have: Parameters{"instance_id": `"i"`, "databases": `[1]`, "triggers": "{}"}, want: []string{"region", "triggers"}},
		"imported":                      {wanted: have, have: Parameters{"instance_id": `"i"`}, adopted: true},
		"imported from another":         {wanted: have, have: Parameters{"instance_id": `"j"`}, adopted: true, want: []string{"instance_id"}},
		"not imported, without them":    {wanted: have, have: Parameters{"instance_id": `"i"`}, want: []string{"databases", "region"}},
		"imported, something is absent": {wanted: Parameters{"instance_id": `"i"`}, have: have, adopted: true, want: []string{"databases"}},
	} {
		if diff := cmp.Diff(c.want, changedParameters(c.wanted, c.have, c.adopted)); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}

// TestAddedParameter adds an optional argument to a finished restore: that is another restore, and no import.
func TestAddedParameter(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		have    Parameters
		adopted bool
		changed []string
	}{
		"finished": {have: Parameters{"instance_id": `"i"`, "databases": `[1]`}, changed: []string{"is_fast"}},
		"imported": {have: Parameters{"instance_id": `"i"`}, adopted: true},
	} {
		state := &fakeModel{parameters: c.have}
		config := &fakeModel{parameters: Parameters{"instance_id": `"i"`, "databases": `[1]`, "is_fast": "true"}}
		adopted := lacksParameters(t.Context(), state)
		changed := changes(t.Context(), config, state, adopted)
		if adopted != c.adopted || !slices.Equal(changed, c.changed) {
			t.Errorf("%s: adopted %t, changed %q", name, adopted, changed)
		}
	}
}
