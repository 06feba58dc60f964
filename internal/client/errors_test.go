// SPDX-License-Identifier: MPL-2.0

package client

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestErrorShapes(t *testing.T) {
	coded := `{"error_code":"DWS.5149","error_msg":"Invalid snapshot."}`
	tests := []struct {
		name, body                      string
		header                          []string
		code, message, request, excerpt string
	}{
		{name: "services", body: coded, code: "DWS.5149", message: "Invalid snapshot."},
		{
			name: "services, with more", code: "DBS.280015", message: "No permission.",
			body: `{"error_code":"DBS.280015","error_msg":"No permission.","encoded_authorization_message":"Xx","details":[{"error_code":"OTHER","error_msg":"other"}]}`,
		},
		{
			name: "gateway", code: "APIGW.0308", message: "The throttling threshold has been reached: policy user over ratelimit,limit:60,time:1 minute", request: "6a1f",
			body: `{"error_msg":"The throttling threshold has been reached: policy user over ratelimit,limit:60,time:1 minute","error_code":"APIGW.0308","request_id":"6a1f"}`,
		},
		{
			name:    "gateway, in both places",
			body:    `{"error_code":"APIG.0301","request_id":"body"}`,
			header:  []string{"X-Request-Id", "header"},
			code:    "APIG.0301",
			request: "header",
		},
		{
			name:    "IAM",
			body:    `{"error":{"code":401,"message":"The token is expired.","title":"Unauthorized"}}`,
			header:  []string{"X-IAM-Trace-Id", "token_eu"},
			code:    "401",
			message: "The token is expired.",
			request: "token_eu",
		},
		{name: "IAM, flat", body: `{"error_code":"IAM.0001","error_msg":"a"}`, code: "IAM.0001", message: "a"},
		{name: "only a title", body: `{"error":{"code":403,"title":"Forbidden"}}`, code: "403", message: "Forbidden"},
		{
			name:    "any key",
			body:    `{"itemNotFound":{"message":"no such item","code":404}}`,
			code:    "404",
			message: "no such item",
		},
		{
			name:    "a neighbour without a code",
			body:    `{"a":{"b":1},"badRequest":{"code":"400","message":"bad"}}`,
			code:    "400",
			message: "bad",
		},
		{name: "deep", body: `{"a":{"b":{"c":{"code":"X.1","message":"m"}}}}`, code: "X.1", message: "m"},
		{name: "in a list", body: `{"errors":[{"error_code":"X.1","error_msg":"m"}]}`, code: "X.1", message: "m"},
		{name: "flat", body: `{"code":"DWS.0047","message":"No cluster."}`, code: "DWS.0047", message: "No cluster."},
		{name: "old", body: `{"errCode":"RDS.0011","externalMessage":"Invalid."}`, code: "RDS.0011", message: "Invalid."},
		{name: "a code alone", body: `{"error_code":"DBS.200019"}`, code: "DBS.200019"},
		{name: "a code that is null", body: `{"error_code":null,"error_msg":"m","code":"C.1"}`, code: "C.1", message: "m"},
		{
			name:    "base64",
			body:    base64.URLEncoding.EncodeToString([]byte(`{"error_code":"DWS.1","error_msg":"???>>>~~~"}`)),
			code:    "DWS.1",
			message: "???>>>~~~",
		},
		{
			name:    "base64 without padding",
			body:    base64.RawURLEncoding.EncodeToString([]byte(coded)),
			code:    "DWS.5149",
			message: "Invalid snapshot.",
		},
		{
			name:    "base64 of the other alphabet",
			body:    base64.StdEncoding.EncodeToString([]byte(`{"error_code":"DWS.1","error_msg":"???>>>~~~"}`)),
			code:    "DWS.1",
			message: "???>>>~~~",
		},
		{
			name:    "base64 without a code",
			body:    base64.RawURLEncoding.EncodeToString([]byte(`{"why":"no"}`)),
			excerpt: `{"why":"no"}`,
		},
		{name: "a message alone", body: `{"message":"no"}`, message: "no", excerpt: `{"message":"no"}`},
		{
			name:    "lines",
			body:    `{"error_code":"X.1","error_msg":"one\r\n two\tthree\u0000"}`,
			code:    "X.1",
			message: "one two three",
		},
		{
			name:    "a long message",
			body:    `{"error_code":"X.1","error_msg":"` + strings.Repeat("é", 4000) + `"}`,
			code:    "X.1",
			message: strings.Repeat("é", 1024),
		},
		{name: "HTML", body: "<html>\r\n<title>504</title>\n</html>", excerpt: "<html> <title>504</title> </html>"},
		{name: "a long text", body: strings.Repeat("é", 4000), excerpt: strings.Repeat("é", 256)},
		{name: "a long text, not cut within a letter", body: strings.Repeat("表", 4000), excerpt: strings.Repeat("表", 170)},
		{name: "broken off", body: `{"error_code":"DWS.5149","err`, excerpt: `{"error_code":"DWS.5149","err`},
		{name: "bytes", body: "\xff\xfe\x00a", excerpt: "\uFFFD a"},
		{name: "a number", body: "17", excerpt: "17"},
		{name: "null", body: "null", excerpt: "null"},
		{
			name:    "too deep",
			body:    strings.Repeat(`{"a":`, 30) + coded + strings.Repeat("}", 30),
			excerpt: strings.Repeat(`{"a":`, 30) + coded + strings.Repeat("}", 30),
		},
		{name: "empty"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := newStage(t, answerWith(400, test.body, test.header...))
			_, err := newTestClient(t, server.URL, newFakeClock()).DWS().Snapshot(t.Context(), snapshotID)
			var got *APIError
			if !errors.As(err, &got) {
				t.Fatalf("%T %v", err, err)
			}
			want := &APIError{
				Service: "dws", Operation: "query snapshot", Method: "GET", Path: "/v1.0/" + testProject + "/snapshots/" + snapshotID,
				StatusCode: 400, Code: test.code, Message: test.message, RequestID: test.request, Body: test.excerpt,
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if strings.ContainsAny(got.Error(), "\r\n\t") || !utf8.ValidString(got.Error()) {
				t.Errorf("not a line of text: %q", got)
			}
		})
	}
}

func TestAPIErrorText(t *testing.T) {
	tests := map[string]APIError{
		"RDS restore tables: DBS.200019: Busy. (HTTP 409 Conflict, request id r1)": {
			Service:    "rds",
			Operation:  "restore tables",
			StatusCode: 409,
			Code:       "DBS.200019",
			Message:    "Busy.",
			RequestID:  "r1",
		},
		"DWS query job: DWS.1 (HTTP 404 Not Found)": {
			Service:    "dws",
			Operation:  "query job",
			StatusCode: 404,
			Code:       "DWS.1",
		},
		"IAM query projects: no (HTTP 403 Forbidden)": {
			Service:    "iam",
			Operation:  "query projects",
			StatusCode: 403,
			Message:    "no",
			Body:       `{"message":"no"}`,
		},
		"DDS query job: answered <html> (HTTP 599)": {
			Service:    "dds",
			Operation:  "query job",
			StatusCode: 599,
			Body:       "<html>",
		},
		"DDS query job: answered without a reason (HTTP 500 Internal Server Error)": {
			Service:    "dds",
			Operation:  "query job",
			StatusCode: 500,
		},
	}
	for want, e := range tests {
		if got := e.Error(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestRedirectNamesItsTarget(t *testing.T) {
	server := newStage(t, answerWith(302, "", "Location", "https://login.example/"))
	_, err := newTestClient(t, server.URL, newFakeClock()).RDS().Job(t.Context(), jobID)
	if err == nil || !strings.Contains(err.Error(), "redirected to https://login.example/; redirects are not followed") {
		t.Errorf("got %v", err)
	}
}

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
			server := newStage(t, test.reply)
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

func FuzzErrorBody(f *testing.F) {
	for _, seed := range []string{"", "null", `{"error":{"code":401}}`, `[[{"errCode":"a","externalMessage":"é"}]]`, "eyJjb2RlIjoiMSJ9", `{"error_code":"TESTACCESSKEY"}`} {
		f.Add([]byte(seed))
	}
	c, err := New(Config{Region: "eu-de", AccessKey: "TESTACCESSKEY", SecretKey: "test-secret-key"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got := (&exchange{client: c, answer: &answer{status: 400, header: http.Header{}, body: body}}).apiError()
		if got.Code != "" && got.Body != "" {
			t.Errorf("both a code and an excerpt of %q", body)
		}
		text := got.Error()
		if len(text) > 4096 || !utf8.ValidString(text) || strings.ContainsAny(text, "\r\n") {
			t.Errorf("not a line of text: %q", text)
		}
		if strings.Contains(text, "TESTACCESSKEY") || strings.Contains(text, "test-secret-key") {
			t.Errorf("a credential is shown: %q", text)
		}
	})
}
