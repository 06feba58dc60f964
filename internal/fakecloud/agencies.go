// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"net/http"
	"regexp"
	"slices"
)

// Bounds of duration_seconds: IAM API reference, Obtaining a Temporary Access Key and Security Token Through an Agency
// (and Through a Token); AssumeAgency.
const (
	defaultKeySeconds      = 900
	highestKeySeconds      = 24 * 3600
	defaultAssumeSeconds   = 3600
	highestAssumeSeconds   = 12 * 3600
	highestChainedSeconds  = 3600 // "cannot exceed 3600 seconds when the X-Security-Token header is carried"
	assumeExpirationLayout = "2006-01-02T15:04:05.000Z"
	accessDenied           = "PAP5.0001" // IAM API reference (v5), Error Codes; its status, 403, is a guess
	agencyNotFound         = "STS5.1106" // IAM API reference (v5), Response; its status, 404, is a guess
)

var (
	agencyURN         = regexp.MustCompile(`^iam::([^:]+):agency:([^:]+)$`)
	agencySessionName = regexp.MustCompile(`^[A-Za-z0-9_\-.@+=,]{2,64}$`)
)

type assumeRole struct {
	AgencyName      string `json:"agency_name"`
	DomainName      string `json:"domain_name,omitempty"`
	DomainID        string `json:"domain_id,omitempty"`
	DurationSeconds *int   `json:"duration_seconds,omitempty"`
}

type keyForToken struct {
	ID              string `json:"id,omitempty"`
	DurationSeconds *int   `json:"duration_seconds,omitempty"`
}

// temporaryKeyBody omits policy and session_user. Both are documented, but no client that restores uses them.
type temporaryKeyBody struct {
	Auth struct {
		Identity struct {
			Methods    []string     `json:"methods"`
			AssumeRole *assumeRole  `json:"assume_role,omitempty"`
			Token      *keyForToken `json:"token,omitempty"`
		} `json:"identity"`
	} `json:"auth"`
}

// createTemporaryAccessKey follows IAM API reference, Obtaining a Temporary Access Key and Security Token Through an
// Agency, and the same Through a Token.
func (q *call) createTemporaryAccessKey() (any, error) {
	if err := q.parameters(); err != nil {
		return nil, err
	}
	decode := q.decode
	if len(q.request.Header.Values("Content-Type")) == 0 { // as the vendor's SDK posts it in a login with an ID token
		decode = q.decodeBody
	}
	var body temporaryKeyBody
	if err := decode(&body); err != nil {
		return nil, err
	}
	identity := body.Auth.Identity
	switch {
	case slices.Equal(identity.Methods, []string{"assume_role"}) && identity.AssumeRole != nil && identity.Token == nil:
		return q.keyThroughAgency(*identity.AssumeRole)
	case slices.Equal(identity.Methods, []string{"token"}) && identity.AssumeRole == nil:
		if identity.Token == nil {
			identity.Token = &keyForToken{}
		}
		return q.keyThroughToken(*identity.Token)
	}
	return nil, badParameter("methods is either assume_role or token, and what else there is fits it")
}

func (q *call) keyThroughAgency(asked assumeRole) (any, error) {
	if err := q.authenticate(); err != nil {
		return nil, err
	}
	if err := q.authorise(); err != nil {
		return nil, err
	}
	if asked.AgencyName == "" || (asked.DomainName == "") == (asked.DomainID == "") {
		return nil, badParameter("an agency is named by agency_name and either domain_name or domain_id")
	}
	life, err := keyLife(asked.DurationSeconds, defaultKeySeconds, highestKeySeconds)
	if err != nil {
		return nil, err
	}
	agency := q.agency(func(a Agency) bool {
		return a.Name == asked.AgencyName && (asked.DomainName == "" || a.DomainName == asked.DomainName) &&
			(asked.DomainID == "" || a.DomainID == asked.DomainID)
	})
	// A guess: the answer does not tell a missing agency from one without trust.
	if agency == nil || !slices.Contains(agency.Trusts, q.account.UserName) {
		return nil, gatewayError{http.StatusForbidden, accessDenied,
			"You are not authorized to assume the agency, or it does not exist."}
	}
	return created{"", q.issueKey("agency", agency.Name, q.accountNamed(agency.UserName), life).credential()}, nil
}

// keyThroughToken also accepts a signature. As documented, it prefers a signature or X-Auth-Token to the id in the
// body. It is the only operation that accepts an unscoped token. The key has all permissions of the user, even if the
// token is for one project. The reference does not say so, but a key is not bound to a project.
func (q *call) keyThroughToken(asked keyForToken) (any, error) {
	identify := q.identify
	header := q.request.Header
	if asked.ID != "" && header.Get("X-Auth-Token") == "" && header.Get("Authorization") == "" {
		identify = func() error { return q.authenticateToken(asked.ID) }
	}
	if err := identify(); err != nil {
		return nil, err
	}
	if err := q.authorise(); err != nil {
		return nil, err
	}
	life, err := keyLife(asked.DurationSeconds, defaultKeySeconds, highestKeySeconds)
	if err != nil {
		return nil, err
	}
	return created{"", q.issueKey("token", "", q.account, life).credential()}, nil
}

// assumeAgency follows IAM API reference (v5), Obtaining a Temporary Security Credential Through an Agency or Trust
// Agency. The reference signs the call; accepting a token as well is a guess. The handler rejects the other documented
// fields (policy, external_id, tags and so on), because no client that restores uses them. The reference does not
// document the characters of a session name, and the vendor's SDK allows 128 of them. The handler takes the strict
// reading.
func (q *call) assumeAgency() (any, error) {
	if err := q.parameters(); err != nil {
		return nil, err
	}
	var asked struct {
		AgencyURN         string `json:"agency_urn"`
		AgencySessionName string `json:"agency_session_name"`
		DurationSeconds   *int   `json:"duration_seconds,omitempty"`
	}
	if err := q.decode(&asked); err != nil {
		return nil, err
	}
	urn := agencyURN.FindStringSubmatch(asked.AgencyURN)
	if urn == nil {
		return nil, badParameter("agency_urn is not of the form iam::DOMAIN_ID:agency:NAME")
	}
	if !agencySessionName.MatchString(asked.AgencySessionName) {
		return nil, badParameter("agency_session_name is not 2 to 64 letters, digits and _ - . @ + = ,")
	}
	highest := highestAssumeSeconds
	if q.request.Header.Get("X-Security-Token") != "" {
		highest = highestChainedSeconds
	}
	life, err := keyLife(asked.DurationSeconds, defaultAssumeSeconds, highest)
	if err != nil {
		return nil, err
	}
	agency := q.agency(func(a Agency) bool { return a.DomainID == urn[1] && a.Name == urn[2] })
	if agency == nil {
		return nil, gatewayError{http.StatusNotFound, agencyNotFound,
			"the agency '" + asked.AgencyURN + "' cannot be found"}
	}
	if !slices.Contains(agency.Trusts, q.account.UserName) {
		return nil, gatewayError{http.StatusForbidden, accessDenied,
			"access denied: sts:agencies:assume on " + asked.AgencyURN}
	}
	key := q.issueKey("sts", agency.Name, q.accountNamed(agency.UserName), life)
	return assumedAgency(*agency, asked.AgencySessionName, key), nil
}

// assumedAgency builds the answer that IAM API reference (v5), Response, shows. It derives the agency's id from its
// URN.
func assumedAgency(agency Agency, session string, key *accessKey) any {
	id := hexHash([]byte("iam::" + agency.DomainID + ":agency:" + agency.Name))[:32]
	return map[string]any{
		"credentials": map[string]any{
			"access_key_id": key.access, "secret_access_key": key.secret, "security_token": key.securityToken,
			"expiration": key.expires.UTC().Format(assumeExpirationLayout),
		},
		"assumed_agency": map[string]any{
			"urn": "sts::" + agency.DomainID + "::assumed-agency:" + agency.Name + "/" + session,
			"id":  id + ":" + session,
		},
	}
}

func (c *Cloud) agency(fits func(Agency) bool) *Agency {
	if i := slices.IndexFunc(c.agencies, fits); i >= 0 {
		return &c.agencies[i]
	}
	return nil
}
