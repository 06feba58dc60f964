// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// pages follows a list by record offset until a page is short or brings nothing new. It does not go by a total, which
// the services document but do not always send. It drops items that it has seen, by their identity: an item that
// appears meanwhile moves others to the next page. It stops early once enough is true; a nil enough never is.
func pages[T any, K comparable](
	limit int,
	identity func(T) K,
	enough func([]T) bool,
	page func(offset, limit string) ([]T, error),
) ([]T, error) {
	var all []T
	seen := map[K]bool{}
	for offset := 0; ; offset += limit {
		items, err := page(strconv.Itoa(offset), strconv.Itoa(limit))
		if err != nil {
			return nil, err
		}
		before := len(all)
		for _, item := range items {
			if key := identity(item); !seen[key] {
				seen[key] = true
				all = append(all, item)
			}
		}
		if len(items) < limit || len(all) == before || enough != nil && enough(all) {
			return all, nil
		}
	}
}

const (
	instancesPage = 100 // the limit of RDS and of DDS
	// mostListedInstances is where a list of all instances ends: whoever restores in a few of very many must not wait
	// for it.
	mostListedInstances = 500
)

// instances are those of a project, as RDS and DDS list them alike.
type instances[T any] struct {
	what    string // the kind of instance
	idOf    func(T) string
	missing []string // the codes for one that does not exist
	query   func(context.Context, url.Values) ([]T, error)
}

// all lists the first mostListedInstances.
func (i instances[T]) all(ctx context.Context) ([]T, error) {
	enough := func(all []T) bool { return len(all) >= mostListedInstances }
	return pages(instancesPage, i.idOf, enough, func(offset, limit string) ([]T, error) {
		return i.query(ctx, onPage(url.Values{}, offset, limit))
	})
}

// find is the one with an id, in a list that the query confines to it. The error is a *NotFoundError if there is none.
func (i instances[T]) find(ctx context.Context, id string, query url.Values) (T, error) {
	what := i.what + " " + id
	found, err := i.query(ctx, query)
	if err == nil {
		if place := slices.IndexFunc(found, func(item T) bool { return i.idOf(item) == id }); place >= 0 {
			return found[place], nil
		}
		err = &NotFoundError{What: what}
	}
	var none T
	return none, notFound(err, what, i.missing...)
}

// onPage adds a page to a query.
func onPage(query url.Values, offset, limit string) url.Values {
	page := maps.Clone(query)
	page.Set("offset", offset)
	page.Set("limit", limit)
	return page
}

// ofPage is the priority of a page: after the first, the others do not queue again behind what has come since.
func ofPage(first priority, offset string) priority {
	if offset != "0" {
		return forRestore
	}
	return first
}

// fieldOf returns a field that a reply must have. A reply without it, such as a gateway's or an older service's, must
// not pass for one that says "there is none".
func fieldOf(reply []byte, key string) (json.RawMessage, error) {
	var object map[string]json.RawMessage
	if json.Unmarshal(reply, &object) != nil || object == nil {
		return nil, errors.New("it is not an object")
	}
	value, ok := object[key]
	if !ok {
		return nil, fmt.Errorf("it has no %s", key)
	}
	return value, nil
}

// list is a reply with a list in one field. The field must be there; null is an empty list.
type list[T any] struct {
	key   string
	items []T
}

func (l *list[T]) UnmarshalJSON(data []byte) error {
	items, err := fieldOf(data, l.key)
	if err != nil {
		return err
	}
	return json.Unmarshal(items, &l.items)
}

// single is a reply with an object in one field, which must be there.
type single[T any] struct {
	key   string
	value T
}

func (s *single[T]) UnmarshalJSON(data []byte) error {
	value, err := fieldOf(data, s.key)
	if err != nil {
		return err
	}
	return json.Unmarshal(value, &s.value)
}

// name is an item of a list of names: a string, or an object that holds it. The tables of the pages, their examples and
// the SDK differ in this. A schema and a table, as in the requests of DWS, become "schema.table".
type name string

func (n *name) UnmarshalJSON(data []byte) error {
	var parts struct {
		Name       string `json:"name"`
		SchemaName string `json:"schema_name"`
		TableName  string `json:"table_name"`
	}
	if json.Unmarshal(data, (*string)(n)) != nil && json.Unmarshal(data, &parts) == nil {
		given := slices.DeleteFunc(
			[]string{parts.Name, parts.SchemaName, parts.TableName},
			func(part string) bool { return part == "" },
		)
		*n = name(strings.Join(given, "."))
	}
	if *n == "" {
		return errors.New("an item of a list has no name")
	}
	return nil
}

func stringsOf(names []name) []string {
	var list []string
	for _, n := range names {
		list = append(list, string(n))
	}
	return list
}
