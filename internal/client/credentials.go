// SPDX-License-Identifier: MPL-2.0

package client

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"terraform-provider-x/internal/client/signer"
)

// credentials authorise requests, and know what must never be shown.
type credentials struct {
	accessKey, secretKey, securityToken, authToken string

	secrets *strings.Replacer
}

func newCredentials(config Config) (credentials, error) {
	switch {
	case config.AuthToken != "":
	case config.AccessKey != "" && config.SecretKey != "":
	case config.AccessKey != "":
		return credentials{}, errors.New("an access key is configured without its secret key")
	case config.SecretKey != "":
		return credentials{}, errors.New("a secret key is configured without its access key")
	default:
		return credentials{}, errors.New("no credentials are configured: neither an access key with its secret key nor a token")
	}
	for _, value := range []string{config.AccessKey, config.SecretKey, config.SecurityToken, config.AuthToken} {
		// A stray line end from a file or a secret store would otherwise surface as an obscure "invalid header".
		if strings.TrimSpace(value) != value || strings.ContainsAny(value, "\r\n\x00") {
			return credentials{}, errors.New("a key or token begins or ends with white space, or contains a line end")
		}
	}
	return credentials{
		accessKey:     config.AccessKey,
		secretKey:     config.SecretKey,
		securityToken: config.SecurityToken,
		authToken:     config.AuthToken,
		secrets:       newSecrets(config),
	}, nil
}

// authorise adds the token, or the signature of this moment, to a request. The project and the
// security token are set before signing, so the signature covers them.
func (c credentials) authorise(request *http.Request, query url.Values, body []byte, projectID string, now time.Time) {
	if c.authToken != "" {
		request.Header.Set("X-Auth-Token", c.authToken)
		return
	}
	signed := http.Header{}
	if projectID != "" {
		signed.Set("X-Project-Id", projectID)
	}
	if c.securityToken != "" {
		signed.Set("X-Security-Token", c.securityToken)
	}
	authorisation := signer.Sign(signer.Request{
		Method: request.Method,
		Path:   request.URL.Path,
		Query:  query,
		Header: signed,
		Body:   body,
	}, c.accessKey, c.secretKey, now)
	for _, headers := range []http.Header{signed, authorisation} {
		for name, values := range headers {
			request.Header[name] = values
		}
	}
}

// newSecrets returns what strikes the credentials out of a server's text, should it echo them, as
// they are and as JSON or a query would spell them.
func newSecrets(config Config) *strings.Replacer {
	var spellings []string
	for _, secret := range []string{config.AuthToken, config.SecurityToken, config.SecretKey, config.AccessKey} {
		if len(secret) < 4 { // not a credential; striking it out would only make texts unreadable
			continue
		}
		quoted, _ := json.Marshal(secret)
		inJSON := strings.Trim(string(quoted), `"`)
		spellings = append(spellings, secret, inJSON, strings.ReplaceAll(inJSON, "/", `\/`), url.QueryEscape(secret))
	}
	slices.SortFunc(spellings, func(a, b string) int { return len(b) - len(a) }) // the longest first, should one contain another
	var pairs []string
	for _, spelling := range spellings {
		pairs = append(pairs, spelling, "(credential)")
	}
	return strings.NewReplacer(pairs...)
}
