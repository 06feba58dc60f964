// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"net/http"
	"strings"

	"terraform-provider-x/internal/fakecloud"
)

func matrixByPassword(config *Config) {
	config.AccessKey, config.SecretKey = "", ""
	config.UserName, config.Password, config.DomainName = fakecloud.DefaultUserName, fakecloud.DefaultPassword, fakecloud.DefaultDomainName
}

func matrixByAgency(role Role) func(*Config) {
	role.Agency = fakecloud.DefaultAgency
	return func(config *Config) { config.Roles, config.ProjectID = []Role{role}, fakecloud.DeputyProjectID }
}

func matrixByIDToken(config *Config) {
	config.AccessKey, config.SecretKey = "", ""
	config.Federation = &Federation{IdentityProvider: fakecloud.DefaultIdentityProvider, IDToken: fakecloud.DefaultIDToken}
}

// matrixOperations are all rows, in the order of a restore.
func matrixOperations() []matrixOperation {
	post := http.MethodPost
	logins := []matrixOperation{
		{
			name: "password", kind: matrixPassword, service: serviceIAM, method: post, path: "/v3/auth/tokens", says: "IAM log in", operation: fakecloud.CreateToken,
			good:   `{"token":{"expires_at":"2099-03-01T21:00:00.000000Z","project":{"id":"` + testProject + `","name":"eu-west-101"}}}`,
			header: []string{"X-Subject-Token", matrixToken}, change: matrixByPassword, call: matrixRestoreDDS(matrixDDS),
		},
		{
			name: "agency key", kind: matrixKey, service: serviceIAM, method: post, path: "/v3.0/OS-CREDENTIAL/securitytokens",
			says: "IAM get the temporary key of an agency", operation: fakecloud.CreateTemporaryAccessKey,
			good: `{"credential":` + matrixKeys + `}`, change: matrixByAgency(Role{DomainName: fakecloud.DeputyDomainName}), call: matrixRestoreDDS(fakecloud.DeputyDDSInstance),
		},
		{
			name: "agency key by STS", kind: matrixKey, service: serviceSTS, method: post, path: "/v5/agencies/assume", says: "STS assume an agency", operation: fakecloud.AssumeAgency,
			good: `{"credentials":{"access_key_id":"MATRIXISSUEDKEY","secret_access_key":"matrix-issued-secret","security_token":"matrix-issued-security-token","expiration":"2099-03-01T13:00:00Z"}}`,
			change: matrixByAgency(
				Role{DomainID: fakecloud.DeputyDomainID},
			), call: matrixRestoreDDS(fakecloud.DeputyDDSInstance),
		},
		{
			name: "ID token", kind: matrixIDToken, service: serviceIAM, method: post, path: "/v3.0/OS-AUTH/id-token/tokens", says: "IAM log in with an ID token", operation: fakecloud.CreateTokenWithIDToken,
			good: `{"token":{}}`, header: []string{"X-Subject-Token", matrixToken}, change: matrixByIDToken, call: matrixRestoreDDS(matrixDDS),
		},
		{
			name: "federated key", kind: matrixKey, service: serviceIAM, method: post, path: "/v3.0/OS-CREDENTIAL/securitytokens",
			says: "IAM get the temporary key of a federated user", operation: fakecloud.CreateTemporaryAccessKey,
			good: `{"credential":` + matrixKeys + `}`, change: matrixByIDToken, call: matrixRestoreDDS(matrixDDS),
		},
		{
			name: "project", service: serviceIAM, method: http.MethodGet, path: "/v3/projects", says: "IAM query projects", operation: fakecloud.ListProjects,
			good: `{"projects":[{"id":"` + testProject + `","name":"eu-west-101"}]}`, change: unconfigured, call: matrixRestoreDDS(matrixDDS),
		},
	}
	restores := []matrixOperation{
		{
			name: "RDS restore", kind: matrixSubmit, service: serviceRDS, method: post, path: "/v3/{project_id}/instances/batch/restore/tables", says: "RDS restore tables", operation: fakecloud.RestoreTables,
			good: `{"restore_result":[{"instance_id":"` + rdsID + `","job_id":"a1"}]}`, call: func(ctx context.Context, c *Client, _ string) error {
				_, err := c.RDS().RestoreTables(ctx, matrixRDSRestore)
				return err
			},
		},
		{
			name: "DDS restore", kind: matrixSubmit, service: serviceDDS, method: post, path: "/v3/{project_id}/instances/" + matrixDDS + "/restore/collections", says: "DDS restore collections",
			operation: fakecloud.RestoreCollections, good: `{"job_id":"a1"}`, call: matrixRestoreDDS(matrixDDS),
		},
		{
			name: "DWS restore", kind: matrixSubmit, service: serviceDWS, method: post, path: "/v1/{project_id}/snapshots/" + snapshotID + "/table-restore", says: "DWS restore tables",
			operation: fakecloud.RestoreTable, good: `{"job_id":"a1"}`, call: func(ctx context.Context, c *Client, _ string) error {
				_, err := c.DWS().RestoreTables(ctx, snapshotID, matrixDWSRestore)
				return err
			},
		},
	}
	return append(append(logins, matrixLookUps()...), restores...)
}

// is whether a request is the operation's.
func (o matrixOperation) is(r *http.Request) bool {
	project, path := testProject, o.path
	if strings.Contains(r.URL.Path, fakecloud.DeputyProjectID) {
		project = fakecloud.DeputyProjectID
	}
	path = strings.Replace(path, "{project_id}", project, 1)
	if strings.HasSuffix(path, "/") { // what follows is an id
		return r.Method == o.method && strings.HasPrefix(r.URL.Path, path)
	}
	return r.Method == o.method && r.URL.Path == path
}

// matrixIsRestore is whether a request asks for a restore, whoever sent it.
func matrixIsRestore(r *http.Request) bool {
	return r.Method == http.MethodPost &&
		(strings.HasSuffix(r.URL.Path, "/restore/tables") || strings.HasSuffix(r.URL.Path, "/restore/collections") || strings.HasSuffix(r.URL.Path, "/table-restore"))
}

// matrixSecrets are what no error and no log may show.
var matrixSecrets = []string{
	"TESTACCESSKEY", "test-secret/key", fakecloud.DefaultPassword, `not/a&real one`, fakecloud.DefaultIDToken,
	matrixToken, "MATRIXISSUEDKEY", "matrix-issued-secret", "matrix-issued-security-token",
	fakecloud.DefaultAccessKey, fakecloud.DefaultSecretKey,
}
