// SPDX-License-Identifier: MPL-2.0

package joined

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"
)

// TestMain fails if a test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	errLeft  = errors.New("the caller left")
	errAsked = errors.New("the answer is an error")
)

// scene is a key that callers ask for, one after the other, before the first answer comes.
type scene struct {
	calls   Calls[string, int]
	mutex   sync.Mutex
	asked   int               // how often
	answer  chan error        // the end of a call
	stopped []int             // the calls that were stopped
	values  []any             // of the contexts of the calls
	results map[string]string // by caller
}

type valueKey struct{}

func (s *scene) ask(ctx context.Context) (int, error) {
	s.mutex.Lock()
	s.asked++
	me := s.asked
	s.values = append(s.values, ctx.Value(valueKey{}))
	s.mutex.Unlock()
	select {
	case err := <-s.answer:
		return me, err
	case <-ctx.Done():
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.stopped = append(s.stopped, me)
		return 0, ctx.Err()
	}
}

// call starts a caller and returns what makes it leave.
func (s *scene) call(t *testing.T, name, key string) (leave func()) {
	t.Helper()
	ctx, cancel := context.WithCancelCause(context.WithValue(t.Context(), valueKey{}, name))
	go func() {
		value, err := s.calls.Do(ctx, key, s.ask)
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.results[name] = fmt.Sprint(value, " ", err)
	}()
	synctest.Wait()
	return func() { cancel(errLeft); synctest.Wait() }
}

func TestDo(t *testing.T) {
	for name, test := range map[string]struct {
		play    func(t *testing.T, s *scene)
		asked   int
		stopped []int
		results map[string]string
	}{
		"one caller": {
			func(t *testing.T, s *scene) { s.call(t, "a", "k"); s.answer <- nil },
			1, nil, map[string]string{"a": "1 <nil>"},
		},
		"several share a call": {
			func(t *testing.T, s *scene) { s.call(t, "a", "k"); s.call(t, "b", "k"); s.answer <- nil },
			1, nil, map[string]string{"a": "1 <nil>", "b": "1 <nil>"},
		},
		"and its error": {
			func(t *testing.T, s *scene) { s.call(t, "a", "k"); s.call(t, "b", "k"); s.answer <- errAsked },
			1, nil, map[string]string{"a": "1 the answer is an error", "b": "1 the answer is an error"},
		},
		"other keys are other calls": {
			func(t *testing.T, s *scene) {
				s.call(t, "a", "k")
				s.call(t, "b", "l")
				s.answer <- nil
				s.answer <- nil
			},
			2, nil, map[string]string{"a": "", "b": ""}, // in either order
		},
		"nothing is kept": {
			func(t *testing.T, s *scene) {
				s.call(t, "a", "k")
				s.answer <- nil
				synctest.Wait()
				s.call(t, "b", "k")
				s.answer <- nil
			},
			2, nil, map[string]string{"a": "1 <nil>", "b": "2 <nil>"},
		},
		"the first leaves": {
			func(t *testing.T, s *scene) {
				leave := s.call(t, "a", "k")
				s.call(t, "b", "k")
				leave()
				s.answer <- nil
			},
			1, nil, map[string]string{"a": "0 the caller left", "b": "1 <nil>"},
		},
		"all leave": {
			func(t *testing.T, s *scene) {
				first, second := s.call(t, "a", "k"), s.call(t, "b", "k")
				first()
				second()
			},
			1, []int{1}, map[string]string{"a": "0 the caller left", "b": "0 the caller left"},
		},
		"nobody joins a call that all have left": {
			func(t *testing.T, s *scene) {
				s.call(t, "a", "k")()
				s.call(t, "b", "k")
				s.answer <- nil
			},
			2, []int{1}, map[string]string{"a": "0 the caller left", "b": "2 <nil>"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &scene{answer: make(chan error), results: map[string]string{}}
				test.play(t, s)
				synctest.Wait()
				if s.asked != test.asked || !slices.Equal(s.stopped, test.stopped) {
					t.Errorf("%d calls, of which %v were stopped; want %d, %v", s.asked, s.stopped, test.asked, test.stopped)
				}
				for caller, want := range test.results {
					if got, ended := s.results[caller]; !ended || want != "" && got != want {
						t.Errorf("%s got %q, want %q", caller, got, want)
					}
				}
				if s.values[0] != "a" {
					t.Errorf("the first call has the value %v, want that of its first caller", s.values[0])
				}
				if len(s.calls.running) != 0 {
					t.Errorf("%d calls are left", len(s.calls.running))
				}
			})
		})
	}
}

func TestDoUnderAnEndedContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errLeft)
	var calls Calls[int, int]
	_, err := calls.Do(ctx, 1, func(context.Context) (int, error) { t.Error("asked"); return 0, nil })
	if err != errLeft { //nolint:errorlint // the cause itself is promised
		t.Errorf("got %v", err)
	}
}
