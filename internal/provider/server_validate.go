// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"terraform-provider-x/internal/provider/validators"
)

// joinMistakes joins what the types of attributes say of each entry of a long list, such as that a time is none: a type
// knows of one value only.
type joinMistakes struct{ actionServer }

func (s *joinMistakes) ValidateResourceConfig(
	ctx context.Context,
	req *tfprotov6.ValidateResourceConfigRequest,
) (*tfprotov6.ValidateResourceConfigResponse, error) {
	resp, err := s.actionServer.ValidateResourceConfig(ctx, req)
	if err == nil {
		resp.Diagnostics = joined(resp.Diagnostics)
	}
	return resp, err
}

func (s *joinMistakes) ValidateActionConfig(
	ctx context.Context,
	req *tfprotov6.ValidateActionConfigRequest,
) (*tfprotov6.ValidateActionConfigResponse, error) {
	resp, err := s.actionServer.ValidateActionConfig(ctx, req)
	if err == nil {
		resp.Diagnostics = joined(resp.Diagnostics)
	}
	return resp, err
}

// fewMistakes is how many messages with one summary are left as they are.
const fewMistakes = 10

// joined makes one message of many with the same summary.
func joined(diags []*tfprotov6.Diagnostic) []*tfprotov6.Diagnostic {
	groups := map[string][]*tfprotov6.Diagnostic{}
	for _, d := range diags {
		key := d.Severity.String() + d.Summary
		groups[key] = append(groups[key], d)
	}
	var all []*tfprotov6.Diagnostic
	for _, d := range diags {
		group := groups[d.Severity.String()+d.Summary]
		switch {
		case len(group) <= fewMistakes:
			all = append(all, d)
		case d == group[0]:
			d.Detail += validators.Others(group, func(other *tfprotov6.Diagnostic) string {
				first, _, _ := strings.Cut(other.Detail, "\n")
				return first
			})
			all = append(all, d)
		}
	}
	return all
}
