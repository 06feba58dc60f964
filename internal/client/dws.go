// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"time"
)

// DWSTableRestore is the body of "Restoring a Table". The service restores the n-th source to the n-th target: the page
// does not say so, but nothing else pairs them. It overwrites an existing target.
type DWSTableRestore struct {
	CaseSensitive    bool       `json:"case_sensitive"`
	Database         string     `json:"database"`
	RestoreTableList []DWSTable `json:"restore_table_list"`
	TargetTableList  []DWSTable `json:"target_table_list"`
}

// DWSTable names a table.
type DWSTable struct {
	SchemaName string `json:"schema_name"`
	TableName  string `json:"table_name"`
}

// RestoreTables starts a restore and returns its job's id. Errors as of RDS.RestoreTables.
// The path is /v1: the example of the page says /v2, but its URI line and the other clouds say /v1.
func (s DWS) RestoreTables(ctx context.Context, snapshotID string, restore DWSTableRestore) (string, error) {
	if err := checkID("DWS snapshot", snapshotID); err != nil {
		return "", err
	}
	var reply restoreReply
	err := s.client.submit(ctx, call{
		service:   serviceDWS,
		operation: "restore tables",
		method:    http.MethodPost,
		path:      "/v1/{project_id}/snapshots/" + snapshotID + "/table-restore",
		body:      restore,
	}, &reply, reply.accepted)
	return string(reply.JobID), err
}

// DWSCluster is what a restore needs to know of a cluster.
type DWSCluster struct {
	ID         string
	Name       string
	Status     string // AVAILABLE when it is ready
	SubStatus  string // such as NORMAL or READONLY
	TaskStatus string // the operation that runs on it, such as FINE_GRAINED_RESTORING; "" if none
}

// dwsClusterMissing are the codes for "not found or no access", which the service does not tell apart.
var dwsClusterMissing = []string{"DWS.0001", "DWS.0015", dwsNoAccess, "DWS.3027"}

// Cluster queries a cluster (DWS API Reference, "Querying Cluster Details"). The error is a *NotFoundError if there is
// none.
func (s DWS) Cluster(ctx context.Context, id string) (DWSCluster, error) {
	if err := checkID("DWS cluster", id); err != nil {
		return DWSCluster{}, err
	}
	reply := single[clusterRecord]{key: "cluster"}
	what := "DWS cluster " + id
	err := s.client.do(ctx, call{
		service:   serviceDWS,
		operation: "query cluster",
		method:    http.MethodGet,
		path:      "/v1.0/{project_id}/clusters/" + id,
	}, &reply)
	if err != nil {
		return DWSCluster{}, notFound(err, what, dwsClusterMissing...)
	}
	return DWSCluster(reply.value), nil
}

// clusterRecord is a DWSCluster as the service sends it; it must have an id.
type clusterRecord DWSCluster

func (r *clusterRecord) UnmarshalJSON(data []byte) error {
	var sent struct {
		ID         string `json:"id"`
		Name       string `json:"name"`
		Status     string `json:"status"`
		SubStatus  string `json:"sub_status"`
		TaskStatus string `json:"task_status"`
	}
	if err := json.Unmarshal(data, &sent); err != nil {
		return err
	}
	if *r = clusterRecord(sent); r.ID == "" {
		return errors.New("the cluster has no id")
	}
	return nil
}

// dwsRestoring is the action of a table restore.
const dwsRestoring = "FINE_GRAINED_RESTORING"

// dwsJobID is the form of a job's id.
var dwsJobID = regexp.MustCompile(`^[0-9a-f]{32}$`)

// ListJobs lists the restores that run on a cluster, whatever the span. DWS lists no jobs, only a cluster's actions.
// The id of an action is documented as a random UUID: it is no job's, so that the job of an action has no id here, and
// nobody adopts it. An id that has the form of a job's, and is known to the service as one, is kept: no page rules that
// out.
func (s DWS) ListJobs(ctx context.Context, clusterID string, _, _ time.Time) ([]Job, error) {
	jobs, err := s.restoreActions(ctx, clusterID)
	for i, action := range jobs {
		jobs[i].Name = dwsRestoring
		known := false
		if dwsJobID.MatchString(action.ID) {
			_, err := s.Job(ctx, action.ID)
			known = err == nil
		}
		if !known {
			jobs[i].ID = ""
		}
	}
	return jobs, err
}

// restoreActions lists the last table restore of a cluster that is running or has succeeded, with the id of its action
// (DWS API Reference, "Querying Cluster Task Details"). What the service answers if there is none is not documented: an
// empty object, list or null, and a 404, all mean that.
func (s DWS) restoreActions(ctx context.Context, clusterID string) ([]Job, error) {
	if err := checkID("DWS cluster", clusterID); err != nil {
		return nil, err
	}
	var reply json.RawMessage
	err := s.client.do(ctx, call{
		service:   serviceDWS,
		operation: "query cluster actions",
		method:    http.MethodGet,
		path:      "/v1/{project_id}/clusters/" + clusterID + "/actions/" + dwsRestoring,
	}, &reply)
	if err != nil {
		if IsNotFound(notFound(err, "")) {
			return nil, nil
		}
		return nil, err
	}
	var one jobRecord
	var many []jobRecord
	switch {
	case json.Unmarshal(reply, &many) == nil:
	case json.Unmarshal(reply, &one) != nil:
		return nil, &ReplyError{
			Operation: "DWS query cluster actions",
			Body:      s.client.line(reply, excerptLimit),
			Err:       errors.New("it is neither an object nor a list"),
		}
	case !one.empty():
		many = []jobRecord{one}
	}
	return jobsOf(many, s.client.clock.Now()), nil
}
