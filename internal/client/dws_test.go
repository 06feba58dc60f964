// SPDX-License-Identifier: MPL-2.0

package client

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDWSActionIDs never asks for a job by the id of an action, unless that has the form of a job's id.
func TestDWSActionIDs(t *testing.T) {
	const uuid, digits = "f4b6ad2c-9c58-4a1f-8f6e-0b1f6a4d7c11", "2c9081a47f3c2b5b017f3c9d2ae40007"
	missing := answerWith(404, `{"error_code":"DWS.0001","error_msg":"There is no such job."}`)
	for name, test := range map[string]struct {
		action string
		job    http.HandlerFunc
		asked  int
		jobID  string
	}{
		"a UUID":                 {action: uuid, job: missing, asked: 1},
		"a job's id":             {action: digits, job: answerWith(200, `{"job_id":"`+digits+`","status":"RUNNING"}`), asked: 2, jobID: digits},
		"like a job's, but none": {action: digits, job: missing, asked: 2},
	} {
		t.Run(name, func(t *testing.T) {
			server := newTestServer(t, answerWith(200, `{"id":"`+test.action+`","status":"RUNNING"}`), test.job)
			got, err := newTestClient(t, server.URL, newFakeClock()).DWS().ListJobs(t.Context(), clusterID, noon, noon)
			want := []Job{{ID: test.jobID, Name: dwsRestoring, Status: JobRunning}}
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%v, -want +got\n%s", err, diff)
			}
			if asked := len(server.got()); asked != test.asked {
				t.Errorf("%d requests, want %d", asked, test.asked)
			}
		})
	}
}
