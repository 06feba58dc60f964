// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

// TestNothingAnswers plans where nobody answers a lookup: most likely nobody would answer the restore either. That is
// an error, and it names the address.
func TestNothingAnswers(t *testing.T) {
	t.Parallel()
	const nowhere = "http://127.0.0.1:1"
	for name, kind := range map[string]struct {
		silent []string // services for which nobody listens; none: every lookup's connection is cut
		says   string
	}{
		"at all":        {[]string{fakecloud.IAM, fakecloud.RDS, fakecloud.DDS, fakecloud.DWS}, nowhere + "/v3/projects"},
		"for the login": {[]string{fakecloud.IAM}, nowhere + "/v3/projects"},
		"but the login": {[]string{fakecloud.RDS, fakecloud.DDS, fakecloud.DWS}, nowhere},
		"cut":           {nil, "attempt 6"},
	} {
		t.Run(name, func(t *testing.T) {
			forEachRestore(t, func(t *testing.T, c restoreCase) {
				env := newTestEnv(t)
				at := env.cloud.Addresses()
				addresses := map[string]string{fakecloud.IAM: at.IAM, fakecloud.RDS: at.RDS, fakecloud.DDS: at.DDS, fakecloud.DWS: at.DWS}
				silenced := func(more string) string {
					block := env.providerBlock(more)
					for _, service := range kind.silent {
						block = strings.ReplaceAll(block, addresses[service], nowhere)
					}
					return block
				}
				if kind.silent == nil {
					env.plantLookups(c, fakecloud.Fault{Kind: fakecloud.FaultReset})
				}
				env.write("main.tf", silenced("")+c.config(t, c.mayOverwrite()))
				exit, messages := env.planned()
				if found := messages[c.address]; exit != clitest.ExitError || len(found) != 1 || found[0].Severity != "error" ||
					found[0].Summary != "No lookup was answered" || !strings.Contains(found[0].Detail, kind.says) ||
					!strings.Contains(found[0].Detail, "No restore was started.") {
					t.Errorf("want the error in the plan, got exit status %d, %+v", exit, messages)
				}
				env.expect(env.apply(), clitest.ExitError, "No lookup was answered")
				env.expectAccepted(0)
				env.write("main.tf", silenced("preflight = false")+c.config(t, c.mayOverwrite()))
				env.expect(env.plan(), clitest.ExitChanges)
				env.cloud.ClearFaults()
				env.configure(c.config(t, c.mayOverwrite()))
				env.mustApply()
				env.expectAccepted(1)
			})
		})
	}
}

// TestOneLookupCut cuts one lookup of several: whoever answered the others is there, so it is a warning, and the restore
// is made.
func TestOneLookupCut(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		for _, operation := range c.lookups {
			env := newTestEnv(t)
			env.plant(fakecloud.Fault{Service: c.service, Operation: operation, Kind: fakecloud.FaultReset, Times: -1})
			env.configure(c.config(t, c.mayOverwrite()))
			exit, messages := env.planned()
			if found := messages[c.address]; exit != clitest.ExitChanges || len(found) != 1 || found[0].Severity != "warning" ||
				!strings.Contains(found[0].Detail, "attempt 6") {
				t.Errorf("%s: want a warning, got exit status %d, %+v", operation, exit, messages)
			}
			env.mustApply()
			env.expectAccepted(1)
		}
	})
}
