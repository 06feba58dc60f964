// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
	"terraform-provider-x/internal/provider/lookup"
)

// defaultTimeout is for real data. A restore of toy data was seen to take twelve minutes.
const defaultTimeout = 3 * time.Hour

// restoreResource is the resource of one restore type.
type restoreResource struct {
	*Provider
	Type
	newModel func() Model
	clock    client.Clock
}

var (
	_ resource.ResourceWithConfigure      = &restoreResource{}
	_ resource.ResourceWithModifyPlan     = &restoreResource{}
	_ resource.ResourceWithValidateConfig = &restoreResource{}
	_ resource.ResourceWithImportState    = &restoreResource{}
	_ resource.ResourceWithIdentity       = &restoreResource{}
	_ resource.ResourceWithMoveState      = &restoreResource{}
)

// NewResource returns the resource of a model.
func NewResource(newModel func() Model, clock client.Clock) resource.Resource {
	return newResource(newModel, clock)
}

func newResource(newModel func() Model, clock client.Clock) *restoreResource {
	return &restoreResource{Provider: unconfigured(clock), Type: newModel().Type(), newModel: newModel, clock: clock}
}

func (r *restoreResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + r.Name
}

func (r *restoreResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = resourceSchema(ctx, r.newModel().Schema())
}

func (r *restoreResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest,
	resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: identityAttributes(r.Target)}
}

func (r *restoreResource) Configure(_ context.Context, req resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	if provider, ok := req.ProviderData.(*Provider); ok {
		r.Provider = provider
	}
}

func (r *restoreResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest,
	resp *resource.ValidateConfigResponse) {
	config := r.newModel()
	resp.Diagnostics.Append(req.Config.Get(ctx, config)...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(config.Validate(ctx, r.clock.Now())...)
	}
}

// inRegion is the client of a restore's region; a null or unknown region is the provider's.
func (r *restoreResource) inRegion(region types.String) (*client.Client, diag.Diagnostics) {
	if r.Client == nil {
		return nil, diag.Diagnostics{lookup.ErrorNotConfigured()}
	}
	c, err := r.Client.ForRegion(region.ValueString())
	if err != nil {
		return nil, diag.Diagnostics{errorRegion(err)}
	}
	if err := c.Offers(r.Service); err != nil {
		return nil, diag.Diagnostics{lookup.ErrorNotOnOTC(err)}
	}
	return c, nil
}

// jobsOf asks for the jobs of the restore's service.
func (r *restoreResource) jobsOf(c *client.Client) client.JobService {
	jobs, err := c.JobService(r.Service)
	if err != nil {
		panic(err) // the type names a service that the client does not have
	}
	return jobs
}

// Create restores. If an earlier apply started the same restore and did not see its end, it resumes that job instead.
func (r *restoreResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan, diags := r.withoutUnknown(ctx, req.Plan)
	resp.Diagnostics.Append(diags...)
	config, diags := r.withoutUnknown(ctx, req.Plan) // which stays as it is while the plan is filled in
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	c, diags := r.inRegion(plan.common().Region)
	resp.Diagnostics.Append(diags...)
	timeout, diags := plan.common().Timeouts.Create(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	plan.common().Region = types.StringValue(c.Region())

	w := wait{jobs: r.jobsOf(c), deadline: r.clock.Now().Add(timeout)}
	accepted, resumed, diags := r.takeOver(ctx, plan)
	w.resumed = resumed
	if !resumed && !diags.HasError() {
		s, done, err := r.newSubmission(ctx, c, config, plan)
		if err != nil {
			resp.Diagnostics.Append(errorCancelledBefore())
			return
		}
		defer done()
		accepted, w.deadline, diags = s.start(ctx, timeout)
	}
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	plan.common().NamesUnknown = accepted.namesUnknown
	resp.Diagnostics.Append(settle(ctx, plan, plan, restoredTime(ctx, plan, accepted))...)
	plan.common().accept(accepted)
	resp.Diagnostics.Append(r.identify(ctx, resp.Identity, plan, projectFor(ctx, c))...)
	// The id is in the state before the wait starts, so that nothing that ends the wait can lose the job.
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(r.awaitJob(ctx, w, plan, timeout)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// takeOver takes the unfinished job that this restore has to resume, if there is one.
func (r *restoreResource) takeOver(ctx context.Context, plan Model) (job, bool, diag.Diagnostics) {
	planned := plan.common().JobID.ValueString() // "" while unknown
	taken, found := r.states.take(ctx, plan, planned)
	if planned != "" && !found {
		// The plan promised to resume a job that another resource has, or has taken meanwhile.
		return job{}, false, diag.Diagnostics{errorTaken(planned)}
	}
	return taken, found, nil
}

// restoredTime is the moment that an accepted job restores to; zero if it is unknown.
func restoredTime(ctx context.Context, plan Model, accepted job) time.Time {
	if at := plan.ConfiguredTime(ctx); !at.IsZero() {
		return at
	}
	at, _ := pointintime.MomentOf(types.StringValue(accepted.restoredTo))
	return at
}

// Read makes no call for a restore whose end is known. It never removes a restore: a job whose record has expired did
// run, and Terraform would run it again.
func (r *restoreResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state := r.newModel()
	resp.Diagnostics.Append(req.State.Get(ctx, state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	common := state.common()
	if common.Status.IsNull() {
		r.readImported(ctx, state, resp)
		return
	}
	resp.Diagnostics.Append(r.identify(ctx, resp.Identity, state, "")...)
	if !common.unfinished() {
		return
	}
	r.own.noteRunning(r.ownJob(state))
	if r.Client == nil || resp.Diagnostics.HasError() {
		return
	}
	c, diags := r.inRegion(common.Region)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	seen, err := r.jobsOf(c).Job(ctx, common.JobID.ValueString())
	switch {
	case client.IsNotFound(err):
		return
	case err != nil:
		resp.Diagnostics.Append(warnNotRead(common, err))
		return
	}
	r.own.noteSeen(r.ownJob(state), seen, r.clock.Now())
	common.Status = types.StringValue(string(seen.Status))
	if !common.unfinished() {
		r.states.readState(ctx, state)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

func (r *restoreResource) ownJob(state Model) ownJob {
	return ownJob{state.common().JobID.ValueString(), place{r.Service, state.TargetID()}}
}

// Update never restores. It waits for an unfinished job, and stores the arguments that need no call.
func (r *restoreResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	plan, state := r.newModel(), r.newModel()
	resp.Diagnostics.Append(req.Plan.Get(ctx, plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	common := plan.common()
	timeout, diags := common.Timeouts.Update(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	restoredTo, age := common.RestoredTo, common.DataAgeSeconds
	common.keepJob(state.common()) // whatever the plan says
	// But an imported restore takes these from its configuration.
	common.RestoredTo, common.DataAgeSeconds = restoredTo, age
	resp.Diagnostics.Append(r.identify(ctx, resp.Identity, plan, "")...)
	if resp.Diagnostics.HasError() {
		return
	}
	if state.common().unfinished() {
		c, diags := r.inRegion(common.Region)
		resp.Diagnostics.Append(diags...)
		if resp.Diagnostics.HasError() {
			return
		}
		w := wait{jobs: r.jobsOf(c), deadline: r.clock.Now().Add(timeout), resumed: true}
		resp.Diagnostics.Append(r.awaitJob(ctx, w, plan, timeout)...)
	}
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, adoptedKey, nil)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// Delete forgets the restore and says which objects stay. It would be dangerous to drop tables because a line was
// removed.
func (r *restoreResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state := r.newModel()
	resp.Diagnostics.Append(req.State.Get(ctx, state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.states.remove(state.common().JobID.ValueString())
	resp.Diagnostics.Append(r.warnForgotten(ctx, state))
}
