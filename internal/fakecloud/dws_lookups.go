// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
)

// checkDWSTableRestore follows DWS API reference, Checking the Name of the Table to Be Restored. Both lists are null if
// the check finds no problem. The API Explorer's example has table names without their schema in both, and no page says
// what they mean; here they list missing sources and existing targets, with the schema.
func (q *call) checkDWSTableRestore() (any, error) {
	body, snapshot, err := q.dwsRestoreOf()
	if err != nil {
		return nil, err
	}
	var missing, existing []string
	for _, table := range body.RestoreTableList {
		if snapshot.holds(body, table) != nil {
			missing = append(missing, table.SchemaName+"."+table.TableName)
		}
	}
	for _, table := range body.TargetTableList {
		target := body.fold(table)
		if snapshot.cluster.tables[body.Database][target.SchemaName].at(target.TableName, q.now) {
			existing = append(existing, table.SchemaName+"."+table.TableName)
		}
	}
	return map[string]any{"check_table_name_result": map[string]any{
		"database": body.Database, "restore_table_list": missing, "target_table_list": existing,
	}}, nil
}

// showDWSSnapshot follows Querying Snapshot Details.
func (q *call) showDWSSnapshot() (any, error) {
	if err := q.parameters(); err != nil {
		return nil, err
	}
	snapshot, err := q.dwsSnapshot(q.path["snapshot_id"])
	if err != nil {
		return nil, err
	}
	return map[string]any{"snapshot": q.dwsSnapshotView(snapshot)}, nil
}

func (q *call) dwsSnapshotView(snapshot *dwsSnapshot) any {
	return map[string]any{
		"id": snapshot.ID, "name": snapshot.Name, "description": "", "status": snapshot.Status,
		"type": "MANUAL", "size": 500,
		"started": q.dwsTime(snapshot.Started), "finished": q.dwsTime(snapshot.Finished),
		"updated":    q.dwsTime(snapshot.Finished),
		"cluster_id": snapshot.cluster.ID, "cluster_name": snapshot.cluster.Name,
		"cluster_status": snapshot.cluster.Status, "cluster_task_status": q.dwsTaskStatus(snapshot.cluster),
		"fine_grained_backup": snapshot.FineGrainedBackup, "backup_level": snapshot.BackupLevel,
		"fine_grained_backup_detail": snapshot.detail(),
		"backup_device":              "OBS", "support_inplace_restore": true,
		"datastore": map[string]any{"type": "DWS", "version": snapshot.cluster.Version},
	}
}

// dwsTime writes a time of a snapshot, null if there is none.
func (q *call) dwsTime(m Moment) any {
	at := m.Time(q.now)
	switch {
	case at.IsZero():
		return nil
	case q.dwsTimesWithoutZone:
		return at.In(q.zone).Format(zonelessTime)
	}
	return at.Format("2006-01-02T15:04:05Z")
}

// detail lists what a snapshot of level schema or table holds of its one database. It is null at level cluster. How a
// table is written is not documented; here it includes the schema, because the name alone says little.
func (snapshot *dwsSnapshot) detail() any {
	if snapshot.BackupLevel != "schema" && snapshot.BackupLevel != "table" {
		return nil
	}
	detail := map[string]any{}
	for database, schemas := range snapshot.tables {
		detail["database"] = database
		if snapshot.BackupLevel == "schema" {
			detail["schema_list"] = slices.Sorted(maps.Keys(schemas))
			continue
		}
		tables := []string{}
		for schema, names := range schemas {
			for table := range names {
				tables = append(tables, schema+"."+table)
			}
		}
		slices.Sort(tables)
		detail["table_list"] = tables
	}
	return detail
}

// listDWSSnapshots follows Querying the Snapshot List. It has no paging.
func (q *call) listDWSSnapshots() (any, error) {
	if err := q.parameters(); err != nil {
		return nil, err
	}
	list := q.dwsSnapshotViews(func(cluster *dwsCluster) bool { return cluster.ProjectID == q.path["project_id"] })
	return map[string]any{"snapshots": list, "count": len(list)}, nil
}

// listDWSClusterSnapshots follows Querying the Cluster Snapshot List. Here offset is a page number, counted from 0.
// There is no limit by default.
func (q *call) listDWSClusterSnapshots() (any, error) {
	if err := q.parameters("limit", "offset", "sort_key", "sort_dir"); err != nil {
		return nil, err
	}
	cluster, err := q.dwsCluster()
	if err != nil {
		return nil, err
	}
	list := q.dwsSnapshotViews(func(c *dwsCluster) bool { return c == cluster })
	limit, err := q.number("limit", max(1, len(list)), 1, 1<<31-1)
	if err != nil {
		return nil, err
	}
	page, err := q.number("offset", 0, 0, 1<<31-1)
	if err != nil {
		return nil, err
	}
	from := min(page*limit, len(list))
	return map[string]any{"snapshots": list[from:min(from+limit, len(list))], "count": len(list)}, nil
}

func (q *call) dwsSnapshotViews(of func(*dwsCluster) bool) []any {
	list := []any{}
	for _, snapshot := range q.snapshots {
		if of(snapshot.cluster) {
			list = append(list, q.dwsSnapshotView(snapshot))
		}
	}
	return list
}

func (q *call) dwsCluster() (*dwsCluster, error) {
	for _, cluster := range q.clusters {
		if cluster.ID == q.path["cluster_id"] && cluster.ProjectID == q.path["project_id"] {
			return cluster, nil
		}
	}
	return nil, refuse(http.StatusNotFound, "DWS.3027", "The cluster does not exist.")
}

// showDWSCluster follows Querying Cluster Details.
func (q *call) showDWSCluster() (any, error) {
	if err := q.parameters(); err != nil {
		return nil, err
	}
	cluster, err := q.dwsCluster()
	if err != nil {
		return nil, err
	}
	progress := map[string]string{}
	if running := q.runningJob(DWS, cluster.ID); running != nil {
		progress[q.dwsTaskStatus(cluster)] = fmt.Sprintf("%d%%", running.percent(q.now))
	}
	return map[string]any{"cluster": q.withRequired(DWS, cluster.ID, cluster.ProjectID, map[string]any{
		"id": cluster.ID, "name": cluster.Name, "status": cluster.Status, "sub_status": cluster.SubStatus,
		"task_status": q.dwsTaskStatus(cluster), "action_progress": progress, "version": cluster.Version, "port": 8000,
		"failed_reasons": nil,
	})}, nil
}

// dwsActionStatus and dwsJobStatus are the words of the two lookups for the same states.
var (
	dwsActionStatus = map[string]string{Running: "RUNNING", Completed: "SUCCESS", Failed: "FAILED"}
	dwsJobStatus    = map[string]string{Running: "RUNNING", Completed: "SUCCESS", Failed: "FAIL"}
)

// actionStatus is one of SUCCESS, RUNNING, FAILED, ROLLBACK_RUNNING, ROLLBACK_SUCCESS and ROLLBACK_FAIL. The page also
// has WAITING, which nothing is here.
func (j *job) actionStatus() string {
	switch {
	case !j.rolledBack:
		return dwsActionStatus[j.Status]
	case j.Status == Running:
		return "ROLLBACK_RUNNING"
	case j.rollbackFailed:
		return "ROLLBACK_FAIL"
	}
	return "ROLLBACK_SUCCESS"
}

// listDWSClusterActions follows Querying Cluster Task Details. FINE_GRAINED_RESTORING shows the last restore that runs
// or succeeded, FINE_GRAINED_RESTORING_FAILED the last that failed. The answer without such a restore is not
// documented; here its fields are empty. Nor is which of the two shows a restore that was rolled back; here that has
// failed.
func (q *call) listDWSClusterActions() (any, error) {
	if err := q.parameters(); err != nil {
		return nil, err
	}
	cluster, err := q.dwsCluster()
	if err != nil {
		return nil, err
	}
	name := q.path["action_name"]
	failed, known := map[string]bool{fineGrainedRestoring: false, fineGrainedRestoring + "_FAILED": true}[name]
	if !known {
		return nil, badParameter("the action %s is not known here", name)
	}
	for _, j := range q.visibleJobs() {
		if j.TargetID == cluster.ID && j.isRestore() && (j.Status == Failed) == failed {
			return q.dwsActionView(cluster, name, j), nil
		}
	}
	return map[string]any{
		"id": nil, "action_name": name, "status": nil, "cluster_name": cluster.Name,
		"submit_time": nil, "items": []any{},
	}, nil
}

func (q *call) dwsActionView(cluster *dwsCluster, name string, j *job) any {
	id := j.actionID
	if q.dwsActionIDIsJobID {
		id = j.ID
	}
	var ended any
	if j.Status != Running {
		ended = j.Ended.In(q.zone).Format(dwsActionTime)
	}
	begun := j.Created.In(q.zone).Format(dwsActionTime)
	return map[string]any{
		"id": id, "action_name": name, "status": j.actionStatus(),
		"cluster_name": cluster.Name, "submit_time": begun,
		"items": []any{map[string]any{"item_name": "Restore tables", "sub_items": []any{map[string]any{
			"sub_item_name": "Perform a restoration", "status": j.actionStatus(), "detail": j.Reason,
			"begin_time": begun, "end_time": ended, "estimated_time": -1,
		}}}},
	}
}

// showDWSJob follows Querying the Task Progress: flat, upper case, times without a zone (here UTC).
func (q *call) showDWSJob() (any, error) {
	if err := q.parameters(); err != nil {
		return nil, err
	}
	j := q.poll(q.path["job_id"])
	if j == nil {
		return nil, refuse(http.StatusNotFound, "DWS.0001", "The job does not exist.")
	}
	view := map[string]any{
		"job_id": j.ID, "job_name": j.Name, "status": dwsJobStatus[j.Status],
		"progress":   fmt.Sprintf("%d%%", j.percent(q.now)),
		"begin_time": j.Created.In(q.zone).Format(zonelessTime), "end_time": nil,
		"failed_code": nil, "failed_detail": nil,
	}
	if j.Status == Running && j.percent(q.now) < 10 {
		view["status"] = "INIT"
	}
	if j.Status != Running {
		view["end_time"] = j.Ended.In(q.zone).Format(zonelessTime)
	}
	if j.Status == Failed {
		view["failed_code"], view["failed_detail"] = "FineGrainedRestoreTask-fail:DWS.9999", "DWS.9999:"+j.Reason
	}
	return view, nil
}
