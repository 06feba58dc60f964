// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

var (
	propertySeed = flag.Uint64("property.seed", 1, "the seed of TestAnyConfiguration")
	propertyRuns = flag.Int("property.runs", 6, "how many configurations TestAnyConfiguration makes up")
)

// TestAnyConfiguration makes up configurations of all three resources, as they may be written for the default world.
// Whatever it comes to: it is applied once, there is then nothing to change and nothing to ask, the state stays as it
// is, another spelling of its moments restores nothing again, and whoever has lost the state imports it back without a
// restore.
func TestAnyConfiguration(t *testing.T) {
	t.Parallel()
	for run := range *propertyRuns {
		seed := *propertySeed + uint64(run)
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			a := &author{Rand: rand.New(rand.NewPCG(seed, 0)), now: env.clock.Now().UTC().Truncate(time.Second),
				moments: map[string]time.Time{}}
			config := a.configuration()
			defer func() {
				if t.Failed() {
					t.Logf("to repeat: go test ./internal/provider -run TestAnyConfiguration -property.runs=1 -property.seed=%d\n%s",
						seed, config)
				}
			}()
			env.configure(config)
			env.mustApply()
			env.expectAccepted(3)
			before, requests := env.shownValues(), fmt.Sprint(env.cloud.Requests())
			env.expectNoChanges()
			env.mustApply()
			if after := fmt.Sprint(env.cloud.Requests()); after != requests {
				t.Errorf("finished restores were asked about: %s, then %s", requests, after)
			}
			if diff := cmp.Diff(before, env.shownValues()); diff != "" {
				t.Errorf("the state after another apply: -before +after\n%s", diff)
			}
			env.configure(a.respelled(config))
			env.expect(env.mustApply(), clitest.ExitOK, " 0 destroyed")
			env.expectAccepted(3)

			imports := config
			for _, restore := range env.cloud.Restores() {
				imports += fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", addressOf[restore.Service],
					restore.TargetID+"/"+restore.JobID)
			}
			if err := os.Remove(filepath.Join(env.dir, "terraform.tfstate")); err != nil {
				t.Fatal(err)
			}
			env.configure(imports)
			o := env.mustApply()
			env.expect(o, clitest.ExitOK, "3 imported, 0 added", " 0 destroyed")
			env.expectAccepted(3)
			env.expectNoChanges()
			env.expectAdopted(before)
		})
	}
}

var addressOf = map[string]string{
	fakecloud.RDS: "x_rds_pg_table_pitr.any", fakecloud.DDS: "x_dds_collection_restore.any",
	fakecloud.DWS: "x_dws_table_restore.any",
}

// shownValues is the state as the CLI shows it.
func (env *testEnv) shownValues() map[string]map[string]any {
	env.Helper()
	values := map[string]map[string]any{}
	shown, err := env.cli().Show(env.Context())
	if err != nil {
		env.Fatal(err)
	}
	for address, resource := range shown {
		if resource.Tainted {
			env.Errorf("%s is tainted", address)
		}
		values[address] = resource.Values
	}
	return values
}

// expectAdopted compares what was imported with what was created: what is configured, and which restore it is.
func (env *testEnv) expectAdopted(created map[string]map[string]any) {
	env.Helper()
	evidence := []string{"submitted_at", "started_at", "finished_at", "restored_to", "duration_seconds",
		"data_age_seconds", "restored_objects", "cleanup_statements"}
	for address, imported := range env.shownValues() {
		latest := strings.Contains(fmt.Sprint(created[address]), "latest")
		for name, value := range created[address] {
			// The default names of a moment that is not known any more; and those of DDS, which the service may have chosen.
			lost := latest && name == "databases" || strings.Contains(fmt.Sprint(value), "_bak_")
			if slices.Contains(evidence, name) || lost {
				continue
			}
			if diff := cmp.Diff(value, imported[name]); diff != "" {
				env.Errorf("%s.%s: -created +imported\n%s", address, name, diff)
			}
		}
	}
}
