// SPDX-License-Identifier: MPL-2.0

package client_test

import (
	"context"
	"fmt"
	"time"

	"terraform-provider-x/internal/client"
)

// restore is one of the three calls, and what there is to know about the job it starts.
type restore struct {
	submit    func(context.Context, *client.Client) (jobID string, err error)
	of        func(*client.Client) client.JobService
	list      func(context.Context, *client.Client) ([]client.Job, error)
	operation string
	target    string // of the restore
	occupied  string // what is busy meanwhile
}

var restores = map[string]restore{
	"rds": {
		submit: func(ctx context.Context, c *client.Client) (string, error) {
			results, err := c.RDS().RestoreTables(ctx, client.RDSTableRestore{Instances: []client.RDSTableRestoreInstance{{
				RestoreTime: 1688556737000, InstanceID: ordersDB,
				Databases: []client.RDSDatabase{
					{Database: "data1", Schemas: []client.RDSSchema{{Schema: "schema1", Tables: []client.RDSTable{
						{OldName: "table1", NewName: "table1_1688556737000"},
					}}}},
				},
			}}})
			if err != nil {
				return "", err
			}
			if len(results) != 1 || results[0].InstanceID != ordersDB {
				return "", fmt.Errorf("the results are %+v", results)
			}
			return results[0].JobID, nil
		},
		of: func(c *client.Client) client.JobService { return c.RDS() },
		list: func(ctx context.Context, c *client.Client) ([]client.Job, error) {
			return c.RDS().ListJobs(ctx, ordersDB, c.Clock().Now().Add(-time.Hour), c.Clock().Now().Add(time.Hour))
		},
		operation: "RestoreTables", target: ordersDB, occupied: ordersDB,
	},
	"dds": {
		submit: func(ctx context.Context, c *client.Client) (string, error) {
			return c.DDS().
				RestoreCollections(ctx, sessionsDB, client.DDSCollectionRestore{RestoreCollections: []client.DDSRestoreDatabase{
					{Database: "app", RestoreDatabaseTime: "1607762955000"},
					{Database: "test", Collections: []client.DDSRestoreCollection{
						{OldName: "test", RestoreCollectionTime: "1607762955000"},
						{OldName: "users", NewName: "users_copy", RestoreCollectionTime: "1607762956000"},
					}},
				}})
		},
		of: func(c *client.Client) client.JobService { return c.DDS() },
		list: func(ctx context.Context, c *client.Client) ([]client.Job, error) {
			return c.DDS().ListJobs(ctx, sessionsDB, c.Clock().Now().Add(-time.Hour), c.Clock().Now().Add(time.Hour))
		},
		operation: "RestoreCollections", target: sessionsDB, occupied: sessionsDB,
	},
	"dws": {
		submit: func(ctx context.Context, c *client.Client) (string, error) {
			return c.DWS().RestoreTables(ctx, snapshot1, client.DWSTableRestore{
				CaseSensitive: true, Database: "postgres",
				RestoreTableList: []client.DWSTable{{SchemaName: "public", TableName: "sales"}},
				TargetTableList:  []client.DWSTable{{SchemaName: "public", TableName: "sales_copy"}},
			})
		},
		of: func(c *client.Client) client.JobService { return c.DWS() },
		list: func(ctx context.Context, c *client.Client) ([]client.Job, error) {
			return c.DWS().ListJobs(ctx, cluster1, time.Time{}, time.Time{})
		},
		operation: "RestoreTable", target: snapshot1, occupied: cluster1,
	},
}
