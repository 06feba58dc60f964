// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
)

// ModifyPlan decides what a change means: nothing, an update that calls nothing, an update that goes on with an unfinished
// job, or a new restore, and says so before it happens.
func (r *restoreResource[M]) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var config, plan, state M
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		if resp.Diagnostics.HasError() {
			return
		}
	}
	if req.Plan.Raw.IsNull() {
		// Being removed; Delete says what stays.
		if unfinished(r.common(&state)) {
			resp.Diagnostics.Append(r.rememberInPlan(ctx, state)...)
		}
		return
	}
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if req.State.Raw.IsNull() {
		r.planNew(ctx, config, &plan, resp)
		return
	}
	mark, diags := req.Private.GetKey(ctx, adoptedKey)
	resp.Diagnostics.Append(diags...)
	// The private mark is not all there is to go by: Terraform loses it when a provider is killed in an Update.
	adopted := mark != nil || r.lacksParameters(ctx, config, state)
	if common := r.common(&plan); r.common(&config).Region.IsNull() {
		common.Region = r.common(&state).Region // a restore stays where it ran, wherever the provider looks meanwhile
	}
	changed := r.changes(ctx, config, state, adopted)
	if r.common(&state).Status.ValueString() == string(client.JobFailed) {
		changed = append(changed, "status")
	}
	if len(changed) > 0 {
		r.planAnother(ctx, config, &plan, state, changed, resp)
		return
	}
	r.planSame(ctx, req, config, &plan, state, adopted, resp)
}

// planNew plans a restore without a state. Terraform also asks for this, with the same request, when a tainted restore is
// replaced; Read has then left the unfinished job in memory.
func (r *restoreResource[M]) planNew(ctx context.Context, config M, plan *M, resp *resource.ModifyPlanResponse) {
	common := r.common(plan)
	if common.Region.IsUnknown() && r.common(&config).Region.IsNull() && r.client != nil {
		common.Region = types.StringValue(r.client.Region())
	}
	resp.Diagnostics.Append(r.complete(ctx, config, plan)...)
	if key, known := r.restoreKey(ctx, *plan); known {
		if job, found := r.memory.plan(key); found {
			common.ID, common.JobID = types.StringValue(job.id), types.StringValue(job.id)
			resp.Diagnostics.Append(warnResumes(r.targetID(plan).ValueString(), job.id))
		}
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

// planAnother plans to replace what was restored by a new restore.
func (r *restoreResource[M]) planAnother(ctx context.Context, config M, plan *M, state M, changed []string, resp *resource.ModifyPlanResponse) {
	common := r.common(plan)
	common.ID, common.JobID = types.StringUnknown(), types.StringUnknown()
	common.Status, common.SubmittedAt, common.FinishedAt = types.StringUnknown(), types.StringUnknown(), types.StringUnknown()
	resp.Diagnostics.Append(r.complete(ctx, config, plan)...)
	for _, name := range changed {
		resp.RequiresReplace.Append(path.Root(name))
	}
	resp.Diagnostics.Append(warnRunsAgain(r.common(&state), changed))
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

// planSame plans to keep the restore. What is written differently but means the same stays as it is in the state, so that
// there is no change to show; Terraform allows a plan to keep a prior value for that purpose.
func (r *restoreResource[M]) planSame(ctx context.Context, req resource.ModifyPlanRequest, config M, plan *M, state M, adopted bool, resp *resource.ModifyPlanResponse) {
	common, before := r.common(plan), r.common(&state)
	common.ID, common.JobID, common.SubmittedAt = before.ID, before.JobID, before.SubmittedAt
	common.Status, common.FinishedAt = before.Status, before.FinishedAt
	if unfinished(before) {
		common.Status, common.FinishedAt = types.StringUnknown(), types.StringUnknown()
	}
	resp.Diagnostics.Append(r.complete(ctx, config, plan)...)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
	have := r.parameters(ctx, state)
	for name := range r.parameters(ctx, config) {
		if _, inState := have[name]; adopted && !inState {
			continue
		}
		value, diags := attribute(ctx, req.State, name)
		resp.Diagnostics.Append(diags...)
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root(name), value)...)
	}
}
