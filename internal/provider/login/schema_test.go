// SPDX-License-Identifier: MPL-2.0

package login

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// TestSchemaFitsArguments reads an empty provider block into its model.
func TestSchemaFitsArguments(t *testing.T) {
	ctx := context.Background()
	schema := Schema()
	if diags := schema.ValidateImplementation(ctx); diags.HasError() {
		t.Fatal(diags)
	}
	kind := schema.Type().TerraformType(ctx).(tftypes.Object)
	values := map[string]tftypes.Value{}
	for name, attribute := range kind.AttributeTypes {
		values[name] = tftypes.NewValue(attribute, nil)
	}
	for name := range schema.Blocks {
		values[name] = tftypes.NewValue(kind.AttributeTypes[name], []tftypes.Value{})
	}
	config := tfsdk.Config{Schema: schema, Raw: tftypes.NewValue(kind, values)}
	var arguments Arguments
	if diags := config.Get(ctx, &arguments); diags.HasError() {
		t.Error(diags)
	}
}

func TestSensitiveArguments(t *testing.T) {
	var sensitive []string
	for name, attribute := range Schema().Attributes {
		if attribute.IsSensitive() {
			sensitive = append(sensitive, name)
		}
	}
	for block, nested := range Schema().Blocks {
		for name, attribute := range nested.GetNestedObject().GetAttributes() {
			if attribute.IsSensitive() {
				sensitive = append(sensitive, block+"."+name)
			}
		}
	}
	slices.Sort(sensitive)
	want := []string{
		"access_key", "assume_role_with_oidc.id_token", "auth_token", "key_file", "passcode", "password",
		"secret_key", "security_token",
	}
	if diff := cmp.Diff(want, sensitive); diff != "" {
		t.Error(diff)
	}
}
