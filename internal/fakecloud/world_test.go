// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func readWorld(t *testing.T, text string) (World, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "world.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return ReadWorld(path)
}

// documentedWorld returns the example in the package comment.
func documentedWorld(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, example, found := strings.Cut(string(source), "//\t{\n")
	if !found {
		t.Fatal("no example in the package comment")
	}
	example, _, _ = strings.Cut(example, "\npackage ")
	return "{\n" + strings.ReplaceAll(example, "//\t", "")
}

func TestTheDocumentedWorldCanBeRead(t *testing.T) {
	world, err := readWorld(t, documentedWorld(t))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
	instance := world.RDSInstances[0]
	if got := instance.Windows[1].Start.Time(now); !got.Equal(now.Add(-168 * time.Hour)) {
		t.Errorf("a relative moment is %s", got)
	}
	if got := instance.Windows[0].Start.Time(now); got.Format(time.RFC3339) != "2023-07-01T00:00:00Z" {
		t.Errorf("a fixed moment is %s", got)
	}
	if !instance.Databases["shop"]["public"]["measurements"].PartitionParent {
		t.Error("partition_parent was not read")
	}
	if len(world.Agencies) != 1 || len(world.IdentityProviders) != 1 || world.MetadataUser != "demo" ||
		len(world.Accounts[0].Passcodes) != 2 {
		t.Error("the identities were not read")
	}
	if _, err := Start(Options{World: world, Listen: "127.0.0.1"}); err == nil {
		t.Error("an address without a port was accepted")
	}
}

func TestRejectedWorlds(t *testing.T) {
	const accounts = `{"accounts":[{"user_name":"a","tokens":[{"value":"t"}]}],"projects":[{"id":"p","name":"r",` +
		`"accounts":["a"]}]`
	for name, test := range map[string]struct{ text, says string }{
		"an unknown field": {accounts + `,"rds":[]}`, "rds is not a known field"},
		"an unknown inner field": {accounts +
			`,"rds_instances":[{"id":"i","name":"n","project_id":"p","databases":{"d":{"s":{"t":{"made":"-1h"}}}}}]}`,
			"rds_instances[0].databases.d.s.t.made is not a known field"},
		"trailing data":     {accounts + `} {}`, "not one valid JSON value"},
		"a wrong type":      {accounts + `,"rds_requests_per_minute":"60"}`, "must be an integer, not a string"},
		"null":              {accounts + `,"dws_action_id_is_job_id":null}`, "must not be null"},
		"no accounts":       {`{"projects":[]}`, "accounts is missing"},
		"a duplicate field": {accounts + `,"projects":[]}`, "projects stands there twice"},
		"a moment in words": {accounts +
			`,"rds_instances":[{"id":"i","name":"n","project_id":"p","windows":[{"start":"yesterday","end":"-5m"}]}]}`,
			"yesterday"},
		"a window with one end": {accounts +
			`,"rds_instances":[{"id":"i","name":"n","project_id":"p","windows":[{"start":"-5m"}]}]}`,
			"windows[0].end is missing"},
		"a window that ends first": {accounts +
			`,"rds_instances":[{"id":"i","name":"n","project_id":"p","windows":[{"start":"-5m","end":"-10m"}]}]}`,
			"ends before it starts"},
		"an unknown project": {accounts + `,"rds_instances":[{"id":"i","name":"n","project_id":"q"}]}`,
			`unknown project "q"`},
		"an unknown cluster": {accounts + `,"dws_snapshots":[{"id":"s","name":"n","cluster_id":"c"}]}`,
			`unknown DWS cluster "c"`},
		"a table snapshot of two databases": {
			accounts + `,"dws_clusters":[{"id":"c","name":"n","project_id":"p"}],"dws_snapshots":[{"id":"s",` +
				`"name":"n","cluster_id":"c","backup_level":"table","databases":{"a":{},"b":{}}}]}`,
			"the snapshot s of the level table holds more than one database",
		},
		"a schema snapshot of two databases": {
			accounts + `,"dws_clusters":[{"id":"c","name":"n","project_id":"p"}],"dws_snapshots":[{"id":"s",` +
				`"name":"n","cluster_id":"c","backup_level":"schema","databases":{"a":{},"b":{}}}]}`,
			"the snapshot s of the level schema holds more than one database",
		},
		"an unknown account": {`{"accounts":[],"projects":[{"id":"p","name":"r","accounts":["a"]}]}`,
			`unknown user name "a"`},
		"a duplicate instance": {accounts +
			`,"dds_instances":[{"id":"i","name":"n","project_id":"p"},{"id":"i","name":"m","project_id":"p"}]}`,
			"i stands there twice"},
		"an agency of an unknown user": {accounts +
			`,"agencies":[{"name":"x","domain_name":"d","user_name":"b","trusts":[]}]}`,
			`the agency x names the unknown user name "b"`},
		"an agency that trusts an unknown user": {accounts +
			`,"agencies":[{"name":"x","domain_name":"d","user_name":"a","trusts":["b"]}]}`,
			`the agency x names the unknown user name "b"`},
		"an agency without a domain": {accounts + `,"agencies":[{"name":"x","user_name":"a","trusts":[]}]}`,
			"needs a name and a domain"},
		"a duplicate agency": {accounts +
			`,"agencies":[{"name":"x","domain_id":"d","user_name":"a","trusts":[]},{"name":"x","domain_id":"d",` +
			`"user_name":"a","trusts":[]}]}`, "stands there twice"},
		"a provider of an unknown user": {accounts +
			`,"identity_providers":[{"id":"x","id_tokens":["t"],"user_name":"b"}]}`,
			`the identity provider x names the unknown user name "b"`},
		"a duplicate provider": {accounts +
			`,"identity_providers":[{"id":"x","id_tokens":[],"user_name":"a"},{"id":"x","id_tokens":[],` +
			`"user_name":"a"}]}`, "identity provider x stands there twice"},
		"an empty ID token": {accounts +
			`,"identity_providers":[{"id":"x","id_tokens":[""],"user_name":"a"}]}`, "an empty ID token"},
		"an unknown server": {accounts + `,"metadata_user":"b"}`,
			`metadata_user names the unknown user name "b"`},
		"an unknown mode of metadata": {accounts + `,"metadata_token":"maybe"}`, `metadata_token is "maybe"`},
		"a negative lifetime":         {accounts + `,"metadata_key_seconds":-1}`, "below 0"},
		"passcodes without a password": {`{"accounts":[{"user_name":"a","user_id":"i","passcodes":["1"]}],` +
			`"projects":[]}`, "has passcodes but no password"},
		"passcodes without a user id": {`{"accounts":[{"user_name":"a","password":"p","domain_id":"d",` +
			`"passcodes":["1"]}],"projects":[]}`, "no user id"},
		"half a key pair": {`{"accounts":[{"user_name":"a","access_key":"k"}],"projects":[]}`,
			"half a key pair"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := readWorld(t, test.text); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%v, want an error that says %q", err, test.says)
			}
		})
	}
	if _, err := readWorld(t, accounts+`}`); err != nil {
		t.Errorf("the base of these worlds: %v", err)
	}
	if _, err := ReadWorld(filepath.Join(t.TempDir(), "none.json")); err == nil {
		t.Error("a missing file was read")
	}
	dangling := World{Projects: []Project{{ID: "p", Accounts: []string{"nobody"}}}}
	if _, err := Start(Options{World: dangling}); err == nil {
		t.Error("started a world with a dangling reference")
	}
}

func TestDefaultWorldIsValidAndSurvivesJSON(t *testing.T) {
	data, err := json.Marshal(DefaultWorld())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readWorld(t, string(data)); err != nil {
		t.Error(err)
	}
	a := DefaultWorld()
	a.RDSInstances[0].Databases["shop"]["public"]["x"] = Table{}
	if _, shared := DefaultWorld().RDSInstances[0].Databases["shop"]["public"]["x"]; shared {
		t.Error("two default worlds share a table")
	}
}

// The deputy's project holds copies of the first instances of the default project. No other user sees them.
func TestTheDeputysProject(t *testing.T) {
	w := DefaultWorld()
	rds, dds, cluster, snapshot := w.RDSInstances[3], w.DDSInstances[3], w.DWSClusters[2], w.DWSSnapshots[3]
	wantEqual(t, "identifiers", []string{rds.ID, dds.ID, cluster.ID, snapshot.ID, rds.ProjectID, dds.ProjectID,
		cluster.ProjectID, snapshot.ClusterID},
		[]string{DeputyRDSInstance, DeputyDDSInstance, DeputyDWSCluster, DeputyDWSSnapshot, DeputyProjectID,
			DeputyProjectID, DeputyProjectID, DeputyDWSCluster})
	rds.ID, rds.Name, rds.ProjectID = w.RDSInstances[0].ID, w.RDSInstances[0].Name, w.RDSInstances[0].ProjectID
	dds.ID, dds.Name, dds.ProjectID = w.DDSInstances[0].ID, w.DDSInstances[0].Name, w.DDSInstances[0].ProjectID
	cluster.ID, cluster.Name, cluster.ProjectID = w.DWSClusters[0].ID, w.DWSClusters[0].Name, w.DWSClusters[0].ProjectID
	first := w.DWSSnapshots[0]
	snapshot.ID, snapshot.Name, snapshot.ClusterID = first.ID, first.Name, first.ClusterID
	if !reflect.DeepEqual(rds, w.RDSInstances[0]) || !reflect.DeepEqual(dds, w.DDSInstances[0]) ||
		!reflect.DeepEqual(cluster, w.DWSClusters[0]) || !reflect.DeepEqual(snapshot, w.DWSSnapshots[0]) {
		t.Error("the deputy's objects differ from the first ones of the default project")
	}

	c := start(t, Options{})
	deputy := strings.NewReplacer(rdsID, DeputyRDSInstance, ddsID, DeputyDDSInstance, snapshotID, DeputyDWSSnapshot,
		DefaultProjectID, DeputyProjectID)
	key := assumed(c.withKey(demoKey, STS, "POST", assumePath, assumeBody(DefaultAgency, "")))
	for service, request := range map[string][2]string{
		RDS: {rdsRestorePath, rdsBody}, DDS: {ddsRestorePath, ddsBody}, DWS: {dwsRestorePath, dwsBody},
	} {
		path, body := deputy.Replace(request[0]), deputy.Replace(request[1])
		if got := c.withKey(demoKey, service, "POST", path, body); got.status != 403 {
			t.Errorf("%s as demo: %d %s", service, got.status, got.raw)
		}
		if got := c.withKey(key, service, "POST", path, body); got.status != 200 {
			t.Errorf("%s as the deputy: %d %s", service, got.status, got.raw)
		}
	}
	for _, all := range []answer{
		c.do(IAM, "GET", "/v3/projects", ""), c.do(RDS, "GET", "/v3/"+DefaultProjectID+"/instances", ""),
		c.do(DDS, "GET", "/v3/"+DefaultProjectID+"/instances", ""),
		c.do(DWS, "GET", "/v1.0/"+DefaultProjectID+"/snapshots", ""),
	} {
		if all.status != 200 || strings.Contains(all.raw, "deputy") || strings.Contains(all.raw, DeputyProjectID) {
			t.Errorf("demo sees %d %s", all.status, all.raw)
		}
	}
}

func TestMoments(t *testing.T) {
	for _, text := range []string{"2023-07-05T11:32:17Z", "2023-07-05T11:32:17.5Z", "-168h0m0s", "+5m0s"} {
		var m Moment
		if err := m.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if back, err := m.MarshalText(); err != nil || string(back) != text {
			t.Errorf("%s became %s, %v", text, back, err)
		}
	}
	for _, text := range []string{"", "5m", "-", "2023-07-05", "2023-07-05 11:32:17"} {
		if err := new(Moment).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}

func TestStrictDecode(t *testing.T) {
	type inner struct {
		Name string `json:"name"`
	}
	type outer struct {
		Number int64            `json:"number"`
		Inner  inner            `json:"inner,omitzero"`
		Map    map[string]inner `json:"map,omitempty"`
		List   []string         `json:"list,omitempty"`
		Flag   *bool            `json:"flag,omitempty"`
	}
	var got outer
	if err := strictDecode([]byte(` {"number":1,"inner":{"name":"é"},"map":{"k":{"name":"n"}},"list":["a"],`+
		`"flag":false} `), &got); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "decoded", got, outer{1, inner{"é"}, map[string]inner{"k": {"n"}}, []string{"a"}, new(false)})
	for text, says := range map[string]string{
		`{"number":1e3}`:                          "number must be an integer, not the number 1e3",
		`{"number":99999999999999999999}`:         "number must be an integer",
		`{"NUMBER":1}`:                            "number is missing",
		`{"number":1,"inner":{"name":"a","b":1}}`: "inner.b is not a known field",
		`{"number":1,"map":{"k":{"name":1}}}`:     "map.k.name must be a string, not the number 1",
		`{"number":1,"map":{"k":{},"k":{}}}`:      "map.k stands there twice",
		`{"number":1,"list":["a",null]}`:          "list[1] must not be null",
		`{"number":1,"list":{"a":1}}`:             "list must be a list, not an object",
		`{"number":1,"flag":"false"}`:             "flag must be a boolean, not a string",
		`[]`:                                      "the document must be an object, not a list",
		`null`:                                    "the document must not be null",
		`{"number":1,}`:                           "not one valid JSON value",
		``:                                        "not one valid JSON value",
		"{\"number\":1,\"inner\":{\"name\":\"\xff\"}}": "not UTF-8",
	} {
		if err := strictDecode([]byte(text), &outer{}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want an error that says %q", text, err, says)
		}
	}
}
