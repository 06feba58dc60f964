// SPDX-License-Identifier: MPL-2.0

package client

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"terraform-provider-x/internal/client/signer"
)

// go test -run '^$' -bench . -benchmem ./internal/client

var benchmarkQuery = url.Values{
	"start_time": {
		"1709251200000",
	}, "end_time": {"1709294400000"}, "instance_id": {rdsID}, "offset": {"0"}, "limit": {"50"}, "name": {"a b/c+d&é"},
}

func BenchmarkSign(b *testing.B) {
	for name, body := range map[string][]byte{"GET": nil, "POST of 16 KiB": []byte(strings.Repeat("0123456789abcdef", 1024))} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			request := signer.Request{
				Method: http.MethodGet, Path: "/v3/" + testProject + "/tasklist", Query: benchmarkQuery, Header: http.Header{"X-Project-Id": {testProject}}, Body: body,
			}
			for b.Loop() {
				signer.Sign(request, "TESTACCESSKEY", "test-secret/key+", noon)
			}
		})
	}
}

func BenchmarkCanonicalQuery(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		signer.CanonicalQuery(benchmarkQuery)
	}
}

// BenchmarkJobList is one look at fifty jobs, from the answer to the values: what a wait of many costs beside the
// network.
func BenchmarkJobList(b *testing.B) {
	var tasks []string
	for i := range rdsTasksPage {
		tasks = append(
			tasks,
			fmt.Sprintf(
				`{"id":"749d6254-f4f0-4f72-aa32-%012d","name":"RestoreTablesToNewInstance","status":"Running","create_time":"2024-03-01T11:00:00+0000","end_time":"",`+
					`"process":"60%%","instance_id":%q,"instance_name":"orders-db","fail_reason":"","order_id":""}`,
				i,
				rdsID,
			),
		)
	}
	s := &stub{status: 200, header: http.Header{}, body: []byte(`{"tasks":[` + strings.Join(tasks, ",") + `]}`)}
	config := Config{
		Region: "eu-west-101", ProjectID: testProject, AccessKey: "TESTACCESSKEY", SecretKey: "test-secret/key+", Clock: newFakeClock(),
		Endpoints: map[string]string{"rds": "http://stub.example"}, RequestsPerMinute: map[string]int{"rds": 1 << 30},
	}
	c, err := New(config)
	if err != nil {
		b.Fatal(err)
	}
	c.http.repeatable.Transport = s
	b.ReportAllocs()
	b.SetBytes(int64(len(s.body)))
	for b.Loop() {
		jobs, err := c.RDS().
			jobList(forJobList)(
			b.Context(),
			"",
			noon.Add(-time.Hour),
			noon,
			func([]Job) bool { return true },
		)
		if err != nil || len(jobs) != rdsTasksPage {
			b.Fatal(len(jobs), err)
		}
	}
}
