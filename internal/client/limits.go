// SPDX-License-Identifier: MPL-2.0

package client

import (
	"time"
)

// priority is how soon a call is sent if the rate limiter does not allow all at once.
type priority int

const (
	forLookup priority = iota
	forRestore
	forJobList
	forJob // one job, for a wait
)

// priorityDelays say how much longer a call waits than a more urgent one that comes later: restores go first, and no
// call waits for ever. Without a list of jobs, a hundred waits that each query their own job must not hold up a
// restore.
var priorityDelays = [...]time.Duration{
	forRestore: 0,
	forLookup:  5 * time.Second,
	forJobList: 10 * time.Second,
	forJob:     time.Minute,
}

// DefaultRequestsPerMinute of an API of a service, for all regions together, because quotas are per user.
//
// RDS allows a user 60 requests a minute (RDS API Reference, "Before You Start"; see quota). DDS publishes no number,
// but has an error code for too many requests (DBS.280443). DWS has one for snapshots only: 3,000 for a tenant, without
// a unit. So their rates are modest ones.
var DefaultRequestsPerMinute = map[string]int{serviceRDS: 60, serviceDDS: 300, serviceDWS: 300}

// FewestRequestsPerMinute are still enough to follow a restore.
const FewestRequestsPerMinute = 6

// otherRequestsPerMinute is the limit of the services that are asked a few times in all.
const otherRequestsPerMinute = 300

// requestsPerMinute is the configured limit of a service, or the default.
func (c Config) requestsPerMinute(service string) int {
	for _, limits := range []map[string]int{c.RequestsPerMinute, DefaultRequestsPerMinute} {
		if perMinute, ok := limits[service]; ok {
			return perMinute
		}
	}
	return otherRequestsPerMinute
}

// newQuotas makes the quota of each service.
func (c Config) newQuotas(clock Clock) map[string]*quota {
	quotas := map[string]*quota{}
	for _, service := range services {
		quotas[service] = newQuota(c.requestsPerMinute(service), clock)
	}
	return quotas
}
