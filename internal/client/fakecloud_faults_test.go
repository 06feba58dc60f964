// SPDX-License-Identifier: MPL-2.0

package client_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/fakecloud"
)

// Whatever happens to the answer, no restore runs twice, and nobody is told "refused" of one that runs.
func TestFaultsAgainstFakecloud(t *testing.T) {
	const accepted, refused, ambiguous = "accepted", "*client.APIError", "*client.AmbiguousError"
	tests := []struct {
		fault              fakecloud.Fault
		outcome            string
		requests, restores int
	}{
		{fakecloud.Fault{Kind: fakecloud.FaultThrottle}, accepted, 2, 1},
		{fakecloud.Fault{Kind: fakecloud.FaultThrottle, Times: 3, RetryAfter: 7 * time.Second}, accepted, 4, 1},
		{fakecloud.Fault{Kind: fakecloud.FaultThrottle, Times: -1, RetryAfter: 25 * time.Second}, refused, 6, 0},
		{fakecloud.Fault{Kind: fakecloud.FaultReset}, ambiguous, 1, 0},
		{fakecloud.Fault{Kind: fakecloud.FaultClose}, ambiguous, 1, 0},
		{fakecloud.Fault{Kind: fakecloud.FaultResetAfter}, ambiguous, 1, 1},
		{fakecloud.Fault{Kind: fakecloud.FaultStatus, Status: 500}, ambiguous, 1, 0},
		{fakecloud.Fault{Kind: fakecloud.FaultHTML}, ambiguous, 1, 0},
		{fakecloud.Fault{Kind: fakecloud.FaultStatusAfter, Status: 504, Code: "APIGW.0201"}, ambiguous, 1, 1},
		{fakecloud.Fault{Kind: fakecloud.FaultStatus, Status: 400, Code: "X.0001", Message: "no"}, refused, 1, 0},
		{fakecloud.Fault{Kind: fakecloud.FaultStatus, Status: 403, Code: "X.0001", Message: "no"}, refused, 1, 0},
		{fakecloud.Fault{Kind: fakecloud.FaultStatus, Status: 200, Code: "DWS.9999", Message: "no"}, refused, 1, 0},
		{fakecloud.Fault{Kind: fakecloud.FaultBase64, Code: "DWS.0001", Message: "no"}, refused, 1, 0},
		{fakecloud.Fault{Kind: fakecloud.FaultDelay, Delay: 50 * time.Millisecond}, accepted, 1, 1},
		{fakecloud.Fault{Kind: fakecloud.FaultTruncate}, ambiguous, 1, 1},
		{fakecloud.Fault{Kind: fakecloud.FaultEmpty}, ambiguous, 1, 1},
		{fakecloud.Fault{Kind: fakecloud.FaultNoJobID}, ambiguous, 1, 1},
	}
	for _, test := range tests {
		for service, restore := range restores {
			t.Run(fmt.Sprint(service, " ", test.fault.Kind, " ", test.fault.Status, " x", test.fault.Times), func(t *testing.T) {
				clock := client.NewTestClock()
				cloud := start(t, clock)
				test.fault.Service, test.fault.Operation = service, restore.operation
				if err := cloud.Plant(test.fault); err != nil {
					t.Fatal(err)
				}
				id, err := restore.submit(t.Context(), connect(t, cloud, clock))
				got := accepted
				var apiError *client.APIError
				var ambiguousError *client.AmbiguousError
				switch {
				case errors.As(err, &ambiguousError):
					got = ambiguous
				case errors.As(err, &apiError):
					got = refused
				}
				if got != test.outcome || (id != "") != (got == accepted) {
					t.Errorf("%s %q (%v), want %s", got, id, err, test.outcome)
				}
				if test.fault.Code != "" && !strings.Contains(err.Error(), test.fault.Code) {
					t.Errorf("%s is not told: %v", test.fault.Code, err)
				}
				if got := cloud.Requests()[service][restore.operation]; got != test.requests {
					t.Errorf("%d requests, want %d", got, test.requests)
				}
				if got := len(cloud.Restores()); got != test.restores {
					t.Errorf("%d restores, want %d", got, test.restores)
				}
			})
		}
	}
}

func TestRefusalsOfFakecloud(t *testing.T) {
	for service, restore := range restores {
		t.Run(service, func(t *testing.T) {
			clock := client.NewTestClock()
			cloud := start(t, clock)
			c := connect(t, cloud, clock)
			if _, err := cloud.Occupy(service, restore.occupied, "ManualResize"); err != nil {
				t.Fatal(err)
			}
			_, err := restore.submit(t.Context(), c)
			if !client.IsBusy(err) || client.IsForbidden(err) || client.IsNotFound(err) {
				t.Errorf("occupied: %v", err)
			}
			if err := clock.Sleep(t.Context(), time.Hour); err != nil {
				t.Fatal(err)
			}
			if _, err := restore.submit(t.Context(), c); err != nil {
				t.Errorf("no longer occupied: %v", err)
			}

			// The wrong secret: once, because a key is locked after a few failures in a row.
			wrong := connect(t, cloud, clock, func(config *client.Config) {
				config.SecretKey, config.ProjectID = "another-secret-key", fakecloud.DefaultProjectID
			})
			before := cloud.Requests()[service][restore.operation]
			_, err = restore.submit(t.Context(), wrong)
			var refused *client.APIError
			if !client.IsForbidden(err) || !errors.As(err, &refused) || refused.StatusCode != 401 || refused.RequestID == "" {
				t.Errorf("with the wrong secret: %#v", err)
			}
			if got := cloud.Requests()[service][restore.operation] - before; got != 1 {
				t.Errorf("with the wrong secret: %d requests", got)
			}
			if got := len(cloud.Restores()); got != 1 {
				t.Errorf("%d restores, want 1", got)
			}
		})
	}
}

// The cloud would throttle above 60 requests a minute; the client stays below of its own accord.
func TestPaceAgainstFakecloud(t *testing.T) {
	clock := client.NewTestClock()
	cloud := start(t, clock)
	c := connect(t, cloud, clock, func(config *client.Config) { config.MaxRetries = 0 })
	for i := range 200 {
		if _, err := c.RDS().Instance(t.Context(), ordersDB); err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
	}
	if got := cloud.Requests()["rds"]["ListInstances"]; got != 200 {
		t.Errorf("%d requests, want 200", got)
	}
}
