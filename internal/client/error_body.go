// SPDX-License-Identifier: MPL-2.0

package client

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	excerptLimit = 512
	messageLimit = 2048
)

// The names under which the services, the gateway and IAM write an error's parts, the more telling first.
var (
	codeKeys      = []string{"error_code", "errCode", "errorCode", "code"}
	messageKeys   = []string{"error_msg", "externalMessage", "error_message", "errorMessage", "message", "title"}
	requestIDKeys = []string{"request_id", "requestId"}
)

// apiError makes an error of an answer. Texts of the service are cut to one bounded line, and
// credentials, should it echo them, are struck out.
func (c *Client) apiError(x *exchange, a *answer) *APIError {
	text, body := decodeErrorBody(a.body)
	code, message := findError(body, 0)
	e := &APIError{
		Service:    x.service,
		Operation:  x.operation,
		Method:     x.method,
		Path:       x.path,
		StatusCode: a.status,
		Code:       c.line([]byte(code), excerptLimit),
		Message:    c.line([]byte(message), messageLimit),
		RequestID:  c.line([]byte(requestID(a.header, body)), excerptLimit),
	}
	if a.status/100 == 3 {
		e.Message = c.line([]byte("redirected to "+a.header.Get("Location")+"; redirects are not followed, check the endpoint"), messageLimit)
	}
	e.NotOnOTC = x.notInOTC && apiMissing(e.StatusCode, e.Code) && c.onOpenTelekomCloud(x.service)
	if e.Code == "" {
		e.Body = c.line(text, excerptLimit)
	}
	return e
}

func errorCode(a *answer) string {
	_, body := decodeErrorBody(a.body)
	code, _ := findError(body, 0)
	return code
}

// decodeErrorBody returns the text of an error and, if it is one, its JSON document. DWS has been
// seen to answer with JSON in base64url.
func decodeErrorBody(data []byte) ([]byte, any) {
	if body, ok := decodeJSON(data); ok {
		return data, body
	}
	text := strings.TrimRight(strings.TrimSpace(string(data)), "=")
	text = strings.NewReplacer("+", "-", "/", "_").Replace(text)
	if decoded, err := base64.RawURLEncoding.DecodeString(text); err == nil {
		if body, ok := decodeJSON(decoded); ok {
			return decoded, body
		}
	}
	return data, nil
}

func decodeJSON(data []byte) (any, bool) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber() // IAM's codes are numbers
	var body any
	err := decoder.Decode(&body)
	return body, err == nil
}

// findError looks for a code and a message in the document, then in what it contains: IAM and older
// calls wrap them under a key of their own ("error", "itemNotFound").
func findError(body any, depth int) (code, message string) {
	if depth > 4 {
		return "", ""
	}
	var inner []any
	switch body := body.(type) {
	case map[string]any:
		code, message = firstText(body, codeKeys), firstText(body, messageKeys)
		for _, key := range slices.Sorted(maps.Keys(body)) {
			inner = append(inner, body[key])
		}
	case []any:
		inner = body
	}
	for _, value := range inner {
		if code != "" {
			return code, message
		}
		innerCode, innerMessage := findError(value, depth+1)
		if innerCode != "" || message == "" {
			code, message = innerCode, innerMessage
		}
	}
	return code, message
}

func firstText(object map[string]any, keys []string) string {
	for _, key := range keys {
		switch value := object[key].(type) {
		case string:
			if value != "" {
				return value
			}
		case json.Number:
			return value.String()
		}
	}
	return ""
}

// refusedInside reports whether a 2xx answer is an error all the same: DWS sends such answers, with
// DWS.0000 for success. Only the top level is asked; a cluster, for one, holds past errors further in.
func refusedInside(data []byte) bool {
	body, _ := decodeJSON(data)
	object, _ := body.(map[string]any)
	code := firstText(object, []string{"error_code", "errCode"})
	return code != "" && code != "0" && !strings.HasSuffix(code, ".0000")
}

// requestID is in a header of the services or of IAM, or in the gateway's body.
func requestID(header http.Header, body any) string {
	for _, name := range []string{"X-Request-Id", "X-IAM-Trace-Id"} {
		if id := header.Get(name); id != "" {
			return id
		}
	}
	object, _ := body.(map[string]any)
	return firstText(object, requestIDKeys)
}

// struckError is an error in whose text a server may have a part, as it may be shown.
type struckError struct {
	text  string
	error // what it was; nil where that quotes a credential
}

func (s *shared) struck(err error) error {
	e := &struckError{s.line([]byte(err.Error()), excerptLimit), err}
	if s.secrets.strike(err.Error()) != err.Error() {
		e.error = nil
	}
	return e
}

func (e *struckError) Error() string { return e.text }

func (e *struckError) Unwrap() error { return e.error }

// Timeout is what url.Error asks of the error that it wraps.
func (e *struckError) Timeout() bool {
	var timed interface{ Timeout() bool }
	return errors.As(e.error, &timed) && timed.Timeout()
}

// line makes a server's text one line of at most limit bytes without credentials. These are struck
// out first: a cut might leave half of one.
func (s *shared) line(text []byte, limit int) string {
	clean := s.secrets.strike(strings.ToValidUTF8(string(text), "\uFFFD"))
	clean = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, clean)
	clean = strings.Join(strings.Fields(clean), " ")
	if len(clean) <= limit {
		return clean
	}
	for !utf8.RuneStart(clean[limit]) {
		limit--
	}
	return clean[:limit]
}
