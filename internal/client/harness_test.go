// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

const (
	testProject = "0483b6b16e954cb88930a360d2c4e663"
	rdsID       = "df29b535eec64ee1b286bd2c62871a9cin03"
	ddsID       = "b2f3c2b5ab3b4a1d8d4d5e6a9b5f3c3fin02"
	jobID       = "749d6254-f4f0-4f72-aa32-876e220d2496"
	snapshotID  = "c719b1a7-c85c-4cb5-a721-7694908c2c11"
	clusterID   = "7d85f602-a948-4a30-afd4-e84f47471c15"
)

var noon = time.Date(2024, 3, 1, 12, 0, 0, 0, time.UTC)

// fakeClock advances at once by whatever is slept, and remembers it.
type fakeClock struct {
	mutex sync.Mutex
	now   time.Time
	slept []time.Duration                                  // those that took time
	sleep func(ctx context.Context, d time.Duration) error // instead, if set
}

func newFakeClock() *fakeClock { return &fakeClock{now: noon} }

func (c *fakeClock) Now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.now
}

func (c *fakeClock) Sleep(ctx context.Context, d time.Duration) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if d <= 0 {
		return nil
	}
	if c.sleep != nil {
		return c.sleep(ctx, d)
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.now = c.now.Add(d)
	c.slept = append(c.slept, d)
	return nil
}

func (c *fakeClock) total() time.Duration { return c.Now().Sub(noon) }

// recorded is a request as the server got it.
type recorded struct {
	Method, Path, Query, Body string
	Header                    http.Header
}

// testServer is a server that gives prepared replies, the last one for ever, and keeps what it was asked.
type testServer struct {
	*httptest.Server
	mutex    sync.Mutex
	requests []recorded
	replies  []http.HandlerFunc
}

func newTestServer(t *testing.T, replies ...http.HandlerFunc) *testServer {
	t.Helper()
	s := &testServer{replies: replies}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *testServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mutex.Lock()
	reply := s.replies[min(len(s.requests), len(s.replies)-1)]
	s.requests = append(s.requests, recorded{r.Method, r.URL.EscapedPath(), r.URL.RawQuery, string(body), r.Header})
	s.mutex.Unlock()
	reply(w, r)
}

func (s *testServer) got() []recorded {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.requests
}

func answerWith(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// reset cuts the connection after the request was read.
func reset(w http.ResponseWriter, _ *http.Request) {
	connection, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	_ = connection.(*net.TCPConn).SetLinger(0)
	_ = connection.Close()
}

// truncated promises more than it sends.
func truncated(status int, body string) http.HandlerFunc {
	return answerWith(status, body, "Content-Length", "4096")
}

// silence says nothing until the client has gone.
func silence(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// newTestClient is a client of the test server, for all services, with four retries.
func newTestClient(t *testing.T, address string, clock Clock, change ...func(*Config)) *Client {
	t.Helper()
	config := Config{
		Region: "eu-west-101", ProjectID: testProject, AccessKey: "TESTACCESSKEY", SecretKey: "test-secret/key+",
		Endpoints: map[string]string{
			"iam":      address,
			"sts":      address,
			"metadata": address,
			"rds":      address,
			"dds":      address,
			"dws":      address,
		},
		MaxRetries: 4, Clock: clock,
	}
	for _, f := range change {
		f(&config)
	}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// transports are those of all classes of calls, for tests of what happens before there is a connection.
func (c *Client) transports() []*http.Transport {
	var all []*http.Transport
	for _, client := range []*http.Client{c.http.repeatable, c.http.once, c.http.metadata} {
		all = append(all, client.Transport.(*http.Transport))
	}
	return all
}

// answerBy has a round-tripper answer all requests.
func (c *Client) answerBy(answers http.RoundTripper) {
	for _, client := range []*http.Client{c.http.repeatable, c.http.once, c.http.metadata} {
		client.Transport = answers
	}
}
