// SPDX-License-Identifier: MPL-2.0

package validators

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/pointintime"
)

// Kind of report: a moment that the service itself had just offered, rejected as of the future on a machine whose clock
// was slow.
func TestNotInFuture(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for text, refused := range map[string]bool{
		"2026-03-01T12:00:00Z":      false,
		"2026-03-01T12:00:00.001Z":  false,
		"2026-03-01T12:15:00Z":      false, // further off, the services accept no signature
		"2026-03-01T12:15:00.001Z":  true,
		"2026-03-01T13:00:00Z":      true,
		"2026-03-01T13:00:00+01:00": false,
		"2026-03-01T13:15:00+01:00": false,
		"1772367300001":             true,
		"latest":                    false,
	} {
		moment := Moment{path.Root("restore_time"), pointintime.NewValue(text)}
		if diags := NotInFuture(now, moment); diags.HasError() != refused {
			t.Errorf("%s: %v", text, diags)
		}
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"90m": "", "1h30m": "", "1ms": "", "0.5h": "", "+2h": "",
		"0s": "Timeout is not positive", "-1.5h": "Timeout is not positive", "-0h0m": "Timeout is not positive",
		"30": "Timeout has no unit", "1.5": "Timeout has no unit", "-5": "Timeout has no unit", "0": "Timeout has no unit",
		".5": "Timeout has no unit",
		"":   "Timeout is not a duration", "soon": "Timeout is not a duration", "90 m": "Timeout is not a duration",
		"1d": "Timeout is not a duration", "99999999999h": "Timeout is not a duration",
	} {
		have := ""
		timeout, diags := ParseTimeout(path.Root("timeouts").AtName("create"), text)
		if len(diags) > 0 {
			have = diags[0].Summary()
		}
		if have != want || (want == "") != (timeout > 0) {
			t.Errorf("%q: %q, %v, want %q", text, have, timeout, want)
		}
	}
	for _, value := range []types.String{types.StringNull(), types.StringUnknown()} {
		var resp validator.StringResponse
		Timeout{}.ValidateString(t.Context(), validator.StringRequest{ConfigValue: value}, &resp)
		if len(resp.Diagnostics) > 0 {
			t.Errorf("%s: %v", value, resp.Diagnostics)
		}
	}
}
