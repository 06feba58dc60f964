// SPDX-License-Identifier: MPL-2.0

package dws

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/provider/lookup"
	"terraform-provider-x/internal/provider/restore"
)

// Check looks up the snapshot, its cluster and the names, in this order. Just before the call, CheckTargets asks about
// the names.
func (m *tableRestore) Check(ctx context.Context, look lookup.Region, f *restore.Findings) {
	c := check{tableRestore: m, look: look, f: f}
	snapshot, found := c.snapshot(ctx)
	if !found || snapshot.ClusterID != "" && !c.cluster(ctx, snapshot) {
		return
	}
	if c.findOwn(ctx, snapshot) && (f.Planning || m.mayOverwrite()) {
		c.names(ctx)
	}
}

// mayOverwrite is false while nobody knows.
func (m *tableRestore) mayOverwrite() bool { return m.AllowOverwrite.ValueBool() }

// check is one preflight of a DWS restore.
type check struct {
	*tableRestore
	look lookup.Region
	f    *restore.Findings
}

// snapshot looks up and checks the snapshot; false ends the check.
func (c check) snapshot(ctx context.Context) (client.DWSSnapshot, bool) {
	snapshot, err := snapshot(ctx, c.look, c.TargetID())
	switch fineGrained := snapshot.FineGrainedBackup; {
	case client.IsNotFound(err):
		c.f.Add(errorNoSnapshot(c.TargetID(), c.look.Client.Region()))
	case c.f.AddError(ctx, path.Root("snapshot_id"), err):
		return snapshot, c.f.MayContinue(ctx)
	// The cluster's list of snapshots calls one RESTORING from which another restore runs; the provider waits for that.
	case !slices.Contains([]string{"AVAILABLE", "RESTORING"}, strings.ToUpper(snapshot.Status)):
		c.f.Add(errorSnapshotStatus(snapshot))
	case fineGrained != nil && !*fineGrained:
		c.f.Add(errorNotFineGrained(snapshot))
	default:
		return snapshot, c.holds(ctx, snapshot)
	}
	return snapshot, false
}

// holds compares the tables with what a snapshot of some schemas or tables holds. A snapshot of a whole cluster lists
// nothing.
func (c check) holds(ctx context.Context, snapshot client.DWSSnapshot) bool {
	if held := snapshot.Database; held != "" && !c.sameName(held, c.Database.ValueString()) {
		c.f.Add(errorDatabaseNotHeld(snapshot, c.Database.ValueString()))
		return false
	}
	sources, _ := c.tablesOf(ctx, sourceList)
	schemas, tables := c.namesIn(snapshot.Schemas), c.namesIn(snapshot.Tables)
	var schemaMissing, tableMissing []place
	for i, source := range sources {
		entry := place{at: path.Root(sourceList).AtListIndex(i), name: fullName(source)}
		switch {
		case len(schemas) > 0 && !schemas[c.key(source.SchemaName)]:
			schemaMissing = append(schemaMissing, entry)
		// Whether tables are listed with their schema is not documented.
		case len(tables) > 0 && !tables[c.key(fullName(source))] && !tables[c.key(source.TableName)]:
			tableMissing = append(tableMissing, entry)
		}
	}
	if len(schemaMissing) > 0 {
		c.f.Add(errorSchemaNotHeld(snapshot, schemaMissing))
	}
	if len(tableMissing) > 0 {
		c.f.Add(errorTableNotHeld(snapshot, tableMissing))
	}
	return !c.f.HasError()
}

// cluster checks the snapshot's cluster, and reports whether to continue.
func (c check) cluster(ctx context.Context, snapshot client.DWSSnapshot) bool {
	cluster, err := cluster(ctx, c.look, snapshot.ClusterID)
	readOnly := slices.ContainsFunc(strings.Split(cluster.SubStatus, "|"), func(s string) bool {
		return strings.EqualFold(strings.TrimSpace(s), "READONLY")
	})
	denied := (*client.APIError)(nil)
	switch {
	// One code means both "not found" and "no access". The login works: the service accepted it for the snapshot.
	case client.IsNotFound(err) && errors.As(err, &denied) && denied.StatusCode != http.StatusNotFound:
		c.f.AddUnchecked(err.Error())
		return true
	case client.IsNotFound(err):
		c.f.Add(errorClusterGone(snapshot))
	case c.f.AddError(ctx, path.Root("snapshot_id"), err):
		return c.f.MayContinue(ctx)
	case !slices.Contains([]string{"AVAILABLE", "ACTIVE"}, strings.ToUpper(cluster.Status)):
		c.f.Add(errorClusterStatus(cluster))
	case readOnly:
		c.f.Add(errorClusterReadOnly(cluster))
	default:
		return true
	}
	return false
}

// missingCodes are the service's codes for a database, schema or table that is not there (DWS API reference, Error
// Codes).
var missingCodes = []string{"DWS.5172", "DWS.5173", "DWS.5174"}

// names lets the service check the names, each time anew: the restore deletes a target that exists. The API reference
// does not say what the reply's lists hold; here they are the missing sources and the existing targets. If a source is
// missing, the service may not have looked at the targets.
func (c check) names(ctx context.Context) {
	request, _ := c.ownRequest(ctx)
	names, err := c.look.Client.DWS().CheckTableRestore(ctx, c.TargetID(), request)
	if c.namesFailed(ctx, request, err) {
		return
	}
	if missing := c.entries(ctx, sourceList, names.Missing); len(missing) > 0 {
		c.f.Add(errorSourceMissing(missing, request.Database, c.TargetID()))
	}
	if existing := c.entries(ctx, targetList, names.Existing); len(existing) > 0 {
		switch {
		case c.AllowOverwrite.IsUnknown():
			c.f.Add(warnMayOverwrite(existing, request.Database))
		case c.mayOverwrite():
			c.f.Add(warnOverwrites(existing, request.Database))
		default:
			c.f.Add(errorTargetExists(existing, request.Database))
		}
	}
}

// namesFailed adds the error of the check of the names, and reports whether there was one.
func (c check) namesFailed(ctx context.Context, request client.DWSTableRestore, err error) bool {
	var refused *client.APIError
	switch {
	case errors.As(err, &refused) && slices.Contains(missingCodes, refused.Code):
		c.f.Add(errorNamesMissing(c.TargetID(), request.Database, err))
		return true
	case c.mayOverwrite() && c.doubtful(ctx):
		at := path.Root(sourceList)
		return c.f.AddNeededError(ctx, at, err, errorNamesUnseen(c.TargetID(), err))
	case c.mayOverwrite():
		return c.f.AddError(ctx, path.Root(sourceList), err)
	}
	at := path.Root(targetList)
	return c.f.AddNeededError(ctx, at, err, errorTargetsUnchecked(at, request, err))
}

// entries are where the configuration has some tables, which are given by the service's names for them.
func (c check) entries(ctx context.Context, list string, names []string) []place {
	tables, _ := c.tablesOf(ctx, list)
	paths := map[string]path.Path{}
	for i, table := range slices.Backward(tables) { // so that of several the first one counts
		at := path.Root(list).AtListIndex(i)
		paths[c.key(table.TableName)] = at
	}
	for i, table := range slices.Backward(tables) {
		paths[c.key(fullName(table))] = path.Root(list).AtListIndex(i)
	}
	var entries []place
	for _, name := range names {
		at, known := paths[c.key(name)]
		if !known {
			at = path.Root(list)
		}
		entries = append(entries, place{at: at, name: name})
	}
	return entries
}
