// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
)

// defaultTimeout is for real data. A restore of toy data was seen to take twelve minutes.
const defaultTimeout = 3 * time.Hour

// restoreSpec is what makes one restore different from another. M is the resource's model, which embeds restoreModel.
type restoreSpec[M any] struct {
	name   string // the type's name without the provider's
	target string // the attribute that names the instance or snapshot
	// jobName is what the service calls the restore's job; "" where that is not documented.
	jobName string
	// movedFrom is the vendor's own provider's resource type for the same restore; "" where it has none.
	movedFrom string
	schema    func(context.Context) schema.Schema
	common    func(*M) *restoreModel
	// targetID is the value of the attribute that target names.
	targetID func(*M) *types.String
	// validate finds what no single attribute can tell, in a configuration that may hold unknown values.
	validate func(ctx context.Context, config M, now time.Time) diag.Diagnostics
	// named is the point in time that the configuration names, the earliest of several; zero where it names none that is known.
	named func(context.Context, M) time.Time
	// moment is the point in time that a restore goes to which starts now; zero where that cannot be told.
	moment func(context.Context, lookups, M) (time.Time, error)
	// complete writes what the configuration leaves to the provider into the plan. It depends on the plan's restored_to: known,
	// not known yet, or null for never.
	complete func(ctx context.Context, config M, plan *M) diag.Diagnostics
	// parameters says what is restored: for each attribute whose change is another restore, a text that is equal exactly
	// where the restore is; a null attribute is left out, and one with unknown parts is "".
	parameters func(context.Context, M) map[string]string
	// check finds out what the service would refuse. The model has no unknown values but those that the provider fills in.
	check func(context.Context, lookups, M, *preflightFindings)
	// submit sends the restore call and returns the job's id. The model has no unknown values left.
	submit func(context.Context, *client.Client, M) (jobID string, err error)
	// job asks for one job.
	job func(c *client.Client, ctx context.Context, jobID string) (client.Job, error)
	// wait waits for one, together with others.
	wait func(c *client.Client, ctx context.Context, wait client.JobWait) (client.Job, error)
	// queue names what the service restores one at a time: the instance, or a snapshot's cluster.
	queue func(context.Context, lookups, M) (string, error)
	// oneScope is true where restores of different targets may be in each other's way.
	oneScope bool
	// jobs lists the jobs of a queue between two moments, restores and others, as far as the service tells.
	jobs func(c *client.Client, ctx context.Context, queue string, from, to time.Time) ([]client.Job, error)
	// restoring is true while the instance or cluster itself says that something is being restored.
	restoring func(ctx context.Context, c *client.Client, queue string) (bool, error)
	// objects are what is restored, as the service will call it.
	objects func(context.Context, M) []restoredObject
}

// restoreResource is the lifecycle that all restores share: this file and restore_*.go beside it.
type restoreResource[M any] struct {
	restoreSpec[M]
	clock      client.Clock
	client     *client.Client // nil until configured
	memory     *restoreMemory
	lookups    *lookupMemory
	preflights bool // unless the resource says otherwise
}

// What the framework is promised; a method that goes missing would otherwise only be missed by users.
var (
	_ resource.ResourceWithConfigure      = &restoreResource[struct{}]{}
	_ resource.ResourceWithModifyPlan     = &restoreResource[struct{}]{}
	_ resource.ResourceWithValidateConfig = &restoreResource[struct{}]{}
	_ resource.ResourceWithImportState    = &restoreResource[struct{}]{}
	_ resource.ResourceWithIdentity       = &restoreResource[struct{}]{}
	_ resource.ResourceWithMoveState      = &restoreResource[struct{}]{}
)

func newRestoreResource[M any](spec restoreSpec[M], clock client.Clock) resource.Resource {
	return &restoreResource[M]{restoreSpec: spec, clock: clock, memory: newRestoreMemory(), lookups: newLookupMemory(clock)}
}

func (r *restoreResource[M]) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + r.name
}

func (r *restoreResource[M]) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = r.schema(ctx)
}

func (r *restoreResource[M]) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: identityAttributes(r.target)}
}

func (r *restoreResource[M]) Configure(_ context.Context, req resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	if data, ok := req.ProviderData.(*providerData); ok {
		r.client, r.memory, r.lookups, r.preflights = data.client, data.memory, data.lookups, data.preflight
	}
}

func (r *restoreResource[M]) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config M
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(r.validate(ctx, config, r.clock.Now())...)
	}
}

// inRegion is the client for a restore's region; a null or unknown region is the provider's.
func (r *restoreResource[M]) inRegion(region types.String) (*client.Client, diag.Diagnostics) {
	if r.client == nil {
		return nil, diag.Diagnostics{errorNotConfigured()}
	}
	c, err := r.client.ForRegion(region.ValueString())
	if err != nil {
		return nil, diag.Diagnostics{diag.NewErrorDiagnostic("The region cannot be used", err.Error())}
	}
	return c, nil
}

// look asks the services in a client's region, and remembers.
func (r *restoreResource[M]) look(c *client.Client) lookups { return lookups{c, r.lookups} }

// Create restores. Where the same restore was begun before and its end was not seen, it goes on with that job instead.
func (r *restoreResource[M]) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan, diags := withoutUnknown[M](ctx, req.Plan)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	common := r.common(&plan)
	c, diags := r.inRegion(common.Region)
	resp.Diagnostics.Append(diags...)
	timeout, diags := common.Timeouts.Create(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	common.Region = types.StringValue(c.Region())

	job, resumed, diags := r.handedOver(ctx, plan)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	deadline := r.clock.Now().Add(timeout)
	if !resumed {
		s, done, diags := r.inTurn(ctx, c, &plan)
		resp.Diagnostics.Append(diags...)
		if resp.Diagnostics.HasError() {
			return
		}
		defer done()
		// The timeout is this restore's own: those that had their turn before it had theirs.
		deadline = r.clock.Now().Add(timeout)
		job, diags = s.start(ctx, deadline)
		deadline = deadline.Add(s.queued)
		resp.Diagnostics.Append(diags...)
		if resp.Diagnostics.HasError() {
			return
		}
	}
	at := r.named(ctx, plan)
	if at.IsZero() {
		at, _ = momentOf(types.StringValue(job.restoredTo))
	}
	resp.Diagnostics.Append(r.settle(ctx, plan, &plan, at)...)
	r.record(common, job)
	resp.Diagnostics.Append(r.identify(ctx, resp.Identity, &plan, projectFor(ctx, c))...)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(r.awaitJob(ctx, c, &plan, deadline, timeout, resumed)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// handedOver is the job that this restore has to go on with, if there is one.
func (r *restoreResource[M]) handedOver(ctx context.Context, plan M) (knownJob, bool, diag.Diagnostics) {
	common := r.common(&plan)
	key, known := r.restoreKey(ctx, plan)
	if !known {
		return knownJob{}, false, nil
	}
	planned := common.JobID.ValueString() // "" while unknown
	job, found := r.memory.take(key, planned)
	if planned != "" && !found {
		// The plan promised to go on with a job that somebody else has taken meanwhile.
		return knownJob{}, false, diag.Diagnostics{errorTaken(planned)}
	}
	return job, found, nil
}

// record puts an accepted job where the state will keep it.
func (r *restoreResource[M]) record(common *restoreModel, job knownJob) {
	common.ID = types.StringValue(job.id)
	common.JobID = types.StringValue(job.id)
	common.Status = types.StringValue(string(client.JobRunning))
	common.accept(job)
}

// Read asks nothing about a restore whose end is known. It never removes one: a job whose record has expired ran all the
// same, and Terraform would run it again.
func (r *restoreResource[M]) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state M
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	common := r.common(&state)
	if common.Status.IsNull() {
		r.readImported(ctx, &state, resp)
		return
	}
	resp.Diagnostics.Append(r.identify(ctx, resp.Identity, &state, "")...)
	if !unfinished(common) {
		r.memorizeEnd(ctx, state)
		return
	}
	r.remember(ctx, state)
	if r.client == nil || resp.Diagnostics.HasError() {
		return
	}
	c, diags := r.inRegion(common.Region)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	job, err := r.job(c, ctx, common.JobID.ValueString())
	switch {
	case client.IsNotFound(err):
		return
	case err != nil:
		resp.Diagnostics.Append(warnNotRead(common, err))
		return
	}
	common.Status = types.StringValue(string(job.Status))
	if !unfinished(common) {
		r.forget(ctx, state)
		r.memorizeEnd(ctx, state)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

// Update never restores. It goes on waiting for an unfinished job, and stores what is only Terraform's.
func (r *restoreResource[M]) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state M
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	common, before := r.common(&plan), r.common(&state)
	timeout, diags := common.Timeouts.Update(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	// Whatever the plan says, the job is the state's.
	restoredTo, age := common.RestoredTo, common.DataAgeSeconds
	common.ID, common.JobID, common.Status, common.restoreEvidence = before.ID, before.JobID, before.Status, before.restoreEvidence
	common.RestoredTo, common.DataAgeSeconds = restoredTo, age // which an imported restore takes over from its configuration
	resp.Diagnostics.Append(r.identify(ctx, resp.Identity, &plan, "")...)
	if resp.Diagnostics.HasError() {
		return
	}
	if unfinished(before) {
		c, diags := r.inRegion(common.Region)
		resp.Diagnostics.Append(diags...)
		if resp.Diagnostics.HasError() {
			return
		}
		resp.Diagnostics.Append(r.awaitJob(ctx, c, &plan, r.clock.Now().Add(timeout), timeout, true)...)
	}
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, adoptedKey, nil)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// Delete forgets. What was restored stays where it is: a provider that dropped tables because a line was removed would be
// a danger, and so the person is told what stays.
func (r *restoreResource[M]) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state M
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.memory.apply()
	if unfinished(r.common(&state)) {
		r.remember(ctx, state)
	}
	resp.Diagnostics.Append(r.warnForgotten(ctx, state))
}

// unfinished is true for a restore whose end no Create or Update has seen. What marks it is finished_at, which Read never
// writes: Terraform tells Delete nothing but the state, and a job that has completed while nobody waited must be taken over
// by what replaces it, while a finished restore that a person replaces must run again.
func unfinished(common *restoreModel) bool {
	return common.FinishedAt.IsNull() && common.Status.ValueString() != string(client.JobFailed)
}
