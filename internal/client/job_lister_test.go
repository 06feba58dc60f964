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

	"github.com/google/go-cmp/cmp"
)

// listerScene is a job lister whose list takes a second and shows two jobs of each instance.
type listerScene struct {
	lister *jobLister
	mutex  sync.Mutex
	asked  []string // the instance of each list
	spans  []time.Duration
	fail   error
}

func newListerScene(instances, pageSize int) *listerScene {
	s := &listerScene{}
	s.lister = newJobLister(
		func(ctx context.Context, instanceID string, from, to time.Time, enough func([]Job) bool) ([]Job, error) {
			s.mutex.Lock()
			s.asked, s.spans = append(s.asked, instanceID), append(s.spans, to.Sub(from))
			s.mutex.Unlock()
			if err := SystemClock.Sleep(ctx, time.Second); err != nil {
				return nil, err
			}
			var jobs []Job
			for i := range instances {
				id := fmt.Sprint("instance ", i)
				if instanceID != "" && instanceID != id {
					continue
				}
				jobs = append(jobs, Job{ID: id + " a", InstanceID: id}, Job{ID: id + " b", InstanceID: id})
				if enough != nil && enough(jobs) {
					break
				}
			}
			return jobs, s.fail
		},
		pageSize,
		true,
	)
	return s
}

// askAll asks for as many instances at the same time, and checks each answer.
func (s *listerScene) askAll(t *testing.T, count int) {
	t.Helper()
	var all sync.WaitGroup
	for i := range count {
		id := fmt.Sprint("instance ", i)
		all.Go(func() {
			jobs, err := s.lister.listJobs(t.Context(), id, time.Now().Add(-time.Hour), time.Now())
			want := []Job{{ID: id + " a", InstanceID: id}, {ID: id + " b", InstanceID: id}}
			if diff := cmp.Diff(want, jobs); diff != "" || err != nil {
				t.Errorf("%s: %v\n%s", id, err, diff)
			}
		})
	}
	all.Wait()
}

func TestJobLister(t *testing.T) {
	for name, test := range map[string]struct{ instances, pageSize, lists int }{
		"one":                        {1, 50, 1},
		"two":                        {2, 50, 2},
		"a hundred":                  {100, 50, 2},
		"a list that is too long":    {100, 1, 101}, // the first, that of all, and then each of the others
		"a list that is just enough": {100, 3, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newListerScene(test.instances, test.pageSize)
				s.askAll(t, test.instances)
				if len(s.asked) != test.lists {
					t.Errorf("%d lists, want %d: %q", len(s.asked), test.lists, s.asked)
				}
				if s.asked[0] == "" || test.instances == 2 && s.asked[1] == "" {
					t.Errorf("one instance was asked for by the list of all: %q", s.asked)
				}
				s.askAll(t, test.instances) // and nothing is kept
				if len(s.asked) != 2*test.lists {
					t.Errorf("%d lists after the second time", len(s.asked))
				}
			})
		})
	}
}

// No answer is older than its question.
func TestJobListerIsFresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newListerScene(3, 50)
		go func() { _, _ = s.lister.listJobs(t.Context(), "instance 0", time.Now(), time.Now()) }()
		time.Sleep(500 * time.Millisecond) // on the bubble's clock
		asked := time.Now()
		jobs, err := s.lister.listJobs(t.Context(), "instance 1", time.Now().Add(-2*time.Hour), time.Now().Add(time.Hour))
		if len(jobs) != 2 || err != nil || time.Since(asked) < 1500*time.Millisecond {
			t.Errorf("%v, %v after %s", jobs, err, time.Since(asked))
		}
		if s.spans[1] != 3*time.Hour {
			t.Errorf("asked for %s", s.spans[1])
		}
	})
}

// Where the list of all fails, each is asked for alone: it may be allowed. A cancellation is one of one only.
func TestJobListerFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newListerScene(3, 50)
		s.fail = errors.New("no")
		var all sync.WaitGroup
		for i := range 3 {
			all.Go(func() {
				if _, err := s.lister.listJobs(t.Context(), fmt.Sprint("instance ", i), time.Now(), time.Now()); !errors.Is(
					err,
					s.fail,
				) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if len(s.asked) != 4 { // the first, that of all, and then each of the others alone
			t.Errorf("asked %q", s.asked)
		}
		s.fail = nil
		ctx, cancel := context.WithCancelCause(t.Context())
		for i := range 2 {
			all.Go(func() {
				if _, err := s.lister.listJobs(ctx, fmt.Sprint("instance ", i), time.Now(), time.Now()); !errors.Is(
					err,
					errInterrupted,
				) {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		all.Go(func() {
			if jobs, err := s.lister.listJobs(t.Context(), "instance 2", time.Now(), time.Now()); len(jobs) != 2 || err != nil {
				t.Errorf("%v, %v", jobs, err)
			}
		})
		synctest.Wait()
		cancel(errInterrupted)
		all.Wait()
	})
}

// The list of one instance may be allowed where that of all is not: the guard before each restore relies on it.
func TestJobListerWithoutTheListOfAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newListerScene(5, 50)
		list := s.lister.list
		s.lister.list = func(ctx context.Context, instanceID string, from, to time.Time, enough func([]Job) bool) ([]Job, error) {
			jobs, err := list(ctx, instanceID, from, to, enough)
			if instanceID == "" {
				return nil, &APIError{Service: serviceRDS, StatusCode: 403}
			}
			return jobs, err
		}
		s.askAll(t, 5)
	})
}
