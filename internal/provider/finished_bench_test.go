// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/json"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"terraform-provider-x/internal/provider/restore"
)

// BenchmarkFinished asks what a plan asks of a finished restore, one request at a time, of this provider and of the
// framework alone.
func BenchmarkFinished(b *testing.B) {
	const typeName = "x_rds_pg_table_pitr"
	s := newPlanServer(b, typeName)
	config := decisionCases[typeName].config
	state := stateOf(typeName, config, "Completed")
	text, err := json.Marshal(state)
	if err != nil {
		b.Fatal(err)
	}
	plan := s.request(state, config)
	framework := providerserver.NewProtocol6(newWithClock("test", s.clock, restore.Run{}))()
	for _, server := range []struct {
		name string
		tfprotov6.ProviderServer
	}{{"provider", s}, {"framework", framework}} {
		for _, request := range []struct {
			name string
			send func() error
		}{
			{"UpgradeResourceState", func() error {
				_, err := server.UpgradeResourceState(b.Context(), &tfprotov6.UpgradeResourceStateRequest{
					TypeName: typeName, RawState: &tfprotov6.RawState{JSON: text},
				})
				return err
			}},
			{"ReadResource", func() error {
				_, err := server.ReadResource(b.Context(), &tfprotov6.ReadResourceRequest{
					TypeName: typeName, CurrentState: plan.PriorState,
				})
				return err
			}},
			{"ValidateResourceConfig", func() error {
				_, err := server.ValidateResourceConfig(b.Context(), &tfprotov6.ValidateResourceConfigRequest{
					TypeName: typeName, Config: plan.Config,
				})
				return err
			}},
			{"PlanResourceChange", func() error {
				_, err := server.PlanResourceChange(b.Context(), plan)
				return err
			}},
		} {
			b.Run(server.name+"/"+request.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := request.send(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
