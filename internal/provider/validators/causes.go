// SPDX-License-Identifier: MPL-2.0

package validators

// shown is how many entries of one cause a message names, and how many causes get a message of their own.
const shown = 10

// Causes groups entries that are wrong by what is wrong with them, so that one cause is one message, however many
// entries it has. The zero value has none.
type Causes[E any] struct {
	groups [][]E
	index  map[string]int // into groups, by cause
}

// Add adds an entry. After the first causes, all others share the last group: each further one would be a message.
func (c *Causes[E]) Add(cause string, entry E) {
	if c.index == nil {
		c.index = map[string]int{}
	}
	i, known := c.index[cause]
	if !known {
		if i = min(len(c.groups), shown); i == len(c.groups) {
			c.groups = append(c.groups, nil)
		}
		c.index[cause] = i
	}
	c.groups[i] = append(c.groups[i], entry)
}

// Groups are the entries of each cause, in the order in which they were added.
func (c *Causes[E]) Groups() [][]E { return c.groups }

// Others is what a message about the first of some entries says about the others. It describes those that it shows, and
// no more: a description may take a while.
func Others[E any](entries []E, describe func(E) string) string {
	if len(entries) < 2 {
		return ""
	}
	var lines []string
	for _, entry := range entries[1:min(shown, len(entries))] {
		lines = append(lines, describe(entry))
	}
	return others(len(entries)-1, lines)
}
