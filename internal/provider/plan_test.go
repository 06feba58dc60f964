// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"terraform-provider-x/internal/fakecloud"
	"terraform-provider-x/internal/provider/restore"
)

// planCase is one restore, written in ways that mean the same and in one that does not.
type planCase struct {
	address string
	config  string            // with %s for more arguments
	same    map[string]string // other ways to write it, by what differs
	another string
}

var planCases = map[string]planCase{
	"rds": {
		address: "x_rds_pg_table_pitr.this",
		config: `resource "x_rds_pg_table_pitr" "this" {
  instance_id  = "df29b535eec64ee1b286bd2c62871a9cin03"
  restore_time = "2023-07-05T11:32:17Z"
  databases = [
    { database = "shop", schemas = [{ schema = "public", tables = [{ old_name = "orders" }, { old_name = "customers", new_name = "c" }] }] },
    { database = "data1", schemas = [{ schema = "schema1", tables = [{ old_name = "table1" }] }] },
  ]
  %s
}`,
		same: map[string]string{
			"the lists re-ordered, the moment in another spelling, the default name written out": `resource "x_rds_pg_table_pitr" "this" {
  instance_id  = "df29b535eec64ee1b286bd2c62871a9cin03"
  restore_time = 1688556737000
  databases = [
    { database = "data1", schemas = [{ schema = "schema1", tables = [{ old_name = "table1" }] }] },
    { database = "shop", schemas = [{ schema = "public", tables = [{ old_name = "customers", new_name = "c" }, { old_name = "orders", new_name = "orders_1688556737000" }] }] },
  ]
}`},
		another: `resource "x_rds_pg_table_pitr" "this" {
  instance_id  = "df29b535eec64ee1b286bd2c62871a9cin03"
  restore_time = "2023-07-05T11:32:18Z"
  databases = [
    { database = "shop", schemas = [{ schema = "public", tables = [{ old_name = "orders" }, { old_name = "customers", new_name = "c2" }] }] },
    { database = "data1", schemas = [{ schema = "schema1", tables = [{ old_name = "table1" }] }] },
  ]
}`,
	},
	"dds": {
		address: "x_dds_collection_restore.this",
		config: `resource "x_dds_collection_restore" "this" {
  instance_id = "9136fd2a9fcd405ea4674276ce36dae8in02"
  restore_collections = [
    { database = "app", collections = [for n in ["carts", "sessions"] : { old_name = n, new_name = "${n}_then", restore_collection_time = "2020-12-12T08:49:15Z" }] },
    { database = "test", restore_database_time = "2020-12-12T08:49:15Z" },
  ]
  %s
}`,
		same: map[string]string{
			"the lists re-ordered, the moments in other spellings": `resource "x_dds_collection_restore" "this" {
  instance_id = "9136fd2a9fcd405ea4674276ce36dae8in02"
  restore_collections = [
    { database = "test", restore_database_time = 1607762955000 },
    { database = "app", collections = [for n in ["sessions", "carts"] : { old_name = n, new_name = "${n}_then", restore_collection_time = "2020-12-12T09:49:15+01:00" }] },
  ]
}`},
		another: `resource "x_dds_collection_restore" "this" {
  instance_id = "9136fd2a9fcd405ea4674276ce36dae8in02"
  restore_collections = [
    { database = "app", collections = [for n in ["carts"] : { old_name = n, new_name = "${n}_once_more", restore_collection_time = "2020-12-12T08:49:15Z" }] },
  ]
}`,
	},
	"dws": {
		address: "x_dws_table_restore.this",
		config: `resource "x_dws_table_restore" "this" {
  snapshot_id        = "c719b1a7-c85c-4cb5-a721-7694908c2c11"
  database           = "postgres"
  case_sensitive     = true
  restore_table_list = [for n in ["sales", "stores"] : { schema_name = "public", table_name = n }]
  target_table_list  = [for n in ["sales", "stores"] : { schema_name = "public", table_name = "${n}_then" }]
  %s
}`,
		same: map[string]string{
			"both lists re-ordered alike": `resource "x_dws_table_restore" "this" {
  snapshot_id        = "c719b1a7-c85c-4cb5-a721-7694908c2c11"
  database           = "postgres"
  case_sensitive     = true
  restore_table_list = [for n in ["stores", "sales"] : { schema_name = "public", table_name = n }]
  target_table_list  = [for n in ["stores", "sales"] : { schema_name = "public", table_name = "${n}_then" }]
}`},
		// One list alone re-ordered gives each table the other's target.
		another: `resource "x_dws_table_restore" "this" {
  snapshot_id        = "c719b1a7-c85c-4cb5-a721-7694908c2c11"
  database           = "postgres"
  case_sensitive     = true
  restore_table_list = [for n in ["stores", "sales"] : { schema_name = "public", table_name = n }]
  target_table_list  = [for n in ["sales", "stores"] : { schema_name = "public", table_name = "${n}_then" }]
  allow_overwrite    = true
}`,
	},
}

// TestPlans steps through what a person changes in a configuration, and what each change does to the plan and the
// cloud.
func TestPlans(t *testing.T) {
	t.Parallel()
	for name, c := range planCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			at := env.cloud.Addresses()
			block := func(config, more string) string {
				return fmt.Sprintf(`provider "x" {
  region     = %q
  access_key = %q
  secret_key = %q
  endpoints  = { iam = %q, rds = %q, dds = %q, dws = %q }
}
`, fakecloud.DefaultRegion, fakecloud.DefaultAccessKey, fakecloud.DefaultSecretKey, at.IAM, at.RDS, at.DDS, at.DWS) +
					strings.Replace(config, "%s", more, 1)
			}
			accepted := func(count int) func() { return func() { env.expectAccepted(count) } }
			does := func(action plancheck.ResourceActionType) resource.ConfigPlanChecks {
				return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(c.address, action)}}
			}
			nothing := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
			of := tfjsonpath.New[string]
			sameJob := statecheck.CompareValue(compare.ValuesSame())
			steps := []resource.TestStep{{
				Config:           block(c.config, ""),
				ConfigPlanChecks: does(plancheck.ResourceActionCreate),
				ConfigStateChecks: []statecheck.StateCheck{
					sameJob.AddStateValue(c.address, of("job_id")),
					statecheck.ExpectKnownValue(c.address, of("status"), knownvalue.StringExact("Completed")),
					statecheck.ExpectKnownValue(c.address, of("region"), knownvalue.StringExact("eu-west-101")),
				},
			}}
			for _, same := range c.same {
				steps = append(steps, resource.TestStep{PreConfig: accepted(1), Config: block(same, ""), ConfigPlanChecks: nothing})
			}
			steps = append(steps,
				resource.TestStep{
					Config:            block(c.config, `timeouts = { create = "4h", update = "5h" }`+"\n"+`on_timeout = "detach"`),
					ConfigPlanChecks:  does(plancheck.ResourceActionUpdate),
					ConfigStateChecks: []statecheck.StateCheck{sameJob.AddStateValue(c.address, of("job_id"))},
				},
				resource.TestStep{
					PreConfig:        accepted(1),
					Config:           block(c.another, ""),
					ConfigPlanChecks: does(plancheck.ResourceActionDestroyBeforeCreate),
				},
				resource.TestStep{
					PreConfig:        accepted(2),
					Config:           block(c.another, ""),
					ConfigPlanChecks: nothing,
				})
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
					"x": func() (tfprotov6.ProviderServer, error) {
						return newServer(newWithClock("test", env.clock, restore.Run{})), nil
					},
				},
				Steps: steps,
			})
			env.expectAccepted(2)
		})
	}
}
