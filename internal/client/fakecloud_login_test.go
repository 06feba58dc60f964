// SPDX-License-Identifier: MPL-2.0

package client_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/fakecloud"
)

func byPassword(config *client.Config) {
	config.AccessKey, config.SecretKey = "", ""
	config.UserName, config.Password, config.DomainName = fakecloud.DefaultUserName, fakecloud.DefaultPassword, fakecloud.DefaultDomainName
}

// A job outlives its token several times; once, the token ends before its time.
func TestTokensEndWhileAJobIsWaitedFor(t *testing.T) {
	for service, restore := range restores {
		t.Run(service, func(t *testing.T) {
			clock := client.NewTestClock()
			cloud := start(t, clock, func(o *fakecloud.Options) {
				o.World, o.JobDuration = fakecloud.DefaultWorld(), 2*time.Hour
				o.World.TokenSeconds = 40 * 60
			})
			c := connect(t, cloud, clock, byPassword)
			id, err := restore.submit(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			submitted, revoked := clock.Now(), false
			job, err := restore.of(c).WaitForJob(t.Context(), client.JobWait{
				JobID:     id,
				Submitted: submitted, Deadline: submitted.Add(3 * time.Hour),
				Seen: func(client.Job) {
					if !revoked && clock.Now().Sub(submitted) > 40*time.Minute { // ten after a renewal
						cloud.RevokeTokens()
						revoked = true
					}
				},
			})
			if err != nil || job.Status != client.JobCompleted {
				t.Errorf("the job ended as %+v, %v", job, err)
			}
			// At the start, after 30 minutes, after the revocation at 40, and at 70 and 100.
			if got := len(cloud.Logins()); got != 5 {
				t.Errorf("%d logins, want 5", got)
			}
			for _, login := range cloud.Logins() {
				if !login.Accepted || login.ProjectID != fakecloud.DefaultProjectID {
					t.Errorf("a login: %+v", login)
				}
			}
			if got := len(cloud.Restores()); got != 1 {
				t.Errorf("%d restores, want 1", got)
			}
		})
	}
}

// However often a wrong password is met, IAM sees it once, and the account is not locked.
func TestWrongPasswordDoesNotLock(t *testing.T) {
	clock := client.NewTestClock()
	cloud := start(t, clock)
	wrong := connect(t, cloud, clock, byPassword, func(config *client.Config) { config.Password += "?" })
	for range 10 {
		if _, err := restores["rds"].submit(t.Context(), wrong); !client.IsForbidden(err) {
			t.Errorf("got %v", err)
		}
	}
	if got := cloud.Requests()["iam"]; len(got) != 1 || got["CreateToken"] != 1 {
		t.Errorf("requests to IAM: %v", got)
	}
	if _, err := restores["rds"].submit(t.Context(), connect(t, cloud, clock, byPassword)); err != nil {
		t.Errorf("with the right one: %v", err)
	}
}

// keyLogins are the ways to a temporary key of somebody who may use the default project.
var keyLogins = map[string]struct {
	change func(*client.Config)
	issues []fakecloud.Issue // of one login
}{
	"agency": {
		func(c *client.Config) { c.Roles = []client.Role{toDeputy} },
		[]fakecloud.Issue{{Kind: "agency", UserName: "deputy", Name: fakecloud.DefaultAgency, DurationSeconds: 900}},
	},
	"agency by STS": {
		func(c *client.Config) { c.Roles = []client.Role{toDeputyByID} },
		[]fakecloud.Issue{{Kind: "sts", UserName: "deputy", Name: fakecloud.DefaultAgency, DurationSeconds: 900}},
	},
	"agency by password": {
		func(c *client.Config) { byPassword(c); c.Roles = []client.Role{toDeputy} },
		[]fakecloud.Issue{{Kind: "agency", UserName: "deputy", Name: fakecloud.DefaultAgency, DurationSeconds: 900}},
	},
	"chain": {
		func(c *client.Config) { c.Roles = []client.Role{toDeputy, backToDemo} },
		[]fakecloud.Issue{
			{Kind: "agency", UserName: "deputy", Name: fakecloud.DefaultAgency, DurationSeconds: 900},
			{Kind: "sts", UserName: "demo", Name: fakecloud.SecondAgency, DurationSeconds: 900},
		},
	},
	"ID token": {
		func(c *client.Config) {
			c.AccessKey, c.SecretKey = "", ""
			c.Federation = &client.Federation{
				IdentityProvider: fakecloud.DefaultIdentityProvider,
				IDToken:          fakecloud.DefaultIDToken,
			}
		},
		[]fakecloud.Issue{
			{Kind: "id-token", UserName: "federated", Name: fakecloud.DefaultIdentityProvider, DurationSeconds: 86400},
			{Kind: "token", UserName: "federated", DurationSeconds: 3600},
		},
	},
	"ID token, then an agency": {
		func(c *client.Config) {
			c.AccessKey, c.SecretKey = "", ""
			c.Federation = &client.Federation{
				IdentityProvider: fakecloud.DefaultIdentityProvider,
				IDToken:          fakecloud.DefaultIDToken,
			}
			c.Roles = []client.Role{toDeputy}
		},
		[]fakecloud.Issue{
			{Kind: "id-token", UserName: "federated", Name: fakecloud.DefaultIdentityProvider, DurationSeconds: 86400},
			{Kind: "token", UserName: "federated", DurationSeconds: 3600},
			{Kind: "agency", UserName: "deputy", Name: fakecloud.DefaultAgency, DurationSeconds: 900},
		},
	},
	"metadata": {
		func(c *client.Config) { c.AccessKey, c.SecretKey, c.Metadata = "", "", true },
		[]fakecloud.Issue{{Kind: "metadata", UserName: "ecs", DurationSeconds: 1200}},
	},
}

var (
	toDeputy = client.Role{
		Agency:     fakecloud.DefaultAgency,
		DomainName: fakecloud.DeputyDomainName,
		Duration:   15 * time.Minute,
	}
	toDeputyByID = client.Role{
		Agency:   fakecloud.DefaultAgency,
		DomainID: fakecloud.DeputyDomainID,
		Duration: 15 * time.Minute,
	}
	backToDemo = client.Role{
		Agency:   fakecloud.SecondAgency,
		DomainID: fakecloud.DeputyDomainID,
		Duration: 15 * time.Minute,
	}
)

// Each way logs in, once for several calls, and is asked again while a job outlives its keys and when they end before
// their time. Not one call is refused for want of a key that is not ended by force.
func TestKeyLoginsOutliveTheirKeys(t *testing.T) {
	for name, test := range keyLogins {
		t.Run(name, func(t *testing.T) {
			clock := client.NewTestClock()
			cloud := start(t, clock, func(o *fakecloud.Options) {
				o.World, o.JobDuration = fakecloud.DefaultWorld(), 2*time.Hour
				o.World.MetadataKeySeconds = 1200
			})
			c := connect(t, cloud, clock, test.change)
			if _, err := c.ProjectID(t.Context()); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.issues, cloud.Issued(), cmpopts.IgnoreFields(fakecloud.Issue{}, "Time")); diff != "" {
				t.Errorf("issued for one login: -want +got\n%s", diff)
			}
			last := test.issues[len(test.issues)-1].UserName
			restore, instance := restores["dds"], sessionsDB
			if last == "deputy" {
				instance = fakecloud.DeputyDDSInstance
			}
			id, err := c.DDS().
				RestoreCollections(t.Context(), instance, client.DDSCollectionRestore{RestoreCollections: []client.DDSRestoreDatabase{{
					Database: "test", RestoreDatabaseTime: "1607762955000",
				}}})
			if err != nil {
				t.Fatal(err)
			}
			submitted, revoked := clock.Now(), false
			job, err := restore.of(c).WaitForJob(t.Context(), client.JobWait{
				JobID:     id,
				Submitted: submitted, Deadline: submitted.Add(3 * time.Hour),
				Seen: func(client.Job) {
					if !revoked && clock.Now().Sub(submitted) > time.Hour {
						cloud.RevokeTokens()
						revoked = true
					}
				},
			})
			if err != nil || job.Status != client.JobCompleted {
				t.Errorf("the job ended as %+v, %v", job, err)
			}
			if logins := len(cloud.Issued()) / len(test.issues); logins < 3 || logins > 20 {
				t.Errorf("%d logins in two hours", logins)
			}
			if got := len(cloud.Restores()); got != 1 {
				t.Errorf("%d restores, want 1", got)
			}
		})
	}
}

// An agency that does not trust who asks, a wrong ID token and an ECS without an agency are met once, by however many
// calls.
func TestRefusedKeyLogins(t *testing.T) {
	for name, test := range map[string]struct {
		change    func(*client.Config)
		world     func(*fakecloud.World)
		service   string
		operation string
	}{
		"no such agency": {func(c *client.Config) {
			c.Roles = []client.Role{{Agency: "none", DomainName: fakecloud.DeputyDomainName}}
		}, nil, fakecloud.IAM, fakecloud.CreateTemporaryAccessKey},
		"an agency of others": {func(c *client.Config) {
			c.Roles = []client.Role{{Agency: fakecloud.SecondAgency, DomainName: fakecloud.DeputyDomainName}}
		}, nil, fakecloud.IAM, fakecloud.CreateTemporaryAccessKey},
		"no such agency, STS":        {func(c *client.Config) { c.Roles = []client.Role{{Agency: "none", DomainID: fakecloud.DeputyDomainID}} }, nil, fakecloud.STS, fakecloud.AssumeAgency},
		"a wrong key, and an agency": {func(c *client.Config) { c.SecretKey += "?"; c.Roles = []client.Role{toDeputy} }, nil, fakecloud.IAM, fakecloud.CreateTemporaryAccessKey},
		"a wrong ID token": {func(c *client.Config) {
			c.AccessKey, c.SecretKey = "", ""
			c.Federation = &client.Federation{IdentityProvider: fakecloud.DefaultIdentityProvider, IDToken: "another"}
		}, nil, fakecloud.IAM, fakecloud.CreateTokenWithIDToken},
		"no agency": {func(c *client.Config) { c.AccessKey, c.SecretKey, c.Metadata = "", "", true }, func(w *fakecloud.World) { w.MetadataUser = "" }, fakecloud.Metadata, fakecloud.ShowSecurityKey},
	} {
		t.Run(name, func(t *testing.T) {
			clock := client.NewTestClock()
			cloud := start(t, clock, func(o *fakecloud.Options) {
				o.World = fakecloud.DefaultWorld()
				if test.world != nil {
					test.world(&o.World)
				}
			})
			c := connect(t, cloud, clock, test.change)
			for range 10 {
				if _, err := restores["rds"].submit(t.Context(), c); !client.IsLoginRefused(err) {
					t.Errorf("got %v", err)
				}
			}
			if got := cloud.Requests()[test.service][test.operation]; got != 1 || len(cloud.Restores()) != 0 {
				t.Errorf("%d requests, %d restores", got, len(cloud.Restores()))
			}
		})
	}
}

// A wrong key is not locked by however many calls: the first one is the last.
func TestWrongKeyDoesNotLock(t *testing.T) {
	clock := client.NewTestClock()
	cloud := start(t, clock)
	wrong := connect(
		t,
		cloud,
		clock,
		func(config *client.Config) { config.SecretKey += "?"; config.ProjectID = fakecloud.DefaultProjectID },
	)
	results := make(chan error)
	for range 20 {
		go func() { _, err := restores["rds"].submit(t.Context(), wrong); results <- err }()
	}
	for range 20 {
		if err := <-results; !client.IsLoginRefused(err) {
			t.Errorf("got %v", err)
		}
	}
	if got := cloud.Requests()["rds"]; len(got) != 1 || got["RestoreTables"] != 1 {
		t.Errorf("requests to RDS: %v", got)
	}
	if _, err := restores["rds"].submit(t.Context(), connect(t, cloud, clock)); err != nil {
		t.Errorf("with the right one: %v", err)
	}
}

// A second factor is good for one login. While its token lives, nobody asks for another.
func TestPasscodeLogin(t *testing.T) {
	clock := client.NewTestClock()
	cloud := start(t, clock)
	c := connect(t, cloud, clock, func(config *client.Config) {
		config.AccessKey, config.SecretKey = "", ""
		config.UserID, config.Password, config.Passcode = fakecloud.MFAUserID, fakecloud.MFAPassword, fakecloud.MFAPasscode
		config.ProjectID = fakecloud.DefaultProjectID
	})
	for range 3 {
		if _, err := c.DDS().Instance(t.Context(), sessionsDB); err != nil {
			t.Error(err)
		}
	}
	if got := cloud.Logins(); len(got) != 1 || !got[0].Accepted {
		t.Errorf("logins: %+v", got)
	}
}
