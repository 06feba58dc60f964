// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"context"
	"sync"

	"golang.org/x/sync/semaphore"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/provider/lookup"
)

// Provider is what the resources and actions of one configured provider share.
type Provider struct {
	Client           *client.Client // nil while the provider's own arguments are unknown
	Cache            *lookup.Cache
	preflightDefault bool // unless a resource says otherwise

	states *States
	own    *ownJobs
	locks  locks

	checked checked
	// starting limits how many restores are checked and sent side by side.
	starting *semaphore.Weighted
}

// startingAtOnce: at sixty calls a minute, more would only age between the check and the call. Those that list jobs at
// the same time share one call.
const startingAtOnce = 20

// NewProvider returns what the resources of a provider share. Preflight is their default for the argument preflight.
func NewProvider(source lookup.Provider, states *States, preflight bool) *Provider {
	return &Provider{
		Client: source.Client, Cache: source.Cache, preflightDefault: preflight,
		states: states, own: states.own, starting: semaphore.NewWeighted(startingAtOnce),
	}
}

// unconfigured is the provider of a resource that Terraform calls without configuring it.
func unconfigured(clock client.Clock) *Provider {
	return NewProvider(lookup.Provider{Cache: lookup.NewCache(clock)}, NewStates(nil, Run{}), true)
}

// locks lets one restore at a time use an instance or cluster.
type locks struct {
	mutex sync.Mutex
	byKey map[string]*semaphore.Weighted
}

// lock waits until no other restore of this process holds the key. The error is context.Cause(ctx).
func (l *locks) lock(ctx context.Context, key string) (unlock func(), err error) {
	l.mutex.Lock()
	if l.byKey == nil {
		l.byKey = map[string]*semaphore.Weighted{}
	}
	lock, exists := l.byKey[key]
	if !exists {
		lock = semaphore.NewWeighted(1)
		l.byKey[key] = lock
	}
	l.mutex.Unlock()
	return acquire(ctx, lock)
}

// acquire takes one of a semaphore. The error is context.Cause(ctx).
func acquire(ctx context.Context, lock *semaphore.Weighted) (release func(), err error) {
	if lock.Acquire(ctx, 1) != nil {
		return nil, context.Cause(ctx)
	}
	return func() { lock.Release(1) }, nil
}
