// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"strings"
	"testing"
)

// TestLookupRefusals sends each lookup requests that it must reject.
func TestLookupRefusals(t *testing.T) {
	const (
		v3  = "/v3/" + DefaultProjectID
		ago = "start_time=2026-01-10T00:00:00%2B0000&end_time=2026-01-16T00:00:00%2B0000"
	)
	tests := []struct {
		service, method, path, body string
		status                      int
		code                        string
	}{
		{RDS, "GET", v3 + "/instances?limit=0", "", 400, "DBS.200001"},
		{RDS, "GET", v3 + "/instances?limit=101", "", 400, "DBS.200001"},
		{RDS, "GET", v3 + "/instances?offset=-1", "", 400, "DBS.200001"},
		{RDS, "GET", v3 + "/instances?instance_id=x", "", 400, "DBS.200001"},
		{RDS, "GET", v3 + "/instances?group_type=other", "", 400, "DBS.200001"},
		{RDS, "GET", v3 + "/instances?id=a&id=b", "", 400, "DBS.200001"},
		{RDS, "GET", v3 + "/instances/", "", 404, "APIGW.0101"},
		{RDS, "DELETE", v3 + "/jobs?id=x", "", 404, "APIGW.0101"},
		{RDS, "GET", v3 + "/jobs", "", 400, "DBS.200001"},
		{RDS, "GET", v3 + "/jobs?id=00000000-0000-0000-0000-000000000000", "", 400, "DBS.200543"},
		{RDS, "GET", v3 + "/tasklist?limit=51", "", 400, "DBS.200001"},
		{RDS, "GET", v3 + "/tasklist?start_time=1768400000000", "", 400, "DBS.200001"},
		{RDS, "GET", v3 + "/tasklist?start_time=1768400000&end_time=1768500000", "", 400, "DBS.200001"},
		{RDS, "GET", v3 + "/tasklist?start_time=1768500000000&end_time=1768400000000", "", 400, "DBS.200001"},
		{RDS, "GET", v3 + "/tasklist?status=Complete", "", 400, "DBS.200001"},
		{RDS, "GET", v3 + "/instances/" + rdsID + "/restore-time?date=5.7.2023", "", 400, "DBS.200001"},
		{RDS, "GET", v3 + "/instances/" + ddsID + "/restore-time", "", 404, "DBS.200002"},
		{RDS, "POST", v3 + "/data1/instances/history/tables", `{"instance_ids":["` + rdsID +
			`"],"restore_time":1688556737000}`, 400, "DBS.200001"},
		{RDS, "POST", v3 + "/postgresql/instances/history/tables", `{"instance_ids":[],"restore_time":1688556737000}`,
			400, "DBS.200001"},
		{RDS, "POST", v3 + "/postgresql/instances/history/tables", `{"instance_ids":["` + rdsID + `"]}`, 400,
			"DBS.200001"},
		{RDS, "POST", v3 + "/postgresql/instances/history/tables", `{"instance_ids":["` + rdsID +
			`"],"restore_time":1}`, 400, "DBS.200461"},
		{RDS, "POST", v3 + "/postgresql/instances/history/databases", `{"instance_ids":["` + rdsID +
			`"],"restore_time":1688556737000,"table_name_like":"x"}`, 400, "DBS.200001"},
		{DDS, "GET", v3 + "/instances?limit=101", "", 400, "DBS.280439"},
		{DDS, "GET", v3 + "/instances?offset=x", "", 400, "DBS.280440"},
		{DDS, "GET", v3 + "/instances?group_type=flexus", "", 400, "DBS.280001"},
		{DDS, "GET", v3 + "/jobs?id=00000000-0000-0000-0000-000000000000", "", 400, "DBS.200543"},
		{DDS, "GET", v3 + "/instances/" + ddsID + "/restore-time", "", 400, "DBS.280409"},
		{DDS, "GET", v3 + "/instances/" + ddsID + "/restore-database?restore_time=1607762955", "", 400, "DBS.280001"},
		{DDS, "GET", v3 + "/instances/" + ddsID + "/restore-database?restore_time=1507762955000", "", 400,
			"DBS.280409"},
		{DDS, "GET", v3 + "/instances/" + ddsID + "/restore-collection?restore_time=1607762955000", "", 400,
			"DBS.280001"},
		{DDS, "GET", v3 + "/instances/" + ddsID + "/restore-collection?restore_time=1607762955000&db_name=nope", "",
			400, "DBS.200823"},
		{DDS, "GET", "/v3.1/" + DefaultProjectID + "/jobs?start_time=2026-01-10T00:00:00%2B0000", "", 400,
			"DBS.280001"},
		{DDS, "GET", "/v3.1/" + DefaultProjectID + "/jobs?" + strings.ReplaceAll(ago, "%2B", "+"), "", 400,
			"DBS.280001"},
		{DDS, "GET", "/v3.1/" + DefaultProjectID + "/jobs?" + strings.ReplaceAll(ago, "%2B0000", "Z"), "", 400,
			"DBS.280001"},
		{DDS, "GET", "/v3.1/" + DefaultProjectID + "/jobs?" + strings.Replace(ago, "2026-01-10", "2025-12-01", 1), "",
			400, "DBS.280001"},
		{DDS, "GET", "/v3.1/" + DefaultProjectID + "/jobs?" + ago + "&instance_id=" + ddsID, "", 400, "DBS.280001"},
		{DDS, "GET", "/v3.1/" + DefaultProjectID + "/jobs?" + ago + "&limit=101", "", 400, "DBS.280439"},
		{DWS, "GET", "/v1.0/" + DefaultProjectID + "/snapshots/unknown", "", 400, "DWS.5149"},
		{DWS, "GET", "/v1.0/" + DefaultProjectID + "/snapshots?limit=1", "", 400, "DWS.5065"},
		{DWS, "GET", "/v1.0/" + DefaultProjectID + "/clusters/unknown", "", 404, "DWS.3027"},
		{DWS, "GET", "/v1.0/" + DefaultProjectID + "/clusters/" + clusterID + "/snapshots?limit=0", "", 400,
			"DWS.5065"},
		{DWS, "GET", "/v1/" + DefaultProjectID + "/clusters/" + clusterID + "/actions/RESTARTING", "", 400, "DWS.5065"},
		{DWS, "GET", "/v1.0/" + DefaultProjectID + "/job/00000000000000000000000000000000", "", 404, "DWS.0001"},
		{DWS, "GET", "/v1/" + DefaultProjectID + "/job/00000000000000000000000000000000", "", 404, "APIGW.0101"},
		{DWS, "GET", "/v1.0/" + DefaultProjectID + "/jobs/00000000000000000000000000000000", "", 404, "APIGW.0101"},
	}
	c := start(t, Options{World: func() World { w := DefaultWorld(); w.RDSRequestsPerMinute = -1; return w }()})
	for _, test := range tests {
		got := c.do(test.service, test.method, test.path, test.body)
		if got.status != test.status || got.body["error_code"] != test.code {
			t.Errorf("%s %s %s: %d %s, want %d %s", test.service, test.method, test.path, got.status, got.raw,
				test.status, test.code)
		}
	}
}
