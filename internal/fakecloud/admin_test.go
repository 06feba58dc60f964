// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"encoding/json"
	"testing"
	"time"
)

func (c *testCloud) admin(method, path, body string) answer {
	c.t.Helper()
	return c.send(c.request("admin", method, path, body))
}

func TestAdmin(t *testing.T) {
	c := start(t, Options{})
	if got := c.admin("GET", "/issued", ""); got.raw != "[]\n" {
		t.Errorf("issued at the start: %s", got.raw)
	}
	if got := c.admin("GET", "/restores", ""); got.raw != "[]\n" {
		t.Errorf("restores at the start: %s", got.raw)
	}
	if got := c.admin("POST", "/jobs/next", `{"action":"hold"}`); got.status != 200 {
		t.Fatalf("holding the next job: %s", got.raw)
	}
	id := c.restore(RDS)

	var restores []Restore
	if err := json.Unmarshal([]byte(c.admin("GET", "/restores", "").raw), &restores); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "restores", restores, []Restore{{RDS, rdsID, id, c.clock.Now(), []byte(rdsBody)}})
	wantEqual(t, "requests", c.admin("GET", "/requests", "").body,
		map[string]any{"rds": map[string]any{"RestoreTables": 1.0}})

	jobs := func() []Job {
		var list []Job
		if err := json.Unmarshal([]byte(c.admin("GET", "/jobs", "").raw), &list); err != nil {
			t.Fatal(err)
		}
		return list
	}
	c.clock.advance(time.Hour)
	wantEqual(t, "jobs", jobs(), []Job{{ID: id, Service: RDS, Name: RDSRestoreJob, TargetID: rdsID, Status: Running,
		Created: c.clock.Now().Add(-time.Hour), Held: true}})
	if got := c.admin("POST", "/jobs/"+id, `{"action":"fail","reason":"because"}`); got.status != 200 {
		t.Errorf("failing the job: %s", got.raw)
	}
	if j := jobs()[0]; j.Status != Failed || j.Reason != "because" {
		t.Errorf("failed job: %+v", j)
	}
	occupied := c.admin("POST", "/jobs", `{"service":"dds","target_id":"`+ddsID+`","name":"MongodbRestoreTable"}`)
	if list := jobs(); len(list) != 2 || occupied.body["job_id"] != list[1].ID {
		t.Errorf("Occupy answered %s, jobs %+v", occupied.raw, list)
	}

	token := c.login(byName, DefaultPassword, inScope).header.Get("X-Subject-Token")
	var logins []Login
	if err := json.Unmarshal([]byte(c.admin("GET", "/logins", "").raw), &logins); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "logins", logins, []Login{{"demo", DefaultProjectID, c.clock.Now(), true}})
	key := c.key(c.do(IAM, "POST", keysPath, tokenBody("")))
	var issued []Issue
	if err := json.Unmarshal([]byte(c.admin("GET", "/issued", "").raw), &issued); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "issued", issued, []Issue{{"token", "demo", "", 900, c.clock.Now()}})
	c.admin("DELETE", "/tokens", "")
	if got := c.withKey(key, RDS, "GET", jobsPath, ""); got.status != 401 {
		t.Errorf("revoked key: %d %s", got.status, got.raw)
	}
	if status := c.withToken(token, DefaultProjectID); status != 401 {
		t.Errorf("revoked token: %d", status)
	}

	if got := c.admin("POST", "/faults",
		`{"service":"dds","operation":"ListInstances","kind":"status","status":418,"times":-1}`); got.status != 200 {
		t.Errorf("planting a fault: %s", got.raw)
	}
	instances := func() int { return c.do(DDS, "GET", "/v3/"+DefaultProjectID+"/instances", "").status }
	if got := instances(); got != 418 {
		t.Errorf("with the fault: %d", got)
	}
	c.admin("DELETE", "/faults", "")
	if got := instances(); got != 200 {
		t.Errorf("without the fault: %d", got)
	}
}

func TestAdminRejects(t *testing.T) {
	c := start(t, Options{})
	for path, body := range map[string]string{
		"/jobs/nope": `{"action":"finish"}`, "/jobs/*": `{"action":"explode"}`, "/jobs/next": `{"actions":"hold"}`,
		"/jobs": `{"service":"rds","target_id":"nope","name":"x"}`, "/faults": `{"kind":"explode"}`,
	} {
		if got := c.admin("POST", path, body); got.status != 400 || got.body["error"] == "" {
			t.Errorf("%s %s: %d %s", path, body, got.status, got.raw)
		}
	}
}
