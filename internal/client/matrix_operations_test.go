// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"net/http"
	"strings"
	"time"

	"terraform-provider-x/internal/fakecloud"
)

// matrixKind is what an operation is to the rule of the matrix.
type matrixKind int

const (
	matrixLookUp   matrixKind = iota
	matrixSubmit              // a restore
	matrixPassword            // a login whose every try counts, on the way to a restore
	matrixKey                 // a login for a temporary key, likewise
	matrixIDToken             // a login whose token comes in a header, likewise
)

// matrixOperation is one row: a call of the client, and the one request of it that meets the fault. A login and the
// look-up of the project are on the way to a restore, so that a restore that is not theirs to start would show.
type matrixOperation struct {
	name            string
	kind            matrixKind
	service, method string
	path            string // with {project_id}; what the fault strikes
	says            string // the operation as errors name it
	operation       string // of fakecloud
	good            string // the answer
	header          []string
	change          func(*Config)
	call            func(ctx context.Context, c *Client, jobID string) error

	notFoundIsNone bool // a 404 says that there is none, which is no error
	notFoundTwice  bool // another place is looked in after a 404
}

const (
	matrixDDS   = "9136fd2a9fcd405ea4674276ce36dae8in02"
	matrixToken = "matrix-token-of-a-login"
	matrixKeys  = `{"access":"MATRIXISSUEDKEY","secret":"matrix-issued-secret","securitytoken":"matrix-issued-security-token","expires_at":"2099-03-01T13:00:00.000000Z"}`
)

// matrixMoment is within the windows of fakecloud's default world.
var matrixMoment = time.UnixMilli(1688556737000)

var (
	matrixRDSRestore = RDSTableRestore{Instances: []RDSTableRestoreInstance{{
		RestoreTime: 1688556737000, InstanceID: rdsID,
		Databases: []RDSDatabase{
			{
				Database: "data1",
				Schemas:  []RDSSchema{{Schema: "schema1", Tables: []RDSTable{{OldName: "table1", NewName: "table1_restored"}}}},
			},
		},
	}}}
	matrixDDSRestore = DDSCollectionRestore{
		RestoreCollections: []DDSRestoreDatabase{{Database: "app", RestoreDatabaseTime: "1607762955000"}},
	}
	matrixDWSRestore = DWSTableRestore{
		CaseSensitive: true, Database: "postgres",
		RestoreTableList: []DWSTable{
			{SchemaName: "public", TableName: "sales"},
		}, TargetTableList: []DWSTable{{SchemaName: "public", TableName: "sales_restored"}},
	}
)

func matrixRestoreDDS(instance string) func(context.Context, *Client, string) error {
	return func(ctx context.Context, c *Client, _ string) error {
		_, err := c.DDS().RestoreCollections(ctx, instance, matrixDDSRestore)
		return err
	}
}

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

// matrixLookUps makes rows of calls that change nothing.
func matrixLookUps() []matrixOperation {
	get := func(name, service, path, says, operation, good string, call func(context.Context, *Client, string) error) matrixOperation {
		return matrixOperation{
			name:      name,
			service:   service,
			method:    http.MethodGet,
			path:      path,
			says:      says,
			operation: operation,
			good:      good,
			call:      call,
		}
	}
	const jobs = `{"id":"a1","status":"Running"}`
	noon, later := noon.Add(-time.Hour), noon.Add(time.Hour)
	rows := []matrixOperation{
		get("RDS instance", serviceRDS, "/v3/{project_id}/instances", "RDS query instance", fakecloud.ListInstances,
			`{"instances":[{"id":"`+rdsID+`","status":"ACTIVE"}]}`, func(ctx context.Context, c *Client, _ string) error {
				_, err := c.RDS().Instance(ctx, rdsID)
				return err
			}),
		get(
			"RDS windows",
			serviceRDS,
			"/v3/{project_id}/instances/"+rdsID+"/restore-time",
			"RDS query restoration time range",
			fakecloud.ListRestoreTime,
			`{"restore_time":[{"start_time":1688169600000,"end_time":1688774400000}]}`,
			func(ctx context.Context, c *Client, _ string) error {
				_, err := c.RDS().RestoreWindows(ctx, rdsID, "")
				return err
			},
		),
		get(
			"RDS tables",
			serviceRDS,
			"/v3/{project_id}/postgresql/instances/history/tables",
			"RDS query restorable tables",
			fakecloud.ListHistoryTables,
			`{"table_limit":2000,"instances":[{"id":"`+rdsID+`","total_tables":1,"databases":[{"name":"data1","schemas":[{"name":"schema1","tables":[{"name":"table1"}]}]}]}]}`,
			func(ctx context.Context, c *Client, _ string) error {
				_, err := c.RDS().RestorableTables(ctx, rdsID, matrixMoment, RDSTableFilter{})
				return err
			},
		),
		get("RDS job", serviceRDS, "/v3/{project_id}/jobs", "RDS query job", fakecloud.ShowJob, `{"job":`+jobs+`}`,
			func(ctx context.Context, c *Client, jobID string) error {
				_, err := c.RDS().Job(ctx, jobID)
				return err
			}),
		get(
			"RDS job list",
			serviceRDS,
			"/v3/{project_id}/tasklist",
			"RDS query task list",
			fakecloud.ListTasks,
			`{"tasks":[`+jobs+`]}`,
			func(ctx context.Context, c *Client, _ string) error {
				_, err := c.RDS().ListJobs(ctx, rdsID, noon, later)
				return err
			},
		),

		get("DDS instance", serviceDDS, "/v3/{project_id}/instances", "DDS query instance", fakecloud.ListInstances,
			`{"instances":[{"id":"`+matrixDDS+`","status":"normal"}]}`, func(ctx context.Context, c *Client, _ string) error {
				_, err := c.DDS().Instance(ctx, matrixDDS)
				return err
			}),
		get(
			"DDS windows",
			serviceDDS,
			"/v3/{project_id}/instances/"+matrixDDS+"/restore-time",
			"DDS query restoration time ranges",
			fakecloud.ListRestoreTime,
			`{"restore_time":[{"start_time":"1606780800000","end_time":"1607990400000"}]}`,
			func(ctx context.Context, c *Client, _ string) error {
				_, err := c.DDS().RestoreWindows(ctx, matrixDDS, time.UnixMilli(1607762955000))
				return err
			},
		),
		get(
			"DDS databases",
			serviceDDS,
			"/v3/{project_id}/instances/"+matrixDDS+"/restore-database",
			"DDS query restorable databases",
			fakecloud.ListRestoreDatabases,
			`{"databases":["app"]}`,
			func(ctx context.Context, c *Client, _ string) error {
				_, err := c.DDS().RestorableDatabases(ctx, matrixDDS, time.UnixMilli(1607762955000))
				return err
			},
		),
		get(
			"DDS collections",
			serviceDDS,
			"/v3/{project_id}/instances/"+matrixDDS+"/restore-collection",
			"DDS query restorable collections",
			fakecloud.ListRestoreCollections,
			`{"collections":["sessions"]}`,
			func(ctx context.Context, c *Client, _ string) error {
				_, err := c.DDS().RestorableCollections(ctx, matrixDDS, "app", time.UnixMilli(1607762955000))
				return err
			},
		),
		get("DDS job", serviceDDS, "/v3/{project_id}/jobs", "DDS query job", fakecloud.ShowJob, `{"job":`+jobs+`}`,
			func(ctx context.Context, c *Client, jobID string) error {
				_, err := c.DDS().Job(ctx, jobID)
				return err
			}),
		get(
			"DDS job list",
			serviceDDS,
			"/v3.1/{project_id}/jobs",
			"DDS query tasks",
			fakecloud.ListJobs,
			`{"jobs":[`+jobs+`]}`,
			func(ctx context.Context, c *Client, _ string) error {
				_, err := c.DDS().ListJobs(ctx, matrixDDS, noon, later)
				return err
			},
		),

		get("DWS cluster", serviceDWS, "/v1.0/{project_id}/clusters/"+clusterID, "DWS query cluster", fakecloud.ShowCluster,
			`{"cluster":{"id":"`+clusterID+`","status":"AVAILABLE"}}`, func(ctx context.Context, c *Client, _ string) error {
				_, err := c.DWS().Cluster(ctx, clusterID)
				return err
			}),
		get(
			"DWS snapshot",
			serviceDWS,
			"/v1.0/{project_id}/snapshots/"+snapshotID,
			"DWS query snapshot",
			fakecloud.ShowSnapshot,
			`{"snapshot":{"id":"`+snapshotID+`","status":"AVAILABLE"}}`,
			func(ctx context.Context, c *Client, _ string) error {
				_, err := c.DWS().Snapshot(ctx, snapshotID)
				return err
			},
		),
		get(
			"DWS snapshots",
			serviceDWS,
			"/v1.0/{project_id}/snapshots",
			"DWS query snapshot list",
			fakecloud.ListSnapshots,
			`{"snapshots":[{"id":"`+snapshotID+`"}]}`,
			func(ctx context.Context, c *Client, _ string) error { _, err := c.DWS().Snapshots(ctx); return err },
		),
		get(
			"DWS cluster snapshots",
			serviceDWS,
			"/v1.0/{project_id}/clusters/"+clusterID+"/snapshots",
			"DWS query cluster snapshot list",
			fakecloud.ListClusterSnapshots,
			`{"snapshots":[{"id":"`+snapshotID+`"}]}`,
			func(ctx context.Context, c *Client, _ string) error {
				_, err := c.DWS().ClusterSnapshots(ctx, clusterID)
				return err
			},
		),
		get(
			"DWS check",
			serviceDWS,
			"/v1/{project_id}/snapshots/"+snapshotID+"/table-restore-check",
			"DWS check table names",
			fakecloud.CheckTableRestore,
			`{"check_table_name_result":{"database":"postgres","restore_table_list":null,"target_table_list":null}}`,
			func(ctx context.Context, c *Client, _ string) error {
				_, err := c.DWS().CheckTableRestore(ctx, snapshotID, matrixDWSRestore)
				return err
			},
		),
		get(
			"DWS job",
			serviceDWS,
			"/v1.0/{project_id}/job/",
			"DWS query job",
			fakecloud.ShowJob,
			`{"job_id":"a1","status":"RUNNING"}`,
			func(ctx context.Context, c *Client, jobID string) error {
				_, err := c.DWS().Job(ctx, jobID)
				return err
			},
		),
		get(
			"DWS job list",
			serviceDWS,
			"/v1/{project_id}/clusters/"+clusterID+"/actions/FINE_GRAINED_RESTORING",
			"DWS query cluster actions",
			fakecloud.ListClusterActions,
			`{"id":"a1","status":"RUNNING"}`,
			func(ctx context.Context, c *Client, _ string) error {
				_, err := c.DWS().restoreActions(ctx, clusterID)
				return err
			},
		),
	}
	for i := range rows {
		rows[i].notFoundTwice, rows[i].notFoundIsNone = rows[i].name == "RDS instance", rows[i].name == "DWS job list"
		if strings.HasSuffix(rows[i].path, "/tables") || strings.HasSuffix(rows[i].path, "-check") {
			rows[i].method = http.MethodPost // all the same nothing is changed
		}
	}
	return rows
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
