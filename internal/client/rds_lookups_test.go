// SPDX-License-Identifier: MPL-2.0

package client

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func at(milliseconds int64) time.Time { return time.UnixMilli(milliseconds).UTC() }

func TestRestoreWindows(t *testing.T) {
	rds := func(date string) func(*Client) ([]Window, error) {
		return func(c *Client) ([]Window, error) { return c.RDS().RestoreWindows(t.Context(), rdsID, date) }
	}
	dds := func(day time.Time) func(*Client) ([]Window, error) {
		return func(c *Client) ([]Window, error) { return c.DDS().RestoreWindows(t.Context(), ddsID, day) }
	}
	east := time.FixedZone("", 8*3600)
	tests := map[string]struct {
		call               func(*Client) ([]Window, error)
		path, query, reply string
		want               []Window
	}{
		"RDS, all": {
			rds(""), "/v3/" + testProject + "/instances/" + rdsID + "/restore-time", "",
			`{"restore_time":[{"start_time":1532001446987,"end_time":1532742139000}]}`,
			[]Window{{at(1532001446987), at(1532742139000)}},
		},
		"RDS, a day": {
			rds("2018-07-20"), "/v3/" + testProject + "/instances/" + rdsID + "/restore-time", "date=2018-07-20",
			`{"restore_time":[]}`, nil,
		},
		"DDS, unordered": {
			dds(noon), "/v3/" + testProject + "/instances/" + ddsID + "/restore-time", "date=2024-03-01",
			`{"restore_time":[{"start_time":30,"end_time":40},{"start_time":1,"end_time":9},{"start_time":1,"end_time":5},{"start_time":10,"end_time":20}]}`,
			[]Window{{at(1), at(5)}, {at(1), at(9)}, {at(10), at(20)}, {at(30), at(40)}},
		},
		"DDS, the day in UTC": {
			dds(
				time.Date(2024, 3, 1, 7, 59, 59, 0, east),
			), "/v3/" + testProject + "/instances/" + ddsID + "/restore-time", "date=2024-02-29",
			`{"restore_time":null}`, nil,
		},
		"strings, a moment, and what else there may be": {
			rds(""), "/v3/" + testProject + "/instances/" + rdsID + "/restore-time", "",
			`{"restore_time":[{"start_time":"1532001446987","end_time":"1532001446987","kind":1}],"total_count":1}`,
			[]Window{{at(1532001446987), at(1532001446987)}},
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
			for _, window := range got {
				if window.Start.Location() != time.UTC || window.End.Location() != time.UTC {
					t.Errorf("not UTC: %v", window)
				}
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

func TestRDSRestorableTables(t *testing.T) {
	const other = `{"id":"other","total_tables":1,"databases":[{"name":"not","schemas":[{"name":"not","tables":[{"name":"ours"}]}]}]}`
	entry := func(rest string) string {
		return `{"table_limit":2000,"instances":[` + other + `,{"id":"` + rdsID + `","name":"rds-1"` + rest + `}]}`
	}
	const databases = `,"databases":[
		{"name":"shop","total_tables":3,"schemas":[
			{"name":"public","total_tables":2,"tables":[{"name":"orders"},{"name":"customers"}]},
			{"name":"archive","total_tables":1,"tables":[{"name":"orders"}]}]},
		{"name":"data1","total_tables":1,"schemas":[{"name":"schema1","total_tables":1,"tables":[{"name":"table1"}]}]}]`
	tables := []RDSTableName{
		{
			"data1",
			"schema1",
			"table1",
		}, {"shop", "archive", "orders"}, {"shop", "public", "customers"}, {"shop", "public", "orders"},
	}
	tests := map[string]struct {
		reply     string
		want      RDSRestorableTables
		truncated bool
	}{
		"all":                  {entry(`,"total_tables":4` + databases), RDSRestorableTables{2000, 4, tables}, false},
		"more than are listed": {entry(`,"total_tables":5` + databases), RDSRestorableTables{2000, 5, tables}, true},
		"no total":             {entry(databases), RDSRestorableTables{2000, 4, tables}, false},
		"a total that is null": {entry(`,"total_tables":null` + databases), RDSRestorableTables{2000, 4, tables}, false},
		"too small a total":    {entry(`,"total_tables":0` + databases), RDSRestorableTables{2000, 4, tables}, false},
		"none":                 {entry(`,"total_tables":0,"databases":[]`), RDSRestorableTables{2000, 0, nil}, false},
		"none listed of three": {entry(`,"total_tables":3,"databases":null`), RDSRestorableTables{2000, 3, nil}, true},
		"tables as strings": {
			entry(`,"databases":[{"name":"d","schemas":[{"name":"s","tables":["b","a"]}]},{"name":"empty","schemas":null}]`),
			RDSRestorableTables{2000, 2, []RDSTableName{{"d", "s", "a"}, {"d", "s", "b"}}}, false,
		},
		"no limit": {
			`{"instances":[{"id":"` + rdsID + `","databases":[{"name":"d","schemas":[{"name":"s","tables":[{"name":"t"}]}]}]}]}`,
			RDSRestorableTables{0, 1, []RDSTableName{{"d", "s", "t"}}}, false,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := newTestServer(t, answerWith(200, test.reply))
			got, err := newTestClient(
				t,
				server.URL,
				newFakeClock(),
			).RDS().
				RestorableTables(t.Context(), rdsID, noon, RDSTableFilter{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if got.Truncated() != test.truncated {
				t.Errorf("truncated: %t", got.Truncated())
			}
		})
	}
}

func TestRDSRestorableTablesRequest(t *testing.T) {
	tests := map[RDSTableFilter]string{
		{}:                         `{"instance_ids":["` + rdsID + `"],"restore_time":1688556737123}`,
		{DatabaseNameLike: "shop"}: `{"instance_ids":["` + rdsID + `"],"restore_time":1688556737123,"database_name_like":"shop"}`,
		{DatabaseNameLike: `a"b`, TableNameLike: "bestellü%"}: `{"instance_ids":["` + rdsID + `"],"restore_time":1688556737123,"database_name_like":"a\"b","table_name_like":"bestellü%"}`,
	}
	for filter, body := range tests {
		// A POST, but one that changes nothing: it is sent again.
		server := newTestServer(t, answerWith(503, ""), answerWith(200, `{"instances":[{"id":"`+rdsID+`"}]}`))
		moment := at(1688556737123).Add(456 * time.Microsecond).In(time.FixedZone("", 3600))
		_, err := newTestClient(t, server.URL, newFakeClock()).RDS().RestorableTables(t.Context(), rdsID, moment, filter)
		if err != nil || len(server.got()) != 2 {
			t.Fatalf("%v after %d requests, want 2", err, len(server.got()))
		}
		for _, got := range server.got() {
			if got.Method != "POST" || got.Path != "/v3/"+testProject+"/postgresql/instances/history/tables" || got.Query != "" {
				t.Errorf("asked %s %s?%s", got.Method, got.Path, got.Query)
			}
			if diff := cmp.Diff(parsed(t, body), parsed(t, got.Body)); diff != "" {
				t.Errorf("body: -want +got\n%s", diff)
			}
		}
	}
}

// What the services say of an instance, database, cluster or snapshot that does not exist, and what is something else.
func TestLookUpsOfWhatIsMissing(t *testing.T) {
	const rds, dds, database, cluster, snapshot = "RDS instance " + rdsID, "DDS instance " + ddsID,
		`database "shop" of DDS instance ` + ddsID, "DWS cluster " + clusterID, "DWS snapshot " + snapshotID
	coded := func(status int, code string) http.HandlerFunc { return answerWith(status, `{"error_code":"`+code+`"}`) }
	tests := []struct {
		lookUp string
		reply  http.HandlerFunc
		what   string // "" for an error of another kind
	}{
		{"RDS windows", coded(404, "DBS.200002"), rds},
		{"RDS windows", coded(400, "DBS.280404"), rds},
		{"RDS windows", coded(404, "APIGW.0101"), ""},
		{"RDS windows", coded(400, "DBS.200823"), ""},
		{"RDS tables", coded(404, "DBS.200045"), rds},
		{"RDS tables", coded(400, "DBS.280128"), ""},
		{"RDS tables", answerWith(200, `{"instances":[]}`), rds},
		{"RDS tables", answerWith(200, `{"instances":null}`), rds},
		{"RDS tables", answerWith(200, `{"instances":[{"id":"other"},{"id":"`+rdsID+`x"}]}`), rds},
		{"DDS windows", coded(400, "DBS.280110"), dds},
		{"DDS windows", coded(400, "DBS.280409"), ""},
		{"DDS databases", coded(404, "DBS.200002"), dds},
		{"DDS databases", coded(400, "DBS.200823"), ""},
		{"DDS collections", coded(400, "DBS.280110"), dds},
		{"DDS collections", coded(400, "DBS.200823"), database},
		{"DDS collections", coded(400, "DBS.280446"), database},
		{"DDS collections", coded(404, "DBS.280446"), database}, // by code, not by status
		{"DDS collections", coded(403, "DBS.280032"), ""},
		{"DWS cluster snapshots", coded(404, "DWS.3027"), cluster},
		{"DWS cluster snapshots", coded(403, "DWS.0015"), cluster},
		{"DWS cluster snapshots", coded(400, "DWS.5149"), ""},
		{"DWS snapshots", coded(403, "DWS.0015"), ""},
		{"DWS check", coded(400, "DWS.5149"), snapshot},
		{"DWS check", coded(200, "DWS.5149"), snapshot},
		{"DWS check", coded(400, "DWS.5174"), ""},
	}
	for i, test := range tests {
		t.Run(fmt.Sprintf("%02d %s", i, test.lookUp), func(t *testing.T) {
			server := newTestServer(t, test.reply)
			value, err := theLookUps[test.lookUp].call(t.Context(), newTestClient(t, server.URL, newFakeClock()))
			if err == nil || IsNotFound(err) != (test.what != "") || !cmp.Equal(value, theLookUps[test.lookUp].nothing) {
				t.Fatalf("%v, %v; not found: %t", value, err, IsNotFound(err))
			}
			if test.what == "" && outcome(err) != refused {
				t.Errorf("%v, want what the service said", err)
			}
			if want := test.what + " was not found"; test.what != "" &&
				(len(err.Error()) < len(want) || err.Error()[:len(want)] != want) {
				t.Errorf("got %v, want it to begin with %s", err, want)
			}
			if got := len(server.got()); got != 1 {
				t.Errorf("%d requests, want 1", got)
			}
		})
	}
}
