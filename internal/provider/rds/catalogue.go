// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"slices"
	"strconv"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/provider/names"
)

// catalogue is what the service lists, by names in the form in which a configuration has them: there may be thousands
// of tables to look for.
type catalogue struct {
	client.RDSRestorableTables
	schemas   map[string]map[string]bool // by database
	spellings map[client.RDSTableName][]client.RDSTableName
}

func newCatalogue(listed client.RDSRestorableTables) catalogue {
	c := catalogue{listed, map[string]map[string]bool{}, map[client.RDSTableName][]client.RDSTableName{}}
	for _, table := range listed.Tables {
		as := normal(table)
		if c.schemas[as.Database] == nil {
			c.schemas[as.Database] = map[string]bool{}
		}
		c.schemas[as.Database][as.Schema] = true
		if !slices.Contains(c.spellings[as], table) {
			c.spellings[as] = append(c.spellings[as], table)
		}
	}
	return c
}

func normal(table client.RDSTableName) client.RDSTableName {
	return client.RDSTableName{
		Database: names.Normal(table.Database), Schema: names.Normal(table.Schema), Table: names.Normal(table.Table),
	}
}

// find are the service's own names of a table: none if it is not listed, several if only their bytes differ.
func (c catalogue) find(e tableEntry) []client.RDSTableName {
	return c.spellings[normal(e.RDSTableName)]
}

// lacksAny reports whether a whole list lacks one of the tables.
func (c catalogue) lacksAny(entries []tableEntry) bool {
	return !c.Truncated() && slices.ContainsFunc(entries, func(e tableEntry) bool { return len(c.find(e)) == 0 })
}

// lacks is why a table is not listed: its database or its schema is not, or only the table itself. It is a cause.
func (c catalogue) lacks(e tableEntry) string {
	as := normal(e.RDSTableName)
	switch schemas := c.schemas[as.Database]; {
	case schemas == nil:
		return "database " + strconv.Quote(e.Database)
	case !schemas[as.Schema]:
		return "schema " + strconv.Quote(e.Database) + strconv.Quote(e.Schema)
	}
	return "table"
}

// certain reports whether all names of a table surely are the service's own.
func (e tableEntry) certain() bool {
	return names.Certain(e.Database) && names.Certain(e.Schema) && names.Certain(e.Table)
}

// named reports whether the configuration chooses the name of the restored table.
func (e tableEntry) named() bool { return !e.defaultName }
