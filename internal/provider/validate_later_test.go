// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"testing"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

// TestTimeoutKnownLater has a time to wait that is known only after apply, and then is none: nothing is restored.
func TestTimeoutKnownLater(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t)
		env.configure(c.config(t, "timeouts = { create = terraform_data.later.output }") +
			"resource \"terraform_data\" \"later\" {\n  input = \"-1h\"\n}\n")
		env.expect(env.plan(), clitest.ExitChanges, "3 to add")
		env.expect(env.apply(), clitest.ExitError, `timeouts.create is "-1h". A restore cannot end in that time.`)
		env.expectAccepted(0)
	})
}

// TestActionTimeoutThatIsNone refuses an action's time to wait as the resource's.
func TestActionTimeoutThatIsNone(t *testing.T) {
	t.Parallel()
	for value, says := range map[string]string{
		"-1h": "A restore cannot end in that time.", "0s": "A restore cannot end in that time.", "30": "which has no unit.",
	} {
		t.Run(value, func(t *testing.T) {
			forEachAction(t, func(t *testing.T, c restoreCase) {
				env := newTestEnv(t)
				env.configure(c.action(t, fmt.Sprintf("timeouts = { invoke = %q }", value)))
				env.expect(env.apply(c.invoke()), clitest.ExitError, fmt.Sprintf("timeouts.invoke is %q", value), says)
				env.expectAccepted(0)
			})
		})
	}
}

// TestActionKnownLater has what an action is given known only when it is invoked. Terraform does not have it validated
// once more then.
func TestActionKnownLater(t *testing.T) {
	const later = "resource \"terraform_data\" \"later\" {\n  input = %q\n}\n"
	forEachAction(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t)
		env.configure(c.action(t, "timeouts = { invoke = terraform_data.later.output }") + fmt.Sprintf(later, "-1h"))
		env.expect(env.plan(), clitest.ExitChanges)
		env.expect(env.apply(), clitest.ExitError, "A restore cannot end in that time.")
		env.expectAccepted(0)
		if c.service != fakecloud.DWS {
			return
		}
		env.configure(strings.NewReplacer(
			`[{ schema_name = "public", table_name = "sales" }]`,
			`[for n in ["sales", "stores"] : { schema_name = "public", table_name = n }]`,
			`[{ schema_name = "public", table_name = "sales_before" }]`,
			`[for n in ["before", terraform_data.again.output] : { schema_name = "public", table_name = n }]`,
		).Replace(c.action(t)) + strings.Replace(fmt.Sprintf(later, "before"), "later", "again", 1))
		env.expect(env.plan(), clitest.ExitChanges)
		env.expect(env.apply("-replace=terraform_data.trigger"), clitest.ExitError, "One would overwrite the other.")
		env.expectAccepted(0)
	})
}
