// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-x/internal/client"
)

// restoreAction runs the restore of a resource type each time that it is invoked, and keeps nothing: no state, and so nothing
// to go on with. Terraform knows actions from 1.14 on.
type restoreAction[M any] struct {
	restore *restoreResource[M]
}

var (
	_ action.ActionWithConfigure      = &restoreAction[struct{}]{}
	_ action.ActionWithModifyPlan     = &restoreAction[struct{}]{}
	_ action.ActionWithValidateConfig = &restoreAction[struct{}]{}
)

func newRestoreAction[M any](spec restoreSpec[M], clock client.Clock) action.Action {
	return &restoreAction[M]{&restoreResource[M]{restoreSpec: spec, clock: clock, memory: newRestoreMemory(), lookups: newLookupMemory(clock)}}
}

func (a *restoreAction[M]) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + a.restore.name
}

func (a *restoreAction[M]) Schema(ctx context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = actionSchema(ctx, a.restore.schema(ctx))
}

func (a *restoreAction[M]) Configure(ctx context.Context, req action.ConfigureRequest, _ *action.ConfigureResponse) {
	a.restore.Configure(ctx, resource.ConfigureRequest{ProviderData: req.ProviderData}, nil)
}

// model reads a configuration as that of the resource: the arguments have the same names, and what only a resource has is null.
func (a *restoreAction[M]) model(ctx context.Context, config tfsdk.Config) (m M, diags diag.Diagnostics) {
	schema := a.restore.schema(ctx)
	var given map[string]tftypes.Value
	object, ok := schema.Type().TerraformType(ctx).(tftypes.Object)
	if err := config.Raw.As(&given); err != nil || !ok {
		diags.AddError("The action's configuration cannot be read", fmt.Sprintf("%v", err))
		return m, diags
	}
	values := map[string]tftypes.Value{}
	for name, wanted := range object.AttributeTypes {
		values[name] = tftypes.NewValue(wanted, nil)
		if value, found := given[name]; found && name != "timeouts" { // which holds something else here
			values[name] = value
		}
	}
	return m, tfsdk.Config{Schema: schema, Raw: tftypes.NewValue(object, values)}.Get(ctx, &m)
}

func (a *restoreAction[M]) ValidateConfig(ctx context.Context, req action.ValidateConfigRequest, resp *action.ValidateConfigResponse) {
	m, diags := a.model(ctx, req.Config)
	if resp.Diagnostics.Append(diags...); !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(a.restore.validate(ctx, m, a.restore.clock.Now())...)
	}
}

// ModifyPlan refuses what the service would refuse.
func (a *restoreAction[M]) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	m, diags := a.model(ctx, req.Config)
	if resp.Diagnostics.Append(diags...); !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(a.restore.preflightPlan(ctx, m)...)
	}
}

// Invoke restores, and says how it goes. Unlike a resource it fails whenever the end was not seen: nothing is left that would
// go on with the job, and what it was to be followed by must not run.
func (a *restoreAction[M]) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	r := a.restore
	plan, diags := a.model(ctx, req.Config)
	resp.Diagnostics.Append(diags...)
	var limits timeouts.Value
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("timeouts"), &limits)...)
	timeout, diags := limits.Invoke(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	common := r.common(&plan)
	c, diags := r.inRegion(common.Region)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	common.Region = types.StringValue(c.Region())
	s, done, diags := r.inTurn(ctx, c, &plan)
	resp.Diagnostics.Append(ofAction(diags)...)
	if resp.Diagnostics.HasError() {
		return
	}
	defer done()
	began := r.clock.Now()
	job, diags := s.start(ctx, began.Add(timeout))
	resp.Diagnostics.Append(ofAction(diags)...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.record(common, job)
	tell := func(format string, arguments ...any) {
		if ctx.Err() != nil {
			return // Terraform drops all that comes after what is said after a stop: the error below would be lost
		}
		resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf(format, arguments...)})
	}
	tell("Accepted as job %s, which goes on even if this is interrupted.", job.id)
	f, diags := r.follow(ctx, c, &plan, began.Add(timeout+s.queued), false, func(seen client.Job) {
		if seen.Status == client.JobRunning {
			tell("Job %s is running%s, for %s so far.", job.id, atProgress(seen), r.clock.Now().Sub(began).Round(time.Second))
		}
	})
	resp.Diagnostics.Append(diags...)
	if message := a.ended(ctx, plan, f, timeout); message != nil {
		resp.Diagnostics.Append(message)
		return
	}
	tell("Job %s completed after %d s. Restored to %s: %s", job.id, common.DurationSeconds.ValueInt64(), restoredTo(common), strings.Join(r.namesOf(ctx, plan), ", "))
}

// ended is what there is to say of a restore that did not end well, or whose end was not seen; nil for all others.
func (a *restoreAction[M]) ended(ctx context.Context, m M, f followed, timeout time.Duration) diag.Diagnostic {
	common := a.restore.common(&m)
	goesOn := fmt.Sprintf("Job %s goes on in the cloud; no state keeps it. While it runs, an action that is invoked again is refused. "+
		"Data source x_restore_job tells its status. To have an apply wait for it, write the resource with the same arguments in place of this action and run\n%s",
		common.JobID.ValueString(), a.restore.importCommands(m, []client.Job{{ID: common.JobID.ValueString()}}))
	switch {
	case f.err == nil && f.job.Status == client.JobFailed:
		return diag.NewErrorDiagnostic("The restore failed", fmt.Sprintf("Job %s ended with: %s\nNothing is running any more.\n%s",
			common.JobID.ValueString(), reasonOf(f.job), invokeAgain))
	case f.err == nil:
		return nil
	case ctx.Err() != nil:
		return diag.NewErrorDiagnostic("Stopped waiting for the restore", goesOn)
	case f.timedOut && common.OnTimeout.ValueString() == onTimeoutDetach:
		return diag.NewWarningDiagnostic("The restore goes on without this action", fmt.Sprintf("It was still running after %s, and on_timeout is \"detach\".\n%s", timeout, goesOn))
	case f.timedOut:
		return diag.NewErrorDiagnostic("The restore is still running", fmt.Sprintf("It was still running%s when the timeout of %s was over. For longer restores, set timeouts.invoke.\n%s", atProgress(f.job), timeout, goesOn))
	default:
		return diag.NewErrorDiagnostic("The restore could not be followed", fmt.Sprintf("It was accepted, but asking for it kept failing:\n%v\n%s", f.err, goesOn))
	}
}

// invokeAgain is what an action needs that a resource does not.
const invokeAgain = "To try again, invoke the action by itself: terraform apply -invoke=action.TYPE.NAME. " +
	"Terraform does not run it again on its own once the resource that triggered it is in the state."

// ofAction says of an action what was worded for a resource.
func ofAction(diags diag.Diagnostics) diag.Diagnostics {
	var said diag.Diagnostics
	for _, d := range diags {
		at, located := d.(diag.DiagnosticWithPath)
		if d.Severity() == diag.SeverityError {
			detail := strings.NewReplacer("timeouts.create", "timeouts.invoke", "take it over and apply again", "take it over").Replace(d.Detail())
			d = diag.NewErrorDiagnostic(d.Summary(), detail+"\n"+invokeAgain)
		}
		if located {
			d = diag.WithPath(at.Path(), d)
		}
		said.Append(d)
	}
	return said
}

// restoredTo is the moment of a restore, for a message.
func restoredTo(common *restoreModel) string {
	if common.RestoredTo.ValueString() == "" {
		return "a moment that is not told"
	}
	return common.RestoredTo.ValueString()
}
