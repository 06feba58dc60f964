// SPDX-License-Identifier: MPL-2.0

// Package signer computes the SDK-HMAC-SHA256 signature with which an access key and a secret key
// authorise a request (API Gateway, API Request Signing Guide). It is made of pure functions: the
// moment is an argument, nothing is read from or written to a request, and nothing is sent.
//
// Unlike the AWS scheme it resembles, the secret key is the HMAC key itself, the canonical path
// always ends in a slash, and the host is signed only when the caller puts it among the headers.
package signer

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	algorithm  = "SDK-HMAC-SHA256"
	dateHeader = "X-Sdk-Date"
	dateLayout = "20060102T150405Z"
)

// Request is what a signature covers.
type Request struct {
	Method string
	Path   string     // decoded, as in url.URL.Path
	Query  url.Values // on the wire it is encoded by CanonicalQuery
	// Header holds the headers to sign. Content-Type and names with an underscore are left out even
	// when present: proxies rewrite the one and drop the others.
	Header http.Header
	Body   []byte // the exact bytes sent; empty for none
}

// Sign returns the headers that authorise the request at the given moment: X-Sdk-Date, which
// replaces one in request.Header, and Authorization. The service refuses a date that differs from
// its own by more than 15 minutes.
func Sign(request Request, accessKey, secretKey string, at time.Time) http.Header {
	date := at.UTC().Format(dateLayout)
	names, lines := canonicalHeaders(request.Header, date)
	signedHeaders := strings.Join(names, ";")
	canonicalRequest := strings.Join([]string{
		request.Method,
		canonicalPath(request.Path),
		CanonicalQuery(request.Query),
		lines, // each ends in a line feed, so that an empty line follows
		signedHeaders,
		hash(request.Body),
	}, "\n")
	mac := hmac.New(sha256.New, []byte(secretKey))
	mac.Write([]byte(algorithm + "\n" + date + "\n" + hash([]byte(canonicalRequest))))
	signature := hex.EncodeToString(mac.Sum(nil))
	return http.Header{
		dateHeader: {date},
		"Authorization": {algorithm + " Access=" + accessKey +
			", SignedHeaders=" + signedHeaders + ", Signature=" + signature},
	}
}

// CanonicalQuery encodes a query as it is signed, which is also good on the wire: keys sorted, the
// values of a key sorted, a space as %20, an empty value as "key=".
func CanonicalQuery(query url.Values) string {
	keys := make([]string, 0, len(query))
	for key := range query {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	var pairs []string
	for _, key := range keys {
		for _, value := range slices.Sorted(slices.Values(query[key])) {
			pairs = append(pairs, escape(key)+"="+escape(value))
		}
	}
	return strings.Join(pairs, "&")
}

// canonicalPath encodes each segment; the trailing slash is part of the signature only.
func canonicalPath(path string) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		segments[i] = escape(segment)
	}
	path = strings.Join(segments, "/")
	if !strings.HasSuffix(path, "/") {
		path += "/"
	}
	return path
}

// canonicalHeaders returns the signed names in lower case and order, and a "name:value" line for each value.
func canonicalHeaders(header http.Header, date string) (names []string, lines string) {
	values := map[string][]string{}
	for name, of := range header {
		name = strings.ToLower(name)
		if strings.HasPrefix(name, "content-type") || strings.Contains(name, "_") {
			continue
		}
		values[name] = append(values[name], of...)
	}
	values[strings.ToLower(dateHeader)] = []string{date}
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	var text strings.Builder
	for _, name := range names {
		for _, value := range slices.Sorted(slices.Values(values[name])) {
			text.WriteString(name + ":" + strings.TrimSpace(value) + "\n")
		}
	}
	return names, text.String()
}

// escape percent-encodes every byte but the unreserved characters of RFC 3986. Neither function of
// net/url does: one writes a space as "+", the other leaves "&" and "=" alone.
func escape(text string) string {
	const digits = "0123456789ABCDEF"
	var escaped strings.Builder
	for i := 0; i < len(text); i++ {
		if b := text[i]; unreserved(b) {
			escaped.WriteByte(b)
		} else {
			escaped.Write([]byte{'%', digits[b>>4], digits[b&15]})
		}
	}
	return escaped.String()
}

func unreserved(b byte) bool {
	return 'A' <= b && b <= 'Z' || 'a' <= b && b <= 'z' || '0' <= b && b <= '9' || strings.IndexByte("_-~.", b) >= 0
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
