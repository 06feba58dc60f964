// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"net/url"
	"testing"
)

// The vectors come from the vendor's SDK for Go, core/auth/signer/signer_test.go.
func TestSignatureVectors(t *testing.T) {
	const date = "20060102T150405Z"
	tests := []struct {
		name, method, path, query, body, want string
	}{
		{"get", "GET", "/path", "limit=1", "", "5a2ce64c865e0e6046321c6f3d5a77ba8413eeaf355c3166c03d58d02ac79624"},
		{"post", "POST", "/path", "key=value", `{"Name":"test","Id":1}` + "\n",
			"cecc2af119b18ab70b4d094c0750f3b42c02f254903179a0fc2cc72fc9db4f59"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			query, err := url.ParseQuery(test.query)
			if err != nil {
				t.Fatal(err)
			}
			canonical, err := canonicalRequest(test.method, test.path, query, []string{"x-sdk-date"}, []string{date},
				hexHash([]byte(test.body)))
			if err != nil {
				t.Fatal(err)
			}
			if got := signature("SecretKey", date, canonical); got != test.want {
				t.Errorf("signature %s, want %s of\n%s", got, test.want, canonical)
			}
		})
	}
}

func TestCanonicalQuery(t *testing.T) {
	query := url.Values{"limit": {"1"}, "enable": {"true"}, "test": {"一 (&=?!#%.*)"}, "path": {"/tmp/123"},
		"multi": {"3", "1", "2"}, "empty": {""}}
	want := "empty=&enable=true&limit=1&multi=1&multi=2&multi=3&path=%2Ftmp%2F123" +
		"&test=%E4%B8%80%20%28%26%3D%3F%21%23%25.%2A%29"
	if got := canonicalQuery(query); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestCanonicalPath(t *testing.T) {
	for path, want := range map[string]string{
		"/":           "/",
		"/v3/jobs":    "/v3/jobs/",
		"/v3/jobs/":   "/v3/jobs/",
		"/a%2Fb/~c d": "/a%2Fb/~c%20d/",
		"/a*b":        "/a%2Ab/",
	} {
		got, err := canonicalPath(path)
		if err != nil || got != want {
			t.Errorf("canonicalPath(%q) = %q, %v; want %q", path, got, err, want)
		}
	}
	if _, err := canonicalPath("/%zz"); err == nil {
		t.Error("a broken escape was accepted")
	}
}
