// SPDX-License-Identifier: MPL-2.0

package restore

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
	"terraform-provider-x/internal/provider/lookup"
	"terraform-provider-x/internal/provider/validators"
)

// jobDataSource shows a job of any of the services, whoever started it (RDS API reference, "Obtaining Information About
// a Task with a Specified ID"; DDS API reference, "Obtaining Task Information of a Specified ID"; DWS API reference,
// "Querying the Task Progress").
type jobDataSource struct {
	lookup.RegionArgument
	Service     types.String `tfsdk:"service"`
	JobID       types.String `tfsdk:"job_id"`
	JobName     types.String `tfsdk:"name"`
	InstanceID  types.String `tfsdk:"instance_id"`
	Status      types.String `tfsdk:"status"`
	Reason      types.String `tfsdk:"reason"`
	Progress    types.String `tfsdk:"progress"`
	CreatedAt   types.String `tfsdk:"created_at"`
	CreatedAtMS types.Int64  `tfsdk:"created_at_ms"`
	EndedAt     types.String `tfsdk:"ended_at"`
	EndedAtMS   types.Int64  `tfsdk:"ended_at_ms"`
}

// NewJobDataSource returns the model of x_restore_job.
func NewJobDataSource() lookup.Model { return &jobDataSource{} }

func (*jobDataSource) Name() string { return "restore_job" }

func (*jobDataSource) Description() string {
	return "Reads the status of an RDS, DDS or DWS job, such as a restore that another configuration started. " +
		"It does not wait for the job. The services know a job only some seconds after it started; " +
		"RDS and DDS forget it after a month."
}

func (*jobDataSource) Attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"service": schema.StringAttribute{
			Required: true, Validators: []validator.String{stringvalidator.OneOf(client.JobServices()...)},
			MarkdownDescription: "The service that runs the job: `rds`, `dds` or `dws`.",
		},
		"job_id": schema.StringAttribute{
			Required: true, Validators: []validator.String{validators.ID}, MarkdownDescription: "The job's id.",
		},
		"name": lookup.ComputedText("The service's name for this kind of job, such as `MongodbRestoreTable`. " +
			"Null if the service does not report it."),
		"instance_id": lookup.ComputedText(
			"The id of the instance that the job works on. Null if the service does not report it, which DWS never does.",
		),
		"status": lookup.ComputedText("The status of the job: `Running`, `Completed` or `Failed`."),
		"reason": lookup.ComputedText("Why the job failed, as the service reports it. " +
			"Null unless the job has failed."),
		"progress": lookup.ComputedText("The progress of the job, such as `60%`. " +
			"Null if the service does not report it."),
		"created_at":    lookup.ComputedText("When the job started: RFC 3339, UTC. Null if the service does not report it."),
		"created_at_ms": lookup.ComputedNumber("`created_at` in epoch milliseconds."),
		"ended_at":      lookup.ComputedText("When the job ended: RFC 3339, UTC. Null unless the job has ended."),
		"ended_at_ms":   lookup.ComputedNumber("`ended_at` in epoch milliseconds."),
	}
}

func (m *jobDataSource) Read(ctx context.Context, look lookup.Region) diag.Diagnostics {
	// The cache keeps no job: unlike what can be restored, a job changes between two lookups.
	jobs, err := look.Client.JobService(m.Service.ValueString())
	var job client.Job
	if err == nil {
		job, err = jobs.Job(ctx, m.JobID.ValueString())
	}
	if err != nil {
		return diag.Diagnostics{lookup.Error(ctx, look, path.Root("job_id"), err)}
	}
	if job.Status != client.JobFailed {
		job.Reason = ""
	}
	if job.Status == client.JobRunning {
		job.Ended = time.Time{} // DDS shows the end that it expects
	}
	m.JobName, m.InstanceID, m.Status = lookup.Text(
		job.Name,
	), lookup.Text(
		job.InstanceID,
	), types.StringValue(
		string(job.Status),
	)
	m.Reason, m.Progress = lookup.Text(job.Reason), lookup.Text(job.Progress)
	m.CreatedAt, m.CreatedAtMS = lookup.Time(job.Created), lookup.Milliseconds(job.Created)
	m.EndedAt, m.EndedAtMS = lookup.Time(job.Ended), lookup.Milliseconds(job.Ended)
	return nil
}
