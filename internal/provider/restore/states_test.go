// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/provider/providertest"
)

// TestStates goes through the orders in which Terraform may tell of restores. A step is what Terraform does:
//
//	unfinished J       it upgrades a state with job J, whose end no apply has seen
//	ended J, failed J  the same with a job that has ended
//	moved J            it moves an unfinished restore here, whose state names no region
//	imported J         it upgrades a state that only has the ids of its job and instance
//	plan               it plans a resource without a state; what that decides is noted. "plan later" is for another moment,
//	                   "plan later again" with another trigger too, "plan elsewhere" on another instance, "plan other"
//	                   other tables of the same instance, "plan unknown" with a moment that is not known
//	keep J, replace J  it plans a resource with its state, which stays as it is or is replaced
//	remove J           it plans to remove a resource
//	delete J           it removes a resource, and so carries out a plan
//	create J           it creates a resource with the planned job J; "-" if the plan knew of none
func TestStates(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ steps, want string }{
		"new":                    {"plan; create -", "plan: new; create: new"},
		"new twice":              {"plan; plan; create -; create -", "plan: new; plan: new; create: new; create: new"},
		"tainted":                {"unfinished a; plan; create a", "plan: resume a; create: a"},
		"tainted, planned twice": {"unfinished a; plan; plan; create a", "plan: resume a; plan: resume a; create: a"},
		"taken by another":       {"unfinished a; plan; create a; create a", "plan: resume a; create: a; create: taken"},
		"noted twice": {"unfinished a; unfinished a; plan; create a; create -",
			"plan: resume a; create: a; create: new"},
		"completed":                     {"ended a; plan; create -", "plan: new after a; create: new"},
		"failed":                        {"failed a; plan; create -", "plan: new after failed a; create: new"},
		"failed since":                  {"unfinished a; failed a; plan; create -", "plan: new after failed a; create: new"},
		"completed, and one unfinished": {"ended a; unfinished b; plan; create b", "plan: resume b; create: b"},
		"moved here, without a region":  {"moved a; plan; create a", "plan: resume a; create: a"},
		"removed":                       {"unfinished a; remove a", "remove"},
		"forgotten":                     {"unfinished a; plan; create a", "plan: resume a; create: a"},
		"forgotten, seen later":         {"plan; unfinished a", "plan: new; twice a"},
		"renamed without moved":         {"unfinished a; remove a; plan", "remove; plan: twice a"},
		"renamed, the other way round":  {"unfinished a; plan; remove a", "plan: resume a; remove: twice"},
		"renamed, seen later":           {"plan; unfinished a; remove a", "plan: new; twice a; remove"},
		"renamed when it had ended":     {"ended a; plan", "plan: new after a"},
		"the same, seen later":          {"plan; ended a", "plan: new; again a"},
		"two unfinished, one planned":   {"unfinished a; unfinished b; plan", "plan: twice a"},
		"two unfinished, in an apply": {"unfinished a; unfinished b; delete a; delete b; plan; create -; create -",
			"plan: new; create: a; create: b"},
		"removed and planned in an apply": {"unfinished a; remove a; delete a; plan; create a",
			"remove; plan: resume a; create: a"},
		"replaced by a flag":                  {"unfinished a; keep a; plan", "keep; plan: resume a"},
		"replaced by a flag, in an apply":     {"unfinished a; delete a; plan; create a", "plan: resume a; create: a"},
		"a twin of what stays":                {"unfinished a; plan; keep a", "plan: resume a; keep: twice"},
		"a twin of what stays, in an apply":   {"unfinished a; keep a; plan; create a", "keep; plan: resume a; create: taken"},
		"replaced by another":                 {"unfinished a; replace a; plan later", "plan: new"},
		"tainted, and the moment moved":       {"unfinished a; plan later", "plan: new, stops for a"},
		"tainted, and a trigger changed":      {"unfinished a; plan later again", "plan: new, leaves a"},
		"tainted, and other tables":           {"unfinished a; plan other", "plan: new, leaves a"},
		"another one is unfinished":           {"unfinished a; keep a; plan later", "keep; plan: new"},
		"another one is unfinished elsewhere": {"unfinished a; plan elsewhere", "plan: new"},
		"a trigger changed, in an apply":      {"unfinished a; delete a; plan later again; create - later again", "plan: new; create: new"},
		"tainted, and the moment is unknown":  {"unfinished a; plan unknown", "plan: new, stops for a"},
		"unknown, while another one stays":    {"unfinished a; keep a; plan unknown", "keep; plan: new"},
		"imported and tainted":                {"imported a; plan", "plan: new, stops for a"},
		"imported, and another is planned":    {"imported a; keep a; plan", "keep; plan: new"},
		"failed, while another is unfinished": {"failed a; unfinished b later; plan", "plan: new after failed a"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := NewStates(nil, Run{})
			var got []string
			for _, step := range strings.Split(c.steps, "; ") {
				if said := s.step(t.Context(), step); said != "" {
					got = append(got, said)
				}
			}
			if diff := cmp.Diff(c.want, strings.Join(got, "; ")); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// stateModel is the restore of TestStates, as the words of a step vary it.
func stateModel(words string) *fakeModel {
	m := &fakeModel{targetID: "i", parameters: Parameters{"instance_id": `"i"`, "at": "1"}, sources: []string{"orders"}}
	m.Region = types.StringValue("r")
	for _, word := range strings.Fields(words) {
		switch word {
		case "later":
			m.parameters["at"] = "2"
		case "again":
			m.Triggers = types.MapValueMust(types.StringType, map[string]attr.Value{"run": types.StringValue("2")})
		case "elsewhere":
			m.targetID, m.parameters["instance_id"], m.sources = "j", `"j"`, []string{"orders of j"}
		case "other":
			m.sources, m.parameters["tables"] = []string{"customers"}, "1"
		case "unknown":
			m.parameters["at"] = ""
		case "imported":
			m.parameters = Parameters{"instance_id": `"i"`}
		case "moved":
			m.Region = types.StringNull()
		case "failed":
			m.Status = types.StringValue(string(client.JobFailed))
		case "ended":
			m.FinishedAt = types.StringValue("2023-07-05T11:32:17Z")
		}
	}
	return m
}

// step does what one step of TestStates says.
func (s *States) step(ctx context.Context, step string) string {
	what, words, _ := strings.Cut(step, " ")
	jobID, _, _ := strings.Cut(words, " ")
	switch what {
	case "plan":
		planned, left := s.plan(ctx, stateModel(words)), left{}
		if planned == (plannedRestore{}) {
			left = s.leaves(ctx, providertest.NewClock(), stateModel(words))
		}
		return "plan: " + planned.String() + left.String()
	case "create":
		taken, found := s.take(ctx, stateModel(words), strings.TrimPrefix(jobID, "-"))
		switch {
		case found:
			return "create: " + taken.id
		case jobID != "-":
			return "create: taken"
		}
		return "create: new"
	case "keep":
		return map[bool]string{true: "keep: twice", false: "keep"}[s.planKept(jobID)]
	case "remove":
		return map[bool]string{true: "remove: twice", false: "remove"}[s.planRemoval(jobID)]
	case "replace":
		s.planReplaced(jobID)
		return ""
	case "delete":
		s.remove(jobID)
		return ""
	}
	m := stateModel(step)
	m.JobID = types.StringValue(jobID)
	for _, d := range s.compare(s.keep(ctx, m, what == "moved")) {
		return map[diag.Severity]string{diag.SeverityError: "twice ", diag.SeverityWarning: "again "}[d.Severity()] + jobID
	}
	return ""
}

func (p plannedRestore) String() string {
	switch {
	case p.ambiguous:
		return "twice " + p.resumes.id
	case p.resumes.id != "":
		return "resume " + p.resumes.id
	case p.failed:
		return "new after failed " + p.ended
	case p.ended != "":
		return "new after " + p.ended
	}
	return "new"
}

func (l left) String() string {
	if len(l.jobs) == 0 {
		return ""
	}
	return map[bool]string{true: ", stops for ", false: ", leaves "}[l.stops] + strings.Join(l.jobs, " ")
}

// TestTriggersChanged has only a value that is set and differs from the one before run a restore again.
func TestTriggersChanged(t *testing.T) {
	t.Parallel()
	null, unknown := types.MapNull(types.StringType), types.MapUnknown(types.StringType)
	of := func(pairs ...attr.Value) types.Map {
		values := map[string]attr.Value{}
		for i, value := range pairs {
			values[string(rune('a'+i))] = value
		}
		return types.MapValueMust(types.StringType, values)
	}
	one, two, none, later := types.StringValue("1"), types.StringValue("2"), types.StringNull(), types.StringUnknown()
	for name, c := range map[string]struct {
		wanted, have  types.Map
		adopted, want bool
	}{
		"none":                           {wanted: null, have: null},
		"empty":                          {wanted: of(), have: null},
		"set":                            {wanted: of(one), have: null, want: true},
		"set to null":                    {wanted: of(none), have: null},
		"the same":                       {wanted: of(one), have: of(one)},
		"another value":                  {wanted: of(two), have: of(one), want: true},
		"one more":                       {wanted: of(one, two), have: of(one), want: true},
		"one less":                       {wanted: of(one), have: of(one, two)},
		"removed":                        {wanted: null, have: of(one)},
		"set to null, from a value":      {wanted: of(none), have: of(one)},
		"set, from null":                 {wanted: of(one), have: of(none), want: true},
		"unknown":                        {wanted: of(later), have: of(one)},
		"unknown beside another value":   {wanted: of(later, two), have: of(one, one), want: true},
		"unknown, and new":               {wanted: of(later), have: null, want: true},
		"all unknown":                    {wanted: unknown, have: of(one)},
		"all unknown, and new":           {wanted: unknown, have: null, want: true},
		"imported":                       {wanted: of(one), have: null, adopted: true},
		"imported, and changed after it": {wanted: of(two), have: of(one), adopted: true, want: true},
	} {
		if got := triggersChanged(c.wanted, c.have, c.adopted); got != c.want {
			t.Errorf("%s: %t, want %t", name, got, c.want)
		}
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
		"unknown":                       {wanted: Parameters{"instance_id": `"i"`, "databases": "", "region": `"r"`}, have: have},
		"unknown, and new":              {wanted: Parameters{"instance_id": `"i"`, "databases": `[1]`, "fast": "", "region": `"r"`}, have: have, want: []string{"fast"}},
		"no region is the state's":      {wanted: Parameters{"instance_id": `"i"`, "databases": `[1]`}, have: have},
		"another region":                {wanted: Parameters{"instance_id": `"i"`, "databases": `[1]`, "region": `"s"`}, have: have, want: []string{"region"}},
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
