// SPDX-License-Identifier: MPL-2.0

package dds

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
	"terraform-provider-x/internal/provider/lookup"
	"terraform-provider-x/internal/provider/restore"
)

// unfitStatuses are the statuses that waiting does not end (DDS API reference, Querying Instances and Details).
var unfitStatuses = []string{"abnormal", "frozen", "data_disk_full", "createfail", "enlargefail"}

// check is one preflight of a DDS restore.
type check struct {
	m          *collectionRestore
	look       lookup.Region
	f          *restore.Findings
	instanceID string
	latest     time.Time // the newest moment there is; zero if it is not known
}

// Check looks up the instance, and for each entry its moment, its database, its collections and their new names.
func (m *collectionRestore) Check(ctx context.Context, look lookup.Region, f *restore.Findings) {
	c := check{m: m, look: look, f: f, instanceID: m.TargetID()}
	if !c.instance(ctx) {
		return
	}
	databases, _ := restore.Elements[databaseModel](ctx, m.RestoreCollections)
	root := path.Root("restore_collections")
	if wanted := m.latest(ctx); wanted || single(databases) {
		latest, found, err := newestMoment(ctx, look, c.instanceID)
		unknown := f.AddError(ctx, root, err)
		switch {
		case wanted && unknown:
			f.AddNoLatest(ctx, root, err)
			return
		case wanted && !found:
			f.Add(errorNoLatest(c.instanceID))
			return
		}
		c.latest = latest
	}
	for i, database := range databases {
		if ctx.Err() != nil {
			return
		}
		c.database(ctx, root.AtListIndex(i), database)
	}
}

// single reports whether there is a collection that is restored by itself. Its new name must be free now.
func single(databases []databaseModel) bool {
	return slices.ContainsFunc(databases, func(d databaseModel) bool { return len(d.Collections) > 0 })
}

// instance checks the instance, and reports whether to continue.
func (c check) instance(ctx context.Context) bool {
	instance, err := instance(ctx, c.look, c.instanceID)
	switch {
	case client.IsNotFound(err):
		c.f.Add(errorNoInstance(c.instanceID, c.look.Client.Region()))
	case c.f.AddError(ctx, path.Root("instance_id"), err):
		return c.f.MayContinue(ctx)
	case !strings.EqualFold(instance.Mode, "ReplicaSet"):
		// The API reference knows replica sets only; newer user guides also show clusters, in the console.
		c.f.Add(errorMode(instance))
	case olderThan4(instance.Version):
		c.f.Add(errorVersion(instance))
	case slices.Contains(unfitStatuses, strings.ToLower(instance.Status)):
		c.f.Add(errorUnfit(instance))
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

// database checks one entry.
func (c check) database(ctx context.Context, root path.Path, database databaseModel) {
	if !database.RestoreDatabaseTime.IsNull() {
		at, valid := c.time(ctx, root.AtName("restore_database_time"), database.RestoreDatabaseTime)
		if valid && c.databaseExists(ctx, root, database.Database.ValueString(), at) {
			c.serviceNames(ctx, root, database, at)
		}
		return
	}
	for i, collection := range database.Collections {
		c.collection(ctx, root, i, database.Database.ValueString(), collection)
	}
}

// collection checks one collection of an entry.
func (c check) collection(ctx context.Context, root path.Path, index int, database string, collection collectionModel) {
	entry := root.AtName("collections").AtListIndex(index)
	at, valid := c.time(ctx, entry.AtName("restore_collection_time"), collection.RestoreCollectionTime)
	if !valid || !c.databaseExists(ctx, root, database, at) {
		return
	}
	there, err := restorableCollections(ctx, c.look, c.instanceID, database, at)
	if !c.f.AddError(ctx, entry, err) && !slices.Contains(there, collection.OldName.ValueString()) {
		c.f.Add(c.errorNoCollection(at, entry, database, collection.OldName.ValueString(), there))
	}
	newName, _ := c.m.newName(collection)
	c.target(ctx, entry, database, newName)
}

// time is the moment that a value means; false ends the check.
func (c check) time(ctx context.Context, root path.Path, value pointintime.Value) (time.Time, bool) {
	at, explicit := value.Moment()
	if !explicit {
		return c.latest, !c.latest.IsZero()
	}
	windows, err := restoreWindows(ctx, c.look, c.instanceID, at)
	if c.f.AddError(ctx, root, err) {
		return at, c.f.MayContinue(ctx)
	}
	// Some read a day as ending at 23:59:59, which leaves out most of its last second.
	if lookup.Within(windows, at) || lookup.Within(windows, at.Truncate(time.Second)) {
		return at, true
	}
	if near, err := windowsNear(ctx, c.look, c.instanceID, at); err == nil {
		windows = near
	}
	c.f.Add(errorNotRestorable(c.instanceID, root, at, windows))
	return at, false
}

func (c check) databaseExists(ctx context.Context, root path.Path, name string, at time.Time) bool {
	there, err := restorableDatabases(ctx, c.look, c.instanceID, at)
	if c.f.AddError(ctx, root, err) {
		return c.f.MayContinue(ctx)
	}
	if slices.Contains(there, name) {
		return true
	}
	c.f.Add(errorNoDatabase(c.instanceID, at, root, name, there))
	return false
}

// serviceNames rejects the restore of a whole database if one of its collections would get a name that is too long. The
// service adds a timestamp whose length is not documented; it is taken for milliseconds.
func (c check) serviceNames(ctx context.Context, root path.Path, database databaseModel, at time.Time) {
	there, err := restorableCollections(ctx, c.look, c.instanceID, database.Database.ValueString(), at)
	if c.f.AddError(ctx, root, err) {
		return
	}
	for _, collection := range there {
		if name := namespace(database, defaultName(collection, at)); tooLong(name) {
			length := utf8.RuneCountInString(name)
			c.f.Add(errorLongCopy(root, database.Database.ValueString(), collection, length))
		}
	}
}

// target rejects a new name that is taken: the restore would fail (DDS user guide, "Restoring Databases and Collections
// to a Point in Time"). The service lists what existed a few minutes ago, not what exists now. So it cannot list a copy
// of the latest moment, whose default name is "" here.
func (c check) target(ctx context.Context, entry path.Path, database, newName string) {
	if newName == "" || c.latest.IsZero() {
		return
	}
	there, err := restorableCollections(ctx, c.look, c.instanceID, database, c.latest)
	if client.IsNotFound(err) || c.f.AddError(ctx, entry, err) || !slices.Contains(there, newName) {
		return
	}
	c.f.Add(errorNameTaken(c.instanceID, c.latest, entry, database, newName))
}
