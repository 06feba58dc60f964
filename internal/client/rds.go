// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// RDSTableRestore is the body of "Restoring Tables to a Specified Point in Time (RDS for PostgreSQL)".
// The page marks no field as mandatory, but the service needs all of them, so the client always sends all.
type RDSTableRestore struct {
	Instances []RDSTableRestoreInstance `json:"instances"` // the user guide allows one at a time
}

// RDSTableRestoreInstance names what to restore in one instance.
type RDSTableRestoreInstance struct {
	RestoreTime int64         `json:"restore_time"` // milliseconds since 1970; a number ("Long")
	InstanceID  string        `json:"instance_id"`
	Databases   []RDSDatabase `json:"databases"`
}

// RDSDatabase is a database of which tables are restored.
type RDSDatabase struct {
	Database string      `json:"database"`
	Schemas  []RDSSchema `json:"schemas"`
}

// RDSSchema is a schema of which tables are restored.
type RDSSchema struct {
	Schema string     `json:"schema"`
	Tables []RDSTable `json:"tables"`
}

// RDSTable is a table to restore, and the name of its copy in the same schema.
type RDSTable struct {
	OldName string `json:"old_name"`
	NewName string `json:"new_name"`
}

// RDSRestoreResult is the job that restores the tables of one instance.
type RDSRestoreResult struct {
	InstanceID string
	JobID      string
}

// RestoreTables starts a restore. Every result has a job id. Errors: *AmbiguousError if the service may have accepted
// the call, *APIError if it refused; any other error means that it never got the call. An answer that names a job for
// only some of the instances is ambiguous.
func (s RDS) RestoreTables(ctx context.Context, restore RDSTableRestore) ([]RDSRestoreResult, error) {
	for _, instance := range restore.Instances {
		if err := checkID("RDS instance", instance.InstanceID); err != nil {
			return nil, err
		}
	}
	var reply struct {
		RestoreResult []struct {
			InstanceID text `json:"instance_id"`
			JobID      text `json:"job_id"`
		} `json:"restore_result"`
	}
	var results []RDSRestoreResult
	err := s.client.submit(ctx, call{
		service:   serviceRDS,
		operation: "restore tables",
		method:    http.MethodPost,
		path:      "/v3/{project_id}/instances/batch/restore/tables",
		body:      restore,
		notInOTC:  true,
	}, &reply, func() bool {
		for _, result := range reply.RestoreResult {
			if result.JobID == "" {
				return false
			}
			results = append(results, RDSRestoreResult{InstanceID: string(result.InstanceID), JobID: string(result.JobID)})
		}
		return len(results) > 0 && len(results) >= len(restore.Instances)
	})
	if err != nil {
		return nil, err
	}
	return results, nil
}

const rdsTasksPage = 50 // the service's limit

// ListJobs is as in JobService (RDS API Reference, "Querying a Task List"). The service keeps jobs for a month.
func (s RDS) ListJobs(ctx context.Context, instanceID string, from, to time.Time) ([]Job, error) {
	if err := checkID("instance", instanceID); err != nil {
		return nil, err
	}
	return s.client.jobListers[serviceRDS].listJobs(ctx, instanceID, from, to)
}

// jobList lists the jobs of an instance, or of all instances of the project for "".
func (s RDS) jobList(priority priority) jobListFunc {
	return func(ctx context.Context, instanceID string, from, to time.Time, enough func([]Job) bool) ([]Job, error) {
		span := url.Values{"start_time": {milliseconds(from)}, "end_time": {milliseconds(to)}}
		if instanceID != "" {
			span.Set("instance_id", instanceID)
		}
		return pages(rdsTasksPage, idOf, enough, func(offset, limit string) ([]Job, error) {
			reply := list[jobRecord]{key: "tasks"} // a reply without the key must not pass for "no restore runs"
			err := s.client.do(ctx, call{
				service:   serviceRDS,
				operation: "query task list",
				method:    http.MethodGet,
				path:      "/v3/{project_id}/tasklist",
				query:     onPage(span, offset, limit),
				priority:  ofPage(priority, offset),
			}, &reply)
			return jobsOf(reply.items, s.client.clock.Now()), err
		})
	}
}

// RDSInstance is what a restore needs to know of an instance.
type RDSInstance struct {
	ID      string
	Name    string
	Status  string // ACTIVE when it is ready
	Type    string // Single, Ha or Replica
	Engine  string // PostgreSQL, MySQL or SQLServer
	Version string // such as 14
}

// Instance queries an instance (RDS API Reference, "Querying DB Instances": a list with a filter). The error is a
// *NotFoundError if there is none.
func (s RDS) Instance(ctx context.Context, id string) (RDSInstance, error) {
	if err := checkID("RDS instance", id); err != nil {
		return RDSInstance{}, err
	}
	missing := error(&NotFoundError{What: "RDS instance " + id})
	// The service lists instances of the FlexusRDS kind only if asked for them.
	for _, query := range []url.Values{{"id": {id}}, {"id": {id}, "group_type": {"flexus"}}} {
		instance, err := s.instances().find(ctx, id, query)
		if err == nil || !IsNotFound(err) {
			return instance, err
		}
		missing = err
	}
	return RDSInstance{}, missing
}

// rdsInstanceMissing are the codes for an instance that does not exist, or cannot (RDS API Reference, Error Codes).
var rdsInstanceMissing = []string{"DBS.200002", "DBS.200045", "DBS.201028", "DBS.200602", "DBS.280404"}

// Instances lists the first mostListedInstances of the project's instances, but none of the FlexusRDS kind.
func (s RDS) Instances(ctx context.Context) ([]RDSInstance, error) { return s.instances().all(ctx) }

func (s RDS) instances() instances[RDSInstance] {
	return instances[RDSInstance]{
		"RDS instance", func(i RDSInstance) string { return i.ID }, rdsInstanceMissing, s.queryInstances,
	}
}

func (s RDS) queryInstances(ctx context.Context, query url.Values) ([]RDSInstance, error) {
	reply := list[rdsInstanceRecord]{key: "instances"}
	err := s.client.do(ctx, call{
		service:   serviceRDS,
		operation: "query instance",
		method:    http.MethodGet,
		path:      "/v3/{project_id}/instances",
		query:     query,
	}, &reply)
	var instances []RDSInstance
	for _, found := range reply.items {
		instances = append(instances, RDSInstance{
			ID: found.ID, Name: string(found.Name), Status: found.Status, Type: found.Type,
			Engine: found.Datastore.Type, Version: string(found.Datastore.Version),
		})
	}
	return instances, err
}

type rdsInstanceRecord struct {
	ID        string `json:"id"`
	Name      text   `json:"name"`
	Status    string `json:"status"`
	Type      string `json:"type"`
	Datastore struct {
		Type    string `json:"type"`
		Version text   `json:"version"`
	} `json:"datastore"`
}
