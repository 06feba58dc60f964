// SPDX-License-Identifier: MPL-2.0

package dds

import (
	"context"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-x/internal/provider/lookup"
	"terraform-provider-x/internal/provider/names"
	"terraform-provider-x/internal/provider/restore"
)

// This file has how a restore finds the service's own spelling of names.

// ownNames are the service's own names of what a configuration cannot write as it is.
type ownNames struct {
	databases   map[string]string
	collections map[[2]string]string // by database and collection, as the configuration has them
}

func newOwnNames() ownNames { return ownNames{map[string]string{}, map[[2]string]string{}} }

func (o ownNames) database(name string) string {
	if own, known := o.databases[name]; known {
		return own
	}
	return name
}

func (o ownNames) collection(database, name string) string {
	if own, known := o.collections[[2]string{database, name}]; known {
		return own
	}
	return name
}

// question asks for the collections of a database at a moment, or for the databases if it names none.
type question struct {
	database string
	at       time.Time
}

// answer is the answer to a question.
type answer struct {
	all       []string
	has       map[string]bool
	spellings names.Index
	lacks     map[string]bool // those that are known to be missed
	err       error
	told      map[bool]bool // that there was an error; to an entry that needs it, and to one that does not
}

// CheckTargets finds the service's own spelling of each name that Terraform, or a file that it comes from, may have
// changed. Of a collection with another name, the service would restore an empty one without an error. Nearly all names
// are ASCII and need no lookup.
func (m *collectionRestore) CheckTargets(ctx context.Context, look lookup.Region, f *restore.Findings) {
	m.own = ownNames{}
	databases, _ := restore.Elements[databaseModel](ctx, m.RestoreCollections)
	c := newCheck(m, look, f)
	c.always = true
	for i, database := range databases {
		root, name := path.Root("restore_collections").AtListIndex(i), database.Database.ValueString()
		if at, known := m.moment(database.RestoreDatabaseTime); known && !names.Certain(name) {
			c.ownDatabase(ctx, root, name, at)
		}
		for j, collection := range database.Collections {
			old := collection.OldName.ValueString()
			at, known := m.moment(collection.RestoreCollectionTime)
			if !known || names.Certain(name) && names.Certain(old) || ctx.Err() != nil {
				continue
			}
			own, there := name, true
			if !names.Certain(name) {
				own, there = c.ownDatabase(ctx, root, name, at)
			}
			if there && !names.Certain(old) {
				c.ownCollection(ctx, place{at: root.AtName("collections").AtListIndex(j), database: name, collection: old}, own, at)
			}
		}
	}
	c.report(ctx)
	m.own = c.own
}

// ask makes a lookup, once.
func (c *check) ask(ctx context.Context, q question) *answer {
	there := c.answers[q]
	if there == nil {
		there = &answer{has: map[string]bool{}, lacks: map[string]bool{}, told: map[bool]bool{}}
		if q.database == "" {
			there.all, there.err = restorableDatabases(ctx, c.look, c.instanceID, q.at)
		} else {
			there.all, there.err = restorableCollections(ctx, c.look, c.instanceID, q.database, q.at)
		}
		for _, name := range there.all {
			there.has[name] = true
		}
		there.spellings = names.NewIndex(there.all)
		c.answers[q] = there
	}
	return there
}

// failed reports whether there was no answer. The first entry that wanted it is told why. A name that may not be the
// service's own is not sent without it.
func (c *check) failed(ctx context.Context, at path.Path, name string, there *answer) bool {
	needed := !names.Certain(name)
	if !there.told[needed] {
		there.told[needed] = true
		if needed {
			c.f.AddNeededError(ctx, at, there.err, errorNameUnseen(at, name, there.err))
		} else {
			c.f.AddError(ctx, at, there.err)
		}
	}
	return there.err != nil
}

// ownDatabase is the service's own name of a database; false ends the check of the entry.
func (c *check) ownDatabase(ctx context.Context, root path.Path, name string, at time.Time) (string, bool) {
	there := c.ask(ctx, question{at: at})
	if c.failed(ctx, root, name, there) {
		return name, names.Certain(name) && c.f.MayContinue(ctx)
	}
	found := there.spellings.Find(name)
	switch {
	case len(found) == 1:
		c.own.databases[name] = found[0]
		return found[0], true
	case there.lacks[name]: // the collections of a database share one message
	case len(found) == 0:
		c.noDatabase.Add(at.String(), missing{place{at: root, database: name}, at, there.all})
	default:
		c.ambiguous = append(c.ambiguous, ambiguous{root.AtName("database"), name, found})
	}
	there.lacks[name] = true
	return "", false
}

// ownCollection finds the service's own name of a collection of a database, which is given by its own name; false ends
// the check of the entry.
func (c *check) ownCollection(ctx context.Context, entry place, database string, at time.Time) bool {
	there := c.ask(ctx, question{database, at})
	if c.failed(ctx, entry.at, entry.collection, there) {
		return c.f.MayContinue(ctx)
	}
	switch found := there.spellings.Find(entry.collection); len(found) {
	case 0:
		c.noCollection.Add(entry.database+"\n"+at.String(), missing{entry, at, there.all})
	case 1:
		c.own.collections[[2]string{entry.database, entry.collection}] = found[0]
	default:
		c.ambiguous = append(c.ambiguous, ambiguous{entry.at.AtName("old_name"), entry.collection, slices.Clone(found)})
	}
	return true
}

// ambiguous is a name for which the service has several, which differ in their bytes only.
type ambiguous struct {
	at        path.Path
	name      string
	spellings []string
}
