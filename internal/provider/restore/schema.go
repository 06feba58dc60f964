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
	ChangeRestores     = "Changing this starts a new restore."
	ChangeCallsNothing = "Changing this makes no API call."
)

// Schema describes a restore in words that hold for the resource and for the action.
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
			"job_id": computed("The id of the service's restore job."),
			"region": schema.StringAttribute{
				Optional: true, Computed: true, Validators: []validator.String{validators.Region},
				MarkdownDescription: "The region of the restore. Defaults to the provider's region.",
			},
			"status": computed("The last known status of the job: `Running`, `Completed` or `Failed`."),
			"submitted_at": computed(
				"When the provider sent the restore request that the service accepted: RFC 3339, UTC. " +
					"For an imported restore, when the service started its job; null if the service gives that time " +
					"without a time zone, as DWS does.",
			),
			"started_at": computed(
				"When the job started, as the service reports it: RFC 3339, UTC. Null if the service does not report it.",
			),
			"finished_at": computed(
				"When the job ended: RFC 3339, UTC. If the service does not report that time, when the provider saw the end. " +
					"While this is null and the job has not failed, the next apply waits for the same job.",
			),
			"restored_to": computed(
				"The point in time of the restored data: RFC 3339, UTC. If there are several, the earliest; for a DWS snapshot, " +
					"when it was started. Null if it is unknown, as for an imported restore to the latest moment.",
			),
			"duration_seconds": schema.Int64Attribute{
				Computed: true,
				MarkdownDescription: "How long the restore took in seconds, from its submission to its end: " +
					"the time that an operator waits.",
			},
			"data_age_seconds": schema.Int64Attribute{
				Computed: true,
				MarkdownDescription: "The age of the restored data in seconds when the restore was submitted: " +
					"`submitted_at` minus `restored_to`.",
			},
			"restored_objects": computedStrings(
				"The fully qualified names of the restored objects. " +
					"If the service chose a name, it has the form that the service documents, " +
					"with `<timestamp>` for the part that the service does not report. " +
					"Null until the restore has completed, and if it failed.",
			),
			"cleanup_statements": computedStrings(
				"For each of `restored_objects`, a statement that drops it, with quoted names. The provider never runs them. " +
					"If the service chose the name, the statement is a comment.",
			),
			"triggers": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Arbitrary values. Setting or changing one starts a new restore; removing one does not.",
			},
			"on_timeout": schema.StringAttribute{
				Optional: true, Validators: []validator.String{stringvalidator.OneOf(onTimeoutFail, onTimeoutDetach)},
				MarkdownDescription: "What the apply does if the restore is still running after the timeout. " +
					"`fail` (the default) is an error, so that no dependent resource runs; `detach` is a warning. " +
					"In both cases the job continues, and the next apply waits for it again.",
			},
			"preflight": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether to check, in the plan and again just before the restore starts, " +
					"for what the service would reject. Defaults to the provider's `preflight`. " +
					"Names with other characters than printable ASCII are looked up in any case, just before the restore: " +
					"Terraform may have them in another Unicode form than the service, which takes names as bytes.",
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

// timeoutsAttribute is the usual timeouts attribute. Its module gives it no description, and takes any duration.
func timeoutsAttribute(ctx context.Context) schema.Attribute {
	attribute := timeouts.Attributes(ctx, timeouts.Opts{
		Create: true, Update: true,
		CreateDescription: "How long to wait until the service is free and the job has ended, such as `90m`. " +
			"It counts from when it is this restore's turn. Defaults to `3h`.",
		UpdateDescription: "How long an apply that resumes an unfinished restore waits, such as `90m`. Defaults to `3h`.",
	})
	if nested, ok := attribute.(schema.SingleNestedAttribute); ok {
		nested.MarkdownDescription = "How long an apply waits for a restore. " + ChangeCallsNothing
		for name, attribute := range nested.Attributes {
			if timeout, ok := attribute.(schema.StringAttribute); ok {
				timeout.Validators = []validator.String{validators.Timeout{}}
				nested.Attributes[name] = timeout
			}
		}
		return nested
	}
	return attribute
}

// identityAttributes are what identifies a restore without its state; target is "instance_id" or "snapshot_id".
func identityAttributes(target string) map[string]identityschema.Attribute {
	return map[string]identityschema.Attribute{
		target:       identityschema.StringAttribute{RequiredForImport: true},
		"job_id":     identityschema.StringAttribute{RequiredForImport: true},
		"region":     identityschema.StringAttribute{OptionalForImport: true},
		"project_id": identityschema.StringAttribute{OptionalForImport: true},
	}
}
