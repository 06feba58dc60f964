// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// call is one request while the cloud answers it. The caller holds the cloud's lock throughout.
type call struct {
	*Cloud
	service string
	request *http.Request
	query   url.Values
	body    []byte
	path    map[string]string // values of the route's placeholders
	account *account
	token   *issuedToken // that the request carries; nil = a key, or a token of the world
	now     time.Time
}

// match finds the operation for a method and an escaped path. It takes paths as received: it does not clean or redirect
// them, and a trailing slash makes another path.
func match(service, method, escapedPath string) (*route, map[string]string) {
	got := strings.Split(escapedPath, "/")
next:
	for i := range routes[service] {
		candidate := &routes[service][i]
		want := strings.Split(candidate.pattern, "/")
		if candidate.method != method || len(want) != len(got) {
			continue
		}
		values := map[string]string{}
		for i, segment := range want {
			value, err := url.PathUnescape(got[i])
			if err != nil {
				continue next
			}
			if name, found := strings.CutPrefix(segment, "{"); found {
				if value == "" {
					continue next
				}
				values[strings.TrimSuffix(name, "}")] = value
			} else if segment != value {
				continue next
			}
		}
		return candidate, values
	}
	return nil, nil
}

// decode reads the body strictly. Its error is the service's parameter error.
func (q *call) decode(into any) error {
	mediaType, _, err := mime.ParseMediaType(q.request.Header.Get("Content-Type"))
	if err != nil || mediaType != "application/json" {
		return badParameter("Content-Type must be application/json")
	}
	return q.decodeBody(into)
}

// decodeBody is decode whatever the Content-Type.
func (q *call) decodeBody(into any) error {
	if err := strictDecode(q.body, into); err != nil {
		return badParameter("%s", err)
	}
	return nil
}

// parameters rejects query parameters that are not listed, and those sent twice.
func (q *call) parameters(known ...string) error {
	for name, values := range q.query {
		if !slices.Contains(known, name) {
			return badParameter("%s is not a query parameter of this call", name)
		}
		if len(values) > 1 {
			return badParameter("the query parameter %s stands there twice", name)
		}
	}
	return nil
}

// page reads offset and limit, and returns the range from:to that they select out of length items.
func (q *call) page(length, defaultLimit, maxLimit int) (from, to int, err error) {
	limit, err := q.number("limit", defaultLimit, 1, maxLimit)
	if err != nil {
		return 0, 0, err
	}
	offset, err := q.number("offset", 0, 0, 1<<31-1)
	if err != nil {
		return 0, 0, err
	}
	from = min(offset, length)
	return from, min(from+limit, length), nil
}

func (q *call) number(name string, fallback, lowest, highest int) (int, error) {
	if !q.query.Has(name) {
		return fallback, nil
	}
	value, err := strconv.Atoi(q.query.Get(name))
	if err != nil || value < lowest || value > highest {
		return 0, parameterError{name, strconv.Quote(q.query.Get(name)) + " is not a " + name + " from " +
			strconv.Itoa(lowest) + " to " + strconv.Itoa(highest)}
	}
	return value, nil
}

var epochMilliseconds = regexp.MustCompile(`^[1-9][0-9]{11,13}$`)

// parseMilliseconds reads a UNIX time in milliseconds, UTC.
func parseMilliseconds(text string) (time.Time, bool) {
	if !epochMilliseconds.MatchString(text) {
		return time.Time{}, false
	}
	value, err := strconv.ParseInt(text, 10, 64)
	return time.UnixMilli(value).UTC(), err == nil
}

// day reads a query parameter of the form yyyy-mm-dd.
func (q *call) day(name string) (time.Time, error) {
	day, err := time.Parse(time.DateOnly, q.query.Get(name))
	if err != nil {
		return day, parameterError{name, strconv.Quote(q.query.Get(name)) + " is not a date of the form yyyy-mm-dd"}
	}
	return day, nil
}

// The time layouts of the services. RDS and DDS write an offset without a colon. DWS writes jobs without a zone, and
// actions with a space and tenths of a second.
const (
	offsetTime    = "2006-01-02T15:04:05-0700"
	zonelessTime  = "2006-01-02T15:04:05"
	dwsActionTime = "2006-01-02 15:04:05.0"
)
