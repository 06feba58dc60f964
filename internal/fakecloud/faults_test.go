// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

func (c *testCloud) plant(fault Fault) {
	c.t.Helper()
	if err := c.Plant(fault); err != nil {
		c.t.Fatal(err)
	}
}

// TestFaultKinds lets one restore meet each kind of fault. It checks what the client sees, and whether the restore was
// accepted.
func TestFaultKinds(t *testing.T) {
	tests := []struct {
		fault    Fault
		accepted int
		status   int   // 0 = no answer
		cut      error // the expected error if no answer comes
		body     func(string) bool
		header   map[string]string
	}{
		{
			fault: Fault{Kind: FaultThrottle, RetryAfter: 1500 * time.Millisecond}, status: 429,
			body:   contain(`"error_code":"APIGW.0308"`, "limit:60, time:1 minute", "request_id"),
			header: map[string]string{"Retry-After": "2"},
		},
		{
			fault: Fault{Kind: FaultStatus, Status: 409, Code: "DBS.200011", Message: "busy"}, status: 409,
			body: equal(`{"error_code":"DBS.200011","error_msg":"busy"}`),
		},
		{fault: Fault{Kind: FaultStatus, Status: 504, Body: "gateway timeout"}, status: 504,
			body: equal("gateway timeout")},
		{fault: Fault{Kind: FaultStatus, Status: 503}, status: 503, body: equal("")},
		{fault: Fault{Kind: FaultStatusAfter, Status: 500, Code: "DBS.111205", Message: "timeout"}, accepted: 1,
			status: 500, body: contain("DBS.111205")},
		{fault: Fault{Kind: FaultHTML}, status: 502, body: contain("<h1>502 Bad Gateway</h1>"),
			header: map[string]string{"Content-Type": "text/html"}},
		{fault: Fault{Kind: FaultHTML, Status: 504}, status: 504, body: contain("<h1>504 Gateway Timeout</h1>")},
		{fault: Fault{Kind: FaultEmpty}, accepted: 1, status: 200, body: equal("")},
		{fault: Fault{Kind: FaultEmpty, Status: 202}, accepted: 1, status: 202, body: equal("")},
		{fault: Fault{Kind: FaultNoJobID}, accepted: 1, status: 200, body: equal("{}")},
		{
			fault: Fault{Kind: FaultBase64, Code: "DWS.5149", Message: "The snapshot ID is invalid?>"}, status: 400,
			body: func(raw string) bool {
				plain, err := base64.URLEncoding.DecodeString(raw)
				return err == nil && string(plain) == `{"error_code":"DWS.5149",`+
					`"error_msg":"The snapshot ID is invalid?>"}`
			},
		},
		{fault: Fault{Kind: FaultDelay, Delay: time.Millisecond}, accepted: 1, status: 200, body: contain("job_id")},
		{fault: Fault{Kind: FaultReset}, cut: syscall.ECONNRESET},
		{fault: Fault{Kind: FaultResetAfter}, accepted: 1, cut: syscall.ECONNRESET},
		{fault: Fault{Kind: FaultClose}, cut: io.EOF},
		{fault: Fault{Kind: FaultTruncate}, accepted: 1, cut: io.ErrUnexpectedEOF},
	}
	for _, test := range tests {
		name := test.fault.Kind
		if test.fault.Status != 0 {
			name += http.StatusText(test.fault.Status)
		}
		t.Run(name, func(t *testing.T) {
			c := start(t, Options{})
			c.plant(test.fault)
			request := c.request(RDS, "POST", rdsRestorePath, rdsBody)
			request.Header.Set("X-Auth-Token", DefaultToken)
			response, err := c.client.Do(request)
			raw := []byte{}
			if err == nil {
				raw, err = io.ReadAll(response.Body)
				_ = response.Body.Close()
			}
			switch {
			case test.cut != nil:
				if !errors.Is(err, test.cut) {
					t.Errorf("error %v, want %v", err, test.cut)
				}
			case err != nil:
				t.Fatal(err)
			case response.StatusCode != test.status || !test.body(string(raw)):
				t.Errorf("%d %s, want %d", response.StatusCode, raw, test.status)
			}
			for name, want := range test.header {
				if got := response.Header.Get(name); got != want {
					t.Errorf("%s: %s, want %s", name, got, want)
				}
			}
			if got := len(c.Restores()); got != test.accepted {
				t.Errorf("%d restores accepted, want %d", got, test.accepted)
			}
			if got := c.Requests()[RDS][RestoreTables]; got != 1 {
				t.Errorf("%d requests counted, want 1", got)
			}
			if test.accepted == 0 {
				c.restore(RDS) // the fault strikes only once
			}
		})
	}
}

func contain(parts ...string) func(string) bool {
	return func(raw string) bool {
		for _, part := range parts {
			if !strings.Contains(raw, part) {
				return false
			}
		}
		return true
	}
}

func equal(want string) func(string) bool { return func(raw string) bool { return raw == want } }

func TestTruncatedAnswersClaimTheirFullLength(t *testing.T) {
	c := start(t, Options{})
	c.plant(Fault{Kind: FaultTruncate})
	request := c.request(DDS, "POST", ddsRestorePath, ddsBody)
	request.Header.Set("X-Auth-Token", DefaultToken)
	response, err := c.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	whole := `{"job_id":"` + c.Restores()[0].JobID + `"}`
	if !errors.Is(err, io.ErrUnexpectedEOF) || response.ContentLength != int64(len(whole)) ||
		string(raw) != whole[:len(whole)/2] {
		t.Errorf("Content-Length %d, body %q, error %v; the full body is %q", response.ContentLength, raw, err, whole)
	}
}

func TestFaultsStrikeAsPlanted(t *testing.T) {
	c := start(t, Options{})
	jobs := func() int { return c.do(DDS, "GET", "/v3/"+DefaultProjectID+"/jobs?id=x", "").status }
	instances := func() int { return c.do(DDS, "GET", "/v3/"+DefaultProjectID+"/instances", "").status }
	c.plant(Fault{Service: DDS, Operation: ShowJob, Kind: FaultStatus, Status: 503, Times: 2})
	c.plant(Fault{Service: "*", Operation: "*", Kind: FaultStatus, Status: 500, Times: -1})
	wantEqual(t, "the first planted strikes first", []int{jobs(), instances(), jobs(), jobs(), jobs()},
		[]int{503, 500, 503, 500, 500})
	c.ClearFaults()
	wantEqual(t, "after clearing", []int{jobs(), instances()}, []int{400, 200})
}

func TestDelayEndsWhenTheClientLeaves(t *testing.T) {
	c := start(t, Options{})
	c.plant(Fault{Kind: FaultDelay, Delay: time.Hour})
	c.client.Timeout = 50 * time.Millisecond
	request := c.request(RDS, "POST", rdsRestorePath, rdsBody)
	request.Header.Set("X-Auth-Token", DefaultToken)
	if response, err := c.client.Do(request); err == nil {
		_ = response.Body.Close()
		t.Errorf("got an answer: %s", response.Status)
	}
	if err := c.WaitFor(t.Context(), func() bool { return len(c.Restores()) == 1 }); err != nil {
		t.Errorf("the restore behind the delay was not accepted: %v", err)
	}
	// The cleanup calls Close, which waits for the handler. It must not wait for an hour.
}

func TestCloseEndsADelay(t *testing.T) {
	c := start(t, Options{})
	c.plant(Fault{Kind: FaultDelay, Delay: time.Hour})
	request := c.request(RDS, "GET", jobsPath, "")
	request.Header.Set("X-Auth-Token", DefaultToken)
	done := make(chan error)
	go func() {
		response, err := c.client.Do(request)
		if err == nil {
			_ = response.Body.Close()
		}
		done <- err
	}()
	if err := c.WaitFor(t.Context(), func() bool { return c.Requests()[RDS][ListTasks] == 1 }); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err == nil {
		t.Error("the request was answered although the cloud closed")
	}
}

func TestPlantRejectsWhatCannotStrike(t *testing.T) {
	c := start(t, Options{})
	for name, fault := range map[string]Fault{
		"kind":                         {Kind: "explode"},
		"service":                      {Kind: FaultReset, Service: "obs"},
		"operation":                    {Kind: FaultReset, Operation: "RestoreTabels"},
		"operation of another service": {Kind: FaultReset, Service: DDS, Operation: RestoreTables},
		"times":                        {Kind: FaultReset, Times: -2},
		"no status":                    {Kind: FaultStatus},
		"no delay":                     {Kind: FaultDelay},
	} {
		if err := c.Plant(fault); err == nil {
			t.Errorf("%s: Plant accepted it", name)
		}
	}
	c.plant(Fault{Kind: FaultReset, Operation: Unknown})
}

func TestFaultsAsJSON(t *testing.T) {
	want := Fault{Service: RDS, Operation: ShowJob, Kind: FaultDelay, Times: 3, Status: 500, Code: "c", Message: "m",
		Body: "b", RetryAfter: time.Second, Delay: 2 * time.Minute}
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Fault
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, string(data), got, want)
	for _, bad := range []string{`{}`, `{"kind":"reset","delay":"soon"}`, `{"kind":"reset","retry_after":5}`,
		`{"kind":"reset","x":1}`} {
		if err := json.Unmarshal([]byte(bad), &got); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
}
