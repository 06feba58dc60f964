// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"terraform-provider-x/internal/client/joined"
)

// tableScene is a table lister that asks a service about instances by their numbers.
type tableScene struct {
	lister   *tableLister
	mutex    sync.Mutex
	together []int // how many instances each call for several named
	alone    int   // calls for one
}

func newTableScene(several func(ids []string) (rdsTablesReply, error)) *tableScene {
	s := &tableScene{}
	s.lister = &tableLister{
		clock: SystemClock,
		several: func(_ context.Context, ids []string, _ time.Time) (rdsTablesReply, error) {
			s.mutex.Lock()
			defer s.mutex.Unlock()
			s.together = append(s.together, len(ids))
			return several(ids)
		},
		one: func(_ context.Context, id string, _ time.Time, _ RDSTableFilter) (RDSRestorableTables, error) {
			s.mutex.Lock()
			defer s.mutex.Unlock()
			s.alone++
			if id == "bad" {
				return RDSRestorableTables{}, &NotFoundError{What: id}
			}
			return RDSRestorableTables{Tables: []RDSTableName{{Database: id}}, TotalTables: 1}, nil
		},
		batches: joined.Batches[int64, RDSRestorableTables]{
			Most: tablesAtOnce, Gather: func(ctx context.Context) error { return SystemClock.Sleep(ctx, gatherTables) },
		},
	}
	return s
}

// replyAbout lists instances without tables.
func replyAbout(ids []string) rdsTablesReply {
	var reply rdsTablesReply
	for _, id := range ids {
		reply.Instances = append(reply.Instances, rdsTablesRecord{ID: id})
	}
	return reply
}

func TestTableLister(t *testing.T) {
	refused := func([]string) (rdsTablesReply, error) {
		return rdsTablesReply{}, &APIError{Service: "rds", StatusCode: 400, Code: "DBS.200461"}
	}
	for name, test := range map[string]struct {
		instances int
		several   func(ids []string) (rdsTablesReply, error)
		together  int // calls for several
		alone     int
		again     int // calls for several, once all have asked twice
		fails     bool
	}{
		"one":       {1, refused, 0, 1, 0, false},
		"ten":       {10, func(ids []string) (rdsTablesReply, error) { return replyAbout(ids), nil }, 1, 0, 2, false},
		"a hundred": {100, func(ids []string) (rdsTablesReply, error) { return replyAbout(ids), nil }, 5, 0, 10, false},
		"refused":   {10, refused, 1, 10, 2, false},
		"an answer that lacks one": {10, func(ids []string) (rdsTablesReply, error) { return replyAbout(ids[1:]), nil },
			1, 1, 2, false},
		"a list that is cut": {10, func(ids []string) (rdsTablesReply, error) {
			reply := replyAbout(ids)
			reply.Instances[3].TotalTables = number{7, true}
			return reply, nil
		}, 1, 1, 2, false},
		"unreadable": {10, func([]string) (rdsTablesReply, error) {
			return rdsTablesReply{}, &ReplyError{}
		}, 1, 10, 2, false},
		"too slow": {10, func([]string) (rdsTablesReply, error) {
			return rdsTablesReply{}, errors.New("no answer")
		}, 1, 10, 1, false},
		"overloaded": {10, func([]string) (rdsTablesReply, error) { return rdsTablesReply{}, &APIError{StatusCode: 504} },
			1, 10, 1, false},
		"login refused": {10, func([]string) (rdsTablesReply, error) {
			return rdsTablesReply{}, &APIError{Service: "rds", StatusCode: 401}
		}, 1, 0, 2, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newTableScene(test.several)
				for range 2 {
					var all sync.WaitGroup
					for i := range test.instances {
						all.Go(func() {
							if _, err := s.lister.tables(t.Context(), fmt.Sprint(i), noon); (err != nil) != test.fails {
								t.Errorf("%d: %v", i, err)
							}
						})
					}
					all.Wait()
					if test.together >= 0 && (len(s.together) != test.together || s.alone != test.alone) {
						t.Errorf("calls for %v and %d for one, want %d and %d", s.together, s.alone, test.together, test.alone)
					}
					test.together = -1
				}
				if len(s.together) != test.again {
					t.Errorf("calls for %v after the second time, want %d", s.together, test.again)
				}
			})
		})
	}
}

// TestOneBadInstanceFailsAlone asks about an instance that is not there together with others, and at another moment.
func TestOneBadInstanceFailsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTableScene(func([]string) (rdsTablesReply, error) {
			return rdsTablesReply{}, &APIError{Service: "rds", StatusCode: 404, Code: "DBS.200602"}
		})
		var all sync.WaitGroup
		for _, id := range []string{"a", "b", "bad"} {
			all.Go(func() {
				tables, err := s.lister.tables(t.Context(), id, noon)
				if IsNotFound(err) != (id == "bad") || err == nil && tables.Tables[0].Database != id {
					t.Errorf("%s: %v, %v", id, tables, err)
				}
			})
		}
		all.Go(func() {
			if _, err := s.lister.tables(t.Context(), "a", noon.Add(time.Second)); err != nil {
				t.Error(err)
			}
		})
		all.Wait()
		if fmt.Sprint(s.together) != "[3]" || s.alone != 4 {
			t.Errorf("calls for %v and %d for one", s.together, s.alone)
		}
	})
}
