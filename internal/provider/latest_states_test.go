// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
	"terraform-provider-x/internal/pointintime"
)

// TestLatestWithItsDefaultNameWrittenOut writes down what the state says that the table is called, while the restore is
// unfinished and tainted. Without its state, nobody can tell that it is the same restore, and the plan stops; with it, it
// is resumed.
func TestLatestWithItsDefaultNameWrittenOut(t *testing.T) {
	t.Parallel()
	c := rdsCase
	env := newTestEnv(t)
	config := func(name, more string) string {
		return strings.Replace(fmt.Sprintf(latestCases[0].resource, "a", more), `old_name = "orders"`,
			`old_name = "orders"`+name, 1)
	}
	env.configure(config("", shortTimeouts))
	env.change("next", "hold", "")
	env.expect(env.apply(), clitest.ExitError, "Restore is still running")
	job := env.expectAccepted(1)[0]
	moment, err := pointintime.Parse(env.expectRestoredTo(c, 0))
	if err != nil {
		t.Fatal(err)
	}
	env.configure(config(fmt.Sprintf(`, new_name = "orders_%d"`, moment.UnixMilli()), ""))
	env.expect(env.plan(), clitest.ExitError, "Unfinished restore is planned again", job, "terraform untaint ADDRESS")
	env.change(job, "finish", "")
	env.expect(env.run("untaint", c.address), clitest.ExitOK)
	env.mustApply()
	env.expectAccepted(1)
	env.expectStored(c.address, map[string]any{"job_id": job, "status": "Completed"})
	env.expectNoChanges()
}

// TestLatestImportedWithANameToBeKnown has a name in the plan that is not known yet, of a restore that is taken over.
func TestLatestImportedWithANameToBeKnown(t *testing.T) {
	t.Parallel()
	c := rdsCase
	env := newTestEnv(t)
	env.configure(fmt.Sprintf(latestCases[0].resource, "a", ""))
	env.mustApply()
	job := env.expectAccepted(1)[0]
	env.expect(env.run("state", "rm", c.address), clitest.ExitOK)
	env.expect(env.run("import", "-no-color", c.address, c.target+"/"+job), clitest.ExitOK)
	env.configure("resource \"terraform_data\" \"name\" {\n input = \"c_a\"\n}\n" +
		strings.Replace(fmt.Sprintf(latestCases[0].resource, "a", ""), `"c_a"`, "terraform_data.name.output", 1))
	env.mustApply()
	env.expectAccepted(1)
	env.expectNoChanges()
}

// TestRestoredToOfAnEarlierVersion resumes a restore whose state says nothing of the moment, as versions did that
// had no such attribute.
func TestRestoredToOfAnEarlierVersion(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t)
		env.configure(c.config(t, `on_timeout = "detach"`, shortTimeouts))
		env.change("next", "hold", "")
		env.mustApply()
		for _, attribute := range []string{"restored_to", "data_age_seconds"} {
			env.rewriteState(`"`+attribute+`": (".*"|[0-9]+)`, `"`+attribute+`": null`)
		}
		env.expectStored(c.address, map[string]any{"restored_to": nil, "data_age_seconds": nil})
		env.change(env.expectAccepted(1)[0], "finish", "")
		env.mustApply()
		env.expectAccepted(1)
		values := env.stored(c.address).Values
		if known := values["restored_to"] != nil && values["data_age_seconds"] != nil; known != (c.service != fakecloud.DWS) {
			t.Errorf("restored_to is %v, and the data %v s old", values["restored_to"], values["data_age_seconds"])
		}
		env.expectNoChanges()
	})
}

// rewriteState replaces what a pattern matches, which must be there.
func (env *testEnv) rewriteState(pattern, with string) {
	env.Helper()
	name := filepath.Join(env.dir, "terraform.tfstate")
	state, err := os.ReadFile(name)
	if err != nil {
		env.Fatal(err)
	}
	written := regexp.MustCompile(pattern).ReplaceAll(state, []byte(with))
	if bytes.Equal(written, state) {
		env.Fatalf("the state has no %s:\n%s", pattern, state)
	}
	env.write("terraform.tfstate", string(written))
}
