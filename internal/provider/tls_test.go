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

	"terraform-provider-x/internal/clitest"
)

// writePEM writes a block into the working directory, and returns where.
func (env *testEnv) writePEM(name, kind string, der []byte) string {
	env.Helper()
	env.write(name, string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})))
	return filepath.Join(env.dir, name)
}

// clientCertificate writes client.pem and client-key.pem, and returns who vouches for them.
func (env *testEnv) clientCertificate() (certFile, keyFile string, clients *x509.CertPool) {
	env.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		env.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		env.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		env.Fatal(err)
	}
	clients = x509.NewCertPool()
	certFile = env.writePEM("client.pem", "CERTIFICATE", der)
	clients.AppendCertsFromPEM(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return certFile, env.writePEM("client-key.pem", "PRIVATE KEY", keyDER), clients
}

// secure puts a server with a certificate that no system trusts before each service. It lets only those pass for whom
// clients vouches. It returns the services' new addresses, by the old, and writes ca.pem.
func (env *testEnv) secure(clients *x509.CertPool) (addresses *strings.Replacer, caFile string) {
	env.Helper()
	at := env.cloud.Addresses()
	var pairs []string
	for _, address := range []string{at.IAM, at.RDS, at.DDS, at.DWS} {
		target, err := url.Parse(address)
		if err != nil {
			env.Fatal(err)
		}
		front := httptest.NewUnstartedServer(httputil.NewSingleHostReverseProxy(target))
		front.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients}
		front.Config.ErrorLog = log.New(io.Discard, "", 0)
		front.StartTLS()
		env.Cleanup(front.Close)
		pairs = append(pairs, address, front.URL)
		caFile = env.writePEM("ca.pem", "CERTIFICATE", front.Certificate().Raw) // the same for all of them
	}
	return strings.NewReplacer(pairs...), caFile
}

// TestTLS restores through servers that no system trusts and that ask for a certificate.
func TestTLS(t *testing.T) {
	t.Parallel()
	c := rdsCase
	env := newTestEnv(t)
	certFile, keyFile, clients := env.clientCertificate()
	addresses, caFile := env.secure(clients)
	configure := func(more string) {
		env.write("main.tf", addresses.Replace(env.providerBlock(more))+c.config(t))
	}
	configure("max_retries = 0")
	env.expect(env.apply(), clitest.ExitError, "failed to verify certificate")
	if requests := env.cloud.Requests(); len(requests) > 0 {
		t.Errorf("requests came through: %v", requests)
	}
	configure(fmt.Sprintf("cacert_file = %q", caFile))
	env.expect(env.apply(), clitest.ExitError, "certificate required")
	env.expectAccepted(0)

	pair := fmt.Sprintf("cert_file = %q\nkey_file = %q\n", certFile, keyFile)
	configure(pair + fmt.Sprintf("cacert_file = %q", caFile))
	o := env.mustApply()
	env.expectAccepted(1)
	const unverified = "The services' certificates are not verified"
	if strings.Contains(o.output, unverified) {
		t.Errorf("warned of what is not so:\n%s", o.output)
	}
	configure(pair + "insecure = true")
	env.expect(env.plan(), clitest.ExitOK, unverified, "cacert_file", "No changes.")
}

// TestFilesThatCannotBeRead names the argument at fault, before anything is asked.
func TestFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.write("main.tf", env.providerBlock(`cacert_file = "nowhere.pem"`)+rdsCase.config(t))
	env.expect(env.plan(), clitest.ExitError, "Cannot read file", `"cacert_file" is a text of 11 characters`, "OS_CACERT",
		"no such file")
	if requests := env.cloud.Requests(); len(requests) > 0 {
		t.Errorf("the plan called the cloud: %v", requests)
	}
}
