// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// The algorithm SDK-HMAC-SHA256, as the API signing guide describes it. These functions are pure; auth.go applies them.

const algorithm = "SDK-HMAC-SHA256"

// canonicalRequest returns what both ends hash. escapedPath is the received path, still escaped. signedHeaders are
// sorted lower-case names; values has the same order.
func canonicalRequest(
	method, escapedPath string, query url.Values, signedHeaders, values []string, bodyHash string,
) (string, error) {
	path, err := canonicalPath(escapedPath)
	if err != nil {
		return "", err
	}
	var headers strings.Builder
	for i, name := range signedHeaders {
		headers.WriteString(name + ":" + strings.TrimSpace(values[i]) + "\n")
	}
	return strings.Join([]string{
		method, path, canonicalQuery(query), headers.String(), strings.Join(signedHeaders, ";"), bodyHash,
	}, "\n"), nil
}

// canonicalPath escapes each segment again. The result always ends in a slash, unlike some paths on the wire.
func canonicalPath(escapedPath string) (string, error) {
	segments := strings.Split(escapedPath, "/")
	for i, segment := range segments {
		plain, err := url.PathUnescape(segment)
		if err != nil {
			return "", err
		}
		segments[i] = percentEncode(plain)
	}
	path := strings.Join(segments, "/")
	if !strings.HasSuffix(path, "/") {
		path += "/"
	}
	return path, nil
}

// canonicalQuery sorts by name, then by value, before it escapes anything.
func canonicalQuery(query url.Values) string {
	names := make([]string, 0, len(query))
	for name := range query {
		names = append(names, name)
	}
	slices.Sort(names)
	var pairs []string
	for _, name := range names {
		for _, value := range slices.Sorted(slices.Values(query[name])) {
			pairs = append(pairs, percentEncode(name)+"="+percentEncode(value))
		}
	}
	return strings.Join(pairs, "&")
}

// percentEncode escapes everything except letters, digits and - _ . ~.
func percentEncode(text string) string {
	var out strings.Builder
	for _, b := range []byte(text) {
		switch {
		case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', '0' <= b && b <= '9', b == '-', b == '_', b == '.', b == '~':
			out.WriteByte(b)
		default:
			fmt.Fprintf(&out, "%%%02X", b)
		}
	}
	return out.String()
}

// signature returns the hex HMAC. Its key is the secret key itself.
func signature(secretKey, date, canonical string) string {
	mac := hmac.New(sha256.New, []byte(secretKey))
	mac.Write([]byte(algorithm + "\n" + date + "\n" + hexHash([]byte(canonical))))
	return hex.EncodeToString(mac.Sum(nil))
}

func hexHash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
