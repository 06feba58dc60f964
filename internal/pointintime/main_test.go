// SPDX-License-Identifier: MPL-2.0

package pointintime

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails where a test has left a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
