// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

// TestPasscode plans with one passcode and applies with the next: each is good for one login.
func TestPasscode(t *testing.T) {
	t.Parallel()
	c := ddsCase
	env := newTestEnv(t)
	env.configureLogin(authMethod{
		block:       fmt.Sprintf("user_id = %q\n  project_id = %q", fakecloud.MFAUserID, fakecloud.DefaultProjectID),
		environment: []string{"OS_PASSWORD=" + fakecloud.MFAPassword},
	}, c.config(t))
	without := env.environment
	env.environment = append(without, "OS_PASSCODE=123456")
	env.expect(env.plan("-out=plan.bin"), clitest.ExitChanges)
	env.environment = append(without, "OS_PASSCODE=234567")
	env.expect(env.run("apply", "-no-color", "plan.bin"), clitest.ExitOK, "Apply complete!")
	env.expectAccepted(1)
	if got := env.cloud.Logins(); len(got) != 2 || !got[0].Accepted || !got[1].Accepted {
		t.Errorf("logins: %+v", got)
	}
}

// TestAccountsBesideEachOther restores for two accounts and in two regions by one configuration. Each call carries the
// credentials of its own provider block: the other account's would be refused, as neither may use the other's project.
func TestAccountsBesideEachOther(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t).withRaceDetector()
	one := strings.Replace(env.loginBlock(authMethods["agency"].block), `provider "x" {`,
		"provider \"x\" {\n  alias = \"deputy\"", 1)
	_, one, _ = strings.Cut(one, `provider "x" {`)
	at := env.cloud.Addresses()
	third := fmt.Sprintf(`
provider "x" {
  alias      = "elsewhere"
  region     = "eu-de"
  auth_token = %q
  endpoints  = { iam = %q, rds = %q, dds = %q, dws = %q }
}
`, fakecloud.DefaultToken, at.IAM, at.RDS, at.DDS, at.DWS)
	c := ddsCase
	own, _, _ := strings.Cut(c.config(t), "resource \"terraform_data\"")
	with := func(alias, name, instance string) string {
		text := strings.Replace(own, c.target, instance, 1)
		text = strings.Replace(text, "before_migration", name, 1)
		return strings.Replace(text, "  instance_id", "  provider    = x."+alias+"\n  instance_id", 1)
	}
	elsewhere := `
resource "x_dds_collection_restore" "elsewhere" {
  provider            = x.elsewhere
  instance_id         = "61a0b2c4d6e84f0192a3b4c5d6e7f809in02"
  restore_collections = [{ database = "app", restore_database_time = "2020-12-12T08:49:15Z" }]
}
`
	env.write("main.tf", env.providerBlock("")+"\nprovider \"x\" {"+one+third+own+with("deputy", "deputy",
		fakecloud.DeputyDDSInstance)+elsewhere)
	env.mustApply()
	env.expectAccepted(3)
	targets := map[string]bool{}
	for _, restore := range env.cloud.Restores() {
		targets[restore.TargetID] = true
	}
	if len(targets) != 3 {
		t.Errorf("restored: %v", targets)
	}
	env.expectNoChanges()
	for _, issue := range env.cloud.Issued() {
		if issue.UserName != fakecloud.DeputyUserName {
			t.Errorf("issued to %s", issue.UserName)
		}
	}
}

// TestProfileInHome finds the file where the vendor's CLI keeps it.
func TestProfileInHome(t *testing.T) {
	t.Parallel()
	c := rdsCase
	env := newTestEnv(t)
	if err := os.Mkdir(filepath.Join(env.dir, ".hcloud"), 0o700); err != nil {
		t.Fatal(err)
	}
	env.write(".hcloud/config.json", authMethods["profile"].file)
	env.configureLogin(authMethod{block: `profile = "pipeline"`}, c.config(t))
	env.mustApply()
	env.expectAccepted(1)
}
