// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"fmt"
	"strings"
	"time"

	"terraform-provider-x/internal/fakecloud"
	"terraform-provider-x/internal/provider"
)

// world has a number of instances with the same table, in the default world's project.
func world(instances, requestsPerMinute int) fakecloud.World {
	w := fakecloud.World{
		Accounts: []fakecloud.Account{{
			UserName: fakecloud.DefaultUserName, UserID: fakecloud.DefaultUserID,
			AccessKey: fakecloud.DefaultAccessKey, SecretKey: fakecloud.DefaultSecretKey,
		}},
		Projects: []fakecloud.Project{{
			ID: fakecloud.DefaultProjectID, Name: fakecloud.DefaultRegion, Accounts: []string{fakecloud.DefaultUserName},
		}},
		RDSRequestsPerMinute: requestsPerMinute,
	}
	for i := range instances {
		w.RDSInstances = append(w.RDSInstances, fakecloud.RDSInstance{
			ID: instanceID(i), Name: fmt.Sprintf("orders-%d", i), ProjectID: fakecloud.DefaultProjectID,
			Windows: []fakecloud.Window{{Start: fakecloud.FromNow(-168 * time.Hour),
				End: fakecloud.FromNow(-5 * time.Minute)}},
			Databases: map[string]fakecloud.Schemas{"shop": {"public": {"orders": {}}}},
		})
	}
	return w
}

func instanceID(i int) string { return fmt.Sprintf("%032xin03", i) }

// providerBlock points a configuration at a cloud; more goes into the provider block.
func providerBlock(at fakecloud.Addresses, more string) string {
	return fmt.Sprintf(`terraform {
  required_providers {
    x = { source = %q }
  }
}

provider "x" {
  region     = %q
  access_key = %q
  secret_key = %q
  endpoints  = { iam = %q, rds = %q }
  %s
}
`, provider.Address, fakecloud.DefaultRegion, fakecloud.DefaultAccessKey, fakecloud.DefaultSecretKey, at.IAM, at.RDS, more)
}

// restores has a restore for each of a number of instances, to one moment. They are counted, because with for_each the
// CLI's own work would hide what is measured: it grows with the square of their number.
func restores(count int, moment time.Time) string {
	return fmt.Sprintf(`
resource "x_rds_pg_table_pitr" "this" {
  count        = %d
  %s
}
`, count, strings.Join(arguments(moment), "\n  "))
}

// builtIn has the same values in resources of the CLI itself.
func builtIn(count int, moment time.Time) string {
	return fmt.Sprintf(`
resource "terraform_data" "this" {
  count = %d
  input = {
    %s
  }
}
`, count, strings.Join(arguments(moment), "\n    "))
}

// smallest has one resource of the floor provider.
func smallest(int) string {
	return `terraform {
  required_providers {
    floor = { source = "` + floorAddress + `" }
  }
}

resource "floor_text" "this" {
  value = "text"
}
`
}

func arguments(moment time.Time) []string {
	return []string{
		`instance_id  = format("%032xin03", count.index)`,
		fmt.Sprintf(`restore_time = %q`, moment.UTC().Format(time.RFC3339)),
		`databases    = [{ database = "shop", schemas = [{ schema = "public", tables = [{ old_name = "orders", new_name = "orders_before" }] }] }]`,
	}
}
