// SPDX-License-Identifier: MPL-2.0

package login

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/url"
	"os"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/path"
)

// insecure reports whether the client skips the verification of certificates. It warns of that even if the environment
// says so, because nobody notices a variable that was left in a pipeline.
func (r *resolver) insecure() bool {
	insecure := r.arguments.Insecure.ValueBool()
	if text := insecureArgument.fromEnvironment(r.env); text != "" && r.arguments.Insecure.IsNull() {
		var err error
		if insecure, err = strconv.ParseBool(text); err != nil {
			r.diags.Append(errorInsecure(text))
		}
	}
	if insecure {
		r.diags.Append(warnInsecure())
	}
	return insecure
}

// warnIfUnencrypted warns of an address to which the client would send tokens and passwords unencrypted.
func (r *resolver) warnIfUnencrypted(at path.Path, address string) {
	if isUnencrypted(address) {
		r.diags.Append(warnUnencrypted(at, address))
	}
}

// isUnencrypted reports whether requests to an address leave this machine unencrypted. An address of this machine is
// that of a tunnel or a test server.
func isUnencrypted(address string) bool {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Scheme != "http" {
		return false
	}
	host := parsed.Hostname()
	ip := net.ParseIP(host)
	return host != "localhost" && (ip == nil || !ip.IsLoopback())
}

// rootCAs returns the certificate authorities to trust instead of the system's, as in the vendor's own provider. It
// returns nil if no file is configured, or after an error.
func (r *resolver) rootCAs() *x509.CertPool {
	file := r.text(r.arguments.CACertFile, cacertFileArgument)
	if file == "" {
		return nil
	}
	pem := r.readFile(cacertFileArgument, file)
	if pem == nil {
		return nil
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		r.diags.Append(errorNoCACertificate(file))
		return nil
	}
	return pool
}

// certificate returns the client certificate for services that ask for one. It returns nil if no files are configured,
// or after an error.
func (r *resolver) certificate() *tls.Certificate {
	certFile := r.text(r.arguments.CertFile, certFileArgument)
	keyFile := r.text(r.arguments.KeyFile, keyFileArgument)
	switch {
	case certFile == "" && keyFile == "":
		return nil
	case certFile == "":
		r.diags.Append(errorHalfPair(certFileArgument, keyFileArgument))
		return nil
	case keyFile == "":
		r.diags.Append(errorHalfPair(keyFileArgument, certFileArgument))
		return nil
	}
	certPEM, keyPEM := r.readFile(certFileArgument, certFile), r.readFile(keyFileArgument, keyFile)
	if certPEM == nil || keyPEM == nil {
		return nil
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM) // its errors quote nothing from the files
	if err != nil {
		r.diags.Append(errorKeyPair(certFile, keyFile, err))
		return nil
	}
	return &pair
}

// readFile returns the content of the file that an argument names. It returns nil only after an error.
func (r *resolver) readFile(argument argument, file string) []byte {
	data, err := os.ReadFile(file)
	if err != nil {
		r.diags.Append(errorReadFile(argument, err))
		return nil
	}
	return append([]byte{}, data...) // not nil for an empty file
}
