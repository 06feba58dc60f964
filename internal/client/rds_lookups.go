// SPDX-License-Identifier: MPL-2.0

package client

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// Window is a span in UTC. A restore can go to any moment of it, both ends included.
type Window struct{ Start, End time.Time }

// window reads a Window of RDS or DDS: start_time and end_time are milliseconds since 1970, as numbers ("Long", says
// the page) or as strings, like other times of DDS.
type window Window

func (w *window) UnmarshalJSON(data []byte) error {
	var written struct {
		Start moment `json:"start_time"`
		End   moment `json:"end_time"`
	}
	if err := json.Unmarshal(data, &written); err != nil {
		return err
	}
	w.Start, w.End = written.Start.Time, written.End.Time
	switch {
	case w.Start.IsZero() || w.End.IsZero():
		return errors.New("a time range has no start or no end that can be read")
	case w.End.Before(w.Start):
		return errors.New("a time range ends before it starts")
	}
	return nil
}

// restoreWindows makes the lookup of either service and sorts the windows: the services document no order.
func (c *Client) restoreWindows(ctx context.Context, call call) ([]Window, error) {
	reply := list[window]{key: "restore_time"}
	if err := c.do(ctx, call, &reply); err != nil {
		return nil, err
	}
	var windows []Window
	for _, w := range reply.items {
		windows = append(windows, Window(w))
	}
	slices.SortFunc(windows, func(a, b Window) int {
		return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End))
	})
	return windows, nil
}

// RestoreWindows lists the spans to which the instance can be restored, by their start (RDS API Reference, "Querying
// the Restoration Time Range"). The date, yyyy-mm-dd in UTC, confines the list to a day; "" is all. The error is a
// *NotFoundError if there is no such instance.
func (s RDS) RestoreWindows(ctx context.Context, instanceID, date string) ([]Window, error) {
	if err := checkID("RDS instance", instanceID); err != nil {
		return nil, err
	}
	query := url.Values{}
	if date != "" {
		query.Set("date", date)
	}
	windows, err := s.client.restoreWindows(ctx, call{
		service:   serviceRDS,
		operation: "query restoration time range",
		method:    http.MethodGet,
		path:      "/v3/{project_id}/instances/" + instanceID + "/restore-time",
		query:     query,
	})
	return windows, notFound(err, "RDS instance "+instanceID, rdsInstanceMissing...)
}

// RDSTableFilter narrows a lookup to names that contain a text. The service searches, and not exactly; "" is all.
type RDSTableFilter struct{ DatabaseNameLike, TableNameLike string }

// RDSTableName names a table of an instance.
type RDSTableName struct{ Database, Schema, Table string }

// RDSRestorableTables are the tables of an instance that could be restored to a moment.
type RDSRestorableTables struct {
	TableLimit  int            // how many one restore takes; 0 if the service does not say
	TotalTables int            // of the instance, as filtered; perhaps more than the list has
	Tables      []RDSTableName // sorted by database, schema, table
}

// Has reports whether the table is listed.
func (r RDSRestorableTables) Has(table RDSTableName) bool {
	_, found := slices.BinarySearchFunc(r.Tables, table, compareRDSTables)
	return found
}

func compareRDSTables(a, b RDSTableName) int {
	return cmp.Or(cmp.Compare(a.Database, b.Database), cmp.Compare(a.Schema, b.Schema), cmp.Compare(a.Table, b.Table))
}

// Truncated reports whether the list lacks tables: the service ends it at its limit, and has no pages.
func (r RDSRestorableTables) Truncated() bool { return len(r.Tables) < r.TotalTables }

// RestorableTables looks up which tables can be restored to a moment (RDS API Reference, "Querying Tables That Can Be
// Restored", for PostgreSQL). The lookup can take most of a minute. The path parameter that the page calls
// database_name is the engine. The error is a *NotFoundError if there is no such instance.
func (s RDS) RestorableTables(
	ctx context.Context,
	instanceID string,
	at time.Time,
	filter RDSTableFilter,
) (RDSRestorableTables, error) {
	if err := checkID("RDS instance", instanceID); err != nil {
		return RDSRestorableTables{}, err
	}
	reply, err := s.queryTables(ctx, []string{instanceID}, at, filter)
	what := "RDS instance " + instanceID
	if err != nil {
		return RDSRestorableTables{}, notFound(err, what, rdsInstanceMissing...)
	}
	for _, instance := range reply.Instances {
		if instance.ID == instanceID {
			return reply.tablesOf(instance), nil
		}
	}
	if filter != (RDSTableFilter{}) { // nothing matches, and the page does not say whether it lists the instance then
		return RDSRestorableTables{TableLimit: reply.TableLimit}, nil
	}
	return RDSRestorableTables{}, &NotFoundError{What: what}
}

// SharedRestorableTables is RestorableTables without a filter. Those who ask about the same moment at the same time
// share a call.
func (s RDS) SharedRestorableTables(ctx context.Context, instanceID string, at time.Time) (RDSRestorableTables, error) {
	if err := checkID("RDS instance", instanceID); err != nil {
		return RDSRestorableTables{}, err
	}
	return s.client.tables.tables(ctx, instanceID, at)
}

func (s RDS) queryTables(
	ctx context.Context, instanceIDs []string, at time.Time, filter RDSTableFilter,
) (reply rdsTablesReply, err error) {
	err = s.client.do(ctx, call{
		service:   serviceRDS,
		operation: "query restorable tables",
		method:    http.MethodPost,
		path:      "/v3/{project_id}/postgresql/instances/history/tables",
		notInOTC:  true,
		body: struct {
			InstanceIDs      []string `json:"instance_ids"`
			RestoreTime      int64    `json:"restore_time"`
			DatabaseNameLike string   `json:"database_name_like,omitempty"`
			TableNameLike    string   `json:"table_name_like,omitempty"`
		}{instanceIDs, at.UnixMilli(), filter.DatabaseNameLike, filter.TableNameLike},
	}, &reply)
	return reply, err
}

type rdsTablesReply struct {
	TableLimit int
	Instances  []rdsTablesRecord
}

// tablesOf are the tables of an instance of the reply. The list counts if the total is missing or less.
func (r *rdsTablesReply) tablesOf(instance rdsTablesRecord) RDSRestorableTables {
	tables := instance.tables()
	return RDSRestorableTables{
		TableLimit: r.TableLimit, TotalTables: max(instance.TotalTables.count(), len(tables)), Tables: tables,
	}
}

func (r *rdsTablesReply) UnmarshalJSON(data []byte) error {
	instances := list[rdsTablesRecord]{key: "instances"}
	if err := json.Unmarshal(data, &instances); err != nil {
		return err
	}
	r.Instances = instances.items
	for _, instance := range r.Instances {
		if slices.ContainsFunc(instance.tables(), func(t RDSTableName) bool { return t.Database == "" || t.Schema == "" }) {
			return errors.New("a table's database or schema has no name")
		}
	}
	var limits struct {
		TableLimit number `json:"table_limit"`
	}
	err := json.Unmarshal(data, &limits)
	r.TableLimit = limits.TableLimit.count()
	return err
}

type rdsTablesRecord struct {
	ID          string `json:"id"`
	TotalTables number `json:"total_tables"`
	Databases   []struct {
		Name    string `json:"name"`
		Schemas []struct {
			Name   string `json:"name"`
			Tables []name `json:"tables"`
		} `json:"schemas"`
	} `json:"databases"`
}

func (r rdsTablesRecord) tables() []RDSTableName {
	var tables []RDSTableName
	for _, database := range r.Databases {
		for _, schema := range database.Schemas {
			for _, table := range schema.Tables {
				tables = append(tables, RDSTableName{Database: database.Name, Schema: schema.Name, Table: string(table)})
			}
		}
	}
	slices.SortFunc(tables, compareRDSTables)
	return tables
}
