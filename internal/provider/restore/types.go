// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"context"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Types are the restores of the provider as the plugin protocol has them, for what the framework is not asked. Their
// schemas are built once, and not before a state has to be read.
type Types struct {
	byName func() map[string]resourceType // by Type.Name
}

// resourceType is one of them.
type resourceType struct {
	newModel func() Model
	name     string // Type.Name
	target   string // Type.Target
	schema   schema.Schema
	object   tftypes.Type
	computed map[string]bool // the attributes that the provider may fill in
}

// NewTypes knows the models of all restores.
func NewTypes(newModels []func() Model) *Types {
	return &Types{sync.OnceValue(func() map[string]resourceType {
		all := map[string]resourceType{}
		for _, newModel := range newModels {
			of := newResourceType(newModel)
			all[of.name] = of
		}
		return all
	})}
}

func newResourceType(newModel func() Model) resourceType {
	ctx, model := context.Background(), newModel()
	built := resourceSchema(ctx, model.Schema())
	computed := map[string]bool{}
	for name, attribute := range built.Attributes {
		computed[name] = attribute.IsComputed()
	}
	return resourceType{
		newModel: newModel, name: model.Type().Name, target: model.Type().Target,
		schema: built, object: built.Type().TerraformType(ctx), computed: computed,
	}
}

// of finds the type that Terraform names, with the provider's name before it.
func (t *Types) of(typeName string) (resourceType, bool) {
	_, name, _ := strings.Cut(typeName, "_")
	of, known := t.byName()[name]
	return of, known
}

// model decodes a value; false if it is not of the type.
func (of resourceType) model(ctx context.Context, value tftypes.Value) (Model, bool) {
	m := of.newModel()
	return m, !tfsdk.State{Schema: of.schema, Raw: value}.Get(ctx, m).HasError()
}
