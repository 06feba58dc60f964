// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"math/big"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

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
		Parameters: []function.Parameter{function.NumberParameter{
			Name: "epoch_ms", MarkdownDescription: "Milliseconds since 1970, such as `1688556737000`. " +
				"Seconds are rejected; the error names the likely milliseconds.",
		}},
		Return: function.StringReturn{},
	}
}

func (rfc3339Function) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var milliseconds types.Number
	if resp.Error = req.Arguments.Get(ctx, &milliseconds); resp.Error != nil {
		return
	}
	moment, err := momentOfNumber(milliseconds.ValueBigFloat())
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, pointintime.Format(moment))
}

// momentOfNumber takes any number: the framework's own words for one that is no integer ask to report an error in the
// provider. Nil is null.
func momentOfNumber(number *big.Float) (time.Time, error) {
	switch {
	case number == nil:
		return time.Time{}, errNullMilliseconds
	case number.MantExp(nil) > 63: // whatever its sign
		return time.Time{}, errorLargeMilliseconds(number)
	case !number.IsInt():
		return time.Time{}, errorFraction(number)
	}
	return pointintime.Parse(number.Text('f', 0))
}
