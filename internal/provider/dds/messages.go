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
	adviceSecondCopy      = "One restore brings a collection back once; for a second copy use a second resource."
	adviceJoinCollections = "Put the collections of both into one entry."
	commentServiceChose   = "// The service chose the time in the name: "
)

func errorMixedLatest() diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("restore_collections"), "The latest moment and another",
		"Some times in restore_collections are \"latest\", others are not. What the service makes of different times in one restore is not documented, "+
			"and restored_to could not say what was restored: use a resource for each.")
}

func errorBothLevels(at path.Path, database string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Both levels",
		fmt.Sprintf("%s (database %q) has restore_database_time, which restores the whole database, as well as collections. Remove one of the two.",
			at, database))
}

func errorNeitherLevel(at path.Path, database string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Neither level",
		fmt.Sprintf("%s (database %q) needs restore_database_time, to restore the whole database, or collections.", at, database))
}

func errorLongName(at path.Path, namespace string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Name too long",
		fmt.Sprintf("%s makes %q, which has %d characters; DDS restores up to %d. Choose a shorter name.",
			at, namespace, utf8.RuneCountInString(namespace), longestNamespace))
}

func errorLongDefaultName(at path.Path, length int) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Name too long",
		fmt.Sprintf("Without new_name, %s would be restored under a name of some %d characters; DDS restores up to %d. Give it a new_name.",
			at, length, longestNamespace))
}

func errorEqualTargets(earlier, at path.Path, name string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at.AtName("new_name"), "Equal targets",
		fmt.Sprintf("%s and %s would both be restored as %q. Give each a new_name of its own.", earlier, at, name))
}

func errNothingToRestore(instanceID string) error {
	return fmt.Errorf("instance %s has had no moment in the last %d days that it can be restored to", instanceID, newestDays)
}

func errorNoInstance(id, region string) diag.Diagnostic {
	return restore.Rejection(path.Root("instance_id"), "No such instance",
		"There is no DDS instance %s in region %s, in the project of these credentials.", id, region)
}

func errorMode(instance client.DDSInstance) diag.Diagnostic {
	return restore.Rejection(path.Root("instance_id"), "Not a replica set",
		"Instance %s (%s) is of mode %s; collections can be restored in a replica set only.", instance.ID, instance.Name, instance.Mode)
}

func errorVersion(instance client.DDSInstance) diag.Diagnostic {
	return restore.Rejection(path.Root("instance_id"), "Version too old",
		"Instance %s (%s) is of version %s; collections can be restored from version 4.0 on.", instance.ID, instance.Name, instance.Version)
}

func errorUnfit(instance client.DDSInstance) diag.Diagnostic {
	return restore.Rejection(path.Root("instance_id"), "The instance cannot restore",
		"Instance %s (%s) is in status %s, in which nothing can be restored.", instance.ID, instance.Name, instance.Status)
}

func errorNoLatest(instanceID string) diag.Diagnostic {
	return restore.Rejection(path.Root("restore_collections"), lookup.NothingToRestore,
		"Instance %s has had no moment in the last %d days that it can be restored to, so there is no latest one.", instanceID, newestDays)
}

// noMoment says that an instance has no moment to restore to.
func noMoment(instanceID string) string {
	return fmt.Sprintf("Instance %s has had no moment in the last %d days that it can be restored to, so there is no latest one. "+
		"For an earlier one see data source x_dds_restore_windows.", instanceID, newestDays)
}

func errorNotRestorable(instanceID string, root path.Path, at time.Time, windows []client.Window) diag.Diagnostic {
	return restore.Rejection(root, lookup.NotRestorable, "%s is %s, which instance %s cannot be restored to. %s",
		root, pointintime.Format(at), instanceID, nearestMoments(windows, at))
}

// nearestMoments says which moments around one that cannot be restored to can.
func nearestMoments(windows []client.Window, at time.Time) string {
	if len(windows) == 0 {
		return "Nor is there any other moment for " + strconv.Itoa(nearDays) + " days before or after it. See data source x_dds_restore_windows."
	}
	return lookup.NearestMoments(windows, at)
}

func errorNoDatabase(instanceID string, at time.Time, root path.Path, name string, there []string) diag.Diagnostic {
	return restore.Rejection(root.AtName("database"), "No such database at that time",
		"%s is database %q, which instance %s did not have at %s.%s", root, name, instanceID, pointintime.Format(at),
		lookup.DidYouMean(name, there))
}

func errorNoCollection(instanceID string, at time.Time, entry path.Path, database, name string, there []string) diag.Diagnostic {
	return restore.Rejection(entry.AtName("old_name"), "No such collection at that time",
		"%s is %s.%s, which instance %s did not have at %s. The service would create an empty collection without a word.%s",
		entry, database, name, instanceID, pointintime.Format(at), lookup.DidYouMean(name, there))
}

func errorLongCopy(root path.Path, database, collection string, length int) diag.Diagnostic {
	return restore.Rejection(root, "Name too long",
		"%s is database %q, whose collection %q would be restored under a name of some %d characters; DDS restores up to %d. "+
			"Restore its collections singly, with a new_name for that one.", root, database, collection, length, longestNamespace)
}

func errorNameTaken(instanceID string, latest time.Time, entry path.Path, database, newName string) diag.Diagnostic {
	return restore.Rejection(entry.AtName("new_name"), "The new name is taken",
		"%s is to be restored as %s.%s, and instance %s had a collection of that name at %s: the restore would fail. "+
			"Drop that collection, or choose another new_name. If it was dropped only just now, "+
			"wait until the service has a later moment to offer. "+restore.OwnTarget,
		entry, database, newName, instanceID, pointintime.Format(latest))
}

// errorDatabaseArgument is for the data source's argument database.
func errorDatabaseArgument(instanceID string, at time.Time, name string, there []string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("database"), "No such database at that time",
		fmt.Sprintf("database is %q, which instance %s did not have at %s.%s",
			name, instanceID, pointintime.Format(at), lookup.DidYouMean(name, there)))
}

func errorRangeOrder(from, to time.Time) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("from"), "The range ends before it begins",
		fmt.Sprintf("from is %s, and the range ends at %s. Choose an earlier from, or a later to; without to, the range ends now.",
			pointintime.Format(from), pointintime.Format(to)))
}

func errorRangeTooLong(from, to time.Time, days int) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("from"), "The range is too long",
		fmt.Sprintf("From %s to %s are %d days in UTC. The service answers for one day a call, and this data source asks for up to %d: "+
			"choose a later from, or several data sources.", pointintime.Format(from), pointintime.Format(to), days, windowDays))
}

func errorLatestBound(at path.Path) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "The latest moment is no bound",
		fmt.Sprintf("%s is \"latest\", which is what the windows are to tell. Write RFC 3339 or epoch milliseconds, or leave %[1]s out: "+
			"the range then ends now, and begins seven days before its end.", at))
}
