// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"regexp"
	"testing"

	"terraform-provider-x/internal/clitest"
)

// What people report of provider blocks: a fraction, a null or a line end in one of its values is noticed late, and
// then with a text that asks them to report an error in the provider.

func TestProviderBlockIsValidated(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ block, says string }{
		"fraction of retries":    {"max_retries = 1.5", `"max_retries" must be a whole number from 0 to 100.`},
		"huge retries":           {"max_retries = 1e400", `"max_retries" must be a whole number from 0 to 100.`},
		"fraction of requests":   {"requests_per_minute = { rds = 60.5 }", `"rds" must be a whole number from 6 to`},
		"fraction of a duration": {"assume_role {\nduration = 900.5\n}", `"duration" must be a whole number`},
		"cloud with a scheme":    {`cloud = "https://otc.t-systems.com"`, `"cloud" is a text of 25 characters`},
		"cloud with a port":      {`cloud = "otc.t-systems.com:443"`, `"cloud" is a text of 21 characters`},
		"line end":               {`cloud = "otc.t-systems.com\n"`, `"cloud" has "\n" at the end.`},
		"carriage return":        {`user_name = "me\r"`, `"user_name" has "\r" at the end.`},
		"space":                  {`auth_url = " https://iam.example.com"`, `"auth_url" has " " at the beginning.`},
		"mark":                   {`project_name = "\ufeffeu-west-101"`, `"project_name" has "\ufeff" at the beginning.`},
		"mark in an endpoint":    {`endpoints = { sts = "\ufeffsts.example" }`, `endpoints.sts has "\ufeff" at the beginning.`},
		"path with a line end":   {`cacert_file = "ca.pem\n"`, `"cacert_file" has "\n" at the end.`},
		"agency":                 {"assume_role {\nagency_name = \"a\\r\"\n}", `"agency_name" has "\r" at the end.`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			env.write("main.tf", env.blockWith(c.block)+rdsCase.config(t))
			env.expect(env.run("validate", "-no-color"), clitest.ExitError, c.says)
		})
	}
	t.Run("nulls", func(t *testing.T) {
		t.Parallel()
		env := newTestEnv(t)
		nulls := "max_retries = null\nrequests_per_minute = { rds = null }\ncacert_file = null"
		env.write("main.tf", env.providerBlock(nulls)+rdsCase.config(t))
		env.expect(env.run("validate", "-no-color"), clitest.ExitOK)
		env.expect(env.plan(), clitest.ExitChanges)
	})
	t.Run("null address", func(t *testing.T) {
		t.Parallel()
		env := newTestEnv(t)
		env.write("main.tf", env.blockWith("endpoints = { rds = null }")+rdsCase.config(t))
		env.expect(env.run("validate", "-no-color"), clitest.ExitOK)
	})
}

var blockEndpoints = regexp.MustCompile(`(?m)^  endpoints  = .*$`)

// blockWith is a provider block without endpoints, which calls nothing in "validate".
func (env *testEnv) blockWith(more string) string {
	env.Helper()
	return blockEndpoints.ReplaceAllString(env.providerBlock(more), "")
}
