// SPDX-License-Identifier: MPL-2.0

package dds

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
	"terraform-provider-x/internal/provider/lookup"
	"terraform-provider-x/internal/provider/restore"
	"terraform-provider-x/internal/provider/validators"
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

	// What was asked, also without success: many entries share a moment and a database.
	moments map[time.Time]*moment
	answers map[question]*answer

	// What was found: one message for all entries with the same cause.
	outside                  validators.Causes[outside]
	noDatabase, noCollection validators.Causes[missing]
	long, taken              []place
	ambiguous                []ambiguous

	own    ownNames
	always bool // preflight = false does not turn it off
}

func newCheck(m *collectionRestore, look lookup.Region, f *restore.Findings) *check {
	return &check{
		m: m, look: look, f: f, instanceID: m.TargetID(), own: newOwnNames(),
		moments: map[time.Time]*moment{}, answers: map[question]*answer{},
	}
}

// moment is one that a restore goes to, and the windows of its day.
type moment struct {
	at      time.Time
	windows []client.Window
	asked   bool // the windows are known
	outside bool // it is in none of them
}

// outside is where a moment is written that is in no window.
type outside struct {
	root path.Path
	at   time.Time
}

// missing is an entry that is not among the names that were listed for a moment.
type missing struct {
	place
	moment time.Time
	there  []string
}

// Check looks up the instance, and for each entry its moment, its database, its collections and their new names. If it
// is repeated, it looks up the databases and collections: of one that was not there, the service would restore an empty
// one.
func (m *collectionRestore) Check(ctx context.Context, look lookup.Region, f *restore.Findings) {
	c := newCheck(m, look, f)
	if !f.Repeated && !c.instance(ctx) {
		return
	}
	databases, _ := restore.Elements[databaseModel](ctx, m.RestoreCollections)
	root := path.Root("restore_collections")
	if wanted := m.latest(ctx); wanted || single(databases) && !f.Repeated {
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
	c.report(ctx)
}

// single reports whether there is a collection that is restored by itself. Its new name must be free now.
func single(databases []databaseModel) bool {
	return slices.ContainsFunc(databases, func(d databaseModel) bool { return len(d.Collections) > 0 })
}

// instance checks the instance, and reports whether to continue.
func (c *check) instance(ctx context.Context) bool {
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
func (c *check) database(ctx context.Context, root path.Path, database databaseModel) {
	if !database.RestoreDatabaseTime.IsNull() {
		at, valid := c.time(ctx, root.AtName("restore_database_time"), database.RestoreDatabaseTime)
		if !valid {
			return
		}
		if own, there := c.ownDatabase(ctx, root, database.Database.ValueString(), at); there && !c.f.Repeated {
			c.serviceNames(ctx, root, own, at)
		}
		return
	}
	for i, collection := range database.Collections {
		if ctx.Err() != nil {
			return
		}
		c.collection(ctx, root, i, database.Database.ValueString(), collection)
	}
}

// collection checks one collection of an entry.
func (c *check) collection(
	ctx context.Context,
	root path.Path,
	index int,
	database string,
	collection collectionModel,
) {
	entry := root.AtName("collections").AtListIndex(index)
	at, valid := c.time(ctx, entry.AtName("restore_collection_time"), collection.RestoreCollectionTime)
	if !valid {
		return
	}
	own, there := c.ownDatabase(ctx, root, database, at)
	name := place{at: entry, database: database, collection: collection.OldName.ValueString()}
	if !there || !c.ownCollection(ctx, name, own, at) {
		return
	}
	newName, _ := c.m.newName(collection)
	c.target(ctx, entry, own, newName)
}

// time is the moment that a value means; false ends the check of the entry.
func (c *check) time(ctx context.Context, root path.Path, value pointintime.Value) (time.Time, bool) {
	at, explicit := value.Moment()
	if !explicit {
		return c.latest, !c.latest.IsZero()
	}
	if c.f.Repeated {
		return at, true
	}
	known := c.moments[at]
	if known == nil {
		windows, err := restoreWindows(ctx, c.look, c.instanceID, at)
		known = &moment{at: at, windows: windows, asked: !c.f.AddError(ctx, root, err)}
		// Some read a day as ending at 23:59:59, which leaves out most of its last second.
		known.outside = known.asked && !lookup.Within(windows, at) && !lookup.Within(windows, at.Truncate(time.Second))
		c.moments[at] = known
	}
	if known.outside {
		c.outside.Add(at.String(), outside{root, at})
	}
	return at, !known.outside && (known.asked || c.f.MayContinue(ctx))
}

// serviceNames rejects the restore of a whole database if one of its collections would get a name that is too long. The
// service adds a timestamp whose length is not documented; it is taken for milliseconds.
func (c *check) serviceNames(ctx context.Context, root path.Path, database string, at time.Time) {
	there := c.ask(ctx, question{database, at})
	if c.failed(ctx, root, "", there) {
		return
	}
	for _, collection := range there.all {
		if name := database + "." + defaultName(collection, at); tooLong(name) {
			c.long = append(c.long, place{at: root, database: database, collection: collection, newName: name})
		}
	}
}

// target rejects a new name that is taken: the restore would fail (DDS user guide, "Restoring Databases and Collections
// to a Point in Time"). The service lists what existed a few minutes ago, not what exists now. So it cannot list a copy
// of the latest moment, whose default name is "" here.
func (c *check) target(ctx context.Context, entry path.Path, database, newName string) {
	if newName == "" || c.latest.IsZero() {
		return
	}
	there := c.ask(ctx, question{database, c.latest})
	if client.IsNotFound(there.err) || c.failed(ctx, entry, "", there) {
		return
	}
	if there.has[newName] {
		c.taken = append(c.taken, place{at: entry, database: database, newName: newName})
	}
}

// report adds what was found.
func (c *check) report(ctx context.Context) {
	for _, found := range c.outside.Groups() {
		at := found[0].at
		windows := c.moments[at].windows
		if near, err := windowsNear(ctx, c.look, c.instanceID, at); err == nil {
			windows = near
		}
		c.f.Add(errorNotRestorable(c.instanceID, found, windows))
	}
	for _, entries := range c.noDatabase.Groups() {
		c.f.Add(c.errorNoDatabase(entries))
	}
	for _, entries := range c.noCollection.Groups() {
		c.f.Add(c.errorNoCollection(entries))
	}
	if len(c.ambiguous) > 0 {
		c.f.Add(errorAmbiguous(c.instanceID, c.ambiguous))
	}
	if len(c.long) > 0 {
		c.f.Add(errorLongCopy(c.long))
	}
	if len(c.taken) > 0 {
		c.f.Add(errorNameTaken(c.instanceID, c.latest, c.taken))
	}
}
