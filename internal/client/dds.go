// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// DDSCollectionRestore is the body of "Restoring Databases and Tables to a Point in Time".
type DDSCollectionRestore struct {
	RestoreCollections []DDSRestoreDatabase `json:"restore_collections"`
}

// DDSRestoreDatabase is a database to restore: whole, with a time of its own, or some of its collections.
type DDSRestoreDatabase struct {
	Database string `json:"database"`
	// Milliseconds since 1970, as a string: the table of parameters says so, but the examples have a number.
	RestoreDatabaseTime string                 `json:"restore_database_time,omitempty"`
	Collections         []DDSRestoreCollection `json:"collections,omitempty"`
}

// DDSRestoreCollection is a collection to restore. Without a new name, the service adds "_bak_" and a time to the old
// one.
type DDSRestoreCollection struct {
	OldName               string `json:"old_name"`
	NewName               string `json:"new_name,omitempty"`
	RestoreCollectionTime string `json:"restore_collection_time"` // as RestoreDatabaseTime
}

// RestoreCollections starts a restore and returns its job's id. Errors as of RDS.RestoreTables.
func (s DDS) RestoreCollections(ctx context.Context, instanceID string, restore DDSCollectionRestore) (string, error) {
	if err := checkID("DDS instance", instanceID); err != nil {
		return "", err
	}
	var reply restoreReply
	err := s.client.submit(ctx, call{
		service:   serviceDDS,
		operation: "restore collections",
		method:    http.MethodPost,
		path:      "/v3/{project_id}/instances/" + instanceID + "/restore/collections",
		body:      restore,
	}, &reply, reply.accepted)
	return string(reply.JobID), err
}

// restoreReply is the answer of DDS and DWS to a restore call.
type restoreReply struct {
	JobID text `json:"job_id"`
}

func (r *restoreReply) accepted() bool { return r.JobID != "" }

// ListJobs is as in JobService (DDS API Reference, "Querying Tasks"). The span is at most 30 days. Open Telekom Cloud
// does not document the call.
func (s DDS) ListJobs(ctx context.Context, instanceID string, from, to time.Time) ([]Job, error) {
	if err := checkID("instance", instanceID); err != nil {
		return nil, err
	}
	return s.client.jobListers[serviceDDS].listJobs(ctx, instanceID, from, to)
}

const ddsJobsPage = 100 // the service's limit

// jobList lists the project's jobs: the service cannot filter them by instance.
func (s DDS) jobList(priority priority) jobListFunc {
	return func(ctx context.Context, instanceID string, from, to time.Time, enough func([]Job) bool) ([]Job, error) {
		const layout = "2006-01-02T15:04:05-0700"
		span := url.Values{"start_time": {from.UTC().Format(layout)}, "end_time": {to.UTC().Format(layout)}}
		jobs, err := pages(ddsJobsPage, idOf, enough, func(offset, limit string) ([]Job, error) {
			reply := list[jobRecord]{key: "jobs"} // a reply without the key must not pass for "no restore runs"
			err := s.client.do(ctx, call{
				service:   serviceDDS,
				operation: "query tasks",
				method:    http.MethodGet,
				path:      "/v3.1/{project_id}/jobs",
				query:     onPage(span, offset, limit),
				priority:  ofPage(priority, offset),
			}, &reply)
			return jobsOf(reply.items, s.client.clock.Now()), err
		})
		if instanceID != "" {
			jobs = slices.DeleteFunc(jobs, func(job Job) bool { return job.InstanceID != instanceID })
		}
		return jobs, err
	}
}

// DDSInstance is what a restore needs to know of an instance.
type DDSInstance struct {
	ID      string
	Name    string
	Status  string   // normal when it is ready
	Actions []string // the operations that run on it
	Mode    string   // ReplicaSet, Sharding or Single
	Engine  string   // the storage engine, such as wiredTiger
	Version string   // such as 4.0
}

// ddsInstanceMissing are the codes for an instance that does not exist (DDS API Reference, Error Codes).
var ddsInstanceMissing = []string{"DBS.200002", "DBS.280110"}

// Instance queries an instance (DDS API Reference, "Querying Instances": a list with a filter). The error is a
// *NotFoundError if there is none.
func (s DDS) Instance(ctx context.Context, id string) (DDSInstance, error) {
	if err := checkID("DDS instance", id); err != nil {
		return DDSInstance{}, err
	}
	return s.instances().find(ctx, id, url.Values{"id": {id}})
}

// Instances lists the first mostListedInstances of the project's instances.
func (s DDS) Instances(ctx context.Context) ([]DDSInstance, error) { return s.instances().all(ctx) }

func (s DDS) instances() instances[DDSInstance] {
	return instances[DDSInstance]{
		"DDS instance", func(i DDSInstance) string { return i.ID }, ddsInstanceMissing, s.queryInstances,
	}
}

func (s DDS) queryInstances(ctx context.Context, query url.Values) ([]DDSInstance, error) {
	reply := list[ddsInstanceRecord]{key: "instances"}
	err := s.client.do(ctx, call{
		service:   serviceDDS,
		operation: "query instance",
		method:    http.MethodGet,
		path:      "/v3/{project_id}/instances",
		query:     query,
	}, &reply)
	var instances []DDSInstance
	for _, found := range reply.items {
		instances = append(instances, DDSInstance{
			ID: found.ID, Name: string(found.Name), Status: found.Status, Actions: found.Actions,
			Mode: found.Mode, Engine: found.Engine, Version: string(found.Datastore.Version),
		})
	}
	return instances, err
}

type ddsInstanceRecord struct {
	ID        string   `json:"id"`
	Name      text     `json:"name"`
	Status    string   `json:"status"`
	Actions   []string `json:"actions"`
	Mode      string   `json:"mode"`
	Engine    string   `json:"engine"`
	Datastore struct {
		Version text `json:"version"`
	} `json:"datastore"`
}
