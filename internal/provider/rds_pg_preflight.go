// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
)

// rdsUnfit are the statuses that no waiting mends (RDS API reference, Querying DB Instances). In any other but ACTIVE the
// instance is busy, which is waited for.
var rdsUnfit = []string{"FAILED", "CREATE FAIL", "FROZEN", "STORAGE FULL"}

// checkRDSPgTablePITR is the preflight of tables of RDS for PostgreSQL.
func checkRDSPgTablePITR(ctx context.Context, look lookups, m rdsPgTablePITRModel, f *preflightFindings) {
	id := m.InstanceID.ValueString()
	if !checkRDSInstance(ctx, look, id, f) {
		return
	}
	at, windows, known := checkRDSTime(ctx, look, m, f)
	if !known {
		return
	}
	tables, err := look.rdsTables(ctx, id, at, client.RDSTableFilter{})
	if f.failed(ctx, path.Root("databases"), err) {
		return
	}
	entries := m.tables(ctx)
	if limit := tables.TableLimit; limit > 0 && len(entries) > limit {
		f.refuse(path.Root("databases"), "Too many tables",
			"databases names %d tables; the service restores up to %d at once. Spread them over several resources, which then run one after the other.", len(entries), limit)
	}
	checkRDSTables(ctx, look, id, at, entries, tables, f)
	checkRDSTargets(ctx, look, id, entries, windows, f)
}

func checkRDSInstance(ctx context.Context, look lookups, id string, f *preflightFindings) bool {
	at := path.Root("instance_id")
	instance, err := look.rdsInstance(ctx, id)
	switch {
	case client.IsNotFound(err):
		f.refuse(at, "No such instance", "There is no RDS instance %s in region %s, in the project of these credentials.", id, look.client.Region())
	case f.failed(ctx, at, err):
		return f.mayGoOn(ctx)
	case !strings.EqualFold(instance.Engine, "PostgreSQL"):
		f.refuse(at, "Not an instance of PostgreSQL", "Instance %s (%s) is of %s; tables can be restored in RDS for PostgreSQL only.", id, instance.Name, instance.Engine)
	case strings.EqualFold(instance.Type, "Replica"):
		f.refuse(at, "A read replica", "Instance %s (%s) is a read replica, which has no backups of its own. Name the primary instance.", id, instance.Name)
	case slices.Contains(rdsUnfit, strings.ReplaceAll(strings.ToUpper(instance.Status), "_", " ")):
		f.refuse(at, "The instance cannot restore", "Instance %s (%s) is in status %s, in which nothing can be restored.", id, instance.Name, instance.Status)
	default:
		return true
	}
	return false
}

// checkRDSTime is false where there is nothing to look further for.
func checkRDSTime(ctx context.Context, look lookups, m rdsPgTablePITRModel, f *preflightFindings) (time.Time, []client.Window, bool) {
	id, root := m.InstanceID.ValueString(), path.Root("restore_time")
	at, explicit := m.at()
	windows, err := look.rdsWindows(ctx, id, "")
	if f.failed(ctx, root, err) {
		if !explicit {
			f.refuseLatest(ctx, root, err)
		}
		return at, nil, explicit && f.mayGoOn(ctx)
	}
	latest, found := newest(windows)
	switch {
	case !explicit && !found:
		f.refuse(root, "Nothing to restore from", "Instance %s has no moment that it can be restored to, so there is no latest one. It may have no backup yet, or automated backups are off.", id)
		return at, nil, false
	case !explicit:
		return latest, windows, true
	case !within(windows, at):
		f.refuse(root, "Not a moment that can be restored", "restore_time is %s, which instance %s cannot be restored to. %s", pointintime.Format(at), id, moments(windows, at))
		return at, nil, false
	}
	return at, windows, true
}

// rdsEntry is one table of the configuration.
type rdsEntry struct {
	client.RDSTableName
	newName string // "" where it is the default
	at      path.Path
}

// tables are the entries of a configuration or plan whose lists are known.
func (m rdsPgTablePITRModel) tables(ctx context.Context) []rdsEntry {
	var entries []rdsEntry
	var databases []rdsDatabaseModel
	if m.Databases.ElementsAs(ctx, &databases, false).HasError() {
		return nil
	}
	for i, database := range databases {
		for j, schema := range database.Schemas {
			for k, table := range schema.Tables {
				newName := table.NewName.ValueString()
				if at, known := m.at(); known && newName == defaultNewName(table.OldName.ValueString(), at) {
					newName = ""
				}
				entries = append(entries, rdsEntry{
					client.RDSTableName{Database: database.Database.ValueString(), Schema: schema.Schema.ValueString(), Table: table.OldName.ValueString()},
					newName,
					path.Root("databases").AtListIndex(i).AtName("schemas").AtListIndex(j).AtName("tables").AtListIndex(k),
				})
			}
		}
	}
	return entries
}

// narrowed is how many tables of one resource are asked for singly where the service does not list all there are.
const narrowed = 20

// checkRDSTables finds the tables that are not there at the moment: what the service makes of those is not documented.
func checkRDSTables(ctx context.Context, look lookups, id string, at time.Time, entries []rdsEntry, there client.RDSRestorableTables, f *preflightFindings) {
	single := 0
	for _, entry := range entries {
		if there.Has(entry.RDSTableName) {
			continue
		}
		known := there
		if there.Truncated() {
			if single++; single > narrowed {
				f.unasked = append(f.unasked, fmt.Sprintf("%s: the service lists %d of %d tables, and not this one", entry.at, len(there.Tables), there.TotalTables))
				continue
			}
			var err error
			known, err = look.rdsTables(ctx, id, at, client.RDSTableFilter{DatabaseNameLike: entry.Database, TableNameLike: entry.Table})
			if f.failed(ctx, entry.at, err) {
				return
			}
			if known.Has(entry.RDSTableName) {
				continue
			}
			if known.Truncated() { // the search is a fuzzy one
				f.unasked = append(f.unasked, fmt.Sprintf("%s: the service lists %d of the %d tables that are named alike, and not this one", entry.at, len(known.Tables), known.TotalTables))
				continue
			}
		}
		f.refuse(entry.at.AtName("old_name"), "No such table at that time", "%s is %s, which is not among what instance %s can restore at %s.%s",
			entry.at, entry.name(), id, pointintime.Format(at), entry.advice(there))
	}
}

func (e rdsEntry) name() string { return e.Database + "." + e.Schema + "." + e.Table }

// partitionSuffix is how partitions are usually named after their parent, by a number or a date.
var partitionSuffix = regexp.MustCompile(`^_(p|part|y)?_?[0-9]`)

// advice is what to write instead, from what there is.
func (e rdsEntry) advice(there client.RDSRestorableTables) string {
	var databases, schemas, tables, parts []string
	for _, table := range there.Tables {
		databases = append(databases, table.Database)
		if table.Database == e.Database {
			schemas = append(schemas, table.Schema)
		}
		if table.Database == e.Database && table.Schema == e.Schema {
			tables = append(tables, table.Table)
			if suffix, found := strings.CutPrefix(table.Table, e.Table); found && partitionSuffix.MatchString(suffix) {
				parts = append(parts, table.Table)
			}
		}
	}
	// The list is sorted, so that what is equal stands together.
	databases, schemas = slices.Compact(databases), slices.Compact(schemas)
	switch {
	case there.Truncated() && len(tables) == 0: // which are not all that there are
	case len(schemas) == 0:
		return fmt.Sprintf(" It has no restorable table in database %q.%s", e.Database, closest(e.Database, databases))
	case len(tables) == 0:
		return fmt.Sprintf(" It has no restorable table in schema %q of database %q.%s", e.Schema, e.Database, closest(e.Schema, schemas))
	case len(parts) > 0:
		// The parent of a partitioned table is not listed, its partitions are (RDS user guide, restoring tables to a point in
		// time: only child tables can be restored).
		return fmt.Sprintf(" If it is the parent of a partitioned table, only its partitions can be restored: name those instead, such as %q.", parts[0])
	}
	return closest(e.Table, tables)
}

// checkRDSTargets warns of new names that are taken. What the service makes of those is not documented, most likely a failed
// job; and what it lists may be as old as the last full backup.
func checkRDSTargets(ctx context.Context, look lookups, id string, entries []rdsEntry, windows []client.Window, f *preflightFindings) {
	latest, found := newest(windows)
	if !f.planning || !found || !slices.ContainsFunc(entries, func(e rdsEntry) bool { return e.newName != "" }) {
		return
	}
	there, err := look.rdsTables(ctx, id, latest, client.RDSTableFilter{})
	if f.failed(ctx, path.Root("databases"), err) {
		return
	}
	for _, entry := range entries {
		target := entry.RDSTableName
		target.Table = entry.newName
		if entry.newName != "" && there.Has(target) {
			f.diags.AddAttributeWarning(entry.at.AtName("new_name"), "The new name may be taken",
				fmt.Sprintf("%s is to be restored as %q, and instance %s had a table of that name at %s. Unless it has been dropped since, the restore most likely fails after some minutes. "+
					"Drop that table, or choose another new_name.", entry.at, entry.newName, id, pointintime.Format(latest)))
		}
	}
}
