// SPDX-License-Identifier: MPL-2.0

package login

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// insecure warns where it is so, from wherever: a variable that is forgotten in a pipeline is easily overlooked.
func (a Arguments) insecure(env lookupEnv, diags *diag.Diagnostics) bool {
	insecure := a.Insecure.ValueBool()
	if text := insecureArgument.fromEnvironment(env); text != "" && a.Insecure.IsNull() {
		var err error
		if insecure, err = strconv.ParseBool(text); err != nil {
			diags.AddAttributeError(path.Root("insecure"), "Not true or false", fmt.Sprintf("%s is %q.", insecureArgument, text))
		}
	}
	if insecure {
		diags.AddAttributeWarning(path.Root("insecure"), "The services' certificates are not verified",
			fmt.Sprintf("%s is true: anyone on the way to the services can read and change what is asked of them. "+
				"For a private certificate authority, set %s instead.", insecureArgument, cacertFileArgument))
	}
	return insecure
}

// warnInClear is for an address to which tokens and passwords would go in clear, and through a proxy of the environment as well;
// signatures do no harm there for more than a quarter of an hour. This machine's own addresses are a stand-in's or a tunnel's.
func warnInClear(at path.Path, address string, diags *diag.Diagnostics) {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Scheme != "http" {
		return
	}
	host := parsed.Hostname()
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return
	}
	diags.AddAttributeWarning(at, "A service is asked without encryption",
		fmt.Sprintf("%s begins with http://: tokens, passwords and what is restored can be read and changed on the way. Leave the scheme out, or write https://.", address))
}

// rootCAs are who may vouch for the services, instead of whom the system trusts, as in the vendor's own provider; nil where
// no file is given.
func rootCAs(file string, diags *diag.Diagnostics) *x509.CertPool {
	if file == "" {
		return nil
	}
	pem := readFile(cacertFileArgument, file, diags)
	if pem == nil {
		return nil
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		diags.AddAttributeError(path.Root("cacert_file"), "Not a certificate", fmt.Sprintf("%s is %s, which holds no certificate in the form PEM.", cacertFileArgument, file))
		return nil
	}
	return pool
}

// certificate is what the provider shows to services that ask for one; nil where no files are given.
func certificate(certFile, keyFile string, diags *diag.Diagnostics) *tls.Certificate {
	half := func(missing, given argument) {
		diags.AddAttributeError(path.Root(missing.name), "Half a pair", fmt.Sprintf("There is %s but no %s. A certificate and its key belong together.", given, missing))
	}
	switch {
	case certFile == "" && keyFile == "":
		return nil
	case certFile == "":
		half(certFileArgument, keyFileArgument)
		return nil
	case keyFile == "":
		half(keyFileArgument, certFileArgument)
		return nil
	}
	certPEM, keyPEM := readFile(certFileArgument, certFile, diags), readFile(keyFileArgument, keyFile, diags)
	if certPEM == nil || keyPEM == nil {
		return nil
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM) // its errors quote nothing of what is in the files
	if err != nil {
		diags.AddAttributeError(path.Root("cert_file"), "Not a certificate and its key",
			fmt.Sprintf("The files %s (%s) and %s (%s) cannot be used together: %v.", certFile, certFileArgument, keyFile, keyFileArgument, err))
		return nil
	}
	return &pair
}

// readFile is nil for a file that cannot be read.
func readFile(s argument, file string, diags *diag.Diagnostics) []byte {
	data, err := os.ReadFile(file)
	if err != nil {
		diags.AddAttributeError(path.Root(s.name), "The file cannot be read", fmt.Sprintf("%s: %v.", s, err))
		return nil
	}
	return append([]byte{}, data...) // an empty file is not nil
}
