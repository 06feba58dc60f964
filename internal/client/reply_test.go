// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// theLookUps are all that read what can be restored, each with the field its reply must have.
var theLookUps = map[string]struct {
	call      func(context.Context, *Client) (any, error)
	key       string
	operation string
	nothing   any // what comes with an error
}{
	"RDS windows": {
		func(ctx context.Context, c *Client) (any, error) { return c.RDS().RestoreWindows(ctx, rdsID, "") },
		"restore_time", "RDS query restoration time range", []Window(nil),
	},
	"RDS tables": {
		func(ctx context.Context, c *Client) (any, error) {
			return c.RDS().RestorableTables(ctx, rdsID, noon, RDSTableFilter{})
		},
		"instances", "RDS query restorable tables", RDSRestorableTables{},
	},
	"DDS windows": {
		func(ctx context.Context, c *Client) (any, error) { return c.DDS().RestoreWindows(ctx, ddsID, noon) },
		"restore_time", "DDS query restoration time ranges", []Window(nil),
	},
	"DDS databases": {
		func(ctx context.Context, c *Client) (any, error) {
			return c.DDS().RestorableDatabases(ctx, ddsID, noon)
		},
		"databases", "DDS query restorable databases", []string(nil),
	},
	"DDS collections": {
		func(ctx context.Context, c *Client) (any, error) {
			return c.DDS().RestorableCollections(ctx, ddsID, "shop", noon)
		},
		"collections", "DDS query restorable collections", []string(nil),
	},
	"DWS snapshots": {
		func(ctx context.Context, c *Client) (any, error) { return c.DWS().Snapshots(ctx) },
		"snapshots", "DWS query snapshot list", []DWSSnapshot(nil),
	},
	"DWS cluster snapshots": {
		func(ctx context.Context, c *Client) (any, error) { return c.DWS().ClusterSnapshots(ctx, clusterID) },
		"snapshots", "DWS query cluster snapshot list", []DWSSnapshot(nil),
	},
	"DWS check": {
		func(ctx context.Context, c *Client) (any, error) {
			return c.DWS().CheckTableRestore(ctx, snapshotID, oneTable)
		},
		"check_table_name_result", "DWS check table names", DWSTableCheck{},
	},
}

// An answer that is not as documented must not pass for "there is none". KEY stands for the field it must have.
var malformed = map[string][]string{
	"": { // of every lookup
		`null`, `[]`, `[{"KEY":[]}]`, `"KEY"`, `17`, `true`, `{}`, `{"other":[]}`, `{"data":{"KEY":[]}}`, `{"error_code":"DWS.0000"}`,
		`{"KEY":"none"}`, `{"KEY":17}`, `{"KEY":true}`, `{"KEY":[17]}`, `{"KEY":["a",["b"]]}`,
	},
	"restore_time": {
		`{"KEY":{}}`, `{"KEY":[{}]}`, `{"KEY":[null]}`, `{"KEY":["1"]}`,
		`{"KEY":[{"start_time":1}]}`, `{"KEY":[{"end_time":1}]}`, `{"KEY":[{"start_time":null,"end_time":1}]}`,
		`{"KEY":[{"start_time":"soon","end_time":1}]}`, `{"KEY":[{"start_time":1,"end_time":{}}]}`, `{"KEY":[{"start_time":1,"end_time":""}]}`,
		`{"KEY":[{"start_time":-99999999999999,"end_time":"never"}]}`, `{"KEY":[{"start_time":2,"end_time":1}]}`, `{"KEY":[{"start_time":1,"end_time":2},{"start_time":"2","end_time":"1"}]}`,
	},
	"instances": {
		`{"KEY":{}}`, `{"KEY":[{"id":7}]}`,
		`{"KEY":[{"id":"RDS","databases":"none"}]}`, `{"KEY":[{"id":"RDS","databases":["shop"]}]}`,
		`{"KEY":[{"id":"RDS","databases":[{"name":"d","schemas":[{"name":"s","tables":[{}]}]}]}]}`,
		`{"KEY":[{"id":"RDS","databases":[{"name":"d","schemas":[{"name":"s","tables":[null]}]}]}]}`,
		`{"KEY":[{"id":"RDS","databases":[{"name":"d","schemas":[{"tables":["t"]}]}]}]}`,
		`{"KEY":[{"id":"RDS","databases":[{"schemas":[{"name":"s","tables":["t"]}]}]}]}`,
	},
	"databases": {
		`{"KEY":{}}`,
		`{"KEY":[null]}`,
		`{"KEY":[""]}`,
		`{"KEY":[{}]}`,
		`{"KEY":[{"name":""}]}`,
		`{"KEY":[{"name":7}]}`,
		`{"KEY":["a",{}]}`,
	},
	"collections": {
		`{"KEY":{}}`,
		`{"KEY":[null]}`,
		`{"KEY":[""]}`,
		`{"KEY":[{}]}`,
		`{"KEY":[{"name":""}]}`,
		`{"KEY":[{"name":7}]}`,
		`{"KEY":["a",{}]}`,
	},
	"snapshots": {
		`{"KEY":{}}`,
		`{"KEY":[null]}`,
		`{"KEY":[{}]}`,
		`{"KEY":[{"name":"a"}]}`,
		`{"KEY":[{"id":"a"},{"id":""}]}`,
		`{"KEY":[{"id":"a","fine_grained_backup":"yes"}]}`,
	},
	"check_table_name_result": {
		`{"KEY":null}`, `{"KEY":[]}`, `{"KEY":{}}`, `{"KEY":{"restore_table_list":"a"}}`, `{"KEY":{"restore_table_list":[null]}}`,
		`{"KEY":{"target_table_list":[{}]}}`, `{"KEY":{"target_table_list":[7]}}`, `{"KEY":{"target_table_list":{"a":"b"}}}`,
	},
}

func TestRepliesThatAreNotAsDocumented(t *testing.T) {
	for name, lookUp := range theLookUps {
		for _, reply := range append(malformed[""], malformed[lookUp.key]...) {
			reply = strings.NewReplacer("KEY", lookUp.key, "RDS", rdsID).Replace(reply)
			t.Run(name+" "+reply, func(t *testing.T) {
				server := newTestServer(t, answerWith(200, reply))
				value, err := lookUp.call(t.Context(), newTestClient(t, server.URL, newFakeClock()))
				var got *ReplyError
				if !errors.As(err, &got) || IsNotFound(err) || !cmp.Equal(value, lookUp.nothing) {
					t.Fatalf("%v, %T %v", value, err, err)
				}
				if got.Operation != lookUp.operation || got.Body != reply || got.Unwrap() == nil {
					t.Errorf("%+v, want the operation %q", got, lookUp.operation)
				}
				if got := len(server.got()); got != 1 {
					t.Errorf("%d requests, want 1: it will not be another reply next time", got)
				}
			})
		}
	}
}

// Of a reply that is as documented but empty, each lookup makes what its list makes of it.
func TestEmptyLists(t *testing.T) {
	for name, lookUp := range theLookUps {
		if lookUp.key == "check_table_name_result" || lookUp.key == "instances" {
			continue // which are no lists, and of one instance
		}
		for _, empty := range []string{"[]", "null"} {
			server := newTestServer(t, answerWith(200, `{"`+lookUp.key+`":`+empty+`,"total_count":0}`))
			value, err := lookUp.call(t.Context(), newTestClient(t, server.URL, newFakeClock()))
			if err != nil || !cmp.Equal(value, lookUp.nothing) || len(server.got()) != 1 {
				t.Errorf("%s, %s: %v, %v after %d requests", name, empty, value, err, len(server.got()))
			}
		}
	}
}

// What is not JSON may come from a gateway on a bad day: it is asked again, and only then an error.
func TestRepliesThatAreNotJSON(t *testing.T) {
	for _, body := range []string{"", "<html>Log in</html>", `{"restore_time":[`, `{} {}`} {
		server := newTestServer(t, answerWith(200, body))
		_, err := newTestClient(t, server.URL, newFakeClock()).DDS().RestoreWindows(t.Context(), ddsID, noon)
		var got *ReplyError
		if !errors.As(err, &got) || got.Operation != "DDS query restoration time ranges" || got.Body != body ||
			len(server.got()) != 5 {
			t.Errorf("%q: %T %v after %d requests, want 5", body, err, err, len(server.got()))
		}
		server = newTestServer(t, answerWith(200, body), answerWith(200, `{"restore_time":[{"start_time":1,"end_time":2}]}`))
		windows, err := newTestClient(t, server.URL, newFakeClock()).DDS().RestoreWindows(t.Context(), ddsID, noon)
		if err != nil || len(windows) != 1 || len(server.got()) != 2 {
			t.Errorf("%q once: %v, %v after %d requests, want 2", body, windows, err, len(server.got()))
		}
	}
}

func TestReplyErrorText(t *testing.T) {
	lookUp := func(reply string) (string, error) {
		server := newTestServer(t, answerWith(200, reply))
		_, err := newTestClient(
			t,
			server.URL,
			newFakeClock(),
			func(config *Config) { config.MaxRetries = 0 },
		).RDS().
			RestoreWindows(t.Context(), rdsID, "")
		return server.URL, err
	}
	for reply, want := range map[string]string{
		`{"windows":[]}`: `RDS query restoration time range: the reply is not as documented: it has no restore_time; the service sent {"windows":[]}`,
		"[\n1]":          `RDS query restoration time range: the reply is not as documented: it is not an object; the service sent [ 1]`,
		`null`:           `RDS query restoration time range: the reply is not as documented: it is not an object; the service sent null`,
		``:               `RDS query restoration time range: the reply is not as documented: GET SERVER/v3/` + testProject + `/instances/` + rdsID + `/restore-time, attempt 1: HTTP 200, but it is not JSON; the service sent nothing`,
		"<p>\r\n":        `RDS query restoration time range: the reply is not as documented: GET SERVER/v3/` + testProject + `/instances/` + rdsID + `/restore-time, attempt 1: HTTP 200, but it is not JSON; the service sent <p>`,
	} {
		address, err := lookUp(reply)
		if want := strings.Replace(want, "SERVER", address, 1); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	if _, err := lookUp(`{"x":"` + strings.Repeat("é", 4000) + `"}`); err == nil || len(err.Error()) > 1024 ||
		strings.ContainsRune(err.Error(), '\uFFFD') {
		t.Errorf("a long reply: %v", err)
	}
}

func TestReplyErrorsShowNoSecrets(t *testing.T) {
	for name, lookUp := range theLookUps {
		for _, reply := range []string{`{"told":%q}`, `{"` + lookUp.key + `":%q}`, `{"` + lookUp.key + `":[17,%q]}`, `SK=%s`, `[%q]`} {
			var shown strings.Builder
			server := newTestServer(t, answerWith(200, fmt.Sprintf(reply, "test-secret/key+ of TESTACCESSKEY")))
			c := newTestClient(t, server.URL, newFakeClock(), func(config *Config) {
				config.Log = func(_ context.Context, message string, fields map[string]any) { fmt.Fprintln(&shown, message, fields) }
				config.MaxRetries = 0
			})
			_, err := lookUp.call(t.Context(), c)
			var got *ReplyError
			if !errors.As(err, &got) {
				t.Fatalf("%s: %T %v", name, err, err)
			}
			fmt.Fprintf(&shown, "%v\n%+v\n%v", err, *got, got.Unwrap())
			if strings.Contains(shown.String(), "test-secret") || strings.Contains(shown.String(), "TESTACCESSKEY") {
				t.Errorf("%s: a secret is shown in\n%s", name, shown.String())
			}
		}
	}
}

// FuzzLookUpReplies feeds every decoder of these replies. What is taken must hold together.
func FuzzLookUpReplies(f *testing.F) {
	for _, lookUp := range theLookUps {
		for _, reply := range append(malformed[""], malformed[lookUp.key]...) {
			f.Add([]byte(strings.NewReplacer("KEY", lookUp.key, "RDS", rdsID).Replace(reply)))
		}
	}
	f.Add(
		[]byte(
			`{"restore_time":[{"start_time":1,"end_time":"9223372036854775807"},{"start_time":"2018-08-06T10:41:14+0000","end_time":1e99}]}`,
		),
	)
	f.Add(
		[]byte(
			`{"table_limit":1,"instances":[{"id":"a","total_tables":-1,"databases":[{"name":"d","schemas":[{"name":"s","tables":["t",{"name":"u"}]}]}]}]}`,
		),
	)
	f.Add([]byte(`{"databases":["a",{"name":"b"}],"collections":[{"schema_name":"a","table_name":"b"}]}`))
	f.Add(
		[]byte(
			`{"snapshots":[{"id":"a","fine_grained_backup":null,"fine_grained_backup_detail":{"database":"d","schema_list":["s"],"table_list":[{"schema_name":"s","table_name":"t"}]}}]}`,
		),
	)
	f.Add(
		[]byte(
			`{"check_table_name_result":{"database":"d","restore_table_list":null,"target_table_list":["s.t",{"schema_name":"s","table_name":"u"}]}}`,
		),
	)
	f.Fuzz(func(t *testing.T, data []byte) {
		windows := list[window]{key: "restore_time"}
		if json.Unmarshal(data, &windows) == nil {
			for _, w := range windows.items {
				if w.Start.IsZero() || w.End.IsZero() || w.End.Before(w.Start) {
					t.Errorf("the window %v of %s", w, data)
				}
			}
		}
		var tables rdsTablesReply
		if json.Unmarshal(data, &tables) == nil {
			for _, instance := range tables.Instances {
				for _, table := range instance.tables() {
					if table.Database == "" || table.Schema == "" || table.Table == "" {
						t.Errorf("the table %v of %s", table, data)
					}
				}
			}
		}
		snapshots := list[identifiedSnapshot]{key: "snapshots"}
		if json.Unmarshal(data, &snapshots) == nil {
			for _, snapshot := range snapshots.items {
				if snapshot.snapshot().ID == "" {
					t.Errorf("the snapshot %v of %s", snapshot, data)
				}
			}
		}
		var names []name
		for _, key := range []string{"databases", "collections"} {
			reply := list[name]{key: key}
			if json.Unmarshal(data, &reply) == nil {
				names = append(names, reply.items...)
			}
		}
		var check tableCheckReply
		if json.Unmarshal(data, &check) == nil {
			names = append(append(names, check.Missing...), check.Existing...)
		}
		if slices.Contains(names, "") {
			t.Errorf("a name is empty in %s", data)
		}
	})
}
