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
)

// service is what a poller asks: jobs that take their time, a list and a query of one, either of which may fail.
type service struct {
	mutex    sync.Mutex
	ends     map[string]time.Time
	unlisted map[string]bool
	pageSize int

	lists, pages, gets int
	listError          func() error
	getError           func() error
}

func (s *service) job(id string) Job {
	job := Job{ID: id, Status: JobRunning}
	if !time.Now().Before(s.ends[id]) {
		job.Status = JobCompleted
	}
	return job
}

func (s *service) get(_ context.Context, id string) (Job, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.gets++
	if s.getError != nil {
		if err := s.getError(); err != nil {
			return Job{}, err
		}
	}
	if _, known := s.ends[id]; !known {
		return Job{}, &NotFoundError{What: id}
	}
	return s.job(id), nil
}

func (s *service) list(_ context.Context, _ string, _, _ time.Time, enough func([]Job) bool) ([]Job, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.lists++
	if s.listError != nil {
		if err := s.listError(); err != nil {
			return nil, err
		}
	}
	var jobs []Job
	for id := range s.ends {
		if !s.unlisted[id] {
			jobs = append(jobs, s.job(id))
		}
	}
	s.pages += len(jobs)/s.pageSize + 1
	enough(jobs)
	return jobs, nil
}

func newTestPoller(get func(context.Context, string) (Job, error), list jobListFunc) *poller {
	return &poller{
		clock:    SystemClock,
		get:      get,
		list:     list,
		pageSize: 50,
		perPage:  4 * time.Second,
		waiters:  map[*waiter]bool{},
	}
}

// watchAll waits for all jobs of a service at once, each of the given length, and returns by how much each was noticed
// late.
func watchAll(t *testing.T, s *service, lengths ...time.Duration) (late []time.Duration, errs []error) {
	t.Helper()
	s.ends, s.pageSize = map[string]time.Time{}, 50
	p := newTestPoller(s.get, s.list)
	late, errs = make([]time.Duration, len(lengths)), make([]error, len(lengths))
	var all sync.WaitGroup
	for i, length := range lengths {
		id, now := fmt.Sprint("job ", i), time.Now()
		s.ends[id] = now.Add(length)
		all.Go(func() {
			_, errs[i] = p.waitFor(t.Context(), JobWait{JobID: id, Submitted: now, Deadline: now.Add(time.Hour)})
			late[i] = time.Since(now) - length
		})
	}
	all.Wait()
	if len(p.waiters) != 0 {
		t.Errorf("%d waits are left", len(p.waiters))
	}
	return late, errs
}

func same(count int, length time.Duration) []time.Duration {
	lengths := make([]time.Duration, count)
	for i := range lengths {
		lengths[i] = length
	}
	return lengths
}

// Calls grow with the pages that the jobs fill, not with the jobs: a list in the place of a query of each.
func TestWatchingCostsAPage(t *testing.T) {
	for _, test := range []struct{ jobs, lists, pages, gets int }{
		{1, 0, 0, 40}, {2, 40, 40, 1}, {50, 40, 80, 1}, {100, 40, 120, 1}, {200, 40, 200, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &service{}
			late, errs := watchAll(t, s, same(test.jobs, 12*time.Minute)...)
			if s.lists > test.lists || s.pages > test.pages || s.gets > test.gets || s.lists+s.gets < 20 {
				t.Errorf("%d jobs: %d lists with %d pages and %d queries, want no more than %d, %d, %d",
					test.jobs, s.lists, s.pages, s.gets, test.lists, test.pages, test.gets)
			}
			for i, err := range errs {
				if err != nil || late[i] < 0 || late[i] > 33*time.Second {
					t.Fatalf("%d jobs: noticed %s late, %v", test.jobs, late[i], err)
				}
			}
		})
	}
}

// Jobs of all ages are noticed within a quarter of their age, or what the list takes.
func TestWatchingJobsOfAllLengths(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var lengths []time.Duration
		for i := range 100 {
			lengths = append(lengths, time.Duration(5+7*i)*time.Second)
		}
		s := &service{}
		late, errs := watchAll(t, s, lengths...)
		for i, err := range errs {
			if limit := max(lengths[i]*3/10, 14*time.Second); err != nil || late[i] < 0 ||
				late[i] > min(limit, 33*time.Second)+time.Second {
				t.Errorf("a job of %s was noticed %s late, %v", lengths[i], late[i], err)
			}
		}
		if s.pages > 100 || s.gets > 2 {
			t.Errorf("%d pages, %d queries", s.pages, s.gets)
		}
	})
}

// A job that the list does not show costs one list too many, and is asked for by itself from then on.
func TestUnlistedJobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{unlisted: map[string]bool{"job 0": true, "job 1": true}}
		late, errs := watchAll(t, s, same(20, 12*time.Minute)...)
		for i, err := range errs {
			if err != nil || late[i] > 33*time.Second {
				t.Errorf("%d: %s late, %v", i, late[i], err)
			}
		}
		if s.lists > 42 || s.gets < 40 || s.gets > 2*36 {
			t.Errorf("%d lists, %d queries", s.lists, s.gets)
		}
	})
}

// Where there is no list to be had, each job is asked for by itself, and the list is tried again now and then only.
func TestNoList(t *testing.T) {
	for name, test := range map[string]struct {
		failure error
		lists   int
	}{
		"forbidden":      {&APIError{Service: "dds", StatusCode: 403, Code: "DBS.280032"}, 4},
		"not offered":    {&APIError{Service: "dds", StatusCode: 404, Code: "APIGW.0101"}, 4},
		"not documented": {&ReplyError{Err: errors.New("not JSON")}, 4},
		"broken":         {&APIError{Service: "dds", StatusCode: 500}, 6},
		"unreachable":    {errors.New("connection refused"), 6},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &service{listError: func() error { return test.failure }}
			late, errs := watchAll(t, s, same(5, 25*time.Minute)...)
			for i, err := range errs {
				if err != nil || late[i] > 34*time.Second {
					t.Errorf("%s: %s late, %v", name, late[i], err)
				}
			}
			if s.lists < 2 || s.lists > test.lists || s.gets < 5*50 {
				t.Errorf("%s: %d lists, %d queries", name, s.lists, s.gets)
			}
		})
	}
}

// One list that fails makes each wait ask for its own job for a minute, and not for ten.
func TestOneListFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{}
		s.listError = func() error {
			if s.lists == 3 {
				return &APIError{Service: "dds", StatusCode: 503}
			}
			return nil
		}
		late, errs := watchAll(t, s, same(100, 12*time.Minute)...)
		for i, err := range errs {
			if err != nil || late[i] > 33*time.Second {
				t.Fatalf("%s late, %v", late[i], err)
			}
		}
		if s.lists < 15 || s.gets > 700 {
			t.Errorf("%d lists, %d queries", s.lists, s.gets)
		}
	})
}

// An outage is one of all waits: it costs a call or two each time, however many wait, and ends them no sooner than one.
func TestOutageOfAList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, outage := time.Now(), errors.New("connection refused")
		fails := func() error {
			if age := time.Since(began); age > 3*time.Minute && age < 9*time.Minute {
				return outage
			}
			return nil
		}
		s := &service{listError: fails, getError: fails}
		late, errs := watchAll(t, s, same(100, 12*time.Minute)...)
		for i, err := range errs {
			if err != nil || late[i] > 33*time.Second {
				t.Fatalf("%s late, %v", late[i], err)
			}
		}
		if s.lists > 90 || s.gets > 40 {
			t.Errorf("%d lists, %d queries", s.lists, s.gets)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		fails := func() error { return errors.New("connection refused") }
		s := &service{listError: fails, getError: fails}
		_, errs := watchAll(t, s, same(10, 12*time.Minute)...)
		for _, err := range errs {
			if !errors.As(err, new(*PollError)) {
				t.Errorf("got %v", err)
			}
		}
	})
}

// A young job is not asked for by itself because the list does not know it yet: neither does the query of one.
func TestYoungJobsAreNotKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{unlisted: map[string]bool{"job 0": true, "job 1": true}}
		go func() {
			time.Sleep(7 * time.Second) // on the bubble's clock
			s.mutex.Lock()
			defer s.mutex.Unlock()
			s.unlisted = nil
		}()
		_, errs := watchAll(t, s, same(2, 2*time.Minute)...)
		if s.gets > 1 || errs[0] != nil || errs[1] != nil {
			t.Errorf("%d queries, %v", s.gets, errs)
		}
	})
}

// A list that was under way before a job was submitted says nothing of it, however long it takes.
func TestSlowListsSayNothingOfNewJobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{ends: map[string]time.Time{}, pageSize: 50}
		p := newTestPoller(s.get, nil)
		p.list = func(ctx context.Context, _ string, from, to time.Time, enough func([]Job) bool) ([]Job, error) {
			jobs, err := s.list(ctx, "", from, to, enough) // of now, but it takes its pages some time
			return jobs, errors.Join(err, SystemClock.Sleep(ctx, 20*time.Second))
		}
		var all sync.WaitGroup
		for i := range 30 {
			id, now := fmt.Sprint("job ", i), time.Now()
			s.mutex.Lock()
			s.ends[id] = now.Add(5 * time.Minute)
			s.mutex.Unlock()
			all.Go(func() {
				if _, err := p.waitFor(t.Context(), JobWait{JobID: id, Submitted: now, Deadline: now.Add(time.Hour)}); err != nil {
					t.Error(err)
				}
			})
			time.Sleep(3 * time.Second) // on the bubble's clock
		}
		all.Wait()
		if s.gets > 3 {
			t.Errorf("%d queries of one job, %d lists", s.gets, s.lists)
		}
	})
}

// That one job is gone says nothing of another, whoever asks for the list.
func TestAnotherJobsEndIsNotMine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{listError: func() error { return errors.New("no list") }}
		s.ends, s.pageSize = map[string]time.Time{"here": time.Now().Add(20 * time.Minute)}, 50
		p := newTestPoller(s.get, s.list)
		var all sync.WaitGroup
		now := time.Now()
		for _, id := range []string{"here", "gone 1", "gone 2", "gone 3"} {
			all.Go(func() {
				_, err := p.waitFor(
					t.Context(),
					JobWait{JobID: id, Submitted: now.Add(-10 * time.Minute), Deadline: now.Add(time.Hour)},
				)
				if (err == nil) != (id == "here") || err != nil && !IsNotFound(err) {
					t.Errorf("%s: %v", id, err)
				}
			})
		}
		all.Wait()
	})
}
