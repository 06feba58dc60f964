// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"os"
	"strings"
	"testing"
)

// TestReadmeShowsTheExamples holds the README's configurations to those that the tests apply.
func TestReadmeShowsTheExamples(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"provider/provider.tf",
		"resources/x_rds_pg_table_pitr/resource.tf",
		"resources/x_dds_collection_restore/resource.tf",
		"resources/x_dws_table_restore/resource.tf",
	} {
		if !strings.Contains(string(readme), "```terraform\n"+example(t, name)+"```") {
			t.Errorf("the README does not show examples/%s as it is", name)
		}
	}
}
