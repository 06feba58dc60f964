// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"math/big"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/provider/rds"
)

// Kind of report: a number with a fraction, a number without end or a null in a function's argument, and a message that
// asks to report an error in the provider.
func TestFunctionsExplainTheirArguments(t *testing.T) {
	t.Parallel()
	number := func(text string) attr.Value {
		value, _, err := big.ParseFloat(text, 10, 512, big.ToNearestEven)
		if err != nil {
			t.Fatal(err)
		}
		return types.NumberValue(value)
	}
	text := func(value string) attr.Value { return types.StringValue(value) }
	null := types.StringNull()
	type given = []attr.Value
	for name, c := range map[string]struct {
		function  function.Function
		arguments given
		at        int64
		says      string
	}{
		"epoch_ms null":      {epochMSFunction{}, given{null}, 0, "neither RFC 3339"},
		"epoch_ms fraction":  {epochMSFunction{}, given{text("1688556737000.5")}, 0, "neither RFC 3339"},
		"epoch_ms exponent":  {epochMSFunction{}, given{text("1e30")}, 0, "neither RFC 3339"},
		"rfc3339 null":       {rfc3339Function{}, given{types.NumberNull()}, 0, "null"},
		"rfc3339 fraction":   {rfc3339Function{}, given{number("1688556737000.5")}, 0, "1688556737000.5 is no whole number"},
		"rfc3339 small":      {rfc3339Function{}, given{number("0.25")}, 0, "0.25 is no whole number"},
		"rfc3339 seconds":    {rfc3339Function{}, given{number("1688556737")}, 0, "write 1688556737000"},
		"rfc3339 fractional": {rfc3339Function{}, given{number("1688556737.25")}, 0, "no whole number"},
		"rfc3339 large":      {rfc3339Function{}, given{number("1e30")}, 0, "too large"},
		"rfc3339 larger":     {rfc3339Function{}, given{number("1e4000")}, 0, "too large"},
		"rfc3339 negative":   {rfc3339Function{}, given{number("-1e4000")}, 0, "too large"},
		"rfc3339 minus":      {rfc3339Function{}, given{number("-1")}, 0, "neither RFC 3339"},
		"rfc3339 tiny":       {rfc3339Function{}, given{number("1e-4000")}, 0, "no whole number"},
		"restored_name null": {rds.NewRestoredName(), given{null, text("1688556737000")}, 0, "name is empty"},
		"restored_name when": {rds.NewRestoredName(), given{text("orders"), null}, 1, "neither RFC 3339"},
		"restored_name then": {rds.NewRestoredName(), given{text("orders"), text("1688556737000.5")}, 1, "neither RFC 3339"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resp := function.RunResponse{Result: function.NewResultData(types.StringUnknown())}
			c.function.Run(t.Context(), function.RunRequest{Arguments: function.NewArgumentsData(c.arguments)}, &resp)
			if resp.Error == nil || resp.Error.FunctionArgument == nil || *resp.Error.FunctionArgument != c.at ||
				!strings.Contains(resp.Error.Text, c.says) || strings.Contains(resp.Error.Text, "report") ||
				len(resp.Error.Text) > 300 {
				t.Errorf("got %v, want %q", resp.Error, c.says)
			}
		})
	}
}
