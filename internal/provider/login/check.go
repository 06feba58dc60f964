// SPDX-License-Identifier: MPL-2.0

package login

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// check returns what is wrong with a value, or nil. Label names the argument or the variable that has it.
func (a argument) check(at path.Path, label, value string) diag.Diagnostic {
	if a.format.contents && isPEM(value) {
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

// numberValidator checks a whole number in "validate".
type numberValidator struct {
	argument
	least, most int64
}

func (v numberValidator) Description(context.Context) string         { return v.format.expected }
func (v numberValidator) MarkdownDescription(context.Context) string { return v.format.expected }

func (v numberValidator) ValidateNumber(
	_ context.Context, req validator.NumberRequest, resp *validator.NumberResponse,
) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	number, ok := whole(req.ConfigValue.ValueBigFloat())
	if isUnset := v.least > 0 && number == 0; !ok || !isUnset && (number < v.least || number > v.most) {
		resp.Diagnostics.Append(errorNumber(input{argument: v.argument, at: req.Path}, fromBlock, v.least, v.most))
	}
}

// mapValidator checks a map in "validate", as the resolver does later.
type mapValidator struct {
	check func(context.Context, *resolver, types.Map)
}

func (v mapValidator) Description(context.Context) string         { return "known services" }
func (v mapValidator) MarkdownDescription(context.Context) string { return "known services" }

func (v mapValidator) ValidateMap(ctx context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	r := &resolver{}
	v.check(ctx, r, req.ConfigValue)
	resp.Diagnostics.Append(r.diags.Errors()...) // its warnings come later, once
}

func checkEndpoints(ctx context.Context, r *resolver, value types.Map) {
	r.arguments.Endpoints = value
	r.endpoints(ctx)
}

func checkRequestsPerMinute(ctx context.Context, r *resolver, value types.Map) {
	r.arguments.RequestsPerMinute = value
	r.requestsPerMinute(ctx)
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
