// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// ddsRestore is the body of the DDS page Restoring Databases and Tables to a Point in Time.
type ddsRestore struct {
	RestoreCollections []ddsRestoreDatabase `json:"restore_collections"`
}

type ddsRestoreDatabase struct {
	Database            string                 `json:"database"`
	RestoreDatabaseTime ddsMoment              `json:"restore_database_time,omitempty"`
	Collections         []ddsRestoreCollection `json:"collections,omitempty"`
}

type ddsRestoreCollection struct {
	OldName               string    `json:"old_name"`
	NewName               string    `json:"new_name,omitempty"`
	RestoreCollectionTime ddsMoment `json:"restore_collection_time"`
}

// ddsMoment is UNIX milliseconds: a string, as the page's tables say, or a number, as its examples send.
type ddsMoment struct{ time.Time }

func (m *ddsMoment) UnmarshalJSON(data []byte) error {
	text := string(data)
	if strings.HasPrefix(text, `"`) {
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
	}
	moment, ok := parseMilliseconds(text)
	if !ok {
		return fmt.Errorf("%s is not a UNIX timestamp in milliseconds", data)
	}
	m.Time = moment
	return nil
}

func (q *call) restoreDDSCollections() (any, error) {
	if err := q.parameters(); err != nil {
		return nil, err
	}
	if language := q.request.Header.Get("X-Language"); language != "" && language != "en-us" && language != "zh-cn" {
		return nil, badParameter("X-Language must be en-us or zh-cn")
	}
	var body ddsRestore
	if err := q.decode(&body); err != nil {
		return nil, err
	}
	instance, err := q.ddsInstance(q.path["instance_id"])
	if err != nil {
		return nil, err
	}
	if err := instance.supportsRestore(); err != nil {
		return nil, err
	}
	if err := body.check(instance, q.now); err != nil {
		return nil, err
	}
	if err := q.ddsReady(instance); err != nil {
		return nil, err
	}
	if err := body.namesFree(instance, q.now); err != nil {
		return nil, err
	}
	accepted := q.now
	started := q.accept(instance.ID, job{
		Job:        Job{ID: newUUID(), Name: DDSRestoreJob, TargetID: instance.ID},
		targetName: instance.Name,
		apply:      func(at time.Time) string { return instance.restore(body, accepted, at) },
	})
	return map[string]any{"job_id": started.ID}, nil
}

func (q *call) ddsInstance(id string) (*ddsInstance, error) {
	for _, instance := range q.dds {
		if instance.ID == id && instance.ProjectID == q.path["project_id"] {
			return instance, nil
		}
	}
	return nil, refuse(http.StatusNotFound, "DBS.200002", "The DB instance does not exist.")
}

// supportsRestore rejects instances that cannot restore collections. A restore "applies only to replica sets" (API
// reference), of version 4.0 or later (user guide). DBS.280343 is "Unsupported operation".
func (instance *ddsInstance) supportsRestore() error {
	major, _, _ := strings.Cut(instance.Version, ".")
	if number, err := strconv.Atoi(major); instance.Mode != "ReplicaSet" || err != nil || number < 4 {
		return refuse(http.StatusBadRequest, "DBS.280343", "Unsupported operation.")
	}
	return nil
}

// check requires exactly one of restore_database_time and collections in each entry. How the service treats both or
// neither is not documented. A database may be there twice: no page rules it out. Codes: DDS API reference, Error
// Codes.
func (body ddsRestore) check(instance *ddsInstance, now time.Time) error {
	if len(body.RestoreCollections) == 0 {
		return badParameter("restore_collections is empty")
	}
	for _, entry := range body.RestoreCollections {
		if entry.RestoreDatabaseTime.IsZero() == (len(entry.Collections) == 0) {
			return badParameter("the database %s needs either restore_database_time or collections", entry.Database)
		}
		moments := []time.Time{entry.RestoreDatabaseTime.Time}
		for _, collection := range entry.Collections {
			if collection.OldName == "" {
				return badParameter("an empty old_name in the database %s", entry.Database)
			}
			moments = append(moments, collection.RestoreCollectionTime.Time)
		}
		for _, moment := range moments {
			if moment.IsZero() {
				continue
			}
			if err := instance.inWindow(moment, now); err != nil {
				return err
			}
			if !instance.hadDatabase(entry.Database, moment) {
				return refuse(http.StatusBadRequest, "DBS.200823", "The database does not exist.")
			}
		}
	}
	return nil
}

// inWindow rejects a moment outside the windows. No code is published for that; DBS.280409 is "Invalid date".
func (instance *ddsInstance) inWindow(moment, now time.Time) error {
	if !within(instance.Windows, moment, now) {
		return refuse(http.StatusBadRequest, "DBS.280409",
			"Invalid date: %d is in no restoration time range.", moment.UnixMilli())
	}
	return nil
}

// hadDatabase treats a database as existing from its first collection on.
func (instance *ddsInstance) hadDatabase(database string, moment time.Time) bool {
	collections, found := instance.collections[database]
	return found && (len(collections) == 0 || len(collections.namesAt(moment)) > 0)
}

// namesFree rejects a new name that is taken. The user guide says only that such a restore fails; GeminiDB, which shares
// these codes, has DBS.201038 for the name of a collection. A name that is taken later fails the job.
func (body ddsRestore) namesFree(instance *ddsInstance, now time.Time) error {
	for _, entry := range body.RestoreCollections {
		for _, collection := range entry.Collections {
			if instance.collections[entry.Database].at(collection.NewName, now) { // no collection is called ""
				return refuse(http.StatusBadRequest, "DBS.201038",
					"The collection %s.%s already exists.", entry.Database, collection.NewName)
			}
		}
	}
	return nil
}

// ddsReady returns the same codes as RDS, with other HTTP statuses (DDS API reference, Error Codes).
func (q *call) ddsReady(instance *ddsInstance) error {
	switch {
	case len(q.ddsActions(instance)) > 0:
		return refuse(http.StatusForbidden, "DBS.200019",
			"Another operation is being performed on the DB instance or the DB instance is faulty.")
	case instance.Status == "abnormal":
		return refuse(http.StatusForbidden, "DBS.200076",
			"Operation cannot be executed in current state of the DB instance.")
	case instance.Status != "normal":
		return refuse(http.StatusForbidden, "DBS.201014",
			"Operation cannot be executed in current state of the DB instance.")
	}
	return nil
}

// ddsActions returns the actions of the world and the action of the running operation (Querying Instances and Details,
// actions).
func (q *call) ddsActions(instance *ddsInstance) []string {
	actions := append([]string{}, instance.Actions...)
	if running := q.runningJob(DDS, instance.ID); running != nil {
		if running.isRestore() {
			return append(actions, "RESTORE_TABLE")
		}
		return append(actions, "RESIZE_FLAVOR")
	}
	return actions
}

// restore follows the user guide (Restoring Databases and Collections to a Point in Time). Without a new name, and for a
// whole database, a collection gets one with _bak_ and a timestamp, in the same database: the guide has index namespaces
// of the form database.collection_bak_timestamp. A collection that did not exist becomes an empty one. A name that is
// taken or too long fails the job.
func (instance *ddsInstance) restore(body ddsRestore, accepted, at time.Time) string {
	type target struct{ database, collection string }
	var targets []target
	suffix := "_bak_" + strconv.FormatInt(accepted.UnixMilli(), 10)
	for _, entry := range body.RestoreCollections {
		if len(entry.Collections) == 0 {
			there := instance.collections[entry.Database]
			for _, name := range there.namesAt(entry.RestoreDatabaseTime.Time) {
				targets = append(targets, target{entry.Database, name + suffix})
			}
		}
		for _, collection := range entry.Collections {
			targets = append(targets, target{entry.Database, orDefault(collection.NewName, collection.OldName+suffix)})
		}
	}
	seen := map[target]bool{}
	for _, t := range targets {
		if namespace := t.database + "." + t.collection; len(namespace) > 120 {
			return "The namespace is longer than 120 characters: " + namespace
		}
		if seen[t] || instance.collections[t.database].at(t.collection, at) {
			return "The collection already exists: " + t.database + "." + t.collection
		}
		seen[t] = true
	}
	for _, t := range targets {
		if instance.collections[t.database] == nil {
			instance.collections[t.database] = objects{}
		}
		instance.collections[t.database].add(t.collection, at)
	}
	return ""
}
