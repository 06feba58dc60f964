// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
)

// lookupsKept is how long an answer may stand for a new question. A plan asks much of the same for each of its resources;
// an apply, which plans each resource once more just before it creates it, may last for hours.
const lookupsKept = 5 * time.Minute

// lookupMemory shares the answers of look-ups among all that one configured provider is asked for, and questions that are
// put at the same time as well: a hundred restores of one instance ask for its windows once.
type lookupMemory struct {
	clock   client.Clock
	mu      sync.Mutex
	answers map[string]*lookupAnswer
}

// lookupAnswer is the answer to one question.
type lookupAnswer struct {
	turn  chan struct{} // holds one token, which is taken while the service is asked
	asked atomic.Int64  // how often
	at    time.Time
	value any
	err   error
}

func newLookupMemory(clock client.Clock) *lookupMemory {
	return &lookupMemory{clock: clock, answers: map[string]*lookupAnswer{}}
}

func oneToken() chan struct{} {
	token := make(chan struct{}, 1)
	token <- struct{}{}
	return token
}

// to is the answer to a question, which may not have been asked yet.
func (m *lookupMemory) to(question string) *lookupAnswer {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.answers[question] == nil {
		m.answers[question] = &lookupAnswer{turn: oneToken()}
	}
	return m.answers[question]
}

// forget drops what was answered about instances, snapshots or clusters: a restore changes what there is and what is going on.
func (m *lookupMemory) forget(ids ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.answers, func(question string, _ *lookupAnswer) bool {
		return slices.ContainsFunc(ids, func(id string) bool { return strings.Contains(question, strconv.Quote(id)) })
	})
}

// lookups asks the services of one region what there is and what can be restored. It changes nothing.
type lookups struct {
	client *client.Client
	memory *lookupMemory
}

// afresh asks what the memory may know by now, and keeps nothing.
func (l lookups) afresh() lookups { return lookups{l.client, newLookupMemory(l.memory.clock)} }

// lookUp answers from memory, or asks. That there is nothing, or that one may not look, is an answer as well. Any other error
// is one only for those who waited while the service was asked.
func lookUp[T any](ctx context.Context, l lookups, ask func() (T, error), question ...string) (T, error) {
	answer := l.memory.to(fmt.Sprintf("%q", append(question, l.client.Region())))
	before := answer.asked.Load()
	select {
	case <-answer.turn:
		defer func() { answer.turn <- struct{}{} }()
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
	lasting := answer.err == nil || client.IsNotFound(answer.err) || client.IsForbidden(answer.err)
	young := answer.asked.Load() > 0 && lasting && l.memory.clock.Now().Sub(answer.at) <= lookupsKept
	if !young && answer.asked.Load() == before {
		value, err := ask()
		if ctx.Err() != nil {
			return value, context.Cause(ctx)
		}
		answer.value, answer.err, answer.at = value, err, l.memory.clock.Now()
		answer.asked.Add(1)
	}
	value, _ := answer.value.(T)
	return value, answer.err
}

func (l lookups) rdsInstance(ctx context.Context, id string) (client.RDSInstance, error) {
	return lookUp(ctx, l, func() (client.RDSInstance, error) { return l.client.RDSInstance(ctx, id) }, "RDS instance", id)
}

func (l lookups) rdsWindows(ctx context.Context, instanceID, date string) ([]client.Window, error) {
	return lookUp(ctx, l, func() ([]client.Window, error) { return l.client.RDSRestoreWindows(ctx, instanceID, date) }, "RDS windows", instanceID, date)
}

func (l lookups) rdsTables(ctx context.Context, instanceID string, at time.Time, filter client.RDSTableFilter) (client.RDSRestorableTables, error) {
	return lookUp(ctx, l, func() (client.RDSRestorableTables, error) {
		return l.client.RDSRestorableTables(ctx, instanceID, at, filter)
	}, "RDS tables", instanceID, pointintime.Format(at), filter.DatabaseNameLike, filter.TableNameLike)
}

func (l lookups) ddsInstance(ctx context.Context, id string) (client.DDSInstance, error) {
	return lookUp(ctx, l, func() (client.DDSInstance, error) { return l.client.DDSInstance(ctx, id) }, "DDS instance", id)
}

// ddsWindows are those of the UTC day of a moment: the service answers one day a call.
func (l lookups) ddsWindows(ctx context.Context, instanceID string, day time.Time) ([]client.Window, error) {
	return lookUp(ctx, l, func() ([]client.Window, error) {
		return l.client.DDSRestoreWindows(ctx, instanceID, day)
	}, "DDS windows", instanceID, day.UTC().Format(time.DateOnly))
}

func (l lookups) ddsDatabases(ctx context.Context, instanceID string, at time.Time) ([]string, error) {
	return lookUp(ctx, l, func() ([]string, error) {
		return l.client.DDSRestorableDatabases(ctx, instanceID, at)
	}, "DDS databases", instanceID, pointintime.Format(at))
}

func (l lookups) ddsCollections(ctx context.Context, instanceID, database string, at time.Time) ([]string, error) {
	return lookUp(ctx, l, func() ([]string, error) {
		return l.client.DDSRestorableCollections(ctx, instanceID, database, at)
	}, "DDS collections", instanceID, database, pointintime.Format(at))
}

func (l lookups) dwsSnapshot(ctx context.Context, id string) (client.DWSSnapshot, error) {
	return lookUp(ctx, l, func() (client.DWSSnapshot, error) { return l.client.DWSSnapshot(ctx, id) }, "DWS snapshot", id)
}

func (l lookups) dwsCluster(ctx context.Context, id string) (client.DWSCluster, error) {
	return lookUp(ctx, l, func() (client.DWSCluster, error) { return l.client.DWSCluster(ctx, id) }, "DWS cluster", id)
}

// within is true where one of the windows holds the moment.
func within(windows []client.Window, at time.Time) bool {
	return slices.ContainsFunc(windows, func(w client.Window) bool { return !at.Before(w.Start) && !at.After(w.End) })
}

// newest is the latest moment that the windows hold; false where there are none.
func newest(windows []client.Window) (time.Time, bool) {
	var latest time.Time
	for _, w := range windows {
		if w.End.After(latest) {
			latest = w.End
		}
	}
	return latest, len(windows) > 0
}

// rdsNewest is the newest moment that an instance can be restored to; false where there is none.
func (l lookups) rdsNewest(ctx context.Context, instanceID string) (time.Time, bool, error) {
	windows, err := l.rdsWindows(ctx, instanceID, "")
	latest, found := newest(windows)
	return latest, found && err == nil, err
}

// ddsNewestDays is how many days back the newest moment of DDS is looked for, one call a day. Older data is not what anyone
// means by "latest".
const ddsNewestDays = 31

// ddsNewest is the newest moment that an instance can be restored to; false where there is none.
func (l lookups) ddsNewest(ctx context.Context, instanceID string) (time.Time, bool, error) {
	today := l.memory.clock.Now()
	for day := range ddsNewestDays {
		windows, err := l.ddsWindows(ctx, instanceID, today.AddDate(0, 0, -day))
		if latest, found := newest(windows); found || err != nil {
			return latest, found, err
		}
	}
	return time.Time{}, false, nil
}

// ddsWindowsNear are those of the day of a moment and, because the service answers one day a call, of the nearest days before and
// after it that have any, within ddsNearDays and not after today. What cannot be looked up beside the day itself is left out.
func (l lookups) ddsWindowsNear(ctx context.Context, instanceID string, at time.Time) ([]client.Window, error) {
	windows, err := l.ddsWindows(ctx, instanceID, at)
	if err != nil {
		return nil, err
	}
	windows = slices.Clone(windows)
	for _, direction := range []int{-1, 1} {
		for days := 1; days <= ddsNearDays; days++ {
			day := at.AddDate(0, 0, direction*days)
			if day.After(l.memory.clock.Now().AddDate(0, 0, 1)) {
				break
			}
			other, err := l.ddsWindows(ctx, instanceID, day)
			if windows = append(windows, other...); len(other) > 0 || err != nil {
				break
			}
		}
	}
	return windows, nil
}

func (l lookups) dwsSnapshots(ctx context.Context) ([]client.DWSSnapshot, error) {
	return lookUp(ctx, l, func() ([]client.DWSSnapshot, error) { return l.client.DWSSnapshots(ctx) }, "DWS snapshots")
}

func (l lookups) dwsClusterSnapshots(ctx context.Context, clusterID string) ([]client.DWSSnapshot, error) {
	return lookUp(ctx, l, func() ([]client.DWSSnapshot, error) {
		return l.client.DWSClusterSnapshots(ctx, clusterID)
	}, "DWS cluster snapshots", clusterID)
}
