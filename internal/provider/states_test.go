// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRecordedStates plans with states that each version has written (testdata/states/VERSION/RESOURCE.state.json, with
// the configuration beside each). Whatever the schema has become since: there is nothing to change, and nothing to ask.
// A release adds a directory of its own; no file there is ever edited.
func TestRecordedStates(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/states/*/*.state.json")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d recorded states: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimPrefix(file, "testdata/states/"), func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			read := func(name string) string {
				text, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				return string(text)
			}
			env.write("terraform.tfstate", read(file))
			env.configure(read(strings.TrimSuffix(file, ".state.json") + ".tf"))
			env.expectNoChanges()
			env.mustApply()
			if requests := env.cloud.Requests(); len(requests) > 0 {
				t.Errorf("the cloud was called: %s", fmt.Sprint(requests))
			}
		})
	}
}
