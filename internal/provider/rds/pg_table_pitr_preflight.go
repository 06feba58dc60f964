// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/provider/lookup"
	"terraform-provider-x/internal/provider/names"
	"terraform-provider-x/internal/provider/restore"
	"terraform-provider-x/internal/provider/validators"
)

// unfitStatuses are the statuses that waiting does not end (RDS API reference, Querying DB Instances). In any other
// status but ACTIVE, the instance is busy, and the provider waits for it.
var unfitStatuses = []string{"FAILED", "CREATE FAIL", "FROZEN", "STORAGE FULL"}

// Check looks up the instance, the moment, the tables and their new names, in this order. If the service lists the
// tables of a moment, it can be restored to. What there was at a moment does not change, and the service overwrites
// nothing, so that nothing is repeated before the call.
func (m *pgTablePITR) Check(ctx context.Context, look lookup.Region, f *restore.Findings) {
	if f.Repeated && !m.RestoreTime.IsLatest() {
		return
	}
	c := pgCheck{look: look, f: f, instanceID: m.TargetID()}
	if !c.instance(ctx) {
		return
	}
	entries, _ := m.tables(ctx)
	at, explicit := m.at()
	var windows []client.Window
	known, wanted := true, !explicit || f.Planning && slices.ContainsFunc(entries, tableEntry.named)
	if wanted {
		at, windows, known = c.time(ctx, m)
	}
	if !known {
		return
	}
	tables, err := restorableTables(ctx, look, c.instanceID, at, client.RDSTableFilter{})
	listed := newCatalogue(tables)
	if !wanted && listed.lacksAny(entries) { // the moment may be why
		if _, _, known = c.time(ctx, m); !known {
			return
		}
	}
	if c.failed(ctx, path.Root("databases"), entries, err) {
		return
	}
	if limit := tables.TableLimit; limit > 0 && len(entries) > limit {
		f.Add(errorTooManyTables(len(entries), limit))
	}
	c.targets(ctx, c.sources(ctx, at, entries, listed), entries, windows)
}

// CheckTargets finds the service's own spelling of each name that Terraform, or a file that it comes from, may have
// changed. Without that, the call could name another table, or none. Nearly all names are ASCII and need no lookup.
func (m *pgTablePITR) CheckTargets(ctx context.Context, look lookup.Region, f *restore.Findings) {
	m.own = nil
	entries, _ := m.tables(ctx)
	entries = slices.DeleteFunc(entries, tableEntry.certain)
	if len(entries) == 0 {
		return
	}
	c := pgCheck{look: look, f: f, instanceID: m.TargetID(), always: true}
	at, _ := m.at()
	tables, err := restorableTables(ctx, look, c.instanceID, at, client.RDSTableFilter{})
	if c.failed(ctx, path.Root("databases"), entries, err) {
		return
	}
	m.own = c.sources(ctx, at, entries, newCatalogue(tables))
}

// pgCheck is one preflight of tables of RDS for PostgreSQL.
type pgCheck struct {
	look       lookup.Region
	f          *restore.Findings
	instanceID string
	always     bool // preflight = false does not turn it off, and what it cannot find must not be sent
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

// sources rejects the tables that did not exist at the moment: it is not documented how the service handles those. It
// returns the service's own names of the others.
func (c pgCheck) sources(
	ctx context.Context, at time.Time, entries []tableEntry, listed catalogue,
) map[client.RDSTableName]client.RDSTableName {
	own := map[client.RDSTableName]client.RDSTableName{}
	var missing validators.Causes[tableEntry]
	var unchecked, ambiguous []tableEntry
	single := 0
	for _, entry := range entries {
		found := listed.find(entry)
		if len(found) == 0 && listed.Truncated() {
			if single++; single > narrowed {
				unchecked = append(unchecked, entry)
				continue
			}
			alike, err := c.alike(ctx, at, entry)
			if err != nil {
				break
			}
			if found = alike.find(entry); len(found) == 0 && alike.Truncated() { // the search is a fuzzy one
				c.unchecked([]tableEntry{entry}, uncheckedAlike(entry, alike.RDSRestorableTables))
				continue
			}
		}
		switch len(found) {
		case 0:
			missing.Add(listed.lacks(entry), entry)
		case 1:
			own[entry.RDSTableName] = found[0]
		default:
			ambiguous = append(ambiguous, entry)
		}
	}
	if len(unchecked) > 0 {
		c.unchecked(unchecked, uncheckedTables(unchecked, listed.RDSRestorableTables))
	}
	if len(ambiguous) > 0 {
		c.f.Add(errorAmbiguous(c.instanceID, ambiguous, listed))
	}
	for _, entries := range missing.Groups() {
		c.f.Add(c.errorNoTable(at, entries, listed))
	}
	return own
}

// alike looks up the tables with names like that of an entry.
func (c pgCheck) alike(ctx context.Context, at time.Time, entry tableEntry) (catalogue, error) {
	alike, err := restorableTables(ctx, c.look, c.instanceID, at, client.RDSTableFilter{
		DatabaseNameLike: names.ASCII(entry.Database), TableNameLike: names.ASCII(entry.Table),
	})
	c.failed(ctx, entry.at, []tableEntry{entry}, err)
	return newCatalogue(alike), err
}

// failed adds the error of a lookup of some tables, and reports whether there was one. Names that may not be the
// service's own are not sent without it.
func (c pgCheck) failed(ctx context.Context, at path.Path, entries []tableEntry, err error) bool {
	doubtful := slices.DeleteFunc(slices.Clone(entries), tableEntry.certain)
	if err == nil || len(doubtful) == 0 {
		return c.f.AddError(ctx, at, err)
	}
	return c.f.AddNeededError(ctx, at, err, errorNamesUnseen(doubtful, err))
}

// unchecked is for tables that are not in an incomplete list.
func (c pgCheck) unchecked(entries []tableEntry, reason string) {
	doubtful := slices.DeleteFunc(slices.Clone(entries), tableEntry.certain)
	if len(doubtful) > 0 {
		c.f.Add(errorNamesUnseen(doubtful, errors.New(reason)))
	}
	if len(doubtful) < len(entries) {
		c.f.AddUnchecked(reason)
	}
}

// targets warns of new names that are taken. It is not documented how the service handles those; most likely the job
// fails. The service's list may be as old as the last full backup.
func (c pgCheck) targets(
	ctx context.Context, own map[client.RDSTableName]client.RDSTableName, entries []tableEntry, windows []client.Window,
) {
	latest, found := lookup.Newest(windows)
	if !c.f.Planning || !found || !slices.ContainsFunc(entries, tableEntry.named) {
		return
	}
	there, err := restorableTables(ctx, c.look, c.instanceID, latest, client.RDSTableFilter{})
	if c.f.AddError(ctx, path.Root("databases"), err) {
		return
	}
	var taken []tableEntry
	for _, entry := range entries {
		target := cmp.Or(own[entry.RDSTableName], entry.RDSTableName)
		target.Table = entry.newName
		if !entry.defaultName && there.Has(target) {
			taken = append(taken, entry)
		}
	}
	if len(taken) > 0 {
		c.f.Add(warnNameTaken(c.instanceID, latest, taken))
	}
}
