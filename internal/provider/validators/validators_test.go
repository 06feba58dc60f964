// SPDX-License-Identifier: MPL-2.0

package validators

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-x/internal/pointintime"
)

func TestNotInFutureIsExact(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for text, refused := range map[string]bool{
		"2026-03-01T12:00:00Z":      false,
		"2026-03-01T12:00:00.001Z":  true,
		"2026-03-01T13:00:00Z":      true,
		"2026-03-01T13:00:00+01:00": false,
	} {
		if diags := NotInFuture(path.Root("restore_time"), pointintime.NewValue(text), now); diags.HasError() != refused {
			t.Errorf("%s: %v", text, diags)
		}
	}
}
