// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"maps"
	"net/http"
	"slices"
	"time"
)

// listDDSInstances follows DDS API reference, Querying Instances and Details.
func (q *call) listDDSInstances() (any, error) {
	err := q.parameters("id", "name", "mode", "datastore_type", "vpc_id", "subnet_id", "eps_id", "offset", "limit", "tags")
	if err != nil {
		return nil, err
	}
	instances := []any{}
	for _, instance := range q.dds {
		if instance.ProjectID != q.path["project_id"] || !q.equal("id", instance.ID) ||
			!q.like("name", instance.Name) || !q.equal("mode", instance.Mode) ||
			!q.equal("datastore_type", "DDS-Community") ||
			!q.inEnterpriseProject() ||
			q.query.Has("vpc_id") || q.query.Has("subnet_id") || q.query.Has("tags") {
			continue
		}
		instances = append(instances, q.ddsInstanceView(instance))
	}
	from, to, err := q.page(len(instances), 100, 100)
	return map[string]any{"instances": instances[from:to], "total_count": len(instances)}, err
}

func (q *call) ddsInstanceView(instance *ddsInstance) any {
	return q.withRequired(DDS, instance.ID, instance.ProjectID, map[string]any{
		"id":      instance.ID,
		"name":    instance.Name,
		"status":  instance.Status,
		"actions": q.ddsActions(instance),
		"mode":    instance.Mode,
		"region":  q.project(instance.ProjectID).Name,
		"port":    "8635", // a string in this service
		"engine":  "wiredTiger",
		"datastore": map[string]any{
			"type": "DDS-Community", "version": instance.Version, "patch_available": false,
		},
		"backup_strategy": map[string]any{"start_time": "19:00-20:00", "keep_days": 7},
		"time_zone":       "",
	})
}

// listDDSRestoreTime follows Querying the Restoration Time Ranges. The date is mandatory here.
func (q *call) listDDSRestoreTime() (any, error) {
	if err := q.parameters("date"); err != nil {
		return nil, err
	}
	day, err := q.day("date")
	if err != nil {
		return nil, err
	}
	instance, err := q.ddsInstance(q.path["instance_id"])
	if err != nil {
		return nil, err
	}
	return restoreTimes(onDay(spans(instance.Windows, q.now), day)), nil
}

// listDDSRestoreDatabases follows Obtaining the List of Databases That Can Be Restored.
func (q *call) listDDSRestoreDatabases() (any, error) {
	if err := q.parameters("restore_time", "offset", "limit"); err != nil {
		return nil, err
	}
	instance, moment, err := q.ddsRestorePoint()
	if err != nil {
		return nil, err
	}
	names := []string{}
	for _, name := range slices.Sorted(maps.Keys(instance.collections)) {
		if instance.hadDatabase(name, moment) {
			names = append(names, name)
		}
	}
	from, to, err := q.page(len(names), 100, 100)
	return map[string]any{"databases": names[from:to], "total_count": len(names)}, err
}

// listDDSRestoreCollections follows Obtaining the List of Database Collections That Can Be Restored. The items are
// strings, as in the page's example, not objects, as in its table.
func (q *call) listDDSRestoreCollections() (any, error) {
	if err := q.parameters("db_name", "restore_time", "offset", "limit"); err != nil {
		return nil, err
	}
	instance, moment, err := q.ddsRestorePoint()
	if err != nil {
		return nil, err
	}
	database := q.query.Get("db_name")
	if database == "" {
		return nil, badParameter("db_name is missing")
	}
	if !instance.hadDatabase(database, moment) {
		return nil, refuse(http.StatusBadRequest, "DBS.200823", "The database does not exist.")
	}
	names := instance.collections[database].namesAt(moment)
	from, to, err := q.page(len(names), 100, 100)
	return map[string]any{"collections": names[from:to], "total_count": len(names)}, err
}

// ddsRestorePoint returns the instance of the path, if it is a replica set, and the restore_time of the query.
func (q *call) ddsRestorePoint() (*ddsInstance, time.Time, error) {
	moment, ok := parseMilliseconds(q.query.Get("restore_time"))
	if !ok {
		return nil, moment, badParameter("restore_time is not a UNIX timestamp in milliseconds")
	}
	instance, err := q.ddsInstance(q.path["instance_id"])
	if err != nil {
		return nil, moment, err
	}
	if err := instance.supportsRestore(); err != nil {
		return nil, moment, err
	}
	return instance, moment, instance.inWindow(moment, q.now)
}

// showDDSJob follows Obtaining Information About a Task with a Specified ID. The field is "progress". While the job
// runs, "ended" is its planned end, as in the page's example. The answer for an unknown id is not documented; this one
// is that of RDS.
func (q *call) showDDSJob() (any, error) {
	j, err := q.jobByID()
	if err != nil {
		return nil, err
	}
	return map[string]any{"job": map[string]any{
		"id": j.ID, "name": j.Name, "status": j.Status, "progress": j.progress(q.now), "fail_reason": j.failReason(),
		"created": j.Created.In(q.zone).Format(offsetTime), "ended": j.plannedEnd().In(q.zone).Format(offsetTime),
		"instance": map[string]any{"id": j.TargetID, "name": j.targetName},
	}}, nil
}

// failReason returns null unless the job failed.
func (j *job) failReason() any {
	if j.Status == Failed {
		return j.Reason
	}
	return nil
}

// listDDSJobs follows Querying Instant Tasks. It has no filter by instance. total_count is documented but not returned.
func (q *call) listDDSJobs() (any, error) {
	if err := q.parameters("id", "name", "status", "start_time", "end_time", "offset", "limit"); err != nil {
		return nil, err
	}
	from, err := q.ddsTime("start_time")
	if err != nil {
		return nil, err
	}
	to, err := q.ddsTime("end_time")
	if err != nil {
		return nil, err
	}
	if to.Before(from) || to.Sub(from) > 30*24*time.Hour {
		return nil, badParameter("start_time and end_time must be in order and at most 30 days apart")
	}
	if err := q.jobStatus(); err != nil {
		return nil, err
	}
	jobs := []any{}
	for _, j := range q.visibleJobs() {
		created := j.Created.Truncate(time.Second) // the filter has whole seconds
		if created.Before(from) || created.After(to) || !q.equal("id", j.ID) || !q.equal("name", j.Name) ||
			!q.equal("status", j.Status) {
			continue
		}
		jobs = append(jobs, map[string]any{
			"id": j.ID, "name": j.Name, "instance_id": j.TargetID, "instance_name": j.targetName, "status": j.Status,
			"progress": j.progress(q.now), "fail_reason": j.failReason(),
			"created_at": j.Created.In(q.zone).Format(offsetTime),
			"ended_at":   j.plannedEnd().In(q.zone).Format(offsetTime),
		})
	}
	first, last, err := q.page(len(jobs), 100, 100)
	return map[string]any{"jobs": jobs[first:last]}, err
}

// ddsTime reads yyyy-mm-ddThh:mm:ssZ, where Z is any offset from UTC, such as +0800 (the page's description of the
// field; its examples have +0000). It rejects an unescaped +, which arrives as a space.
func (q *call) ddsTime(name string) (time.Time, error) {
	text := q.query.Get(name)
	moment, err := time.Parse(offsetTime, text)
	if err != nil {
		return moment, badParameter("%s %q is not of the form yyyy-mm-ddThh:mm:ss+0000", name, text)
	}
	return moment, nil
}
