// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// Restore is one accepted restore.
type Restore struct {
	Service  string          `json:"service"`
	TargetID string          `json:"target_id"` // instance, or snapshot for DWS
	JobID    string          `json:"job_id"`
	Time     time.Time       `json:"time"`
	Body     json.RawMessage `json:"body"` // the exact bytes received
}

// Restores returns all accepted restores, in order.
func (c *Cloud) Restores() []Restore {
	c.lock.Lock()
	defer c.lock.Unlock()
	return append([]Restore{}, c.restores...)
}

// Requests counts all requests that arrived, including rejected ones, by service and operation.
func (c *Cloud) Requests() map[string]map[string]int {
	c.lock.Lock()
	defer c.lock.Unlock()
	requests := map[string]map[string]int{}
	for service, counts := range c.requests {
		requests[service] = maps.Clone(counts)
	}
	return requests
}

// Throttled returns how many requests exceeded the rate limit of RDS.
func (c *Cloud) Throttled() int {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.throttles
}

// Secrets returns every value that must not appear in any output: keys, passwords and tokens, including issued ones,
// and the signatures of the received requests. It omits passcodes: six digits can appear anywhere by chance, and each
// is valid only once.
func (c *Cloud) Secrets() []string {
	c.lock.Lock()
	defer c.lock.Unlock()
	secrets := slices.Clone(c.signatures)
	for _, account := range c.accounts {
		secrets = append(secrets, account.Password)
		for _, token := range account.Tokens {
			secrets = append(secrets, token.Value)
		}
	}
	for _, key := range c.keys {
		secrets = append(secrets, key.access, key.secret, key.securityToken)
	}
	for _, token := range c.tokens {
		secrets = append(secrets, token.value)
	}
	for _, token := range c.metadataTokens {
		secrets = append(secrets, token.value)
	}
	for _, provider := range c.identityProviders {
		secrets = append(secrets, provider.IDTokens...)
	}
	return slices.DeleteFunc(secrets, func(secret string) bool { return secret == "" })
}

// WaitFor returns once what is true. It calls what at once, and after every request, restore and change of a job. The
// passing of time alone triggers no call. what may call other methods of the cloud. The error is context.Cause(ctx).
func (c *Cloud) WaitFor(ctx context.Context, what func() bool) error {
	for {
		c.lock.Lock()
		changed := c.changed
		c.lock.Unlock()
		if what() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// wake makes every WaitFor check again. The caller holds the lock.
func (c *Cloud) wake() {
	close(c.changed)
	c.changed = make(chan struct{})
}

// arrive counts a request and takes the fault planted for it, if any.
func (c *Cloud) arrive(service, operation string) *Fault {
	c.lock.Lock()
	defer c.lock.Unlock()
	defer c.wake()
	if c.requests[service] == nil {
		c.requests[service] = map[string]int{}
	}
	c.requests[service][operation]++
	return c.takeFault(service, operation)
}

// accept records a restore and begins its job.
func (q *call) accept(recorded string, j job) *job {
	j.Service = q.service
	j.projectID = q.path["project_id"]
	started := q.begin(j, q.now)
	q.restores = append(q.restores, Restore{q.service, recorded, started.ID, q.now, slices.Clone(q.body)})
	return started
}
