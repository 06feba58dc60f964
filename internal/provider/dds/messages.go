// SPDX-License-Identifier: MPL-2.0

package dds

import (
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
	"terraform-provider-x/internal/provider/lookup"
	"terraform-provider-x/internal/provider/restore"
)

// This file holds every message of this package.

const (
	adviceSecondCopy      = "A restore can copy a collection only once. For a second copy, use a second resource."
	adviceJoinCollections = "Put the collections of both into one entry."
	commentServiceChose   = "// The service chose the timestamp in the name: "
	commentUnknownTime    = "// The timestamp in the name is unknown: "
)

func errorMixedLatest() diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("restore_collections"), "Times mix latest and fixed",
		"Some times in restore_collections are \"latest\", others are not.\n"+
			"It is not documented how the service handles different times in one restore, "+
			"and restored_to could not show what was restored.\n"+
			"Use a resource for each.")
}

func errorBothLevels(at path.Path, database string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Restore scope is ambiguous",
		fmt.Sprintf("%s (database %q) has restore_database_time, which restores the whole database, "+
			"as well as collections.\n"+
			"Remove one of the two.",
			at, database))
}

func errorNeitherLevel(at path.Path, database string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Restore scope is missing",
		fmt.Sprintf("%s (database %q) has neither restore_database_time nor collections.\n"+
			"Set restore_database_time to restore the whole database, or collections to restore some of it.", at, database))
}

func errorLongName(at path.Path, namespace string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Name too long",
		fmt.Sprintf("%s results in %q, which has %d characters. DDS restores up to %d.\nChoose a shorter name.",
			at, namespace, utf8.RuneCountInString(namespace), longestNamespace))
}

func errorLongDefaultName(at path.Path, namespace string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Name too long",
		fmt.Sprintf("Without new_name, %s would be restored as %q, which has %d characters. DDS restores up to %d.\n"+
			"Set a new_name.",
			at, namespace, utf8.RuneCountInString(namespace), longestNamespace))
}

func errorEqualTargets(earlier, at path.Path, name string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at.AtName("new_name"), "Duplicate target name",
		fmt.Sprintf("%s and %s would both be restored as %q.\nGive each its own new_name.", earlier, at, name))
}

func errNothingToRestore(instanceID string) error {
	return fmt.Errorf("instance %s has no moment to restore to in the last %d days", instanceID, newestDays)
}

func errorNoInstance(id, region string) diag.Diagnostic {
	return restore.Rejection(path.Root("instance_id"), "Instance not found",
		"There is no DDS instance %s in region %s, in the project of these credentials.", id, region)
}

func errorMode(instance client.DDSInstance) diag.Diagnostic {
	return restore.Rejection(path.Root("instance_id"), "Instance is not a replica set",
		"Instance %s (%s) has mode %s. Collections can be restored only in a replica set.",
		instance.ID, instance.Name, instance.Mode)
}

func errorVersion(instance client.DDSInstance) diag.Diagnostic {
	return restore.Rejection(path.Root("instance_id"), "Instance version is too old",
		"Instance %s (%s) has version %s. Collections can be restored in version 4.0 or later.",
		instance.ID, instance.Name, instance.Version)
}

func errorUnfit(instance client.DDSInstance) diag.Diagnostic {
	return restore.Rejection(path.Root("instance_id"), "Instance cannot restore",
		"Instance %s (%s) is in status %s. It cannot restore in this status.", instance.ID, instance.Name, instance.Status)
}

func errorNoLatest(instanceID string) diag.Diagnostic {
	return restore.Rejection(path.Root("restore_collections"), lookup.NothingToRestore,
		"Instance %s has no moment to restore to in the last %d days, so there is no latest one.", instanceID, newestDays)
}

// noMoment says that an instance has no moment to restore to.
func noMoment(instanceID string) string {
	return fmt.Sprintf("Instance %s has no moment to restore to in the last %d days, so there is no latest one.\n"+
		"To find an earlier one, use the data source x_dds_restore_windows.", instanceID, newestDays)
}

func errorNotRestorable(instanceID string, root path.Path, at time.Time, windows []client.Window) diag.Diagnostic {
	return restore.Rejection(root, lookup.NotRestorable,
		"%s is %s. Instance %s cannot be restored to that moment.\n%s",
		root, pointintime.Format(at), instanceID, nearestMoments(windows, at))
}

// nearestMoments says which moments around one that cannot be restored to can.
func nearestMoments(windows []client.Window, at time.Time) string {
	if len(windows) == 0 {
		return "There is no other moment within " + strconv.Itoa(nearDays) + " days before or after it.\n" +
			"To find one, use the data source x_dds_restore_windows."
	}
	return lookup.NearestMoments(windows, at)
}

const noDatabase = "Database not found at that time"

func errorNoDatabase(instanceID string, at time.Time, root path.Path, name string, there []string) diag.Diagnostic {
	return restore.Rejection(root.AtName("database"), noDatabase,
		"%s is database %q. Instance %s did not have that database at %s.%s", root, name, instanceID, pointintime.Format(at),
		lookup.DidYouMean(name, there))
}

func (c check) errorNoCollection(at time.Time, entry path.Path, database, name string, there []string) diag.Diagnostic {
	return restore.Rejection(entry.AtName("old_name"), "Collection not found at that time",
		"%s is %s.%s. Instance %s did not have that collection at %s.%s\n"+
			"The service would create an empty collection without an error.",
		entry, database, name, c.instanceID, pointintime.Format(at), lookup.DidYouMean(name, there))
}

func errorLongCopy(root path.Path, database, collection string, length int) diag.Diagnostic {
	return restore.Rejection(
		root,
		"Name too long",
		"%s is database %q. Its collection %q would be restored under a name of about %d characters. "+
			"DDS restores up to %d.\n"+
			"List the collections one by one, and give that one a new_name.",
		root,
		database,
		collection,
		length,
		longestNamespace,
	)
}

func errorNameTaken(instanceID string, latest time.Time, entry path.Path, database, newName string) diag.Diagnostic {
	return restore.Rejection(entry.AtName("new_name"), "New name is taken",
		"%s is to be restored as %s.%s, but instance %s had a collection of that name at %s. The restore would fail.\n"+
			"Drop that collection, or choose another new_name. If you have only just dropped it, "+
			"wait until the service offers a later moment.\n"+restore.OwnTarget,
		entry, database, newName, instanceID, pointintime.Format(latest))
}

// errorDatabaseArgument is for the data source's argument database.
func errorDatabaseArgument(instanceID string, at time.Time, name string, there []string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("database"), noDatabase,
		fmt.Sprintf("database is %q. Instance %s did not have that database at %s.%s",
			name, instanceID, pointintime.Format(at), lookup.DidYouMean(name, there)))
}

func errorRangeOrder(from, to time.Time) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("from"), "Range ends before it starts",
		fmt.Sprintf("from is %s, but the range ends at %s.\n"+
			"Set an earlier from or a later to. Without to, the range ends now.",
			pointintime.Format(from), pointintime.Format(to)))
}

func errorRangeTooLong(from, to time.Time, days int) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("from"), "Range is too long",
		fmt.Sprintf("From %s to %s are %d days in UTC. This data source queries up to %d days, one call a day.\n"+
			"Set a later from, or use several data sources.",
			pointintime.Format(from), pointintime.Format(to), days, windowDays))
}

func errorLatestBound(at path.Path) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Range cannot use latest",
		fmt.Sprintf("%s is \"latest\", but the windows are what tells the latest moment.\n"+
			"Set RFC 3339 or epoch milliseconds, or leave %[1]s out. "+
			"By default the range ends now, and starts seven days before its end.", at))
}
