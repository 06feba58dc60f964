// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// dialsFail has every dial of a client fail with an error.
func (c *Client) dialsFail(err error) {
	for _, transport := range c.transports() {
		transport.DialContext = func(context.Context, string, string) (net.Conn, error) { return nil, err }
	}
}

// Kind of report: a typo in an endpoint or a region took a minute and a half of silent retries, and then read like an
// outage. What waiting does not mend fails at the first attempt, says what to check, and has sent nothing.
func TestWhatWaitingDoesNotMend(t *testing.T) {
	plain := newTestServer(t, answerWith(200, goodReply)).URL
	secured, _ := newTLSTestServer(t, nil)
	lookup := func(err *net.DNSError) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	for name, test := range map[string]struct {
		address string
		dial    error
		says    []string // none: it is tried again
	}{
		"no such name": {
			dial: lookup(&net.DNSError{Err: "no such host", Name: "rds.example", IsNotFound: true}),
			says: []string{"no such host", "endpoint", "region", "DNS"},
		},
		"name server away": {dial: lookup(&net.DNSError{Err: "server misbehaving", Name: "rds.example", IsTemporary: true})},
		"name server slow": {dial: lookup(&net.DNSError{Err: "i/o timeout", Name: "rds.example", IsTimeout: true})},
		"no such name, perhaps": {
			dial: lookup(&net.DNSError{Err: "no such host", Name: "rds.example", IsNotFound: true, IsTemporary: true}),
		},
		"a port that is none": {
			dial: &net.OpError{Op: "dial", Net: "tcp", Err: &net.AddrError{Err: "invalid port", Addr: "99999"}},
			says: []string{"invalid port", "endpoint"},
		},
		"refused":  {dial: &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}},
		"no route": {dial: &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("no route to host")}},
		"https to http": {
			address: strings.Replace(plain, "http:", "https:", 1),
			says:    []string{"server gave HTTP response to HTTPS client", "endpoint", "http"},
		},
		"https to another protocol": {address: "https://" + newGreeter(t), says: []string{"TLS handshake", "endpoint"}},
		"nobody vouches":            {address: secured.URL, says: []string{"failed to verify", "cacert_file"}},
		"nobody vouches, old": {
			address: "https://" + newOldCertificate(t), says: []string{"failed to verify", "cacert_file", "clock"},
		},
	} {
		for class, call := range theCalls {
			t.Run(name+"/"+class, func(t *testing.T) {
				clock, address := newFakeClock(), test.address
				if address == "" {
					address = "https://rds.example"
				}
				c := newTestClient(t, address, clock)
				if test.dial != nil {
					c.dialsFail(test.dial)
				}
				err := call(t.Context(), c)
				if outcome(err) != unsent {
					t.Errorf("%s: %v", outcome(err), err)
				}
				permanent := test.says != nil
				if got := errors.As(err, new(*ConnectionError)); got != permanent || (clock.total() == 0) != permanent {
					t.Errorf("a ConnectionError: %t, after %s: %v", got, clock.total(), err)
				}
				for _, word := range test.says {
					if !strings.Contains(err.Error(), word) {
						t.Errorf("it does not say %q: %v", word, err)
					}
				}
			})
		}
	}
}

// An http:// endpoint at a port that speaks TLS: a restore was written, so that nobody calls it certain, but it is not
// looked up six times either.
func TestPlainTextToTLS(t *testing.T) {
	alerting := newTestServer(t, func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = connection.Write([]byte("\x15\x03\x01\x00\x02\x02\x46"))
		_ = connection.Close()
	})
	for class, want := range map[string]string{"repeatable": unsent, "once": ambiguous} {
		clock := newFakeClock()
		err := theCalls[class](t.Context(), newTestClient(t, alerting.URL, clock))
		if outcome(err) != want || !strings.Contains(err.Error(), "https") || clock.total() != 0 {
			t.Errorf("%s: %s after %s: %v", class, outcome(err), clock.total(), err)
		}
	}
}

func TestEndpointPorts(t *testing.T) {
	for address, good := range map[string]bool{
		"https://rds.example": true, "rds.example:443": true, "https://rds.example:1": true, "https://[::1]:8443": true,
		"https://rds.example:0": false, "https://rds.example:65536": false, "rds.example:99999999999": false,
		"https://rds.example:https": false,
	} {
		if _, err := parseEndpoint(address); (err == nil) != good {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// newGreeter is a server that speaks first, and no TLS.
func newGreeter(t *testing.T) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = connection.Write([]byte("220 mail.example ESMTP\r\n"))
			buffer := make([]byte, 1<<10)
			_, _ = connection.Read(buffer)
			_ = connection.Close()
		}
	}()
	t.Cleanup(func() { _ = listener.Close(); <-done })
	return listener.Addr().String()
}

// newOldCertificate is a server whose certificate has ended.
func newOldCertificate(t *testing.T) (address string) {
	t.Helper()
	server := httptest.NewUnstartedServer(answerWith(200, goodReply))
	yesterday := time.Now().Add(-24 * time.Hour)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{newMatrixAuthority(t).issue(t, "127.0.0.1", yesterday)}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// A wait for a job that nobody could ask for yet ends as well; one that is under way outlasts an outage of DNS.
func TestWaitForAJobThatNobodyCanAskFor(t *testing.T) {
	noName := &net.DNSError{Err: "no such host", Name: "rds.example", IsNotFound: true}
	for name, test := range map[string]struct {
		submitted  time.Time
		sawRunning bool
		atOnce     bool
	}{
		"resumed":         {noon.Add(-time.Hour), false, true},
		"resumed, seen":   {noon.Add(-time.Hour), true, false},
		"just submitted":  {noon, false, false},
		"clocks that lie": {noon.Add(time.Hour), false, false},
	} {
		for _, service := range JobServices() {
			clock := newFakeClock()
			c := newTestClient(t, "https://rds.example", clock)
			c.dialsFail(noName)
			jobs, err := c.JobService(service)
			if err != nil {
				t.Fatal(err)
			}
			_, err = jobs.WaitForJob(t.Context(), JobWait{
				JobID: jobID, Submitted: test.submitted, Deadline: noon.Add(2 * time.Hour), SawRunning: test.sawRunning,
			})
			var failed *PollError
			if !errors.As(err, &failed) || !errors.As(err, new(*ConnectionError)) || (clock.total() < time.Minute) != test.atOnce {
				t.Errorf("%s, %s: after %s: %v", name, service, clock.total(), err)
			}
		}
	}
}
