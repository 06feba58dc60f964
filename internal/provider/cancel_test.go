// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/fakecloud"
)

// haltingClock is the system's clock until it is halted. From then on, no sleep on it ends but by its context.
type haltingClock struct{ halted chan struct{} }

func (haltingClock) Now() time.Time { return time.Now() }

func (c haltingClock) Sleep(ctx context.Context, d time.Duration) error {
	if err := client.SystemClock.Sleep(ctx, d); err != nil {
		return err
	}
	select {
	case <-c.halted:
		<-ctx.Done()
		return context.Cause(ctx)
	default:
		return nil
	}
}

// TestCancelReturnsAtOnce cancels a Create that waits for its job, over the provider's protocol. A CLI that is stopped
// by force soon after being asked to stop must find the state written: after the cancellation, Create waits for no time
// to pass and sends nothing.
func TestCancelReturnsAtOnce(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t, func(o *fakecloud.Options) { o.Now = nil })
	env.change("next", "hold", "")
	clock := haltingClock{make(chan struct{})}
	server := newInProcess(env, clock, nil).server
	value := dynamic(t, resourceType(t, server), map[string]tftypes.Value{
		"snapshot_id":        tftypes.NewValue(tftypes.String, "c719b1a7-c85c-4cb5-a721-7694908c2c11"),
		"database":           tftypes.NewValue(tftypes.String, "postgres"),
		"case_sensitive":     tftypes.NewValue(tftypes.Bool, true),
		"restore_table_list": dwsTableList("sales"),
		"target_table_list":  dwsTableList("sales_before"),
	})
	null := dynamicValue(t, resourceType(t, server), tftypes.NewValue(resourceType(t, server), nil))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	plan, err := server.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{
		TypeName: "x_dws_table_restore", PriorState: null, ProposedNewState: value, Config: value,
	})
	if err != nil || len(plan.Diagnostics) > 0 {
		t.Fatal(err, plan)
	}
	go func() {
		_ = env.cloud.WaitFor(ctx, func() bool { return env.cloud.Requests()[fakecloud.DWS][fakecloud.ShowJob] > 0 })
		close(clock.halted)
		cancel()
	}()
	var applied *tfprotov6.ApplyResourceChangeResponse
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		applied, err = server.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{
			TypeName: "x_dws_table_restore", PriorState: null, PlannedState: plan.PlannedState, Config: value,
			PlannedPrivate: plan.PlannedPrivate,
		})
	}()
	select {
	case <-answered:
	case <-time.After(hung):
		t.Fatal("Create waits for time to pass")
	}
	if err != nil || len(applied.Diagnostics) != 1 ||
		applied.Diagnostics[0].Severity != tfprotov6.DiagnosticSeverityWarning {
		t.Fatalf("want one warning, got %v %+v", err, applied.Diagnostics)
	}
	if polls := env.cloud.Requests()[fakecloud.DWS][fakecloud.ShowJob]; polls != 1 {
		t.Errorf("the job was asked for %d times, want no more than before the cancellation", polls)
	}
	job := env.expectAccepted(1)[0]
	if !strings.Contains(applied.Diagnostics[0].Detail, job) {
		t.Errorf("%q does not name the job", applied.Diagnostics[0].Detail)
	}
	state, err := applied.NewState.Unmarshal(resourceType(t, server))
	if err != nil || !state.IsFullyKnown() {
		t.Fatalf("the state is not known: %v %s", err, state)
	}
}

func resourceType(t *testing.T, server tfprotov6.ProviderServer) tftypes.Type {
	t.Helper()
	schema, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return schema.ResourceSchemas["x_dws_table_restore"].ValueType()
}

// dynamic is an object of which only some attributes are given.
func dynamic(t *testing.T, of tftypes.Type, given map[string]tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	values := map[string]tftypes.Value{}
	for name, attributeType := range of.(tftypes.Object).AttributeTypes {
		values[name] = tftypes.NewValue(attributeType, nil)
		if value, ok := given[name]; ok {
			values[name] = value
		}
	}
	return dynamicValue(t, of, tftypes.NewValue(of, values))
}

func dynamicValue(t *testing.T, of tftypes.Type, value tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	wire, err := tfprotov6.NewDynamicValue(of, value)
	if err != nil {
		t.Fatal(err)
	}
	return &wire
}

func dwsTableList(name string) tftypes.Value {
	table := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"schema_name": tftypes.String,
		"table_name": tftypes.String}}
	return tftypes.NewValue(tftypes.List{ElementType: table}, []tftypes.Value{tftypes.NewValue(table,
		map[string]tftypes.Value{
			"schema_name": tftypes.NewValue(tftypes.String, "public"), "table_name": tftypes.NewValue(tftypes.String, name),
		})})
}
