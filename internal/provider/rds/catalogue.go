// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"strconv"

	"terraform-provider-x/internal/client"
)

// catalogue is what the service lists, by names: a configuration may have thousands of tables to look for.
type catalogue struct {
	client.RDSRestorableTables
	schemas map[string]map[string]bool // by database
}

func newCatalogue(listed client.RDSRestorableTables) catalogue {
	c := catalogue{listed, map[string]map[string]bool{}}
	for _, table := range listed.Tables {
		if c.schemas[table.Database] == nil {
			c.schemas[table.Database] = map[string]bool{}
		}
		c.schemas[table.Database][table.Schema] = true
	}
	return c
}

// lacks is why a table is not listed: its database or its schema is not, or only the table itself. It is a cause.
func (c catalogue) lacks(e tableEntry) string {
	switch schemas := c.schemas[e.Database]; {
	case schemas == nil:
		return "database " + strconv.Quote(e.Database)
	case !schemas[e.Schema]:
		return "schema " + strconv.Quote(e.Database) + strconv.Quote(e.Schema)
	}
	return "table"
}
