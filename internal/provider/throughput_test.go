// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
	"terraform-provider-x/internal/provider/restore"
)

// manyInstances adds as many instances to a world, like its first one.
func manyInstances(count int) func(*fakecloud.World) {
	return func(w *fakecloud.World) {
		like := w.RDSInstances[0]
		w.RDSInstances = nil
		for i := range count {
			like.ID, like.Name = fmt.Sprintf("%032xin03", i), fmt.Sprint("orders-db-", i)
			w.RDSInstances = append(w.RDSInstances, like)
		}
	}
}

// valueOf is a value of a type as it is written in Go: maps for objects, of which what is not given is null, and slices
// for lists.
func valueOf(of tftypes.Type, given any) tftypes.Value {
	switch given := given.(type) {
	case map[string]any:
		object, isObject := of.(tftypes.Object)
		values := map[string]tftypes.Value{}
		if !isObject {
			for name, value := range given {
				values[name] = valueOf(of.(tftypes.Map).ElementType, value)
			}
			return tftypes.NewValue(of, values)
		}
		for name, attribute := range object.AttributeTypes {
			values[name] = valueOf(attribute, given[name])
		}
		return tftypes.NewValue(of, values)
	case []any:
		var elements []tftypes.Value
		for _, element := range given {
			elements = append(elements, valueOf(of.(tftypes.List).ElementType, element))
		}
		return tftypes.NewValue(of, elements)
	}
	return tftypes.NewValue(of, given)
}

// inProcess is a configured provider without a CLI and a process of its own: all of Terraform's calls come at once.
type inProcess struct {
	*testEnv
	server tfprotov6.ProviderServer
	of     tftypes.Type // an RDS restore
}

func newInProcess(env *testEnv, clock client.Clock, more map[string]any) *inProcess {
	env.Helper()
	server := newServer(newWithClock("test", clock, restore.Run{}))
	schema, err := server.GetProviderSchema(env.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		env.Fatal(err)
	}
	at := env.cloud.Addresses()
	arguments := map[string]any{
		"region": fakecloud.DefaultRegion, "access_key": fakecloud.DefaultAccessKey, "secret_key": fakecloud.DefaultSecretKey,
		"endpoints": map[string]any{"iam": at.IAM, "rds": at.RDS, "dds": at.DDS, "dws": at.DWS},
	}
	for name, value := range more {
		arguments[name] = value
	}
	of := schema.Provider.ValueType()
	configured, err := server.ConfigureProvider(env.Context(),
		&tfprotov6.ConfigureProviderRequest{Config: dynamicValue(env.T, of, valueOf(of, arguments))})
	if err != nil || len(configured.Diagnostics) > 0 {
		env.Fatal(err, configured)
	}
	return &inProcess{env, server, schema.ResourceSchemas["x_rds_pg_table_pitr"].ValueType()}
}

// restore plans and applies one restore, and returns the state.
func (p *inProcess) restore(instance string) (map[string]tftypes.Value, error) {
	config, planned, err := p.plan(instance)
	if err != nil {
		return nil, err
	}
	nothing := dynamicValue(p.T, p.of, tftypes.NewValue(p.of, nil))
	applied, err := p.server.ApplyResourceChange(p.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: "x_rds_pg_table_pitr", PriorState: nothing, PlannedState: planned.PlannedState, Config: config,
		PlannedPrivate: planned.PlannedPrivate,
	})
	if err != nil || len(applied.Diagnostics) > 0 {
		return nil, fmt.Errorf("apply: %w%s", err, said(applied.Diagnostics))
	}
	state, err := applied.NewState.Unmarshal(p.of)
	if err != nil {
		return nil, err
	}
	values := map[string]tftypes.Value{}
	return values, state.As(&values)
}

// plan plans one restore, and returns its configuration as well.
func (p *inProcess) plan(instance string) (*tfprotov6.DynamicValue, *tfprotov6.PlanResourceChangeResponse, error) {
	config := dynamicValue(p.T, p.of, valueOf(p.of, map[string]any{
		"instance_id": instance, "restore_time": "2023-07-05T11:32:17Z",
		"databases": []any{map[string]any{"database": "shop", "schemas": []any{map[string]any{
			"schema": "public", "tables": []any{map[string]any{"old_name": "orders"}},
		}}}},
	}))
	nothing := dynamicValue(p.T, p.of, tftypes.NewValue(p.of, nil))
	planned, err := p.server.PlanResourceChange(p.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: "x_rds_pg_table_pitr", PriorState: nothing, ProposedNewState: config, Config: config,
	})
	if err != nil || len(planned.Diagnostics) > 0 {
		return nil, nil, fmt.Errorf("plan: %w%s", err, said(planned.Diagnostics))
	}
	return config, planned, nil
}

func said(diagnostics []*tfprotov6.Diagnostic) string {
	var text strings.Builder
	for _, d := range diagnostics {
		text.WriteString(" " + d.Summary + ": " + d.Detail)
	}
	return text.String()
}

// TestManyRestoresUnderTheBudget restores in as many instances at once, with jobs of a minute and the sixty calls a
// minute that RDS allows. What counts is how many calls that takes, and that none is throttled but those that a loaded
// machine has held up on their way: a tenth of a second late is 2.5 seconds on this clock. A poll of each job every ten
// seconds would take six calls a restore. With preflight, a process of its own has planned before.
func TestManyRestoresUnderTheBudget(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		restores, calls, queries, throttled int
		preflight, shared                   bool // shared: RDS counts all its APIs together
	}{
		"1":                             {1, 20, 19, 0, false, false},
		"10":                            {10, 45, 30, 0, false, false},
		"100":                           {100, 230, 120, 2, false, false},
		"1 with preflight":              {1, 24, 19, 0, true, false},
		"100 with preflight":            {100, 400, 120, 2, true, false},
		"100 with preflight, one limit": {100, 400, 120, 10, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnvWithClock(t, clitest.NewClock(25), changedWorld(func(w *fakecloud.World) {
				manyInstances(test.restores)(w)
				w.RDSLimitIsShared = test.shared
			}))
			settings := map[string]any{"preflight": test.preflight}
			if test.preflight {
				planner := newInProcess(env, env.clock, settings)
				forEach(test.restores, func(instance string) {
					if _, _, err := planner.plan(instance); err != nil {
						t.Error(instance, err)
					}
				})
			}
			planned := fmt.Sprint(env.cloud.Requests()[fakecloud.RDS])
			p := newInProcess(env, env.clock, settings)
			forEach(test.restores, func(instance string) {
				values, err := p.restore(instance)
				var status string
				if err == nil {
					err = values["status"].As(&status)
				}
				if err != nil || status != "Completed" {
					t.Errorf("restore %s: %q, %v", instance, status, err)
				}
			})
			env.expectAccepted(test.restores)
			requests := env.cloud.Requests()[fakecloud.RDS]
			calls := 0
			for _, count := range requests {
				calls += count
			}
			queries := requests[fakecloud.ShowJob] + requests[fakecloud.ListTasks]
			t.Logf("%d calls, %d of them about jobs, %d throttled: %v; planned with %s", calls, queries, env.cloud.Throttled(),
				requests, planned)
			if calls > test.calls || queries > test.queries || env.cloud.Throttled() > test.throttled {
				t.Errorf("want no more than %+v", test)
			}
		})
	}
}

// forEach calls do for as many instances of manyInstances at once.
func forEach(count int, do func(instance string)) {
	var all sync.WaitGroup
	for i := range count {
		all.Go(func() { do(fmt.Sprintf("%032xin03", i)) })
	}
	all.Wait()
}

// TestLookupsOfManyInstances counts what is asked for a plan of as many restores as instances, ten of them at a time. How many
// share a call for their tables hangs on the machine: TestBatches and TestTableLister count those.
func TestLookupsOfManyInstances(t *testing.T) {
	t.Parallel()
	env := newTestEnvWithClock(t, clitest.NewClock(1), changedWorld(manyInstances(100)))
	env.configure(`
resource "x_rds_pg_table_pitr" "this" {
  count        = 100
  instance_id  = format("%032xin03", count.index)
  restore_time = "2023-07-05T11:32:17Z"
  databases    = [{ database = "shop", schemas = [{ schema = "public", tables = [{ old_name = "orders" }] }] }]
}`)
	env.expect(env.plan(), clitest.ExitChanges, "Plan: 100 to add")
	requests := env.cloud.Requests()[fakecloud.RDS]
	t.Log(requests)
	if requests[fakecloud.ListInstances] > 2 || requests[fakecloud.ListHistoryTables] > 100 ||
		requests[fakecloud.ListRestoreTime] > 0 || env.cloud.Throttled() > 0 {
		t.Errorf("%v, %d throttled", requests, env.cloud.Throttled())
	}
}

// TestFiveHundredAtOnce restores in five hundred instances at the same moment, by one provider and under a quota that
// is none: each is accepted once, each state has a job of its own, the waits share their looks at the jobs, and no
// goroutine stays behind.
func TestFiveHundredAtOnce(t *testing.T) {
	const restores = 500
	before := runtime.NumGoroutine()
	t.Run("restores", func(t *testing.T) {
		// A faster clock would leave a loaded machine too little of the fifteen minutes for which a signature counts.
		env := newTestEnvWithClock(t, clitest.NewClock(10), changedWorld(func(w *fakecloud.World) {
			manyInstances(restores)(w)
			w.RDSRequestsPerMinute = -1
		}))
		p := newInProcess(env, env.clock, map[string]any{"preflight": false,
			"requests_per_minute": map[string]any{"rds": 60000}})
		var lock sync.Mutex
		jobs := map[string]string{} // by instance
		var all sync.WaitGroup
		for i := range restores {
			all.Go(func() {
				instance := fmt.Sprintf("%032xin03", i)
				values, err := p.restore(instance)
				var status, job string
				if err == nil {
					err = values["status"].As(&status)
				}
				if err == nil {
					err = values["job_id"].As(&job)
				}
				if err != nil || status != "Completed" {
					t.Errorf("restore %d: %q, %v", i, status, err)
				}
				lock.Lock()
				defer lock.Unlock()
				jobs[instance] = job
			})
		}
		all.Wait()
		env.expectAccepted(restores)
		for _, restore := range env.cloud.Restores() {
			if jobs[restore.TargetID] != restore.JobID {
				t.Errorf("the state of %s has job %q, and the cloud accepted %s", restore.TargetID, jobs[restore.TargetID],
					restore.JobID)
			}
		}
		requests := env.cloud.Requests()[fakecloud.RDS]
		if got := requests[fakecloud.RestoreTables]; got != restores {
			t.Errorf("%d restores were sent", got)
		}
		// Before each restore the jobs of its instance are listed, by several together where they meet. What is left is the
		// waiting.
		waiting := requests[fakecloud.ShowJob] + requests[fakecloud.ListTasks] - restores
		t.Logf("%d restores: %v, so that %d queries of jobs are for waiting", restores, requests, max(waiting, 0))
		if waiting >= restores || requests[fakecloud.ShowJob] >= restores {
			t.Errorf("%v: %d queries to wait for %d jobs", requests, waiting, restores)
		}
	})
	for deadline := time.Now().Add(30 * time.Second); runtime.NumGoroutine() > before; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines before, %d after:\n%.20000s", before, runtime.NumGoroutine(),
				stacks[:runtime.Stack(stacks, true)])
		}
	}
}
