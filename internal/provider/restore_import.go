// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
)

// adoptedKey marks, in private state, a restore that was imported or moved here: the next plan takes over from the
// configuration what the state cannot know, instead of restoring again. Update removes the mark.
const adoptedKey = "adopted"

var adoptedMark = []byte(`true`)

// ImportState takes over a restore by INSTANCE_ID/JOB_ID (SNAPSHOT_ID/JOB_ID), with REGION/ before it for another region than
// the provider's, or by its identity. Read, which Terraform calls next, looks whether the job exists.
func (r *restoreResource[M]) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	var target, jobID, region, project types.String
	if req.ID != "" {
		identity, err := parseImportID(req.ID)
		if err != nil {
			resp.Diagnostics.AddError("Not an import id",
				fmt.Sprintf("%v. The id is %s/JOB_ID: the %s, a slash, and the id of the job that runs or ran the restore.", err, strings.ToUpper(r.target), r.target))
			return
		}
		target, jobID = types.StringValue(identity.target), types.StringValue(identity.jobID)
		region = types.StringValue(identity.region)
	} else {
		for name, value := range map[string]*types.String{r.target: &target, "job_id": &jobID, "region": &region, "project_id": &project} {
			resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root(name), value)...)
		}
	}
	c, diags := r.inRegion(region)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if mine, err := c.ProjectID(ctx); err == nil && !project.IsNull() && project.ValueString() != mine {
		resp.Diagnostics.AddError("Another project",
			fmt.Sprintf("The identity names project %s, but the provider works in project %s of region %s. Import with the provider configuration of that project.",
				project.ValueString(), mine, c.Region()))
		return
	}
	for name, value := range map[string]types.String{r.target: target, "id": jobID, "job_id": jobID, "region": types.StringValue(c.Region())} {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), value)...)
	}
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, adoptedKey, adoptedMark)...)
}

// importID is what finds a restore again. An empty region is the provider's.
type importID struct{ region, target, jobID string }

// parseImportID splits TARGET/JOB_ID or REGION/TARGET/JOB_ID.
func parseImportID(text string) (importID, error) {
	parts := strings.Split(text, "/")
	if len(parts) == 2 {
		parts = append([]string{""}, parts...)
	}
	switch {
	case len(parts) != 3 || parts[1] == "" || parts[2] == "":
		return importID{}, fmt.Errorf("%q is not two ids with a slash between them", text)
	case strings.ContainsAny(text, " \t\r\n?#%\\"):
		return importID{}, fmt.Errorf("%q has characters that no id has", text)
	}
	return importID{parts[0], parts[1], parts[2]}, nil
}

// readImported completes what ImportState began. Unlike every other Read it fails where the job is not found: nothing was
// adopted yet, so nothing can be lost.
func (r *restoreResource[M]) readImported(ctx context.Context, state *M, resp *resource.ReadResponse) {
	common := r.common(state)
	c, diags := r.inRegion(common.Region)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	job, err := r.job(c, ctx, common.JobID.ValueString())
	target := r.targetID(state).ValueString()
	switch {
	case err == nil && job.InstanceID != "" && job.InstanceID != target:
		err = fmt.Errorf("it is a job of %s, not of %s", job.InstanceID, target)
	case err == nil && r.jobName != "" && job.Name != "" && job.Name != r.jobName:
		err = fmt.Errorf("it is not a restore but a %q", job.Name)
	}
	if err != nil {
		resp.Diagnostics.Append(errorNotImported(common.JobID.ValueString(), err))
		return
	}
	common.Status = types.StringValue(string(job.Status))
	if !isRestore(job) && job.Name != "" {
		resp.Diagnostics.Append(warnNotARestore(job))
	}
	// A time without a zone may be off by hours, and nothing here tells by how many.
	if submitted := job.Created; !submitted.IsZero() && !job.NoZone {
		if now := r.clock.Now(); submitted.After(now) {
			submitted = now // another clock
		}
		common.SubmittedAt = types.StringValue(pointintime.Format(submitted.Truncate(time.Second)))
	}
	r.memory.begin(r.scope(target), job.ID)
	if resp.Identity != nil { // after an import by identity it may lack what is optional
		resp.Identity.Raw = tftypes.NewValue(resp.Identity.Schema.Type().TerraformType(ctx), nil)
	}
	resp.Diagnostics.Append(r.identify(ctx, resp.Identity, state, projectFor(ctx, c))...)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

// identify writes the resource identity, unless there is one already: an identity must never change. Terraform before 1.12
// keeps none, so that every Read has to write it, without a call; the project then stays out of it.
func (r *restoreResource[M]) identify(ctx context.Context, identity *tfsdk.ResourceIdentity, m *M, project string) diag.Diagnostics {
	if identity == nil || !identity.Raw.IsFullyNull() {
		return nil
	}
	common := r.common(m)
	values := map[string]types.String{
		r.target: *r.targetID(m), "job_id": common.JobID, "region": common.Region, "project_id": types.StringNull(),
	}
	if project != "" {
		values["project_id"] = types.StringValue(project)
	}
	var diags diag.Diagnostics
	for name, value := range values {
		diags.Append(identity.SetAttribute(ctx, path.Root(name), value)...)
	}
	return diags
}

// projectFor is the project for an identity, "" where it cannot be told. It was looked up for the call before.
func projectFor(ctx context.Context, c *client.Client) string {
	project, err := c.ProjectID(ctx)
	if err != nil {
		return ""
	}
	return project
}

// attribute is one attribute of a state, as it is.
func attribute(ctx context.Context, state tfsdk.State, name string) (attr.Value, diag.Diagnostics) {
	var value attr.Value
	diags := state.GetAttribute(ctx, path.Root(name), &value)
	return value, diags
}
