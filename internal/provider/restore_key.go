// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
)

// elements decodes a list of objects. It is false where the list is null or anything in it is unknown.
func elements[T any](ctx context.Context, list types.List) ([]T, bool) {
	if list.IsNull() || !isKnown(ctx, list) {
		return nil, false
	}
	var all []T
	diags := list.ElementsAs(ctx, &all, false)
	return all, !diags.HasError()
}

// canonical is a text that is equal exactly where the value is. Maps are written in the order of their keys.
func canonical(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("a restore's parameters are plain values: %v", err))
	}
	return string(text)
}

// canonicalString is canonical for an attribute, by the rules of restoreSpec.parameters.
func canonicalString(parameters map[string]string, name string, value types.String) {
	switch {
	case value.IsNull():
	case value.IsUnknown():
		parameters[name] = ""
	default:
		parameters[name] = canonical(value.ValueString())
	}
}

// identityOfRestore is all that makes two restores the same one: the resource's own parameters, the region, the triggers.
func (r *restoreResource[M]) identityOfRestore(ctx context.Context, m M) map[string]string {
	common := r.common(&m)
	all := r.parameters(ctx, m)
	canonicalString(all, "region", common.Region)
	switch {
	case common.Triggers.IsNull():
	case !common.Triggers.IsUnknown() && len(common.Triggers.Elements()) == 0: // no triggers, like null
	case !isKnown(ctx, common.Triggers):
		all["triggers"] = ""
	default:
		all["triggers"] = common.Triggers.String()
	}
	return all
}

// restoreKey names one restore among all that a configured provider may meet; account and project are the provider's own
// and the same for all. It is false while something is unknown, and for an imported restore that has no parameters yet.
func (r *restoreResource[M]) restoreKey(ctx context.Context, m M) (string, bool) {
	common := r.common(&m)
	if !common.RestoredTo.IsNull() || !r.named(ctx, m).IsZero() {
		return r.keyOf(ctx, m)
	}
	// A configuration may write out the default name of a restore to the latest moment: whether it does depends on which one
	// that was.
	for _, moment := range r.memory.moments() {
		common.RestoredTo = types.StringValue(moment)
		if key, known := r.keyOf(ctx, m); known && r.memory.has(key, moment) {
			return key, true
		}
	}
	common.RestoredTo = types.StringNull()
	return r.keyOf(ctx, m)
}

func (r *restoreResource[M]) keyOf(ctx context.Context, m M) (string, bool) {
	all := r.identityOfRestore(ctx, m)
	for _, value := range all {
		if value == "" {
			return "", false
		}
	}
	if _, hasTarget := all[r.target]; !hasTarget || len(r.parameters(ctx, m)) < 2 {
		return "", false
	}
	return r.name + canonical(all), true
}

// lacksParameters is true for an imported state: it has no parameters but its target, which no restore is without.
func (r *restoreResource[M]) lacksParameters(ctx context.Context, config, state M) bool {
	return len(r.parameters(ctx, state)) < len(r.parameters(ctx, config))
}

// changes are the attributes in which a configuration asks for another restore than the state holds, in order.
func (r *restoreResource[M]) changes(ctx context.Context, config, state M, adopted bool) []string {
	r.common(&config).RestoredTo = r.common(&state).RestoredTo // what default names stand for
	wanted, have := r.identityOfRestore(ctx, config), r.identityOfRestore(ctx, state)
	names := map[string]bool{}
	for name, value := range wanted {
		before, existed := have[name]
		if adopted && !existed {
			continue // an imported or moved restore takes over what only the configuration knows
		}
		if value == "" || value != before {
			names[name] = true
		}
	}
	for name := range have {
		if _, still := wanted[name]; !still && name != "region" {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// remember keeps the unfinished job of a state for whatever asks for the same restore in this process.
func (r *restoreResource[M]) remember(ctx context.Context, state M) {
	common := r.common(&state)
	r.memory.begin(r.scope(r.targetID(&state).ValueString()), common.JobID.ValueString())
	if key, ok := r.restoreKey(ctx, state); ok {
		r.memory.remember(key, knownJob{
			id: common.JobID.ValueString(), submittedAt: common.SubmittedAt.ValueString(), restoredTo: common.RestoredTo.ValueString(),
		})
	}
}

// scope groups the restores that may be in each other's way, as far as can be told without a look-up: those of one target, of
// whatever kind, whose id no other service has.
func (r *restoreResource[M]) scope(target string) string {
	if r.oneScope {
		return r.name
	}
	return target
}

// memorizeEnd notes a restore that the state holds as ended, so that the plan of the same one can say that it runs again.
func (r *restoreResource[M]) memorizeEnd(ctx context.Context, state M) {
	common := r.common(&state)
	if key, ok := r.restoreKey(ctx, state); ok {
		r.memory.over(key, knownJob{id: common.JobID.ValueString(), restoredTo: common.RestoredTo.ValueString()}, common.Status.ValueString() == string(client.JobFailed))
	}
}

// forget undoes remember for a job that turned out to have failed.
func (r *restoreResource[M]) forget(ctx context.Context, state M) {
	jobID := r.common(&state).JobID.ValueString()
	r.memory.end(r.scope(r.targetID(&state).ValueString()), jobID, r.clock.Now())
	if key, ok := r.restoreKey(ctx, state); ok {
		r.memory.take(key, jobID)
	}
}

// momentOf reads one of the state's own moments; false for null and unknown.
func momentOf(written types.String) (time.Time, bool) {
	return pointintime.Value{StringValue: written}.Moment()
}

// canonicalMoment is canonicalString for a moment, whatever its spelling; the latest one stays the latest.
func canonicalMoment(parameters map[string]string, name string, value pointintime.Value) {
	if value.IsNull() {
		return
	}
	parameters[name] = ""
	if moment, valid := value.Moment(); valid {
		parameters[name] = canonical(moment.UnixMilli())
	} else if value.IsLatest() {
		parameters[name] = canonical(pointintime.Latest)
	}
}

// errUnknownParameters cannot be met: Terraform calls Create with every value known.
var errUnknownParameters = errors.New("the restore's parameters are not known yet")

// isRestore goes by the job's name. DDS documents MongodbRestoreTable; RDS documents none for tables of PostgreSQL, but every
// restore that it documents has the word in its name; DWS lists nothing but restores (dwsJobs). A guess that is wrong here
// costs the job's adoption, not the guard: the instance is asked as well (restoring).
func isRestore(job client.Job) bool { return strings.Contains(strings.ToLower(job.Name), "restor") }
