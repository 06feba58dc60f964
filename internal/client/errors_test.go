// SPDX-License-Identifier: MPL-2.0

package client

import (
	"encoding/base64"
	"errors"
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
			server := newTestServer(t, answerWith(400, test.body, test.header...))
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
	server := newTestServer(t, answerWith(302, "", "Location", "https://login.example/"))
	_, err := newTestClient(t, server.URL, newFakeClock()).RDS().Job(t.Context(), jobID)
	if err == nil || !strings.Contains(err.Error(), "redirected to https://login.example/; redirects are not followed") {
		t.Errorf("got %v", err)
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
