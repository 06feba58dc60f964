// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-x/internal/fakecloud"
	"terraform-provider-x/internal/provider/providertest"
	"terraform-provider-x/internal/provider/restore"
)

// This file holds the plan's decisions to a table, in this process and without a CLI: what a change means, for each restore and
// each state that it may be in. The tests that drive a CLI prove that Terraform asks as it does here.

type attributes = map[string]any

// decisionCases are one restore of each type, each with another restore, and the same one written otherwise.
var decisionCases = map[string]struct {
	config            attributes
	another, same     attributes // what differs
	anotherAttributes []string
	shares            bool // the other restore takes from the same source
}{
	"x_rds_pg_table_pitr": {
		config: attributes{"instance_id": "i", "restore_time": "2023-07-05T11:32:17Z", "databases": items(
			attributes{"database": "a", "schemas": items(attributes{"schema": "s", "tables": items(attributes{"old_name": "t"})})},
			attributes{"database": "b", "schemas": items(attributes{"schema": "s", "tables": items(attributes{"old_name": "t", "new_name": "u"})})},
		)},
		another:           attributes{"restore_time": "2023-07-05T11:32:18Z"},
		anotherAttributes: []string{"restore_time"}, shares: true,
		same: attributes{"restore_time": "1688556737000", "databases": items(
			attributes{"database": "b", "schemas": items(attributes{"schema": "s", "tables": items(attributes{"old_name": "t", "new_name": "u"})})},
			attributes{"database": "a", "schemas": items(attributes{"schema": "s", "tables": items(attributes{"old_name": "t", "new_name": "t_1688556737000"})})},
		)},
	},
	"x_dds_collection_restore": {
		config: attributes{"instance_id": "i", "restore_collections": items(
			attributes{"database": "a", "restore_database_time": "2023-07-05T11:32:17Z"},
			attributes{"database": "b", "collections": items(attributes{"old_name": "c", "restore_collection_time": "2023-07-05T11:32:17Z"})},
		)},
		another:           attributes{"instance_id": "j"},
		anotherAttributes: []string{"instance_id"},
		same: attributes{"restore_collections": items(
			attributes{"database": "b", "collections": items(attributes{"old_name": "c", "new_name": "c_bak_1688556737000", "restore_collection_time": "2023-07-05T13:32:17+02:00"})},
			attributes{"database": "a", "restore_database_time": "1688556737000"},
		)},
	},
	"x_dws_table_restore": {
		config: attributes{
			"snapshot_id": "s", "database": "d", "case_sensitive": true,
			"restore_table_list": items(table("a"), table("b")), "target_table_list": items(table("c"), table("d")),
		},
		another:           attributes{"target_table_list": items(table("d"), table("c"))},
		anotherAttributes: []string{"target_table_list"}, shares: true,
		same: attributes{"restore_table_list": items(table("b"), table("a")), "target_table_list": items(table("d"), table("c"))},
	},
}

func items(all ...any) []any { return all }

func table(name string) attributes { return attributes{"schema_name": "p", "table_name": name} }

// TestPlanDecisions goes through what a plan means. Status is that of the state; "" is none.
func TestPlanDecisions(t *testing.T) {
	t.Parallel()
	const unfinished = "Running, unfinished"
	for name, c := range map[string]struct {
		status  string
		change  string     // "", "another" or "same": what the configuration changes
		had     attributes // in the state
		more    attributes // in the configuration
		tainted bool       // the state is read, and the plan gets none
		twice   bool       // and it is planned to go by itself
		replace []string
		says    []string // the summaries
		updates bool
		resumes bool
	}{
		"new":                                {},
		"nothing changes":                    {status: "Completed"},
		"written otherwise":                  {status: "Completed", change: "same"},
		"another":                            {status: "Completed", change: "another", replace: []string{"*"}, says: []string{"Apply will start a new restore"}},
		"triggers":                           {status: "Completed", more: attributes{"triggers": attributes{"drill": "1"}}, replace: []string{"triggers"}, says: []string{"Apply will start a new restore"}},
		"triggers removed":                   {status: "Completed", had: attributes{"triggers": attributes{"drill": "1"}}, updates: true},
		"one trigger fewer":                  {status: "Completed", had: attributes{"triggers": attributes{"a": "1", "b": "2"}}, more: attributes{"triggers": attributes{"b": "2"}}, updates: true},
		"tainted, triggers removed":          {status: unfinished, tainted: true, had: attributes{"triggers": attributes{"drill": "1"}}, resumes: true, says: []string{"Apply will resume an earlier restore"}},
		"tainted, the state has no region":   {status: unfinished, tainted: true, had: attributes{"region": nil}, resumes: true, says: []string{"Apply will resume an earlier restore"}},
		"no triggers":                        {status: "Completed", more: attributes{"triggers": attributes{}}, updates: true},
		"what calls nothing":                 {status: "Completed", more: attributes{"on_timeout": "detach"}, updates: true},
		"another region":                     {status: "Completed", more: attributes{"region": "s"}, replace: []string{"region"}, says: []string{"Apply will start a new restore"}},
		"the same region":                    {status: "Completed", more: attributes{"region": fakecloud.DefaultRegion}},
		"failed":                             {status: "Failed", replace: []string{"status"}, says: []string{"Apply will start a new restore"}},
		"failed, and another":                {status: "Failed", change: "another", replace: []string{"*", "status"}, says: []string{"Apply will start a new restore"}},
		"unfinished":                         {status: unfinished, updates: true},
		"unfinished, written otherwise":      {status: unfinished, change: "same", updates: true},
		"unfinished, and another":            {status: unfinished, change: "another", replace: []string{"*"}, says: []string{"Apply will start a new restore"}},
		"tainted":                            {status: unfinished, tainted: true, resumes: true, says: []string{"Apply will resume an earlier restore"}},
		"tainted, written otherwise":         {status: unfinished, tainted: true, change: "same", resumes: true, says: []string{"Apply will resume an earlier restore"}},
		"tainted, and another":               {status: unfinished, tainted: true, change: "another", says: []string{"Unfinished restore is planned again"}},
		"tainted and finished":               {status: "Completed", tainted: true, says: []string{"Apply will repeat a finished restore"}},
		"tainted and failed":                 {status: "Failed", tainted: true, says: []string{"Apply will start a new restore"}},
		"renamed without moved":              {status: unfinished, tainted: true, twice: true, says: []string{"Unfinished restore is planned again"}},
		"tainted, triggers set":              {status: unfinished, tainted: true, more: attributes{"triggers": attributes{"drill": "1"}}, says: []string{"Unfinished restore is left behind"}},
		"tainted, and what calls nothing":    {status: unfinished, tainted: true, more: attributes{"preflight": false}, resumes: true, says: []string{"Apply will resume an earlier restore"}},
		"unfinished, and what calls nothing": {status: unfinished, more: attributes{"preflight": false}, updates: true},
	} {
		for typeName, restore := range decisionCases {
			t.Run(name+"/"+typeName, func(t *testing.T) {
				t.Parallel()
				s := newPlanServer(t, typeName)
				config := maps.Clone(restore.config)
				maps.Copy(config, map[string]attributes{"another": restore.another, "same": restore.same}[c.change])
				maps.Copy(config, c.more)
				var state attributes
				if c.status != "" {
					state = stateOf(typeName, restore.config, c.status)
					maps.Copy(state, c.had)
				}
				prior := state
				if c.tainted {
					s.configure()
					s.upgrade(state)
					prior = nil
				}
				if c.twice {
					s.plan(state, nil)
				}
				got := s.plan(prior, config)
				want := slices.Clone(c.replace)
				if len(want) > 0 && want[0] == "*" {
					want = append(slices.Clone(restore.anotherAttributes), want[1:]...)
					slices.Sort(want)
				}
				if diff := cmp.Diff(want, got.replace); diff != "" {
					t.Errorf("replaced for: -want +got\n%s", diff)
				}
				// Which names it makes has tests of its own.
				got.says = slices.DeleteFunc(got.says, func(s string) bool { return s == "Target was restored before" })
				says := c.says
				if name == "tainted, and another" && !restore.shares {
					says = nil
				}
				if diff := cmp.Diff(says, got.says); diff != "" {
					t.Errorf("messages: -want +got\n%s", diff)
				}
				if resumes := got.jobID == "j"; prior == nil && !c.twice && resumes != c.resumes {
					t.Errorf("planned job %q, want to resume: %t", got.jobID, c.resumes)
				}
				if prior != nil && len(c.replace) == 0 && got.updates != c.updates {
					t.Errorf("an update is planned: %t, want %t: %v", got.updates, c.updates, got.changed)
				}
			})
		}
	}
}

// stateOf is what an apply has left of a restore that was configured.
func stateOf(typeName string, config attributes, status string) attributes {
	state := attributes{
		"id": "j", "job_id": "j", "region": fakecloud.DefaultRegion, "status": strings.TrimSuffix(status, ", unfinished"),
		"submitted_at": "2023-07-06T00:00:00Z", "restored_to": "2023-07-05T11:32:17Z", "data_age_seconds": json.Number("44863"),
	}
	if status == "Completed" {
		maps.Copy(state, attributes{
			"started_at": "2023-07-06T00:00:01Z", "finished_at": "2023-07-06T00:10:00Z", "duration_seconds": json.Number("600"),
			"restored_objects": items("x"), "cleanup_statements": items("y"),
		})
	}
	if typeName == "x_dws_table_restore" {
		state["restored_to"] = "2023-07-05T11:32:17Z"
	}
	maps.Copy(state, withDefaultNames(config).(attributes))
	return state
}

// withDefaultNames writes out the names that the provider chooses.
func withDefaultNames(value any) any {
	switch value := value.(type) {
	case attributes:
		all := attributes{}
		for name, inner := range value {
			all[name] = withDefaultNames(inner)
		}
		if oldName, named := all["old_name"].(string); named && all["new_name"] == nil {
			all["new_name"] = oldName + "_1688556737000"
			if all["restore_collection_time"] != nil { // a collection
				all["new_name"] = oldName + "_bak_1688556737000"
			}
		}
		return all
	case []any:
		all := []any{}
		for _, inner := range value {
			all = append(all, withDefaultNames(inner))
		}
		return all
	}
	return value
}

// planServer answers the plugin protocol for one resource type. Unless it is configured, it calls nothing.
type planServer struct {
	testing.TB
	tfprotov6.ProviderServer
	clock    *providertest.Clock
	provider *tfprotov6.Schema
	typeName string
	object   tftypes.Object
	computed map[string]bool
}

func newPlanServer(t testing.TB, typeName string) *planServer {
	t.Helper()
	clock := providertest.NewClock()
	server := newServer(newWithClock("test", clock, restore.Run{}))
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	schema := schemas.ResourceSchemas[typeName]
	s := &planServer{TB: t, ProviderServer: server, clock: clock, provider: schemas.Provider, typeName: typeName, object: schema.ValueType().(tftypes.Object), computed: map[string]bool{}}
	for _, attribute := range schema.Block.Attributes {
		s.computed[attribute.Name] = attribute.Computed
	}
	return s
}

// wire is an attributes as the protocol has it; nil is null.
func (s *planServer) wire(value attributes) *tfprotov6.DynamicValue {
	s.Helper()
	wire := tftypes.NewValue(s.object, nil)
	if value != nil {
		whole := attributes{}
		for name := range s.object.AttributeTypes {
			whole[name] = value[name]
		}
		text, err := json.Marshal(whole)
		if err != nil {
			s.Fatal(err)
		}
		if wire, err = (&tfprotov6.RawState{JSON: text}).UnmarshalWithOpts(s.object, tfprotov6.UnmarshalOpts{}); err != nil {
			s.Fatal(err)
		}
	}
	dynamic, err := tfprotov6.NewDynamicValue(s.object, wire)
	if err != nil {
		s.Fatal(err)
	}
	return &dynamic
}

// configure gives the provider a cloud, which knows no job of these tests, and no preflight.
func (s *planServer) configure() {
	s.Helper()
	cloud, err := fakecloud.Start(fakecloud.Options{Now: s.clock.Now})
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = cloud.Close() })
	at := cloud.Addresses()
	text, err := json.Marshal(attributes{
		"region": fakecloud.DefaultRegion, "access_key": fakecloud.DefaultAccessKey, "secret_key": fakecloud.DefaultSecretKey,
		"endpoints": attributes{"iam": at.IAM, "rds": at.RDS, "dds": at.DDS, "dws": at.DWS}, "preflight": false,
	})
	if err != nil {
		s.Fatal(err)
	}
	block := s.provider.ValueType()
	config, err := (&tfprotov6.RawState{JSON: text}).Unmarshal(block)
	if err != nil {
		s.Fatal(err)
	}
	dynamic, err := tfprotov6.NewDynamicValue(block, config)
	if err != nil {
		s.Fatal(err)
	}
	resp, err := s.ConfigureProvider(s.Context(), &tfprotov6.ConfigureProviderRequest{Config: &dynamic})
	if err != nil || len(resp.Diagnostics) > 0 {
		s.Fatal(err, resp.Diagnostics)
	}
}

// upgrade has the provider upgrade a state, as Terraform does for every object that it looks at.
func (s *planServer) upgrade(state attributes) {
	s.Helper()
	text, err := json.Marshal(state)
	if err != nil {
		s.Fatal(err)
	}
	resp, err := s.UpgradeResourceState(s.Context(), &tfprotov6.UpgradeResourceStateRequest{
		TypeName: s.typeName, RawState: &tfprotov6.RawState{JSON: text},
	})
	if err != nil || len(resp.Diagnostics) > 0 {
		s.Fatal(err, resp.Diagnostics)
	}
}

// planned is what a plan says.
type planned struct {
	replace []string
	says    []string
	jobID   string
	updates bool
	changed []string
}

// request is what Terraform asks for a plan: what the configuration leaves to the provider stays as it is in the state.
func (s *planServer) request(prior, config attributes) *tfprotov6.PlanResourceChangeRequest {
	s.Helper()
	proposed := maps.Clone(config)
	for name, computed := range s.computed {
		if computed && proposed != nil && proposed[name] == nil && prior != nil {
			proposed[name] = prior[name]
		}
	}
	for name := range proposed {
		proposed[name] = proposedNames(proposed[name], prior[name])
	}
	return &tfprotov6.PlanResourceChangeRequest{
		TypeName: s.typeName, PriorState: s.wire(prior), Config: s.wire(config), ProposedNewState: s.wire(proposed),
	}
}

// proposedNames takes the names that a configuration leaves to the provider from the state, element by element.
func proposedNames(config, prior any) any {
	switch config := config.(type) {
	case []any:
		all := slices.Clone(config)
		before, _ := prior.([]any)
		for i := range min(len(all), len(before)) {
			all[i] = proposedNames(all[i], before[i])
		}
		return all
	case attributes:
		all := maps.Clone(config)
		before, _ := prior.(attributes)
		for name, value := range before {
			if name == "new_name" && all[name] == nil {
				all[name] = value
			} else if inner, set := all[name]; set {
				all[name] = proposedNames(inner, value)
			}
		}
		return all
	}
	return config
}

// plan asks for a plan.
func (s *planServer) plan(prior, config attributes) planned {
	s.Helper()
	resp, err := s.PlanResourceChange(s.Context(), s.request(prior, config))
	if err != nil {
		s.Fatal(err)
	}
	var got planned
	for _, at := range resp.RequiresReplace {
		got.replace = append(got.replace, string(at.Steps()[0].(tftypes.AttributeName)))
	}
	for _, d := range resp.Diagnostics {
		got.says = append(got.says, d.Summary)
	}
	var after, before map[string]tftypes.Value
	s.decode(resp.PlannedState, &after)
	s.decode(s.wire(prior), &before)
	for name, value := range after {
		if name == "job_id" && value.IsKnown() && !value.IsNull() {
			_ = value.As(&got.jobID)
		}
		if !value.Equal(before[name]) {
			got.updates, got.changed = true, append(got.changed, name)
		}
	}
	return got
}

func (s *planServer) decode(dynamic *tfprotov6.DynamicValue, into *map[string]tftypes.Value) {
	s.Helper()
	value, err := dynamic.Unmarshal(s.object)
	if err != nil {
		s.Fatal(err)
	}
	if value.IsNull() {
		*into = map[string]tftypes.Value{}
		return
	}
	if err := value.As(into); err != nil {
		s.Fatal(err)
	}
}
