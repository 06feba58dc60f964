// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"errors"
	"sync"
	"time"

	"terraform-provider-x/internal/client/joined"
)

const (
	// gatherTables is how long a question for the tables of an instance waits for others, to share one call.
	gatherTables = 50 * time.Millisecond
	// tablesAtOnce is how many instances one call asks about. No page names a limit; Terraform asks for ten at a time.
	tablesAtOnce = 20
	// tablesAloneFor is how long instances are asked about one by one after a call for several that took too long.
	tablesAloneFor = 5 * time.Minute
)

// tableLister asks for the restorable tables of several instances by one call.
type tableLister struct {
	clock   Clock
	several func(ctx context.Context, instanceIDs []string, at time.Time) (rdsTablesReply, error)
	one     func(ctx context.Context, instanceID string, at time.Time, filter RDSTableFilter) (RDSRestorableTables, error)

	batches joined.Batches[int64, RDSRestorableTables] // by the moment

	mutex      sync.Mutex
	aloneUntil time.Time
}

func (c *Client) newTableLister() *tableLister {
	return &tableLister{
		clock: c.clock, one: c.RDS().RestorableTables,
		several: func(ctx context.Context, instanceIDs []string, at time.Time) (rdsTablesReply, error) {
			return c.RDS().queryTables(ctx, instanceIDs, at, RDSTableFilter{})
		},
		batches: joined.Batches[int64, RDSRestorableTables]{
			Most:   tablesAtOnce,
			Gather: func(ctx context.Context) error { return c.clock.Sleep(ctx, gatherTables) },
		},
	}
}

// tables are those of one instance. It is asked about by itself if the call for several has no whole answer about it.
func (l *tableLister) tables(ctx context.Context, instanceID string, at time.Time) (RDSRestorableTables, error) {
	if l.isAlone() {
		return l.one(ctx, instanceID, at, RDSTableFilter{})
	}
	all, err := l.batches.Do(ctx, at.UnixMilli(), instanceID,
		func(ctx context.Context, ids []string) (map[string]RDSRestorableTables, error) {
			return l.ask(ctx, ids, at)
		})
	tables, answered := all[instanceID]
	if errors.Is(err, errEachAlone) || err == nil && !answered {
		return l.one(ctx, instanceID, at, RDSTableFilter{})
	}
	return tables, err
}

// ask leaves out the instances whose lists are incomplete: others in the same call may be why. The error is
// errEachAlone if one of several instances may be why there is no answer.
func (l *tableLister) ask(ctx context.Context, ids []string, at time.Time) (map[string]RDSRestorableTables, error) {
	all := map[string]RDSRestorableTables{}
	if len(ids) == 1 {
		tables, err := l.one(ctx, ids[0], at, RDSTableFilter{})
		all[ids[0]] = tables
		return all, err
	}
	reply, err := l.several(ctx, ids, at)
	if err != nil {
		return nil, l.whetherAlone(ctx, err)
	}
	for _, instance := range reply.Instances {
		if tables := reply.tablesOf(instance); !tables.Truncated() {
			all[instance.ID] = tables
		}
	}
	return all, nil
}

// whetherAlone is the error of a call for several instances, or errEachAlone. Without an answer in time, they may be
// too many, also the next time.
func (l *tableLister) whetherAlone(ctx context.Context, err error) error {
	var answered *APIError
	refused := errors.As(err, &answered) && answered.StatusCode < 500 || errors.As(err, new(*ReplyError))
	switch {
	case ctx.Err() != nil, IsLoginRefused(err), errors.As(err, new(*ConnectionError)),
		errors.As(err, new(*ProjectError)):
		return err
	case !refused:
		l.mutex.Lock()
		defer l.mutex.Unlock()
		l.aloneUntil = l.clock.Now().Add(tablesAloneFor)
	}
	return errEachAlone
}

func (l *tableLister) isAlone() bool {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.clock.Now().Before(l.aloneUntil)
}
