// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The examples of the three pages.
const (
	// The page has a comma too many after "schemas", which no JSON parser takes; it is left out here.
	rdsExample = `{ "instances": [{ "restore_time": 1688556737000, "instance_id": "df29b535eec64ee1b286bd2c62871a9cin03", "databases": [{ "database": "data1", "schemas": [{ "schema": "schema1", "tables": [{ "old_name": "table1", "new_name": "table1_1688556737000" }] }] }] }] }`
	// The page writes the times as numbers here, and as "String" in its tables.
	ddsDatabaseExample   = `{ "restore_collections": [ { "database": "test", "restore_database_time": 1607762955000 } ] }`
	ddsCollectionExample = `{ "restore_collections": [ { "database": "test", "collections": [ { "old_name": "test", "restore_collection_time": 1607762955000 } ] } ] }`
	dwsExample           = `{
  "case_sensitive" : true,
  "database" : "postgres",
  "restore_table_list" : [ {
    "schema_name" : "postgres",
    "table_name" : "public"
  } ],
  "target_table_list" : [ {
    "schema_name" : "postgres",
    "table_name" : "public"
  } ]
}`
)

func asStrings(example string) string {
	return strings.ReplaceAll(example, "1607762955000", `"1607762955000"`)
}

// The bodies are compared as JSON, with numbers and strings told apart, and no field more or less.
func TestRestoreRequests(t *testing.T) {
	rds := func(restore RDSTableRestore) func(*Client) error {
		return func(c *Client) error { _, err := c.RDS().RestoreTables(t.Context(), restore); return err }
	}
	dds := func(restore DDSCollectionRestore) func(*Client) error {
		return func(c *Client) error { _, err := c.DDS().RestoreCollections(t.Context(), ddsID, restore); return err }
	}
	dws := func(restore DWSTableRestore) func(*Client) error {
		return func(c *Client) error { _, err := c.DWS().RestoreTables(t.Context(), snapshotID, restore); return err }
	}
	rdsPath := "/v3/" + testProject + "/instances/batch/restore/tables"
	ddsPath := "/v3/" + testProject + "/instances/" + ddsID + "/restore/collections"
	dwsPath := "/v1/" + testProject + "/snapshots/" + snapshotID + "/table-restore"
	const rdsReply, reply = `{"restore_result":[{"instance_id":"i","job_id":"a1"}]}`, `{"job_id":"a1"}`
	tests := map[string]struct {
		call              func(*Client) error
		path, body, reply string
	}{
		"RDS, the example": {
			rds(RDSTableRestore{Instances: []RDSTableRestoreInstance{{
				RestoreTime: 1688556737000, InstanceID: rdsID,
				Databases: []RDSDatabase{{Database: "data1", Schemas: []RDSSchema{{Schema: "schema1", Tables: []RDSTable{
					{OldName: "table1", NewName: "table1_1688556737000"},
				}}}}},
			}}}),
			rdsPath, rdsExample, rdsReply,
		},
		"RDS, more of each": {
			rds(RDSTableRestore{Instances: []RDSTableRestoreInstance{{
				RestoreTime: 1, InstanceID: rdsID,
				Databases: []RDSDatabase{
					{
						Database: "d1",
						Schemas: []RDSSchema{
							{Schema: "s1", Tables: []RDSTable{{"a", "b"}, {"ä <&>", `"`}}},
							{Schema: "s2", Tables: []RDSTable{{"c", "d"}}},
						},
					},
					{Database: "d2", Schemas: []RDSSchema{{Schema: "s3", Tables: []RDSTable{{"", ""}}}}},
				},
			}}}),
			rdsPath,
			`{"instances":[{"restore_time":1,"instance_id":"` + rdsID + `","databases":[
				{"database":"d1","schemas":[{"schema":"s1","tables":[{"old_name":"a","new_name":"b"},{"old_name":"ä <&>","new_name":"\""}]},{"schema":"s2","tables":[{"old_name":"c","new_name":"d"}]}]},
				{"database":"d2","schemas":[{"schema":"s3","tables":[{"old_name":"","new_name":""}]}]}]}]}`,
			rdsReply,
		},
		"DDS, the example of databases": {
			dds(
				DDSCollectionRestore{
					RestoreCollections: []DDSRestoreDatabase{{Database: "test", RestoreDatabaseTime: "1607762955000"}},
				},
			),
			ddsPath, asStrings(ddsDatabaseExample), reply,
		},
		"DDS, the example of collections": {
			dds(
				DDSCollectionRestore{
					RestoreCollections: []DDSRestoreDatabase{{Database: "test", Collections: []DDSRestoreCollection{
						{OldName: "test", RestoreCollectionTime: "1607762955000"},
					}}},
				},
			),
			ddsPath, asStrings(ddsCollectionExample), reply,
		},
		"DDS, with a new name": {
			dds(
				DDSCollectionRestore{
					RestoreCollections: []DDSRestoreDatabase{{Database: "test", Collections: []DDSRestoreCollection{
						{OldName: "a", NewName: "b", RestoreCollectionTime: "1"},
					}}},
				},
			),
			ddsPath, `{"restore_collections":[{"database":"test","collections":[{"old_name":"a","new_name":"b","restore_collection_time":"1"}]}]}`, reply,
		},
		"DWS, the example": {
			dws(DWSTableRestore{
				CaseSensitive: true, Database: "postgres",
				RestoreTableList: []DWSTable{{SchemaName: "postgres", TableName: "public"}},
				TargetTableList:  []DWSTable{{SchemaName: "postgres", TableName: "public"}},
			}),
			dwsPath, dwsExample, reply,
		},
		"DWS, false is sent": {
			dws(
				DWSTableRestore{Database: "d", RestoreTableList: []DWSTable{{"s", "a"}}, TargetTableList: []DWSTable{{"s", "b"}}},
			),
			dwsPath,
			`{"case_sensitive":false,"database":"d","restore_table_list":[{"schema_name":"s","table_name":"a"}],"target_table_list":[{"schema_name":"s","table_name":"b"}]}`,
			reply,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := newTestServer(t, answerWith(200, test.reply))
			if err := test.call(newTestClient(t, server.URL, newFakeClock())); err != nil {
				t.Fatal(err)
			}
			got := server.got()[0]
			if got.Method != "POST" || got.Path != test.path || got.Query != "" {
				t.Errorf("%s %s?%s, want POST %s", got.Method, got.Path, got.Query, test.path)
			}
			if diff := cmp.Diff(parsed(t, test.body), parsed(t, got.Body)); diff != "" {
				t.Errorf("body: -want +got\n%s", diff)
			}
			if got, want := got.Header.Get("Authorization"), authorization(t, got, "X-Project-Id"); got != want {
				t.Errorf("Authorization\ngot  %s\nwant %s", got, want)
			}
		})
	}
}

func parsed(t *testing.T, text string) any {
	t.Helper()
	value, ok := decodeJSON([]byte(text))
	if !ok {
		t.Fatalf("not JSON: %s", text)
	}
	return value
}

// The pages' own JSON, numbers for times and all, through the same signed path; only white space is lost.
func TestExamplesAreSentAsTheyStand(t *testing.T) {
	for _, example := range []string{rdsExample, ddsDatabaseExample, ddsCollectionExample, dwsExample} {
		server := newTestServer(t, answerWith(200, goodReply))
		if err := submitRaw(t.Context(), newTestClient(t, server.URL, newFakeClock()), serviceDDS, "/v3/x", example); err != nil {
			t.Fatal(err)
		}
		// json.Marshal compacts what it is given raw.
		if got, want := server.got()[0], mustJSON(json.RawMessage(example)); got.Body != want ||
			got.Header.Get("Authorization") != authorization(t, got, "X-Project-Id") {
			t.Errorf("sent %s, want %s", got.Body, want)
		}
	}
}

// submitRaw sends a body as it stands and takes any job id for an acceptance.
func submitRaw(ctx context.Context, c *Client, service, path, body string) error {
	var reply json.RawMessage
	return c.submit(
		ctx,
		call{service: service, operation: "restore", method: "POST", path: path, body: json.RawMessage(body)},
		&reply,
		func() bool { return strings.Contains(string(reply), `"job_id":"`) },
	)
}

func TestRestoreReplies(t *testing.T) {
	one := RDSTableRestore{Instances: []RDSTableRestoreInstance{{InstanceID: rdsID}}}
	two := RDSTableRestore{Instances: []RDSTableRestoreInstance{{InstanceID: rdsID}, {InstanceID: "other"}}}
	tests := []struct {
		reply   string
		restore RDSTableRestore
		want    []RDSRestoreResult // nil for an ambiguous error
	}{
		{
			`{ "restore_result" : [ { "instance_id" : "` + rdsID + `", "job_id" : "` + jobID + `" } ] }`,
			one,
			[]RDSRestoreResult{{rdsID, jobID}},
		},
		{
			`{"restore_result":[{"instance_id":"a","job_id":"1"},{"instance_id":"b","job_id":"2"}]}`,
			two,
			[]RDSRestoreResult{{"a", "1"}, {"b", "2"}},
		},
		{`{"restore_result":[{"job_id":"1"}]}`, one, []RDSRestoreResult{{"", "1"}}},
		{`{"restore_result":[{"instance_id":"a","job_id":"1"}]}`, two, nil},
		{`{"restore_result":[{"instance_id":"a","job_id":"1"},{"instance_id":"b","job_id":""}]}`, two, nil},
		{`{"restore_result":[{"instance_id":"a"}]}`, one, nil},
		{`{"restore_result":[{"instance_id":"a","job_id":null}]}`, one, nil},
		{`{"restore_result":[]}`, one, nil},
		{`{"restore_result":null}`, one, nil},
		{`{"restore_result":"done"}`, one, nil},
		{`{"job_id":"1"}`, one, nil},
	}
	for _, test := range tests {
		server := newTestServer(t, answerWith(200, test.reply))
		got, err := newTestClient(t, server.URL, newFakeClock()).RDS().RestoreTables(t.Context(), test.restore)
		if want := map[bool]string{true: ambiguous, false: accepted}[test.want == nil]; outcome(err) != want {
			t.Errorf("%s: %s (%v), want %s", test.reply, outcome(err), err, want)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", test.reply, diff)
		}
		if got := len(server.got()); got != 1 {
			t.Errorf("%s: %d requests", test.reply, got)
		}
	}

	server := newTestServer(t, answerWith(200, `{"job_id":"a03b1b8a-b756-467c-8a49-38720c3d23ec"}`))
	if got, err := newTestClient(t, server.URL, newFakeClock()).DDS().RestoreCollections(t.Context(), ddsID, DDSCollectionRestore{}); got != "a03b1b8a-b756-467c-8a49-38720c3d23ec" ||
		err != nil {
		t.Errorf("DDS: %q, %v", got, err)
	}
	server = newTestServer(t, answerWith(200, `{"job_id":"2c9081c0894918c301894e503ef21b68"}`))
	if got, err := newTestClient(t, server.URL, newFakeClock()).DWS().RestoreTables(t.Context(), snapshotID, oneTable); got != "2c9081c0894918c301894e503ef21b68" ||
		err != nil {
		t.Errorf("DWS: %q, %v", got, err)
	}
}

// An answer that names no job leads the reader to what the service did say.
func TestAmbiguousErrorHoldsTheAnswer(t *testing.T) {
	server := newTestServer(t, answerWith(202, `{"state":"queued"}`, "X-Request-Id", "r1"))
	_, err := newTestClient(t, server.URL, newFakeClock()).DWS().RestoreTables(t.Context(), snapshotID, oneTable)
	want := `DWS restore tables, sent at 2024-03-01T12:00:00Z, may have been accepted: ` +
		`DWS restore tables: answered {"state":"queued"} (HTTP 202 Accepted, request id r1); the reply names no job`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	var answer *APIError
	if !errors.As(err, &answer) || answer.RequestID != "r1" {
		t.Errorf("it does not unwrap to the answer: %v", err)
	}
}
