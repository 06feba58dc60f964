// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"archive/zip"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

// logins are the authentication methods, by environment variables: what stands in a provider block the CLI itself writes into
// plans.
var logins = [][]string{
	{"HW_ACCESS_KEY=" + fakecloud.DefaultAccessKey, "HW_SECRET_KEY=" + fakecloud.DefaultSecretKey},
	{
		"OS_ACCESS_KEY=" + fakecloud.TemporaryAccessKey, "OS_SECRET_KEY=" + fakecloud.TemporarySecretKey,
		"OS_SECURITY_TOKEN=" + fakecloud.TemporarySecurityToken,
	},
	{"HW_AUTH_TOKEN=" + fakecloud.DefaultToken},
	{"HW_USER_NAME=" + fakecloud.DefaultUserName, "HW_USER_PASSWORD=" + fakecloud.DefaultPassword,
		"HW_DOMAIN_ID=" + fakecloud.DefaultDomainID},
	{
		"HW_ACCESS_KEY=" + fakecloud.DefaultAccessKey, "HW_SECRET_KEY=" + fakecloud.DefaultSecretKey,
		"HW_ASSUME_ROLE_AGENCY_NAME=" + ownAgency, "HW_ASSUME_ROLE_DOMAIN_NAME=" + fakecloud.DeputyDomainName,
	},
	{
		"HW_ACCESS_KEY=" + fakecloud.DefaultAccessKey, "HW_SECRET_KEY=" + fakecloud.DefaultSecretKey,
		"HW_ASSUME_ROLE_AGENCY_NAME=" + ownAgency, "HW_ASSUME_ROLE_DOMAIN_ID=" + fakecloud.DeputyDomainID,
		"HW_ASSUME_ROLE_DURATION=900",
	},
	{"HW_ASSUME_ROLE_IDP_ID=" + fakecloud.DefaultIdentityProvider, "HW_ASSUME_ROLE_ID_TOKEN=" + fakecloud.DefaultIDToken},
	{}, // the ECS
}

// ownAgency acts as the user who assumes it, so that the examples find what is theirs.
const ownAgency = "own-agency"

func addOwnAgency(w *fakecloud.World) {
	w.Agencies = append(w.Agencies, fakecloud.Agency{
		Name: ownAgency, DomainName: fakecloud.DeputyDomainName, DomainID: fakecloud.DeputyDomainID,
		UserName: fakecloud.DefaultUserName, Trusts: []string{fakecloud.DefaultUserName},
	})
}

// exampleDirectories are those of all configurations under examples/ but the actions', which no plain plan runs.
func exampleDirectories(t *testing.T) []string {
	t.Helper()
	root := filepath.Join("..", "..", "examples")
	var found, withActions []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".tf" {
			return err
		}
		directory, err := filepath.Rel(root, filepath.Dir(path))
		if text := example(t, filepath.Join(directory, filepath.Base(path))); strings.Contains("\n"+text, "\naction ") {
			withActions = append(withActions, directory)
		}
		found = append(found, directory)
		return err
	})
	if err != nil || len(found) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	found = slices.DeleteFunc(found, func(directory string) bool { return slices.Contains(withActions, directory) })
	slices.Sort(found)
	return slices.Compact(found)
}

// configureExample writes an example as it is, with a provider block where it has none, and returns the variables it
// wants.
func (env *testEnv) configureExample(name string) []string {
	env.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "examples", name, "*.tf"))
	if err != nil {
		env.Fatal(err)
	}
	var text string
	for _, file := range files {
		text += example(env.T, filepath.Join(name, filepath.Base(file)))
	}
	if !strings.Contains(text, `provider "x"`) {
		text += env.loginBlock("")
	}
	env.write("main.tf", text)
	var variables []string
	if strings.Contains(text, `variable "endpoints"`) {
		at := env.cloud.Addresses()
		variables = append(variables, "-var", fmt.Sprintf("endpoints={iam=%q,sts=%q,metadata=%q,rds=%q,dds=%q,dws=%q}",
			at.IAM, at.STS, at.Metadata, at.RDS, at.DDS, at.DWS))
	}
	if strings.Contains(text, `variable "job_id"`) {
		job, err := env.cloud.Occupy(fakecloud.RDS, ordersDB, "RestoreSomething")
		if err != nil {
			env.Fatal(err)
		}
		env.change(job, "finish", "")
		variables = append(variables, "-var", "job_id="+job)
	}
	return variables
}

// everything runs a command and returns all that it wrote.
func (env *testEnv) everything(arguments ...string) string {
	env.Helper()
	result := env.result(arguments...)
	if result.Exit != clitest.ExitOK {
		env.Fatalf("%v: exit status %d:\n%.9000s", arguments, result.Exit, result.Output)
	}
	return string(result.Output)
}

// unzipped is what a plan's file holds.
func (env *testEnv) unzipped(name string) string {
	env.Helper()
	archive, err := zip.OpenReader(filepath.Join(env.dir, name))
	if err != nil {
		env.Fatal(err)
	}
	defer archive.Close()
	var all strings.Builder
	for _, file := range archive.File {
		content, err := file.Open()
		if err != nil {
			env.Fatal(err)
		}
		if _, err := io.Copy(&all, content); err != nil {
			env.Fatal(err)
		}
		_ = content.Close()
	}
	return all.String()
}

// unquoted takes back what JSON and logs do to a text, once or several times over.
var unquoted = strings.NewReplacer(`\u0026`, "&", `\u003c`, "<", `\u003e`, ">", `\`, "")

// expectNoSecrets searches what is shown for every secret of the world.
func (env *testEnv) expectNoSecrets(shown map[string]string) {
	env.Helper()
	for where, text := range shown {
		text = unquoted.Replace(text)
		for _, secret := range env.cloud.Secrets() {
			for _, spelling := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret)} {
				if at := strings.Index(text, spelling); at >= 0 {
					env.Fatalf("%s shows %q:\n%s", where, spelling, text[max(0, at-200):min(len(text), at+200)])
				}
			}
		}
	}
}

// traced plans and applies what is configured, logging all that there is to log, and returns all that was written
// anywhere.
func (env *testEnv) traced(variables []string) map[string]string {
	env.Helper()
	env.environment = append(env.environment, "TF_LOG=TRACE", "HW_REGION_NAME=eu-west-101", "OS_REGION_NAME=eu-west-101")
	shown := map[string]string{
		"plan":  env.everything(append([]string{"plan", "-no-color", "-out=plan.bin"}, variables...)...),
		"apply": env.everything("apply", "-no-color", "plan.bin"),
	}
	shown["the plan's file"] = env.unzipped("plan.bin")
	shown["show plan"] = env.everything("show", "-json", "plan.bin")
	shown["show"] = env.everything("show", "-json")
	state, err := os.ReadFile(filepath.Join(env.dir, "terraform.tfstate"))
	if err != nil {
		env.Fatal(err)
	}
	shown["the state"] = string(state)
	return shown
}

// TestExamplesShowNoSecret runs every example, logged in one way or another, and the demo, which has all restores, in
// all ways.
func TestExamplesShowNoSecret(t *testing.T) {
	t.Parallel()
	run := func(name string, way int) {
		t.Run(fmt.Sprintf("%s/%d", name, way), func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t, changedWorld(addOwnAgency))
			env.environment = slices.Clone(logins[way])
			shown := env.traced(env.configureExample(name))
			env.expectNoSecrets(shown)
			calls := strings.Count(shown["plan"]+shown["apply"], "cloud call")
			requests := 0
			for _, operations := range env.cloud.Requests() {
				for _, count := range operations {
					requests += count
				}
			}
			if calls != requests {
				t.Errorf("%d calls are logged, %d came: what is searched is not all", calls, requests)
			}
		})
	}
	for i, name := range exampleDirectories(t) {
		if name != "demo" {
			run(name, i%len(logins))
		}
	}
	for way := range logins {
		run("demo", way)
	}
}
