// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// newCertificate is a certificate that vouches for itself.
func newCertificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(certificate)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// newTLSTestServer is a test server behind a certificate that no system trusts. It asks for one that clients vouches for, unless
// nil.
func newTLSTestServer(t *testing.T, clients *x509.CertPool) (*testServer, *x509.CertPool) {
	t.Helper()
	s := &testServer{replies: []http.HandlerFunc{answerWith(200, goodReply)}}
	s.Server = httptest.NewUnstartedServer(s)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	if clients != nil {
		s.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients}
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	private := x509.NewCertPool()
	private.AddCert(s.Certificate())
	return s, private
}

func TestTLS(t *testing.T) {
	own, ownPool := newCertificate(t)
	foreign, foreignPool := newCertificate(t)
	for name, test := range map[string]struct {
		clients *x509.CertPool
		change  func(c *Config, private *x509.CertPool)
		says    string // the error of a call that may be sent again; "" for none
	}{
		"nobody vouches":            {nil, func(*Config, *x509.CertPool) {}, "failed to verify certificate"},
		"another vouches":           {nil, func(c *Config, _ *x509.CertPool) { c.RootCAs = foreignPool }, "failed to verify certificate"},
		"a private authority":       {nil, func(c *Config, private *x509.CertPool) { c.RootCAs = private }, ""},
		"unverified":                {nil, func(c *Config, _ *x509.CertPool) { c.Insecure = true }, ""},
		"no client certificate":     {ownPool, func(c *Config, private *x509.CertPool) { c.RootCAs = private }, "tls: certificate required"},
		"a client certificate":      {ownPool, func(c *Config, private *x509.CertPool) { c.RootCAs, c.Certificate = private, &own }, ""},
		"a strange certificate":     {ownPool, func(c *Config, private *x509.CertPool) { c.RootCAs, c.Certificate = private, &foreign }, "remote error: tls"},
		"one that is not asked for": {nil, func(c *Config, private *x509.CertPool) { c.RootCAs, c.Certificate = private, &own }, ""},
	} {
		for class, call := range theCalls {
			t.Run(name+"/"+class, func(t *testing.T) {
				server, private := newTLSTestServer(t, test.clients)
				clock := newFakeClock()
				err := call(t.Context(), newTestClient(t, server.URL, clock, func(c *Config) { test.change(c, private) }))
				if (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
					t.Errorf("got %v, want %q", err, test.says)
				}
				if want := map[bool]int{true: 1}[test.says == ""]; len(server.got()) != want || clock.total() != 0 {
					t.Errorf(
						"%d requests after %s, want %d at once: waiting mends no certificate",
						len(server.got()),
						clock.total(),
						want,
					)
				}
			})
		}
	}
}

// proxyChild makes this test the child of TestProxyFromEnvironment: Go reads the variables once in the life of a
// process.
const proxyChild = "X_CLIENT_TEST_PROXY"

// Addresses of this machine are never asked for through a proxy, so the services' names are others.
func TestProxyFromEnvironment(t *testing.T) {
	if os.Getenv(proxyChild) != "" {
		for _, address := range []string{"http://dws.example", "https://dws.example", "http://direct.example"} {
			c := newTestClient(t, address, newFakeClock(), func(c *Config) { c.MaxRetries = 0 })
			for _, class := range []string{"repeatable", "once"} {
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				fmt.Printf("%s %s: %s\n", class, address, outcome(theCalls[class](ctx, c)))
				cancel()
			}
			for _, transport := range c.transports() {
				transport.CloseIdleConnections()
			}
		}
		return
	}
	var asked []string
	proxy := newTestServer(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.Host)
		if r.Method == http.MethodConnect {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		_, _ = io.WriteString(w, goodReply)
	})
	child := exec.Command(os.Args[0], "-test.run=^TestProxyFromEnvironment$")
	child.Env = append(
		os.Environ(),
		proxyChild+"=1",
		"HTTP_PROXY="+proxy.URL,
		"HTTPS_PROXY="+proxy.URL,
		"NO_PROXY=direct.example",
		"http_proxy=",
		"https_proxy=",
		"no_proxy=",
	)
	output, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	want := []string{"GET dws.example", "POST dws.example", "CONNECT dws.example:443", "CONNECT dws.example:443"}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Errorf("asked of the proxy: -want +got\n%s", diff)
	}
	for _, line := range []string{
		"repeatable http://dws.example: accepted", "once http://dws.example: accepted",
		// A proxy that makes no connection has passed nothing on.
		"repeatable https://dws.example: another error", "once https://dws.example: another error",
		"once http://direct.example: another error",
	} {
		if !strings.Contains(string(output), line) {
			t.Errorf("the output lacks %q:\n%s", line, output)
		}
	}
}
