// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The same record in the query of one snapshot and in both lists.
func TestDWSSnapshotRecords(t *testing.T) {
	one := func(rest string) string { return `{"id":"` + snapshotID + `"` + rest + `}` }
	detail := func(text string) string { return one(`,"fine_grained_backup_detail":` + text) }
	tests := map[string]struct {
		record string
		want   DWSSnapshot
	}{
		"all": {
			`{"id":"` + snapshotID + `","name":"snapshot-1","description":"d","started":"2016-08-23T03:59:23Z","finished":"2016-08-23T04:01:40Z","size":500,"status":"AVAILABLE","type":"MANUAL","cluster_id":"` + clusterID + `","cluster_name":"dws-1","datastore":{"type":"DWS","version":"9.1.0"},"fine_grained_backup":true,"backup_level":"table","fine_grained_backup_detail":{"database":"gaussdb","schema_list":null,"table_list":["public.events","customers"]}}`,
			DWSSnapshot{
				ID: snapshotID, Name: "snapshot-1", Status: "AVAILABLE", ClusterID: clusterID, ClusterName: "dws-1",
				FineGrainedBackup: new(true), BackupLevel: "table",
				Started: time.Date(2016, 8, 23, 3, 59, 23, 0, time.UTC), Finished: time.Date(2016, 8, 23, 4, 1, 40, 0, time.UTC),
				Database: "gaussdb", Tables: []string{"public.events", "customers"},
			},
		},
		"without a zone": {
			one(`,"started":"2016-08-23T03:59:23","finished":"2016-08-23T04:01:40"`),
			DWSSnapshot{
				ID: snapshotID, NoZone: true,
				Started: time.Date(2016, 8, 23, 3, 59, 23, 0, time.UTC), Finished: time.Date(2016, 8, 23, 4, 1, 40, 0, time.UTC),
			},
		},
		"in another zone": {
			one(`,"started":"2016-08-23T03:59:23+0800"`),
			DWSSnapshot{ID: snapshotID, Started: time.Date(2016, 8, 22, 19, 59, 23, 0, time.UTC)},
		},
		"an older region": {one(""), DWSSnapshot{ID: snapshotID}},
		"null for the rest": {
			one(`,"name":null,"fine_grained_backup":null,"started":null,"fine_grained_backup_detail":null`),
			DWSSnapshot{ID: snapshotID},
		},
		"not fine-grained": {
			one(`,"fine_grained_backup":false`),
			DWSSnapshot{ID: snapshotID, FineGrainedBackup: new(false)},
		},
		"of schemas": {
			detail(`{"database":"gaussdb","schema_list":["b","a"]}`),
			DWSSnapshot{ID: snapshotID, Database: "gaussdb", Schemas: []string{"b", "a"}},
		},
		"tables as objects": {
			detail(`{"database":"d","table_list":[{"schema_name":"s","table_name":"t"},{"table_name":"u"}]}`),
			DWSSnapshot{ID: snapshotID, Database: "d", Tables: []string{"s.t", "u"}},
		},
		"schemas as objects": {
			detail(`{"database":"d","schema_list":[{"schema_name":"s"},{"name":"t"}]}`),
			DWSSnapshot{ID: snapshotID, Database: "d", Schemas: []string{"s", "t"}},
		},
		"an empty detail": {detail(`{}`), DWSSnapshot{ID: snapshotID}},
		"empty lists": {
			detail(`{"database":"d","schema_list":[],"table_list":[]}`),
			DWSSnapshot{ID: snapshotID, Database: "d"},
		},
		"a detail in words": {detail(`"all of it"`), DWSSnapshot{ID: snapshotID}},
		"half of a detail":  {detail(`{"database":"d","table_list":["t",17]}`), DWSSnapshot{ID: snapshotID}},
	}
	type ask func(*Client) ([]DWSSnapshot, error)
	calls := map[string]struct {
		call         ask
		path         string
		before, rest string // around the record
	}{
		"one": {
			func(c *Client) ([]DWSSnapshot, error) {
				snapshot, err := c.DWS().Snapshot(t.Context(), snapshotID)
				return []DWSSnapshot{snapshot}, err
			},
			"/snapshots/" + snapshotID, `{"snapshot":`, `}`,
		},
		"all": {
			func(c *Client) ([]DWSSnapshot, error) { return c.DWS().Snapshots(t.Context()) },
			"/snapshots", `{"snapshots":[`, `],"count":1}`,
		},
		"of a cluster": {
			func(c *Client) ([]DWSSnapshot, error) { return c.DWS().ClusterSnapshots(t.Context(), clusterID) },
			"/clusters/" + clusterID + "/snapshots", `{"snapshots":[`, `],"count":1}`,
		},
	}
	for name, test := range tests {
		for which, of := range calls {
			t.Run(name+"/"+which, func(t *testing.T) {
				server := newTestServer(t, answerWith(200, of.before+test.record+of.rest))
				got, err := of.call(newTestClient(t, server.URL, newFakeClock()))
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff([]DWSSnapshot{test.want}, got); diff != "" {
					t.Errorf("-want +got\n%s", diff)
				}
				requests := server.got()
				if len(requests) != 1 || requests[0].Method != "GET" || requests[0].Path != "/v1.0/"+testProject+of.path ||
					requests[0].Query != "" ||
					requests[0].Body != "" {
					t.Errorf("asked %+v", requests)
				}
			})
		}
	}
}

func TestDWSSnapshotsAreListedNewestFirst(t *testing.T) {
	const reply = `{"snapshots":[{"id":"b","started":"2024-03-01T12:00:00Z"},{"id":"none"},{"id":"c","started":"2024-03-01T12:00:00Z"},
		{"id":"d","started":"2024-03-01T20:30:00+0800"},{"id":"a","started":"2023-03-01T12:00:00Z"}]}`
	for name, call := range map[string]func(context.Context, *Client) (any, error){
		"all": theLookUps["DWS snapshots"].call, "of a cluster": theLookUps["DWS cluster snapshots"].call,
	} {
		server := newTestServer(t, answerWith(200, reply))
		got, err := call(t.Context(), newTestClient(t, server.URL, newFakeClock()))
		if err != nil {
			t.Fatal(err)
		}
		var order []string
		for _, snapshot := range got.([]DWSSnapshot) {
			order = append(order, snapshot.ID)
		}
		if diff := cmp.Diff([]string{"d", "b", "c", "a", "none"}, order); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}

func TestCheckDWSTableRestore(t *testing.T) {
	result := func(lists string) string { return `{"check_table_name_result":{"database":"postgres"` + lists + `}}` }
	tests := map[string]struct {
		reply string
		want  DWSTableCheck
	}{
		"the page's example": {result(`,"restore_table_list":null,"target_table_list":null`), DWSTableCheck{}},
		"no lists":           {result(``), DWSTableCheck{}},
		"empty lists":        {result(`,"restore_table_list":[],"target_table_list":[]`), DWSTableCheck{}},
		"null lists alone": {
			`{"check_table_name_result":{"restore_table_list":null,"target_table_list":null}}`,
			DWSTableCheck{},
		},
		"strings": {
			result(`,"restore_table_list":["public.b","a"],"target_table_list":["public.c"]`),
			DWSTableCheck{Missing: []string{"public.b", "a"}, Existing: []string{"public.c"}},
		},
		"objects": {
			result(
				`,"restore_table_list":null,"target_table_list":[{"schema_name":"public","table_name":"c"},{"table_name":"d"}]`,
			),
			DWSTableCheck{Existing: []string{"public.c", "d"}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			// A POST, but one that changes nothing: it is sent again.
			server := newTestServer(t, reset, answerWith(200, test.reply))
			got, err := newTestClient(t, server.URL, newFakeClock()).DWS().CheckTableRestore(t.Context(), snapshotID, oneTable)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			requests := server.got()
			if len(requests) != 2 {
				t.Fatalf("%d requests, want 2", len(requests))
			}
			const body = `{"case_sensitive":true,"database":"postgres","restore_table_list":[{"schema_name":"public","table_name":"a"}],"target_table_list":[{"schema_name":"public","table_name":"b"}]}`
			for _, request := range requests {
				if request.Method != "POST" || request.Path != "/v1/"+testProject+"/snapshots/"+snapshotID+"/table-restore-check" ||
					request.Query != "" {
					t.Errorf("asked %s %s?%s", request.Method, request.Path, request.Query)
				}
				if diff := cmp.Diff(parsed(t, body), parsed(t, request.Body)); diff != "" {
					t.Errorf("body: -want +got\n%s", diff)
				}
			}
		})
	}
}
