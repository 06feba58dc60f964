// SPDX-License-Identifier: MPL-2.0

package client

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
)

// ConnectionError says that a call did not get to its service, for a reason that waiting does not mend: a name that
// does not exist, a port that is none, a server that is no service, a certificate that nobody vouches for, a proxy's
// refusal.
type ConnectionError struct {
	Err   error
	Check string // what a person should look at
}

func (e *ConnectionError) Error() string { return fmt.Sprintf("%v; check %s", e.Err, e.Check) }

func (e *ConnectionError) Unwrap() error { return e.Err }

// What to check. Certificates are the one thing whose arguments have names that nobody guesses.
const (
	checkAddress     = "the region, the endpoint and DNS"
	checkNoTLS       = "the endpoint: what answers there does not speak TLS, or is a proxy; perhaps it begins with http://"
	checkTLS         = "the endpoint: what answers there speaks TLS, so that it should begin with https://"
	checkCertificate = "the endpoint, this machine's clock, and the certificate authorities to trust (cacert_file)"
	checkAlert       = "the endpoint, and the client certificate (cert_file and key_file)"
	checkProxy       = "the proxy (HTTPS_PROXY, HTTP_PROXY and NO_PROXY, in upper or lower case)"
)

// whatToCheck is for an error of the transport that waiting does not mend; "" for any other.
func whatToCheck(err error) string {
	var failed *net.OpError
	errors.As(err, &failed)
	toProxy := failed != nil && (failed.Op == "proxyconnect" || failed.Op == "socks connect")
	check := whatToCheckAt(err, failed)
	if check != "" && check != checkCertificate && toProxy {
		return checkProxy
	}
	return check
}

func whatToCheckAt(err error, failed *net.OpError) string {
	var name *net.DNSError
	var answered *proxyAnswer
	switch {
	case errors.As(err, &answered) && answered.isPermanent():
		return checkProxy
	case errors.As(err, &name) && name.IsNotFound && !name.IsTemporary && !name.IsTimeout,
		errors.As(err, new(*net.AddrError)):
		return checkAddress
	case errors.Is(err, http.ErrSchemeMismatch), errors.As(err, new(tls.RecordHeaderError)):
		return checkNoTLS
	case strings.Contains(err.Error(), `malformed HTTP response "\x15\x03`): // an alert; net/http has no type for it
		return checkTLS
	case errors.As(err, new(*tls.CertificateVerificationError)):
		return checkCertificate
	case failed != nil && failed.Op == "remote error": // what the server has against us: crypto/tls exports no type for it
		return checkAlert
	}
	return ""
}
