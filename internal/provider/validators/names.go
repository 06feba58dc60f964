// SPDX-License-Identifier: MPL-2.0

package validators

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Names checks the names in a list of entries and in the lists inside it, each by the rule of its attribute. A
// validator of the attribute itself would add a message for each of thousands of entries.
type Names map[string]Name

// wrongName is a name that breaks its rule.
type wrongName struct {
	rule Name
	at   path.Path
	name string
}

// Description says what is taken.
func (Names) Description(context.Context) string { return namesDescription }

// MarkdownDescription is Description.
func (v Names) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateList rejects a list with wrong names, once for each kind of mistake.
func (v Names) ValidateList(_ context.Context, req validator.ListRequest, resp *validator.ListResponse) {
	var wrong Causes[wrongName]
	v.walk(req.Path, req.ConfigValue, func(name wrongName) {
		if mistake := name.rule.mistake(name.name); mistake != "" {
			wrong.Add(mistake, name)
		}
	})
	for _, names := range wrong.Groups() {
		resp.Diagnostics.Append(errorNames(names))
	}
}

// walk visits each known name that has a rule.
func (v Names) walk(at path.Path, value attr.Value, visit func(wrongName)) {
	switch value := value.(type) {
	case types.List:
		for i, element := range value.Elements() {
			v.walk(at.AtListIndex(i), element, visit)
		}
	case types.Object:
		attributes := value.Attributes()
		for _, name := range slices.Sorted(maps.Keys(attributes)) {
			text, isText := attributes[name].(types.String)
			rule, ruled := v[name]
			switch {
			case !isText:
				v.walk(at.AtName(name), attributes[name], visit)
			case ruled && !text.IsNull() && !text.IsUnknown():
				visit(wrongName{rule, at.AtName(name), text.ValueString()})
			}
		}
	}
}
