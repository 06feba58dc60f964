// SPDX-License-Identifier: MPL-2.0

package client_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/fakecloud"
)

const (
	ordersDB   = "df29b535eec64ee1b286bd2c62871a9cin03"
	sessionsDB = "9136fd2a9fcd405ea4674276ce36dae8in02"
	snapshot1  = "c719b1a7-c85c-4cb5-a721-7694908c2c11"
	cluster1   = "7d85f602-a948-4a30-afd4-e84f47471c15"
)

func start(t *testing.T, clock *client.TestClock, change ...func(*fakecloud.Options)) *fakecloud.Cloud {
	t.Helper()
	options := fakecloud.Options{Now: clock.Now, JobDuration: 5 * time.Minute}
	for _, f := range change {
		f(&options)
	}
	cloud, err := fakecloud.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cloud.Close() })
	return cloud
}

func connect(
	t *testing.T,
	cloud *fakecloud.Cloud,
	clock *client.TestClock,
	change ...func(*client.Config),
) *client.Client {
	t.Helper()
	a := cloud.Addresses()
	config := client.Config{
		Region: fakecloud.DefaultRegion, AccessKey: fakecloud.DefaultAccessKey, SecretKey: fakecloud.DefaultSecretKey,
		AuthURL: a.IAM + "/v3", Endpoints: map[string]string{"sts": a.STS, "metadata": a.Metadata, "rds": a.RDS, "dds": a.DDS, "dws": a.DWS},
		MaxRetries: 3, Clock: clock,
	}
	for _, f := range change {
		f(&config)
	}
	c, err := client.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Each way to sign in, each restore, from the lookup of the project to the end of the job.
func TestRestoreAgainstFakecloud(t *testing.T) {
	signIns := map[string]func(*client.Config){
		"keys": func(*client.Config) {},
		"temporary keys": func(config *client.Config) {
			config.AccessKey, config.SecretKey = fakecloud.TemporaryAccessKey, fakecloud.TemporarySecretKey
			config.SecurityToken = fakecloud.TemporarySecurityToken
		},
		"password": byPassword,
		"token": func(config *client.Config) {
			config.AccessKey, config.SecretKey, config.AuthToken = "", "", fakecloud.DefaultToken
		},
	}
	for signIn, change := range signIns {
		for service, restore := range restores {
			t.Run(service+" with "+signIn, func(t *testing.T) {
				clock := client.NewTestClock()
				cloud := start(t, clock, func(o *fakecloud.Options) { o.JobVisibleAfter = 20 * time.Second })
				c := connect(t, cloud, clock, change)

				submitted := clock.Now()
				id, err := restore.submit(t.Context(), c)
				if err != nil {
					t.Fatal(err)
				}
				accepted := cloud.Restores()
				if len(accepted) != 1 || accepted[0].JobID != id || accepted[0].TargetID != restore.target ||
					accepted[0].Service != service {
					t.Fatalf("job %s, and the cloud accepted %+v", id, accepted)
				}
				if _, err := restore.of(c).Job(t.Context(), id); !client.IsNotFound(err) {
					t.Errorf("a job not yet visible: %v", err)
				}

				var seen []client.JobStatus
				var listed []client.Job
				job, err := restore.of(c).WaitForJob(t.Context(), client.JobWait{
					JobID:     id,
					Submitted: submitted, Deadline: submitted.Add(time.Hour),
					Seen: func(job client.Job) {
						if len(seen) == 0 {
							listed, err = restore.list(t.Context(), c)
						}
						seen = append(seen, job.Status)
					},
				})
				if err != nil || job.Status != client.JobCompleted || job.ID != id {
					t.Errorf("the job ended as %+v, %v", job, err)
				}
				if took := job.Ended.Sub(job.Created); took != 5*time.Minute || job.Created.Location() != time.UTC {
					t.Errorf("it ran from %s to %s", job.Created, job.Ended)
				}
				if len(seen) < 5 || seen[0] != client.JobRunning || slices.Index(seen, client.JobCompleted) != len(seen)-1 {
					t.Errorf("seen %v", seen)
				}
				shown := id
				if service == "dws" {
					shown = "" // an action does not tell it
				}
				if !slices.ContainsFunc(listed, func(j client.Job) bool { return j.ID == shown && j.Status == client.JobRunning }) {
					t.Errorf("the list while it ran: %+v", listed)
				}
				once := map[string]int{"ListProjects": 1}
				if signIn == "password" { // its token says which project
					once = map[string]int{"CreateToken": 1}
				}
				if diff := cmp.Diff(once, cloud.Requests()["iam"]); diff != "" {
					t.Errorf("requests to IAM: -want +got\n%s", diff)
				}
				if got := cloud.Requests()[service]["Unknown"]; got != 0 {
					t.Errorf("%d requests went to no operation", got)
				}
			})
		}
	}
}

// The examples of the three pages, with what the parameter tables say of their types set aside.
func TestExamplesAgainstFakecloud(t *testing.T) {
	paths := map[string]string{
		"rds": "/v3/{project_id}/instances/batch/restore/tables",
		"dds": "/v3/{project_id}/instances/" + sessionsDB + "/restore/collections",
		"dws": "/v1/{project_id}/snapshots/" + snapshot1 + "/table-restore",
	}
	for name, example := range client.Examples {
		t.Run(name, func(t *testing.T) {
			clock := client.NewTestClock()
			cloud := start(t, clock)
			service := name[:3]
			if err := client.SubmitRaw(t.Context(), connect(t, cloud, clock), service, paths[service], example); err != nil {
				t.Fatal(err)
			}
			if got := len(cloud.Restores()); got != 1 {
				t.Errorf("%d restores, want 1", got)
			}
		})
	}
}

func TestLookUpsOfFakecloud(t *testing.T) {
	clock := client.NewTestClock()
	cloud := start(t, clock)
	c := connect(t, cloud, clock)
	check := func(what string, got, want any, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", what, err)
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", what, diff)
		}
	}
	rds, err := c.RDS().Instance(t.Context(), ordersDB)
	check(
		"RDS instance",
		rds,
		client.RDSInstance{
			ID:      ordersDB,
			Name:    "orders-db",
			Status:  "ACTIVE",
			Type:    "Ha",
			Engine:  "PostgreSQL",
			Version: "15",
		},
		err,
	)
	dds, err := c.DDS().Instance(t.Context(), sessionsDB)
	check(
		"DDS instance",
		[5]string{dds.ID, dds.Name, dds.Status, dds.Mode, dds.Version},
		[5]string{sessionsDB, "sessions", "normal", "ReplicaSet", "4.2"},
		err,
	)
	cluster, err := c.DWS().Cluster(t.Context(), cluster1)
	check(
		"DWS cluster",
		cluster,
		client.DWSCluster{ID: cluster1, Name: "dws-1", Status: "AVAILABLE", SubStatus: "NORMAL"},
		err,
	)
	snapshot, err := c.DWS().Snapshot(t.Context(), snapshot1)
	check("DWS snapshot", snapshot, client.DWSSnapshot{
		ID: snapshot1, Name: "snapshot-1", Status: "AVAILABLE", ClusterID: cluster1, ClusterName: "dws-1",
		FineGrainedBackup: new(true), BackupLevel: "cluster",
		Started: clock.Now().Add(-50 * time.Hour), Finished: clock.Now().Add(-49 * time.Hour),
	}, err)
	actions, err := c.DWS().ListJobs(t.Context(), cluster1, time.Time{}, time.Time{})
	check("DWS actions", len(actions), 0, err)

	absent := map[string]error{}
	_, absent["RDS instance"] = c.RDS().Instance(t.Context(), strings.Repeat("0", 32)+"in03")
	_, absent["DDS instance"] = c.DDS().Instance(t.Context(), strings.Repeat("0", 32)+"in02")
	_, absent["DWS cluster"] = c.DWS().Cluster(t.Context(), "00000000-0000-0000-0000-000000000000")
	_, absent["DWS snapshot"] = c.DWS().Snapshot(t.Context(), "00000000-0000-0000-0000-000000000000")
	_, absent["RDS job"] = c.RDS().Job(t.Context(), "00000000-0000-0000-0000-000000000000")
	_, absent["DDS job"] = c.DDS().Job(t.Context(), "00000000-0000-0000-0000-000000000000")
	_, absent["DWS job"] = c.DWS().Job(t.Context(), strings.Repeat("0", 32))
	for what, err := range absent {
		if !client.IsNotFound(err) {
			t.Errorf("%s that does not exist: %v", what, err)
		}
	}
	for service, operations := range cloud.Requests() {
		if operations["Unknown"] != 0 {
			t.Errorf("%s: %d requests went to no operation", service, operations["Unknown"])
		}
	}

	other := connect(t, cloud, clock, func(config *client.Config) { config.Region = fakecloud.SecondRegion })
	if id, err := other.ProjectID(t.Context()); id != fakecloud.SecondProjectID || err != nil {
		t.Errorf("the project of %s: %q, %v", fakecloud.SecondRegion, id, err)
	}
}

func TestFailedAndExpiredJobsOfFakecloud(t *testing.T) {
	for service, restore := range restores {
		t.Run(service, func(t *testing.T) {
			clock := client.NewTestClock()
			cloud := start(t, clock)
			c := connect(t, cloud, clock)
			if err := cloud.Change("next", fakecloud.JobChange{Action: "fail", Reason: "no space left"}); err != nil {
				t.Fatal(err)
			}
			id, err := restore.submit(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			job, err := restore.of(c).WaitForJob(t.Context(), client.JobWait{
				JobID:     id,
				Submitted: clock.Now(), Deadline: clock.Now().Add(time.Hour),
			})
			if err != nil || job.Status != client.JobFailed || !strings.Contains(job.Reason, "no space left") {
				t.Errorf("got %+v, %v", job, err)
			}
			if err := cloud.Change(id, fakecloud.JobChange{Action: "expire"}); err != nil {
				t.Fatal(err)
			}
			if _, err := restore.of(c).Job(t.Context(), id); !client.IsNotFound(err) {
				t.Errorf("expired: %v", err)
			}
		})
	}
}
