// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
)

// ddsUnfit are the statuses that no waiting mends (DDS API reference, Querying Instances and Details).
var ddsUnfit = []string{"abnormal", "frozen", "data_disk_full", "createfail", "enlargefail"}

// checkDDSCollectionRestore is the preflight of databases and collections of DDS.
func checkDDSCollectionRestore(ctx context.Context, look lookups, m ddsCollectionRestoreModel, f *preflightFindings) {
	id := m.InstanceID.ValueString()
	if !checkDDSInstance(ctx, look, id, f) {
		return
	}
	var databases []ddsDatabaseModel
	f.diags.Append(m.RestoreCollections.ElementsAs(ctx, &databases, false)...)
	root := path.Root("restore_collections")
	var latest time.Time
	if m.latest(ctx) || renames(databases) {
		var found bool
		var err error
		latest, found, err = look.ddsNewest(ctx, id)
		switch unknown := f.failed(ctx, root, err); {
		case !m.latest(ctx):
		case unknown:
			f.refuseLatest(ctx, root, err)
			return
		case !found:
			f.refuse(root, "Nothing to restore from", "Instance %s has had no moment in the last %d days that it can be restored to, so there is no latest one.", id, ddsNewestDays)
			return
		}
	}
	for i, database := range databases {
		if ctx.Err() != nil {
			return
		}
		checkDDSDatabase(ctx, look, id, root.AtListIndex(i), database, latest, f)
	}
}

// renames is true where a collection is to get a name, which must not be taken now.
func renames(databases []ddsDatabaseModel) bool {
	return slices.ContainsFunc(databases, func(database ddsDatabaseModel) bool {
		return slices.ContainsFunc(database.Collections, func(c ddsCollectionModel) bool { return c.NewName.ValueString() != "" })
	})
}

func checkDDSInstance(ctx context.Context, look lookups, id string, f *preflightFindings) bool {
	at := path.Root("instance_id")
	instance, err := look.ddsInstance(ctx, id)
	switch {
	case client.IsNotFound(err):
		f.refuse(at, "No such instance", "There is no DDS instance %s in region %s, in the project of these credentials.", id, look.client.Region())
	case f.failed(ctx, at, err):
		return f.mayGoOn(ctx)
	case !strings.EqualFold(instance.Mode, "ReplicaSet"):
		// The API reference knows replica sets only; newer user guides also show clusters, in the console.
		f.refuse(at, "Not a replica set", "Instance %s (%s) is of mode %s; collections can be restored in a replica set only.", id, instance.Name, instance.Mode)
	case olderThan4(instance.Version):
		f.refuse(at, "Version too old", "Instance %s (%s) is of version %s; collections can be restored from version 4.0 on.", id, instance.Name, instance.Version)
	case slices.Contains(ddsUnfit, strings.ToLower(instance.Status)):
		f.refuse(at, "The instance cannot restore", "Instance %s (%s) is in status %s, in which nothing can be restored.", id, instance.Name, instance.Status)
	default:
		return true
	}
	return false
}

func olderThan4(version string) bool {
	major, _, _ := strings.Cut(version, ".")
	number, err := strconv.Atoi(major)
	return err == nil && number < 4
}

// checkDDSDatabase checks one entry. Latest is the newest moment there is, or zero.
func checkDDSDatabase(ctx context.Context, look lookups, id string, root path.Path, database ddsDatabaseModel, latest time.Time, f *preflightFindings) {
	name := database.Database.ValueString()
	if !database.RestoreDatabaseTime.IsNull() {
		at, valid := checkDDSTime(ctx, look, id, root.AtName("restore_database_time"), database.RestoreDatabaseTime, latest, f)
		if valid && checkDDSDatabaseExists(ctx, look, id, root, name, at, f) {
			checkDDSNamesOf(ctx, look, id, root, name, at, f)
		}
		return
	}
	for i, collection := range database.Collections {
		entry := root.AtName("collections").AtListIndex(i)
		at, valid := checkDDSTime(ctx, look, id, entry.AtName("restore_collection_time"), collection.RestoreCollectionTime, latest, f)
		if !valid || !checkDDSDatabaseExists(ctx, look, id, root, name, at, f) {
			continue
		}
		there, err := look.ddsCollections(ctx, id, name, at)
		if !f.failed(ctx, entry, err) && !slices.Contains(there, collection.OldName.ValueString()) {
			f.refuse(entry.AtName("old_name"), "No such collection at that time",
				"%s is %s.%s, which instance %s did not have at %s. The service would create an empty collection without a word.%s",
				entry, name, collection.OldName.ValueString(), id, pointintime.Format(at), closest(collection.OldName.ValueString(), there))
		}
		checkDDSTarget(ctx, look, id, entry, name, collection.NewName.ValueString(), latest, f)
	}
}

// checkDDSTime is the moment that a value means; false where it is none to look further for.
func checkDDSTime(ctx context.Context, look lookups, id string, root path.Path, value pointintime.Value, latest time.Time, f *preflightFindings) (time.Time, bool) {
	at, explicit := value.Moment()
	if !explicit {
		return latest, !latest.IsZero()
	}
	windows, err := look.ddsWindows(ctx, id, at)
	if f.failed(ctx, root, err) {
		return at, f.mayGoOn(ctx)
	}
	// Some read a day as ending at 23:59:59, which leaves out most of its last second.
	if within(windows, at) || within(windows, at.Truncate(time.Second)) {
		return at, true
	}
	if near, err := look.ddsWindowsNear(ctx, id, at); err == nil {
		windows = near
	}
	f.refuse(root, "Not a moment that can be restored", "%s is %s, which instance %s cannot be restored to. %s",
		root, pointintime.Format(at), id, ddsMoments(windows, at))
	return at, false
}

// ddsNearDays is how many days before and after a moment that cannot be restored another is looked for.
const ddsNearDays = 3

func ddsMoments(windows []client.Window, at time.Time) string {
	if len(windows) == 0 {
		return "Nor is there any other moment for " + strconv.Itoa(ddsNearDays) + " days before or after it. See data source x_dds_restore_windows."
	}
	return moments(windows, at)
}

func checkDDSDatabaseExists(ctx context.Context, look lookups, id string, root path.Path, name string, at time.Time, f *preflightFindings) bool {
	there, err := look.ddsDatabases(ctx, id, at)
	if f.failed(ctx, root, err) {
		return f.mayGoOn(ctx)
	}
	if slices.Contains(there, name) {
		return true
	}
	f.refuse(root.AtName("database"), "No such database at that time", "%s is database %q, which instance %s did not have at %s.%s",
		root, name, id, pointintime.Format(at), closest(name, there))
	return false
}

// checkDDSNamesOf refuses to restore a whole database of which a collection would get a name that is too long.
func checkDDSNamesOf(ctx context.Context, look lookups, id string, root path.Path, database string, at time.Time, f *preflightFindings) {
	there, err := look.ddsCollections(ctx, id, database, at)
	if f.failed(ctx, root, err) {
		return
	}
	for _, collection := range there {
		if length := utf8.RuneCountInString(ddsDefaultNamespace(database, collection)); length > ddsNamespaceMaximum {
			f.refuse(root, "Name too long", "%s is database %q, whose collection %q would be restored under a name of some %d characters; DDS restores up to %d. "+
				"Restore its collections singly, with a new_name for that one.", root, database, collection, length, ddsNamespaceMaximum)
		}
	}
}

// checkDDSTarget refuses a new name that is taken: the restore would fail (DDS user guide, "Restoring Databases and Collections
// to a Point in Time"). What there is now is not to be had; what there was a few minutes ago is.
func checkDDSTarget(ctx context.Context, look lookups, id string, entry path.Path, database, newName string, latest time.Time, f *preflightFindings) {
	if newName == "" || latest.IsZero() {
		return
	}
	there, err := look.ddsCollections(ctx, id, database, latest)
	if client.IsNotFound(err) || f.failed(ctx, entry, err) || !slices.Contains(there, newName) {
		return
	}
	f.refuse(entry.AtName("new_name"), "The new name is taken",
		"%s is to be restored as %s.%s, and instance %s had a collection of that name at %s: the restore would fail. Drop that collection, or choose another new_name. "+
			"If it was dropped only just now, wait until the service has a later moment to offer. "+ownTarget,
		entry, database, newName, id, pointintime.Format(latest))
}
