// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
)

func TestEveryServiceHasItsOwnPort(t *testing.T) {
	c := start(t, Options{})
	seen := map[string]bool{}
	for _, service := range append([]string{"admin"}, services...) {
		address, err := url.Parse(c.url(service))
		if err != nil || address.Hostname() != "127.0.0.1" || seen[address.Port()] {
			t.Errorf("%s at %q, %v", service, c.url(service), err)
		}
		seen[address.Port()] = true
	}
}

func TestFixedPortsAreConsecutive(t *testing.T) {
	var c *Cloud
	first := 20000 // below the ephemeral ports
	for ; first < 32000; first += 7 {
		if cloud, err := Start(Options{Listen: fmt.Sprintf("127.0.0.1:%d", first)}); err == nil {
			c = cloud
			break
		}
	}
	if c == nil {
		t.Fatal("found no seven free ports in a row")
	}
	t.Cleanup(func() { _ = c.Close() })
	base := func(i int) string { return fmt.Sprintf("http://127.0.0.1:%d", first+i) }
	wantEqual(t, "addresses", c.Addresses(), Addresses{IAM: base(0), RDS: base(1), DDS: base(2), DWS: base(3),
		STS: base(4), Metadata: base(5), Admin: base(6)})
	if _, err := Start(Options{Listen: fmt.Sprintf("127.0.0.1:%d", first)}); err == nil {
		t.Error("started a second cloud on the same ports")
	}
	if _, err := Start(Options{Listen: "127.0.0.1:http"}); err == nil {
		t.Error("a port by name was accepted")
	}
}

func TestUnknownPathsAreCounted(t *testing.T) {
	c := start(t, Options{})
	for service, path := range map[string]string{RDS: "/v1/x", DDS: "/v3//jobs", DWS: "/"} {
		got := c.do(service, "GET", path, "")
		if got.status != 404 || got.body["error_code"] != "APIGW.0101" || got.body["request_id"] == nil {
			t.Errorf("%s: %d %s", service, got.status, got.raw)
		}
		if n := c.Requests()[service][Unknown]; n != 1 {
			t.Errorf("%s: %d unknown requests counted, want 1", service, n)
		}
	}
	if got := c.do(IAM, "GET", "/v2.0/tenants", ""); got.status != 404 || dig(got.body, "error", "code") != 404.0 {
		t.Errorf("iam: %d %s", got.status, got.raw)
	}
}

func TestEscapedPathSegments(t *testing.T) {
	c := start(t, Options{})
	escaped := strings.Replace(rdsID, "d", "%64", 1)
	request := c.request(RDS, "GET", "/v3/"+DefaultProjectID+"/instances/"+escaped+"/restore-time", "")
	c.sign(request, DefaultAccessKey, DefaultSecretKey, "")
	if got := c.send(request); got.status != 200 {
		t.Errorf("%d %s", got.status, got.raw)
	}
}

func TestBodyTooLarge(t *testing.T) {
	c := start(t, Options{})
	if got := c.do(RDS, "POST", rdsRestorePath, strings.Repeat(" ", bodyLimit+1)); got.status != 413 ||
		got.body["error_code"] != "APIGW.0201" {
		t.Errorf("%d %s", got.status, got.raw)
	}
}

// One instance accepts exactly one of several concurrent restores. The cloud counts every request.
func TestConcurrentRestores(t *testing.T) {
	c := start(t, Options{})
	const clients = 20
	statuses := make([]int, clients)
	var group sync.WaitGroup
	for i := range clients {
		group.Go(func() { statuses[i] = c.do(RDS, "POST", rdsRestorePath, rdsBody).status })
	}
	group.Wait()
	counts := map[int]int{}
	for _, status := range statuses {
		counts[status]++
	}
	wantEqual(t, "statuses", counts, map[int]int{200: 1, 409: clients - 1})
	wantEqual(t, "restores and requests", []int{len(c.Restores()), c.Requests()[RDS][RestoreTables]}, []int{1, clients})
}

func TestCloseCutsIdleConnections(t *testing.T) {
	c := start(t, Options{})
	connection, err := net.Dial("tcp", strings.TrimPrefix(c.url(RDS), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	c.must(RDS, "GET", jobsPath, "") // leaves another connection open
	for range 2 {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := connection.Read(make([]byte, 1)); err == nil {
		t.Error("a connection outlived its server")
	}
}
