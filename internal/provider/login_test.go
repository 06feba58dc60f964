// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
	"terraform-provider-x/internal/provider/lookup"
)

// TestNotOnOpenTelekomCloud answers as its gateway does for calls that it does not have.
func TestNotOnOpenTelekomCloud(t *testing.T) {
	t.Parallel()
	c := rdsCase
	const undocumented = "this call is not documented for Open Telekom Cloud"
	for name, test := range map[string]struct{ resource, operation, says string }{
		"restore":   {c.config(t, "preflight = false"), fakecloud.RestoreTables, "No restore was started."},
		"preflight": {c.config(t), fakecloud.ListHistoryTables, "preflight = false"},
		"data source": {example(t, "data-sources/x_rds_pg_restorable_tables/data-source.tf"), fakecloud.ListHistoryTables,
			"Open Telekom Cloud cannot restore tables of RDS for PostgreSQL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			env.plant(fakecloud.Fault{Service: fakecloud.RDS, Operation: test.operation, Kind: fakecloud.FaultStatus, Times: -1,
				Status: 404,
				Code:   "APIGW.0101", Message: "The API does not exist or has not been published in the environment"})
			env.write("main.tf", env.providerBlock(`cloud = "otc.t-systems.com"`)+test.resource)
			env.expect(env.apply(), clitest.ExitError, lookup.NotOnOTC, undocumented, "APIGW.0101", test.says)
			env.expectAccepted(0)
			if got := env.cloud.Requests()[fakecloud.RDS][test.operation]; got != 1 {
				t.Errorf("%d requests for what there is not, want 1", got)
			}
		})
	}
}

// TestSwissCloud plans restores in Open Telekom Cloud's Swiss cloud, which has none of them. No service is called.
func TestSwissCloud(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t)
		block := regexp.MustCompile(`, `+c.service+` = "[^"]*"`).ReplaceAllString(
			env.providerBlock(`cloud = "sc.otc.t-systems.com"`), "")
		for _, more := range []string{"", "preflight = false"} {
			env.write("main.tf", block+c.config(t, more))
			o := env.plan()
			env.expect(o, clitest.ExitError, lookup.NotOnOTC, "for its Swiss cloud", "set endpoints."+c.service)
			if count := strings.Count(o.output, lookup.NotOnOTC); count != 1 {
				t.Errorf("%d errors of one cause", count)
			}
		}
		env.expectNoCalls()
	})
}

// subProject is where everything of the region is instead, in the tests of a project that is not named like its region.
const subProject = "5a7b1c2d3e4f40516273849506172839"

// moveToSubProject leaves the region's own project empty.
func moveToSubProject(w *fakecloud.World) {
	w.Projects = append(w.Projects, fakecloud.Project{ID: subProject, Name: "eu-west-101_team",
		Accounts: []string{"demo"}})
	for i := range w.RDSInstances {
		w.RDSInstances[i].ProjectID = subProject
	}
}

// TestProjectName restores in a project that is not named like its region.
func TestProjectName(t *testing.T) {
	t.Parallel()
	c := rdsCase
	env := newTestEnv(t, changedWorld(moveToSubProject))
	env.write("main.tf", env.providerBlock(`project_name = "eu-west-101_team"`)+c.config(t))
	env.mustApply()
	env.expectAccepted(1)
	// One in the plan's process, one in the apply's.
	env.expectRequests(fakecloud.IAM, map[string]int{fakecloud.ListProjects: 2})
	env.expectNoChanges()
}

// TestProjectNameIsNotOne refuses in the plan what is the name of no project, or of several, and says which there are.
func TestProjectNameIsNotOne(t *testing.T) {
	t.Parallel()
	several := func(w *fakecloud.World) {
		moveToSubProject(w)
		w.Projects = append(w.Projects, fakecloud.Project{ID: "another", Name: "eu-west-101_team",
			Accounts: []string{"demo"}})
	}
	for name, c := range map[string]struct {
		project  string
		world    func(*fakecloud.World)
		says     string
		requests int
	}{
		"none": {"eu-west-101_taem", moveToSubProject,
			"0 projects are named eu-west-101_taem, one is needed; IAM lists eu-west-101 (" + fakecloud.DefaultProjectID +
				"), eu-de", 2},
		"several": {"eu-west-101_team", several,
			"2 projects are named eu-west-101_team, one is needed; IAM lists eu-west-101_team (" + subProject +
				"), eu-west-101_team (another)", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t, changedWorld(c.world))
			env.write("main.tf", env.providerBlock(fmt.Sprintf("project_name = %q", c.project))+rdsCase.config(t))
			env.expect(env.apply(), clitest.ExitError, lookup.NoProject, c.says, "No restore was started.", "project_name")
			env.expectAccepted(0)
			env.expectRequests(fakecloud.IAM, map[string]int{fakecloud.ListProjects: c.requests})
		})
	}
}

// passwordBlock is the provider block with a password instead of a key.
func (env *testEnv) passwordBlock(password string) string {
	env.Helper()
	return env.loginBlock(fmt.Sprintf("  user_name   = \"demo\"\n  domain_name = \"demo-domain\"\n  password    = %q",
		password))
}

// expectLogins checks that every login was accepted, and that there were at least so many.
func (env *testEnv) expectLogins(atLeast int) {
	env.Helper()
	logins := env.cloud.Logins()
	for _, login := range logins {
		if !login.Accepted || login.ProjectID != fakecloud.DefaultProjectID {
			env.Errorf("a login: %+v", login)
		}
	}
	if len(logins) < atLeast {
		env.Errorf("%d logins, want %d", len(logins), atLeast)
	}
}

func TestPasswordLogin(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t)
		env.write("main.tf", env.passwordBlock(fakecloud.DefaultPassword)+c.config(t))
		env.mustApply()
		env.expectAccepted(1)
		// One in the plan's process, one in the apply's.
		env.expectRequests(fakecloud.IAM, map[string]int{fakecloud.CreateToken: 2})
		env.expectLogins(2)
		env.expectNoChanges()
	})
}

// TestWrongPassword checks that a wrong password is tried once, with and without lookups in the plan: a few lock an
// account.
func TestWrongPassword(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ more, says string }{
		"preflight":    {"", "Login failed"},
		"no preflight": {"preflight = false", "Restore could not be started"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			const wrong = `another "password" / for & wrong`
			env.write("main.tf", env.passwordBlock(wrong)+rdsCase.config(t, c.more))
			o := env.apply()
			env.expect(o, clitest.ExitError, c.says, "No restore was started.",
				"the login with the password failed, and is not tried again", "HTTP 401", "request id")
			env.expectAccepted(0)
			env.expectRequests(fakecloud.IAM, map[string]int{fakecloud.CreateToken: 1})
			if strings.Contains(o.output, "for & wrong") {
				t.Error("the output shows the password")
			}
		})
	}
}

// TestTokenEndsWhileTheJobIsWaitedFor lets a token be revoked, and the next one grow old.
func TestTokenEndsWhileTheJobIsWaitedFor(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t, changedWorld(func(w *fakecloud.World) { w.TokenSeconds = 300 })) // three seconds on this clock
		env.write("main.tf", env.passwordBlock(fakecloud.DefaultPassword)+c.config(t))
		env.change("next", "hold", "")
		p := env.startApply()
		env.awaitPolls(c.service, 1)
		job := env.expectAccepted(1)[0]
		before := len(env.cloud.Logins())
		env.cloud.RevokeTokens()
		env.await(func() bool { return len(env.cloud.Logins()) >= before+2 })
		polls := env.cloud.Requests()[c.service][fakecloud.ShowJob]
		env.awaitPolls(c.service, polls+1)
		env.change(job, "finish", "")
		env.expect(env.end(p), clitest.ExitOK, "Apply complete!")
		env.expectAccepted(1)
		env.expectLogins(before + 2)
		env.expectStored(c.address, map[string]any{"job_id": job, "status": "Completed"})
	})
}
