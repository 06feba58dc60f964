// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/provider/lookup"
	"terraform-provider-x/internal/provider/restore"
	"terraform-provider-x/internal/provider/validators"
)

// unfitStatuses are the statuses that waiting does not end (RDS API reference, Querying DB Instances). In any other
// status but ACTIVE, the instance is busy, and the provider waits for it.
var unfitStatuses = []string{"FAILED", "CREATE FAIL", "FROZEN", "STORAGE FULL"}

// Check looks up the instance, the moment, the tables and their new names, in this order.
func (m *pgTablePITR) Check(ctx context.Context, look lookup.Region, f *restore.Findings) {
	c := pgCheck{look: look, f: f, instanceID: m.TargetID()}
	if !c.instance(ctx) {
		return
	}
	at, windows, known := c.time(ctx, m)
	if !known {
		return
	}
	tables, err := restorableTables(ctx, look, c.instanceID, at, client.RDSTableFilter{})
	if f.AddError(ctx, path.Root("databases"), err) {
		return
	}
	entries, _ := m.tables(ctx)
	there := newCatalogue(tables)
	if limit := tables.TableLimit; limit > 0 && len(entries) > limit {
		f.Add(errorTooManyTables(len(entries), limit))
	}
	c.sources(ctx, at, entries, there)
	c.targets(ctx, entries, windows)
}

// pgCheck is one preflight of tables of RDS for PostgreSQL.
type pgCheck struct {
	look       lookup.Region
	f          *restore.Findings
	instanceID string
}

// instance checks the instance, and reports whether to continue.
func (c pgCheck) instance(ctx context.Context) bool {
	instance, err := instance(ctx, c.look, c.instanceID)
	switch {
	case client.IsNotFound(err):
		c.f.Add(errorNoInstance(c.instanceID, c.look.Client.Region()))
	case c.f.AddError(ctx, path.Root("instance_id"), err):
		return c.f.MayContinue(ctx)
	case !strings.EqualFold(instance.Engine, "PostgreSQL"):
		c.f.Add(errorEngine(instance))
	case strings.EqualFold(instance.Type, "Replica"):
		c.f.Add(errorReplica(instance))
	case slices.Contains(unfitStatuses, strings.ReplaceAll(strings.ToUpper(instance.Status), "_", " ")):
		c.f.Add(errorUnfit(instance))
	default:
		return true
	}
	return false
}

// time is the moment to restore to; false ends the check.
func (c pgCheck) time(ctx context.Context, m *pgTablePITR) (time.Time, []client.Window, bool) {
	root := path.Root("restore_time")
	at, explicit := m.at()
	windows, err := restoreWindows(ctx, c.look, c.instanceID, "")
	if c.f.AddError(ctx, root, err) {
		if !explicit {
			c.f.AddNoLatest(ctx, root, err)
		}
		return at, nil, explicit && c.f.MayContinue(ctx)
	}
	latest, found := lookup.Newest(windows)
	switch {
	case !explicit && !found:
		c.f.Add(errorNoLatest(c.instanceID))
		return at, nil, false
	case !explicit:
		return latest, windows, true
	case !lookup.Within(windows, at):
		c.f.Add(errorNotRestorable(c.instanceID, at, windows))
		return at, nil, false
	}
	return at, windows, true
}

// narrowed is how many tables of one resource are looked up one by one if the service's list is incomplete.
const narrowed = 20

// sources rejects the tables that did not exist at the moment: it is not documented how the service handles those.
func (c pgCheck) sources(ctx context.Context, at time.Time, entries []tableEntry, listed catalogue) {
	var missing validators.Causes[tableEntry]
	var unchecked []tableEntry
	single := 0
	for _, entry := range entries {
		if listed.Has(entry.RDSTableName) {
			continue
		}
		if !listed.Truncated() {
			missing.Add(listed.lacks(entry), entry)
			continue
		}
		if single++; single > narrowed {
			unchecked = append(unchecked, entry)
			continue
		}
		alike, err := restorableTables(ctx, c.look, c.instanceID, at,
			client.RDSTableFilter{DatabaseNameLike: entry.Database, TableNameLike: entry.Table})
		if c.f.AddError(ctx, entry.at, err) {
			break
		}
		switch {
		case alike.Has(entry.RDSTableName):
		case alike.Truncated(): // the search is a fuzzy one
			c.f.AddUnchecked(uncheckedAlike(entry, alike))
		default:
			missing.Add(listed.lacks(entry), entry)
		}
	}
	if len(unchecked) > 0 {
		c.f.AddUnchecked(uncheckedTables(unchecked, listed.RDSRestorableTables))
	}
	for _, entries := range missing.Groups() {
		c.f.Add(errorNoTable(c.instanceID, at, entries, listed))
	}
}

// targets warns of new names that are taken. It is not documented how the service handles those; most likely the job
// fails. The service's list may be as old as the last full backup.
func (c pgCheck) targets(ctx context.Context, entries []tableEntry, windows []client.Window) {
	latest, found := lookup.Newest(windows)
	if !c.f.Planning || !found || !slices.ContainsFunc(entries, func(e tableEntry) bool { return !e.defaultName }) {
		return
	}
	there, err := restorableTables(ctx, c.look, c.instanceID, latest, client.RDSTableFilter{})
	if c.f.AddError(ctx, path.Root("databases"), err) {
		return
	}
	var taken []tableEntry
	for _, entry := range entries {
		target := entry.RDSTableName
		target.Table = entry.newName
		if !entry.defaultName && there.Has(target) {
			taken = append(taken, entry)
		}
	}
	if len(taken) > 0 {
		c.f.Add(warnNameTaken(c.instanceID, latest, taken))
	}
}
