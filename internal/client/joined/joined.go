// SPDX-License-Identifier: MPL-2.0

// Package joined lets callers that ask the same at the same time share one call.
package joined

import (
	"context"
	"sync"
)

// Group joins calls by a key. Its zero value is ready for use.
type Group[K comparable, V any] struct {
	mutex sync.Mutex
	calls map[K]*call[V]
}

type call[V any] struct {
	cancel  context.CancelFunc
	waiting int
	done    chan struct{} // closed when value and err are set
	value   V
	err     error
}

// Do returns what do returns, or what another call for the same key that is under way returns. A caller whose context ends
// leaves at once, with context.Cause(ctx). The call's own context has the values of the first caller's; it ends only when
// nobody waits for it any more.
func (g *Group[K, V]) Do(ctx context.Context, key K, do func(context.Context) (V, error)) (V, error) {
	g.mutex.Lock()
	c, underWay := g.calls[key]
	if !underWay {
		if g.calls == nil {
			g.calls = map[K]*call[V]{}
		}
		c = &call[V]{done: make(chan struct{})}
		g.calls[key] = c
		shared, cancel := context.WithCancel(context.WithoutCancel(ctx))
		c.cancel = cancel
		go func() {
			defer cancel()
			c.value, c.err = do(shared)
			g.mutex.Lock()
			defer g.mutex.Unlock()
			g.remove(key, c)
			close(c.done)
		}()
	}
	c.waiting++
	g.mutex.Unlock()
	select {
	case <-c.done:
		return c.value, c.err
	case <-ctx.Done():
		g.leave(key, c)
		var none V
		return none, context.Cause(ctx)
	}
}

// leave stops a call that nobody waits for any more.
func (g *Group[K, V]) leave(key K, c *call[V]) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if c.waiting--; c.waiting == 0 {
		g.remove(key, c)
		c.cancel()
	}
}

// remove makes the next caller begin anew.
func (g *Group[K, V]) remove(key K, c *call[V]) {
	if g.calls[key] == c {
		delete(g.calls, key)
	}
}
