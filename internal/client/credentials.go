// SPDX-License-Identifier: MPL-2.0

package client

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"terraform-provider-x/internal/client/signer"
)

// credentials authorise requests, and know what must never be shown.
type credentials struct {
	accessKey, secretKey, securityToken, authToken string

	secrets *secrets
}

// usesPassword is what is left where there is neither a token nor a key.
func (c Config) usesPassword() bool {
	return c.Password != "" && c.AuthToken == "" && c.AccessKey == "" && c.SecretKey == ""
}

func newCredentials(config Config) (credentials, error) {
	switch {
	case config.AuthToken != "":
	case config.AccessKey != "" && config.SecretKey != "":
	case config.AccessKey != "":
		return credentials{}, errors.New("an access key is configured without its secret key")
	case config.SecretKey != "":
		return credentials{}, errors.New("a secret key is configured without its access key")
	case config.Password == "":
		return credentials{}, errors.New("no credentials are configured: neither an access key with its secret key, nor a token, nor a password")
	case config.UserName == "" && config.UserID == "":
		return credentials{}, errors.New("a password is configured without the name or the id of its user")
	case config.UserID == "" && config.DomainName == "" && config.DomainID == "":
		return credentials{}, errors.New("the name of a user is configured without that of its domain")
	case strings.ContainsAny(config.Password, "\r\n\x00"):
		// As below; and each try of a wrong password counts.
		return credentials{}, errors.New("the password contains a line end")
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
		secrets:       newSecrets(config.AuthToken, config.SecurityToken, config.SecretKey, config.AccessKey, config.Password),
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
