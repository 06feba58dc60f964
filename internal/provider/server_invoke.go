// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// validateInvoked validates an action's configuration once more when it is invoked. Terraform has a resource validated
// again as soon as its values are known, but not an action.
type validateInvoked struct{ actionServer }

func (s *validateInvoked) InvokeAction(
	ctx context.Context,
	req *tfprotov6.InvokeActionRequest,
) (*tfprotov6.InvokeActionServerStream, error) {
	resp, err := s.ValidateActionConfig(ctx,
		&tfprotov6.ValidateActionConfigRequest{ActionType: req.ActionType, Config: req.Config})
	if err != nil {
		return nil, err
	}
	isError := func(d *tfprotov6.Diagnostic) bool { return d.Severity == tfprotov6.DiagnosticSeverityError }
	if !slices.ContainsFunc(resp.Diagnostics, isError) {
		return s.actionServer.InvokeAction(ctx, req)
	}
	return &tfprotov6.InvokeActionServerStream{Events: func(push func(tfprotov6.InvokeActionEvent) bool) {
		push(tfprotov6.InvokeActionEvent{
			Type: tfprotov6.CompletedInvokeActionEventType{Diagnostics: resp.Diagnostics},
		})
	}}, nil
}
