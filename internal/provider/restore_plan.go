// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
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
		r.planGone(ctx, state, resp)
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
	resp.Diagnostics.Append(r.foresee(ctx, config, &plan)...)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
	changed := r.replacing(ctx, resp.Plan, req.State, config, state, adopted)
	if len(changed) > 0 {
		r.planAnother(ctx, config, &plan, state, changed, resp)
		return
	}
	r.planSame(ctx, req, config, &plan, state, adopted, resp)
}

// replacing are the attributes for which the restore has to run again. Terraform replaces a resource only for an attribute
// whose planned value differs; one that ignore_changes holds back does not.
func (r *restoreResource[M]) replacing(ctx context.Context, plan tfsdk.Plan, prior tfsdk.State, config, state M, adopted bool) []string {
	var changed []string
	for _, name := range r.changes(ctx, config, state, adopted) {
		var planned, before attr.Value
		if plan.GetAttribute(ctx, path.Root(name), &planned).HasError() || prior.GetAttribute(ctx, path.Root(name), &before).HasError() {
			continue
		}
		if !planned.Equal(before) {
			changed = append(changed, name)
		}
	}
	if r.common(&state).Status.ValueString() == string(client.JobFailed) {
		changed = append(changed, "status")
	}
	return changed
}

// planGone plans the removal of a resource; Delete says what stays. An unfinished job is handed over to nobody that way: it
// goes with a resource that was renamed without a "moved" block, or with an object that create_before_destroy has left
// deposed. If the same restore is planned anew beside it, it would run twice.
func (r *restoreResource[M]) planGone(ctx context.Context, state M, resp *resource.ModifyPlanResponse) {
	if !unfinished(r.common(&state)) {
		return
	}
	r.remember(ctx, state)
	if key, known := r.restoreKey(ctx, state); known && r.memory.leave(key) {
		resp.Diagnostics.Append(r.errorPlannedTwice(state))
	}
}

// planNew plans a restore without a state. Terraform also asks for this, with the same request, when a tainted restore is
// replaced; Read has then left the unfinished job in memory.
func (r *restoreResource[M]) planNew(ctx context.Context, config M, plan *M, resp *resource.ModifyPlanResponse) {
	common := r.common(plan)
	if common.Region.IsUnknown() && r.common(&config).Region.IsNull() && r.client != nil {
		common.Region = types.StringValue(r.client.Region())
	}
	resp.Diagnostics.Append(r.foresee(ctx, config, plan)...)
	asked := config
	r.common(&asked).Region = common.Region
	var before remembered
	if key, known := r.restoreKey(ctx, asked); known {
		before = r.memory.plan(key)
		switch {
		case before.ambiguous:
			common.JobID = types.StringValue(before.job.id)
			resp.Diagnostics.Append(r.errorPlannedTwice(*plan))
			return
		case before.found:
			common.ID, common.JobID = types.StringValue(before.job.id), types.StringValue(before.job.id)
			resp.Diagnostics.Append(warnResumes(r.targetID(plan).ValueString(), before.job.id))
		case before.ended != "":
			resp.Diagnostics.Append(warnRunsOnceMore(before.ended, before.failed))
		}
	}
	if !before.found {
		resp.Diagnostics.Append(r.preflightPlan(ctx, asked)...)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

// foresee writes what the configuration leaves to the provider into the plan of a new restore, as far as it can be known yet.
func (r *restoreResource[M]) foresee(ctx context.Context, config M, plan *M) diag.Diagnostics {
	common := r.common(plan)
	common.RestoredTo = types.StringUnknown()
	if at := r.named(ctx, config); !at.IsZero() {
		common.RestoredTo = types.StringValue(pointintime.Format(at))
	}
	return r.complete(ctx, config, plan)
}

// planAnother plans to replace what was restored by a new restore.
func (r *restoreResource[M]) planAnother(ctx context.Context, config M, plan *M, state M, changed []string, resp *resource.ModifyPlanResponse) {
	common := r.common(plan)
	common.ID, common.JobID = types.StringUnknown(), types.StringUnknown()
	common.Status, common.SubmittedAt, common.DataAgeSeconds = types.StringUnknown(), types.StringUnknown(), types.Int64Unknown()
	common.pending()
	for _, name := range changed {
		resp.RequiresReplace.Append(path.Root(name))
	}
	resp.Diagnostics.Append(warnRunsAgain(r.common(&state), r.described(ctx, config, changed)))
	// Terraform plans the replacement once more, without the state, but then drops what is only a warning.
	asked := config
	r.common(&asked).Region = common.Region
	resp.Diagnostics.Append(r.preflightPlan(ctx, asked)...)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

// planSame plans to keep the restore. What is written differently but means the same stays as it is in the state, so that
// there is no change to show; Terraform allows a plan to keep a prior value for that purpose.
func (r *restoreResource[M]) planSame(ctx context.Context, req resource.ModifyPlanRequest, config M, plan *M, state M, adopted bool, resp *resource.ModifyPlanResponse) {
	common, before := r.common(plan), r.common(&state)
	common.ID, common.JobID, common.Status, common.restoreEvidence = before.ID, before.JobID, before.Status, before.restoreEvidence
	if unfinished(before) {
		common.Status = types.StringUnknown()
		common.pending()
	}
	at, told := momentOf(before.RestoredTo)
	if !told && (adopted || unfinished(before)) { // which is updated in any case
		at = r.named(ctx, config)
	}
	resp.Diagnostics.Append(r.settle(ctx, config, plan, at)...)
	if !told && !at.IsZero() {
		common.DataAgeSeconds = common.dataAge()
	}
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

// described names what changed, and what counts as a change only because it is not known yet.
func (r *restoreResource[M]) described(ctx context.Context, config M, changed []string) []string {
	wanted := r.identityOfRestore(ctx, config)
	var described []string
	for _, name := range changed {
		if value, given := wanted[name]; given && value == "" {
			name += " (which is known only after apply, and so counts as a change)"
		}
		described = append(described, name)
	}
	return described
}

// withoutUnknown is a plan with null for what the provider has yet to fill in, so that its parameters are those of the
// configuration.
func withoutUnknown[M any](ctx context.Context, plan tfsdk.Plan) (m M, diags diag.Diagnostics) {
	raw, err := tftypes.Transform(plan.Raw, func(_ *tftypes.AttributePath, value tftypes.Value) (tftypes.Value, error) {
		if !value.IsKnown() {
			return tftypes.NewValue(value.Type(), nil), nil
		}
		return value, nil
	})
	if err != nil {
		diags.AddError("The plan cannot be read", err.Error())
		return m, diags
	}
	plan.Raw = raw
	return m, plan.Get(ctx, &m)
}

// settle writes down the moment that is restored to, and what depends on it; zero is none that could be told.
func (r *restoreResource[M]) settle(ctx context.Context, config M, plan *M, at time.Time) diag.Diagnostics {
	common := r.common(plan)
	if common.RestoredTo = types.StringNull(); !at.IsZero() {
		common.RestoredTo = types.StringValue(pointintime.Format(at))
	}
	return r.complete(ctx, config, plan)
}
