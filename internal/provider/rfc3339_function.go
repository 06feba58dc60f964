// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/function"

	"terraform-provider-x/internal/pointintime"
)

// rfc3339Function turns what the services say into what people read.
type rfc3339Function struct{}

func (rfc3339Function) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "rfc3339"
}

func (rfc3339Function) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Convert epoch milliseconds to RFC 3339",
		MarkdownDescription: "Converts milliseconds since 1970 to RFC 3339 in UTC. " +
			"The result has milliseconds only if they are not zero.",
		Parameters: []function.Parameter{function.Int64Parameter{
			Name: "epoch_ms", MarkdownDescription: "Milliseconds since 1970, such as `1688556737000`. " +
				"Seconds are rejected; the error names the likely milliseconds.",
		}},
		Return: function.StringReturn{},
	}
}

func (rfc3339Function) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var milliseconds int64
	if resp.Error = req.Arguments.Get(ctx, &milliseconds); resp.Error != nil {
		return
	}
	moment, err := pointintime.Parse(strconv.FormatInt(milliseconds, 10))
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, pointintime.Format(moment))
}
