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
	"terraform-provider-x/internal/provider/restore"
)

// This file holds every message of this package.

const (
	ruleTargetName   = "start with a letter or an underscore and go on with letters, digits and underscores"
	adviceSecondCopy = "One restore brings a table back once; for a second copy use a second resource."
	adviceOwnTarget  = "The one would overwrite the other: give each a target of its own."
)

var errNoCluster = errors.New("the snapshot names no cluster")

func errorUnequalLists(sources, targets int) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root(targetList), "Lists of unequal length",
		fmt.Sprintf("restore_table_list has %d tables and target_table_list %d. They belong together by position: give each table its target.",
			sources, targets))
}

func errorTableTwice(earlier, at path.Path, table client.DWSTable, advice string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Given twice",
		fmt.Sprintf("%s and %s are the same table, %s. %s", earlier, at, fullName(table), advice))
}

func errorNoSnapshot(id, region string) diag.Diagnostic {
	return restore.Rejection(path.Root("snapshot_id"), "No such snapshot",
		"There is no DWS snapshot %s in region %s, in the project of these credentials.", id, region)
}

func errorSnapshotStatus(snapshot client.DWSSnapshot) diag.Diagnostic {
	return restore.Rejection(path.Root("snapshot_id"), "The snapshot is not available",
		"Snapshot %s (%s) is in status %s; only one that is AVAILABLE can be restored from.", snapshot.ID, snapshot.Name, snapshot.Status)
}

func errorNotFineGrained(snapshot client.DWSSnapshot) diag.Diagnostic {
	return restore.Rejection(path.Root("snapshot_id"), "Not a fine-grained snapshot",
		"Snapshot %s (%s) was taken with fine-grained snapshots switched off: single tables cannot be restored from it.",
		snapshot.ID, snapshot.Name)
}

func errorDatabaseNotHeld(snapshot client.DWSSnapshot, database string) diag.Diagnostic {
	return restore.Rejection(path.Root("database"), "The snapshot does not hold the database",
		"Snapshot %s (%s) holds database %q and not %q.", snapshot.ID, snapshot.Name, snapshot.Database, database)
}

// notHeld is for a table that a snapshot does not hold.
const notHeld = "The snapshot does not hold the table"

func errorSchemaNotHeld(at path.Path, snapshot client.DWSSnapshot, source client.DWSTable) diag.Diagnostic {
	return restore.Rejection(at, notHeld, "%s is %s, but snapshot %s (%s) holds only the schemas %s.",
		at, fullName(source), snapshot.ID, snapshot.Name, strings.Join(snapshot.Schemas, ", "))
}

func errorTableNotHeld(at path.Path, snapshot client.DWSSnapshot, source client.DWSTable) diag.Diagnostic {
	return restore.Rejection(at, notHeld, "%s is %s, which snapshot %s (%s) does not hold.%s",
		at, fullName(source), snapshot.ID, snapshot.Name, lookup.DidYouMean(fullName(source), snapshot.Tables))
}

func errorClusterGone(snapshot client.DWSSnapshot) diag.Diagnostic {
	return restore.Rejection(path.Root("snapshot_id"), "The cluster is gone",
		"Snapshot %s (%s) is of cluster %s (%s), which does not exist any more; tables are restored into it.",
		snapshot.ID, snapshot.Name, snapshot.ClusterID, snapshot.ClusterName)
}

func errorClusterStatus(cluster client.DWSCluster) diag.Diagnostic {
	return restore.Rejection(path.Root("snapshot_id"), "The cluster is not available",
		"Cluster %s (%s), into which the tables would be restored, is in status %s.", cluster.ID, cluster.Name, cluster.Status)
}

func errorClusterReadOnly(cluster client.DWSCluster) diag.Diagnostic {
	return restore.Rejection(path.Root("snapshot_id"), "The cluster is read-only",
		"Cluster %s (%s), into which the tables would be restored, is read-only (sub-status %s). Free some of its space first.",
		cluster.ID, cluster.Name, cluster.SubStatus)
}

func errorNamesMissing(snapshotID, database string, err error) diag.Diagnostic {
	return restore.Rejection(path.Root(sourceList), "The snapshot does not hold the tables",
		"The service says of snapshot %s and database %q: %v", snapshotID, database, err)
}

func errorSourceMissing(at path.Path, name, database, snapshotID string) diag.Diagnostic {
	return restore.Rejection(at, notHeld, "%s is %s, which the service does not find in database %q of snapshot %s.",
		at, name, database, snapshotID)
}

func warnOverwrites(at path.Path, name, database string) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(at, "A table will be overwritten",
		fmt.Sprintf("%s is %s, which exists in database %q. The restore deletes it, as allow_overwrite says.", at, name, database))
}

func errorTargetExists(at path.Path, name, database string) diag.Diagnostic {
	return restore.Rejection(at, "The target exists",
		"%s is %s, which exists in database %q: the restore would delete it. Choose another target, or, if that is meant, "+
			"set allow_overwrite = true. %s", at, name, database, restore.OwnTarget)
}
