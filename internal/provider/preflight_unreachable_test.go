// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

// TestUnreachableService plans with an address at which no service can answer, however long anybody waits, while IAM
// does answer. Kind of report: plans that succeeded, after minutes of retries, with a typo in an endpoint.
func TestUnreachableService(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t)
		at := env.cloud.Addresses()
		address := map[string]string{fakecloud.RDS: at.RDS, fakecloud.DDS: at.DDS, fakecloud.DWS: at.DWS}[c.service]
		wrong := func(more string) string {
			return strings.ReplaceAll(env.providerBlock(more), address, strings.Replace(address, "http:", "https:", 1))
		}
		env.write("main.tf", wrong("")+c.config(t, c.mayOverwrite()))
		exit, messages := env.planned()
		if found := messages[c.address]; exit != clitest.ExitError || len(found) != 1 || found[0].Severity != "error" ||
			found[0].Summary != "Service cannot be reached" || !strings.Contains(found[0].Detail, "attempt 1:") ||
			!strings.Contains(found[0].Detail, "check the endpoint") {
			t.Errorf("want the error in the plan, got exit status %d, %+v", exit, messages)
		}
		env.write("main.tf", wrong("preflight = false")+c.config(t, c.mayOverwrite()))
		env.expect(env.apply(), clitest.ExitError, "Service cannot be reached", "No restore was started.")
		env.expectAccepted(0)
	})
}
