// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"unicode"

	"terraform-provider-x/internal/client"
)

// FuzzImportAddresses: an import id is written back as it was read, and what is accepted addresses the very job that it names,
// whatever the service makes of a path: each request that comes of it is for that id and no other, or there is none.
func FuzzImportAddresses(f *testing.F) {
	for _, seed := range []string{
		"i/j", "eu-de/i/j", "i/..", "i/.", "../i/j", "i/j;k", "i/j:k", "i/j&id=k", "i/j+k", "i/%2e%2e", "i/j\u00a0", "i/j\u2028", "i/é", "i/-j", "i/j.k_l-m", "/i/j", "i//j", "i/j\x00", "i/jj@x",
	} {
		f.Add(seed)
	}
	var lock sync.Mutex
	var asked []*http.Request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lock.Lock()
		defer lock.Unlock()
		asked = append(asked, r)
		w.WriteHeader(http.StatusNotFound)
	}))
	f.Cleanup(server.Close)
	c, err := client.New(client.Config{
		Region: "eu-west-101", ProjectID: "p1", AuthToken: "a-token", Endpoints: map[string]string{"rds": server.URL, "dds": server.URL, "dws": server.URL},
		RequestsPerMinute: map[string]int{"rds": 1 << 40, "dds": 1 << 40, "dws": 1 << 40},
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, err := parseImportID(text, "instance_id")
		if err != nil {
			return
		}
		again := id.region + "/" + id.targetID + "/" + id.jobID
		if back, err := parseImportID(strings.TrimPrefix(again, "/"), "instance_id"); err != nil || back != id {
			t.Errorf("%q is %+v, and %q is %+v (%v)", text, id, again, back, err)
		}
		if again != text && again != "/"+text {
			t.Errorf("%q is %+v", text, id)
		}
		// As parts of a path, as they stand, they are these two and nothing else.
		if address, err := url.Parse("http://service/" + id.targetID + "/" + id.jobID); err != nil || address.Path != "/"+id.targetID+"/"+id.jobID || address.RawQuery+address.Fragment != "" {
			if !strings.ContainsFunc(text, unicode.IsControl) {
				t.Errorf("%q makes the address %v (%v)", text, address, err)
			}
		}
		lock.Lock()
		asked = nil
		lock.Unlock()
		for _, name := range client.JobServices() {
			service, err := c.JobService(name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := service.Job(t.Context(), id.jobID); err == nil {
				t.Errorf("%s: %q is a job", name, id.jobID)
			}
		}
		if _, err := c.ForRegion(id.region); err == nil && id.region != "" && id.region != "eu-west-101" {
			t.Errorf("%q is a region of these endpoints", id.region)
		}
		lock.Lock()
		defer lock.Unlock()
		for _, r := range asked {
			path, values := "/v3/p1/jobs", r.URL.Query()["id"]
			if len(values) == 0 {
				path, values = "/v1.0/p1/job/"+id.jobID, []string{id.jobID}
			}
			if r.URL.EscapedPath() != path || len(values) != 1 || values[0] != id.jobID || len(r.URL.Query()) > 1 {
				t.Errorf("%q, job %q: asked for %s", text, id.jobID, r.URL)
			}
		}
	})
}

func FuzzParseImportID(f *testing.F) {
	for _, seed := range []string{"i/j", "eu-de/i/j", "/", "i/", "/j", "a/b/c/d", "i/j j", "", "é/ñ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, err := parseImportID(text, "instance_id")
		if err != nil {
			return
		}
		again := id.targetID + "/" + id.jobID
		if id.region != "" {
			again = id.region + "/" + again
		}
		if id.targetID == "" || id.jobID == "" || strings.TrimPrefix(text, "/") != again {
			t.Errorf("%q was read as %+v", text, id)
		}
	})
}
