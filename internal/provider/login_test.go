// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"testing"

	"terraform-provider-x/internal/fakecloud"
	"terraform-provider-x/internal/provider/lookup"
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
			s.expect(s.apply(), 1, lookup.NotOnOTC, undocumented, "APIGW.0101", test.says)
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
			s.expect(s.apply(), 1, lookup.NoProject, c.says, "No restore was started.", "project_name")
			s.expectAccepted(0)
			s.expectRequests(fakecloud.IAM, map[string]int{fakecloud.ListProjects: c.requests})
		})
	}
}

// passwordBlock is the stage's provider block with a password instead of a key.
func (s *stage) passwordBlock(password string) string {
	s.Helper()
	return s.loginBlock(fmt.Sprintf("  user_name   = \"demo\"\n  domain_name = \"demo-domain\"\n  password    = %q", password))
}

// expectLogins checks that every login was accepted, and that there were at least so many.
func (s *stage) expectLogins(atLeast int) {
	s.Helper()
	logins := s.cloud.Logins()
	for _, login := range logins {
		if !login.Accepted || login.ProjectID != fakecloud.DefaultProjectID {
			s.Errorf("a login: %+v", login)
		}
	}
	if len(logins) < atLeast {
		s.Errorf("%d logins, want %d", len(logins), atLeast)
	}
}

func TestPasswordLogin(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		s := newStage(t)
		s.write("main.tf", s.passwordBlock(fakecloud.DefaultPassword)+c.config(t))
		s.mustApply()
		s.expectAccepted(1)
		// One in the plan's process, one in the apply's.
		s.expectRequests(fakecloud.IAM, map[string]int{fakecloud.CreateToken: 2})
		s.expectLogins(2)
		s.expectNoChanges()
	})
}

// TestWrongPassword checks that a wrong password is tried once, with and without look-ups in the plan: a few lock an account.
func TestWrongPassword(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ more, says string }{
		"preflight":    {"", "The login was refused"},
		"no preflight": {"preflight = false", "The restore was refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			const wrong = `another "password" / for & wrong`
			s.write("main.tf", s.passwordBlock(wrong)+restoreCases[0].config(t, c.more))
			o := s.apply()
			s.expect(o, 1, c.says, "No restore was started.", "the login of user demo failed, and is not tried again", "HTTP 401", "request id")
			s.expectAccepted(0)
			s.expectRequests(fakecloud.IAM, map[string]int{fakecloud.CreateToken: 1})
			if strings.Contains(o.output, "for & wrong") {
				t.Error("the output shows the password")
			}
		})
	}
}

// TestTokenEndsWhileTheJobIsWaitedFor lets a token be revoked, and the next one grow old.
func TestTokenEndsWhileTheJobIsWaitedFor(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		s := newStage(t, changedWorld(func(w *fakecloud.World) { w.TokenSeconds = 300 })) // three seconds on this clock
		s.write("main.tf", s.passwordBlock(fakecloud.DefaultPassword)+c.config(t))
		s.change("next", "hold", "")
		p := s.start("apply", "-no-color", "-auto-approve")
		s.awaitPolls(c.service, 1)
		job := s.expectAccepted(1)[0]
		before := len(s.cloud.Logins())
		s.cloud.RevokeTokens()
		s.await(func() bool { return len(s.cloud.Logins()) >= before+2 })
		polls := s.cloud.Requests()[c.service][fakecloud.ShowJob]
		s.awaitPolls(c.service, polls+1)
		s.change(job, "finish", "")
		s.expect(s.end(p), 0, "Apply complete!")
		s.expectAccepted(1)
		s.expectLogins(before + 2)
		s.expectStored(c.address, map[string]any{"job_id": job, "status": "Completed"})
	})
}
