// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
	"terraform-provider-x/internal/provider/lookup"
	"terraform-provider-x/internal/provider/names"
	"terraform-provider-x/internal/provider/restore"
	"terraform-provider-x/internal/provider/validators"
)

// This file holds every message of this package.

const (
	adviceSecondCopy  = "A restore can copy a table only once. For a second copy, use a second resource."
	adviceJoinTables  = "Put the tables of both into one entry."
	adviceJoinSchemas = "Put the schemas of both into one entry."
)

func errorDefaultName(tables []tableEntry) diag.Diagnostic {
	first := tables[0]
	more := validators.Others(tables, func(t tableEntry) string { return fmt.Sprintf("%s (%q)", t.at, t.newName) })
	return diag.NewAttributeErrorDiagnostic(first.at, "Name too long",
		fmt.Sprintf("Without new_name, %s would be restored as %q, which has %d bytes. PostgreSQL allows %d.%s\n"+
			"Set a new_name.",
			first.at, first.newName, len(first.newName), validators.Identifier.Maximum, more))
}

func errorEqualTargets(tables []equalTarget) diag.Diagnostic {
	first := tables[0]
	more := validators.Others(tables, func(t equalTarget) string {
		return fmt.Sprintf("%s and %s (%q)", t.earlier, t.table.at, t.table.newName)
	})
	return diag.NewAttributeErrorDiagnostic(first.table.at, "Duplicate target name",
		fmt.Sprintf("%s and %s would both be restored as %q.%s\nGive each its own new_name.",
			first.earlier, first.table.at, first.table.newName, more))
}

func errNothingToRestore(instanceID string) error {
	return fmt.Errorf("instance %s has no moment to restore to", instanceID)
}

func commentUnknownTime(name string) string {
	return "-- The timestamp in the name is unknown: table " + restore.JSONText(name)
}

func errorNoInstance(id, region string) diag.Diagnostic {
	return restore.Rejection(path.Root("instance_id"), "Instance not found",
		"There is no RDS instance %s in region %s, in the project of these credentials.", id, region)
}

func errorEngine(instance client.RDSInstance) diag.Diagnostic {
	return restore.Rejection(path.Root("instance_id"), "Instance is not PostgreSQL",
		"Instance %s (%s) runs %s. Tables can be restored only in RDS for PostgreSQL.",
		instance.ID, instance.Name, instance.Engine)
}

func errorReplica(instance client.RDSInstance) diag.Diagnostic {
	return restore.Rejection(path.Root("instance_id"), "Instance is a read replica",
		"Instance %s (%s) is a read replica, which has no backups of its own.\n"+
			"Use the id of the primary instance.", instance.ID, instance.Name)
}

func errorUnfit(instance client.RDSInstance) diag.Diagnostic {
	return restore.Rejection(path.Root("instance_id"), "Instance cannot restore",
		"Instance %s (%s) is in status %s. It cannot restore in this status.", instance.ID, instance.Name, instance.Status)
}

// noMoment says that an instance has no moment to restore to.
func noMoment(instanceID string) string {
	return fmt.Sprintf("Instance %s has no moment to restore to, so there is no latest one.\n"+
		"It may have no backup yet, or automated backups may be off.", instanceID)
}

func errorNoLatest(instanceID string) diag.Diagnostic {
	return restore.Rejection(path.Root("restore_time"), lookup.NothingToRestore, "%s", noMoment(instanceID))
}

func errorNotRestorable(instanceID string, at time.Time, windows []client.Window) diag.Diagnostic {
	return restore.Rejection(path.Root("restore_time"), lookup.NotRestorable,
		"restore_time is %s. Instance %s cannot be restored to that moment.\n%s",
		pointintime.Format(at), instanceID, lookup.NearestMoments(windows, at))
}

func errorTooManyTables(count, limit int) diag.Diagnostic {
	return restore.Rejection(path.Root("databases"), "Too many tables",
		"databases names %d tables. The service restores up to %d at once.\n"+
			"Split them into several resources, which then run one after the other.", count, limit)
}

// errorNoTable is for tables that are missing for the same reason.
func (c pgCheck) errorNoTable(at time.Time, entries []tableEntry, there catalogue) diag.Diagnostic {
	first := entries[0]
	advice := there.advice(first)
	more := validators.Others(entries, func(e tableEntry) string {
		if own := there.advice(e); own != advice {
			return describe(e) + "." + own
		}
		return describe(e)
	})
	text := fmt.Sprintf("%s is %s.%s.%s. Instance %s cannot restore that table at %s.%s%s",
		first.at, first.Database, first.Schema, first.Table, c.instanceID, pointintime.Format(at), advice, more)
	if c.always {
		return restore.Refusal(first.at.AtName("old_name"), noTable, adviceUnseen, "%s", text)
	}
	return restore.Rejection(first.at.AtName("old_name"), noTable, "%s", text)
}

const (
	noTable      = "Table not found at restore_time"
	adviceUnseen = "Correct the names, or use credentials that may list the tables that can be restored."
)

// errorNamesUnseen is for names that are not sent unless the service lists them.
func errorNamesUnseen(entries []tableEntry, err error) diag.Diagnostic {
	first := entries[0]
	return restore.Refusal(first.at, "Name cannot be checked", adviceUnseen,
		"%s is %q.%q.%q, with characters that Terraform may have changed. "+
			"The provider sends such a name only as the service lists it, and could not look that up.%s\n%v",
		first.at, first.Database, first.Schema, first.Table, validators.Others(entries, describe), err)
}

// errorAmbiguous is for tables whose names differ in their bytes only.
func errorAmbiguous(instanceID string, entries []tableEntry, there catalogue) diag.Diagnostic {
	first := entries[0]
	var spellings []string
	for _, table := range there.find(first) {
		spellings = append(spellings, names.CodePoints(table.Database+"."+table.Schema+"."+table.Table))
	}
	return restore.Refusal(first.at, "Name is ambiguous",
		"Restore to a moment at which only one of them existed, or restore the whole instance in the service's console.",
		"%s is %s.%s.%s. Instance %s has several tables whose names look like that and differ in their characters:\n  %s"+
			"\nTerraform cannot tell them apart: it has every text in one form (Unicode NFC).%s",
		first.at, first.Database, first.Schema, first.Table, instanceID, strings.Join(spellings, "\n  "),
		validators.Others(entries, describe))
}

// describe names an entry on a line of its own.
func describe(e tableEntry) string {
	return fmt.Sprintf("%s (%s.%s.%s)", e.at, e.Database, e.Schema, e.Table)
}

// uncheckedTables is for tables that an incomplete list lacks.
func uncheckedTables(entries []tableEntry, there client.RDSRestorableTables) string {
	return fmt.Sprintf("%s: the service lists %d of %d tables, but not this one%s",
		entries[0].at, len(there.Tables), there.TotalTables, validators.Others(entries, describe))
}

func uncheckedAlike(entry tableEntry, there client.RDSRestorableTables) string {
	return fmt.Sprintf("%s: the service lists %d of the %d tables with similar names, but not this one",
		entry.at, len(there.Tables), there.TotalTables)
}

func warnNameTaken(instanceID string, latest time.Time, entries []tableEntry) diag.Diagnostic {
	first := entries[0]
	more := validators.Others(entries, func(e tableEntry) string { return fmt.Sprintf("%s (%q)", e.at, e.newName) })
	return diag.NewAttributeWarningDiagnostic(first.at.AtName("new_name"), "New name may be taken",
		fmt.Sprintf("%s is to be restored as %q, but instance %s had a table of that name at %s.%s\n"+
			"Unless that table has been dropped since, the restore most likely fails after some minutes.\n"+
			"Drop that table, or choose another new_name.",
			first.at, first.newName, instanceID, pointintime.Format(latest), more))
}

// partitionSuffix is how partitions are usually named after their parent, by a number or a date.
var partitionSuffix = regexp.MustCompile(`^_(p|part|y)?_?[0-9]`)

// advice suggests what to write instead of a missing table.
func (c catalogue) advice(e tableEntry) string {
	var tables, parts []string
	for _, table := range c.Tables {
		table = normal(table)
		if table.Database == e.Database && table.Schema == e.Schema {
			tables = append(tables, table.Table)
			if suffix, found := strings.CutPrefix(table.Table, e.Table); found && partitionSuffix.MatchString(suffix) {
				parts = append(parts, table.Table)
			}
		}
	}
	switch {
	case c.Truncated() && len(tables) == 0: // which are not all that there are
	case c.schemas[e.Database] == nil:
		return fmt.Sprintf(" It has no restorable table in database %q.%s",
			e.Database, lookup.DidYouMean(e.Database, slices.Sorted(maps.Keys(c.schemas))))
	case len(tables) == 0:
		return fmt.Sprintf(" It has no restorable table in schema %q of database %q.%s",
			e.Schema, e.Database, lookup.DidYouMean(e.Schema, slices.Sorted(maps.Keys(c.schemas[e.Database]))))
	case len(parts) > 0:
		// The parent of a partitioned table is not listed, its partitions are (RDS user guide, restoring tables to a point in
		// time: only child tables can be restored).
		return fmt.Sprintf(" If it is the parent of a partitioned table, only its partitions can be restored: "+
			"use their names instead, such as %q.", parts[0])
	}
	return lookup.DidYouMean(e.Table, tables)
}

func warnTruncated(instanceID string, at time.Time, there client.RDSRestorableTables) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Table list is incomplete",
		fmt.Sprintf("For instance %s at %s, the service lists %d of %d tables: its list has a limit and no pages.\n"+
			"Narrow the search with database_name_like or table_name_like. name_regex only filters the tables that are listed.",
			instanceID, pointintime.Format(at), len(there.Tables), there.TotalTables))
}

const errorRestoredNameEmpty = "The table's name is empty."

func errorRestoredNameTooLong(name string) string {
	return fmt.Sprintf("%q would have %d bytes. PostgreSQL allows %d. Give the table a new_name.",
		name, len(name), validators.Identifier.Maximum)
}
