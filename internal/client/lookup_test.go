// SPDX-License-Identifier: MPL-2.0

package client

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestInstancesAndSnapshots(t *testing.T) {
	tests := map[string]struct {
		call               func(*Client) (any, error)
		path, query, reply string
		want               any
	}{
		"RDS instance": {
			func(c *Client) (any, error) { return c.RDS().Instance(t.Context(), rdsID) },
			"/v3/" + testProject + "/instances", "id=" + rdsID,
			`{"instances":[{"id":"other"},{"id":"` + rdsID + `","status":"ACTIVE","name":"rds-1","port":5432,"type":"Ha","region":"eu-west-101","datastore":{"type":"PostgreSQL","version":"14","complete_version":"14.6"},"created":"2018-08-06T10:41:14+0000"}],"total_count":2}`,
			RDSInstance{ID: rdsID, Name: "rds-1", Status: "ACTIVE", Type: "Ha", Engine: "PostgreSQL", Version: "14"},
		},
		"DDS instance": {
			func(c *Client) (any, error) { return c.DDS().Instance(t.Context(), ddsID) },
			"/v3/" + testProject + "/instances", "id=" + ddsID,
			`{"instances":[{"id":"` + ddsID + `","name":"dds-1","status":"normal","port":"8635","mode":"ReplicaSet","engine":"wiredTiger","datastore":{"type":"DDS-Community","version":"4.0","patch_available":false},"actions":["RESTORE_TABLE"]}],"total_count":1}`,
			DDSInstance{
				ID:      ddsID,
				Name:    "dds-1",
				Status:  "normal",
				Actions: []string{"RESTORE_TABLE"},
				Mode:    "ReplicaSet",
				Engine:  "wiredTiger",
				Version: "4.0",
			},
		},
		"DWS snapshot": {
			func(c *Client) (any, error) { return c.DWS().Snapshot(t.Context(), snapshotID) },
			"/v1.0/" + testProject + "/snapshots/" + snapshotID, "",
			`{"snapshot":{"id":"` + snapshotID + `","name":"snapshot-1","started":"2016-08-23T03:59:23Z","finished":"2016-08-23T04:01:40Z","size":500,"status":"AVAILABLE","type":"MANUAL","cluster_id":"` + clusterID + `","cluster_name":"dws-1","fine_grained_backup":true,"backup_level":"schema"}}`,
			DWSSnapshot{
				ID: snapshotID, Name: "snapshot-1", Status: "AVAILABLE", ClusterID: clusterID, ClusterName: "dws-1",
				FineGrainedBackup: new(true), BackupLevel: "schema",
				Started: time.Date(2016, 8, 23, 3, 59, 23, 0, time.UTC), Finished: time.Date(2016, 8, 23, 4, 1, 40, 0, time.UTC),
			},
		},
		"DWS cluster with an old error inside": {
			func(c *Client) (any, error) { return c.DWS().Cluster(t.Context(), clusterID) },
			"/v1.0/" + testProject + "/clusters/" + clusterID, "",
			`{"cluster":{"id":"` + clusterID + `","name":"dws-1","status":"AVAILABLE","sub_status":"NORMAL","task_status":"FINE_GRAINED_RESTORING","action_progress":{"FINE_GRAINED_RESTORING":"30%"},"failed_reasons":{"error_code":"DWS.1111","error_msg":"old"}}}`,
			DWSCluster{
				ID:         clusterID,
				Name:       "dws-1",
				Status:     "AVAILABLE",
				SubStatus:  "NORMAL",
				TaskStatus: "FINE_GRAINED_RESTORING",
			},
		},
		"DWS cluster without a task": {
			func(c *Client) (any, error) { return c.DWS().Cluster(t.Context(), clusterID) },
			"/v1.0/" + testProject + "/clusters/" + clusterID, "",
			`{"cluster":{"id":"` + clusterID + `","status":"AVAILABLE","task_status":null},"error_code":"DWS.0000"}`,
			DWSCluster{ID: clusterID, Status: "AVAILABLE"},
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
			requests := server.got()
			if len(requests) != 1 || requests[0].Method != "GET" || requests[0].Path != test.path ||
				requests[0].Query != test.query ||
				requests[0].Body != "" {
				t.Errorf("asked %+v", requests)
			}
		})
	}
}

// Instances of the flexus kind are listed only for those who ask.
func TestRDSInstanceOfTheFlexusKind(t *testing.T) {
	server := newTestServer(
		t,
		answerWith(200, `{"instances":[]}`),
		answerWith(200, `{"instances":[{"id":"`+rdsID+`","status":"ACTIVE"}]}`),
	)
	got, err := newTestClient(t, server.URL, newFakeClock()).RDS().Instance(t.Context(), rdsID)
	if err != nil || got.Status != "ACTIVE" {
		t.Errorf("got %+v, %v", got, err)
	}
	if requests := server.got(); len(requests) != 2 || requests[1].Query != "group_type=flexus&id="+rdsID {
		t.Errorf("asked %+v", requests)
	}
}

// listOf serves a list of so many jobs in pages, at least as many in each as it is asked for.
func listOf(key string, count int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
		limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
		var jobs []string
		for i := offset; i < min(offset+limit, count); i++ {
			jobs = append(jobs, fmt.Sprintf(`{"id":"job-%d","instance_id":"`+ddsID+`","status":"Running"}`, i))
		}
		answerWith(200, `{"`+key+`":[`+strings.Join(jobs, ",")+`]}`)(w, r)
	}
}

func TestListsFollowPages(t *testing.T) {
	from, to := noon, noon.Add(time.Hour)
	rds := func(c *Client) ([]Job, error) { return c.RDS().ListJobs(t.Context(), rdsID, from, to) }
	dds := func(c *Client) ([]Job, error) { return c.DDS().ListJobs(t.Context(), ddsID, from, to) }
	tests := []struct {
		name     string
		call     func(*Client) ([]Job, error)
		key      string
		count    int
		requests int
	}{
		{"RDS", rds, "tasks", 0, 1},
		{"RDS", rds, "tasks", 49, 1},
		{"RDS", rds, "tasks", 50, 2},
		{"RDS", rds, "tasks", 120, 3},
		{"DDS", dds, "jobs", 0, 1},
		{"DDS", dds, "jobs", 100, 2},
		{"DDS", dds, "jobs", 101, 2},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.name, " ", test.count), func(t *testing.T) {
			server := newTestServer(t, listOf(test.key, test.count))
			jobs, err := test.call(newTestClient(t, server.URL, newFakeClock()))
			if err != nil {
				t.Fatal(err)
			}
			ids := map[string]bool{}
			for _, job := range jobs {
				ids[job.ID] = true
			}
			if len(jobs) != test.count || len(ids) != test.count {
				t.Errorf("%d jobs, %d different, want %d", len(jobs), len(ids), test.count)
			}
			if got := len(server.got()); got != test.requests {
				t.Errorf("%d requests, want %d", got, test.requests)
			}
		})
	}
}

// An answer without its list must not pass for "no restore runs": the guard before each restore relies on it.
func TestListsWithoutTheirList(t *testing.T) {
	for _, reply := range []string{`{}`, `null`, `{"other":[]}`, `[]`, `17`} {
		c := newTestClient(t, newTestServer(t, answerWith(200, reply)).URL, newFakeClock())
		_, rds := c.RDS().ListJobs(t.Context(), rdsID, noon, noon.Add(time.Hour))
		_, dds := c.DDS().ListJobs(t.Context(), ddsID, noon, noon.Add(time.Hour))
		for _, err := range []error{rds, dds} {
			if !errors.As(err, new(*ReplyError)) {
				t.Errorf("%s: %v", reply, err)
			}
		}
	}
	for _, reply := range []string{`17`, `"text"`, `true`} {
		if _, err := newTestClient(t, newTestServer(t, answerWith(200, reply)).URL, newFakeClock()).DWS().restoreActions(t.Context(), clusterID); !errors.As(
			err,
			new(*ReplyError),
		) {
			t.Errorf("%s: %v", reply, err)
		}
	}
}

// Half a list would pass for a whole one.
func TestListsFailWhole(t *testing.T) {
	server := newTestServer(t, listOf("tasks", 200), answerWith(403, `{"error_code":"DBS.280015"}`))
	jobs, err := newTestClient(t, server.URL, newFakeClock()).RDS().ListJobs(t.Context(), rdsID, noon, noon.Add(time.Hour))
	if jobs != nil || !IsForbidden(err) {
		t.Errorf("%d jobs, %v", len(jobs), err)
	}
}

func TestListsThatIgnoreTheOffsetEnd(t *testing.T) {
	server := newTestServer(t, func(w http.ResponseWriter, r *http.Request) {
		r.URL.RawQuery = "offset=0&limit=" + r.URL.Query().Get("limit")
		listOf("jobs", 1000)(w, r)
	})
	jobs, err := newTestClient(t, server.URL, newFakeClock()).DDS().ListJobs(t.Context(), ddsID, noon, noon.Add(time.Hour))
	if err != nil || len(jobs) != 100 || len(server.got()) != 2 {
		t.Errorf("%d jobs, %v after %d requests", len(jobs), err, len(server.got()))
	}
}

func TestListRequestsAndItems(t *testing.T) {
	from, to := time.Date(2024, 3, 1, 13, 0, 0, 0, time.FixedZone("", 3600)), noon.Add(time.Hour)
	created := time.Date(2024, 3, 1, 12, 0, 5, 0, time.UTC)
	tests := map[string]struct {
		call        func(*Client) ([]Job, error)
		path, reply string
		query       string // on the wire
		want        []Job
	}{
		"RDS": {
			call:  func(c *Client) ([]Job, error) { return c.RDS().ListJobs(t.Context(), rdsID, from, to) },
			path:  "/v3/" + testProject + "/tasklist",
			query: "end_time=1709298000000&instance_id=" + rdsID + "&limit=50&offset=0&start_time=1709294400000",
			reply: `{"total_count":2,"actions":["RestorePGTable"],"tasks":[
				{"id":"a","name":"RestorePGTable","instance_id":"` + rdsID + `","instance_name":"n","instance_status":"RESTORING","order_id":"","process":"30","fail_reason":"","create_time":"2024-03-01T12:00:05+0000","end_time":"","status":"Running"},
				{"id":"b","name":"Backup","instance_id":"` + rdsID + `","process":"","fail_reason":"full","create_time":"1709294405000","end_time":"2024-03-01T12:01:05Z","status":"Failed"}]}`,
			want: []Job{
				{ID: "a", Name: "RestorePGTable", InstanceID: rdsID, Status: JobRunning, Progress: "30%", Created: created},
				{
					ID:         "b",
					Name:       "Backup",
					InstanceID: rdsID,
					Status:     JobFailed,
					Reason:     "full",
					Created:    created,
					Ended:      created.Add(time.Minute),
				},
			},
		},
		"DDS": {
			call:  func(c *Client) ([]Job, error) { return c.DDS().ListJobs(t.Context(), ddsID, from, to) },
			path:  "/v3.1/" + testProject + "/jobs",
			query: "end_time=2024-03-01T13%3A00%3A00%2B0000&limit=100&offset=0&start_time=2024-03-01T12%3A00%3A00%2B0000",
			reply: `{"jobs":[{"id":"a","name":"MongodbRestoreTable","instance_id":"` + ddsID + `","instance_name":"n","status":"Completed","progress":"","fail_reason":null,"created_at":"2024-03-01T12:00:05+0000","ended_at":"2024-03-01T12:01:05+0000"}]}`,
			want: []Job{
				{
					ID:         "a",
					Name:       "MongodbRestoreTable",
					InstanceID: ddsID,
					Status:     JobCompleted,
					Created:    created,
					Ended:      created.Add(time.Minute),
				},
			},
		},
		"DWS": {
			call:  func(c *Client) ([]Job, error) { return c.DWS().restoreActions(t.Context(), clusterID) },
			path:  "/v1/" + testProject + "/clusters/" + clusterID + "/actions/FINE_GRAINED_RESTORING",
			reply: `{"id":"a","action_name":"FINE_GRAINED_RESTORING","status":"RUNNING","cluster_name":"n","submit_time":"2024-03-01 12:00:05.0","items":[{"item_name":"x","sub_items":[]}]}`,
			want:  []Job{{ID: "a", Name: "FINE_GRAINED_RESTORING", Status: JobRunning, Created: created, NoZone: true}},
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
			request := server.got()[0]
			if request.Method != "GET" || request.Path != test.path || request.Query != test.query {
				t.Errorf("asked %s %s?%s", request.Method, request.Path, request.Query)
			}
			query, err := url.ParseQuery(request.Query)
			if err != nil || strings.Contains(query.Get("start_time"), " ") {
				t.Errorf("the query reads %v, %v", query, err)
			}
		})
	}
}

func TestDWSRestoreActionsWhenThereAreNone(t *testing.T) {
	for _, reply := range []http.HandlerFunc{
		answerWith(200, `{}`), answerWith(200, `null`), answerWith(200, `[]`), answerWith(404, `{"error_code":"DWS.0001"}`), answerWith(404, ""),
	} {
		server := newTestServer(t, reply)
		if jobs, err := newTestClient(t, server.URL, newFakeClock()).DWS().restoreActions(t.Context(), clusterID); len(
			jobs,
		) != 0 ||
			err != nil {
			t.Errorf("got %v, %v", jobs, err)
		}
	}
	server := newTestServer(t, answerWith(200, `[{"id":"a","status":"FAILED"},{"id":"b","status":"SUCCESS"}]`))
	want := []Job{{ID: "a", Status: JobFailed}, {ID: "b", Status: JobCompleted}}
	if jobs, err := newTestClient(t, server.URL, newFakeClock()).DWS().restoreActions(t.Context(), clusterID); !cmp.Equal(
		want,
		jobs,
	) ||
		err != nil {
		t.Errorf("a list: got %v, %v", jobs, err)
	}
	for _, reply := range []http.HandlerFunc{answerWith(404, `{"error_code":"APIGW.0101"}`), answerWith(403, `{"error_code":"DWS.0015"}`), answerWith(500, "")} {
		server := newTestServer(t, reply)
		if jobs, err := newTestClient(t, server.URL, newFakeClock()).DWS().restoreActions(t.Context(), clusterID); outcome(
			err,
		) != refused {
			t.Errorf("got %v, %v; want an error", jobs, err)
		}
	}
}
