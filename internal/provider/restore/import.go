// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"context"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
	"terraform-provider-x/internal/provider/validators"
)

// adoptedKey marks, in private state, a restore that was imported or moved here. The next plan takes from the
// configuration what the state cannot know, instead of restoring again. Update removes the mark.
const adoptedKey = "adopted"

var adoptedMark = []byte(`true`)

// ImportState takes over a restore by INSTANCE_ID/JOB_ID (SNAPSHOT_ID/JOB_ID), with REGION/ before it for another
// region than the provider's, or by its identity. Read, which Terraform calls next, checks that the job exists.
func (r *restoreResource) ImportState(
	ctx context.Context,
	req resource.ImportStateRequest,
	resp *resource.ImportStateResponse,
) {
	id, diags := r.importID(ctx, req)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	c, diags := r.inRegion(types.StringValue(id.region))
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if mine, err := c.ProjectID(ctx); err == nil && id.projectID != "" && id.projectID != mine {
		resp.Diagnostics.Append(errorAnotherProject(id.projectID, mine, c.Region()))
		return
	}
	for name, value := range map[string]string{
		r.Target: id.targetID, "id": id.jobID, "job_id": id.jobID, "region": c.Region(),
	} {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), value)...)
	}
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, adoptedKey, adoptedMark)...)
}

// importID identifies a restore. An empty region is the provider's; an empty project was not given.
type importID struct{ region, targetID, jobID, projectID string }

// importID reads the id or the identity of an import.
func (r *restoreResource) importID(ctx context.Context, req resource.ImportStateRequest) (importID, diag.Diagnostics) {
	if req.ID != "" {
		id, err := parseImportID(req.ID, r.Target)
		if err != nil {
			return id, diag.Diagnostics{r.errorImportID(err)}
		}
		return id, nil
	}
	var id importID
	var diags diag.Diagnostics
	for name, field := range map[string]*string{
		r.Target: &id.targetID, "job_id": &id.jobID, "region": &id.region, "project_id": &id.projectID,
	} {
		var value types.String
		diags.Append(req.Identity.GetAttribute(ctx, path.Root(name), &value)...)
		*field = value.ValueString()
	}
	if err := id.check(r.Target); err != nil && !diags.HasError() {
		diags.Append(errorIdentity(err))
	}
	return id, diags
}

// check rejects what cannot be an id or a region, before anything is asked about it; target is the name of the target's
// attribute.
func (id importID) check(target string) error {
	for _, part := range []struct {
		name, text string
		of         validators.Token
	}{
		{target, id.targetID, validators.ID}, {"job_id", id.jobID, validators.ID},
		{"region", id.region, validators.Region}, {"project_id", id.projectID, validators.ID},
	} {
		optional := part.name == "region" || part.name == "project_id"
		if !part.of.Matches(part.text) && (!optional || part.text != "") {
			return errImportIDPart(part.name, part.text)
		}
	}
	return nil
}

// parseImportID splits TARGET/JOB_ID or REGION/TARGET/JOB_ID; target is the name of the target's attribute.
func parseImportID(text, target string) (importID, error) {
	parts := strings.Split(text, "/")
	if len(parts) == 2 {
		parts = append([]string{""}, parts...)
	}
	if len(parts) != 3 || parts[1] == "" || parts[2] == "" {
		return importID{}, errImportIDForm(text)
	}
	id := importID{region: parts[0], targetID: parts[1], jobID: parts[2]}
	if err := id.check(target); err != nil {
		return importID{}, err
	}
	return id, nil
}

// readImported completes what ImportState started. Unlike every other Read, it fails if the job is not found: nothing
// was adopted yet, so nothing can be lost.
func (r *restoreResource) readImported(ctx context.Context, state Model, resp *resource.ReadResponse) {
	common := state.common()
	c, diags := r.inRegion(common.Region)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	job, err := r.jobsOf(c).Job(ctx, common.JobID.ValueString())
	switch {
	case err != nil:
	case job.InstanceID != "" && job.InstanceID != state.TargetID():
		err = errOtherTarget(job, state.TargetID())
	case r.JobName != "" && job.Name != "" && !r.isOfKind(job):
		err = errOtherKind(job)
	}
	if err != nil {
		resp.Diagnostics.Append(errorNotImported(common.JobID.ValueString(), err))
		return
	}
	common.Status = types.StringValue(string(job.Status))
	if job.Name != "" && !r.isOfKind(job) {
		resp.Diagnostics.Append(warnNotARestore(job))
	}
	common.SubmittedAt = r.submittedAt(job)
	r.own.noteRunning(r.ownJob(state))
	r.own.noteSeen(r.ownJob(state), job, r.clock.Now())
	if resp.Identity != nil { // after an import by identity it may lack what is optional
		resp.Identity.Raw = tftypes.NewValue(resp.Identity.Schema.Type().TerraformType(ctx), nil)
	}
	resp.Diagnostics.Append(r.identify(ctx, resp.Identity, state, projectFor(ctx, c))...)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

// submittedAt is when an imported job started, null if unknown. A time without a time zone may be hours off, and
// nothing here shows by how many.
func (r *restoreResource) submittedAt(job client.Job) types.String {
	if job.Created.IsZero() || job.NoZone {
		return types.StringNull()
	}
	submitted := job.Created
	if now := r.clock.Now(); submitted.After(now) {
		submitted = now // another clock
	}
	return types.StringValue(pointintime.Format(submitted.Truncate(time.Second)))
}

// identify writes the resource identity, unless there is one already: an identity must never change. Terraform before
// 1.12 keeps none, so every Read has to write it, without a call; it then has no project.
func (r *restoreResource) identify(
	ctx context.Context,
	identity *tfsdk.ResourceIdentity,
	m Model,
	project string,
) diag.Diagnostics {
	if identity == nil || !identity.Raw.IsFullyNull() {
		return nil
	}
	common := m.common()
	values := map[string]types.String{
		r.Target: types.StringValue(m.TargetID()), "job_id": common.JobID,
		"region": common.Region, "project_id": types.StringNull(),
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

// projectFor is the project for an identity, "" if unknown. The call before has looked it up.
func projectFor(ctx context.Context, c *client.Client) string {
	project, err := c.ProjectID(ctx)
	if err != nil {
		return ""
	}
	return project
}
