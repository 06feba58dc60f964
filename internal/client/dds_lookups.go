// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// RestoreWindows lists the spans of one UTC day to which the instance can be restored, sorted by their start (DDS API
// Reference, "Querying the Restoration Time Ranges", which takes one day at a time). Several a day are usual. The error
// is a *NotFoundError if there is no such instance.
func (s DDS) RestoreWindows(ctx context.Context, instanceID string, day time.Time) ([]Window, error) {
	if err := checkID("DDS instance", instanceID); err != nil {
		return nil, err
	}
	windows, err := s.client.restoreWindows(ctx, call{
		service:   serviceDDS,
		operation: "query restoration time ranges",
		method:    http.MethodGet,
		path:      "/v3/{project_id}/instances/" + instanceID + "/restore-time",
		query:     url.Values{"date": {day.UTC().Format(time.DateOnly)}},
	})
	return windows, notFound(err, "DDS instance "+instanceID, ddsInstanceMissing...)
}

// RestorableDatabases lists, sorted, the databases that can be restored to the moment (DDS API Reference, "Obtaining
// the List of Databases That Can Be Restored"). The error is a *NotFoundError if there is no such instance.
func (s DDS) RestorableDatabases(ctx context.Context, instanceID string, at time.Time) ([]string, error) {
	databases, err := s.restorable(ctx, instanceID, "databases", call{
		operation: "query restorable databases",
		path:      "/restore-database",
		query:     url.Values{"restore_time": {milliseconds(at)}},
	})
	return databases, notFound(err, "DDS instance "+instanceID, ddsInstanceMissing...)
}

// RestorableCollections lists, sorted, the collections of the database that can be restored to the moment (DDS API
// Reference, "Obtaining the List of Database Collections That Can Be Restored"). The error is a *NotFoundError if there
// is no such instance, or was no such database then.
func (s DDS) RestorableCollections(ctx context.Context, instanceID, database string, at time.Time) ([]string, error) {
	collections, err := s.restorable(ctx, instanceID, "collections", call{
		operation: "query restorable collections",
		path:      "/restore-collection",
		query:     url.Values{"db_name": {database}, "restore_time": {milliseconds(at)}},
	})
	instance := "DDS instance " + instanceID
	if hasCode(err, "DBS.200823", "DBS.280446") { // DDS API Reference, Error Codes
		return nil, &NotFoundError{What: "database " + strconv.Quote(database) + " of " + instance, Err: err}
	}
	return collections, notFound(err, instance, ddsInstanceMissing...)
}

// restorable follows the pages of a list of names. The call's path starts after the instance.
func (s DDS) restorable(ctx context.Context, instanceID, key string, call call) ([]string, error) {
	if err := checkID("DDS instance", instanceID); err != nil {
		return nil, err
	}
	call.service, call.method = serviceDDS, http.MethodGet
	call.path = "/v3/{project_id}/instances/" + instanceID + call.path
	names, err := pages(100, func(n name) name { return n }, nil, func(offset, limit string) ([]name, error) {
		call.query.Set("offset", offset)
		call.query.Set("limit", limit)
		reply := list[name]{key: key}
		err := s.client.do(ctx, call, &reply)
		return reply.items, err
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	return stringsOf(names), nil
}

func milliseconds(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
