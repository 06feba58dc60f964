// SPDX-License-Identifier: MPL-2.0

package client

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
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

// apiError makes an error of the exchange's answer. It cuts texts of the service to one bounded line, and redacts
// credentials that the service may echo.
func (x *exchange) apiError() *APIError {
	c, a := x.client, x.answer
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
		RetryAfter: retryAfter(a.header, c.clock.Now(), longestWait),
	}
	if a.status/100 == 3 {
		e.Message = c.line(
			[]byte("redirected to "+a.header.Get("Location")+"; redirects are not followed, check the endpoint"),
			messageLimit,
		)
	}
	e.NotOnOTC = x.notInOTC && apiMissing(e.StatusCode, e.Code) && c.onOpenTelekomCloud(x.service)
	if e.Code == "" {
		e.Body = c.line(text, excerptLimit)
	}
	return e
}

// replyError says what is wrong with the exchange's answer.
func (x *exchange) replyError(err error) error {
	return &ReplyError{Operation: x.name(), Body: x.excerpt(x.answer.body), Err: x.client.redact(err)}
}

func errorCode(a *answer) string {
	_, body := decodeErrorBody(a.body)
	code, _ := findError(body, 0)
	return code
}

// decodeErrorBody returns the text of an error, and its JSON document if it is one. DWS has been seen to answer with
// JSON in base64url.
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

// findError looks for a code and a message in the document, then in its values: IAM and older calls wrap them under a
// key of their own ("error", "itemNotFound").
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
			return plainNumber(value.String())
		}
	}
	return ""
}

// refusedInside reports whether a 2xx answer is an error. DWS sends such answers, with DWS.0000 for success. Only the
// top level counts: a cluster, for one, holds past errors further in.
func refusedInside(data []byte) bool {
	body, _ := decodeJSON(data)
	object, _ := body.(map[string]any)
	code := plainNumber(firstText(object, []string{"error_code", "errCode"}))
	return code != "" && code != "0" && !strings.HasSuffix(code, ".0000")
}

// requestID is in a header of the services or of IAM, or in the body of the gateway.
func requestID(header http.Header, body any) string {
	for _, name := range []string{"X-Request-Id", "X-IAM-Trace-Id"} {
		if id := header.Get(name); id != "" {
			return id
		}
	}
	object, _ := body.(map[string]any)
	return firstText(object, requestIDKeys)
}

// redactedError is an error whose text may quote a server, fit to be shown.
type redactedError struct {
	text string
	err  error // the original; nil if it quotes a credential
}

// redact makes an error fit to be shown: one bounded line without credentials.
func (s *shared) redact(err error) error {
	text := err.Error()
	if s.secrets.redact(text) != text {
		err = nil
	}
	return &redactedError{s.line([]byte(text), excerptLimit), err}
}

func (e *redactedError) Error() string { return e.text }

func (e *redactedError) Unwrap() error { return e.err }

// line makes a server's text one line of at most limit bytes without credentials. It redacts before it cuts: a cut
// might leave half of a credential.
func (s *shared) line(text []byte, limit int) string {
	clean := s.secrets.redact(strings.ToValidUTF8(string(text), "\uFFFD"))
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
