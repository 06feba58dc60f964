// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/fakecloud"
	"terraform-provider-x/internal/provider/restore"
)

// acceptance is a restore of one small table or collection, which a real account has to have: a variable names each
// part. Without an account the values are those of fakecloud's world.
type acceptance struct {
	address string
	config  string // with a %[n]q for each of the variables, and last for a target's name that is new
	parts   []part
}

// part is a variable, and fakecloud's value for it.
type part struct{ variable, fake string }

var acceptances = map[string]acceptance{
	"rds": {
		address: "x_rds_pg_table_pitr.acceptance",
		config: `resource "x_rds_pg_table_pitr" "acceptance" {
  instance_id  = %[1]q
  restore_time = "latest"
  databases    = [{ database = %[2]q, schemas = [{ schema = %[3]q, tables = [{ old_name = %[4]q, new_name = %[5]q }] }] }]
}`,
		parts: []part{
			{"X_ACC_RDS_INSTANCE_ID", rdsCase.target}, {"X_ACC_RDS_DATABASE", "shop"}, {"X_ACC_RDS_SCHEMA", "public"},
			{"X_ACC_RDS_TABLE", "orders"},
		},
	},
	"dds": {
		address: "x_dds_collection_restore.acceptance",
		config: `resource "x_dds_collection_restore" "acceptance" {
  instance_id         = %[1]q
  restore_collections = [{ database = %[2]q, collections = [{ old_name = %[3]q, new_name = %[4]q, restore_collection_time = "latest" }] }]
}`,
		parts: []part{
			{"X_ACC_DDS_INSTANCE_ID", ddsCase.target}, {"X_ACC_DDS_DATABASE", "app"}, {"X_ACC_DDS_COLLECTION", "carts"},
		},
	},
	"dws": {
		address: "x_dws_table_restore.acceptance",
		config: `resource "x_dws_table_restore" "acceptance" {
  snapshot_id        = %[1]q
  database           = %[2]q
  case_sensitive     = true
  restore_table_list = [{ schema_name = %[3]q, table_name = %[4]q }]
  target_table_list  = [{ schema_name = %[3]q, table_name = %[5]q }]
}`,
		parts: []part{
			{"X_ACC_DWS_SNAPSHOT_ID", dwsCase.target}, {"X_ACC_DWS_DATABASE", "postgres"}, {"X_ACC_DWS_SCHEMA", "public"},
			{"X_ACC_DWS_TABLE", "sales"},
		},
	},
}

// TestAccRestores is what a real account is tried with, by TF_ACC=1 and the variables above; CONTRIBUTING.md says how,
// for how long and at what cost. Without TF_ACC the very same runs against fakecloud.
func TestAccRestores(t *testing.T) {
	t.Parallel()
	account, tried := os.Getenv("TF_ACC") != "", 0
	for name, a := range acceptances {
		var values []any
		for _, p := range a.parts {
			value := p.fake
			if account {
				value = os.Getenv(p.variable)
			}
			values = append(values, value)
		}
		if values[0] == "" {
			t.Logf("%s is left out: %s is not set", name, a.parts[0].variable)
			continue
		}
		tried++
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i, p := range a.parts {
				if values[i] == "" {
					t.Fatalf("%s is not set", p.variable)
				}
			}
			config := fmt.Sprintf(a.config, append(values, fmt.Sprint("x_acceptance_", time.Now().Unix()))...)
			provider, clock := "provider \"x\" {}\n", client.SystemClock
			run := resource.Test
			if !account {
				env := newTestEnv(t)
				at := env.cloud.Addresses()
				provider = fmt.Sprintf("provider \"x\" {\n  region = %q\n  access_key = %q\n  secret_key = %q\n  endpoints = { iam = %q, rds = %q, dds = %q, dws = %q }\n}\n",
					fakecloud.DefaultRegion, fakecloud.DefaultAccessKey, fakecloud.DefaultSecretKey, at.IAM, at.RDS, at.DDS, at.DWS)
				clock, run = env.clock, resource.UnitTest
				t.Cleanup(func() { env.expectAccepted(1) })
			}
			run(t, a.testCase(provider+config, clock))
		})
	}
	if tried == 0 {
		t.Error("TF_ACC is set, but nothing to try")
	}
}

// testCase restores, and then finds nothing to do.
func (a acceptance) testCase(config string, clock client.Clock) resource.TestCase {
	known := func(attribute string, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(a.address, tfjsonpath.New(attribute), check)
	}
	return resource.TestCase{
		ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
			"x": func() (tfprotov6.ProviderServer, error) {
				return newServer(newWithClock("test", clock, restore.Run{})), nil
			},
		},
		Steps: []resource.TestStep{
			{
				Config:           config,
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(a.address, plancheck.ResourceActionCreate)}},
				ConfigStateChecks: []statecheck.StateCheck{
					known("status", knownvalue.StringExact("Completed")), known("job_id", knownvalue.NotNull()),
					known("finished_at", knownvalue.NotNull()),
					known("duration_seconds", knownvalue.NotNull()), known("restored_objects", knownvalue.ListSizeExact(1)),
					known("cleanup_statements", knownvalue.ListSizeExact(1)),
				},
			},
			{Config: config, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
		},
	}
}
