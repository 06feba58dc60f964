// SPDX-License-Identifier: MPL-2.0

package joined

import (
	"context"
	"slices"
	"sync"
)

// Batches let one call answer several questions that come shortly after each other. The zero value is ready for use
// once Gather and Most are set.
type Batches[K comparable, V any] struct {
	Gather func(context.Context) error // waits for others; its error is that of all who wait
	Most   int                         // how many questions a call takes

	calls Calls[*batch, map[string]V]
	mutex sync.Mutex
	open  map[K]*batch // take questions
}

// batch is what one call is asked about.
type batch struct{ items []string }

// Do asks about an item, together with what others ask about under the same key. It returns what ask returns, which may
// lack the item. It ends with ctx as Calls.Do does.
func (b *Batches[K, V]) Do(
	ctx context.Context, key K, item string, ask func(ctx context.Context, items []string) (map[string]V, error),
) (map[string]V, error) {
	mine := b.join(key, item)
	return b.calls.Do(ctx, mine, func(ctx context.Context) (map[string]V, error) {
		err := b.Gather(ctx)
		b.close(key, mine)
		if err != nil {
			return nil, err
		}
		return ask(ctx, mine.items)
	})
}

func (b *Batches[K, V]) join(key K, item string) *batch {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.open == nil {
		b.open = map[K]*batch{}
	}
	joined := b.open[key]
	if joined != nil && slices.Contains(joined.items, item) {
		return joined
	}
	if joined == nil || len(joined.items) >= b.Most {
		joined = &batch{}
		b.open[key] = joined
	}
	joined.items = append(joined.items, item)
	return joined
}

// close ends the batch: later questions need another call.
func (b *Batches[K, V]) close(key K, closed *batch) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.open[key] == closed {
		delete(b.open, key)
	}
}
