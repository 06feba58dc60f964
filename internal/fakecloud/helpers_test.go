// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// manualClock is a clock that moves only when a test advances it.
type manualClock struct {
	lock sync.Mutex
	at   time.Time
}

func newClock() *manualClock {
	return &manualClock{at: time.Date(2026, time.January, 15, 12, 0, 0, 0, time.UTC)}
}

func (c *manualClock) Now() time.Time {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.at
}

func (c *manualClock) advance(d time.Duration) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.at = c.at.Add(d)
}

const (
	rdsID      = "df29b535eec64ee1b286bd2c62871a9cin03"
	ddsID      = "9136fd2a9fcd405ea4674276ce36dae8in02"
	clusterID  = "7d85f602-a948-4a30-afd4-e84f47471c15"
	snapshotID = "c719b1a7-c85c-4cb5-a721-7694908c2c11"

	rdsRestorePath = "/v3/" + DefaultProjectID + "/instances/batch/restore/tables"
	ddsRestorePath = "/v3/" + DefaultProjectID + "/instances/" + ddsID + "/restore/collections"
	dwsRestorePath = "/v1/" + DefaultProjectID + "/snapshots/" + snapshotID + "/table-restore"

	rdsBody = `{"instances":[{"restore_time":1688556737000,"instance_id":"` + rdsID +
		`","databases":[{"database":"data1",` +
		`"schemas":[{"schema":"schema1","tables":[{"old_name":"table1","new_name":"table1_1688556737000"}]}]}]}]}`
	ddsBody = `{"restore_collections":[{"database":"test","collections":[{"old_name":"test","new_name":"test2",` +
		`"restore_collection_time":"1607762955000"}]}]}`
	dwsBody = `{"case_sensitive":true,"database":"postgres","restore_table_list":[{"schema_name":"public",` +
		`"table_name":"sales"}],` +
		`"target_table_list":[{"schema_name":"public","table_name":"sales_2"}]}`
)

// testCloud is a cloud with a manual clock, and a client for it.
type testCloud struct {
	*Cloud
	t      *testing.T
	clock  *manualClock
	client *http.Client
}

func start(t *testing.T, options Options) *testCloud {
	t.Helper()
	clock := newClock()
	options.Now = clock.Now
	cloud, err := Start(options)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := cloud.Close(); err != nil {
			t.Error(err)
		}
	})
	return &testCloud{cloud, t, clock, &http.Client{Transport: transport, Timeout: 10 * time.Second}}
}

func (c *testCloud) url(service string) string {
	a := c.Addresses()
	return map[string]string{
		IAM: a.IAM, RDS: a.RDS, DDS: a.DDS, DWS: a.DWS, STS: a.STS, Metadata: a.Metadata, "admin": a.Admin,
	}[service]
}

func (c *testCloud) request(service, method, path, body string) *http.Request {
	c.t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), method, c.url(service)+path,
		strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	return request
}

type answer struct {
	status int
	header http.Header
	body   map[string]any
	raw    string
}

func (c *testCloud) send(request *http.Request) answer {
	c.t.Helper()
	response, err := c.client.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	got := answer{response.StatusCode, response.Header, nil, string(raw)}
	if err := json.Unmarshal(raw, &got.body); err != nil && len(raw) > 0 && raw[0] == '{' {
		c.t.Fatalf("not JSON: %s", raw)
	}
	return got
}

// do sends a request with the default token.
func (c *testCloud) do(service, method, path, body string) answer {
	c.t.Helper()
	request := c.request(service, method, path, body)
	request.Header.Set("X-Auth-Token", DefaultToken)
	return c.send(request)
}

// must is like do, but fails the test unless the request succeeds.
func (c *testCloud) must(service, method, path, body string) map[string]any {
	c.t.Helper()
	got := c.do(service, method, path, body)
	if got.status != http.StatusOK {
		c.t.Fatalf("%s %s: %d %s", method, path, got.status, got.raw)
	}
	return got.body
}

// restore starts one restore of the service with its standard body. It returns the job id.
func (c *testCloud) restore(service string) string {
	c.t.Helper()
	switch service {
	case RDS:
		return dig(c.must(RDS, "POST", rdsRestorePath, rdsBody), "restore_result", 0, "job_id").(string)
	case DDS:
		return c.must(DDS, "POST", ddsRestorePath, ddsBody)["job_id"].(string)
	}
	return c.must(DWS, "POST", dwsRestorePath, dwsBody)["job_id"].(string)
}

// dig follows field names and list indices. It returns nil if there is no such value.
func dig(value any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			fields, _ := value.(map[string]any)
			value = fields[step]
		case int:
			items, _ := value.([]any)
			if step >= len(items) {
				return nil
			}
			value = items[step]
		}
	}
	return value
}

// sign adds X-Sdk-Date and Authorization. The signature covers x-sdk-date and the claimed headers.
func (c *testCloud) sign(request *http.Request, accessKey, secretKey, body string, claimed ...string) {
	c.t.Helper()
	c.signHash(request, accessKey, secretKey, hexHash([]byte(body)), claimed...)
}

func (c *testCloud) signHash(request *http.Request, accessKey, secretKey, bodyHash string, claimed ...string) {
	c.t.Helper()
	date := c.clock.Now().Format(sdkDateLayout)
	request.Header.Set("X-Sdk-Date", date)
	names := append([]string{"x-sdk-date"}, claimed...)
	slices.Sort(names)
	var values []string
	for _, name := range names {
		value := request.Header.Get(name)
		if name == "host" {
			value = request.URL.Host
		}
		values = append(values, value)
	}
	canonical, err := canonicalRequest(request.Method, request.URL.EscapedPath(), request.URL.Query(), names, values,
		bodyHash)
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header.Set("Authorization", "SDK-HMAC-SHA256 Access="+accessKey+", SignedHeaders="+strings.Join(names, ";")+
		", Signature="+signature(secretKey, date, canonical))
}
