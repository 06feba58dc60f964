// SPDX-License-Identifier: MPL-2.0

package login

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// insecure reports whether the client skips the verification of certificates. It warns of that even if the environment
// says so, because nobody notices a variable that was left in a pipeline.
func (r *resolver) insecure() bool {
	insecure := r.arguments.Insecure.ValueBool()
	if r.arguments.Insecure.IsNull() {
		text, _ := r.any(r.input(types.StringNull(), insecureArgument))
		insecure, _ = strconv.ParseBool(text) // its format is checked
	}
	if insecure {
		r.diags.Append(warnInsecure())
	}
	return insecure
}

// warnIfUnencrypted warns of an address to which the client would send tokens and passwords unencrypted.
func (r *resolver) warnIfUnencrypted(at path.Path, name, address string) {
	if isUnencrypted(address) {
		r.diags.Append(warnUnencrypted(at, name))
	}
}

// isUnencrypted reports whether requests to an address leave this machine unencrypted. An address of this machine is
// that of a tunnel or a test server.
func isUnencrypted(address string) bool {
	parsed, err := parseAddress(address)
	if err != nil || parsed.Scheme != "http" {
		return false
	}
	host := parsed.Hostname()
	ip := net.ParseIP(host)
	return host != "localhost" && (ip == nil || !ip.IsLoopback())
}

// pemText is what an argument for a file in PEM format has: the path of a file, or its contents, as in the vendor's own
// provider.
type pemText struct {
	label string // of the argument or variable
	data  []byte // nil if there is none
}

// readPEM returns the contents of a file, or a value that is the contents itself. The data is nil only if there is no
// value, or after an error.
func (r *resolver) readPEM(i input) pemText {
	value, s := r.any(i)
	text := pemText{label: i.label(s)}
	switch {
	case value == "":
	case isPEM(value):
		text.data = withoutMarks([]byte(value))
	default:
		text.data = r.readFile(i, s, value)
	}
	return text
}

// rootCAs returns the certificate authorities to trust instead of the system's, as in the vendor's own provider. It
// returns nil if no file is configured, or after an error.
func (r *resolver) rootCAs() *x509.CertPool {
	text := r.readPEM(r.input(r.arguments.CACertFile, cacertFileArgument))
	if text.data == nil {
		return nil
	}
	certificates := certificatesIn(text.data)
	if !r.hasAllCertificates(cacertFileArgument, text, len(certificates)) {
		return nil
	}
	pool := x509.NewCertPool()
	for _, certificate := range certificates {
		pool.AddCert(certificate)
	}
	return pool
}

// certificatesIn returns the certificates that can be read.
func certificatesIn(data []byte) []*x509.Certificate {
	var all []*x509.Certificate
	for {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			return all
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err == nil && block.Type == "CERTIFICATE" {
			all = append(all, certificate)
		}
	}
}

// aboutCertificate are the lines around a certificate, in any of its spellings.
var aboutCertificate = regexp.MustCompile(`-----(BEGIN|END) [A-Z0-9 ]*CERTIFICATE-----`)

// hasAllCertificates reports a certificate that is in the file and was not read. The decoder passes over it in silence,
// and what it vouches for would fail much later.
func (r *resolver) hasAllCertificates(argument argument, text pemText, read int) bool {
	begun := bytes.Count(text.data, []byte(pemBegin))
	lines := aboutCertificate.FindAllSubmatch(text.data, -1)
	begins, ends := 0, 0
	for _, line := range lines {
		if string(line[1]) == "BEGIN" {
			begins++
		} else {
			ends++
		}
	}
	switch there := max(begins, ends); {
	case there == 0:
		r.diags.Append(errorNoCertificate(argument, text.label, begun))
	case there != read:
		r.diags.Append(errorLostCertificate(argument, text.label, there, read))
	default:
		return true
	}
	return false
}

// certificate returns the client certificate for services that ask for one. It returns nil if no files are configured,
// or after an error.
func (r *resolver) certificate() *tls.Certificate {
	certInput := r.input(r.arguments.CertFile, certFileArgument)
	keyInput := r.input(r.arguments.KeyFile, keyFileArgument)
	certFrom, certValue := certInput.first()
	keyFrom, keyValue := keyInput.first()
	switch {
	case certValue == "" && keyValue == "":
		return nil
	case certValue == "":
		r.diags.Append(errorIncomplete(keyFrom, keyInput, certInput))
		return nil
	case keyValue == "":
		r.diags.Append(errorIncomplete(certFrom, certInput, keyInput))
		return nil
	case certFrom != keyFrom:
		r.diags.Append(errorHalfPair(certInput.label(certFrom), keyInput.label(keyFrom)))
		return nil
	}
	cert, key := r.readPEM(certInput), r.readPEM(keyInput)
	if cert.data == nil || key.data == nil ||
		!r.hasAllCertificates(certFileArgument, cert, len(certificatesIn(cert.data))) {
		return nil
	}
	pair, err := tls.X509KeyPair(cert.data, key.data) // its errors quote nothing from the files
	if err != nil {
		r.diags.Append(errorKeyPair(cert.label, key.label, err))
		return nil
	}
	return &pair
}

// readFile returns the content of a file without byte order marks. It returns nil only after an error.
func (r *resolver) readFile(i input, s source, file string) []byte {
	data, err := os.ReadFile(r.expanded(file))
	if err != nil {
		r.diags.Append(errorReadFile(i, s, file, err))
		return nil
	}
	return append([]byte{}, withoutMarks(data)...) // not nil for an empty file
}

// expanded replaces "~" at the beginning of a path, as a shell does.
func (r *resolver) expanded(file string) string {
	rest, inHome := strings.CutPrefix(file, "~")
	home := r.homeDirectory()
	if !inHome || home == "" || rest != "" && !os.IsPathSeparator(rest[0]) && rest[0] != '/' {
		return file
	}
	return filepath.Join(home, rest)
}
