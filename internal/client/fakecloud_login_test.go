// SPDX-License-Identifier: MPL-2.0

package client_test

import (
	"context"
	"testing"
	"time"

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
			job, err := c.WaitForJob(t.Context(), client.JobWait{
				Job:       func(ctx context.Context) (client.Job, error) { return restore.job(c, ctx, id) },
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
