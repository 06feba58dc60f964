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

// identityOf is all that makes two restores the same: the model's own parameters, the region, the triggers.
func identityOf(ctx context.Context, m Model) Parameters {
	return m.Parameters(ctx).withCommon(ctx, m.common())
}

// withCommon adds the parameters that all restores have.
func (p Parameters) withCommon(ctx context.Context, common *Common) Parameters {
	p.SetString("region", common.Region)
	// No triggers are like null.
	if !common.Triggers.IsNull() && (common.Triggers.IsUnknown() || len(common.Triggers.Elements()) > 0) {
		p.Set("triggers", common.Triggers.String(), fullyKnown(ctx, common.Triggers))
	}
	return p
}

// keyOf names one restore among all of a configured provider; account and project are the provider's own and the same
// for all. It is false while something is unknown, and for an imported restore that has no parameters yet.
func keyOf(ctx context.Context, m Model) (string, bool) {
	parameters := m.Parameters(ctx)
	if parameters.onlyTarget() || m.TargetID() == "" {
		return "", false
	}
	all := parameters.withCommon(ctx, m.common())
	if !all.known() {
		return "", false
	}
	return m.Type().Name + canonical(all), true
}

// changedParameters are the sorted names of the parameters that differ. An adopted restore, imported or moved here,
// takes from the configuration what its state does not know. A restore stays in its region if the configuration names
// none.
func changedParameters(wanted, have Parameters, adopted bool) []string {
	names := map[string]bool{}
	for name, value := range wanted {
		before, existed := have[name]
		if adopted && !existed {
			continue
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

// changes are the sorted attributes whose change asks for another restore than the state holds.
func changes(ctx context.Context, config, state Model, adopted bool) []string {
	configured := config.common().RestoredTo
	config.common().RestoredTo = state.common().RestoredTo // which a default name that is written out stands for
	wanted := identityOf(ctx, config)
	config.common().RestoredTo = configured
	return changedParameters(wanted, identityOf(ctx, state), adopted)
}

// lacksParameters reports whether a state is an imported one: it has no parameter but its target, which no restore is
// without. How many the configuration has does not count: an optional one that is added asks for another restore.
func lacksParameters(ctx context.Context, state Model) bool {
	return state.Parameters(ctx).onlyTarget()
}

// onlyTarget reports whether there is no parameter but the target, if that.
func (p Parameters) onlyTarget() bool { return len(p) < 2 }
