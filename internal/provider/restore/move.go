// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-x/internal/client"
)

// MoveState moves a restore from the vendor's own provider, whose id is the job's and whose parameters have the same
// names. That provider writes a state only after the job has completed, or marks the resource tainted.
func (r *restoreResource) MoveState(context.Context) []resource.StateMover {
	return []resource.StateMover{{StateMover: r.moveState}}
}

func (r *restoreResource) moveState(
	ctx context.Context,
	req resource.MoveStateRequest,
	resp *resource.MoveStateResponse,
) {
	fromVendor := strings.HasSuffix(req.SourceProviderAddress, "/huaweicloud")
	if r.MovedFrom == "" || req.SourceTypeName != r.MovedFrom || !fromVendor {
		return
	}
	wanted := resp.TargetState.Schema.Type().TerraformType(ctx)
	value, err := movedState(req.SourceRawState, wanted)
	if err != nil {
		resp.Diagnostics.Append(r.errorVendorState(err))
		return
	}
	resp.TargetState.Raw = value
	state := r.newModel()
	resp.Diagnostics.Append(resp.TargetState.Get(ctx, state)...)
	resp.Diagnostics.Append(r.identify(ctx, resp.TargetIdentity, state, "")...)
	resp.Diagnostics.Append(resp.TargetPrivate.SetKey(ctx, adoptedKey, adoptedMark)...)
}

// movedState converts a state of the vendor's provider: attributes with the same name are kept, the rest is null.
func movedState(raw *tfprotov6.RawState, wanted tftypes.Type) (tftypes.Value, error) {
	object, ok := wanted.(tftypes.Object)
	if !ok || raw == nil {
		return tftypes.Value{}, errNoVendorState
	}
	decoder := json.NewDecoder(bytes.NewReader(raw.JSON))
	decoder.UseNumber()
	var source map[string]any
	if err := decoder.Decode(&source); err != nil {
		return tftypes.Value{}, err
	}
	id, _ := source["id"].(string)
	if id == "" {
		return tftypes.Value{}, errNoVendorID
	}
	target := map[string]any{}
	for name := range object.AttributeTypes {
		target[name] = nil
		if name != "timeouts" { // its object has other attributes
			target[name] = withoutEmpty(source[name])
		}
	}
	target["job_id"], target["status"] = id, string(client.JobCompleted)
	text, err := json.Marshal(target)
	if err != nil {
		return tftypes.Value{}, err
	}
	return (&tfprotov6.RawState{JSON: text}).Unmarshal(wanted)
}

// withoutEmpty turns the other provider's values for an absent argument into null, and numbers into text.
func withoutEmpty(value any) any {
	switch value := value.(type) {
	case string:
		if value == "" {
			return nil
		}
	case json.Number:
		return value.String()
	case []any:
		if len(value) == 0 {
			return nil
		}
		for i := range value {
			value[i] = withoutEmpty(value[i])
		}
	case map[string]any:
		for name := range value {
			value[name] = withoutEmpty(value[name])
		}
	}
	return value
}
