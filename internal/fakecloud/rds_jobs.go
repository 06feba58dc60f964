// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// showRDSJob follows RDS API reference, Obtaining Information About a Task with a Specified ID. The field is "process".
func (q *call) showRDSJob() (any, error) {
	j, err := q.jobByID()
	if err != nil {
		return nil, err
	}
	view := map[string]any{
		"id": j.ID, "name": j.Name, "status": j.Status,
		"created": j.Created.In(q.zone).Format(offsetTime), "process": j.progress(q.now),
		"instance": map[string]any{"id": j.TargetID, "name": j.targetName}, "entities": map[string]any{},
	}
	if j.Status != Running {
		view["ended"] = j.Ended.In(q.zone).Format(offsetTime)
	}
	if j.Status == Failed {
		view["fail_reason"] = j.Reason
	}
	return map[string]any{"job": view}, nil
}

// jobByID finds the job that a query of RDS or DDS is about.
func (q *call) jobByID() (*job, error) {
	if err := q.parameters("id"); err != nil {
		return nil, err
	}
	if q.query.Get("id") == "" {
		return nil, badParameter("id is missing")
	}
	j := q.poll(q.query.Get("id"))
	if j == nil {
		return nil, refuse(http.StatusBadRequest, "DBS.200543", "The job does not exist.")
	}
	return j, nil
}

// listRDSTasks follows RDS API reference, Querying Instant Tasks. While a task runs, end_time is its planned end.
func (q *call) listRDSTasks() (any, error) {
	err := q.parameters("id", "instance_id", "order_id", "name", "status", "start_time", "end_time", "offset", "limit")
	if err != nil {
		return nil, err
	}
	if q.query.Has("start_time") != q.query.Has("end_time") {
		return nil, badParameter("start_time and end_time belong together")
	}
	from, to := time.Time{}, q.now
	if q.query.Has("start_time") {
		var fromOK, toOK bool
		from, fromOK = parseMilliseconds(q.query.Get("start_time"))
		to, toOK = parseMilliseconds(q.query.Get("end_time"))
		if !fromOK || !toOK || to.Before(from) {
			return nil, badParameter("start_time and end_time are not UNIX milliseconds in order")
		}
	}
	if err := q.jobStatus(); err != nil {
		return nil, err
	}
	tasks, names := []any{}, []string{}
	for _, j := range q.visibleJobs() {
		if q.query.Has("order_id") && q.query.Get("order_id") != "" || j.Created.Before(from) || j.Created.After(to) ||
			!q.equal("id", j.ID) || !q.equal("instance_id", j.TargetID) || !q.equal("name", j.Name) ||
			!q.equal("status", j.Status) {
			continue
		}
		if !slices.Contains(names, j.Name) {
			names = append(names, j.Name)
		}
		tasks = append(tasks, q.rdsTaskView(j))
	}
	first, last, err := q.page(len(tasks), 10, 50)
	return map[string]any{"total_count": len(tasks), "actions": names, "tasks": tasks[first:last]}, err
}

func (q *call) rdsTaskView(j *job) any {
	view := map[string]any{
		"id": j.ID, "name": j.Name, "instance_id": j.TargetID, "instance_name": j.targetName, "instance_status": "",
		"order_id": "", "process": strings.TrimSuffix(j.progress(q.now), "%"),
		"fail_reason": j.Reason, "status": j.Status, "create_time": j.Created.In(q.zone).Format(offsetTime),
		"end_time": j.plannedEnd().In(q.zone).Format(offsetTime),
	}
	for _, instance := range q.rds {
		if instance.ID == j.TargetID {
			view["instance_status"] = q.rdsStatus(instance)
		}
	}
	return view
}

// jobStatus rejects a status filter other than the three documented ones.
func (q *call) jobStatus() error {
	if q.query.Has("status") && !slices.Contains([]string{Running, Completed, Failed}, q.query.Get("status")) {
		return badParameter("status must be Running, Completed or Failed")
	}
	return nil
}
