// SPDX-License-Identifier: MPL-2.0

package pointintime

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/attr/xattr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

var (
	_ basetypes.StringTypable                    = Type{}
	_ basetypes.StringValuableWithSemanticEquals = Value{}
	_ xattr.ValidateableAttribute                = Value{}
)

// Type is the Terraform type of an attribute that holds a moment or Latest. It is a string, so that a configuration may
// give RFC 3339 or a number of milliseconds, and so that the state keeps what the person wrote.
type Type struct{ basetypes.StringType }

// Value is a moment in a configuration, a plan or a state: null, unknown, Latest, or text that Parse reads.
type Value struct{ basetypes.StringValue }

// NewValue holds the text as it is, valid or not.
func NewValue(text string) Value { return Value{basetypes.NewStringValue(text)} }

// String names the type in messages.
func (Type) String() string { return "pointintime.Type" }

// ValueType is the value that belongs to the type.
func (Type) ValueType(context.Context) attr.Value { return Value{} }

// Equal compares types, not values.
func (t Type) Equal(other attr.Type) bool {
	o, ok := other.(Type)
	return ok && t.StringType.Equal(o.StringType)
}

// ValueFromString wraps a string value.
func (Type) ValueFromString(_ context.Context, in basetypes.StringValue) (basetypes.StringValuable, diag.Diagnostics) {
	return Value{in}, nil
}

// ValueFromTerraform reads the wire form of the value.
func (t Type) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	value, err := t.StringType.ValueFromTerraform(ctx, in)
	if err != nil {
		return nil, err
	}
	text, ok := value.(basetypes.StringValue)
	if !ok {
		return nil, fmt.Errorf("expected a string, got %T", value)
	}
	return Value{text}, nil
}

// Type names the value's type.
func (Value) Type(context.Context) attr.Type { return Type{} }

// Equal compares the text; for the moment, see StringSemanticEquals.
func (v Value) Equal(other attr.Value) bool {
	o, ok := other.(Value)
	return ok && v.StringValue.Equal(o.StringValue)
}

// IsLatest is true for the newest moment, whichever that will be.
func (v Value) IsLatest() bool { return v.ValueString() == Latest }

// Moment parses the value. It is false for null, unknown, Latest and what Parse rejects.
func (v Value) Moment() (time.Time, bool) {
	if v.IsNull() || v.IsUnknown() {
		return time.Time{}, false
	}
	moment, err := Parse(v.ValueString())
	return moment, err == nil
}

// StringSemanticEquals is true for two spellings of one moment.
func (v Value) StringSemanticEquals(_ context.Context, other basetypes.StringValuable) (bool, diag.Diagnostics) {
	o, ok := other.(Value)
	if !ok {
		return false, nil
	}
	mine, valid := v.Moment()
	theirs, alsoValid := o.Moment()
	return valid && alsoValid && mine.Equal(theirs), nil
}

// ValidateAttribute rejects what is neither Latest nor read by Parse, in Parse's words.
func (v Value) ValidateAttribute(
	_ context.Context,
	req xattr.ValidateAttributeRequest,
	resp *xattr.ValidateAttributeResponse,
) {
	if v.IsNull() || v.IsUnknown() || v.IsLatest() {
		return
	}
	if _, err := Parse(v.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid point in time",
			fmt.Sprintf("%s: %v.\n", req.Path, err)+"For the newest moment that the service offers, write \"latest\".")
	}
}

// MomentOf parses a string attribute that the provider itself has written. It is false for null and unknown.
func MomentOf(written basetypes.StringValue) (time.Time, bool) { return Value{written}.Moment() }
