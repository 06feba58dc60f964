// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"terraform-provider-x/internal/fakecloud"
)

// documentedLogins are what has to be there beside the example under each heading of the documentation's "Logging in":
// the environment, and what files hold. The names in the examples are those of the default world.
var documentedLogins = map[string]struct {
	environment []string
	files       map[string]string // by the name in the example
	deputy      bool
}{
	"Access key": {environment: keyInEnvironment},
	"Temporary access key": {environment: []string{fmt.Sprintf(`TF_VAR_temporary={access=%q,secret=%q,security_token=%q}`,
		fakecloud.TemporaryAccessKey, fakecloud.TemporarySecretKey, fakecloud.TemporarySecurityToken)}},
	"Token":      {environment: []string{"TF_VAR_token=" + fakecloud.DefaultToken}},
	"Password":   {environment: []string{"HW_USER_PASSWORD=" + fakecloud.DefaultPassword}},
	"Profile":    {files: map[string]string{"~/.hcloud/config.json": authMethods["profile"].file}},
	"ECS agency": {},
	"Agency":     {environment: keyInEnvironment, deputy: true},
	"ID token": {files: map[string]string{"/var/run/secrets/id-token": fakecloud.DefaultIDToken + "\n"},
		deputy: true},
	"Several accounts": {environment: keyInEnvironment},
}

var keyInEnvironment = []string{"HW_ACCESS_KEY=" + fakecloud.DefaultAccessKey,
	"HW_SECRET_KEY=" + fakecloud.DefaultSecretKey}

// TestDocumentedLogins restores by every login of the provider's page, as it stands there but for the services'
// addresses.
func TestDocumentedLogins(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "index.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "\n## Logging in\n")
	section, _, _ = strings.Cut(section, "\n## ")
	headings := strings.Split(section, "\n### ")[1:]
	if len(headings) != len(documentedLogins) {
		t.Errorf("%d logins are documented, %d are tested", len(headings), len(documentedLogins))
	}
	for i, text := range headings {
		heading, text, _ := strings.Cut(text, "\n")
		login, known := documentedLogins[heading]
		_, text, found := strings.Cut(text, "```terraform\n")
		text, _, _ = strings.Cut(text, "```")
		if !known || !found {
			t.Errorf("%q is not tested, or has no example", heading)
			continue
		}
		t.Run(heading, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			for name, content := range login.files {
				env.write(filepath.Base(name), content)
				text = strings.ReplaceAll(text, name, filepath.Join(env.dir, filepath.Base(name)))
			}
			at := env.cloud.Addresses()
			endpoints := fmt.Sprintf("  endpoints = { iam = %q, sts = %q, metadata = %q, rds = %q, dds = %q, dws = %q }\n  region", at.IAM, at.STS, at.Metadata, at.RDS, at.DDS, at.DWS)
			text = strings.ReplaceAll(text, "  region", endpoints)
			c := restoreCases[i%len(restoreCases)]
			env.configureLogin(authMethod{environment: login.environment, deputy: login.deputy}, c.config(t))
			configured, err := os.ReadFile(filepath.Join(env.dir, "main.tf"))
			if err != nil {
				t.Fatal(err)
			}
			start, resources := strings.Index(string(configured), "provider \"x\""),
				strings.Index(string(configured), "resource \"")
			env.write("main.tf", string(configured)[:start]+text+string(configured)[resources:])
			env.mustApply()
			env.expectAccepted(1)
		})
	}
}
