// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	action "github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"terraform-provider-x/internal/provider/validators"
)

// actionSchema is the schema of an action: the resource's arguments without triggers, since an action runs whenever it
// is invoked, and with a timeout of its own.
func actionSchema(ctx context.Context, own Schema) action.Schema {
	arguments := actionAttributes(own.Attributes)
	shared := commonSchema(ctx).Attributes
	for _, name := range []string{"region", "preflight"} {
		arguments[name] = actionAttribute(shared[name])
	}
	arguments["on_timeout"] = action.StringAttribute{
		Optional: true, Validators: []validator.String{stringvalidator.OneOf(onTimeoutFail, onTimeoutDetach)},
		MarkdownDescription: "What the action does if the restore is still running after the timeout. " +
			"`fail` (the default) is an error; `detach` is a warning. In both cases the job continues.",
	}
	arguments["timeouts"] = actionTimeouts(ctx)
	return action.Schema{
		MarkdownDescription: own.Description + " The action does the same as the resource of that name, " +
			"each time you invoke it, and keeps nothing in a state.",
		Attributes: arguments,
	}
}

// actionTimeouts is the usual attribute of an action. Its module gives it no description, and takes any duration.
func actionTimeouts(ctx context.Context) action.Attribute {
	attribute := timeouts.AttributesWithOpts(ctx, timeouts.Opts{
		InvokeDescription: "How long to wait until the service is free and the job has ended, such as `90m`. " +
			"Defaults to `3h`.",
	})
	nested, ok := attribute.(action.SingleNestedAttribute)
	if !ok {
		return attribute
	}
	nested.MarkdownDescription = "How long the action waits for a restore."
	if timeout, ok := nested.Attributes["invoke"].(action.StringAttribute); ok {
		timeout.Validators = []validator.String{validators.Timeout{}}
		nested.Attributes["invoke"] = timeout
	}
	return nested
}

func actionAttributes(of map[string]schema.Attribute) map[string]action.Attribute {
	arguments := map[string]action.Attribute{}
	for name, attribute := range of {
		if attribute.IsRequired() || attribute.IsOptional() {
			arguments[name] = actionAttribute(attribute)
		}
	}
	return arguments
}

func actionAttribute(of schema.Attribute) action.Attribute {
	about, required, optional := of.GetMarkdownDescription(), of.IsRequired(), of.IsOptional()
	switch of := of.(type) {
	case schema.StringAttribute:
		return action.StringAttribute{
			CustomType: of.CustomType, Required: required, Optional: optional,
			MarkdownDescription: about, Validators: of.Validators,
		}
	case schema.BoolAttribute:
		return action.BoolAttribute{
			Required: required, Optional: optional, MarkdownDescription: about, Validators: of.Validators,
		}
	case schema.ListNestedAttribute:
		return action.ListNestedAttribute{
			Required: required, Optional: optional, MarkdownDescription: about, Validators: of.Validators,
			NestedObject: action.NestedAttributeObject{Attributes: actionAttributes(of.NestedObject.Attributes)},
		}
	}
	panic(fmt.Sprintf("no restore has an argument of type %T yet", of))
}
