// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// What on_timeout can say.
const (
	onTimeoutFail   = "fail"
	onTimeoutDetach = "detach"
)

// latestDescription says what "latest" means, for the attributes that take it.
const latestDescription = "`latest` is the newest moment that the service offers when the restore starts."

// restoreModel is what all restores have in common: the restore's evidence, and how Terraform is to run it. What is
// restored is each resource's own.
type restoreModel struct {
	restoreEvidence
	ID        types.String   `tfsdk:"id"`
	JobID     types.String   `tfsdk:"job_id"`
	Region    types.String   `tfsdk:"region"`
	Status    types.String   `tfsdk:"status"`
	Triggers  types.Map      `tfsdk:"triggers"`
	OnTimeout types.String   `tfsdk:"on_timeout"`
	Preflight types.Bool     `tfsdk:"preflight"`
	Timeouts  timeouts.Value `tfsdk:"timeouts"`
}

// restoreAttributes joins a resource's own attributes with those that all restores share.
func restoreAttributes(ctx context.Context, own map[string]schema.Attribute) map[string]schema.Attribute {
	shared := map[string]schema.Attribute{
		"id": schema.StringAttribute{
			Computed: true, MarkdownDescription: "The same as `job_id`.",
		},
		"job_id": schema.StringAttribute{
			Computed: true, MarkdownDescription: "The id of the service's job that runs the restore.",
		},
		"region": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "The region of the restore. By default the provider's. A change runs the restore again.",
			Validators:          []validator.String{anyName},
		},
		"status": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "`Running`, `Completed` or `Failed`, as last seen.",
		},
		"submitted_at": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "When the restore was sent to the service that accepted it: RFC 3339, UTC. For an imported restore, when the service began its job; null where it says so without a zone, as DWS does.",
		},
		"started_at": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "When the service began the job, by its own word: RFC 3339, UTC. Null where it does not say.",
		},
		"finished_at": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "When the job ended, or was seen to have ended where the service does not say when: RFC 3339, UTC. While it is null and the job has not failed, the next apply waits for the same job.",
		},
		"restored_to": schema.StringAttribute{
			Computed: true,
			MarkdownDescription: "The moment that was restored to: RFC 3339, UTC. Of several, the earliest; of a DWS snapshot, when it was begun. " +
				"Null where that cannot be told, as for an imported restore to the latest moment.",
		},
		"duration_seconds": schema.Int64Attribute{
			Computed:            true,
			MarkdownDescription: "How long the restore took from its submission to its end, which is what an operator waits for.",
		},
		"data_age_seconds": schema.Int64Attribute{
			Computed:            true,
			MarkdownDescription: "How old the restored data was when the restore was submitted: `submitted_at` minus `restored_to`.",
		},
		"restored_objects": schema.ListAttribute{
			Computed: true, ElementType: types.StringType,
			MarkdownDescription: "The fully qualified names of what was restored, as they are now. Where the service chose a name, the form that it documents, with `<timestamp>` for what nobody tells. " +
				"Null until the restore has completed, and for one that failed.",
		},
		"cleanup_statements": schema.ListAttribute{
			Computed: true, ElementType: types.StringType,
			MarkdownDescription: "For each of `restored_objects` the statement that would drop it, with names quoted. The provider never runs any. Where the service chose the name, it is a comment.",
		},
		"triggers": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Values of your own. A change of one runs the restore again.",
		},
		"on_timeout": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "What an apply does whose restore is still running when the timeout is over: `fail` (the default) is an error, so that nothing that depends on it runs; " +
				"`detach` is a warning. In both cases the job goes on, and the next apply waits for it again. A change calls nothing.",
			Validators: []validator.String{stringvalidator.OneOf(onTimeoutFail, onTimeoutDetach)},
		},
		"preflight": schema.BoolAttribute{
			Optional:            true,
			MarkdownDescription: "Whether to look up before a restore, in the plan and just before it starts, what the service would refuse. By default the provider's. A change calls nothing.",
		},
		"timeouts": timeoutsAttribute(ctx),
	}
	maps.Copy(shared, own)
	return shared
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
