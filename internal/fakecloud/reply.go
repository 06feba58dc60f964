// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// reply is an answer that has not been sent yet.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// refusal is an error of the service itself: {"error_code", "error_msg"} (RDS, DDS and DWS API references, Abnormal
// Request Results).
type refusal struct {
	status        int
	code, message string
}

func (r refusal) Error() string { return r.code + ": " + r.message }

func refuse(status int, code, format string, arguments ...any) error {
	return refusal{status, code, fmt.Sprintf(format, arguments...)}
}

// gatewayError is an error of the API gateway in front of RDS, DDS, DWS and STS: {"error_code", "error_msg",
// "request_id"}. IAM and the metadata service send the same in their own forms.
type gatewayError struct {
	status        int
	code, message string
}

func (e gatewayError) Error() string { return e.code + ": " + e.message }

// parameterError becomes the service's code for a bad parameter. name selects a more exact code, if there is one.
type parameterError struct{ name, message string }

func (e parameterError) Error() string { return e.message }

func badParameter(format string, arguments ...any) error {
	return parameterError{"", fmt.Sprintf(format, arguments...)}
}

// parameterCode follows RDS and DDS API references, Error Codes ("Parameter error", "Invalid limit", "Invalid offset",
// "Invalid date"). DWS publishes no such code; DWS.5065 "Invalid format" is the nearest.
func parameterCode(service, name string) string {
	switch {
	case service == RDS:
		return "DBS.200001"
	case service == DWS:
		return "DWS.5065"
	case service == STS: // a guess: no such code is published
		return "STS5.0400"
	case name == "limit":
		return "DBS.280439"
	case name == "offset":
		return "DBS.280440"
	case name == "date":
		return "DBS.280409"
	}
	return "DBS.280001"
}

// created is a 201 answer, with a token in its header if there is one.
type created struct {
	subjectToken string
	body         any
}

// plainText is the only answer that is not JSON.
type plainText string

// newReply turns the result of an operation into an answer of the service, with the request id in its headers.
func newReply(service string, value any, err error) reply {
	requestID := newID()
	answer := reply{status: http.StatusOK, header: http.Header{"Content-Type": {"application/json"}}}
	if service != Metadata { // it has no gateway in front
		answer.header.Set("X-Request-Id", requestID)
	}
	if service == IAM {
		answer.header.Set("X-IAM-Trace-Id", "token_"+service+"_"+requestID)
	}
	if made, ok := value.(created); ok {
		answer.status, value = http.StatusCreated, made.body
		if made.subjectToken != "" {
			answer.header.Set("X-Subject-Token", made.subjectToken)
		}
	}
	if err != nil {
		answer.status, value = errorBody(service, requestID, err)
	}
	if text, ok := value.(plainText); ok {
		answer.header.Set("Content-Type", "text/plain; charset=utf-8")
		answer.body = []byte(text)
		return answer
	}
	answer.body = encode(value)
	return answer
}

func errorBody(service, requestID string, err error) (int, any) {
	var status int
	var code, message string
	fields := map[string]any{}
	if r, ok := errors.AsType[refusal](err); ok {
		status, code, message = r.status, r.code, r.message
	} else if g, ok := errors.AsType[gatewayError](err); ok {
		status, code, message = g.status, g.code, g.message
		fields["request_id"] = requestID
	} else if p, ok := errors.AsType[parameterError](err); ok {
		status, code, message = http.StatusBadRequest, parameterCode(service, p.name), "Parameter error: "+p.message
	}
	switch service {
	case Metadata: // a guess, after the metadata service of OpenStack, whose errors are not JSON
		return status, plainText(fmt.Sprintf("%d %s\n\n%s\n", status, http.StatusText(status), message))
	case STS:
		// Every error has the request id. A denial also has a message for those who may decode it (IAM API reference,
		// Error Codes).
		fields["request_id"] = requestID
		if code == accessDenied {
			fields["encoded_authorization_message"] = newID()
		}
	case IAM:
		// The form is not documented. It is that of the identity service that IAM descends from, where code is a
		// number.
		return status, map[string]any{"error": map[string]any{
			"code": status, "message": message, "title": http.StatusText(status),
		}}
	}
	fields["error_code"], fields["error_msg"] = code, message
	return status, fields
}

func encode(value any) []byte {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err) // every value comes from this package
	}
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))
}

// newID returns 32 random hex digits: a request id, or a job id of DWS.
func newID() string {
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails
	return hex.EncodeToString(random[:])
}

// newUUID returns a random UUID: a job id of RDS and DDS.
func newUUID() string {
	id := newID()
	return id[:8] + "-" + id[8:12] + "-4" + id[13:16] + "-a" + id[17:20] + "-" + id[20:]
}
