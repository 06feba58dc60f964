// SPDX-License-Identifier: MPL-2.0

package client

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

func TestDelays(t *testing.T) {
	base := []time.Duration{1, 2, 4, 8, 16, 30, 30}
	for range 200 {
		for i, seconds := range base {
			d := seconds * time.Second
			if got := backoff(i + 1); got < d*8/10 || got > min(d*12/10, 30*time.Second) {
				t.Fatalf("after %d attempts: %s, want about %s", i+1, got, d)
			}
		}
		if got := backoff(1000); got > 30*time.Second || got < 24*time.Second {
			t.Fatalf("after 1000 attempts: %s", got)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	tests := []struct {
		value string
		want  time.Duration
	}{
		{"", 0},
		{"7", 7 * time.Second},
		{"0", 0},
		{"-3", 0},
		{"3600", 30 * time.Second},
		{"99999999999", 30 * time.Second},
		{"99999999999999999999", 0}, // not a number, not a date
		{"soon", 0},
		{noon.Add(25 * time.Second).Format(http.TimeFormat), 25 * time.Second},
		{noon.Add(time.Hour).Format(http.TimeFormat), 30 * time.Second},
		{noon.Add(-time.Hour).Format(http.TimeFormat), 0},
	}
	for _, test := range tests {
		if got := retryAfter(http.Header{"Retry-After": {test.value}}, noon, longestRetryAfter); got != test.want {
			t.Errorf("%q: %s, want %s", test.value, got, test.want)
		}
	}
	for class, call := range theCalls {
		server, clock := newTestServer(t, answerWith(429, "", "Retry-After", "22"), answerWith(200, goodReply)), newFakeClock()
		if err := call(t.Context(), newTestClient(t, server.URL, clock)); err != nil {
			t.Error(err)
		}
		if got := fmt.Sprint(clock.slept); got != "[22s]" {
			t.Errorf("%s: waited %s, want [22s]", class, got)
		}
	}
}

// No minute may see more than the 60 requests that RDS allows, whatever regions they go to.
func TestRDSLimit(t *testing.T) {
	clock := newFakeClock()
	c, err := New(Config{Region: "eu-west-101", AuthToken: "token", Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	other, err := c.ForRegion("eu-west-0")
	if err != nil {
		t.Fatal(err)
	}
	var sent []time.Time
	for i := range 300 {
		client := c
		if i%2 == 1 {
			client = other
		}
		if err := client.quotas[serviceRDS].wait(t.Context(), "look up", priorityDelays[forLookup]); err != nil {
			t.Fatal(err)
		}
		sent = append(sent, clock.Now())
	}
	if !sent[5].Equal(noon) {
		t.Errorf("the sixth request waited %s, want none", sent[5].Sub(noon))
	}
	for i := range len(sent) - 60 {
		if span := sent[i+60].Sub(sent[i]); span < time.Minute {
			t.Fatalf("requests %d to %d within %s", i, i+60, span)
		}
	}
	if took := clock.total(); took > 6*time.Minute {
		t.Errorf("300 requests took %s, want less than 6 min", took)
	}
	before := clock.Now()
	if err := c.quotas[serviceDWS].wait(t.Context(), "look up", priorityDelays[forLookup]); err != nil ||
		!clock.Now().Equal(before) {
		t.Errorf("DWS waited for RDS: %v", err)
	}
}

// What one reply asked for says nothing about the wait after the next failure.
func TestRetryAfterIsOfOneReply(t *testing.T) {
	server := newTestServer(t, answerWith(503, "", "Retry-After", "22"), truncated(200, goodReply), answerWith(200, goodReply))
	clock := newFakeClock()
	if err := theCalls["repeatable"](t.Context(), newTestClient(t, server.URL, clock)); err != nil {
		t.Fatal(err)
	}
	if len(clock.slept) != 2 || clock.slept[0] != 22*time.Second || clock.slept[1] > 3*time.Second {
		t.Errorf("waited %s, want 22 s and about 2 s", clock.slept)
	}
}
