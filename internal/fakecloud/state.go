// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"maps"
	"slices"
	"time"
)

// lifetime is one existence of a table or collection, from created until dropped (zero = still exists).
type lifetime struct {
	created, dropped time.Time
	partitionParent  bool
}

// objects holds tables or collections by name. Only completed restores change it.
type objects map[string][]lifetime

func newObjects(tables Tables, start time.Time) objects {
	list := objects{}
	for name, table := range tables {
		list[name] = []lifetime{{table.Created.Time(start), table.Dropped.Time(start), table.PartitionParent}}
	}
	return list
}

func (o objects) at(name string, moment time.Time) bool {
	return slices.ContainsFunc(o[name], func(l lifetime) bool {
		return !moment.Before(l.created) && (l.dropped.IsZero() || moment.Before(l.dropped))
	})
}

// namesAt lists, in order, the names that existed at the moment, without parents of partitioned tables.
func (o objects) namesAt(moment time.Time) []string {
	names := []string{}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if o.at(name, moment) && !o.isPartitionParent(name) {
			names = append(names, name)
		}
	}
	return names
}

func (o objects) isPartitionParent(name string) bool {
	return slices.ContainsFunc(o[name], func(l lifetime) bool { return l.partitionParent })
}

func (o objects) add(name string, created time.Time) {
	o[name] = append(o[name], lifetime{created: created})
}

// catalogue is database → schema → tables.
type catalogue map[string]map[string]objects

func newCatalogue(databases map[string]Schemas, start time.Time) catalogue {
	list := catalogue{}
	for database, schemas := range databases {
		list[database] = map[string]objects{}
		for schema, tables := range schemas {
			list[database][schema] = newObjects(tables, start)
		}
	}
	return list
}

type rdsInstance struct {
	RDSInstance
	tables catalogue
}

type ddsInstance struct {
	DDSInstance
	collections map[string]objects
}

type dwsCluster struct {
	DWSCluster
	tables catalogue
}

type dwsSnapshot struct {
	DWSSnapshot
	cluster *dwsCluster
	tables  catalogue
}

type account struct {
	Account
	unusedPasscodes []string
	wrongPasswords  int // in a row, wrong passcodes included
	noLoginUntil    time.Time
	minutes         map[string]*minute // of the RDS rate limit, by operation
}

// build turns the world into the cloud's initial state. It fixes the relative moments of tables, tokens and snapshots;
// those of windows stay relative.
func (c *Cloud) build(world World, start time.Time) {
	for _, a := range world.Accounts {
		a.Tokens = slices.Clone(a.Tokens)
		for i, token := range a.Tokens {
			a.Tokens[i].Expires = At(token.Expires.Time(start))
		}
		known := &account{Account: a, unusedPasscodes: slices.Clone(a.Passcodes)}
		c.accounts = append(c.accounts, known)
		if a.AccessKey != "" {
			c.keys = append(c.keys, &accessKey{
				access: a.AccessKey, secret: a.SecretKey, securityToken: a.SecurityToken, account: known,
			})
		}
	}
	c.projects = slices.Clone(world.Projects)
	for _, instance := range world.RDSInstances {
		instance.Status = orDefault(instance.Status, "ACTIVE")
		instance.Type = orDefault(instance.Type, "Single")
		instance.Engine = orDefault(instance.Engine, "PostgreSQL")
		instance.Version = orDefault(instance.Version, "15")
		if instance.TableLimit == 0 {
			instance.TableLimit = 2000
		}
		c.rds = append(c.rds, &rdsInstance{instance, newCatalogue(instance.Databases, start)})
	}
	for _, instance := range world.DDSInstances {
		instance.Status = orDefault(instance.Status, "normal")
		instance.Mode = orDefault(instance.Mode, "ReplicaSet")
		instance.Version = orDefault(instance.Version, "4.2")
		collections := map[string]objects{}
		for database, names := range instance.Databases {
			collections[database] = newObjects(names, start)
		}
		c.dds = append(c.dds, &ddsInstance{instance, collections})
	}
	for _, cluster := range world.DWSClusters {
		cluster.Status = orDefault(cluster.Status, "AVAILABLE")
		cluster.SubStatus = orDefault(cluster.SubStatus, "NORMAL")
		cluster.Version = orDefault(cluster.Version, "9.1.0")
		c.clusters = append(c.clusters, &dwsCluster{cluster, newCatalogue(cluster.Databases, start)})
	}
	for _, snapshot := range world.DWSSnapshots {
		snapshot.Status = orDefault(snapshot.Status, "AVAILABLE")
		snapshot.BackupLevel = orDefault(snapshot.BackupLevel, "cluster")
		snapshot.Started = At(snapshot.Started.Time(start))
		snapshot.Finished = At(snapshot.Finished.Time(start))
		for _, cluster := range c.clusters {
			if cluster.ID == snapshot.ClusterID {
				tables := newCatalogue(snapshot.Databases, start)
				c.snapshots = append(c.snapshots, &dwsSnapshot{snapshot, cluster, tables})
			}
		}
	}
}

func orDefault(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}

func (c *Cloud) accountNamed(userName string) *account {
	for _, account := range c.accounts {
		if account.UserName == userName {
			return account
		}
	}
	return nil
}

func (c *Cloud) project(id string) *Project {
	for i := range c.projects {
		if c.projects[i].ID == id {
			return &c.projects[i]
		}
	}
	return nil
}

// minute is a window of a rate limit.
type minute struct {
	start    time.Time
	requests int
}
