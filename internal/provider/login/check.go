// SPDX-License-Identifier: MPL-2.0

package login

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// check returns what is wrong with a value, or nil. Label names the argument or the variable that has it.
func (a argument) check(at path.Path, label, value string) diag.Diagnostic {
	if a.format.expected == pemFormat.expected && isPEM(value) {
		return nil
	}
	if character, where := a.format.stray(value); where != "" {
		return errorStrayCharacter(at, label, character, where)
	}
	if a.format.valid != nil && !a.format.valid(value) {
		return errorFormat(at, label, value, a.format.expected)
	}
	return nil
}

// textValidator checks an argument in "validate", before anything is called.
type textValidator struct{ argument }

func (v textValidator) Description(context.Context) string         { return v.format.expected }
func (v textValidator) MarkdownDescription(context.Context) string { return v.format.expected }

func (v textValidator) ValidateString(
	_ context.Context, req validator.StringRequest, resp *validator.StringResponse,
) {
	if req.ConfigValue.ValueString() == "" { // absent, or not known yet
		return
	}
	if problem := v.check(req.Path, `"`+v.name+`"`, req.ConfigValue.ValueString()); problem != nil {
		resp.Diagnostics.Append(problem)
	}
}

// value returns the value of an argument in a source, or "". It reports a value that cannot be one.
func (r *resolver) value(i input, s source) string {
	value := i.from(s)
	if value == "" {
		return ""
	}
	if problem := i.check(i.at, i.label(s), value); problem != nil {
		r.diags.Append(problem)
	}
	return value
}

// either returns the value in the provider block, or else the one in the family that belongs to the login.
func (r *resolver) either(i input) string {
	if i.block != "" {
		return r.value(i, fromBlock)
	}
	return r.value(i, r.family)
}

// any returns the value of an argument that says nothing of the account, and where it comes from.
func (r *resolver) any(i input) (string, source) {
	s, _ := i.first()
	return r.value(i, s), s
}
