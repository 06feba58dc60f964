// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// writePEM writes a block into the stage's directory, and returns where.
func (s *stage) writePEM(name, kind string, der []byte) string {
	s.Helper()
	s.write(name, string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})))
	return filepath.Join(s.dir, name)
}

// clientCertificate writes client.pem and client-key.pem, and returns who vouches for them.
func (s *stage) clientCertificate() (certFile, keyFile string, clients *x509.CertPool) {
	s.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		s.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		s.Fatal(err)
	}
	clients = x509.NewCertPool()
	certFile = s.writePEM("client.pem", "CERTIFICATE", der)
	clients.AppendCertsFromPEM(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return certFile, s.writePEM("client-key.pem", "PRIVATE KEY", keyDER), clients
}

// secure puts a server with a certificate that no system trusts before each service. It lets only those pass for whom clients
// vouches. It returns the services' new addresses, by the old, and writes ca.pem.
func (s *stage) secure(clients *x509.CertPool) (addresses *strings.Replacer, caFile string) {
	s.Helper()
	at := s.cloud.Addresses()
	var pairs []string
	for _, address := range []string{at.IAM, at.RDS, at.DDS, at.DWS} {
		target, err := url.Parse(address)
		if err != nil {
			s.Fatal(err)
		}
		front := httptest.NewUnstartedServer(httputil.NewSingleHostReverseProxy(target))
		front.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients}
		front.Config.ErrorLog = log.New(io.Discard, "", 0)
		front.StartTLS()
		s.Cleanup(front.Close)
		pairs = append(pairs, address, front.URL)
		caFile = s.writePEM("ca.pem", "CERTIFICATE", front.Certificate().Raw) // the same for all of them
	}
	return strings.NewReplacer(pairs...), caFile
}

// TestTLS restores through servers that no system trusts and that ask for a certificate.
func TestTLS(t *testing.T) {
	t.Parallel()
	c := restoreCases[0]
	s := newStage(t)
	certFile, keyFile, clients := s.clientCertificate()
	addresses, caFile := s.secure(clients)
	configure := func(more string) {
		s.write("main.tf", addresses.Replace(s.providerBlock(more))+c.config(t))
	}
	configure("max_retries = 0")
	s.expect(s.apply(), 1, "failed to verify certificate")
	if requests := s.cloud.Requests(); len(requests) > 0 {
		t.Errorf("requests came through: %v", requests)
	}
	configure(fmt.Sprintf("cacert_file = %q", caFile))
	s.expect(s.apply(), 1, "certificate required")
	s.expectAccepted(0)

	pair := fmt.Sprintf("cert_file = %q\nkey_file = %q\n", certFile, keyFile)
	configure(pair + fmt.Sprintf("cacert_file = %q", caFile))
	o := s.mustApply()
	s.expectAccepted(1)
	const unverified = "The services' certificates are not verified"
	if strings.Contains(o.output, unverified) {
		t.Errorf("warned of what is not so:\n%s", o.output)
	}
	configure(pair + "insecure = true")
	s.expect(s.plan(), 0, unverified, "cacert_file", "No changes.")
}

// TestFilesThatCannotBeRead names the argument at fault, before anything is asked.
func TestFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.write("main.tf", s.providerBlock(`cacert_file = "nowhere.pem"`)+restoreCases[0].config(t))
	s.expect(s.plan(), 1, "The file cannot be read", `cacert_file = "nowhere.pem"`, "OS_CACERT", "no such file")
	if requests := s.cloud.Requests(); len(requests) > 0 {
		t.Errorf("the plan called the cloud: %v", requests)
	}
}
