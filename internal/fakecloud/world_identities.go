// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"errors"
	"fmt"
	"slices"
)

// Agency is a role in a domain that other users may assume. Its keys have all permissions of the agency's user.
type Agency struct {
	Name       string   `json:"name"`
	DomainName string   `json:"domain_name,omitempty"`
	DomainID   string   `json:"domain_id,omitempty"` // AssumeAgency needs it
	UserName   string   `json:"user_name"`
	Trusts     []string `json:"trusts"` // names of the users that may assume it
}

// IdentityProvider is an external login whose ID tokens stand for a user here.
type IdentityProvider struct {
	ID       string   `json:"id"`
	IDTokens []string `json:"id_tokens"`
	UserName string   `json:"user_name"`
}

// secondFactorFits requires a password and a user id, because a login sends a passcode with both.
func (a Account) secondFactorFits() error {
	if len(a.Passcodes) > 0 && (a.Password == "" || a.UserID == "" || slices.Contains(a.Passcodes, "")) {
		return fmt.Errorf("the account %s has passcodes but no password, no user id, or an empty passcode", a.UserName)
	}
	return nil
}

// validateIdentities shares the notes of validate: once adds to them, and known reads them.
func (w World) validateIdentities(
	once func(kind, value string) error, known func(owner, kind, value string) error,
) error {
	var problems []error
	check := func(errs ...error) { problems = append(problems, errs...) }
	for _, agency := range w.Agencies {
		owner := "the agency " + agency.Name
		if agency.Name == "" || agency.DomainName == "" && agency.DomainID == "" {
			check(fmt.Errorf("%s needs a name and a domain", owner))
		}
		check(once("agency", agency.Name+" of "+agency.DomainName+" "+agency.DomainID),
			known(owner, "user name", agency.UserName))
		for _, name := range agency.Trusts {
			check(known(owner, "user name", name))
		}
	}
	for _, provider := range w.IdentityProviders {
		check(once("identity provider", provider.ID),
			known("the identity provider "+provider.ID, "user name", provider.UserName))
		for _, token := range provider.IDTokens {
			check(once("ID token", token))
		}
	}
	if w.MetadataUser != "" {
		check(known("metadata_user", "user name", w.MetadataUser))
	}
	if !slices.Contains(metadataModes, w.MetadataToken) {
		check(fmt.Errorf("metadata_token is %q, not optional, required or unsupported", w.MetadataToken))
	}
	if w.MetadataKeySeconds < 0 {
		check(fmt.Errorf("metadata_key_seconds is %d, below 0", w.MetadataKeySeconds))
	}
	return errors.Join(problems...)
}
