// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
)

// restoreJob shows a job of any of the services, whoever started it (RDS API reference, "Obtaining Information About a Task with
// a Specified ID"; DDS API reference, "Obtaining Task Information of a Specified ID"; DWS API reference, "Querying the Task
// Progress").
var restoreJob = dataSourceSpec[restoreJobModel]{
	name: "restore_job",
	about: "Shows where a job of RDS, DDS or DWS stands, such as a restore that another configuration started. It waits for nothing. " +
		"The services know a job from some seconds after it began; RDS and DDS forget it after a month.",
	attributes: restoreJobAttributes,
	region:     func(m *restoreJobModel) *types.String { return &m.Region },
	read:       readRestoreJob,
}

type restoreJobModel struct {
	Region      types.String `tfsdk:"region"`
	Service     types.String `tfsdk:"service"`
	JobID       types.String `tfsdk:"job_id"`
	Name        types.String `tfsdk:"name"`
	InstanceID  types.String `tfsdk:"instance_id"`
	Status      types.String `tfsdk:"status"`
	Reason      types.String `tfsdk:"reason"`
	Progress    types.String `tfsdk:"progress"`
	CreatedAt   types.String `tfsdk:"created_at"`
	CreatedAtMS types.Int64  `tfsdk:"created_at_ms"`
	EndedAt     types.String `tfsdk:"ended_at"`
	EndedAtMS   types.Int64  `tfsdk:"ended_at_ms"`
}

func restoreJobAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"service": schema.StringAttribute{
			Required: true, Validators: []validator.String{stringvalidator.OneOf("rds", "dds", "dws")},
			MarkdownDescription: "The service whose job it is: `rds`, `dds` or `dws`.",
		},
		"job_id":        schema.StringAttribute{Required: true, Validators: []validator.String{anyName}, MarkdownDescription: "The job's id."},
		"name":          computedText("What kind of job it is, in the service's words, such as `MongodbRestoreTable`. Null where the service does not say."),
		"instance_id":   computedText("The instance that the job works on. Null where the service does not say, as DWS never does."),
		"status":        computedText("`Running`, `Completed` or `Failed`."),
		"reason":        computedText("Why the job failed, in the service's words. Null unless it has."),
		"progress":      computedText("How far the job is, such as `60%`. Null where the service does not say."),
		"created_at":    computedText("When the job began: RFC 3339, UTC. Null where the service does not say."),
		"created_at_ms": computedNumber("The same in epoch milliseconds."),
		"ended_at":      computedText("When the job ended: RFC 3339, UTC. Null unless it has."),
		"ended_at_ms":   computedNumber("The same in epoch milliseconds."),
	}
}

func readRestoreJob(ctx context.Context, look lookups, m *restoreJobModel) diag.Diagnostics {
	// Nothing is kept: unlike what there is to restore, a job moves on from one question to the next.
	ask := map[string]func(context.Context, string) (client.Job, error){
		"rds": look.client.RDSJob, "dds": look.client.DDSJob, "dws": look.client.DWSJob,
	}[m.Service.ValueString()]
	job, err := ask(ctx, m.JobID.ValueString())
	if err != nil {
		return diag.Diagnostics{errorLookup(ctx, look, path.Root("job_id"), err)}
	}
	if job.Status != client.JobFailed {
		job.Reason = ""
	}
	if job.Status == client.JobRunning {
		job.Ended = time.Time{} // DDS shows the end that it expects
	}
	m.Name, m.InstanceID, m.Status = textOf(job.Name), textOf(job.InstanceID), types.StringValue(string(job.Status))
	m.Reason, m.Progress = textOf(job.Reason), textOf(job.Progress)
	m.CreatedAt, m.CreatedAtMS = timeOf(job.Created), millisecondsOf(job.Created)
	m.EndedAt, m.EndedAtMS = timeOf(job.Ended), millisecondsOf(job.Ended)
	return nil
}
