// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/provider/validators"
)

// What on_timeout can say.
const (
	onTimeoutFail   = "fail"
	onTimeoutDetach = "detach"
)

// LatestDescription says what "latest" means, for the attributes that take it.
const LatestDescription = "`latest` is the newest moment that the service offers when the restore starts."

// What a change of an argument does to a resource, for Schema.OnChange.
const (
	ChangeRestores     = "A change runs the restore again."
	ChangeCallsNothing = "A change calls nothing."
)

// Schema describes a restore in words that are true of the resource as well as of the action.
type Schema struct {
	Description string
	Attributes  map[string]schema.Attribute // the model's own
	// OnChange says, by attribute, what a change does to a resource.
	OnChange map[string]string
}

// resourceSchema is the schema of the resource: the model's own attributes and those that all restores share.
func resourceSchema(ctx context.Context, own Schema) schema.Schema {
	shared := commonSchema(ctx)
	attributes := map[string]schema.Attribute{}
	for _, part := range []Schema{shared, own} {
		for name, attribute := range part.Attributes {
			attributes[name] = withNote(attribute, part.OnChange[name])
		}
	}
	return schema.Schema{
		MarkdownDescription: own.Description + " Removing the resource does not undo the restore.",
		Attributes:          attributes,
	}
}

// withNote adds a sentence to an attribute's description.
func withNote(of schema.Attribute, note string) schema.Attribute {
	if note == "" {
		return of
	}
	switch of := of.(type) {
	case schema.StringAttribute:
		of.MarkdownDescription += " " + note
		return of
	case schema.BoolAttribute:
		of.MarkdownDescription += " " + note
		return of
	case schema.ListNestedAttribute:
		of.MarkdownDescription += " " + note
		return of
	case schema.MapAttribute:
		of.MarkdownDescription += " " + note
		return of
	}
	panic(fmt.Sprintf("no restore has an argument of type %T yet", of))
}

// commonSchema has the attributes of Common.
func commonSchema(ctx context.Context) Schema {
	return Schema{
		Attributes: map[string]schema.Attribute{
			"id":     schema.StringAttribute{Computed: true, MarkdownDescription: "The same as `job_id`."},
			"job_id": computed("The id of the service's job that runs the restore."),
			"region": schema.StringAttribute{
				Optional: true, Computed: true, Validators: []validator.String{validators.AnyName},
				MarkdownDescription: "The region of the restore. By default the provider's.",
			},
			"status": computed("`Running`, `Completed` or `Failed`, as last seen."),
			"submitted_at": computed(
				"When the restore was sent to the service that accepted it: RFC 3339, UTC. For an imported restore, " +
					"when the service began its job; null where it says so without a zone, as DWS does.",
			),
			"started_at": computed(
				"When the service began the job, by its own word: RFC 3339, UTC. Null where it does not say.",
			),
			"finished_at": computed(
				"When the job ended, or was seen to have ended where the service does not say when: RFC 3339, UTC. " +
					"While it is null and the job has not failed, the next apply waits for the same job.",
			),
			"restored_to": computed(
				"The moment that was restored to: RFC 3339, UTC. Of several, the earliest; of a DWS snapshot, when it was begun. " +
					"Null where that cannot be told, as for an imported restore to the latest moment.",
			),
			"duration_seconds": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "How long the restore took from its submission to its end, which is what an operator waits for.",
			},
			"data_age_seconds": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "How old the restored data was when the restore was submitted: `submitted_at` minus `restored_to`.",
			},
			"restored_objects": computedStrings(
				"The fully qualified names of what was restored, as they are now. Where the service chose a name, " +
					"the form that it documents, with `<timestamp>` for what nobody tells. Null until the restore has completed, and for one that failed.",
			),
			"cleanup_statements": computedStrings(
				"For each of `restored_objects` the statement that would drop it, with names quoted. " +
					"The provider never runs any. Where the service chose the name, it is a comment.",
			),
			"triggers": schema.MapAttribute{
				Optional: true, ElementType: types.StringType, MarkdownDescription: "Values of your own. A change of one runs the restore again.",
			},
			"on_timeout": schema.StringAttribute{
				Optional: true, Validators: []validator.String{stringvalidator.OneOf(onTimeoutFail, onTimeoutDetach)},
				MarkdownDescription: "What an apply does whose restore is still running when the timeout is over: `fail` (the default) is an error, " +
					"so that nothing that depends on it runs; `detach` is a warning. In both cases the job goes on, and the next apply waits for it again.",
			},
			"preflight": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether to look up before a restore, in the plan and just before it starts, what the service would refuse. " +
					"By default the provider's.",
			},
			"timeouts": timeoutsAttribute(ctx),
		},
		OnChange: map[string]string{
			"region":     ChangeRestores,
			"on_timeout": ChangeCallsNothing,
			"preflight":  ChangeCallsNothing,
		},
	}
}

func computed(description string) schema.Attribute {
	return schema.StringAttribute{Computed: true, MarkdownDescription: description}
}

func computedStrings(description string) schema.Attribute {
	return schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
}

// timeoutsAttribute is the ecosystem's own, with a description, which its module leaves out.
func timeoutsAttribute(ctx context.Context) schema.Attribute {
	attribute := timeouts.Attributes(ctx, timeouts.Opts{
		Create: true, Update: true,
		CreateDescription: "How long to wait for the service to be free and for the job to end, from when its turn comes; such as `90m`. By default `3h`.",
		UpdateDescription: "How long an apply waits that resumes an unfinished restore; such as `90m`. By default `3h`.",
	})
	if nested, ok := attribute.(schema.SingleNestedAttribute); ok {
		nested.MarkdownDescription = "How long an apply waits for a restore. A change calls nothing."
		return nested
	}
	return attribute
}

// identityAttributes is what finds a restore again without its state; target is "instance_id" or "snapshot_id".
func identityAttributes(target string) map[string]identityschema.Attribute {
	return map[string]identityschema.Attribute{
		target:       identityschema.StringAttribute{RequiredForImport: true},
		"job_id":     identityschema.StringAttribute{RequiredForImport: true},
		"region":     identityschema.StringAttribute{OptionalForImport: true},
		"project_id": identityschema.StringAttribute{OptionalForImport: true},
	}
}
