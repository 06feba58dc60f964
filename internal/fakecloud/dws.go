// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// dwsRestore is the body of the DWS page Restoring a Table, and of the name check before it.
type dwsRestore struct {
	CaseSensitive    bool       `json:"case_sensitive"`
	Database         string     `json:"database"`
	RestoreTableList []dwsTable `json:"restore_table_list"`
	TargetTableList  []dwsTable `json:"target_table_list"`
}

type dwsTable struct {
	SchemaName string `json:"schema_name"`
	TableName  string `json:"table_name"`
}

func (q *call) restoreDWSTable() (any, error) {
	body, snapshot, err := q.dwsRestoreOf()
	if err != nil {
		return nil, err
	}
	for _, table := range body.RestoreTableList {
		if err := snapshot.holds(body, table); err != nil {
			return nil, err
		}
	}
	if err := q.dwsReady(snapshot); err != nil {
		return nil, err
	}
	cluster := snapshot.cluster
	started := q.accept(snapshot.ID, job{
		Job:        Job{ID: newID(), Name: DWSRestoreJob, TargetID: cluster.ID},
		targetName: cluster.Name,
		apply:      func(at time.Time) string { return cluster.restore(body, at) },
	})
	return map[string]any{"job_id": started.ID}, nil
}

// dwsTargetName is the rule in the user guide, Restoring a Table to the Original Cluster.
var dwsTargetName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,62}$`)

// dwsRestoreOf reads the body and finds the snapshot. It assumes that the two lists pair by position; the page does not
// say. DWS.5039 is "Duplicate parameters".
func (q *call) dwsRestoreOf() (dwsRestore, *dwsSnapshot, error) {
	var body dwsRestore
	if err := q.parameters(); err != nil {
		return body, nil, err
	}
	if err := q.decode(&body); err != nil {
		return body, nil, err
	}
	snapshot, err := q.dwsSnapshot(q.path["snapshot_id"])
	if err != nil {
		return body, nil, err
	}
	if len(body.RestoreTableList) == 0 || len(body.RestoreTableList) != len(body.TargetTableList) {
		return body, nil, badParameter("restore_table_list and target_table_list must have the same length, at least 1")
	}
	seen := map[dwsTable]bool{}
	for _, target := range body.TargetTableList {
		if !dwsTargetName.MatchString(target.SchemaName) || !dwsTargetName.MatchString(target.TableName) {
			return body, nil, badParameter("%s.%s is not a valid target", target.SchemaName, target.TableName)
		}
		folded := body.fold(target)
		if seen[folded] {
			return body, nil, refuse(http.StatusBadRequest, "DWS.5039", "Duplicate parameters.")
		}
		seen[folded] = true
	}
	return body, snapshot, nil
}

func (q *call) dwsSnapshot(id string) (*dwsSnapshot, error) {
	for _, snapshot := range q.snapshots {
		if snapshot.ID == id && snapshot.cluster.ProjectID == q.path["project_id"] {
			return snapshot, nil
		}
	}
	return nil, refuse(http.StatusBadRequest, "DWS.5149", "The snapshot ID is invalid.")
}

// fold lowercases names without case_sensitive, as the database does with unquoted names. The exact effect of the flag
// is not documented.
func (body dwsRestore) fold(table dwsTable) dwsTable {
	if body.CaseSensitive {
		return table
	}
	return dwsTable{strings.ToLower(table.SchemaName), strings.ToLower(table.TableName)}
}

// holds rejects a source that is not in the snapshot (DWS API reference, Error Codes).
func (snapshot *dwsSnapshot) holds(body dwsRestore, table dwsTable) error {
	wanted := body.fold(table)
	schemas, found := snapshot.tables[body.Database]
	if !found {
		return refuse(http.StatusBadRequest, "DWS.5172", "The database does not exist.")
	}
	schemaFound := false
	for schema, tables := range schemas {
		for name := range tables {
			if body.fold(dwsTable{schema, name}) == wanted {
				return nil
			}
		}
		schemaFound = schemaFound || body.fold(dwsTable{schema, ""}).SchemaName == wanted.SchemaName
	}
	if !schemaFound {
		return refuse(http.StatusBadRequest, "DWS.5173", "The schema where the database table resides does not exist.")
	}
	return refuse(http.StatusBadRequest, "DWS.5174", "The database table does not exist.")
}

// dwsReady requires an available cluster that is not read-only, and an available, fine-grained snapshot (user guide).
// No codes are published for this. DWS.7023 is what busy clusters are known to answer, and DWS.9999 is the general
// code. DWS.5206 is "Databases of this version do not support the function".
func (q *call) dwsReady(snapshot *dwsSnapshot) error {
	cluster := snapshot.cluster
	switch {
	case q.dwsTaskStatus(cluster) != "":
		return refuse(http.StatusBadRequest, "DWS.7023",
			"Another operation is being performed on the cluster: %s.", q.dwsTaskStatus(cluster))
	case snapshot.Status == "CREATING" || snapshot.Status == "RESTORING":
		return refuse(http.StatusBadRequest, "DWS.7023", "The snapshot is %s.", snapshot.Status)
	case snapshot.Status != "AVAILABLE":
		return refuse(http.StatusBadRequest, "DWS.9999", "The snapshot is %s.", snapshot.Status)
	case cluster.Status != "AVAILABLE":
		return refuse(http.StatusBadRequest, "DWS.9999", "The cluster is %s.", cluster.Status)
	case slices.Contains(strings.Split(cluster.SubStatus, " | "), "READONLY"):
		return refuse(http.StatusBadRequest, "DWS.9999", "The cluster is read-only.")
	case !snapshot.FineGrainedBackup:
		return refuse(http.StatusBadRequest, "DWS.5206", "The snapshot is not a fine-grained one.")
	}
	return nil
}

const fineGrainedRestoring = "FINE_GRAINED_RESTORING"

// dwsTaskStatus returns the status of the running operation, or that of the world.
func (q *call) dwsTaskStatus(cluster *dwsCluster) string {
	running := q.runningJob(DWS, cluster.ID)
	switch {
	case running == nil:
		return cluster.TaskStatus
	case running.isRestore():
		return fineGrainedRestoring
	}
	return "SNAPSHOTTING"
}

// restore creates the targets and overwrites existing ones (user guide: "the existing table will be deleted"). It also
// creates a missing target schema, which follows from the console's default, <schema>_dws_backup.
func (cluster *dwsCluster) restore(body dwsRestore, at time.Time) string {
	if cluster.tables[body.Database] == nil {
		cluster.tables[body.Database] = map[string]objects{}
	}
	schemas := cluster.tables[body.Database]
	for _, table := range body.TargetTableList {
		target := body.fold(table)
		if schemas[target.SchemaName] == nil {
			schemas[target.SchemaName] = objects{}
		}
		schemas[target.SchemaName][target.TableName] = []lifetime{{created: at}}
	}
	return ""
}
