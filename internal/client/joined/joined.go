// SPDX-License-Identifier: MPL-2.0

// Package joined lets callers that ask the same question at the same time share one call.
//
// golang.org/x/sync/singleflight does so too, but it runs the call under the first caller's context: if that caller is
// cancelled, all fail, and if all are cancelled, nobody can stop the call.
package joined

import (
	"context"
	"sync"
)

// Calls are the calls under way, by their question. The zero value is ready for use.
type Calls[K comparable, V any] struct {
	mutex   sync.Mutex
	running map[K]*call[V]
}

type call[V any] struct {
	callers int           // how many wait for it
	stop    func()        // ends its context
	done    chan struct{} // closed once value and err are set
	value   V
	err     error
}

// Do returns what ask returns. While a call for the same key is under way, Do waits for that call and does not ask.
//
// If ctx ends first, Do returns context.Cause(ctx) at once. The call then goes on for the others, or stops if nobody
// else waits for it. The context of ask has the values of the first caller's context, but neither its deadline nor its
// end.
func (c *Calls[K, V]) Do(ctx context.Context, key K, ask func(context.Context) (V, error)) (V, error) {
	var none V
	if ctx.Err() != nil {
		return none, context.Cause(ctx)
	}
	shared := c.join(ctx, key, ask)
	select {
	case <-shared.done:
		return shared.value, shared.err
	case <-ctx.Done():
		c.leave(key, shared)
		return none, context.Cause(ctx)
	}
}

// join adds a caller to the call that is under way, or starts one.
func (c *Calls[K, V]) join(ctx context.Context, key K, ask func(context.Context) (V, error)) *call[V] {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if shared := c.running[key]; shared != nil {
		shared.callers++
		return shared
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	shared := &call[V]{callers: 1, stop: stop, done: make(chan struct{})}
	if c.running == nil {
		c.running = map[K]*call[V]{}
	}
	c.running[key] = shared
	go func() {
		defer c.end(key, shared)
		shared.value, shared.err = ask(ctx)
	}()
	return shared
}

// leave takes a caller away. The last one stops the call, which nobody joins any more.
func (c *Calls[K, V]) leave(key K, shared *call[V]) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if shared.callers--; shared.callers == 0 {
		c.forget(key, shared)
		shared.stop()
	}
}

// end hands the result to all callers.
func (c *Calls[K, V]) end(key K, shared *call[V]) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.forget(key, shared)
	shared.stop()
	close(shared.done)
}

// forget lets the next caller start a new call. It may have started already, if all have left this one.
func (c *Calls[K, V]) forget(key K, shared *call[V]) {
	if c.running[key] == shared {
		delete(c.running, key)
	}
}
