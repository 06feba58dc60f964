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
		return nil, fmt.Errorf("plan: %w%s", err, said(planned.Diagnostics))
	}
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
// seconds would take six calls a restore.
func TestManyRestoresUnderTheBudget(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ restores, calls, queries int }{
		{1, 20, 19}, {10, 45, 30}, {100, 230, 120},
	} {
		t.Run(fmt.Sprint(test.restores), func(t *testing.T) {
			t.Parallel()
			env := newTestEnvWithClock(t, clitest.NewClock(25), changedWorld(manyInstances(test.restores)))
			p := newInProcess(env, env.clock, map[string]any{"preflight": false})
			var all sync.WaitGroup
			for i := range test.restores {
				all.Go(func() {
					values, err := p.restore(fmt.Sprintf("%032xin03", i))
					var status string
					if err == nil {
						err = values["status"].As(&status)
					}
					if err != nil || status != "Completed" {
						t.Errorf("restore %d: %q, %v", i, status, err)
					}
				})
			}
			all.Wait()
			env.expectAccepted(test.restores)
			requests := env.cloud.Requests()[fakecloud.RDS]
			calls := 0
			for _, count := range requests {
				calls += count
			}
			queries := requests[fakecloud.ShowJob] + requests[fakecloud.ListTasks]
			t.Logf("%d restores: %d calls, %d of them about jobs", test.restores, calls, queries)
			if calls > test.calls || queries > test.queries || env.cloud.Throttled() > test.restores/50 {
				t.Errorf("%v: %d calls, want no more than %d; %d throttled", requests, calls, test.calls, env.cloud.Throttled())
			}
		})
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
