// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"terraform-provider-x/internal/fakecloud"
	"terraform-provider-x/internal/provider/login"
)

// What people report of providers that take paths, ids and names: somebody pastes a key or a token where one of those
// belongs, or swaps two variables, and the log of the pipeline shows it.

// pasted are secrets in the wrong place: one that passes for a name, and one of several lines.
var pasted = []string{
	"Zk3vQ9wXr7LtB2mN8sYpD5hJ1cF6gA4eU0oIiKxT",
	"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCZk3v\n-----END PRIVATE KEY-----\n",
}

// wrongPlaces are provider blocks and environments, in which <secret> is the secret.
var wrongPlaces = map[string]struct {
	block       string
	environment []string
}{
	"region":       {"region = var.secret\n" + goodKey, nil},
	"project id":   {inRegion + "project_id = var.secret\n" + goodKey, nil},
	"project name": {inRegion + "project_name = var.secret\n" + goodKey, nil},
	"cloud":        {inRegion + "cloud = var.secret\n" + goodKey, nil},
	"token":        {inRegion + "auth_token = var.secret", nil},
	"access key": {inRegion + "access_key = var.secret\nsecret_key = \"" +
		fakecloud.DefaultSecretKey + `"`, nil},
	"user and password": {inRegion + "user_name = var.secret\ndomain_name = var.secret\npassword = \"demo\"", nil},
	"user's id":         {inRegion + "user_id = var.secret\npassword = \"demo\"\npasscode = var.secret", nil},
	"agency": {inRegion + goodKey +
		"\nassume_role {\nagency_name = var.secret\ndomain_name = var.secret\n}", nil},
	"agency by id": {inRegion + goodKey +
		"\nassume_role {\nagency_name = var.secret\ndomain_id = var.secret\n}", nil},
	"the other agency": {inRegion + goodKey +
		"\nagency_name = var.secret\nagency_domain_name = var.secret\ndelegated_project = var.secret", nil},
	"identity provider": {inRegion + "assume_role_with_oidc {\nidp_id = var.secret\nid_token = var.secret\n}", nil},
	"token file": {inRegion, []string{
		"HW_ASSUME_ROLE_IDP_ID=corporate-login", "HW_ASSUME_ROLE_ID_TOKEN_FILE=<secret>",
	}},
	"profile": {inRegion + "profile = var.secret\nshared_config_file = var.secret", nil},
	"certificate and key": {inRegion + "cacert_file = var.secret\ncert_file = var.secret\nkey_file = var.secret\n" +
		goodKey, nil},
	"certificate and key in variables": {inRegion + goodKey, []string{
		"OS_CACERT=<secret>", "OS_CERT=<secret>", "OS_KEY=<secret>", "HW_INSECURE=<secret>", "HW_MAX_RETRIES=<secret>",
	}},
}

const inRegion = "region = \"eu-west-101\"\n"

const goodKey = "access_key = \"" + fakecloud.DefaultAccessKey + "\"\n" +
	"secret_key = \"" + fakecloud.DefaultSecretKey + "\""

// everyText is a provider block in which each argument that is a text has the secret, and everyVariable an environment.
func everyText() (block string) {
	attributes := login.Schema().Attributes
	for name, attribute := range attributes {
		if attribute.GetType().String() == "basetypes.StringType" {
			block += name + " = var.secret\n"
		}
	}
	return block + "assume_role_with_oidc {\nidp_id = var.secret\nid_token_file = var.secret\nduration = 1.5\n}\n"
}

func everyVariable() (environment []string) {
	for _, attribute := range login.Schema().Attributes {
		_, variables, _ := strings.Cut(attribute.GetMarkdownDescription(), " Environment: ")
		for _, variable := range strings.Split(strings.Trim(variables, "`."), "`, `") {
			if variable != "" {
				environment = append(environment, variable+"=<secret>")
			}
		}
	}
	return environment
}

// TestPastedSecretsShowNowhere validates, plans and applies with all logs.
func TestPastedSecretsShowNowhere(t *testing.T) {
	t.Parallel()
	run := func(name, block string, environment []string) {
		for i, secret := range pasted {
			t.Run(fmt.Sprintf("%s/%d", name, i), func(t *testing.T) {
				t.Parallel()
				env := newTestEnv(t)
				text := env.loginBlock(strings.ReplaceAll(block, "region = ", "#\nregion = "))
				before, after, _ := strings.Cut(text, "  region     = \"eu-west-101\"\n")
				env.write("main.tf", before+after+ddsCase.config(t)+"\nvariable \"secret\" {\n  sensitive = true\n}\n")
				env.environment = append(slices.Clone(environment), "TF_LOG=TRACE", "TF_VAR_secret="+secret, "HOME="+env.dir)
				for j, variable := range env.environment {
					env.environment[j] = strings.ReplaceAll(variable, "<secret>", secret)
				}
				for _, command := range [][]string{
					{"validate", "-no-color"}, {"plan", "-no-color"}, {"apply", "-no-color", "-auto-approve"},
				} {
					expectHidden(t, command[0], secret, string(env.result(command...).Output))
				}
				env.expectAccepted(0)
			})
		}
	}
	for name, place := range wrongPlaces {
		run(name, place.block, place.environment)
	}
	run("every argument", everyText(), nil)
	run("every variable", "", everyVariable())
}

// expectHidden searches for each line of a secret, but its first and its last.
func expectHidden(t *testing.T, where, secret, shown string) {
	t.Helper()
	shown = unquoted.Replace(shown)
	for _, line := range strings.Split(strings.TrimSpace(secret), "\n") {
		at := strings.Index(shown, line)
		if at >= 0 && !strings.HasPrefix(line, "-----") {
			t.Errorf("%s shows %q:\n%s", where, line, shown[max(0, at-300):min(len(shown), at+300)])
		}
	}
	for _, phrase := range []string{"report this", "rror in the provider", "panic:"} {
		if strings.Contains(shown, phrase) {
			t.Errorf("%s says %q:\n%s", where, phrase, shown)
		}
	}
}
