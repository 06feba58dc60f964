// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"terraform-provider-x/internal/fakecloud"
)

// decoded keeps numbers as they are written, so that a number and a string never compare equal.
func decoded(t *testing.T, text []byte) any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return value
}

// TestBodies compares what is sent, field by field and type by type, with the examples of the services' API references.
// Three things differ from the examples on purpose: the DDS times are strings, as its parameter tables say, where its
// examples show bare numbers; the DDS example leaves a collection's new name to the service, and here the provider
// chooses it; and the RDS example's new_name is left to the provider, which names it the same.
func TestBodies(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ service, target, resource, body string }{
		"rds": {
			fakecloud.RDS, "df29b535eec64ee1b286bd2c62871a9cin03", `
resource "x_rds_pg_table_pitr" "this" {
  instance_id  = "df29b535eec64ee1b286bd2c62871a9cin03"
  restore_time = "2023-07-05T11:32:17Z"
  databases    = [{ database = "data1", schemas = [{ schema = "schema1", tables = [{ old_name = "table1" }] }] }]
}`, `{ "instances": [{ "restore_time": 1688556737000, "instance_id": "df29b535eec64ee1b286bd2c62871a9cin03", "databases": [{
				"database": "data1", "schemas": [{ "schema": "schema1", "tables": [{ "old_name": "table1", "new_name": "table1_1688556737000" }] }] }] }] }`,
		},
		"dds, database level": {
			fakecloud.DDS, "9136fd2a9fcd405ea4674276ce36dae8in02", `
resource "x_dds_collection_restore" "this" {
  instance_id         = "9136fd2a9fcd405ea4674276ce36dae8in02"
  restore_collections = [{ database = "test", restore_database_time = 1607762955000 }]
}`, `{ "restore_collections": [ { "database": "test", "restore_database_time": "1607762955000" } ] }`,
		},
		"dds, collection level": {
			fakecloud.DDS, "9136fd2a9fcd405ea4674276ce36dae8in02", `
resource "x_dds_collection_restore" "this" {
  instance_id         = "9136fd2a9fcd405ea4674276ce36dae8in02"
  restore_collections = [{ database = "test", collections = [
    { old_name = "users", new_name = "users_then", restore_collection_time = "2020-12-12T09:49:15+01:00" },
    { old_name = "test", restore_collection_time = "2020-12-12T08:49:15Z" },
  ] }]
}`, `{ "restore_collections": [ { "database": "test", "collections": [
				{ "old_name": "test", "new_name": "test_bak_1607762955000", "restore_collection_time": "1607762955000" },
				{ "old_name": "users", "new_name": "users_then", "restore_collection_time": "1607762955000" } ] } ] }`,
		},
		"dws": {
			fakecloud.DWS, "c719b1a7-c85c-4cb5-a721-7694908c2c11", `
resource "x_dws_table_restore" "this" {
  snapshot_id        = "c719b1a7-c85c-4cb5-a721-7694908c2c11"
  case_sensitive     = true
  database           = "postgres"
  restore_table_list = [{ schema_name = "postgres", table_name = "public" }]
  target_table_list  = [{ schema_name = "postgres", table_name = "public" }]
  allow_overwrite    = true
}`, `{ "case_sensitive": true, "database": "postgres",
				"restore_table_list": [ { "schema_name": "postgres", "table_name": "public" } ],
				"target_table_list": [ { "schema_name": "postgres", "table_name": "public" } ] }`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			env.configure(c.resource)
			env.mustApply()
			env.expectAccepted(1)
			restore := env.cloud.Restores()[0]
			if restore.Service != c.service || restore.TargetID != c.target {
				t.Errorf("restored %s of %s, want %s of %s", restore.TargetID, restore.Service, c.target, c.service)
			}
			if diff := cmp.Diff(decoded(t, []byte(c.body)), decoded(t, restore.Body)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
