// SPDX-License-Identifier: MPL-2.0

// Package lookup makes the read-only calls of plans, restores and data sources, keeps their answers for some minutes,
// and holds what all data sources share. Nothing here starts a restore. What one service can be asked is in that
// service's package; how often a call is repeated is internal/client's business.
package lookup

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/client/joined"
)

// keptFor is how long a stored answer is used. The resources of a plan share many questions; an apply may last for
// hours, and plans each resource once more just before it creates it.
const keptFor = 5 * time.Minute

// Cache stores the answers of one configured provider. Equal questions at the same time share one call: a hundred
// restores of one instance query its windows once.
type Cache struct {
	clock client.Clock
	calls joined.Calls[*answer, any]

	mutex   sync.Mutex
	answers map[string]*answer // by question
}

// answer is a service's answer to a question. "Not found" and "forbidden" are answers as well.
type answer struct {
	value any
	err   error
	at    time.Time // zero while there is none yet
}

// NewCache returns an empty cache.
func NewCache(clock client.Clock) *Cache {
	return &Cache{clock: clock, answers: map[string]*answer{}}
}

// Forget drops the answers about some instances, snapshots or clusters: a restore changes what exists and what runs.
func (c *Cache) Forget(ids ...string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	maps.DeleteFunc(c.answers, func(question string, _ *answer) bool {
		return slices.ContainsFunc(ids, func(id string) bool { return strings.Contains(question, strconv.Quote(id)) })
	})
}

// entry returns the stored answer to a question, or a new entry for it.
func (c *Cache) entry(question string) *answer {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	a := c.answers[question]
	if a == nil || !a.at.IsZero() && c.clock.Now().Sub(a.at) > keptFor {
		a = &answer{}
		c.answers[question] = a
	}
	return a
}

// read is the answer in an entry; known is false while there is none.
func (c *Cache) read(a *answer) (value any, known bool, err error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return a.value, !a.at.IsZero(), a.err
}

// fill stores an answer that may be used again. Any other error is only for those who wait for it: it must not decide
// later what is safe.
func (c *Cache) fill(a *answer, value any, err error) {
	if err != nil && !client.IsNotFound(err) && !client.IsForbidden(err) {
		return
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	a.value, a.err, a.at = value, err, c.clock.Now()
}

// Region looks up what exists in one region and what can be restored.
type Region struct {
	Client *client.Client
	cache  *Cache
}

// In returns the lookups in a client's region, with the answers of a cache.
func In(c *client.Client, cache *Cache) Region { return Region{c, cache} }

// Uncached makes lookups that use no stored answer, and stores none.
func (r Region) Uncached() Region { return Region{r.Client, NewCache(r.cache.clock)} }

// Forget drops what is kept about some ids: see Cache.Forget.
func (r Region) Forget(ids ...string) { r.cache.Forget(ids...) }

// Now is the time of the cache's clock.
func (r Region) Now() time.Time { return r.cache.clock.Now() }

// Get returns the answer from the cache, or calls ask. Equal questions at the same time wait for the same answer. The
// error is context.Cause(ctx) if ctx ends first.
func Get[T any](ctx context.Context, r Region, ask func(context.Context) (T, error), question ...string) (T, error) {
	entry := r.cache.entry(fmt.Sprintf("%q", append(question, r.Client.Region())))
	got, known, err := r.cache.read(entry)
	if !known {
		got, err = r.cache.calls.Do(ctx, entry, func(ctx context.Context) (any, error) {
			if value, known, err := r.cache.read(entry); known { // another call has just ended
				return value, err
			}
			value, err := ask(ctx)
			if ctx.Err() == nil {
				r.cache.fill(entry, value, err)
			}
			return value, err
		})
	}
	value, _ := got.(T)
	return value, err
}
