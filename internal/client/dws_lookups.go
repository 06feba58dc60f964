// SPDX-License-Identifier: MPL-2.0

package client

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"
)

// DWSSnapshot is what a restore needs to know of a snapshot.
type DWSSnapshot struct {
	ID                string
	Name              string
	Status            string // AVAILABLE when it is ready
	ClusterID         string
	ClusterName       string
	FineGrainedBackup *bool  // single tables can be restored from it; nil if the service does not say
	BackupLevel       string // cluster, schema or table
	Started           time.Time
	Finished          time.Time
	NoZone            bool // Started or Finished was written without a zone and read as UTC

	// The contents of a snapshot of the level schema or table; empty for the level cluster. Tables are "schema.table" or
	// "table", as the service writes them.
	Database string
	Schemas  []string
	Tables   []string
}

// snapshotRecord is a snapshot in the query of one and in both lists.
type snapshotRecord struct {
	ID                string         `json:"id"`
	Name              string         `json:"name"`
	Status            string         `json:"status"`
	ClusterID         string         `json:"cluster_id"`
	ClusterName       string         `json:"cluster_name"`
	FineGrainedBackup *bool          `json:"fine_grained_backup"`
	BackupLevel       string         `json:"backup_level"`
	Started           moment         `json:"started"`
	Finished          moment         `json:"finished"`
	Detail            snapshotDetail `json:"fine_grained_backup_detail"`
}

func (r snapshotRecord) snapshot() DWSSnapshot {
	return DWSSnapshot{
		ID: r.ID, Name: r.Name, Status: r.Status, ClusterID: r.ClusterID, ClusterName: r.ClusterName,
		FineGrainedBackup: r.FineGrainedBackup, BackupLevel: r.BackupLevel,
		Started: r.Started.Time, Finished: r.Finished.Time, NoZone: r.Started.noZone || r.Finished.noZone,
		Database: r.Detail.Database, Schemas: stringsOf(r.Detail.Schemas), Tables: stringsOf(r.Detail.Tables),
	}
}

// snapshotDetail is the contents of a snapshot of the level schema or table. The service does not document how it
// writes the items of the lists. If one has an unknown form, there is no detail: half a list would pass for a whole
// one.
type snapshotDetail struct {
	Database string
	Schemas  []name
	Tables   []name
}

func (d *snapshotDetail) UnmarshalJSON(data []byte) error {
	var known struct {
		Database string `json:"database"`
		Schemas  []name `json:"schema_list"`
		Tables   []name `json:"table_list"`
	}
	if json.Unmarshal(data, &known) == nil {
		*d = snapshotDetail(known)
	}
	return nil
}

// identifiedSnapshot is a snapshotRecord that must have an id.
type identifiedSnapshot struct{ snapshotRecord }

func (s *identifiedSnapshot) UnmarshalJSON(data []byte) error {
	if err := json.Unmarshal(data, &s.snapshotRecord); err != nil {
		return err
	}
	if s.ID == "" {
		return errors.New("a snapshot has no id")
	}
	return nil
}

// Snapshot queries a snapshot (DWS API Reference, "Querying Snapshot Details"). The error is a *NotFoundError if there
// is none.
func (s DWS) Snapshot(ctx context.Context, id string) (DWSSnapshot, error) {
	if err := checkID("DWS snapshot", id); err != nil {
		return DWSSnapshot{}, err
	}
	reply := single[identifiedSnapshot]{key: "snapshot"}
	what := "DWS snapshot " + id
	err := s.client.do(ctx, call{
		service:   serviceDWS,
		operation: "query snapshot",
		method:    http.MethodGet,
		path:      "/v1.0/{project_id}/snapshots/" + id,
	}, &reply)
	if err != nil {
		return DWSSnapshot{}, notFound(err, what, dwsSnapshotMissing)
	}
	return reply.value.snapshot(), nil
}

// dwsSnapshotMissing comes with HTTP 400 (DWS API Reference, Error Codes).
const dwsSnapshotMissing = "DWS.5149"

// Snapshots lists the project's snapshots, those started last first (DWS API Reference, "Querying the Snapshot List",
// which has no pages).
func (s DWS) Snapshots(ctx context.Context) ([]DWSSnapshot, error) {
	return s.listSnapshots(ctx, "query snapshot list", "/v1.0/{project_id}/snapshots")
}

// ClusterSnapshots is Snapshots for one cluster (DWS API Reference, "Querying the Cluster Snapshot List"). Unlike in
// other lists, the offset is the number of a page, but the service sends all without a limit. The error is a
// *NotFoundError if there is no such cluster.
func (s DWS) ClusterSnapshots(ctx context.Context, clusterID string) ([]DWSSnapshot, error) {
	if err := checkID("DWS cluster", clusterID); err != nil {
		return nil, err
	}
	path := "/v1.0/{project_id}/clusters/" + clusterID + "/snapshots"
	snapshots, err := s.listSnapshots(ctx, "query cluster snapshot list", path)
	return snapshots, notFound(err, "DWS cluster "+clusterID, dwsClusterMissing...)
}

func (s DWS) listSnapshots(ctx context.Context, operation, path string) ([]DWSSnapshot, error) {
	reply := list[identifiedSnapshot]{key: "snapshots"}
	query := call{service: serviceDWS, operation: operation, method: http.MethodGet, path: path}
	if err := s.client.do(ctx, query, &reply); err != nil {
		return nil, err
	}
	var snapshots []DWSSnapshot
	for _, record := range reply.items {
		snapshots = append(snapshots, record.snapshot())
	}
	slices.SortFunc(snapshots, func(a, b DWSSnapshot) int {
		return cmp.Or(b.Started.Compare(a.Started), cmp.Compare(a.ID, b.ID))
	})
	return snapshots, nil
}

// DWSTableCheck is the result of the check of a restore's names, as the service writes the names. The lists are null if
// all is well (DWS API Reference). The API Explorer's example has table names without their schema in both, and no page
// says what they mean: each list is taken for the names that failed the check.
type DWSTableCheck struct {
	Missing  []string // of restore_table_list: not in the snapshot
	Existing []string // of target_table_list: in the cluster already, and overwritten by a restore
}

// CheckTableRestore checks the names of a restore, and starts nothing (DWS API Reference, "Checking the Name of the
// Table to Be Restored"). The error is a *NotFoundError if there is no such snapshot.
func (s DWS) CheckTableRestore(ctx context.Context, snapshotID string, restore DWSTableRestore) (DWSTableCheck, error) {
	if err := checkID("DWS snapshot", snapshotID); err != nil {
		return DWSTableCheck{}, err
	}
	var reply tableCheckReply
	err := s.client.do(ctx, call{
		service:   serviceDWS,
		operation: "check table names",
		method:    http.MethodPost,
		path:      "/v1/{project_id}/snapshots/" + snapshotID + "/table-restore-check",
		body:      restore,
	}, &reply)
	if err != nil {
		return DWSTableCheck{}, notFound(err, "DWS snapshot "+snapshotID, dwsSnapshotMissing)
	}
	return DWSTableCheck{Missing: stringsOf(reply.Missing), Existing: stringsOf(reply.Existing)}, nil
}

type tableCheckReply struct{ Missing, Existing []name }

func (r *tableCheckReply) UnmarshalJSON(data []byte) error {
	const key = "check_table_name_result"
	result, err := fieldOf(data, key)
	if err != nil {
		return err
	}
	var present map[string]json.RawMessage
	if json.Unmarshal(result, &present) != nil || len(present) == 0 {
		return errors.New("its " + key + " says nothing")
	}
	var lists struct {
		Missing  []name `json:"restore_table_list"`
		Existing []name `json:"target_table_list"`
	}
	err = json.Unmarshal(result, &lists)
	*r = tableCheckReply(lists)
	return err
}
