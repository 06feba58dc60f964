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
// lookup of the project are on the way to a restore, so that a restore that is not theirs to start would show.
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
