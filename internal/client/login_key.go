// SPDX-License-Identifier: MPL-2.0

package client

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// This file gets temporary keys: through an agency, for the ID token of an identity provider, from the metadata of an
// ECS.

// usualKeyLife is the life of an agency's key if the configuration does not say, and of a key that does not say it
// itself.
const usualKeyLife = time.Hour

// assume gets the key of an agency, from STS or from IAM. The vendor's own provider takes STS if the domain's id is
// configured, for agencies of IAM's newer kind. Open Telekom Cloud has no STS, and IAM takes the id as well.
func (c *Client) assume(ctx context.Context, role Role, as *login) (*credential, error) {
	life := cmp.Or(role.Duration, usualKeyLife)
	if role.DomainID != "" && !c.onOpenTelekomCloud(serviceIAM) {
		return c.assumeBySTS(ctx, role, life, as)
	}
	identity := object{"agency_name": role.Agency, "duration_seconds": int(life.Seconds())}
	if role.DomainID != "" {
		identity["domain_id"] = role.DomainID
	} else {
		identity["domain_name"] = role.DomainName
	}
	return c.getKey(ctx, call{
		operation: "get the temporary key of an agency",
		body:      object{"auth": object{"identity": object{"methods": []string{"assume_role"}, "assume_role": identity}}},
		as:        as,
	}, life)
}

// getKey: IAM API Reference, "Obtaining a Temporary Access Key and Security Token Through an Agency" and "… Through a
// Token".
func (c *Client) getKey(ctx context.Context, call call, life time.Duration) (*credential, error) {
	call.service, call.method, call.path = serviceIAM, http.MethodPost, "/v3.0/OS-CREDENTIAL/securitytokens"
	var reply struct {
		Credential issuedKey `json:"credential"`
	}
	asked := c.clock.Now()
	if err := c.do(ctx, call, &reply); err != nil {
		return nil, err
	}
	return c.useKey(reply.Credential, asked, life, "IAM "+call.operation)
}

// longestChainedLife is that of a key that STS issues to a temporary key (STS API Reference, "AssumeAgency",
// duration_seconds).
const longestChainedLife = time.Hour

// assumeBySTS: STS API Reference, "AssumeAgency". The session's name shows up in the account's audit trail.
func (c *Client) assumeBySTS(ctx context.Context, role Role, life time.Duration, as *login) (*credential, error) {
	const operation = "assume an agency"
	var reply struct {
		Credentials struct {
			AccessKey     text   `json:"access_key_id"`
			SecretKey     text   `json:"secret_access_key"`
			SecurityToken text   `json:"security_token"`
			Expiration    moment `json:"expiration"`
		} `json:"credentials"`
	}
	base, err := as.current(ctx, c.clock)
	if err != nil {
		return nil, err
	}
	if base.securityToken != "" {
		life = min(life, longestChainedLife)
	}
	asked := c.clock.Now()
	err = c.do(ctx, call{
		service:   serviceSTS,
		operation: operation,
		method:    http.MethodPost,
		path:      "/v5/agencies/assume",
		body: object{
			"agency_urn":          "iam::" + role.DomainID + ":agency:" + role.Agency,
			"agency_session_name": "terraform-provider-x",
			"duration_seconds":    int(life.Seconds()),
		},
		as: as,
	}, &reply)
	if err != nil {
		return nil, err
	}
	got := reply.Credentials
	return c.useKey(
		issuedKey{got.AccessKey, got.SecretKey, got.SecurityToken, got.Expiration},
		asked,
		life,
		"STS "+operation,
	)
}

// logInFederated turns an ID token into a token that is good for nothing else (IAM API Reference, "Obtaining a Token
// with an OpenID Connect ID Token"), and that token into a key. The vendor's own provider does the same.
func (c *Client) logInFederated(ctx context.Context) (*credential, error) {
	idToken, err := c.config.Federation.idToken()
	if err != nil {
		return nil, err
	}
	c.secrets.add(idToken)
	x, err := c.send(ctx, call{
		service:   serviceIAM,
		operation: "log in with an ID token",
		method:    http.MethodPost,
		path:      "/v3.0/OS-AUTH/id-token/tokens",
		header:    http.Header{"X-Idp-Id": {c.config.Federation.IdentityProvider}},
		body:      object{"auth": object{"id_token": object{"id": idToken}}},
		anonymous: true,
	})
	if err != nil {
		return nil, err
	}
	if x.answer.status/100 != 2 {
		return nil, x.apiError()
	}
	unscoped, _, err := x.readToken()
	if err != nil {
		return nil, err
	}
	life := cmp.Or(c.config.Federation.Duration, usualKeyLife)
	return c.getKey(ctx, call{
		operation: "get the temporary key of a federated user",
		body: object{"auth": object{"identity": object{
			"methods": []string{"token"},
			"token":   object{"id": unscoped.token, "duration_seconds": int(life.Seconds())},
		}}},
		anonymous: true,
	}, life)
}

func (f *Federation) idToken() (string, error) {
	if f.IDToken != "" {
		return strings.TrimSpace(f.IDToken), nil // it often comes from a file
	}
	label := cmp.Or(f.IDTokenFileLabel, "the file with the ID token")
	data, err := os.ReadFile(f.IDTokenFile)
	var failed *fs.PathError
	if errors.As(err, &failed) {
		err = failed.Err // the rest of it repeats the path, which may be the token itself
	}
	if err != nil {
		return "", &configError{fmt.Errorf("%s cannot be read: %w (expected is the path of a file, "+
			"and what is there, a text of %d characters, is not shown)", label, err, utf8.RuneCountInString(f.IDTokenFile))}
	}
	token := strings.TrimSpace(strings.ReplaceAll(string(data), "\ufeff", ""))
	if token == "" {
		return "", &configError{fmt.Errorf("%s, %s, is empty", label, f.IDTokenFile)}
	}
	if strings.ContainsFunc(token, unicode.IsSpace) {
		return "", &configError{fmt.Errorf("%s, %s, has more than a token", label, f.IDTokenFile)}
	}
	return token, nil
}

// readSecurityKey asks the metadata service of the ECS that this runs on for the key of its agency (ECS User Guide,
// "Obtaining Metadata"). Like the vendor's SDKs, it asks for a token of that service first, and does without if the
// service has none.
func (c *Client) readSecurityKey(ctx context.Context) (*credential, error) {
	header, err := c.metadataToken(ctx)
	if err != nil {
		return nil, err
	}
	var reply struct {
		Credential issuedKey `json:"credential"`
	}
	const operation = "read the key of this ECS's agency"
	asked := c.clock.Now()
	err = c.do(ctx, call{
		service: serviceMetadata, operation: operation,
		method: http.MethodGet, path: "/openstack/latest/securitykey",
		header: header, anonymous: true,
	}, &reply)
	if err != nil {
		return nil, err
	}
	return c.useKey(reply.Credential, asked, usualKeyLife, "ECS metadata "+operation)
}

// metadataToken gets a header with a token, or none if the service has no tokens. The service then answers with 404,
// 405 or 503, says the vendor's SDK for Go (core/auth/provider, internal/metadata).
func (c *Client) metadataToken(ctx context.Context) (http.Header, error) {
	x, err := c.send(ctx, call{
		service: serviceMetadata, operation: "get a token",
		method: http.MethodPut, path: "/meta-data/latest/api/token",
		header:    http.Header{"X-Metadata-Token-Ttl-Seconds": {"21600"}},
		anonymous: true, plain: true,
	})
	if err != nil && x != nil && !x.sent.Load() && ctx.Err() == nil {
		return nil, &unreachableError{err}
	}
	if err != nil {
		return nil, err
	}
	switch x.answer.status {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusServiceUnavailable:
		return nil, nil
	}
	if x.answer.status/100 != 2 {
		return nil, x.apiError()
	}
	token := strings.TrimSpace(string(x.answer.body))
	c.secrets.add(token)
	if token == "" || strings.ContainsAny(token, "\r\n\x00") {
		return nil, x.replyError(errors.New("it holds no token"))
	}
	return http.Header{"X-Metadata-Token": {token}}, nil
}

// issuedKey is a temporary key, as IAM and the metadata service write it.
type issuedKey struct {
	Access        text   `json:"access"`
	Secret        text   `json:"secret"`
	SecurityToken text   `json:"securitytoken"`
	ExpiresAt     moment `json:"expires_at"`
}

// useKey makes a credential of a key. Its texts are secrets from here on, even if the key is not whole. Nothing shows
// the reply.
func (c *Client) useKey(key issuedKey, asked time.Time, life time.Duration, operation string) (*credential, error) {
	k := &credential{
		accessKey:     string(key.Access),
		secretKey:     string(key.Secret),
		securityToken: string(key.SecurityToken),
	}
	c.secrets.add(k.accessKey, k.secretKey, k.securityToken)
	for _, part := range []string{k.accessKey, k.secretKey, k.securityToken} {
		if part == "" || isStray(part) {
			whole, _ := json.Marshal(
				map[string]bool{"access": k.accessKey != "", "secret": k.secretKey != "", "securitytoken": k.securityToken != ""},
			)
			return nil, &ReplyError{
				Operation: operation,
				Body:      "parts of a key: " + string(whole),
				Err:       errors.New("it holds no whole key"),
			}
		}
	}
	k.live(lifetime{asked: asked, expires: key.ExpiresAt, fallback: life})
	return k, nil
}
