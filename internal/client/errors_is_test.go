// SPDX-License-Identifier: MPL-2.0

package client

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestIsBusyAndIsForbidden(t *testing.T) {
	type kind struct{ busy, forbidden, notFound bool }
	busy, forbidden := kind{busy: true}, kind{forbidden: true}
	tests := []struct {
		service string
		status  int
		code    string
		message string
		want    kind
	}{
		{"rds", 409, "DBS.200019", "", busy},
		{"rds", 400, "DBS.200019", "", busy}, // by code, not by status
		{"dds", 403, "DBS.200019", "", busy},
		{"dds", 403, "DBS.201000", "", busy},
		{"rds", 403, "DBS.201000", "", forbidden}, // not a code of RDS
		{"dds", 400, "DBS.200047", "", busy},
		{"rds", 409, "DBS.200047", "", busy},
		{"rds", 409, "DBS.212006", "", busy},
		{"rds", 409, "DBS.201205", "", busy},
		{"dds", 400, "DBS.280343", "", kind{}}, // "unsupported": waiting does not help
		{"rds", 409, "DBS.200316", "", kind{}}, // storage is full
		{"rds", 409, "DBS.201201", "", kind{}}, // the object exists
		{"rds", 409, "", "", kind{}},
		{"dws", 400, "DWS.7023", "", busy},
		{"dws", 200, "DWS.9999", "DWS.7023: an operation is in progress", busy},
		{"dws", 200, "DWS.9999", "internal error", kind{}},
		{"rds", 400, "DWS.7023", "", kind{}},
		{"rds", 429, "APIGW.0308", "", kind{}},
		{"rds", 400, "DBS.280015", "", forbidden},
		{"dds", 401, "DBS.280056", "", forbidden},
		{"rds", 403, "", "", forbidden},
		{"iam", 401, "401", "", forbidden},
		{"dws", 500, "APIGW.0301", "", forbidden},
		{"dws", 500, "", "", kind{}},
	}
	for _, test := range tests {
		e := &APIError{Service: test.service, StatusCode: test.status, Code: test.code, Message: test.message}
		for _, err := range []error{e, fmt.Errorf("wrapped: %w", e), &PollError{Err: e}} {
			if got := (kind{IsBusy(err), IsForbidden(err), IsNotFound(err)}); got != test.want {
				t.Errorf("%v: %+v, want %+v", err, got, test.want)
			}
		}
		if IsBusy(&AmbiguousError{Err: e}) {
			t.Errorf("ambiguous, yet busy: %v", e)
		}
	}
	for _, err := range []error{nil, errors.New("x"), &WaitTimeoutError{}} {
		if IsBusy(err) || IsForbidden(err) || IsNotFound(err) {
			t.Errorf("%v is taken for an answer", err)
		}
	}
}

func TestNotFound(t *testing.T) {
	const absent, failing = true, false
	jobs := map[string]func(*Client) error{
		"RDS job": func(c *Client) error { _, err := c.RDS().Job(t.Context(), jobID); return err },
		"DDS job": func(c *Client) error { _, err := c.DDS().Job(t.Context(), jobID); return err },
		"DWS job": func(c *Client) error { _, err := c.DWS().Job(t.Context(), jobID); return err },
	}
	rds := func(c *Client) error { _, err := c.RDS().Instance(t.Context(), rdsID); return err }
	dds := func(c *Client) error { _, err := c.DDS().Instance(t.Context(), ddsID); return err }
	snapshot := func(c *Client) error { _, err := c.DWS().Snapshot(t.Context(), snapshotID); return err }
	cluster := func(c *Client) error { _, err := c.DWS().Cluster(t.Context(), clusterID); return err }
	coded := func(status int, code string) http.HandlerFunc {
		return answerWith(status, `{"error_code":"`+code+`","error_msg":"m"}`)
	}
	type test struct {
		what  string
		call  func(*Client) error
		reply http.HandlerFunc
		want  bool
	}
	tests := []test{
		{"RDS instance", rds, answerWith(200, `{"instances":[],"total_count":0}`), absent},
		{"RDS instance", rds, answerWith(200, `{}`), failing},
		{"RDS instance", rds, answerWith(200, `{"instances":[{"id":"`+rdsID+`x"}]}`), absent},
		{"RDS instance", rds, coded(400, "DBS.280404"), absent},
		{"RDS instance", rds, coded(404, "DBS.200002"), absent},
		{"RDS instance", rds, coded(400, "DBS.200001"), failing},
		{"RDS instance", rds, coded(404, "APIGW.0101"), failing},
		{"DDS instance", dds, answerWith(200, `{"instances":[],"total_count":0}`), absent},
		{"DDS instance", dds, coded(400, "DBS.280110"), absent},
		{"DDS instance", dds, coded(403, "DBS.280032"), failing},
		{"DWS snapshot", snapshot, coded(400, "DWS.5149"), absent},
		{"DWS snapshot", snapshot, coded(403, "DWS.0015"), failing},
		{"DWS snapshot", snapshot, answerWith(200, `{}`), failing},
		{"DWS snapshot", snapshot, answerWith(200, `{"snapshot":null}`), failing},
		{"DDS instance", dds, answerWith(200, `{"total_count":0}`), failing},
		{"DWS cluster", cluster, coded(403, "DWS.0015"), absent},
		{"DWS cluster", cluster, coded(401, "DWS.0047"), absent},
		{"DWS cluster", cluster, coded(404, "DWS.3027"), absent},
		{"DWS cluster", cluster, coded(401, "APIGW.0301"), failing},
		{"DWS cluster", cluster, answerWith(200, `{"cluster":{}}`), failing},
	}
	for what, call := range jobs {
		tests = append(tests,
			test{what, call, coded(400, "DBS.200543"), absent},
			test{what, call, coded(404, ""), absent},
			test{what, call, answerWith(404, ""), absent},
			test{what, call, answerWith(200, `{}`), absent},
			test{what, call, answerWith(200, `{"job":null}`), absent},
			test{what, call, coded(404, "APIGW.0101"), failing},
			test{what, call, coded(404, "APIG.0101"), failing},
			test{what, call, coded(403, ""), failing},
			test{what, call, coded(400, "DBS.200001"), failing})
	}
	for i, test := range tests {
		t.Run(fmt.Sprintf("%02d %s", i, test.what), func(t *testing.T) {
			server := newTestServer(t, test.reply)
			err := test.call(newTestClient(t, server.URL, newFakeClock()))
			if err == nil || IsNotFound(err) != test.want {
				t.Fatalf("%v: not found %t, want %t", err, IsNotFound(err), test.want)
			}
			if test.want && (!strings.HasPrefix(err.Error(), test.what+" ") || IsForbidden(err)) {
				t.Errorf("got %v (forbidden: %t), want it to begin with %s", err, IsForbidden(err), test.what)
			}
		})
	}
}
