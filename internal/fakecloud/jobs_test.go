// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"context"
	"errors"
	"regexp"
	"testing"
	"time"
)

func (c *testCloud) rdsJob(id string) any {
	c.t.Helper()
	return c.must(RDS, "GET", "/v3/"+DefaultProjectID+"/jobs?id="+id, "")["job"]
}

func (c *testCloud) ddsJob(id string) any {
	c.t.Helper()
	return c.must(DDS, "GET", "/v3/"+DefaultProjectID+"/jobs?id="+id, "")["job"]
}

func (c *testCloud) dwsJob(id string) any {
	c.t.Helper()
	return c.must(DWS, "GET", "/v1.0/"+DefaultProjectID+"/job/"+id, "")
}

func (c *testCloud) change(id, action, reason string) {
	c.t.Helper()
	if err := c.Change(id, JobChange{action, reason}); err != nil {
		c.t.Fatal(err)
	}
}

func TestRDSJob(t *testing.T) {
	c := start(t, Options{JobDuration: 10 * time.Minute})
	id := c.restore(RDS)
	status := func() any {
		return dig(c.must(RDS, "GET", "/v3/"+DefaultProjectID+"/instances?id="+rdsID, ""), "instances", 0, "status")
	}
	c.clock.advance(6 * time.Minute)
	wantEqual(t, "running", c.rdsJob(id), any(map[string]any{
		"id": id, "name": RDSRestoreJob, "status": "Running", "created": "2026-01-15T12:00:00+0000", "process": "60%",
		"instance": map[string]any{"id": rdsID, "name": "orders-db"}, "entities": map[string]any{},
	}))
	wantEqual(t, "instance status", status(), any("RESTORING"))
	c.clock.advance(4 * time.Minute)
	wantEqual(t, "completed", c.rdsJob(id), any(map[string]any{
		"id": id, "name": RDSRestoreJob, "status": "Completed", "created": "2026-01-15T12:00:00+0000",
		"ended":   "2026-01-15T12:10:00+0000",
		"process": "", "instance": map[string]any{"id": rdsID, "name": "orders-db"}, "entities": map[string]any{},
	}))
	wantEqual(t, "instance status", status(), any("ACTIVE"))
	if j, _ := c.Job(id); j.Polls != 2 {
		t.Errorf("%d polls counted, want 2", j.Polls)
	}
}

func TestDDSJob(t *testing.T) {
	c := start(t, Options{JobDuration: 10 * time.Minute})
	id := c.restore(DDS)
	actions := func() any {
		return dig(c.must(DDS, "GET", "/v3/"+DefaultProjectID+"/instances?id="+ddsID, ""), "instances", 0, "actions")
	}
	c.clock.advance(54 * time.Second)
	wantEqual(t, "running", c.ddsJob(id), any(map[string]any{
		"id": id, "name": "MongodbRestoreTable", "status": "Running", "created": "2026-01-15T12:00:00+0000",
		"ended":    "2026-01-15T12:10:00+0000",
		"progress": "9%", "instance": map[string]any{"id": ddsID, "name": "sessions"}, "fail_reason": nil,
	}))
	wantEqual(t, "actions", actions(), any([]any{"RESTORE_TABLE"}))
	c.change(id, "fail", "the disk is full")
	wantEqual(t, "failed", c.ddsJob(id), any(map[string]any{
		"id": id, "name": "MongodbRestoreTable", "status": "Failed", "created": "2026-01-15T12:00:00+0000",
		"ended":    "2026-01-15T12:00:54+0000",
		"progress": "", "instance": map[string]any{"id": ddsID, "name": "sessions"}, "fail_reason": "the disk is full",
	}))
	wantEqual(t, "actions", actions(), any([]any{}))
}

func TestDWSJob(t *testing.T) {
	c := start(t, Options{JobDuration: 10 * time.Minute})
	id := c.restore(DWS)
	view := func(status, progress string, end, code, detail any) any {
		return map[string]any{
			"job_id": id, "job_name": DWSRestoreJob, "status": status, "progress": progress,
			"begin_time": "2026-01-15T12:00:00",
			"end_time":   end, "failed_code": code, "failed_detail": detail,
		}
	}
	cluster := func() any { return c.must(DWS, "GET", "/v1.0/"+DefaultProjectID+"/clusters/"+clusterID, "")["cluster"] }
	wantEqual(t, "at the start", c.dwsJob(id), view("INIT", "0%", nil, nil, nil))
	c.clock.advance(3 * time.Minute)
	wantEqual(t, "running", c.dwsJob(id), view("RUNNING", "30%", nil, nil, nil))
	wantEqual(t, "task status", dig(cluster(), "task_status"), any("FINE_GRAINED_RESTORING"))
	wantEqual(t, "progress", dig(cluster(), "action_progress"), any(map[string]any{"FINE_GRAINED_RESTORING": "30%"}))
	c.clock.advance(7 * time.Minute)
	wantEqual(t, "done", c.dwsJob(id), view("SUCCESS", "100%", "2026-01-15T12:10:00", nil, nil))
	wantEqual(t, "task status", dig(cluster(), "task_status"), any(""))

	id = c.restore(DWS)
	c.change(id, "fail", "a node went away")
	got := c.dwsJob(id)
	if dig(got, "status") != "FAIL" || dig(got, "failed_code") != "FineGrainedRestoreTask-fail:DWS.9999" ||
		dig(got, "failed_detail") != "DWS.9999:a node went away" {
		t.Errorf("failed: %v", got)
	}
}

func TestDWSActions(t *testing.T) {
	action := func(c *testCloud, name string) any {
		return c.must(DWS, "GET", "/v1/"+DefaultProjectID+"/clusters/"+clusterID+"/actions/"+name, "")
	}
	world := DefaultWorld()
	world.DWSActionIDIsJobID = true
	c := start(t, Options{World: world})
	if got := action(c, "FINE_GRAINED_RESTORING"); dig(got, "id") != nil || dig(got, "status") != nil {
		t.Errorf("without a restore: %v", got)
	}
	first := c.restore(DWS)
	running := action(c, "FINE_GRAINED_RESTORING")
	for field, want := range map[string]any{"id": first, "status": "RUNNING", "cluster_name": "dws-1",
		"submit_time": "2026-01-15 12:00:00.0"} {
		if got := dig(running, field); got != want {
			t.Errorf("running: %s = %v, want %v", field, got, want)
		}
	}
	c.clock.advance(time.Hour)
	second := c.restore(DWS)
	c.change(second, "fail", "broken")
	if got := action(c, "FINE_GRAINED_RESTORING"); dig(got, "id") != first || dig(got, "status") != "SUCCESS" {
		t.Errorf("last successful restore: %v", got)
	}
	if got := action(c, "FINE_GRAINED_RESTORING_FAILED"); dig(got, "id") != second || dig(got, "status") != "FAILED" {
		t.Errorf("last failed restore: %v", got)
	}
}

// TestDWSActionIDs has the id of an action be a random UUID, the same in every answer, and the id of no job.
func TestDWSActionIDs(t *testing.T) {
	c := start(t, Options{})
	c.restore(DWS)
	id := c.dwsActionField("FINE_GRAINED_RESTORING", "id")
	uuid, _ := id.(string)
	if !regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString(uuid) {
		t.Errorf("the action has the id %v, want a UUID", id)
	}
	if again := c.dwsActionField("FINE_GRAINED_RESTORING", "id"); again != id {
		t.Errorf("the action has the id %v, and then %v", id, again)
	}
	if got := c.do(DWS, "GET", "/v1.0/"+DefaultProjectID+"/job/"+uuid, ""); got.status != 404 {
		t.Errorf("a job has the id of the action: %d %s", got.status, got.raw)
	}
}

// TestDWSActionsRolledBack has the three statuses of a restore that is undone.
func TestDWSActionsRolledBack(t *testing.T) {
	for _, test := range []struct{ end, want string }{{"release", "ROLLBACK_SUCCESS"}, {"fail", "ROLLBACK_FAIL"}} {
		c := start(t, Options{JobDuration: time.Minute})
		id := c.restore(DWS)
		c.change(id, "roll-back", "no space")
		if got := c.dwsActionField("FINE_GRAINED_RESTORING", "status"); got != "ROLLBACK_RUNNING" {
			t.Errorf("while it is undone: %v", got)
		}
		if test.end == "fail" {
			c.change(id, "fail", "a node went away")
		}
		c.clock.advance(time.Minute)
		if got := c.dwsActionField("FINE_GRAINED_RESTORING_FAILED", "status"); got != test.want {
			t.Errorf("afterwards: %v, want %s", got, test.want)
		}
		if got := c.dwsJob(id); dig(got, "status") != "FAIL" {
			t.Errorf("the job afterwards: %v", got)
		}
	}
}

func (c *testCloud) dwsActionField(name, field string) any {
	c.t.Helper()
	return c.must(DWS, "GET", "/v1/"+DefaultProjectID+"/clusters/"+clusterID+"/actions/"+name, "")[field]
}

func TestChanges(t *testing.T) {
	c := start(t, Options{JobDuration: time.Minute})
	state := func(id string) Job { j, _ := c.Job(id); return j }

	held := c.restore(RDS)
	c.change(held, "hold", "")
	c.clock.advance(time.Hour)
	if j := state(held); j.Status != Running || !j.Held {
		t.Fatalf("held: %+v", j)
	}
	if got := dig(c.rdsJob(held), "process"); got != "99%" {
		t.Errorf("held: process %v", got)
	}
	c.change(held, "release", "")
	if j := state(held); j.Status != Completed || j.Held || !j.Ended.Equal(c.clock.Now()) {
		t.Errorf("released: %+v", j)
	}

	finished := c.restore(DDS)
	c.change(finished, "finish", "")
	if j := state(finished); j.Status != Completed || !j.Ended.Equal(c.clock.Now()) {
		t.Errorf("finished: %+v", j)
	}
	c.change(finished, "fail", "too late")
	if j := state(finished); j.Status != Completed {
		t.Errorf("failed after its end: %+v", j)
	}

	c.change("next", "fail", "planned")
	failing := c.restore(DWS)
	if j := state(failing); j.Status != Running {
		t.Errorf("before the planned failure: %+v", j)
	}
	c.clock.advance(time.Minute)
	if j := state(failing); j.Status != Failed || j.Reason != "planned" {
		t.Errorf("after the planned failure: %+v", j)
	}

	c.change("next", "hold", "")
	a, b := c.occupy(RDS, rdsID, "Restore"), c.occupy(DDS, ddsID, "Restore")
	if !state(a).Held || state(b).Held {
		t.Error("the hold did not apply to exactly the next job")
	}
	c.change("*", "fail", "")
	if state(a).Status != Failed || state(b).Status != Failed || state(a).Reason == "" {
		t.Errorf("all failed: %+v %+v", state(a), state(b))
	}
	if err := c.Change("nope", JobChange{Action: "finish"}); err == nil {
		t.Error("a change of an unknown job was accepted")
	}
	if err := c.Change("*", JobChange{Action: "explode"}); err == nil {
		t.Error("an unknown action was accepted")
	}
	if _, err := c.Occupy(RDS, "nope", "x"); err == nil {
		t.Error("an unknown instance was occupied")
	}
}

func TestRecordsExpire(t *testing.T) {
	c := start(t, Options{})
	rds, dds, dws := c.restore(RDS), c.restore(DDS), c.restore(DWS)
	c.change(rds, "expire", "")
	gone := func() map[string]int {
		v3 := "/v3/" + DefaultProjectID
		return map[string]int{
			"rds": c.do(RDS, "GET", v3+"/jobs?id="+rds, "").status,
			"dds": c.do(DDS, "GET", v3+"/jobs?id="+dds, "").status,
			"dws": c.do(DWS, "GET", "/v1.0/"+DefaultProjectID+"/job/"+dws, "").status,
		}
	}
	wantEqual(t, "expired", gone(), map[string]int{"rds": 400, "dds": 200, "dws": 200})
	if j, found := c.Job(rds); !found || !j.Expired {
		t.Errorf("an expired job: %+v", j)
	}
	c.clock.advance(30*24*time.Hour + time.Second)
	wantEqual(t, "after a month", gone(), map[string]int{"rds": 400, "dds": 400, "dws": 200})
	if j, _ := c.Job(rds); j.Status != Completed {
		t.Errorf("the work of an expired job: %+v", j)
	}
	c.change(dws, "expire", "")
	wantEqual(t, "expired", gone(), map[string]int{"rds": 400, "dds": 400, "dws": 404})
}

func TestOccupyShowsAsWhatItIs(t *testing.T) {
	c := start(t, Options{})
	v3 := "/v3/" + DefaultProjectID
	for name, want := range map[string]string{"RestoreSomething": "RESTORING", "ManualBackup": "BACKING UP",
		"ResizeFlavor": "MODIFYING"} {
		id := c.occupy(RDS, rdsID, name)
		wantEqual(t, name, dig(c.must(RDS, "GET", v3+"/instances?id="+rdsID, ""), "instances", 0, "status"), any(want))
		c.change(id, "finish", "")
	}
	for name, want := range map[string]string{"MongodbRestoreTable": "RESTORE_TABLE", "Resize": "RESIZE_FLAVOR"} {
		id := c.occupy(DDS, ddsID, name)
		wantEqual(t, name, dig(c.must(DDS, "GET", v3+"/instances?id="+ddsID, ""), "instances", 0, "actions"),
			any([]any{want}))
		c.change(id, "finish", "")
	}
	for name, want := range map[string]string{"Restore": "FINE_GRAINED_RESTORING", "Backup": "SNAPSHOTTING"} {
		id := c.occupy(DWS, clusterID, name)
		wantEqual(t, name, dig(c.must(DWS, "GET", "/v1.0/"+DefaultProjectID+"/clusters/"+clusterID, ""), "cluster",
			"task_status"), any(want))
		c.change(id, "finish", "")
	}
	if len(c.Restores()) != 0 {
		t.Error("Restores lists an operation of another user")
	}
}

func TestWaitFor(t *testing.T) {
	c := start(t, Options{})
	ctx, cancel := context.WithCancelCause(t.Context())
	waited := make(chan error)
	go func() { waited <- c.WaitFor(ctx, func() bool { return len(c.Restores()) == 1 }) }()
	c.restore(RDS)
	if err := <-waited; err != nil {
		t.Errorf("WaitFor after a restore: %v", err)
	}
	id := c.Restores()[0].JobID
	go func() { waited <- c.WaitFor(ctx, func() bool { j, _ := c.Job(id); return j.Polls >= 3 }) }()
	for range 3 {
		c.rdsJob(id)
	}
	if err := <-waited; err != nil {
		t.Errorf("WaitFor after three polls: %v", err)
	}
	enough := errors.New("enough")
	go func() { waited <- c.WaitFor(ctx, func() bool { return false }) }()
	cancel(enough)
	if err := <-waited; !errors.Is(err, enough) {
		t.Errorf("WaitFor after a cancel: %v", err)
	}
}
