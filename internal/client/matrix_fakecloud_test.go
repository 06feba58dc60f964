// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"terraform-provider-x/internal/fakecloud"
)

// offClock is a clock that is wrong by as much.
type offClock struct {
	*fakeClock
	by time.Duration
}

func (c offClock) Now() time.Time { return c.fakeClock.Now().Add(c.by) }

// plantedFault is a column whose fault the strict cloud makes itself.
type plantedFault struct {
	fakecloud.Fault
	name      string
	class     matrixClass
	processed bool
	off       time.Duration // of the client's clock
}

func plantedFaults() []plantedFault {
	const code, message = matrixCode, "no"
	status := func(status int, class matrixClass) plantedFault {
		return plantedFault{
			fakecloud.Fault{Kind: fakecloud.FaultStatus, Status: status, Code: code, Message: message},
			fmt.Sprint(status),
			class,
			false,
			0,
		}
	}
	faults := []plantedFault{
		{fakecloud.Fault{}, "none", matrixHarmless, true, 0},
		{fakecloud.Fault{}, "clock off by 10 minutes", matrixHarmless, true, -10 * time.Minute},
		{fakecloud.Fault{}, "clock off by 20 minutes", matrixRefused, false, 20 * time.Minute},
		{fakecloud.Fault{}, "clock off by -20 minutes", matrixRefused, false, -20 * time.Minute},
		{fakecloud.Fault{Kind: fakecloud.FaultThrottle}, "throttle", matrixThrottled, false, 0},
		{
			fakecloud.Fault{Kind: fakecloud.FaultThrottle, RetryAfter: 11 * time.Second},
			"throttle, 11 s",
			matrixThrottled,
			false,
			0,
		},
		{fakecloud.Fault{Kind: fakecloud.FaultHTML}, "HTML", matrixBroken, false, 0},
		{fakecloud.Fault{Kind: fakecloud.FaultBase64, Code: code, Message: message}, "base64", matrixRefused, false, 0},
		{fakecloud.Fault{Kind: fakecloud.FaultReset}, "reset", matrixLost, false, 0},
		{fakecloud.Fault{Kind: fakecloud.FaultClose}, "close", matrixLost, false, 0},
		{fakecloud.Fault{Kind: fakecloud.FaultResetAfter}, "reset after", matrixLost, true, 0},
		{fakecloud.Fault{Kind: fakecloud.FaultTruncate}, "truncate", matrixLost, true, 0},
		{fakecloud.Fault{Kind: fakecloud.FaultEmpty}, "empty", matrixLost, true, 0},
		{fakecloud.Fault{Kind: fakecloud.FaultNoJobID}, "{}", matrixShape, true, 0},
	}
	for _, s := range []int{400, 401, 403, 409} {
		faults = append(faults, status(s, matrixRefused))
	}
	faults = append(
		faults,
		status(404, matrixAbsent),
		status(408, matrixUnclear),
		status(500, matrixBroken),
		status(503, matrixUnavailable),
	)
	for _, s := range []int{500, 502, 503, 504} {
		class := matrixBroken
		if s == 503 {
			class = matrixUnavailable
		}
		faults = append(
			faults,
			plantedFault{
				fakecloud.Fault{Kind: fakecloud.FaultStatusAfter, Status: s, Code: code, Message: message},
				fmt.Sprint(s, " after"),
				class,
				true,
				0,
			},
		)
	}
	return faults
}

// TestFakecloudMatrix meets every operation with the faults of a cloud that checks signatures, projects and bodies, and
// that has accepted a restore or not.
func TestFakecloudMatrix(t *testing.T) {
	m := newMatrix(t, "faults of the strict cloud")
	defer m.print()
	before := goroutines()
	for _, fault := range plantedFaults() {
		for _, row := range matrixOperations() {
			want, got := plantedRule(row, fault), ""
			times := len(want)
			if fault.class == matrixShape {
				times = 1
			}
			for i := range times {
				got += m.planted(row, fault, i == times-1)
			}
			if ok := got == want || fault.class == matrixShape && strings.Contains(want, got); !ok {
				t.Errorf("%s × %s: %s, want %s", row.name, fault.name, got, want)
			}
			m.note(row.name, fault.name, got)
		}
	}
	expectNoNewGoroutines(t, before, "all of it")
}

// plantedRule is matrixRule, with what is told by the cloud's own checks.
func plantedRule(row matrixOperation, fault plantedFault) string {
	switch {
	case fault.class == matrixShape:
		return matrixShapes(row)
	case fault.off.Abs() < 15*time.Minute:
	case row.kind == matrixPassword: // neither it nor its token has a date
		return "A"
	}
	return matrixRule(row, fault.class)
}

// planted runs one cell against a cloud of its own.
func (m *matrix) planted(row matrixOperation, fault plantedFault, lasting bool) string {
	m.Helper()
	cell := row.name + " × " + fault.name
	clock := newFakeClock()
	cloud, err := fakecloud.Start(fakecloud.Options{Now: clock.Now, JobDuration: time.Hour})
	if err != nil {
		m.Fatal(err)
	}
	defer func() { _ = cloud.Close() }()
	var logged strings.Builder
	attempts := 0
	connect := func(clock Clock, change func(*Config)) *Client {
		a := cloud.Addresses()
		c := newTestClient(m.T, a.IAM, clock, func(config *Config) {
			config.AccessKey, config.SecretKey = fakecloud.DefaultAccessKey, fakecloud.DefaultSecretKey
			config.Endpoints = map[string]string{
				"iam":      a.IAM,
				"sts":      a.STS,
				"metadata": a.Metadata,
				"rds":      a.RDS,
				"dds":      a.DDS,
				"dws":      a.DWS,
			}
			config.Log = func(_ context.Context, message string, fields map[string]any) {
				fmt.Fprintln(&logged, message, fields)
				if fmt.Sprint(serviceName(fmt.Sprint(fields["service"])), " ", fields["operation"]) == row.says {
					attempts++
				}
			}
			if change != nil {
				change(config)
			}
		})
		return c
	}
	id, before := "", 0
	if row.operation == fakecloud.ShowJob { // which needs a job
		id, before = m.startJob(connect(clock, nil), row.service), 1
		attempts = 0
	}
	if fault.Kind != "" {
		fault.Service, fault.Operation, fault.Times = row.service, row.operation, 1
		if lasting {
			fault.Times = -1
		}
		if err := cloud.Plant(fault.Fault); err != nil {
			m.Fatal(err)
		}
	}
	c := connect(offClock{clock, fault.off}, row.change)
	run := matrixRun{err: row.call(m.Context(), c, id)}
	closeIdle(m.T, c)
	if fault.off != 0 && row.kind != matrixSubmit && (row.kind != matrixLookUp || row.name == "project") {
		attempts = min(attempts, 1) // a key that was refused is renewed once, which is no retry
	}
	run.attempts, run.hits = attempts, cloud.Requests()[row.service][row.operation]-before
	run.restores = len(cloud.Restores()) - before
	run.letter = letterOf(run.err, run.attempts)
	run.waited, run.shown = clock.total(), logged.String()
	if run.err != nil {
		run.shown += fmt.Sprintf("%v %+v %#v", run.err, run.err, run.err)
	}
	for _, secret := range cloud.Secrets() {
		if strings.Contains(run.shown, secret) {
			m.Errorf("%s: %q is shown in %.2000s", cell, secret, run.shown)
		}
	}
	about := matrixFault{
		name:      fault.name,
		class:     fault.class,
		processed: fault.processed,
		coded:     fault.Code != "" && row.service != serviceIAM,
	} // whose code is the status
	named := row
	var refused *APIError
	if errors.As(run.err, &refused) && (refused.RequestID == "" || !strings.Contains(run.err.Error(), refused.RequestID)) {
		m.Errorf("%s: the request id is not told: %v", cell, run.err)
	}
	if fault.off != 0 && refused != nil {
		named.says = serviceName(refused.Service) + " " + refused.Operation // the first that is signed
		if refused.StatusCode != http.StatusUnauthorized {
			m.Errorf("%s: %v", cell, run.err)
		}
	}
	run.check(m.T, cell, named, about)
	return run.letter
}

// startJob starts a restore to ask after, without any fault.
func (m *matrix) startJob(c *Client, service string) (id string) {
	m.Helper()
	var err error
	switch service {
	case serviceRDS:
		var results []RDSRestoreResult
		if results, err = c.RDS().RestoreTables(m.Context(), matrixRDSRestore); err == nil {
			id = results[0].JobID
		}
	case serviceDDS:
		id, err = c.DDS().RestoreCollections(m.Context(), matrixDDS, matrixDDSRestore)
	default:
		id, err = c.DWS().RestoreTables(m.Context(), snapshotID, matrixDWSRestore)
	}
	if err != nil {
		m.Fatal(err)
	}
	closeIdle(m.T, c)
	return id
}

func closeIdle(t *testing.T, c *Client) {
	t.Helper()
	for _, transport := range c.transports() {
		transport.CloseIdleConnections()
	}
}
