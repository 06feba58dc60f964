// SPDX-License-Identifier: MPL-2.0

package joined

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

// TestBatches has callers that ask one after the other, before the first call is made.
func TestBatches(t *testing.T) {
	for name, test := range map[string]struct {
		questions []string // "key item"
		leave     []int    // who leaves before the call
		gather    error
		calls     []string
		results   []string
	}{
		"one": {[]string{"k a"}, nil, nil, []string{"a"}, []string{"<a>"}},
		"several share a call": {[]string{"k a", "k b", "k c"}, nil, nil, []string{"a b c"},
			[]string{"<a>", "<b>", "<c>"}},
		"too many for one call": {[]string{"k a", "k b", "k c", "k d"}, nil, nil, []string{"a b c", "d"},
			[]string{"<a>", "<b>", "<c>", "<d>"}},
		"the same twice": {[]string{"k a", "k b", "k c", "k a"}, nil, nil, []string{"a b c"},
			[]string{"<a>", "<b>", "<c>", "<a>"}},
		"other keys":       {[]string{"k a", "l b"}, nil, nil, []string{"a", "b"}, []string{"<a>", "<b>"}},
		"the first leaves": {[]string{"k a", "k b"}, []int{0}, nil, []string{"a b"}, []string{"the caller left", "<b>"}},
		"all leave":        {[]string{"k a", "k b"}, []int{0, 1}, nil, nil, []string{"the caller left", "the caller left"}},
		"nobody may wait":  {[]string{"k a", "k b"}, nil, errAsked, nil, []string{errAsked.Error(), errAsked.Error()}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := make(chan struct{})
				batches := Batches[string, string]{Most: 3, Gather: func(ctx context.Context) error {
					select {
					case <-begin:
						return test.gather
					case <-ctx.Done():
						return ctx.Err()
					}
				}}
				var mutex sync.Mutex
				var calls []string
				results := make([]string, len(test.questions))
				var leave []func(error)
				for i, question := range test.questions {
					ctx, cancel := context.WithCancelCause(t.Context())
					leave = append(leave, cancel)
					key, item, _ := strings.Cut(question, " ")
					go func() {
						answers, err := batches.Do(ctx, key, item,
							func(_ context.Context, items []string) (map[string]string, error) {
								mutex.Lock()
								defer mutex.Unlock()
								calls = append(calls, strings.Join(items, " "))
								all := map[string]string{}
								for _, item := range items {
									all[item] = fmt.Sprintf("<%s>", item)
								}
								return all, nil
							})
						results[i] = answers[item]
						if err != nil {
							results[i] = err.Error()
						}
					}()
					synctest.Wait()
				}
				for _, i := range test.leave {
					leave[i](errLeft)
				}
				synctest.Wait()
				close(begin)
				synctest.Wait()
				slices.Sort(calls)
				if !slices.Equal(calls, test.calls) || !slices.Equal(results, test.results) {
					t.Errorf("calls %q, want %q; results %q, want %q", calls, test.calls, results, test.results)
				}
				if len(batches.open) != 0 || len(batches.calls.running) != 0 {
					t.Error("something is left")
				}
			})
		})
	}
}

// TestLaterQuestionsNeedAnotherCall lets the first call begin before the second question comes.
func TestLaterQuestionsNeedAnotherCall(t *testing.T) {
	batches := Batches[int, int]{Most: 3, Gather: func(context.Context) error { return nil }}
	for i := range 2 {
		_, err := batches.Do(t.Context(), 1, fmt.Sprint(i), func(_ context.Context, items []string) (map[string]int, error) {
			return nil, errors.New(strings.Join(items, " "))
		})
		if err == nil || err.Error() != fmt.Sprint(i) {
			t.Errorf("asked about %v", err)
		}
	}
}
