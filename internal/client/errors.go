// SPDX-License-Identifier: MPL-2.0

package client

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// APIError is an answer by which a service refused a call, or failed at it.
type APIError struct {
	Service    string // iam, rds, dds or dws
	Operation  string // in words
	Method     string
	Path       string
	StatusCode int
	Code       string // such as DBS.200019; "" when the answer holds none
	Message    string
	RequestID  string // the service's support asks for it
	Body       string // the first 512 bytes, only if there is no code

	RetryAfter time.Duration // that the answer asked for; 0 if none

	NotOnOTC bool // Open Telekom Cloud answered that there is no such call, and documents none
}

// Error is one line: the operation, the code and message, the HTTP status and the request id, and the permission that a
// forbidden call needs.
func (e *APIError) Error() string {
	var text strings.Builder
	text.WriteString(serviceName(e.Service) + " " + e.Operation + ": ")
	switch {
	case e.Code != "" && e.Message != "":
		text.WriteString(e.Code + ": " + e.Message)
	case e.Code != "":
		text.WriteString(e.Code)
	case e.Message != "":
		text.WriteString(e.Message)
	case e.Body != "":
		text.WriteString("answered " + e.Body)
	default:
		text.WriteString("answered without a reason")
	}
	fmt.Fprintf(&text, " (HTTP %d", e.StatusCode)
	if name := http.StatusText(e.StatusCode); name != "" {
		text.WriteString(" " + name)
	}
	if e.RequestID != "" {
		text.WriteString(", request id " + e.RequestID)
	}
	text.WriteString(")")
	if e.NotOnOTC {
		text.WriteString("; this call is not documented for Open Telekom Cloud")
	}
	if needed := neededPermission(e); needed != "" {
		text.WriteString("; " + needed)
	}
	return text.String()
}

// NotOfferedError says that the Swiss cloud of Open Telekom Cloud does not document what was wanted. Nothing was sent.
type NotOfferedError struct{ Service string } // rds, dds or dws

func (e *NotOfferedError) Error() string {
	what := serviceName(e.Service)
	if e.Service == serviceRDS {
		what = "the table restore of RDS for PostgreSQL"
	}
	return "Open Telekom Cloud documents no such service or call for its Swiss cloud (" + swissCloud + "): " + what
}

// AmbiguousError is the end of a restore call that the service may have accepted although no job id came back: the
// connection broke after sending, or the answer was a 5xx. Nobody may send the call again blindly.
type AmbiguousError struct {
	Operation string // with the service's name
	Err       error
	// Sent and Lost are when the attempt in doubt began and when its answer was lost, on the client's clock. The attempts
	// before it certainly started nothing, so a job that began before or after is not of this call.
	Sent, Lost time.Time
}

func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("%s, sent at %s, may have been accepted: %v", e.Operation, e.Sent.UTC().Format(time.RFC3339), e.Err)
}

func (e *AmbiguousError) Unwrap() error { return e.Err }

// NotFoundError says that the service does not know a job, an instance, a database, a cluster or a snapshot.
type NotFoundError struct {
	What string // such as "RDS instance 0123…in03"
	Err  error  // the service's answer, if it was an error and not an empty list
}

func (e *NotFoundError) Error() string {
	if e.Err == nil {
		return e.What + " was not found"
	}
	return fmt.Sprintf("%s was not found: %v", e.What, e.Err)
}

func (e *NotFoundError) Unwrap() error { return e.Err }

// ReplyError is an answer of a service that is not what its API reference documents.
type ReplyError struct {
	Operation string // with the service's name
	Body      string // the first 512 bytes, without credentials
	Err       error  // what is wrong with it
}

func (e *ReplyError) Error() string {
	sent := "the service sent " + e.Body
	if e.Body == "" {
		sent = "the service sent nothing"
	}
	return fmt.Sprintf("%s: the reply is not as documented: %v; %s", e.Operation, e.Err, sent)
}

func (e *ReplyError) Unwrap() error { return e.Err }

// WaitTimeoutError says that the deadline of a wait passed while the job was running.
type WaitTimeoutError struct {
	JobID string
	Job   Job // as last seen
}

func (e *WaitTimeoutError) Error() string {
	text := fmt.Sprintf("job %s was still running when the time to wait for it was over", e.JobID)
	if e.Job.Progress != "" {
		text += ", at " + e.Job.Progress
	}
	return text
}

// PollError says that a wait ended because the queries of the job kept failing.
type PollError struct {
	JobID string    // "" if no query ever showed the job
	Since time.Time // the first of the failures, on the client's clock
	Err   error     // the last of them
}

func (e *PollError) Error() string {
	job := "the job"
	if e.JobID != "" {
		job += " " + e.JobID
	}
	since := e.Since.UTC().Format(time.RFC3339)
	return fmt.Sprintf("the status of %s could not be queried since %s: %v", job, since, e.Err)
}

func (e *PollError) Unwrap() error { return e.Err }

// IsNotFound reports whether err says that a job, instance, database, cluster or snapshot does not exist.
func IsNotFound(err error) bool {
	var notFound *NotFoundError
	return errors.As(err, &notFound)
}

// busyCodes are the documented codes for "another operation is running" and "not in this status". They decide without
// the HTTP status, because each service sends the same code with another one (DBS.200019: RDS 409, DDS 403).
var busyCodes = map[string][]string{
	// RDS API Reference, Error Codes; DBS.201205 is a running backup.
	serviceRDS: {
		"DBS.200011", "DBS.200019", "DBS.200047", "DBS.200076", "DBS.200086", "DBS.201014",
		"DBS.201202", "DBS.201205", "DBS.212006",
	},
	// DDS API Reference, Error Codes.
	serviceDDS: {
		"DBS.200011", "DBS.200018", "DBS.200019", "DBS.200047", "DBS.200076", "DBS.201000",
		"DBS.201014", "DBS.201015", "DBS.201202",
	},
	// "Operation in progress"; not published for a table restore, seen from cluster operations.
	serviceDWS: {"DWS.7023"},
}

// IsBusy reports whether a service refused a call because the instance or cluster is busy, so that it may accept the
// same call later. It is never true for an *AmbiguousError.
func IsBusy(err error) bool {
	var ambiguous *AmbiguousError
	var refused *APIError
	if errors.As(err, &ambiguous) || !errors.As(err, &refused) {
		return false
	}
	codes := busyCodes[refused.Service]
	if slices.Contains(codes, refused.Code) {
		return true
	}
	// DWS wraps a code of its own in the message of its general one.
	return refused.Code == "DWS.9999" && slices.ContainsFunc(codes, func(code string) bool {
		return strings.Contains(refused.Message, code)
	})
}

// IsThrottled reports whether the gateway throttled a call, which it does before the call reaches the service.
func IsThrottled(err error) bool {
	var refused *APIError
	return errors.As(err, &refused) && refused.StatusCode == http.StatusTooManyRequests &&
		!errors.As(err, new(*AmbiguousError))
}

// permissionCodes say "not allowed" or "not logged in", whatever the HTTP status (Error Codes of the
// RDS and DDS API References; API Gateway, Error Codes, which are spelled APIGW or APIG).
var permissionCodes = []string{
	"DBS.200010", "DBS.200044", "DBS.280015", "DBS.280032", "DBS.280056", "DBS.280063",
	"APIGW.0301", "APIGW.0302", "APIG.0301", "APIG.0302",
}

// IsForbidden reports whether a service refused a call because the credentials lack a permission or are not valid: by a
// permission code, or by a 401 or 403 whose code does not say something else.
func IsForbidden(err error) bool {
	var refused *APIError
	if !errors.As(err, &refused) || IsNotFound(err) || IsBusy(err) {
		return false
	}
	return slices.Contains(permissionCodes, refused.Code) ||
		refused.StatusCode == http.StatusUnauthorized || refused.StatusCode == http.StatusForbidden
}

// IsLoginRefused reports whether err says that there are no credentials or that they are not accepted: a login that
// failed, or a 401 other than DWS's for "not found or no access".
func IsLoginRefused(err error) bool {
	var refused *APIError
	return errors.As(err, new(*LoginError)) ||
		errors.As(err, &refused) && refused.StatusCode == http.StatusUnauthorized && !IsNotFound(err)
}

// notFound wraps err in a *NotFoundError if the service says with one of the codes, or with a 404,
// that the thing does not exist. A 404 of the gateway says that the call does not exist.
func notFound(err error, what string, codes ...string) error {
	var refused *APIError
	if !errors.As(err, &refused) || !slices.Contains(databases, refused.Service) {
		return err // IAM and the ECS metadata find other things
	}
	gateway := strings.HasPrefix(refused.Code, "APIGW.") || strings.HasPrefix(refused.Code, "APIG.")
	if hasCode(err, codes...) || refused.StatusCode == http.StatusNotFound && !gateway {
		return &NotFoundError{What: what, Err: err}
	}
	return err
}

// dwsNoAccess is the code of a 401 that says "not found, or no access", and nothing of the login (DWS API Reference,
// Error Codes). The vendor's own provider takes it for "not found".
const dwsNoAccess = "DWS.0047"

// apiMissing reports whether the gateway says that there is no such call (API Gateway, Error Codes).
func apiMissing(status int, code string) bool {
	return status == http.StatusNotFound && (code == "APIGW.0101" || code == "APIG.0101")
}

// IsNotOnOTC reports whether Open Telekom Cloud does not have the call.
func IsNotOnOTC(err error) bool {
	var refused *APIError
	return errors.As(err, &refused) && refused.NotOnOTC || errors.As(err, new(*NotOfferedError))
}

func hasCode(err error, codes ...string) bool {
	var refused *APIError
	return errors.As(err, &refused) && slices.Contains(codes, refused.Code)
}
