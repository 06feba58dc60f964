// SPDX-License-Identifier: MPL-2.0

package restore

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
	"terraform-provider-x/internal/provider/lookup"
)

// ModifyPlan decides what a change means, and says so: nothing, an update without a call, an update that resumes an
// unfinished job, or a new restore.
func (r *restoreResource) ModifyPlan(
	ctx context.Context,
	req resource.ModifyPlanRequest,
	resp *resource.ModifyPlanResponse,
) {
	config, plan, state := r.newModel(), r.newModel(), r.newModel()
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, state)...)
	}
	if !req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(req.Config.Get(ctx, config)...)
		resp.Diagnostics.Append(req.Plan.Get(ctx, plan)...)
	}
	switch {
	case resp.Diagnostics.HasError():
	case req.Plan.Raw.IsNull():
		r.planRemoval(state, resp)
	case req.State.Raw.IsNull():
		r.planWithoutState(ctx, config, plan, resp)
	default:
		r.planWithState(ctx, req, plannedChange{config: config, plan: plan, state: state}, resp)
	}
}

// plannedChange is a restore that is planned with its state.
type plannedChange struct {
	config, plan, state Model
	// adopted: imported or moved here, so that the state lacks what only the configuration knows.
	adopted bool
}

// planRemoval plans the removal of a resource; Delete says what stays. Nothing resumes an unfinished job that is
// removed by itself: that of a resource that was renamed without a "moved" block, or of an object that
// create_before_destroy has left deposed. If the same restore is also planned anew, it would run twice.
func (r *restoreResource) planRemoval(state Model, resp *resource.ModifyPlanResponse) {
	jobID := state.common().JobID.ValueString()
	if state.common().unfinished() && r.states.planRemoval(jobID) {
		resp.Diagnostics.Append(errorPlannedTwice(state.TargetID(), jobID))
	}
}

// planWithoutState plans a restore without a state. Terraform sends the same request to replace a tainted restore.
func (r *restoreResource) planWithoutState(ctx context.Context, config, plan Model, resp *resource.ModifyPlanResponse) {
	common := plan.common()
	if common.Region.IsUnknown() && config.common().Region.IsNull() && r.Client != nil {
		common.Region = types.StringValue(r.Client.Region())
	}
	resp.Diagnostics.Append(foresee(ctx, config, plan)...)
	config.common().Region = common.Region
	planned := r.states.plan(ctx, config)
	resumes := planned.resumes.id
	switch {
	case planned.ambiguous:
		resp.Diagnostics.Append(errorPlannedTwice(plan.TargetID(), resumes))
	case resumes != "":
		common.NamesUnknown = planned.resumes.namesUnknown
		resp.Diagnostics.Append(plan.Complete(ctx, config)...)
		common.ID, common.JobID = types.StringValue(resumes), types.StringValue(resumes)
		resp.Diagnostics.Append(warnResumes(plan.TargetID(), resumes))
	case planned.ended != "":
		resp.Diagnostics.Append(warnRunsOnceMore(planned.ended, planned.failed))
	default:
		resp.Diagnostics.Append(r.planLeaves(ctx, config)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if resumes == "" {
		resp.Diagnostics.Append(r.planTargets(ctx, plan)...)
		resp.Diagnostics.Append(r.preflightPlan(ctx, config)...)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

// planTargets finds what the plan and the states already tell of the objects that a new restore makes: that another one
// is planned to make the same, or that an earlier one has made it.
func (r *restoreResource) planTargets(ctx context.Context, plan Model) diag.Diagnostics {
	objects := knownNamesOf(ctx, plan)
	if r.Client == nil || plan.TargetID() == "" {
		return nil
	}
	c, diags := r.inRegion(plan.common().Region)
	if diags.HasError() {
		return diags
	}
	place := plan.TargetID()
	if r.wantsPreflight(plan) {
		if key, err := plan.LockKey(ctx, lookup.In(c, r.Cache), place); err == nil {
			place = key
		}
	}
	if twice := r.states.claim(c.Region()+"\n"+r.Service+"\n"+place, objects); len(twice) > 0 {
		diags.Append(errorSameTarget(place, twice))
	}
	return append(diags, r.planMade(plan, objects)...)
}

// planMade finds the restores in states that have made what a new one makes.
func (r *restoreResource) planMade(plan Model, objects []string) diag.Diagnostics {
	var diags diag.Diagnostics
	if r.Overwrites {
		return nil
	}
	for _, made := range r.states.made(r.Name, plan.TargetID(), objects, r.clock.Now()) {
		if made.recent && r.wantsPreflight(plan) {
			diags.Append(errorAlreadyRestored(made))
		} else {
			diags.Append(warnAlreadyRestored(made))
		}
	}
	return diags
}

// planLeaves says which unfinished jobs a new restore leaves behind.
func (r *restoreResource) planLeaves(ctx context.Context, config Model) diag.Diagnostics {
	switch left := r.states.leaves(ctx, r.clock, config); {
	case left.stops:
		return diag.Diagnostics{errorLeavesJob(left.jobs, notKnownYet(ctx, config))}
	case len(left.jobs) > 0:
		return diag.Diagnostics{warnLeavesJob(left.jobs)}
	}
	return nil
}

// planWithState plans to keep the restore of a state, or to replace it.
func (r *restoreResource) planWithState(ctx context.Context, req resource.ModifyPlanRequest, change plannedChange,
	resp *resource.ModifyPlanResponse) {
	mark, diags := req.Private.GetKey(ctx, adoptedKey)
	resp.Diagnostics.Append(diags...)
	// The private mark is not enough: Terraform loses it if the provider is killed in an Update.
	change.adopted = mark != nil || lacksParameters(ctx, change.state)
	if region := change.config.common().Region; region.IsNull() || region.IsUnknown() {
		// A restore stays in its region, even if the provider's region has changed.
		change.plan.common().Region = change.state.common().Region
		if change.adopted && change.state.common().Region.IsNull() && r.Client != nil {
			change.plan.common().Region = types.StringValue(r.Client.Region())
		}
	}
	resp.Diagnostics.Append(foresee(ctx, change.config, change.plan)...)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, change.plan)...)
	if changed := change.replacing(ctx, resp.Plan, req.State); len(changed) > 0 {
		r.planReplacement(ctx, change, changed, resp)
		return
	}
	jobID := change.state.common().JobID.ValueString()
	if change.state.common().unfinished() && r.states.planKept(jobID) {
		resp.Diagnostics.Append(errorPlannedTwice(change.state.TargetID(), jobID))
		return
	}
	resp.Diagnostics.Append(change.keep(ctx)...)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, change.plan)...)
	resp.Diagnostics.Append(change.keepSpelling(ctx, req.State, &resp.Plan)...)
	if unknown := notKnownYet(ctx, change.config); len(unknown) > 0 {
		resp.Diagnostics.Append(warnNotKnownYet(unknown, jobID))
	}
}

// replacing are the attributes whose change makes the restore run again. Terraform replaces a resource only for an
// attribute whose planned value differs; one that ignore_changes holds back does not.
func (c plannedChange) replacing(ctx context.Context, plan tfsdk.Plan, prior tfsdk.State) []string {
	var changed []string
	for _, name := range changes(ctx, c.config, c.state, c.adopted) {
		var planned, before attr.Value
		if plan.GetAttribute(ctx, path.Root(name), &planned).HasError() ||
			prior.GetAttribute(ctx, path.Root(name), &before).HasError() {
			continue
		}
		if !planned.Equal(before) {
			changed = append(changed, name)
		}
	}
	if c.state.common().Status.ValueString() == string(client.JobFailed) {
		changed = append(changed, "status")
	}
	return changed
}

// foresee fills the plan of a new restore with the provider's own values, as far as they are known yet.
func foresee(ctx context.Context, config, plan Model) diag.Diagnostics {
	plan.common().RestoredTo = types.StringUnknown()
	if at := config.ConfiguredTime(ctx); !at.IsZero() {
		plan.common().RestoredTo = types.StringValue(pointintime.Format(at))
	}
	return plan.Complete(ctx, config)
}

// settle sets the moment that is restored to, and what depends on it; zero if it is unknown.
func settle(ctx context.Context, config, plan Model, at time.Time) diag.Diagnostics {
	plan.common().RestoredTo = types.StringNull()
	if !at.IsZero() {
		plan.common().RestoredTo = types.StringValue(pointintime.Format(at))
	}
	return plan.Complete(ctx, config)
}

// planReplacement plans to replace what was restored by a new restore.
func (r *restoreResource) planReplacement(ctx context.Context, change plannedChange, changed []string,
	resp *resource.ModifyPlanResponse) {
	common := change.plan.common()
	common.ID, common.JobID = types.StringUnknown(), types.StringUnknown()
	common.Status, common.SubmittedAt = types.StringUnknown(), types.StringUnknown()
	common.DataAgeSeconds = types.Int64Unknown()
	common.pending()
	for _, name := range changed {
		resp.RequiresReplace.Append(path.Root(name))
	}
	r.states.planReplaced(change.state.common().JobID.ValueString())
	resp.Diagnostics.Append(warnRunsAgain(change.state.common(), changed))
	// Terraform plans the replacement once more, without the state, but then drops warnings.
	resp.Diagnostics.Append(r.planMade(change.plan, knownNamesOf(ctx, change.plan))...)
	change.config.common().Region = common.Region
	resp.Diagnostics.Append(r.preflightPlan(ctx, change.config)...)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, change.plan)...)
}

// keep plans to keep the restore.
func (c plannedChange) keep(ctx context.Context) diag.Diagnostics {
	common, before := c.plan.common(), c.state.common()
	common.keepJob(before)
	if before.unfinished() {
		common.Status = types.StringUnknown()
		common.pending()
	}
	at, told := pointintime.MomentOf(before.RestoredTo)
	if !told && (c.adopted || before.unfinished()) { // which is updated in any case
		at = c.config.ConfiguredTime(ctx)
	}
	common.NamesUnknown = c.adopted
	diags := settle(ctx, c.config, c.plan, at)
	if !told && !at.IsZero() {
		common.DataAgeSeconds = common.dataAge()
	}
	return diags
}

// keepSpelling keeps each parameter as it is in the state, so that another notation of the same value shows no change,
// and neither does a value that is not known yet. Terraform allows a plan to keep a prior value for that purpose.
func (c plannedChange) keepSpelling(ctx context.Context, prior tfsdk.State, plan *tfsdk.Plan) diag.Diagnostics {
	var diags diag.Diagnostics
	have := c.state.Parameters(ctx)
	if !triggersKnown(c.config.common().Triggers) && !c.state.common().Triggers.IsNull() {
		diags.Append(plan.SetAttribute(ctx, path.Root("triggers"), c.state.common().Triggers)...)
	}
	for name := range c.config.Parameters(ctx) {
		if _, inState := have[name]; c.adopted && !inState {
			continue
		}
		var value attr.Value
		diags.Append(prior.GetAttribute(ctx, path.Root(name), &value)...)
		diags.Append(plan.SetAttribute(ctx, path.Root(name), value)...)
	}
	return diags
}

// withoutUnknown is the plan with null for the values that the provider fills in, so that its parameters are those of
// the configuration.
func (r *restoreResource) withoutUnknown(ctx context.Context, plan tfsdk.Plan) (Model, diag.Diagnostics) {
	m := r.newModel()
	raw, err := tftypes.Transform(plan.Raw, func(_ *tftypes.AttributePath, value tftypes.Value) (tftypes.Value, error) {
		if !value.IsKnown() {
			return tftypes.NewValue(value.Type(), nil), nil
		}
		return value, nil
	})
	if err != nil {
		return m, diag.Diagnostics{errorPlanUnreadable(err)}
	}
	plan.Raw = raw
	return m, plan.Get(ctx, m)
}
