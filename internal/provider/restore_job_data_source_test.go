// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"testing"
	"time"

	"terraform-provider-x/internal/fakecloud"
)

// TestRestoreJobDataSource reads jobs that nobody in this configuration started, while they run and after they have
// ended.
func TestRestoreJobDataSource(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	target := map[string]string{fakecloud.RDS: ordersDB, fakecloud.DDS: sessionsDB,
		fakecloud.DWS: "7d85f602-a948-4a30-afd4-e84f47471c15"}
	jobs := map[string]fakecloud.Job{}
	config := ""
	for service, id := range target {
		jobID, err := env.cloud.Occupy(service, id, "RestoreSomething")
		if err != nil {
			t.Fatal(err)
		}
		env.change(jobID, "hold", "")
		jobs[service], _ = env.cloud.Job(jobID)
		config += fmt.Sprintf("data \"x_restore_job\" %[1]q {\n  service = %[1]q\n  job_id  = %[2]q\n}\n", service, jobID)
	}
	env.configure(config)
	expect := func(service string, more object) {
		t.Helper()
		job, _ := env.cloud.Job(jobs[service].ID)
		created := job.Created.UTC().Truncate(time.Second).Format(time.RFC3339)
		want := object{
			"region": "eu-west-101", "service": service, "job_id": job.ID, "name": "RestoreSomething",
			"instance_id": target[service], "status": job.Status,
			"created_at": created, "created_at_ms": milliseconds(created), "ended_at": nil, "ended_at_ms": nil, "reason": nil,
			"progress": nil,
		}
		if service == fakecloud.DWS {
			want["instance_id"] = nil
		}
		if !job.Ended.IsZero() {
			want["ended_at"] = job.Ended.UTC().Truncate(time.Second).Format(time.RFC3339)
			want["ended_at_ms"] = milliseconds(fmt.Sprint(want["ended_at"]))
		}
		env.expectValues(map[string]object{"data.x_restore_job." + service: joinedObjects(want, more)})
	}
	env.mustApply()
	for service := range target {
		progress := env.stored("data.x_restore_job." + service).Values["progress"]
		if text := fmt.Sprint(progress); len(text) < 2 || text[len(text)-1] != '%' {
			t.Errorf("the progress in %s is %s", service, text)
		}
		expect(service, object{"status": "Running", "progress": progress})
	}
	env.change(jobs[fakecloud.RDS].ID, "finish", "")
	env.change(jobs[fakecloud.DDS].ID, "fail", "no space left")
	env.change(jobs[fakecloud.DWS].ID, "fail", "no space left")
	env.mustApply()
	expect(fakecloud.RDS, object{"status": "Completed"})
	expect(fakecloud.DDS, object{"status": "Failed", "reason": "no space left"})
	expect(fakecloud.DWS,
		object{"status": "Failed", "reason": "FineGrainedRestoreTask-fail:DWS.9999: DWS.9999:no space left",
			"progress": "100%"})
}
