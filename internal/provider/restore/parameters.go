// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/pointintime"
)

// Parameters says what is restored. Each attribute whose change means another restore has a text, which is equal if and
// only if the restore is the same. A null attribute is absent, and one with unknown parts is "".
type Parameters map[string]string

// Set adds a value that encodes to JSON; known is false if a part of it is unknown.
func (p Parameters) Set(name string, value any, known bool) {
	p[name] = ""
	if known {
		p[name] = canonical(value)
	}
}

// SetString adds a string attribute.
func (p Parameters) SetString(name string, value types.String) {
	if !value.IsNull() {
		p.Set(name, value.ValueString(), !value.IsUnknown())
	}
}

// SetBool adds a boolean attribute.
func (p Parameters) SetBool(name string, value types.Bool) {
	if !value.IsNull() {
		p.Set(name, value.ValueBool(), !value.IsUnknown())
	}
}

// SetTime adds a moment in any notation. "latest" stays "latest", whichever moment it was.
func (p Parameters) SetTime(name string, value pointintime.Value) {
	if value.IsNull() {
		return
	}
	moment, valid := value.Moment()
	if value.IsLatest() {
		p.Set(name, pointintime.Latest, true)
		return
	}
	p.Set(name, moment.UnixMilli(), valid)
}

// known reports whether no part is unknown.
func (p Parameters) known() bool {
	for _, text := range p {
		if text == "" {
			return false
		}
	}
	return true
}

// canonical is a text that is equal if and only if the value is. Maps are written in the order of their keys.
func canonical(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("a restore's parameters are plain values: %v", err))
	}
	return string(text)
}

// Elements decodes a list of objects. It is false if the list is null or anything in it is unknown.
func Elements[T any](ctx context.Context, list types.List) ([]T, bool) {
	if list.IsNull() || !fullyKnown(ctx, list) {
		return nil, false
	}
	var all []T
	diags := list.ElementsAs(ctx, &all, false)
	return all, !diags.HasError()
}

// fullyKnown reports whether nothing inside the value is unknown.
func fullyKnown(ctx context.Context, value attr.Value) bool {
	wire, err := value.ToTerraformValue(ctx)
	return err == nil && wire.IsFullyKnown()
}

// identity says which restore is meant, among all of a configured provider: two with the same one restore the same.
// Account and project are the provider's own and the same for all.
type identity struct {
	typeName string // Type.Name
	key      string // the model's parameters
	region   string // "" if it is not known
	triggers types.Map
}

// identityOf is false while something is unknown, and for an imported restore that has no parameters yet.
func identityOf(ctx context.Context, m Model) (identity, bool) {
	parameters, common := m.Parameters(ctx), m.common()
	is := identity{
		typeName: m.Type().Name, key: canonical(parameters),
		region: common.Region.ValueString(), triggers: common.Triggers,
	}
	known := parameters.known() && !parameters.onlyTarget() && m.TargetID() != "" && triggersKnown(common.Triggers)
	return is, known
}

// asksFor reports whether a restore in a state has restored, or restores, what is wanted.
func (wanted identity) asksFor(have *stored) bool {
	return have.known && wanted.typeName == have.typeName && wanted.key == have.key &&
		(wanted.region == have.region || wanted.region == "" || have.region == "") && !wanted.reruns(have)
}

// reruns reports whether triggers ask for another run of a restore in a state.
func (wanted identity) reruns(have *stored) bool {
	return triggersChanged(wanted.triggers, have.triggers, have.moved)
}

// triggersChanged reports whether a trigger is set and differs from the one before. One that is unknown does not, until
// it is known. An adopted restore, imported or moved here, has no triggers yet.
func triggersChanged(wanted, have types.Map, adopted bool) bool {
	if adopted && have.IsNull() {
		return false
	}
	before := have.Elements()
	if wanted.IsUnknown() {
		return len(before) == 0
	}
	for name, value := range wanted.Elements() {
		old, existed := before[name]
		existed = existed && !old.IsNull()
		if !value.IsNull() && (!existed || !value.IsUnknown() && !value.Equal(old)) {
			return true
		}
	}
	return false
}

// triggersKnown reports whether no trigger is unknown.
func triggersKnown(triggers types.Map) bool {
	for _, value := range triggers.Elements() {
		if value.IsUnknown() {
			return false
		}
	}
	return !triggers.IsUnknown()
}

// withRegion adds the parameter that all restores have.
func (p Parameters) withRegion(common *Common) Parameters {
	p.SetString("region", common.Region)
	return p
}

// changedParameters are the sorted names of the parameters that differ. One that is unknown does not, until it is known:
// a restore is not given up for one that may turn out to be the same. An adopted restore, imported or moved here, takes
// from the configuration what its state does not know. A restore stays in its region if the configuration names none.
func changedParameters(wanted, have Parameters, adopted bool) []string {
	names := map[string]bool{}
	for name, value := range wanted {
		before, existed := have[name]
		if existed && value == "" || !existed && adopted {
			continue
		}
		if !existed || value != before {
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

// changes are the sorted attributes whose change asks for another restore than the state holds.
func changes(ctx context.Context, config, state Model, adopted bool) []string {
	configured := config.common().RestoredTo
	config.common().RestoredTo = state.common().RestoredTo // which a default name that is written out stands for
	wanted := config.Parameters(ctx).withRegion(config.common())
	config.common().RestoredTo = configured
	changed := changedParameters(wanted, state.Parameters(ctx).withRegion(state.common()), adopted)
	if triggersChanged(config.common().Triggers, state.common().Triggers, adopted) {
		changed = append(changed, "triggers")
	}
	return changed
}

// notKnownYet are the sorted names of the parameters that are unknown.
func notKnownYet(ctx context.Context, config Model) []string {
	var names []string
	for name, value := range config.Parameters(ctx).withRegion(config.common()) {
		if value == "" {
			names = append(names, name)
		}
	}
	if !triggersKnown(config.common().Triggers) {
		names = append(names, "triggers")
	}
	slices.Sort(names)
	return names
}

// lacksParameters reports whether a state is an imported one: it has no parameter but its target, which no restore is
// without. How many the configuration has does not count: an optional one that is added asks for another restore.
func lacksParameters(ctx context.Context, state Model) bool {
	return state.Parameters(ctx).onlyTarget()
}

// onlyTarget reports whether there is no parameter but the target, if that.
func (p Parameters) onlyTarget() bool { return len(p) < 2 }
