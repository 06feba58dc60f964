// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"testing"

	"terraform-provider-x/internal/clitest"
)

// The kind of report: a text comes from a file or a shell, with a line break, a byte order mark or a space that nobody
// sees. It goes into a call as it is, and the service answers with anything but the reason.

// withText is the example's configuration with another text for one of its own.
func withText(t *testing.T, config, old, text string) string {
	t.Helper()
	if !strings.Contains(config, fmt.Sprintf("%q", old)) {
		t.Fatalf("the example has no %q", old)
	}
	return strings.ReplaceAll(config, fmt.Sprintf("%q", old), text)
}

// targetArgument is the argument with the target's id.
func (c restoreCase) targetArgument() string {
	if c.name == dwsCase.name {
		return "snapshot_id"
	}
	return "instance_id"
}

// TestTextFromAFile has ids and regions with what is around them in a file. It is found without a call.
func TestTextFromAFile(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t)
		for written, shown := range map[string]string{
			`%s\n`: `%s\n`, `%s\r\n`: `%s\r\n`, ` %s`: ` %s`, `%s\t`: `%s\t`, "\uFEFF%s": `\ufeff%s`, "%s\u00A0": `%s\u00a0`,
			"%s\u200B": `%s\u200b`,
		} {
			text := `"` + fmt.Sprintf(written, c.target) + `"`
			env.configure(withText(t, c.config(t), c.target, text))
			env.expect(env.run("validate", "-no-color"), clitest.ExitError,
				fmt.Sprintf("%s is \"%s\", which cannot be an id", c.targetArgument(), fmt.Sprintf(shown, c.target)))
			env.configure(c.config(t, `region = "`+fmt.Sprintf(written, "eu-west-101")+`"`))
			env.expect(env.run("validate", "-no-color"), clitest.ExitError,
				fmt.Sprintf("region is \"%s\", which cannot be a region", fmt.Sprintf(shown, "eu-west-101")))
		}
		env.expectNoCalls()
	})
}

func (env *testEnv) expectNoCalls() {
	env.Helper()
	if requests := env.cloud.Requests(); len(requests) > 0 {
		env.Errorf("the cloud was called: %v", requests)
	}
}

// TestTextKnownLater has such an id known only after apply, with and without preflight.
func TestTextKnownLater(t *testing.T) {
	later := func(text string) string {
		return fmt.Sprintf("resource \"terraform_data\" \"later\" {\n  input = %q\n}\n", text)
	}
	for _, preflight := range []string{"", "preflight = false"} {
		t.Run(preflight, func(t *testing.T) {
			forEachRestore(t, func(t *testing.T, c restoreCase) {
				says := c.targetArgument() + ` is "` + c.target + `\n"`
				env := newTestEnv(t)
				env.configure(withText(t, c.config(t, preflight), c.target, "terraform_data.later.output") + later(c.target+"\n"))
				env.expect(env.plan(), clitest.ExitChanges)
				env.expect(env.apply(), clitest.ExitError, says)
				env.expectAccepted(0)
				forActions(t, c, func(t *testing.T, c restoreCase) {
					env := newTestEnv(t)
					env.configure(withText(t, c.action(t, preflight), c.target, "terraform_data.later.output") + later(c.target+"\n"))
					env.expect(env.apply(), clitest.ExitError, says)
					env.expectAccepted(0)
				})
			})
		})
	}
}

// TestTextInTimes: a moment with a line break is none, in an action's argument that is known late as well.
func TestTextInTimes(t *testing.T) {
	for _, c := range []restoreCase{rdsCase, ddsCase} {
		t.Run(c.name, func(t *testing.T) {
			forActions(t, c, func(t *testing.T, c restoreCase) {
				env := newTestEnv(t)
				config := withText(t, c.action(t), c.moment, "terraform_data.later.output")
				env.configure(config + fmt.Sprintf("resource \"terraform_data\" \"later\" {\n  input = %q\n}\n", c.moment+"\n"))
				env.expect(env.apply(), clitest.ExitError, `restore`, `_time: "`+c.moment+`\n" is neither RFC 3339`)
				env.expectAccepted(0)
			})
		})
	}
}

// TestTextInImports has what is around an import's id in a file, in each part of it.
func TestTextInImports(t *testing.T) {
	t.Parallel()
	const job = "b8a3f9c5-4d6e-4f7a-8b9c-0d1e2f3a4b5c"
	env := newTestEnv(t)
	for _, c := range []restoreCase{rdsCase, dwsCase} {
		env.configure(c.config(t))
		for id, says := range map[string]string{
			c.target + "/" + job + "\n":            `the job_id is "` + job + `\n"`,
			c.target + "\u00A0/" + job:             `the ` + c.targetArgument() + ` is "` + c.target + `\u00a0"`,
			"\uFEFF" + c.target + "/" + job:        `the ` + c.targetArgument() + ` is "\ufeff` + c.target + `"`,
			"eu-west-101 /" + c.target + "/" + job: `the region is "eu-west-101 "`,
		} {
			env.expect(env.run("import", "-no-color", c.address, id), clitest.ExitError, "Invalid import id", says)
		}
	}
	env.expectNoCalls()
}

// TestTextInDataSources has it in each argument of the data sources that goes into a call, or that filters what comes.
func TestTextInDataSources(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	for argument, says := range map[string]string{
		`x_rds_pg_restore_windows: instance_id = "i\n"`:                   `instance_id is "i\n"`,
		`x_rds_pg_restorable_tables: table_name_like = "orders\r\n"`:      `table_name_like is "orders\r\n"`,
		"x_rds_pg_restorable_tables: database_name_like = \"\uFEFFshop\"": `database_name_like is "\ufeffshop"`,
		`x_rds_pg_restorable_tables: name_regex = "orders$\n"`:            `name_regex is "orders$\n"`,
		`x_rds_pg_restorable_tables: restore_time = "latest\n"`:           `restore_time: "latest\n" is neither`,
		`x_rds_pg_restore_windows: date = "2023-07-05\n"`:                 `date is "2023-07-05\n"`,
		`x_dds_restore_windows: to = " 2023-07-05T11:32:17Z"`:             `to: " 2023-07-05T11:32:17Z" is neither`,
		`x_dds_restorable_collections: region = "eu-west-101\n"`:          `region is "eu-west-101\n"`,
		`x_dws_snapshots: cluster_id = "c\n"`:                             `cluster_id is "c\n"`,
		`x_dws_snapshots: status = "AVAILABLE\n"`:                         `status is "AVAILABLE\n"`,
		`x_restore_job: job_id = "j\n"`:                                   `job_id is "j\n"`,
		`x_restore_job: service = "rds\n"`:                                `got: "rds\n"`,
	} {
		dataSource, argument, _ := strings.Cut(argument, ": ")
		body := argument
		for name, sources := range map[string]string{
			`instance_id = "i"`:                     "x_rds_pg_restore_windows x_rds_pg_restorable_tables x_dds_restore_windows x_dds_restorable_collections",
			`restore_time = "2023-07-05T11:32:17Z"`: "x_rds_pg_restorable_tables x_dds_restorable_collections",
			`service = "rds"`:                       "x_restore_job", `job_id = "j"`: "x_restore_job",
		} {
			word, _, _ := strings.Cut(name, " ")
			if strings.Contains(sources, dataSource) && !strings.HasPrefix(argument, word) {
				body += "\n  " + name
			}
		}
		env.configure(fmt.Sprintf("data %q \"this\" {\n  %s\n}\n", dataSource, body))
		env.expect(env.run("validate", "-no-color"), clitest.ExitError, says)
	}
	env.expectNoCalls()
}

// TestTextInNewNames: a copy gets no name that ends with what nobody sees.
func TestTextInNewNames(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.configure(ordersTable("this", `{ old_name = "orders", new_name = "copy\n" }`, "") +
		cartsCopy("this", ", new_name = \"\uFEFFcopy\"", ""))
	env.expect(env.run("validate", "-no-color"), clitest.ExitError,
		`tables[0].new_name is "copy\n"`, `collections[0].new_name is "\ufeffcopy"`)
	env.expectNoCalls()
}
