// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/provider/validators"
)

// restoreAction runs the restore of a resource type each time it is invoked. It keeps no state, so it has nothing to
// resume. Terraform has actions since 1.14.
type restoreAction struct {
	restore *restoreResource
}

var (
	_ action.ActionWithConfigure      = &restoreAction{}
	_ action.ActionWithModifyPlan     = &restoreAction{}
	_ action.ActionWithValidateConfig = &restoreAction{}
)

// NewAction returns the action of a model.
func NewAction(newModel func() Model, clock client.Clock) action.Action {
	return &restoreAction{newResource(newModel, clock)}
}

func (a *restoreAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + a.restore.Name
}

func (a *restoreAction) Schema(ctx context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = actionSchema(ctx, a.restore.newModel().Schema())
}

func (a *restoreAction) Configure(ctx context.Context, req action.ConfigureRequest, _ *action.ConfigureResponse) {
	a.restore.Configure(ctx, resource.ConfigureRequest{ProviderData: req.ProviderData}, nil)
}

// model reads the configuration as that of the resource: the arguments have the same names, and attributes that only
// the resource has are null.
func (a *restoreAction) model(ctx context.Context, config tfsdk.Config) (Model, diag.Diagnostics) {
	m := a.restore.newModel()
	schema := resourceSchema(ctx, m.Schema())
	var given map[string]tftypes.Value
	object, ok := schema.Type().TerraformType(ctx).(tftypes.Object)
	if err := config.Raw.As(&given); err != nil || !ok {
		return m, diag.Diagnostics{errorActionUnreadable(err)}
	}
	values := map[string]tftypes.Value{}
	for name, wanted := range object.AttributeTypes {
		values[name] = tftypes.NewValue(wanted, nil)
		if value, found := given[name]; found && name != "timeouts" { // which holds something else here
			values[name] = value
		}
	}
	return m, tfsdk.Config{Schema: schema, Raw: tftypes.NewValue(object, values)}.Get(ctx, m)
}

func (a *restoreAction) ValidateConfig(
	ctx context.Context,
	req action.ValidateConfigRequest,
	resp *action.ValidateConfigResponse,
) {
	m, diags := a.model(ctx, req.Config)
	if resp.Diagnostics.Append(diags...); !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(m.Validate(ctx, a.restore.clock.Now())...)
	}
}

// ModifyPlan rejects what the service would reject.
func (a *restoreAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	m, diags := a.model(ctx, req.Config)
	if resp.Diagnostics.Append(diags...); !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(a.restore.preflightPlan(ctx, m)...)
	}
}

// timeoutOf is how long an action waits.
func timeoutOf(ctx context.Context, config tfsdk.Config) (time.Duration, diag.Diagnostics) {
	at := path.Root("timeouts").AtName("invoke")
	var text types.String
	if diags := config.GetAttribute(ctx, at, &text); diags.HasError() || text.IsNull() {
		return defaultTimeout, diags
	}
	return validators.ParseTimeout(at, text.ValueString())
}

// Invoke restores and reports progress. Unlike a resource, it fails if it did not see the end: nothing would resume the
// job, and what depends on the restore must not run.
func (a *restoreAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	r := a.restore
	plan, diags := a.model(ctx, req.Config)
	resp.Diagnostics.Append(diags...)
	config, diags := a.model(ctx, req.Config) // which stays as it is while the plan is filled in
	resp.Diagnostics.Append(diags...)
	timeout, diags := timeoutOf(ctx, req.Config)
	resp.Diagnostics.Append(diags...)
	// Terraform has nobody validate what is known only now.
	resp.Diagnostics.Append(config.Validate(ctx, r.clock.Now())...)
	if resp.Diagnostics.HasError() {
		return
	}
	c, diags := r.inRegion(plan.common().Region)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	plan.common().Region = types.StringValue(c.Region())
	r.states.jobsRead(ctx)
	s, done, err := r.newSubmission(ctx, c, config, plan)
	if err != nil {
		resp.Diagnostics.Append(inAction(errorCancelledBefore()))
		return
	}
	defer done()
	s.inAction = true
	began := r.clock.Now()
	accepted, deadline, diags := s.start(ctx, timeout)
	for _, d := range diags {
		resp.Diagnostics.Append(inAction(d))
	}
	if resp.Diagnostics.HasError() {
		return
	}
	plan.common().accept(accepted)
	tell := func(message string) {
		if ctx.Err() == nil { // Terraform drops all that follows what is said after a stop: the error would be lost
			resp.SendProgress(action.InvokeProgressEvent{Message: message})
		}
	}
	tell(progressAccepted(accepted.id))
	result, diags := r.waitForJob(ctx, wait{jobs: s.jobs, deadline: deadline, seen: func(seen client.Job) {
		if seen.Status == client.JobRunning {
			tell(progressRunning(accepted.id, seen, r.clock.Now().Sub(began)))
		}
	}}, plan)
	resp.Diagnostics.Append(diags...)
	if problem := r.actionProblem(ctx, plan, result, timeout); problem != nil {
		resp.Diagnostics.Append(problem)
		return
	}
	tell(progressCompleted(ctx, plan))
}

// actionProblem is the message for a restore that failed or whose end was not seen; nil for all others.
func (r *restoreResource) actionProblem(
	ctx context.Context,
	m Model,
	result waitResult,
	timeout time.Duration,
) diag.Diagnostic {
	switch {
	case result.failed():
		return errorActionFailed(m, result.job)
	case result.err == nil:
		return nil
	case ctx.Err() != nil:
		return r.errorActionStopped(m)
	case result.timedOut && m.common().OnTimeout.ValueString() == onTimeoutDetach:
		return r.warnActionDetached(m, timeout)
	case result.timedOut:
		return r.errorActionTimedOut(m, result.job, timeout)
	default:
		return r.errorActionNotFollowed(m, result.err)
	}
}
