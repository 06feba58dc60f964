// SPDX-License-Identifier: MPL-2.0

package client

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// matrixAuthority issues certificates.
type matrixAuthority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	pool        *x509.CertPool
}

func newMatrixAuthority(t *testing.T) *matrixAuthority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(48 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
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
	return &matrixAuthority{certificate, key, pool}
}

// issue is a server's certificate, for a name and an end.
func (a *matrixAuthority) issue(t *testing.T, host string, notAfter time.Time) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(
			2,
		), Subject: pkix.Name{CommonName: host}, NotBefore: notAfter.Add(-48 * time.Hour), NotAfter: notAfter,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// TestCertificateMatrix meets every operation with certificates that are not to be trusted, and with a handshake that
// breaks. Not one byte of a request is sent, and nothing is tried again that time does not mend.
func TestCertificateMatrix(t *testing.T) {
	m := newMatrix(t, "certificates")
	defer m.print()
	ours, others := newMatrixAuthority(t), newMatrixAuthority(t)
	tomorrow, yesterday := time.Now().Add(24*time.Hour), time.Now().Add(-24*time.Hour)
	for _, test := range []struct {
		name        string
		certificate tls.Certificate
		class       matrixClass
	}{
		{"a good one", ours.issue(t, "127.0.0.1", tomorrow), matrixHarmless},
		{"expired", ours.issue(t, "127.0.0.1", yesterday), matrixUntrusted},
		{"of another host", ours.issue(t, "rds.eu-west-101.example", tomorrow), matrixUntrusted},
		{"of an unknown authority", others.issue(t, "127.0.0.1", tomorrow), matrixUntrusted},
	} {
		before := goroutines()
		server := newMatrixServer()
		server.TLS = &tls.Config{Certificates: []tls.Certificate{test.certificate}}
		var requests atomic.Int32
		handler := server.Config.Handler
		server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			requests.Add(1)
			handler.ServeHTTP(w, r)
		})
		server.StartTLS()
		for _, row := range matrixOperations() {
			if test.class == matrixUntrusted && row.name == "federated key" {
				continue // the ID token on the way to it meets the same
			}
			requests.Store(0)
			m.cell(
				server,
				row,
				matrixFault{name: test.name, class: test.class, processed: true},
				func(config *Config) { config.RootCAs = ours.pool },
			)
			if got := requests.Load(); got > 0 && test.class == matrixUntrusted {
				t.Errorf("%s × %s: %d requests were sent", row.name, test.name, got)
			}
		}
		server.Close()
		expectNoNewGoroutines(t, before, test.name)
	}
	m.brokenHandshakes(newResetter(t), ours.pool)
}

// brokenHandshakes are reset after the connection and before anything is sent: it is certain that nothing was accepted.
func (m *matrix) brokenHandshakes(resetter *resetter, pool *x509.CertPool) {
	m.Helper()
	before := goroutines()
	authority := newMatrixAuthority(m.T)
	server := newMatrixServer()
	server.TLS = &tls.Config{Certificates: []tls.Certificate{authority.issue(m.T, "127.0.0.1", time.Now().Add(time.Hour))}}
	server.StartTLS()
	pool = pool.Clone()
	pool.AddCert(authority.certificate)
	for _, row := range matrixOperations() {
		m.cell(
			server,
			row,
			matrixFault{name: "reset in the handshake", class: matrixUnsent, dial: resetter.dial},
			func(config *Config) { config.RootCAs = pool },
		)
	}
	server.Close()
	expectNoNewGoroutines(m.T, before, "reset in the handshake")
}

// TestRedirectMatrix redirects every operation: to another path, to another host, from https to http. Nobody follows,
// so that neither a signature nor a body gets to whom it is not for, and a restore whose answer is a redirect is
// ambiguous.
func TestRedirectMatrix(t *testing.T) {
	m := newMatrix(t, "redirects")
	defer m.print()
	authority := newMatrixAuthority(t)
	var visits atomic.Int32
	other := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("the other host got %s %s with %v", r.Method, r.URL, r.Header)
		answerWith(200, `{"job_id":"b2"}`)(w, r)
	}))
	other.Config.ConnState = func(net.Conn, http.ConnState) { visits.Add(1) }
	other.Start()
	t.Cleanup(other.Close)

	for _, secured := range []bool{false, true} {
		before := goroutines()
		server := newMatrixServer()
		from := "http"
		if secured {
			server.TLS = &tls.Config{Certificates: []tls.Certificate{authority.issue(t, "127.0.0.1", time.Now().Add(time.Hour))}}
			server.StartTLS()
			from = "https"
		} else {
			server.Start()
		}
		for _, status := range []int{301, 302, 303, 307, 308} {
			for _, to := range [][2]string{{"same host", "/elsewhere"}, {"other host", other.URL + "/elsewhere"}, {"same path", ""}} {
				name, location := to[0], to[1]
				fault := matrixFault{
					name: fmt.Sprintf("%d %s, from %s", status, name, from), class: matrixUnclear, traced: true,
					answer: func(e *matrixExchange) { e.say(status, e.errorBody(), "Location", location+"?"+e.echo) },
				}
				for _, row := range matrixOperations() {
					m.cell(server, row, fault, func(config *Config) { config.RootCAs = authority.pool })
				}
			}
		}
		server.Close()
		expectNoNewGoroutines(t, before, "redirects from "+from)
	}
	if got := visits.Load(); got != 0 {
		t.Errorf("the other host was connected to %d times", got)
	}
}

// TestEchoedCredentials has the transport's own errors quote what the server sent. A gateway that echoes a request in a
// malformed head must not put a credential into an error or a log either.
func TestEchoedCredentials(t *testing.T) {
	m := newMatrix(t, "echoes")
	defer m.print()
	flat := func(e *matrixExchange) string { return strings.ReplaceAll(e.echo, "\n", " ") }
	for _, fault := range []matrixFault{
		{name: "a status line", class: matrixLost, processed: true, answer: func(e *matrixExchange) { e.cut(flat(e)+"\r\n\r\n", false) }},
		{name: "a status", class: matrixLost, processed: true, answer: func(e *matrixExchange) { e.cut("HTTP/1.1 2x0 "+flat(e)+"\r\n\r\n", false) }},
		{name: "a header line", class: matrixLost, processed: true, answer: func(e *matrixExchange) { e.cut("HTTP/1.1 200 OK\r\n("+flat(e)+"\r\n\r\n", false) }},
		{name: "a length", class: matrixLost, processed: true, answer: func(e *matrixExchange) {
			e.cut("HTTP/1.1 200 OK\r\nContent-Length: "+flat(e)+"\r\n\r\n", false)
		}},
		{name: "a transfer encoding", class: matrixLost, processed: true, answer: func(e *matrixExchange) {
			e.cut("HTTP/1.1 200 OK\r\nTransfer-Encoding: "+flat(e)+"\r\n\r\n", false)
		}},
		{name: "a malformed location", class: matrixLost, processed: true, answer: func(e *matrixExchange) {
			e.say(http.StatusTemporaryRedirect, "", "Location", "http://[::1/"+flat(e))
		}},
	} {
		server := newMatrixServer()
		server.Start()
		for _, row := range matrixOperations() {
			m.cell(server, row, fault)
		}
		server.Close()
	}
}
