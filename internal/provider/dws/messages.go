// SPDX-License-Identifier: MPL-2.0

package dws

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/provider/lookup"
	"terraform-provider-x/internal/provider/names"
	"terraform-provider-x/internal/provider/restore"
	"terraform-provider-x/internal/provider/validators"
)

// This file holds every message of this package.

const (
	ruleTargetName   = "start with a letter or an underscore, followed by letters, digits and underscores"
	adviceSecondCopy = "A restore can copy a table only once. For a second copy, use a second resource."
	adviceOwnTarget  = "One would overwrite the other. Give each its own target."
)

var errNoCluster = errors.New("the snapshot names no cluster")

func errorUnequalLists(sources, targets int) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root(targetList), "Lists differ in length",
		fmt.Sprintf("restore_table_list has %d tables and target_table_list has %d.\n"+
			"The lists are paired by position: give each table a target.",
			sources, targets))
}

func errorTableTwice(entries []place, advice string) diag.Diagnostic {
	first := entries[0]
	more := validators.Others(entries, func(p place) string {
		return fmt.Sprintf("%s and %s (%s)", p.earlier, p.at, p.name)
	})
	return diag.NewAttributeErrorDiagnostic(first.at, "Duplicate table",
		fmt.Sprintf("%s and %s are the same table, %s.%s\n%s", first.earlier, first.at, first.name, more, advice))
}

func errorNoSnapshot(id, region string) diag.Diagnostic {
	return restore.Rejection(path.Root("snapshot_id"), "Snapshot not found",
		"There is no DWS snapshot %s in region %s, in the project of these credentials.", id, region)
}

func errorSnapshotStatus(snapshot client.DWSSnapshot) diag.Diagnostic {
	return restore.Rejection(path.Root("snapshot_id"), "Snapshot is not available",
		"Snapshot %s (%s) is in status %s. A restore needs a snapshot that is AVAILABLE.",
		snapshot.ID, snapshot.Name, snapshot.Status)
}

func errorNotFineGrained(snapshot client.DWSSnapshot) diag.Diagnostic {
	return restore.Rejection(path.Root("snapshot_id"), "Snapshot is not fine-grained",
		"Snapshot %s (%s) was taken with fine-grained snapshots switched off. Single tables cannot be restored from it.",
		snapshot.ID, snapshot.Name)
}

func errorDatabaseNotHeld(snapshot client.DWSSnapshot, database string) diag.Diagnostic {
	return restore.Rejection(path.Root("database"), "Database not in snapshot",
		"Snapshot %s (%s) holds database %q, not %q.", snapshot.ID, snapshot.Name, snapshot.Database, database)
}

// notHeld is for a table that a snapshot does not hold.
const notHeld = "Table not in snapshot"

func describe(p place) string { return fmt.Sprintf("%s (%s)", p.at, p.name) }

func errorSchemaNotHeld(snapshot client.DWSSnapshot, entries []place) diag.Diagnostic {
	return restore.Rejection(entries[0].at, notHeld, "%s is %s, but snapshot %s (%s) holds only the schemas %s.%s",
		entries[0].at, entries[0].name, snapshot.ID, snapshot.Name, validators.Some(snapshot.Schemas),
		validators.Others(entries, describe))
}

func errorTableNotHeld(snapshot client.DWSSnapshot, entries []place) diag.Diagnostic {
	suggest := func(p place) string { return describe(p) + "." + lookup.DidYouMean(p.name, snapshot.Tables) }
	return restore.Rejection(entries[0].at, notHeld, "%s is %s. Snapshot %s (%s) does not hold that table.%s%s",
		entries[0].at, entries[0].name, snapshot.ID, snapshot.Name,
		lookup.DidYouMean(entries[0].name, snapshot.Tables), validators.Others(entries, suggest))
}

func errorClusterGone(snapshot client.DWSSnapshot) diag.Diagnostic {
	return restore.Rejection(path.Root("snapshot_id"), "Cluster no longer exists",
		"Snapshot %s (%s) belongs to cluster %s (%s), which no longer exists. Tables are restored into that cluster.",
		snapshot.ID, snapshot.Name, snapshot.ClusterID, snapshot.ClusterName)
}

func errorClusterStatus(cluster client.DWSCluster) diag.Diagnostic {
	return restore.Rejection(path.Root("snapshot_id"), "Cluster is not available",
		"The tables would be restored into cluster %s (%s), which is in status %s.", cluster.ID, cluster.Name, cluster.Status)
}

func errorClusterReadOnly(cluster client.DWSCluster) diag.Diagnostic {
	return restore.Rejection(path.Root("snapshot_id"), "Cluster is read-only",
		"The tables would be restored into cluster %s (%s), which is read-only (sub-status %s).\n"+
			"Free some of its space first.",
		cluster.ID, cluster.Name, cluster.SubStatus)
}

const adviceNames = "Correct the names, or choose a snapshot that holds the tables."

func errorNamesMissing(snapshotID, database string, err error) diag.Diagnostic {
	return restore.Refusal(path.Root(sourceList), "Tables not in snapshot", adviceNames,
		"The service rejects the tables of database %[2]q in snapshot %[1]s:\n%[3]v", snapshotID, database, err)
}

func errorSourceMissing(entries []place, database, snapshotID string) diag.Diagnostic {
	return restore.Refusal(entries[0].at, notHeld, adviceNames,
		"%s is %s. The service does not find that table in database %q of snapshot %s.%s",
		entries[0].at, entries[0].name, database, snapshotID, validators.Others(entries, describe))
}

func warnOverwrites(entries []place, database string) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(entries[0].at, "Table will be overwritten",
		fmt.Sprintf("%s is %s, which exists in database %q.\n"+
			"The restore deletes that table, because allow_overwrite is true.%s",
			entries[0].at, entries[0].name, database, validators.Others(entries, describe)))
}

func warnMayOverwrite(entries []place, database string) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(entries[0].at, "Table may be overwritten",
		fmt.Sprintf("%s is %s, which exists in database %q. The value of allow_overwrite is known only after apply.\n"+
			"If it is true, the restore deletes that table. Otherwise the apply starts no restore.%s",
			entries[0].at, entries[0].name, database, validators.Others(entries, describe)))
}

func errorTargetExists(entries []place, database string) diag.Diagnostic {
	return restore.Refusal(entries[0].at, "Target table already exists",
		"Choose another target. To overwrite the table, set allow_overwrite = true.\n"+restore.OwnTarget,
		"%s is %s, which exists in database %q. The restore would delete that table.%s",
		entries[0].at, entries[0].name, database, validators.Others(entries, describe))
}

const adviceUnseen = "Correct the names, or allow the credentials dws:cluster:checkRestoreTable " +
	"(in role policies dws:tableRestoreCheck:operate)."

// errorNamesUnseen is for names that are not sent unless the service knows them.
func errorNamesUnseen(snapshotID string, err error) diag.Diagnostic {
	return restore.Refusal(path.Root(sourceList), "Names cannot be checked", adviceUnseen,
		"Some of the names have characters that Terraform may have changed. The provider sends such a name only if the "+
			"service finds it in snapshot %s, and could not ask for that.\n%v", snapshotID, err)
}

// errorAmbiguous is for names for which a snapshot has several.
func errorAmbiguous(snapshot client.DWSSnapshot, found []spelled) diag.Diagnostic {
	first := found[0]
	var spellings []string
	for _, name := range first.spellings {
		spellings = append(spellings, names.CodePoints(name))
	}
	more := validators.Others(found, func(s spelled) string { return fmt.Sprintf("%s (%s)", s.at, s.name) })
	return restore.Refusal(first.at, "Name is ambiguous", "Choose a snapshot that has only one of them.",
		"%s is %s. Snapshot %s (%s) has several names that look like that and differ in their characters:\n  %s\n"+
			"Terraform cannot tell them apart: it has every text in one form (Unicode NFC).%s",
		first.at, first.name, snapshot.ID, snapshot.Name, strings.Join(spellings, "\n  "), more)
}

// errorTargetsUnchecked is for targets of which nobody may say whether they exist.
func errorTargetsUnchecked(at path.Path, request client.DWSTableRestore, err error) diag.Diagnostic {
	var targets []string
	for _, target := range request.TargetTableList {
		targets = append(targets, fullName(target))
	}
	return restore.Refusal(at, "Target tables cannot be checked",
		"If the credentials may not make this check, allow them dws:cluster:checkRestoreTable "+
			"(in role policies dws:tableRestoreCheck:operate). If the service could not answer, try again later.\n"+
			"Or set allow_overwrite = true. The restore then deletes each target table that exists.",
		"The provider could not check whether the target tables exist in database %q: %s. "+
			"The restore would delete those that do.\n%v",
		request.Database, validators.Some(targets), err)
}
