// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"testing"

	"terraform-provider-x/internal/clitest"
)

// TestFunctions applies the documentation's examples, and reads what they promise in their first line.
func TestFunctions(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"epoch_ms", "rfc3339", "restored_name"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			text := example(t, "functions/"+name+"/function.tf")
			env.configure(text)
			promised, _, _ := strings.Cut(strings.TrimPrefix(text, "# "), "\n")
			env.expect(env.apply(), clitest.ExitOK, fmt.Sprintf("%s = %s", name, promised))
			if requests := env.cloud.Requests(); len(requests) > 0 {
				t.Errorf("a function called the cloud: %v", requests)
			}
		})
	}
}

// TestFunctionErrors checks that what cannot be converted is an error that says what to write.
func TestFunctionErrors(t *testing.T) {
	t.Parallel()
	for call, says := range map[string]string{
		`epoch_ms("yesterday")`:                            "is neither RFC 3339",
		`epoch_ms("1688556737")`:                           "write 1688556737000",
		`rfc3339(1688556737)`:                              "write 1688556737000",
		`rfc3339(-1)`:                                      "is neither RFC 3339",
		`rfc3339(1688556737000.5)`:                         "1688556737000.5 is no whole number",
		`rfc3339(1e30)`:                                    "too large",
		`rfc3339(null)`:                                    "must not be null",
		`restored_name("", "2023-07-05T11:32:17Z")`:        "name is empty",
		`restored_name("orders", "tomorrow")`:              "is neither RFC 3339",
		`restored_name("` + name63 + `", "1688556737000")`: "would have 77 bytes. PostgreSQL allows 63",
	} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			env.configure("output \"out\" {\n value = provider::x::" + call + "\n}\n")
			env.expect(env.plan(), clitest.ExitError, says)
		})
	}
}

// TestRestoredNameIsTheResources holds the function to what the resource does.
func TestRestoredNameIsTheResources(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.configure(ordersTable("this", `{ old_name = "orders" }`, "") + `
output "same" {
  value = x_rds_pg_table_pitr.this.databases[0].schemas[0].tables[0].new_name == provider::x::restored_name("orders", x_rds_pg_table_pitr.this.restore_time)
}`)
	env.expect(env.apply(), clitest.ExitOK, "same = true")
}
