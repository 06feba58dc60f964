// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"bytes"
	"context"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-x/internal/client"
)

// Finished knows the requests for which a finished restore has one answer: what it was. The framework comes to the same,
// by walking every value a dozen times: in a plan of 1,000 finished restores, that took most of the provider's time.
type Finished struct{ types *Types }

// NewFinished answers for the restores of the types.
func NewFinished(types *Types) *Finished { return &Finished{types} }

// Read is what Read answers for a finished restore; nil if the framework has to.
func (f *Finished) Read(req *tfprotov6.ReadResourceRequest) *tfprotov6.ReadResourceResponse {
	of, known := f.types.of(req.TypeName)
	if !known || req.CurrentState == nil {
		return nil
	}
	state, err := req.CurrentState.Unmarshal(of.object)
	if err != nil || !isFinished(state) {
		return nil
	}
	identity := req.CurrentIdentity
	if identity == nil || identity.IdentityData == nil {
		if identity, err = of.identity(state); err != nil {
			return nil
		}
	}
	return &tfprotov6.ReadResourceResponse{
		NewState: req.CurrentState, Private: ifAny(req.Private), NewIdentity: identity,
	}
}

// ifAny is nil for no bytes, which the protocol does not distinguish, but the framework does.
func ifAny(private []byte) []byte {
	if len(private) == 0 {
		return nil
	}
	return private
}

// identity is what identify writes in Read: Terraform before 1.12 keeps none.
func (of resourceType) identity(state tftypes.Value) (*tfprotov6.ResourceIdentityData, error) {
	var values map[string]tftypes.Value
	if err := state.As(&values); err != nil {
		return nil, err
	}
	kept := map[string]tftypes.Value{"project_id": tftypes.NewValue(tftypes.String, nil)}
	types := map[string]tftypes.Type{"project_id": tftypes.String}
	for _, name := range []string{of.target, "job_id", "region"} {
		kept[name], types[name] = values[name], tftypes.String
	}
	object := tftypes.Object{AttributeTypes: types}
	data, err := tfprotov6.NewDynamicValue(object, tftypes.NewValue(object, kept))
	return &tfprotov6.ResourceIdentityData{IdentityData: &data}, err
}

// Plan is the answer to a plan that keeps the state as it is; nil if the framework has to plan.
func (f *Finished) Plan(
	ctx context.Context,
	req *tfprotov6.PlanResourceChangeRequest,
) *tfprotov6.PlanResourceChangeResponse {
	if !f.plansAsItIs(ctx, req) {
		return nil
	}
	identity := req.PriorIdentity
	if identity == nil {
		identity = &tfprotov6.ResourceIdentityData{IdentityData: &tfprotov6.DynamicValue{MsgPack: []byte{0xc0}}} // null
	}
	return &tfprotov6.PlanResourceChangeResponse{
		PlannedState: req.PriorState, PlannedPrivate: ifAny(req.PriorPrivate), PlannedIdentity: identity,
	}
}

// plansAsItIs reports whether a plan keeps the state as it is: nothing that Terraform proposes differs from it, and the
// configuration asks for the same restore.
func (f *Finished) plansAsItIs(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) bool {
	of, known := f.types.of(req.TypeName)
	if !known || req.Config == nil || bytes.Contains(req.PriorPrivate, []byte(adoptedKey)) || !sameValue(req) {
		return false
	}
	prior, err := req.PriorState.Unmarshal(of.object)
	if err != nil || !isFinished(prior) {
		return false
	}
	config, err := req.Config.Unmarshal(of.object)
	if err != nil || !config.IsFullyKnown() {
		return false
	}
	if of.namesAll(config, prior) {
		return true
	}
	wanted, readable := of.model(ctx, config)
	have, alsoReadable := of.model(ctx, prior)
	return readable && alsoReadable && !lacksParameters(ctx, have) && len(changes(ctx, wanted, have, false)) == 0
}

// namesAll reports whether a configuration leaves nothing inside its arguments to the provider. If Terraform proposes the
// state then, it is what the configuration says, to the letter. A name that is left out may be another one than the
// state's: the models tell.
func (of resourceType) namesAll(config, prior tftypes.Value) bool {
	var wanted, have map[string]tftypes.Value
	if config.As(&wanted) != nil || prior.As(&have) != nil {
		return false
	}
	for name, value := range wanted {
		if of.computed[name] && value.IsNull() {
			continue
		}
		if !value.Equal(have[name]) {
			return false
		}
	}
	return true
}

// sameValue reports whether Terraform proposes the state that there is.
func sameValue(req *tfprotov6.PlanResourceChangeRequest) bool {
	return req.PriorState != nil && req.ProposedNewState != nil && len(req.PriorState.MsgPack) > 0 &&
		bytes.Equal(req.PriorState.MsgPack, req.ProposedNewState.MsgPack)
}

// isFinished reports whether a state holds a restore that has completed, and whose end an apply has seen.
func isFinished(state tftypes.Value) bool {
	var values map[string]tftypes.Value
	if state.IsNull() || state.As(&values) != nil {
		return false
	}
	var status string
	finished := values["finished_at"]
	return !finished.IsNull() && values["status"].As(&status) == nil && status == string(client.JobCompleted)
}
