// SPDX-License-Identifier: MPL-2.0

package dds

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

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

func describe(p place) string { return fmt.Sprintf("%s (database %q)", p.at, p.database) }

func errorBothLevels(entries []place) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(entries[0].at, "Restore scope is ambiguous",
		fmt.Sprintf("%s has restore_database_time, which restores the whole database, as well as collections.%s\n"+
			"Remove one of the two.",
			describe(entries[0]), validators.Others(entries, describe)))
}

func errorNeitherLevel(entries []place) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(entries[0].at, "Restore scope is missing",
		fmt.Sprintf("%s has neither restore_database_time nor collections.%s\n"+
			"Set restore_database_time to restore the whole database, or collections to restore some of it.",
			describe(entries[0]), validators.Others(entries, describe)))
}

// describeNewName names an entry by what it would be restored as.
func describeNewName(p place) string { return fmt.Sprintf("%s (%q)", p.at, p.newName) }

func errorLongName(entries []place) diag.Diagnostic {
	first := entries[0]
	return diag.NewAttributeErrorDiagnostic(first.at, "Name too long",
		fmt.Sprintf("%s results in %q, which has %d characters. DDS restores up to %d.%s\nChoose a shorter name.",
			first.at, first.newName, utf8.RuneCountInString(first.newName), longestNamespace,
			validators.Others(entries, describeNewName)))
}

func errorLongDefaultName(entries []place) diag.Diagnostic {
	first := entries[0]
	return diag.NewAttributeErrorDiagnostic(first.at, "Name too long",
		fmt.Sprintf("Without new_name, %s would be restored as %q, which has %d characters. DDS restores up to %d.%s\n"+
			"Set a new_name.",
			first.at, first.newName, utf8.RuneCountInString(first.newName), longestNamespace,
			validators.Others(entries, describeNewName)))
}

func errorEqualTargets(entries []place) diag.Diagnostic {
	first := entries[0]
	more := validators.Others(entries, func(p place) string {
		return fmt.Sprintf("%s and %s (%q)", p.earlier, p.at, p.newName)
	})
	return diag.NewAttributeErrorDiagnostic(first.at.AtName("new_name"), "Duplicate target name",
		fmt.Sprintf("%s and %s would both be restored as %q.%s\nGive each its own new_name.",
			first.earlier, first.at, first.newName, more))
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

func errorNotRestorable(instanceID string, found []outside, windows []client.Window) diag.Diagnostic {
	first := found[0]
	more := validators.Others(found, func(o outside) string {
		return fmt.Sprintf("%s (%s)", o.root, pointintime.Format(o.at))
	})
	return restore.Rejection(first.root, lookup.NotRestorable,
		"%s is %s. Instance %s cannot be restored to that moment.%s\n%s",
		first.root, pointintime.Format(first.at), instanceID, more, nearestMoments(windows, first.at))
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

func (c *check) errorNoDatabase(entries []missing) diag.Diagnostic {
	first := entries[0]
	suggest := func(m missing) string { return describe(m.place) + "." + lookup.DidYouMean(m.database, m.there) }
	return c.reject(first.at.AtName("database"), noDatabase,
		"%s is database %q. Instance %s did not have that database at %s.%s%s",
		first.at, first.database, c.instanceID, pointintime.Format(first.moment),
		lookup.DidYouMean(first.database, first.there), validators.Others(entries, suggest))
}

func (c *check) errorNoCollection(entries []missing) diag.Diagnostic {
	first := entries[0]
	suggest := func(m missing) string {
		return fmt.Sprintf("%s (%s.%s).%s", m.at, m.database, m.collection, lookup.DidYouMean(m.collection, m.there))
	}
	return c.reject(first.at.AtName("old_name"), "Collection not found at that time",
		"%s is %s.%s. Instance %s did not have that collection at %s.%s%s\n"+
			"The service would create an empty collection without an error.",
		first.at, first.database, first.collection, c.instanceID, pointintime.Format(first.moment),
		lookup.DidYouMean(first.collection, first.there), validators.Others(entries, suggest))
}

// reject rejects what is not listed. That is a refusal if the check cannot be turned off.
func (c *check) reject(at path.Path, summary, format string, arguments ...any) diag.Diagnostic {
	if c.always {
		return restore.Refusal(at, summary, adviceUnseen, format, arguments...)
	}
	return restore.Rejection(at, summary, format, arguments...)
}

const adviceUnseen = "Correct the name, or use credentials that may list what can be restored."

// errorNameUnseen is for a name that is not sent unless the service lists it.
func errorNameUnseen(at path.Path, name string, err error) diag.Diagnostic {
	return restore.Refusal(at, "Name cannot be checked", adviceUnseen,
		"%s has the name %q, with characters that Terraform may have changed. "+
			"The provider sends such a name only as the service lists it, and could not look that up.\n%v", at, name, err)
}

// errorAmbiguous is for names for which the service has several.
func errorAmbiguous(instanceID string, found []ambiguous) diag.Diagnostic {
	first := found[0]
	var spellings []string
	for _, name := range first.spellings {
		spellings = append(spellings, names.CodePoints(name))
	}
	more := validators.Others(found, func(a ambiguous) string { return fmt.Sprintf("%s (%q)", a.at, a.name) })
	return restore.Refusal(first.at, "Name is ambiguous",
		"Restore to a moment at which only one of them existed, or restore the whole database or instance.",
		"%s is %q. Instance %s has several names that look like that and differ in their characters:\n  %s\n"+
			"Terraform cannot tell them apart: it has every text in one form (Unicode NFC).%s",
		first.at, first.name, instanceID, strings.Join(spellings, "\n  "), more)
}

// errorLongCopy is for collections of databases that are restored whole. NewName is what each would be restored as.
func errorLongCopy(entries []place) diag.Diagnostic {
	first := entries[0]
	more := validators.Others(entries, func(p place) string {
		return fmt.Sprintf("%s (%s.%s)", p.at, p.database, p.collection)
	})
	return restore.Rejection(first.at, "Name too long",
		"%s is database %q. Its collection %q would be restored under a name of about %d characters. "+
			"DDS restores up to %d.%s\n"+
			"List the collections one by one, and give that one a new_name.",
		first.at, first.database, first.collection, utf8.RuneCountInString(first.newName), longestNamespace, more)
}

func errorNameTaken(instanceID string, latest time.Time, entries []place) diag.Diagnostic {
	first := entries[0]
	more := validators.Others(entries, func(p place) string {
		return fmt.Sprintf("%s (%s.%s)", p.at, p.database, p.newName)
	})
	return restore.Rejection(first.at.AtName("new_name"), "New name is taken",
		"%s is to be restored as %s.%s, but instance %s had a collection of that name at %s. The restore would fail.%s\n"+
			"Drop that collection, or choose another new_name. If you have only just dropped it, "+
			"wait until the service offers a later moment.\n"+restore.OwnTarget,
		first.at, first.database, first.newName, instanceID, pointintime.Format(latest), more)
}

// errorDatabaseArgument is for the data source's argument database. Spellings are those of several databases that it
// may mean.
func errorDatabaseArgument(instanceID string, at time.Time, name string, there, spellings []string) diag.Diagnostic {
	if len(spellings) > 0 {
		return errorAmbiguous(instanceID, []ambiguous{{path.Root("database"), name, spellings}})
	}
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
