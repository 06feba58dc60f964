// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"strings"
	"testing"
	"time"
)

// The tests of this file replay calls in the form in which the vendor's SDK and its Terraform provider send them, if
// that is not the form of the services' pages.

// TestEnterpriseProjects asks for the instances of an enterprise project: the default one has all.
func TestEnterpriseProjects(t *testing.T) {
	c := start(t, Options{})
	for _, list := range []struct{ service, id string }{{RDS, rdsID}, {DDS, ddsID}} {
		for eps, want := range map[string]float64{"": 1, "0": 1, "all_granted_eps": 1, "2f1a8c3e-another": 0} {
			path := "/v3/" + DefaultProjectID + "/instances?id=" + list.id + "&eps_id=" + eps
			if got := c.must(list.service, "GET", path, "")["total_count"]; got != want {
				t.Errorf("%s, eps_id=%s: %v instances, want %v", list.service, eps, got, want)
			}
		}
	}
}

// TestHistoryTimesInQuotes asks what can be restored to a moment that is a string in the body.
func TestHistoryTimesInQuotes(t *testing.T) {
	c := start(t, Options{})
	number := `{"instance_ids":["` + rdsID + `"],"restore_time":1688556737000}`
	for _, objects := range []string{"databases", "tables"} {
		path := "/v3/" + DefaultProjectID + "/postgresql/instances/history/" + objects
		inQuotes := strings.Replace(number, "1688556737000", `"1688556737000"`, 1)
		wantEqual(t, objects, c.must(RDS, "POST", path, inQuotes), c.must(RDS, "POST", path, number))
		for _, text := range []string{`"2023-07-05T11:32:17Z"`, `1688556737000.5`, `""`, `true`} {
			body := strings.Replace(number, "1688556737000", text, 1)
			if got := c.do(RDS, "POST", path, body); got.status != 400 || got.body["error_code"] != "DBS.200001" {
				t.Errorf("%s, restore_time %s: %d %s", objects, text, got.status, got.raw)
			}
		}
	}
}

// TestKeyForATokenWithoutContentType asks for a key as the SDK does after a login with an ID token: it sends the token
// in a header, and no Content-Type.
func TestKeyForATokenWithoutContentType(t *testing.T) {
	c := start(t, Options{})
	ask := func(contentType ...string) answer {
		request := c.request(IAM, "POST", "/v3.0/OS-CREDENTIAL/securitytokens",
			`{"auth":{"identity":{"methods":["token"],"token":{"duration_seconds":900}}}}`)
		request.Header["Content-Type"] = contentType
		request.Header.Set("X-Auth-Token", DefaultToken)
		return c.send(request)
	}
	if got := ask(); got.status != 201 || dig(got.body, "credential", "access") == nil {
		t.Errorf("without a Content-Type: %d %s", got.status, got.raw)
	}
	if got := ask("text/plain"); got.status != 400 {
		t.Errorf("as plain text: %d %s", got.status, got.raw)
	}
}

// TestSnapshotTimesWithoutZone has the times of snapshots as the vendor's provider reads them, in all three lookups.
func TestSnapshotTimesWithoutZone(t *testing.T) {
	world := DefaultWorld()
	world.DWSSnapshots[0].Started = At(time.Date(2026, 1, 13, 22, 0, 0, 0, time.UTC))
	world.DWSSnapshots[0].Finished = At(time.Date(2026, 1, 13, 23, 30, 0, 0, time.UTC))
	world.ZoneHours = 8
	for without, want := range map[bool][]any{
		false: {"2026-01-13T22:00:00Z", "2026-01-13T23:30:00Z", "2026-01-13T23:30:00Z"},
		true:  {"2026-01-14T06:00:00", "2026-01-14T07:30:00", "2026-01-14T07:30:00"},
	} {
		world.DWSTimesWithoutZone = without
		c := start(t, Options{World: world})
		v1 := "/v1.0/" + DefaultProjectID
		for path, where := range map[string][]any{
			"/snapshots/" + snapshotID:              {"snapshot"},
			"/snapshots":                            {"snapshots", 0},
			"/clusters/" + clusterID + "/snapshots": {"snapshots", 0},
		} {
			snapshot := dig(c.must(DWS, "GET", v1+path, ""), where...)
			got := []any{dig(snapshot, "started"), dig(snapshot, "finished"), dig(snapshot, "updated")}
			wantEqual(t, path, got, want)
		}
	}
}

// TestRequiredFields has the fields that the SDK's models require of an instance and a cluster.
func TestRequiredFields(t *testing.T) {
	c := start(t, Options{})
	v3 := "/v3/" + DefaultProjectID + "/instances?id="
	common := []string{"created", "updated", "vpc_id", "subnet_id", "security_group_id", "enterprise_project_id", "tags"}
	for _, test := range []struct {
		view   any
		fields []string
	}{
		{dig(c.must(RDS, "GET", v3+rdsID, ""), "instances", 0), []string{
			"nodes", "private_ips", "public_ips", "db_user_name", "switch_strategy", "maintenance_window", "flavor_ref",
			"disk_encryption_id", "charge_info", "enable_ssl",
		}},
		{dig(c.must(DDS, "GET", v3+ddsID, ""), "instances", 0), []string{
			"groups", "db_user_name", "ssl", "maintenance_window", "disk_encryption_id",
		}},
		{dig(c.must(DWS, "GET", "/v1.0/"+DefaultProjectID+"/clusters/"+clusterID, ""), "cluster"), []string{
			"endpoints", "nodes", "user_name", "number_of_node", "recent_event", "availability_zone", "public_ip",
			"public_endpoints", "node_type", "node_type_id", "private_ip",
		}},
	} {
		for _, field := range append(test.fields, common...) {
			if dig(test.view, field) == nil {
				t.Errorf("no %s in %v", field, test.view)
			}
		}
	}
}
