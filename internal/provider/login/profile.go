// SPDX-License-Identifier: MPL-2.0

package login

import (
	"cmp"
	"encoding/json"
	"runtime"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-x/internal/client"
)

// sharedConfig is the part of the configuration file of KooCLI, the vendor's command line, that the vendor's own
// provider reads (KooCLI User Guide, "Profiles").
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

// key returns the keys to log in with, which are empty if the profile has none.
func (p sharedProfile) key() (accessKey, secretKey, securityToken string) {
	if p.Mode == "SSO" {
		token := p.SSO.Token
		return token.AccessKey, token.SecretKey, token.SecurityToken
	}
	return p.AccessKey, p.SecretKey, p.SecurityToken
}

// roles returns the agency of the profile, if it has one. The name of the domain wins over its id.
func (p sharedProfile) roles() []client.Role {
	switch {
	case p.AgencyName == "":
		return nil
	case p.AgencyDomainName != "":
		return []client.Role{{Agency: p.AgencyName, DomainName: p.AgencyDomainName}}
	default:
		return []client.Role{{Agency: p.AgencyName, DomainID: p.AgencyDomainID}}
	}
}

const defaultSharedConfigFile = "~/.hcloud/config.json"

// configureProfile takes the key and the agency of a profile, and its region and project if they are not configured
// elsewhere. In the vendor's own provider, the profile's region wins over the one in the block. Here the block wins.
func (r *resolver) configureProfile(source) {
	file, profile := r.readProfile()
	if profile == nil {
		return
	}
	config := &r.config
	config.AccessKey, config.SecretKey, config.SecurityToken = profile.key()
	if config.AccessKey == "" || config.SecretKey == "" {
		r.diags.Append(errorProfileWithoutKey(file, profile))
	}
	config.Region = cmp.Or(config.Region, profile.Region)
	if r.usesProjectOf(profile) {
		config.ProjectID = profile.ProjectID
	}
	config.Roles = profile.roles()
	r.checkProfile(profile)
}

// checkProfile checks what the client would put into addresses and headers.
func (r *resolver) checkProfile(p *sharedProfile) {
	accessKey, secretKey, securityToken := p.key()
	for _, field := range []struct {
		argument argument
		name     string
		value    string
	}{
		{regionArgument, "region", p.Region}, {projectIDArgument, "projectId", p.ProjectID},
		{accessKeyArgument, "accessKeyId", accessKey}, {secretKeyArgument, "secretAccessKey", secretKey},
		{securityTokenArgument, "securityToken", securityToken}, {agencyNameArgument, "agencyName", p.AgencyName},
		{agencyNameArgument, "agencyDomainName", p.AgencyDomainName},
		{domainIDArgument, "agencyDomainId", p.AgencyDomainID},
	} {
		if field.value == "" {
			continue
		}
		if problem := field.argument.check(path.Root("profile"), inProfile(field.name), field.value); problem != nil {
			r.diags.Append(problem)
		}
	}
	if p.AgencyName != "" && p.AgencyDomainName == "" && p.AgencyDomainID == "" {
		r.diags.Append(errorProfileWithoutDomain())
	}
}

// usesProjectOf reports whether the project of the profile is the one to work in: no other is configured, the region is
// that of the profile, and the provider block names no agency, which would have a project of its own.
func (r *resolver) usesProjectOf(profile *sharedProfile) bool {
	otherProject := r.config.ProjectID != "" || r.config.ProjectName != ""
	otherRegion := profile.Region != "" && profile.Region != r.config.Region
	otherAgency := len(r.arguments.AssumeRole) > 0 || r.arguments.AgencyName.ValueString() != ""
	return !otherProject && !otherRegion && !otherAgency
}

// readProfile returns the file of profiles, and the named profile in it or else the current one. The profile is nil
// after an error. No message quotes the file, because it is full of secrets.
func (r *resolver) readProfile() (string, *sharedProfile) {
	fileInput := r.input(r.arguments.SharedConfigFile, sharedConfigFileArgument)
	nameInput := r.input(r.arguments.Profile, profileArgument)
	configuredFile, fileFrom := r.any(fileInput)
	configuredName, nameFrom := r.any(nameInput)
	file := cmp.Or(configuredFile, defaultSharedConfigFile)
	data := r.readFile(fileInput, cmp.Or(fileFrom, fromBlock), file)
	if data == nil {
		return file, nil
	}
	var shared sharedConfig
	if json.Unmarshal(data, &shared) != nil {
		r.diags.Append(errorSharedConfigFile(file))
		return file, nil
	}
	name := cmp.Or(configuredName, shared.Current)
	for i, profile := range shared.Profiles {
		if profile.Name == name {
			return file, &shared.Profiles[i]
		}
	}
	r.diags.Append(errorNoProfile(file, nameInput.label(cmp.Or(nameFrom, fromBlock)), configuredName, shared.Profiles))
	return file, nil
}

// homeDirectory returns where KooCLI looks for its file. On Windows some shells set HOME to what is no Windows path.
func (r *resolver) homeDirectory() string {
	variables := []string{"HOME", "USERPROFILE"}
	if runtime.GOOS == "windows" {
		slices.Reverse(variables)
	}
	for _, variable := range variables {
		if value, _ := r.env(variable); value != "" {
			return value
		}
	}
	return ""
}
