// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"testing"

	"terraform-provider-x/internal/fakecloud"
)

// TestNotOnOpenTelekomCloud answers as its gateway does for calls that it does not have.
func TestNotOnOpenTelekomCloud(t *testing.T) {
	t.Parallel()
	c := restoreCases[0]
	const undocumented = "this call is not documented for Open Telekom Cloud"
	for name, test := range map[string]struct{ resource, operation, says string }{
		"restore":     {c.config(t, "preflight = false"), fakecloud.RestoreTables, "No restore was started."},
		"preflight":   {c.config(t), fakecloud.ListHistoryTables, "preflight = false"},
		"data source": {example(t, "data-sources/x_rds_pg_restorable_tables/data-source.tf"), fakecloud.ListHistoryTables, "Tables of RDS for PostgreSQL cannot be restored there"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.plant(fakecloud.Fault{Service: fakecloud.RDS, Operation: test.operation, Kind: fakecloud.FaultStatus, Times: -1, Status: 404,
				Code: "APIGW.0101", Message: "The API does not exist or has not been published in the environment"})
			s.write("main.tf", s.providerBlock(`cloud = "otc.t-systems.com"`)+test.resource)
			s.expect(s.apply(), 1, notOnOTC, undocumented, "APIGW.0101", test.says)
			s.expectAccepted(0)
			if got := s.cloud.Requests()[fakecloud.RDS][test.operation]; got != 1 {
				t.Errorf("%d requests for what there is not, want 1", got)
			}
		})
	}
}

// subProject is where everything of the region is instead, in the tests of a project that is not named like its region.
const subProject = "5a7b1c2d3e4f40516273849506172839"

// moveToSubProject leaves the region's own project empty.
func moveToSubProject(w *fakecloud.World) {
	w.Projects = append(w.Projects, fakecloud.Project{ID: subProject, Name: "eu-west-101_team", Accounts: []string{"demo"}})
	for i := range w.RDSInstances {
		w.RDSInstances[i].ProjectID = subProject
	}
}

// TestProjectName restores in a project that is not named like its region.
func TestProjectName(t *testing.T) {
	t.Parallel()
	c := restoreCases[0]
	s := newStage(t, changedWorld(moveToSubProject))
	s.write("main.tf", s.providerBlock(`project_name = "eu-west-101_team"`)+c.config(t))
	s.mustApply()
	s.expectAccepted(1)
	// One in the plan's process, one in the apply's.
	s.expectRequests(fakecloud.IAM, map[string]int{fakecloud.ListProjects: 2})
	s.expectNoChanges()
}

// TestProjectNameIsNotOne refuses in the plan what is the name of no project, or of several, and says which there are.
func TestProjectNameIsNotOne(t *testing.T) {
	t.Parallel()
	several := func(w *fakecloud.World) {
		moveToSubProject(w)
		w.Projects = append(w.Projects, fakecloud.Project{ID: "another", Name: "eu-west-101_team", Accounts: []string{"demo"}})
	}
	for name, c := range map[string]struct {
		project  string
		world    func(*fakecloud.World)
		says     string
		requests int
	}{
		"none":    {"eu-west-101_taem", moveToSubProject, "0 projects are named eu-west-101_taem, one is needed; IAM lists eu-west-101 (" + fakecloud.DefaultProjectID + "), eu-de", 2},
		"several": {"eu-west-101_team", several, "2 projects are named eu-west-101_team, one is needed; IAM lists eu-west-101_team (" + subProject + "), eu-west-101_team (another)", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, changedWorld(c.world))
			s.write("main.tf", s.providerBlock(fmt.Sprintf("project_name = %q", c.project))+restoreCases[0].config(t))
			s.expect(s.apply(), 1, noProject, c.says, "No restore was started.", "project_name")
			s.expectAccepted(0)
			s.expectRequests(fakecloud.IAM, map[string]int{fakecloud.ListProjects: c.requests})
		})
	}
}
