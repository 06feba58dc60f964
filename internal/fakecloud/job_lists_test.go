// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"strings"
	"testing"
	"time"
)

func TestJobsAppearLate(t *testing.T) {
	c := start(t, Options{JobVisibleAfter: 5 * time.Second, JobDuration: time.Minute})
	rds, dds, dws := c.restore(RDS), c.restore(DDS), c.restore(DWS)
	v3 := "/v3/" + DefaultProjectID
	c.clock.advance(5*time.Second - time.Millisecond)
	for name, got := range map[string]answer{
		"rds": c.do(RDS, "GET", v3+"/jobs?id="+rds, ""), "dds": c.do(DDS, "GET", v3+"/jobs?id="+dds, ""),
		"dws": c.do(DWS, "GET", "/v1.0/"+DefaultProjectID+"/job/"+dws, ""),
	} {
		if got.status == 200 {
			t.Errorf("%s shows the job too early: %s", name, got.raw)
		}
	}
	if got := c.must(RDS, "GET", v3+"/tasklist", ""); got["total_count"] != 0.0 {
		t.Errorf("the task list shows the job too early: %v", got)
	}
	c.clock.advance(time.Millisecond)
	c.rdsJob(rds)
	c.ddsJob(dds)
	c.dwsJob(dws)
}

func TestRDSTaskList(t *testing.T) {
	world := DefaultWorld()
	world.RDSRequestsPerMinute = -1
	c := start(t, Options{World: world, JobDuration: 10 * time.Minute})
	backup := c.occupy(RDS, rdsID, "ManualBackup")
	c.clock.advance(time.Hour)
	restore := c.restore(RDS)
	c.clock.advance(time.Minute)
	list := "/v3/" + DefaultProjectID + "/tasklist"
	all := c.must(RDS, "GET", list+"?instance_id="+rdsID, "")
	wantEqual(t, "names", all["actions"], any([]any{RDSRestoreJob, "ManualBackup"}))
	wantEqual(t, "newest", dig(all, "tasks", 0), any(map[string]any{
		"id": restore, "name": RDSRestoreJob, "instance_id": rdsID, "instance_name": "orders-db",
		"instance_status": "RESTORING", "order_id": "", "process": "10", "fail_reason": "", "status": "Running",
		"create_time": "2026-01-15T13:00:00+0000", "end_time": "2026-01-15T13:10:00+0000", // planned
	}))
	if got := dig(all, "tasks", 1, "id"); got != backup {
		t.Errorf("oldest %v, want %s", got, backup)
	}
	now := c.clock.Now()
	for query, want := range map[string]float64{
		"?status=Running": 1, "?status=Completed": 1, "?status=Failed": 0, "?name=ManualBackup": 1, "?id=" + restore: 1,
		"?instance_id=5f1e6c1d0a8b4d6c9e2b7a3f4c5d6e7fin03":                                                   0,
		"?start_time=" + milliseconds(now.Add(-2*time.Minute)) + "&end_time=" + milliseconds(now):             1,
		"?start_time=" + milliseconds(now.Add(-2*time.Hour)) + "&end_time=" + milliseconds(now):               2,
		"?start_time=" + milliseconds(now) + "&end_time=" + milliseconds(now.Add(time.Hour)):                  0,
		"?start_time=" + milliseconds(now.Add(-time.Minute)) + "&end_time=" + milliseconds(now) + "&limit=50": 1,
	} {
		if got := c.must(RDS, "GET", list+query, ""); got["total_count"] != want ||
			float64(len(got["tasks"].([]any))) != want {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	if got := c.must(RDS, "GET", list+"?limit=1&offset=1", ""); dig(got, "tasks", 0, "id") != backup ||
		got["total_count"] != 2.0 {
		t.Errorf("second page: %v", got)
	}
	for range 12 {
		c.occupy(RDS, rdsID, "x")
	}
	if got := len(c.must(RDS, "GET", list, "")["tasks"].([]any)); got != 10 {
		t.Errorf("%d tasks without a limit, want 10", got)
	}
}

func TestDDSJobList(t *testing.T) {
	c := start(t, Options{JobDuration: 10 * time.Minute})
	first := c.restore(DDS)
	c.clock.advance(time.Hour)
	c.change("next", "fail", "broken")
	again := replace(t, ddsBody, "test2", "test3")
	second, _ := c.must(DDS, "POST", ddsRestorePath, again)["job_id"].(string)
	c.clock.advance(time.Hour)
	list := "/v3.1/" + DefaultProjectID +
		"/jobs?start_time=2026-01-15T12:00:00%2B0000&end_time=2026-01-15T14:00:00%2B0000"
	got := c.must(DDS, "GET", list, "")
	if _, counted := got["total_count"]; counted {
		t.Error("total_count is returned; the service documents it but omits it")
	}
	wantEqual(t, "jobs", got["jobs"], any([]any{
		map[string]any{
			"id": second, "name": "MongodbRestoreTable", "instance_id": ddsID, "instance_name": "sessions",
			"status": "Failed", "progress": "",
			"fail_reason": "broken", "created_at": "2026-01-15T13:00:00+0000", "ended_at": "2026-01-15T13:10:00+0000",
		},
		map[string]any{
			"id": first, "name": "MongodbRestoreTable", "instance_id": ddsID, "instance_name": "sessions",
			"status": "Completed", "progress": "",
			"fail_reason": nil, "created_at": "2026-01-15T12:00:00+0000", "ended_at": "2026-01-15T12:10:00+0000",
		},
	}))
	for query, want := range map[string]int{"&status=Failed": 1, "&name=MongodbRestoreTable": 2, "&name=x": 0,
		"&limit=1": 1, "&limit=1&offset=2": 0} {
		if n := len(c.must(DDS, "GET", list+query, "")["jobs"].([]any)); n != want {
			t.Errorf("%s: %d jobs, want %d", query, n, want)
		}
	}
	elsewhere := strings.NewReplacer("T12:00:00%2B0000", "T20:00:00%2B0800", "T14:00:00%2B0000", "T09:00:00-0500").
		Replace(list)
	if n := len(c.must(DDS, "GET", elsewhere, "")["jobs"].([]any)); n != 2 {
		t.Errorf("%d jobs with times in other zones, want 2", n)
	}
	later := strings.Replace(list, "T12:00:00", "T12:00:01", 1)
	if n := len(c.must(DDS, "GET", later, "")["jobs"].([]any)); n != 1 {
		t.Errorf("%d jobs since a second after the first, want 1", n)
	}
}
