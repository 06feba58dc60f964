// SPDX-License-Identifier: MPL-2.0

package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// stub answers in the transport's place, always the same, and counts what is asked.
type stub struct {
	status   int
	header   http.Header
	body     []byte
	requests int
}

func (s *stub) RoundTrip(request *http.Request) (*http.Response, error) {
	s.requests++
	if trace := httptrace.ContextClientTrace(request.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	return &http.Response{
		StatusCode: s.status, Status: fmt.Sprint(s.status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: s.header.Clone(), Body: io.NopCloser(bytes.NewReader(s.body)), Request: request,
	}, nil
}

// isHeaderValue is whether a transport would hand over such a header.
func isHeaderValue(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7F }) &&
		strings.TrimSpace(text) == text
}

// FuzzReplies feeds what a service may answer to every operation, by the whole way that an answer takes: it is read,
// decoded, retried, made a value or an error. The token and the key that a login issues are fuzzed with it, and must
// not be shown.
func FuzzReplies(f *testing.F) {
	rows := matrixOperations()
	const token = "matrix-token-of-a-login"
	for i, row := range rows {
		f.Add(byte(i), uint16(200), token, "", []byte(row.good))
		f.Add(
			byte(i),
			uint16(400),
			token,
			"1",
			[]byte(`{"error_code":"DWS.5174","error_msg":"no TESTACCESSKEY and no test-secret/key+","request_id":"r"}`),
		)
		for _, body := range []string{
			"", "null", "[]", "{}", "17", `{"job_id":{}}`, `{"` + row.firstKey() + `":17}`, `{"` + row.firstKey() + `":[{"id":null,"name":[]}]}`,
			strings.ReplaceAll(row.good, `"`, `\"`), `"` + token + `"`, `{"error":{"code":401,"message":"` + token + `"}}`,
		} {
			f.Add(byte(i), uint16(200), token, "", []byte(body))
		}
	}
	f.Add(byte(0), uint16(503), "", "Fri, 31 Dec 9999 23:59:59 GMT", []byte("eyJlcnJvcl9jb2RlIjoiYSJ9"))
	f.Add(byte(8), uint16(429), "", "999999999999", []byte("<html>"))
	f.Fuzz(func(t *testing.T, at byte, status uint16, issued, retryAfter string, body []byte) {
		row := rows[int(at)%len(rows)]
		s := &stub{
			status: 200 + int(status)%400,
			header: http.Header{"X-Subject-Token": {issued}, "Retry-After": {retryAfter}},
			body:   body,
		}
		if !isHeaderValue(issued) || !isHeaderValue(retryAfter) {
			return
		}
		var shown strings.Builder
		clock := newFakeClock()
		change := func(config *Config) {
			config.MaxRetries = 1
			if row.change != nil {
				row.change(config)
			}
			config.Log = func(_ context.Context, message string, fields map[string]any) { fmt.Fprintln(&shown, message, fields) }
		}
		c := newTestClient(t, "http://stub.example", clock, change)
		c.answerBy(s)
		err := row.call(t.Context(), c, jobID)
		if s.requests > 100 || clock.total() > 10*time.Minute {
			t.Fatalf("%d requests within %s", s.requests, clock.total())
		}
		if err == nil {
			return
		}
		text := err.Error()
		shown.WriteString(text)
		if errors.As(err, new(*AmbiguousError)) && row.kind == matrixLookUp && row.name != "project" {
			t.Errorf("a lookup is ambiguous: %v", err)
		}
		if !utf8.ValidString(text) || strings.ContainsAny(text, "\r\n\x00") {
			t.Errorf("not a line of text: %q", text)
		}
		if len(text) > 8192 {
			t.Errorf("an error of %d bytes: %.300q", len(text), text)
		}
		secrets := []string{c.config.AccessKey, c.config.SecretKey, c.config.Password}
		if c.config.Federation != nil {
			secrets = append(secrets, c.config.Federation.IDToken)
		}
		if strings.HasPrefix(issued, "matrix-token") && s.status/100 == 2 &&
			(row.kind == matrixPassword || row.kind == matrixIDToken) {
			secrets = append(secrets, issued)
		}
		for _, secret := range secrets {
			if secret != "" && strings.Contains(shown.String(), secret) {
				t.Errorf("%q is shown in %q", secret, shown.String())
			}
		}
	})
}

// FuzzRetryAfter: whatever a proxy asks for, nobody waits for longer than half a minute, nor for less than nothing.
func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"", "0", "7", "-1", "+3", "30.5", "1e9", "99999999999999999999", "9223372036854775807", "soon", "Fri, 01 Mar 2024 12:00:09 GMT", "Friday, 01-Mar-24 12:00:09 GMT", "Fri Mar  1 12:00:09 2024", "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT"} {
		f.Add(seed, int64(0))
		f.Add(seed, noon.Unix())
	}
	f.Fuzz(func(t *testing.T, value string, now int64) {
		got := retryAfter(http.Header{"Retry-After": {value}}, time.Unix(now, 0), longestRetryAfter)
		if got < 0 || got > longestRetryAfter {
			t.Errorf("%q at %d: %s", value, now, got)
		}
		if seconds, err := strconv.ParseUint(value, 10, 16); err == nil &&
			got != min(time.Duration(seconds)*time.Second, longestRetryAfter) {
			t.Errorf("%q: %s", value, got)
		}
	})
}

// FuzzParseTime: what is read is in UTC, and what any of the services would write of it is read as the same again.
func FuzzParseTime(f *testing.F) {
	for _, seed := range []string{
		"2022-11-09T20:25:00+0000", "2022-11-09 20:25:00.5", "2022-11-09T20:25:00+08:00", "1668025500000", "-1", "9223372036854775807", "-9223372036854775808",
		"0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999-2359", " 2022-11-09T20:25:00Z ", "2022-02-30T00:00:00Z", "", "null", "é",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, err := parseTime(text)
		if err != nil {
			if !at.IsZero() {
				t.Errorf("%q is an error and %s", text, at)
			}
			return
		}
		if at.Location() != time.UTC {
			t.Errorf("%q is in %s", text, at.Location())
		}
		again := []string{strconv.FormatInt(at.UnixMilli(), 10)}
		if year := at.Year(); year >= 0 && year <= 9999 {
			for _, layout := range []string{"2006-01-02T15:04:05.999999999-0700", time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999"} {
				again = append(again, at.Format(layout))
			}
		}
		for i, written := range again {
			got, err := parseTime(written)
			if want := at; err != nil ||
				!got.Equal(want) && (i > 0 || !got.Equal(want.Truncate(time.Millisecond)) && got.UnixMilli() != want.UnixMilli()) {
				t.Errorf("%q is %s, written as %q it is %s (%v)", text, at, written, got, err)
			}
		}
		var read moment
		quoted, err := json.Marshal(text)
		if err != nil || json.Unmarshal(quoted, &read) != nil {
			t.Fatalf("%q cannot be read as a reply's", text)
		}
		if utf8.ValidString(text) && !read.Equal(at) {
			t.Errorf("%q is %s, in a reply %s", text, at, read.Time)
		}
	})
}

// FuzzJobs: a list of jobs, and the query of one, are read as the same, whatever there is in them. A job is in one of
// three states, and a list that goes on for ever ends.
func FuzzJobs(f *testing.F) {
	for _, seed := range []string{
		`{"id":"a1","status":"Running"}`, `{"job_id":"a1","status":"FAIL","failed_code":"DWS.1","failed_detail":"no"}`, `{"id":17,"status":3}`, `null`, `{}`, `[]`, `"a"`,
		`{"id":"a","instance":{"id":"i"},"created":"2022-11-09T20:25:00+0000","ended":""}`, `{"id":{},"status":[],"instance":null,"process":{}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, record []byte) {
		if !json.Valid(record) {
			return
		}
		ask := func(body string, call func(*Client) ([]Job, error)) ([]Job, error) {
			s := &stub{status: 200, header: http.Header{}, body: []byte(body)}
			c := newTestClient(t, "http://stub.example", newFakeClock())
			c.answerBy(s)
			jobs, err := call(c)
			if s.requests > 2 {
				t.Errorf("%d requests for %s", s.requests, body)
			}
			for _, job := range jobs {
				if err == nil && job.Status != JobRunning && job.Status != JobCompleted && job.Status != JobFailed {
					t.Errorf("status %q of %s", job.Status, body)
				}
			}
			return jobs, err
		}
		one := string(record)
		single, singleErr := ask(`{"job":`+one+`}`, func(c *Client) ([]Job, error) {
			job, err := c.RDS().Job(t.Context(), "asked-for")
			return []Job{job}, err
		})
		many := strings.Repeat(one+",", 59) + one // more than a page of RDS
		listed, listErr := ask(
			`{"tasks":[`+many+`]}`,
			func(c *Client) ([]Job, error) { return c.RDS().ListJobs(t.Context(), rdsID, noon, noon) },
		)
		if singleErr == nil && listErr == nil && len(listed) > 0 && single[0].ID != "asked-for" {
			listed[0].InstanceID = single[0].InstanceID // the list is of one instance
			if diff := cmp.Diff(single[0], listed[0]); diff != "" {
				t.Errorf("%s: -single +listed\n%s", one, diff)
			}
		}
		if singleErr == nil && listErr != nil {
			t.Errorf("%s is a job, but not in a list: %v", one, listErr)
		}
	})
}
