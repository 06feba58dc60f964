// SPDX-License-Identifier: MPL-2.0

package login

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-x/internal/client"
)

// sharedConfig is the file of the vendor's command line, as far as its own provider reads it (KooCLI User Guide, "Profiles").
type sharedConfig struct {
	Current  string          `json:"current"`
	Profiles []sharedProfile `json:"profiles"`
}

type sharedProfile struct {
	Name             string `json:"name"`
	Mode             string `json:"mode"`
	AccessKey        string `json:"accessKeyId"`
	SecretKey        string `json:"secretAccessKey"`
	SecurityToken    string `json:"securityToken"`
	Region           string `json:"region"`
	ProjectID        string `json:"projectId"`
	AgencyName       string `json:"agencyName"`
	AgencyDomainID   string `json:"agencyDomainId"`
	AgencyDomainName string `json:"agencyDomainName"`
	SSO              struct {
		Token struct {
			AccessKey     string `json:"accessKeyId"`
			SecretKey     string `json:"secretAccessKey"`
			SecurityToken string `json:"securityToken"`
		} `json:"stsToken"`
	} `json:"ssoAuth"`
}

const usualSharedConfigFile = "~/.hcloud/config.json"

// addProfile takes key and agency from a profile, and what else is not configured elsewhere: its region, and its project if the
// region is that one and no other agency than its own is acted through. The vendor's own provider lets the profile's region win over the block's; here what is written in the
// configuration is what happens.
func addProfile(config *client.Config, profile, file credential, otherAgency bool, env lookupEnv, diags *diag.Diagnostics) {
	name := cmp.Or(file.value(), usualSharedConfigFile)
	p := readProfile(profile, name, env, diags)
	if p == nil {
		return
	}
	config.AccessKey, config.SecretKey, config.SecurityToken = p.AccessKey, p.SecretKey, p.SecurityToken
	if p.Mode == "SSO" {
		sso := p.SSO.Token
		config.AccessKey, config.SecretKey, config.SecurityToken = sso.AccessKey, sso.SecretKey, sso.SecurityToken
	}
	if config.AccessKey == "" || config.SecretKey == "" {
		diags.AddAttributeError(path.Root("profile"), "A profile without a key",
			fmt.Sprintf("Profile %q of %s, which is of the mode %q, holds no access key and secret key. Only such profiles can be used, and those of the mode SSO "+
				"after a login; the file must not be encrypted: hcloud configure set --cli-auth-encrypt=false.", p.Name, name, p.Mode))
	}
	config.Region = cmp.Or(config.Region, p.Region)
	if config.ProjectID == "" && config.ProjectName == "" && (p.Region == "" || p.Region == config.Region) && !otherAgency {
		config.ProjectID = p.ProjectID
	}
	if p.AgencyName != "" {
		role := client.Role{Agency: p.AgencyName, DomainName: p.AgencyDomainName}
		if role.DomainName == "" {
			role.DomainID = p.AgencyDomainID
		}
		config.Roles = []client.Role{role}
	}
}

// homeDirectory is where the vendor's command line looks for its file. On Windows some shells have a HOME that is no path there.
func homeDirectory(env lookupEnv) string {
	variables := []string{"HOME", "USERPROFILE"}
	if runtime.GOOS == "windows" {
		slices.Reverse(variables)
	}
	return argument{"", variables}.fromEnvironment(env)
}

// readProfile is nil where the profile cannot be had. No message quotes the file: it is full of secrets.
func readProfile(profile credential, name string, env lookupEnv, diags *diag.Diagnostics) *sharedProfile {
	file := name
	if rest, inHome := strings.CutPrefix(file, "~/"); inHome {
		file = filepath.Join(homeDirectory(env), rest)
	}
	data := readFile(sharedConfigFileArgument, file, diags)
	if data == nil {
		return nil
	}
	var shared sharedConfig
	if json.Unmarshal(data, &shared) != nil {
		diags.AddAttributeError(path.Root("shared_config_file"), "Not a file of the vendor's command line",
			fmt.Sprintf("%s is %s, which does not hold profiles in the form JSON.", sharedConfigFileArgument, name))
		return nil
	}
	wanted := cmp.Or(profile.value(), shared.Current)
	var names []string
	for i, p := range shared.Profiles {
		if p.Name == wanted {
			return &shared.Profiles[i]
		}
		names = append(names, fmt.Sprintf("%q", p.Name))
	}
	diags.AddAttributeError(path.Root("profile"), "No such profile",
		fmt.Sprintf("There is no profile %q in %s, which has %s. Set %s.", wanted, name, cmp.Or(strings.Join(names, ", "), "none"), profileArgument))
	return nil
}
