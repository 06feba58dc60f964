// SPDX-License-Identifier: MPL-2.0

package client

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The replies are those of the services' pages, and what else has been seen of them.
func TestJobs(t *testing.T) {
	created := time.Date(2018, 8, 6, 10, 41, 14, 0, time.UTC)
	tests := map[string]struct {
		call  func(*Client) (Job, error)
		reply string
		want  Job
	}{
		"RDS, running": {
			func(c *Client) (Job, error) { return c.RDS().Job(t.Context(), jobID) },
			`{"job":{"id":"31b8ae23-c687-4d80-b7b4-42a66c9bb886","name":"RestorePGTable","status":"Running","created":"2018-08-06T10:41:14+0000","process":"60%","instance":{"id":"` + rdsID + `","name":"DO-NOT-TOUCH"},"entities":{}}}`,
			Job{
				ID:         "31b8ae23-c687-4d80-b7b4-42a66c9bb886",
				Name:       "RestorePGTable",
				InstanceID: rdsID,
				Status:     JobRunning,
				Progress:   "60%",
				Created:    created,
			},
		},
		"RDS, completed": {
			func(c *Client) (Job, error) { return c.RDS().Job(t.Context(), jobID) },
			`{"job":{"id":"a","name":"n","status":"Completed","created":"2018-08-06T18:41:14+0800","ended":"2018-08-06T19:00:00+0800","process":"","instance":{"id":"i"},"fail_reason":null}}`,
			Job{
				ID:         "a",
				Name:       "n",
				InstanceID: "i",
				Status:     JobCompleted,
				Created:    created,
				Ended:      time.Date(2018, 8, 6, 11, 0, 0, 0, time.UTC),
			},
		},
		"RDS, failed, progress without a sign": {
			func(c *Client) (Job, error) { return c.RDS().Job(t.Context(), jobID) },
			`{"job":{"id":"a","status":"Failed","created":"2018-08-06T10:41:14+0000","process":50,"fail_reason":"no space left"}}`,
			Job{ID: "a", Status: JobFailed, Created: created, Progress: "50%", Reason: "no space left"},
		},
		"DDS, running, yet with an end": {
			func(c *Client) (Job, error) { return c.DDS().Job(t.Context(), jobID) },
			`{"job":{"id":"a","name":"MongodbRestoreTable","status":"Running","created":"2018-08-06T10:41:14+0000","ended":"2018-08-06T10:41:14+0000","progress":"9%","instance":{"id":"` + ddsID + `","name":"x"},"fail_reason":null}}`,
			Job{
				ID:         "a",
				Name:       "MongodbRestoreTable",
				InstanceID: ddsID,
				Status:     JobRunning,
				Progress:   "9%",
				Created:    created,
				Ended:      created,
			},
		},
		"DWS, running": {
			func(c *Client) (Job, error) { return c.DWS().Job(t.Context(), "2c90") },
			`{"job_id":"2c90","job_name":"restoreTable","begin_time":"2018-08-06T10:41:14","end_time":"","status":"RUNNING","failed_code":null,"failed_detail":null,"progress":"9%"}`,
			Job{ID: "2c90", Name: "restoreTable", Status: JobRunning, Progress: "9%", Created: created, NoZone: true},
		},
		"DWS, failed": {
			func(c *Client) (Job, error) { return c.DWS().Job(t.Context(), "2c90") },
			`{"job_id":"2c90","status":"FAIL","begin_time":"2018-08-06T10:41:14","end_time":"2018-08-06T10:42:14","failed_code":"RestoreTask-fail:DWS.5174","failed_detail":"The table does not exist."}`,
			Job{
				ID:      "2c90",
				Status:  JobFailed,
				Reason:  "RestoreTask-fail:DWS.5174: The table does not exist.",
				Created: created,
				Ended:   created.Add(time.Minute),
				NoZone:  true,
			},
		},
		"DWS, only a code": {
			func(c *Client) (Job, error) { return c.DWS().Job(t.Context(), "2c90") },
			`{"job_id":"2c90","status":"STOP","failed_code":"DWS.1"}`,
			Job{ID: "2c90", Status: JobFailed, Reason: "DWS.1"},
		},
		"DWS, only a detail": {
			func(c *Client) (Job, error) { return c.DWS().Job(t.Context(), "2c90") },
			`{"job_id":"2c90","status":"FAIL","failed_detail":"out of luck"}`,
			Job{ID: "2c90", Status: JobFailed, Reason: "out of luck"},
		},
		"no id, and a date that is none": {
			func(c *Client) (Job, error) { return c.RDS().Job(t.Context(), jobID) },
			`{"job":{"status":"Running","created":"yesterday"}}`,
			Job{ID: jobID, Status: JobRunning},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := newTestServer(t, answerWith(200, test.reply))
			got, err := test.call(newTestClient(t, server.URL, newFakeClock()))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestJobRequests(t *testing.T) {
	server := newTestServer(t, answerWith(200, goodReply))
	c := newTestClient(t, server.URL, newFakeClock())
	for _, job := range []func() (Job, error){
		func() (Job, error) { return c.RDS().Job(t.Context(), jobID) },
		func() (Job, error) { return c.DDS().Job(t.Context(), jobID) },
		func() (Job, error) { return c.DWS().Job(t.Context(), jobID) },
	} {
		if _, err := job(); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, r := range server.got() {
		got = append(got, r.Method+" "+r.Path+"?"+r.Query+" "+r.Body)
	}
	want := []string{
		"GET /v3/" + testProject + "/jobs?id=" + jobID + " ",
		"GET /v3/" + testProject + "/jobs?id=" + jobID + " ",
		"GET /v1.0/" + testProject + "/job/" + jobID + "? ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestJobStatus(t *testing.T) {
	tests := map[JobStatus][]string{
		JobRunning:   {"Running", "RUNNING", "INIT", "WAITING", "DELAY_SCHEDULED", "", "ROLLBACK_RUNNING", "Pending"},
		JobCompleted: {"Completed", "COMPLETED", "Complete", "complete", "SUCCESS", "success", " Completed "},
		JobFailed:    {"Failed", "FAILED", "FAIL", "fail", "STOP", "ERROR", "ROLLBACK_SUCCESS", "ROLLBACK_FAIL"},
	}
	for want, words := range tests {
		for _, word := range words {
			if got, known := jobStatus(word); got != want || !known {
				t.Errorf("%q: %s, known %t, want %s", word, got, known, want)
			}
		}
	}
	for _, word := range []string{"Suspended", "Terminated", "QUIESCED"} {
		if got, known := jobStatus(word); got != JobRunning || known {
			t.Errorf("%q: %s, known %t", word, got, known)
		}
	}
}

// TestUnknownStatus reads jobs whose status is no known word. They have ended if the service tells an end that has been.
func TestUnknownStatus(t *testing.T) {
	const begun = `"created":"2024-03-01T11:00:00+0000"`
	for reply, want := range map[string]struct {
		status  JobStatus
		reason  string
		unknown string
	}{
		`{"id":"j","status":"QUIESCED",` + begun + `}`:                                                                        {JobRunning, "", "QUIESCED"},
		`{"id":"j","status":"QUIESCED",` + begun + `,"ended":"2024-03-01T11:30:00+0000"}`:                                     {JobFailed, `(status "QUIESCED")`, "QUIESCED"},
		`{"id":"j","status":"Canceled",` + begun + `,"ended":"2024-03-01T11:30:00+0000","fail_reason":"by hand"}`:             {JobFailed, `by hand (status "Canceled")`, "Canceled"},
		`{"id":"j","status":"Paused",` + begun + `,"ended":"2024-03-01T11:00:00+0000"}`:                                       {JobRunning, "", "Paused"},
		`{"id":"j","status":"Paused",` + begun + `,"ended":"2024-03-01T12:30:00+0000"}`:                                       {JobRunning, "", "Paused"},
		`{"id":"j","status":"Running",` + begun + `,"ended":"2024-03-01T11:30:00+0000"}`:                                      {JobRunning, "", ""},
		`{"job_id":"j","status":"TERMINATED","begin_time":"2024-03-01T19:00:00","end_time":"2024-03-01T19:30:00"}`:            {JobFailed, `(status "TERMINATED")`, "TERMINATED"},
		`{"id":"j","status":"ROLLBACK_SUCCESS","action_name":"FINE_GRAINED_RESTORING","submit_time":"2024-03-01 11:00:00.0"}`: {JobFailed, `(status "ROLLBACK_SUCCESS")`, ""},
	} {
		var record jobRecord
		if err := json.Unmarshal([]byte(reply), &record); err != nil {
			t.Fatal(err)
		}
		job := record.job(noon)
		if job.Status != want.status || job.Reason != want.reason || job.UnknownStatus != want.unknown {
			t.Errorf("%s: %+v, want %+v", reply, job, want)
		}
	}
}

func TestParseTime(t *testing.T) {
	at := time.Date(2025, 5, 19, 9, 5, 10, 0, time.UTC)
	for written, want := range map[string]time.Time{
		"2025-05-19T09:05:10+0000":       at,
		"2025-05-19T17:05:10+0800":       at,
		"2025-05-19T17:05:10+08:00":      at,
		"2025-05-19T05:35:10-0330":       at,
		"2025-05-19T09:05:10Z":           at,
		"2025-05-19T09:05:10":            at,
		"2025-05-19 09:05:10":            at,
		"2025-05-19 09:05:10.0":          at,
		"2025-05-19T09:05:10.250+0000":   at.Add(250 * time.Millisecond),
		"2025-05-19T09:05:10.250000001Z": at.Add(250*time.Millisecond + 1),
		" 2025-05-19T09:05:10Z ":         at,
		"1747645510000":                  at,
	} {
		got, err := parseTime(written)
		if err != nil || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%q: %s, %v; want %s", written, got, err, want)
		}
	}
	for _, written := range []string{"", "now", "2025-05-19", "2025-13-19T09:05:10Z", "09:05:10"} {
		if got, err := parseTime(written); err == nil {
			t.Errorf("%q: %s, want an error", written, got)
		}
	}
}

func FuzzJobRecord(f *testing.F) {
	f.Add([]byte(`{"id":"a","status":"Running","process":60,"created":"2018-08-06T10:41:14+0000"}`))
	f.Add([]byte(`{"job_id":1,"status":"FAIL","failed_code":"x","end_time":1533552074000}`))
	f.Add([]byte(`{"created":"-999999-01-01T00:00:00Z","instance":{"id":null}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var record jobRecord
		if json.Unmarshal(data, &record) != nil {
			return
		}
		job := record.job(noon)
		if job.Status != JobRunning && job.Status != JobCompleted && job.Status != JobFailed {
			t.Errorf("status %q of %s", job.Status, data)
		}
	})
}
