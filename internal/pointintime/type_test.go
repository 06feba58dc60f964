// SPDX-License-Identifier: MPL-2.0

package pointintime_test

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr/xattr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-x/internal/pointintime"
)

func TestValueSemanticEquality(t *testing.T) {
	utc := pointintime.NewValue("2023-07-05T11:32:17Z")
	for _, c := range []struct {
		other pointintime.Value
		equal bool
	}{
		{pointintime.NewValue("2023-07-05T13:32:17+02:00"), true},
		{pointintime.NewValue("1688556737000"), true},
		{pointintime.NewValue("1688556737001"), false},
		{pointintime.NewValue("nonsense"), false},
		{pointintime.NewValue("latest"), false},
		{pointintime.Value{StringValue: basetypes.NewStringNull()}, false},
	} {
		equal, diags := utc.StringSemanticEquals(context.Background(), c.other)
		if equal != c.equal || diags.HasError() {
			t.Errorf("%s and %s: %t %v, want %t", utc, c.other, equal, diags, c.equal)
		}
	}
}

func TestValueFromTerraformKeepsTheThreeKindsOfNothing(t *testing.T) {
	for name, c := range map[string]struct {
		wire          tftypes.Value
		null, unknown bool
	}{
		"null":    {tftypes.NewValue(tftypes.String, nil), true, false},
		"unknown": {tftypes.NewValue(tftypes.String, tftypes.UnknownValue), false, true},
		"empty":   {tftypes.NewValue(tftypes.String, ""), false, false},
	} {
		value, err := pointintime.Type{}.ValueFromTerraform(context.Background(), c.wire)
		if err != nil || value.IsNull() != c.null || value.IsUnknown() != c.unknown {
			t.Errorf("%s: %v (null %t, unknown %t) %v", name, value, value.IsNull(), value.IsUnknown(), err)
		}
	}
}

func TestValueValidation(t *testing.T) {
	for _, c := range []struct {
		value  pointintime.Value
		errors int
	}{
		{pointintime.NewValue("2023-07-05T11:32:17Z"), 0},
		{pointintime.Value{StringValue: basetypes.NewStringNull()}, 0},
		{pointintime.Value{StringValue: basetypes.NewStringUnknown()}, 0},
		{pointintime.NewValue("latest"), 0},
		{pointintime.NewValue("Latest"), 1},
		{pointintime.NewValue(""), 1},
		{pointintime.NewValue("last tuesday"), 1},
	} {
		var resp xattr.ValidateAttributeResponse
		c.value.ValidateAttribute(context.Background(), xattr.ValidateAttributeRequest{Path: path.Root("restore_time")}, &resp)
		if resp.Diagnostics.ErrorsCount() != c.errors {
			t.Errorf("%s: %v", c.value, resp.Diagnostics)
		}
	}
}
