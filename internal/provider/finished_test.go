// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"terraform-provider-x/internal/provider/restore"
)

// TestFinishedAnswers compares each answer that is given for a finished restore without the framework with the
// framework's own, and sees to it that such answers are given where nothing changes, and only there.
func TestFinishedAnswers(t *testing.T) {
	t.Parallel()
	for typeName, of := range decisionCases {
		for name, c := range map[string]struct {
			status        string
			had, change   attributes
			same, another bool
			private       string
			identity      bool
			quick         bool // the plan is answered without the framework
		}{
			"nothing changes":    {status: "Completed", quick: true},
			"with an identity":   {status: "Completed", identity: true, quick: true},
			"written otherwise":  {status: "Completed", same: true},
			"another":            {status: "Completed", another: true},
			"triggers":           {status: "Completed", change: attributes{"triggers": attributes{"drill": "1"}}},
			"the same triggers":  {status: "Completed", had: attributes{"triggers": attributes{"drill": "1"}}, change: attributes{"triggers": attributes{"drill": "1"}}, quick: true},
			"what calls nothing": {status: "Completed", change: attributes{"on_timeout": "detach"}},
			"imported":           {status: "Completed", private: `{"adopted":"dHJ1ZQ=="}`},
			"failed":             {status: "Failed"},
			"unfinished":         {status: "Running, unfinished"},
			"without a moment":   {status: "Completed", had: attributes{"restored_to": nil, "data_age_seconds": nil}},
			"in another region":  {status: "Completed", had: attributes{"region": "r"}, quick: true},
		} {
			t.Run(typeName+"/"+name, func(t *testing.T) {
				t.Parallel()
				s := newPlanServer(t, typeName)
				config := maps.Clone(of.config)
				if c.same {
					maps.Copy(config, of.same)
				}
				if c.another {
					maps.Copy(config, of.another)
				}
				maps.Copy(config, c.change)
				state := stateOf(typeName, of.config, c.status)
				maps.Copy(state, c.had)
				s.compareAnswers(state, config, []byte(c.private), c.identity, c.quick)
			})
		}
	}
}

// TestFinishedAnswersOfRecordedStates does the same with every state that an earlier version has left.
func TestFinishedAnswersOfRecordedStates(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/states/*/*.state.json")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var recorded struct {
			Resources []struct {
				Mode, Type string
				Instances  []struct{ Attributes attributes }
			}
		}
		if err := json.Unmarshal(text, &recorded); err != nil {
			t.Fatal(err)
		}
		for _, resource := range recorded.Resources {
			if _, known := decisionCases[resource.Type]; !known {
				continue
			}
			for _, instance := range resource.Instances {
				s := newPlanServer(t, resource.Type)
				config := maps.Clone(instance.Attributes)
				for name, computed := range s.computed {
					if computed {
						config[name] = nil
					}
				}
				s.compareAnswers(instance.Attributes, config, nil, false, false)
			}
		}
	}
}

// compareAnswers asks to read and to plan a state with and without the answers for finished restores.
func (s *planServer) compareAnswers(state, config attributes, private []byte, identity, quick bool) {
	s.Helper()
	slow := providerserver.NewProtocol6(newWithClock("test", s.clock, restore.Run{}))()
	wire := s.wire(state)
	var known *tfprotov6.ResourceIdentityData
	read := func(server tfprotov6.ProviderServer) *tfprotov6.ReadResourceResponse {
		resp, err := server.ReadResource(s.Context(), &tfprotov6.ReadResourceRequest{
			TypeName: s.typeName, CurrentState: wire, Private: private, CurrentIdentity: known,
		})
		if err != nil {
			s.Fatal(err)
		}
		return resp
	}
	if diff := cmp.Diff(read(slow), read(s)); diff != "" {
		s.Errorf("read: -framework +quick\n%s", diff)
	}
	if identity {
		known = read(slow).NewIdentity
		if diff := cmp.Diff(read(slow), read(s)); diff != "" {
			s.Errorf("read with an identity: -framework +quick\n%s", diff)
		}
	}
	req := s.request(state, config)
	req.PriorPrivate, req.PriorIdentity = private, known
	plan := func(server tfprotov6.ProviderServer) *tfprotov6.PlanResourceChangeResponse {
		resp, err := server.PlanResourceChange(s.Context(), req)
		if err != nil {
			s.Fatal(err)
		}
		return resp
	}
	if diff := cmp.Diff(plan(slow), plan(s)); diff != "" {
		s.Errorf("plan: -framework +quick\n%s", diff)
	}
	finished := restore.NewFinished(restore.NewTypes(restores))
	if got := finished.Plan(s.Context(), req); quick && got == nil {
		s.Error("the plan is not answered without the framework")
	}
}
