// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/pointintime"
)

// epochMSFunction turns a moment into what the services take.
type epochMSFunction struct{}

func (epochMSFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "epoch_ms"
}

func (epochMSFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Convert a moment to epoch milliseconds",
		MarkdownDescription: "Converts a moment in RFC 3339, with any offset, to milliseconds since 1970 in UTC, " +
			"which is the form that the services use.",
		Parameters: []function.Parameter{function.StringParameter{
			Name: "rfc3339", MarkdownDescription: "The moment, such as `2023-07-05T13:32:17+02:00`.",
		}},
		Return: function.Int64Return{},
	}
}

func (epochMSFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var text types.String // null is "" here
	if resp.Error = req.Arguments.Get(ctx, &text); resp.Error != nil {
		return
	}
	moment, err := pointintime.Parse(text.ValueString())
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, moment.UnixMilli())
}
