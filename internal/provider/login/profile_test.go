// SPDX-License-Identifier: MPL-2.0

package login

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"terraform-provider-x/internal/client"
)

// sharedConfigText is an unencrypted configuration file of the vendor's command line.
const sharedConfigText = `{
  "language": "en", "current": "default", "other": {"of": ["no", "interest"]},
  "profiles": [
    {
      "name": "default", "mode": "AKSK", "accessKeyId": "file-ak", "secretAccessKey": "file-sk",
      "region": "", "projectId": "", "domainId": "", "readTimeout": 10
    },
    {
      "name": "there", "mode": "AKSK", "accessKeyId": "there-ak", "secretAccessKey": "there-sk",
      "securityToken": "there-st", "region": "eu-de", "projectId": "` + someProject + `"
    },
    {
      "name": "login", "mode": "SSO", "accessKeyId": "no", "region": "eu-de",
      "ssoAuth": {"stsToken": {"accessKeyId": "sso-ak", "secretAccessKey": "sso-sk", "securityToken": "sso-st"}}
    },
    {
      "name": "agent", "mode": "AKSK", "accessKeyId": "agent-ak", "secretAccessKey": "agent-sk",
      "agencyName": "a", "agencyDomainName": "d", "agencyDomainId": "x"
    },
    {
      "name": "agent by id", "mode": "AKSK", "accessKeyId": "agent-ak", "secretAccessKey": "agent-sk",
      "agencyName": "a", "agencyDomainId": "d"
    },
    {"name": "server", "mode": "ecsAgency", "accessKeyId": "", "secretAccessKey": ""}
  ]
}`

// home returns the home directory of a user who has that file.
func home(t *testing.T) string {
	t.Helper()
	directory := t.TempDir()
	if err := os.Mkdir(filepath.Join(directory, ".hcloud"), 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(directory, ".hcloud", "config.json")
	if err := os.WriteFile(file, []byte(sharedConfigText), 0o600); err != nil {
		t.Fatal(err)
	}
	return directory
}

// with returns a changed configuration.
func with(config client.Config, change func(*client.Config)) client.Config {
	change(&config)
	return config
}

func TestProfile(t *testing.T) {
	directory := home(t)
	otherFile := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(otherFile, []byte(strings.ReplaceAll(sharedConfigText, "file-", "other-")), 0o600); err != nil {
		t.Fatal(err)
	}
	there := client.Config{AccessKey: "there-ak", SecretKey: "there-sk", SecurityToken: "there-st"}
	for name, c := range map[string]validCase{
		"another file": {
			arguments: Arguments{SharedConfigFile: text(otherFile)},
			want:      client.Config{AccessKey: "other-ak", SecretKey: "other-sk"},
		},
		"a file and a profile from the environment": {
			environment: variables{
				"HW_ACCESS_KEY": "", "HW_SECRET_KEY": "", "HW_SHARED_CONFIG_FILE": otherFile, "HW_PROFILE": "login",
			},
			want: client.Config{AccessKey: "sso-ak", SecretKey: "sso-sk", SecurityToken: "sso-st"},
		},
		"a file in a home on Windows": {
			arguments:   Arguments{SharedConfigFile: text("~/.hcloud/config.json")},
			environment: variables{"HOME": "", "USERPROFILE": directory},
			want:        client.Config{AccessKey: "file-ak", SecretKey: "file-sk"},
		},
		"its region and project": {
			arguments:   Arguments{Profile: text("there")},
			environment: variables{"HW_REGION_NAME": ""},
			want:        with(there, func(c *client.Config) { c.Region, c.ProjectID = "eu-de", someProject }),
		},
		"its project is not one of another region": {
			arguments: Arguments{Profile: text("there"), Region: text("eu-nl")},
			want:      with(there, func(c *client.Config) { c.Region = "eu-nl" }),
		},
		"a project's name wins over its project": {
			arguments:   Arguments{Profile: text("there"), Region: text("eu-de")},
			environment: variables{"OS_TENANT_NAME": "eu-de_team"},
			want:        with(there, func(c *client.Config) { c.Region, c.ProjectName = "eu-de", "eu-de_team" }),
		},
		"its project is not that of another agency": {
			arguments: Arguments{
				Profile: text("there"), Region: text("eu-de"),
				AssumeRole: []roleArguments{{AgencyName: text("a"), DomainName: text("d")}},
			},
			want: with(there, func(c *client.Config) {
				c.Region, c.Roles = "eu-de", []client.Role{{Agency: "a", DomainName: "d"}}
			}),
		},
	} {
		t.Run(name, func(t *testing.T) { c.runWithKey(t, directory) })
	}
}

func TestProfileAgency(t *testing.T) {
	agent := client.Config{AccessKey: "agent-ak", SecretKey: "agent-sk"}
	for name, c := range map[string]validCase{
		"its agency": {
			arguments: Arguments{Profile: text("agent")},
			want: with(agent, func(c *client.Config) {
				c.Roles = []client.Role{{Agency: "a", DomainName: "d"}}
			}),
		},
		"its agency, with the domain's id": {
			arguments: Arguments{Profile: text("agent by id")},
			want:      with(agent, func(c *client.Config) { c.Roles = []client.Role{{Agency: "a", DomainID: "d"}} }),
		},
		"another agency than its own": {
			arguments: Arguments{
				Profile:    text("agent"),
				AssumeRole: []roleArguments{{AgencyName: text("b"), DomainName: text("e")}},
			},
			want: with(agent, func(c *client.Config) { c.Roles = []client.Role{{Agency: "b", DomainName: "e"}} }),
		},
	} {
		t.Run(name, func(t *testing.T) { c.runWithKey(t, home(t)) })
	}
}

// runWithKey runs a case with a key in the environment, which wins over everything there but a token.
func (c validCase) runWithKey(t *testing.T, home string) {
	t.Helper()
	key := variables{"HW_REGION_NAME": "r", "HOME": home, "HW_ACCESS_KEY": "ak", "HW_SECRET_KEY": "sk"}
	c.environment = key.plus(c.environment)
	if c.want.Region == "" {
		c.want.Region = "r"
	}
	c.want.MaxRetries = 5
	c.run(t, false)
}

const secretInFile = "top-secret"

func TestProfileErrors(t *testing.T) {
	directory := home(t)
	broken := filepath.Join(t.TempDir(), "broken.json")
	if err := os.WriteFile(broken, []byte(`{"profiles": "`+secretInFile+`"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]invalidCase{
		"no such profile": {
			arguments: Arguments{Profile: text("tehre")},
			says: []string{
				"Profile does not exist", `"profile" is a text of 5 characters`, "~/.hcloud/config.json",
				`"default", "there"`, "HW_PROFILE",
			},
		},
		"no key": {
			arguments: Arguments{Profile: text("server")},
			says:      []string{"Profile has no key", `"server"`, "--cli-auth-encrypt=false"},
		},
		"no such file": {
			arguments: Arguments{SharedConfigFile: text("/nowhere/config.json")},
			says:      []string{"Cannot read file", `"shared_config_file"`, "20 characters", "no such file"},
		},
		"another kind of file": {
			arguments: Arguments{SharedConfigFile: text(broken)},
			says:      []string{"Invalid shared config file", broken},
		},
		"security token": {
			arguments: Arguments{Profile: text("there"), SecurityToken: text("st")},
			says:      []string{"Conflicting authentication methods", `"security_token"`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.environment = variables{"HW_REGION_NAME": "r", "HOME": directory}
			c.run(t)
		})
	}
}
