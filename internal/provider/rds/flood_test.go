// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/provider/restore"
)

// missingTables looks for as many tables as there are, none of which is there.
func missingTables(count int) func() {
	var listed client.RDSRestorableTables
	var entries []tableEntry
	for i := range count {
		table := client.RDSTableName{Database: "shop", Schema: "public", Table: fmt.Sprintf("table_%04d", i)}
		listed.Tables = append(listed.Tables, table)
		table.Table += "x"
		entries = append(entries, tableEntry{RDSTableName: table, at: path.Root("databases").AtListIndex(i)})
	}
	listed.TotalTables = count
	return func() {
		check := pgCheck{f: &restore.Findings{}, instanceID: "i"}
		check.sources(context.Background(), time.Unix(1688556737, 0), entries, newCatalogue(listed))
	}
}

// BenchmarkMissingTables reports how much longer 2,000 tables take than 200: ten times, if the time is linear.
func BenchmarkMissingTables(b *testing.B) {
	few, many := missingTables(200), missingTables(2000)
	took := func(work func()) float64 {
		began := time.Now()
		for range b.N {
			work()
		}
		return float64(time.Since(began))
	}
	b.ReportMetric(took(many)/took(few), "times-as-long")
}
