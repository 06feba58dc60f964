// SPDX-License-Identifier: MPL-2.0

package client

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"terraform-provider-x/internal/client/signer"
)

// credential is what authorises a call: a token, or a key that signs it.
type credential struct {
	token                               string // wins
	accessKey, secretKey, securityToken string

	projectID string    // that the token is for; "" for a key, and if IAM did not say
	renew     time.Time // on the client's clock, as the next; zero if nobody renews it
	expires   time.Time
	afterA401 bool        // it was issued because a service rejected the one before it
	accepted  atomic.Bool // a service answered some call with it otherwise than by a 401
	rejected  atomic.Bool // no service will accept it any more
}

// isRejectedBy reports whether the answer rejects the credential, and another one may be accepted. A credential that
// was issued for that reason, and that nobody ever accepted, shows that another does not help.
func (c *credential) isRejectedBy(a *answer) bool {
	return c.isRenewable() && deniesLogin(a) && (!c.afterA401 || c.accepted.Load())
}

// note keeps what an answer says of the credential.
func (c *credential) note(a *answer) {
	switch {
	case !c.isRenewable():
	case a.status >= http.StatusInternalServerError || a.status == http.StatusTooManyRequests:
		// Perhaps nobody has looked at the credential.
	case c.isRejectedBy(a):
		c.rejected.Store(true)
	case !deniesLogin(a):
		c.accepted.Store(true)
	}
}

// isRenewable reports whether the credential was issued. There may be none, for the call of a login.
func (c *credential) isRenewable() bool { return c != nil && !c.expires.IsZero() }

// isUsable reports whether a credential that was issued is good. There may be none.
func (c *credential) isUsable(now time.Time) bool {
	return c != nil && !c.rejected.Load() && now.Before(c.expires)
}

// lifetime says how long an issued credential lives.
type lifetime struct {
	asked           time.Time // when the client asked for it, on its own clock
	issued, expires moment    // on the issuer's clock, as far as it tells
	fallback        time.Duration
}

// live sets until when a credential is good. Its life counts from the issuer's own time if the issuer tells it, because
// clocks differ. The fallback is for an issuer that does not tell the end either.
func (c *credential) live(l lifetime) {
	life := l.expires.Sub(l.asked)
	if !l.issued.IsZero() {
		life = l.expires.Sub(l.issued.Time)
	}
	if l.expires.IsZero() || life <= 0 {
		life = l.fallback
	}
	c.expires = l.asked.Add(life)
	c.renew = c.expires.Add(-min(renewBefore, life/2))
	if soonest := l.asked.Add(renewPause); c.renew.Before(soonest) {
		c.renew = soonest
	}
}

// authorise adds the token, or the signature of this moment, to a request. It sets the project and the security token
// before it signs, so that the signature covers them.
func (c *credential) authorise(request *http.Request, query url.Values, body []byte, projectID string, now time.Time) {
	if c.token != "" {
		request.Header.Set("X-Auth-Token", c.token)
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

// secrets are what no text may show.
func (c Config) secrets() []string {
	return []string{c.AuthToken, c.SecurityToken, c.SecretKey, c.AccessKey, c.Password, c.Passcode}
}

// checkCredentials rejects a configuration that nobody can log in with.
func (c Config) checkCredentials() error {
	switch {
	case c.AuthToken != "":
	case c.Federation != nil:
		if c.Federation.IdentityProvider == "" || strings.ContainsAny(c.Federation.IdentityProvider, "\r\n\x00") ||
			(c.Federation.IDToken == "") == (c.Federation.IDTokenFile == "") {
			return errors.New("a federated login needs the id of its identity provider, " +
				"and either an ID token or a file that holds one")
		}
	case c.AccessKey != "" && c.SecretKey != "":
	case c.AccessKey != "":
		return errors.New("an access key is configured without its secret key")
	case c.SecretKey != "":
		return errors.New("a secret key is configured without its access key")
	case c.Password != "":
		if err := c.checkPassword(); err != nil {
			return err
		}
	case !c.Metadata:
		return errors.New("no credentials are configured: neither an access key with its secret key, nor a token, " +
			"nor a password, nor the key of an ECS")
	}
	for _, value := range []string{c.AccessKey, c.SecretKey, c.SecurityToken, c.AuthToken} {
		if isStray(value) {
			return errors.New("a key or token begins or ends with white space, or contains a line end")
		}
	}
	for _, role := range c.Roles {
		if err := role.check(); err != nil {
			return err
		}
	}
	return nil
}

// isStray is a value with white space around it, or a line end: one from a file or a secret store would otherwise
// surface as an obscure "invalid header".
func isStray(value string) bool {
	return strings.TrimSpace(value) != value || strings.ContainsAny(value, "\r\n\x00")
}

func (c Config) checkPassword() error {
	switch {
	case c.UserName == "" && c.UserID == "":
		return errors.New("a password is configured without the name or the id of its user")
	case c.UserID == "" && c.DomainName == "" && c.DomainID == "":
		return errors.New("the name of a user is configured without that of its domain")
	case c.UserID == "" && c.Passcode != "":
		return errors.New("a passcode is configured without the id of its user: a name will not do")
	case strings.ContainsAny(c.Password, "\r\n\x00"):
		// It is a mistake, as for a key, and each wrong password counts.
		return errors.New("the password contains a line end")
	}
	return nil
}

// Role is an agency to act through: an account makes one to let some users, its own or another account's, act for it.
type Role struct {
	Agency               string
	DomainName, DomainID string        // of the account that made the agency; one of both
	Duration             time.Duration // of each key, from 15 minutes to 24 hours (STS: 12); 0 is an hour
}

func (r Role) check() error {
	switch {
	case r.Agency == "":
		return errors.New("an agency has no name")
	case (r.DomainName == "") == (r.DomainID == ""):
		return fmt.Errorf("agency %q needs either the name or the id of the domain that made it", r.Agency)
	case r.Duration != 0 && (r.Duration < 15*time.Minute || r.Duration > 24*time.Hour):
		return fmt.Errorf("the key of agency %q cannot last for %s: from 15 minutes to 24 hours", r.Agency, r.Duration)
	}
	return nil
}

// Federation is a login by the ID token of an OpenID Connect identity provider.
type Federation struct {
	IdentityProvider string // its id in IAM
	IDToken          string
	IDTokenFile      string        // read anew for each login, because its writer renews it; one of both
	IDTokenFileLabel string        // what the user calls IDTokenFile, for messages; "" is "the file with the ID token"
	Duration         time.Duration // of each key; 0 is an hour
}
