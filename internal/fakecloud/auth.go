// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"crypto/hmac"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// allowedSkew is the limit between X-Sdk-Date and the gateway's clock (API signing guide).
	allowedSkew = 15 * time.Minute
	// wrongSignaturesAllowed is how many wrong signatures in a row leave the key unlocked. One more locks it (OCR FAQ,
	// "AK/SK failing more than five times"). The length of the lock is not documented.
	wrongSignaturesAllowed = 5
	lockDuration           = 5 * time.Minute
	sdkDateLayout          = "20060102T150405Z"
)

// unauthorised is the gateway's 401. The code is documented (API signing guide, error codes); the wording is not.
func unauthorised(message string) error {
	return gatewayError{http.StatusUnauthorized, "APIGW.0301", "Incorrect IAM authentication information: " + message}
}

// authenticate finds the account. It rejects a token that has neither a project nor a domain.
func (q *call) authenticate() error {
	if err := q.identify(); err != nil {
		return err
	}
	if q.token != nil && q.token.unscoped {
		return unauthorised("the token is not scoped")
	}
	return nil
}

// identify finds the account by X-Auth-Token or by the signature. It rejects a request that has both. Which one wins is
// not documented, and a client that sends both has confused its credentials.
func (q *call) identify() error {
	token := q.request.Header.Values("X-Auth-Token")
	authorization := q.request.Header.Values("Authorization")
	switch {
	case len(token)+len(authorization) == 0:
		return unauthorised("neither X-Auth-Token nor Authorization found")
	case len(token)+len(authorization) > 1:
		return unauthorised("more than one of X-Auth-Token and Authorization")
	case len(token) == 1:
		return q.authenticateToken(token[0])
	}
	return q.authenticateSignature(authorization[0])
}

func (q *call) authenticateToken(value string) error {
	for _, account := range q.accounts {
		for _, token := range account.Tokens {
			if token.Value != value {
				continue
			}
			if expires := token.Expires.Time(q.now); !expires.IsZero() && !q.now.Before(expires) {
				return unauthorised("token expired")
			}
			q.account = account
			return nil
		}
	}
	return q.authenticateIssued(value)
}

var authorizationForm = regexp.MustCompile(
	`^` + algorithm + ` Access=([^,\s]+), SignedHeaders=([^,\s]+), Signature=([0-9a-f]{64})$`)

func (q *call) authenticateSignature(authorization string) error {
	parts := authorizationForm.FindStringSubmatch(authorization)
	if parts == nil {
		return unauthorised("Authorization is not of the form " + algorithm + " Access=, SignedHeaders=, Signature=")
	}
	q.signatures = append(q.signatures, parts[3])
	key := q.keyOf(parts[1])
	if key == nil {
		return unauthorised("Get secretKey failed, ak not exist")
	}
	if q.now.Before(key.lockedUntil) {
		return unauthorised("AK access failed to reach the limit, forbidden")
	}
	if !key.counts(q.now) {
		return unauthorised("the ak is expired")
	}
	date, err := q.sdkDate()
	if err != nil {
		return err
	}
	signed := strings.Split(parts[2], ";")
	values, err := q.signedValues(signed)
	if err != nil {
		return err
	}
	if key.securityToken != q.request.Header.Get("X-Security-Token") {
		return unauthorised("X-Security-Token is not that of the access key")
	}
	bodyHash, err := q.bodyHash()
	if err != nil {
		return err
	}
	canonical, err := canonicalRequest(q.request.Method, q.request.URL.EscapedPath(), q.query, signed, values, bodyHash)
	if err != nil {
		return unauthorised("the path cannot be unescaped")
	}
	if !hmac.Equal([]byte(signature(key.secret, date, canonical)), []byte(parts[3])) {
		key.wrongSignatures++
		if key.wrongSignatures > wrongSignaturesAllowed {
			key.wrongSignatures, key.lockedUntil = 0, q.now.Add(lockDuration)
		}
		return unauthorised("verify aksk signature fail")
	}
	key.wrongSignatures = 0
	q.account = key.account
	return nil
}

func (q *call) sdkDate() (string, error) {
	date := q.request.Header.Get("X-Sdk-Date")
	at, err := time.Parse(sdkDateLayout, date)
	if err != nil {
		return "", unauthorised("X-Sdk-Date is not of the form yyyymmddThhmmssZ")
	}
	if at.Sub(q.now).Abs() > allowedSkew {
		return "", unauthorised("X-Sdk-Date is more than 15 minutes away from the time here")
	}
	return date, nil
}

// signedValues returns the values of the headers that the signature claims to cover. It tolerates scope headers
// (X-Project-Id, X-Security-Token, X-Domain-Id) outside the signature, because clients of both kinds are in use.
func (q *call) signedValues(names []string) ([]string, error) {
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		return nil, unauthorised("SignedHeaders are not in order, or one stands there twice")
	}
	if !slices.Contains(names, "x-sdk-date") {
		return nil, unauthorised("x-sdk-date is not among SignedHeaders")
	}
	var values []string
	for _, name := range names {
		got := q.request.Header.Values(name)
		switch name { // net/http removes these two from the headers
		case "host":
			got = []string{q.request.Host}
		case "content-length":
			got = []string{strconv.FormatInt(q.request.ContentLength, 10)}
		}
		if len(got) != 1 || name != strings.ToLower(name) {
			return nil, unauthorised("the signed header " + name + " was not received exactly once")
		}
		values = append(values, got[0])
	}
	return values, nil
}

// bodyHash returns the hash that the signature covers. A client may send the hash in a header, or say that the
// signature does not cover the body.
func (q *call) bodyHash() (string, error) {
	computed := hexHash(q.body)
	switch sent := q.request.Header.Get("X-Sdk-Content-Sha256"); sent {
	case "", computed:
		return computed, nil
	case "UNSIGNED-PAYLOAD":
		return sent, nil
	}
	return "", unauthorised("X-Sdk-Content-Sha256 is not the hash of the body")
}

// authorise checks the project of the path, and X-Project-Id if present, against the account's projects and the token's
// project. A token for a domain cannot use a path with a project.
func (q *call) authorise() error {
	forbidden := gatewayError{http.StatusForbidden, "APIGW.0302", "The IAM user is not allowed to access the project"}
	named := []string{}
	if id, inPath := q.path["project_id"]; inPath {
		if q.token != nil && q.token.project == nil {
			return forbidden
		}
		named = append(named, id)
	}
	if id := q.request.Header.Get("X-Project-Id"); id != "" {
		named = append(named, id)
	}
	for _, id := range named {
		project := q.project(id)
		if project == nil || !slices.Contains(project.Accounts, q.account.UserName) || q.token.isOfAnother(id) {
			return forbidden
		}
	}
	if len(named) == 2 && named[0] != named[1] {
		return gatewayError{http.StatusForbidden, "APIGW.0302", "X-Project-Id is not the project of the path"}
	}
	return nil
}

// limitRate applies the documented limit of RDS: 60 requests a minute for each user of an API (RDS API Reference, "Before
// You Start"), or for each user of all its APIs together if the world says so: the gateway has policies of both kinds (APIG
// user guide, Request Throttling). The minute is a fixed window that starts with a request: "wait for the window to
// refresh".
func (q *call) limitRate(operation string) error {
	if q.service != RDS || q.rdsRequestsPerMinute < 0 {
		return nil
	}
	if q.rdsLimitIsShared {
		operation = ""
	}
	if q.account.minutes == nil {
		q.account.minutes = map[string]*minute{}
	}
	window := q.account.minutes[operation]
	if window == nil || q.now.Sub(window.start) >= time.Minute {
		window = &minute{start: q.now}
		q.account.minutes[operation] = window
	}
	if window.requests >= q.rdsRequestsPerMinute {
		q.throttles++
		return throttled(q.rdsRequestsPerMinute)
	}
	window.requests++
	return nil
}

func throttled(limit int) gatewayError {
	return gatewayError{http.StatusTooManyRequests, "APIGW.0308",
		"The throttling threshold has been reached: policy user over ratelimit, limit:" + strconv.Itoa(limit) +
			", time:1 minute"}
}
