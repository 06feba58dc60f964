// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"testing"
	"time"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

// aheadOf is a cloud whose clock is ahead of this machine's.
func aheadOf(t *testing.T, clock clitest.Clock, by time.Duration) *testEnv {
	t.Helper()
	return newTestEnvWithClock(t, clock, func(o *fakecloud.Options) {
		o.Now = func() time.Time { return clock.Now().Add(by) }
	})
}

// TestSlowClock restores to a moment that the service offers and that has not come yet on this machine. Kind of report: a
// moment just read from the service, rejected as of the future.
func TestSlowClock(t *testing.T) {
	t.Parallel()
	clock := clitest.NewClock(1)
	soon := clock.Now().Add(3 * time.Minute).UTC().Format(time.RFC3339)
	for name, configuration := range map[string]string{
		"rds": fmt.Sprintf(`resource "x_rds_pg_table_pitr" "this" {
  instance_id  = %q
  restore_time = %q
  databases    = [{ database = "shop", schemas = [{ schema = "public", tables = [{ old_name = "orders" }] }] }]
}`, ordersDB, soon),
		"dds": fmt.Sprintf(`resource "x_dds_collection_restore" "this" {
  instance_id         = %q
  restore_collections = [{
    database    = "app"
    collections = [{ old_name = "sessions", new_name = "sessions_copy", restore_collection_time = %q }]
  }]
}`, sessionsDB, soon),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := aheadOf(t, clock, 13*time.Minute) // the newest moment is five minutes old
			env.configure(configuration)
			env.expect(env.plan(), clitest.ExitChanges)
			behind := newTestEnvWithClock(t, clock) // the windows decide
			behind.configure(configuration)
			behind.expect(behind.plan(), clitest.ExitError, "Restore time is not available")
			behind.expectAccepted(0)
		})
	}
}
