// SPDX-License-Identifier: MPL-2.0

package lookup

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/provider/providertest"
)

// TestGetAsksAgainAfterAFailure keeps what the service said, and nothing that may be otherwise the next time.
func TestGetAsksAgainAfterAFailure(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  error
		kept bool
	}{
		"nothing there":   {&client.NotFoundError{What: "it"}, true},
		"forbidden":       {&client.APIError{Service: "rds", StatusCode: 403}, true},
		"unavailable":     {&client.APIError{Service: "rds", StatusCode: 503}, false},
		"busy":            {&client.APIError{Service: "rds", StatusCode: 409, Code: "DBS.200019"}, false},
		"unreadable":      {&client.ReplyError{}, false},
		"no answer":       {errors.New("cut"), false},
		"a login refused": {&client.APIError{Service: "rds", StatusCode: 401}, true}, // with which the client tries nothing more
	} {
		look, _ := newLookups(t)
		asked := 0
		for _, question := range []string{"it", "it", "something else"} {
			_, err := Get(t.Context(), look, func(context.Context) (int, error) { asked++; return 0, c.err }, question)
			if !errors.Is(err, c.err) {
				t.Errorf("%s: %v", name, err)
			}
		}
		want := map[bool]int{true: 2, false: 3}[c.kept]
		if asked != want {
			t.Errorf("%s: asked %d times, want %d", name, asked, want)
		}
	}
}

// newLookups is a cache on a clock that stands still, and no cloud behind it.
func newLookups(t *testing.T) (Region, *providertest.Clock) {
	t.Helper()
	clock := providertest.NewClock()
	return In(providertest.Unreachable(t), NewCache(clock)), clock
}

func TestGetRemembers(t *testing.T) {
	t.Parallel()
	look, clock := newLookups(t)
	asked := 0
	ask := func(question ...string) int {
		value, _ := Get(t.Context(), look, func(context.Context) (int, error) { asked++; return asked, nil }, question...)
		return value
	}
	expect := func(what string, have, want int) {
		if have != want {
			t.Errorf("%s: got answer %d, want %d", what, have, want)
		}
	}
	expect("first", ask("windows", "i"), 1)
	expect("again", ask("windows", "i"), 1)
	expect("another question", ask("windows", "j"), 2)
	expect("other words in other places", ask("windowsi", ""), 3)
	clock.Time = clock.Time.Add(keptFor)
	expect("at its limit", ask("windows", "i"), 1)
	clock.Time = clock.Time.Add(time.Second)
	expect("too old", ask("windows", "i"), 4)
	look.Forget("i")
	expect("forgotten", ask("windows", "i"), 5)
	expect("not that one", ask("windowsi", ""), 3+3) // too old by now
	expect("uncached", func() int {
		value, _ := Get(t.Context(), look.Uncached(), func(context.Context) (int, error) { return 100, nil }, "windows", "i")
		return value
	}(), 100)
	expect("which is not kept", ask("windows", "i"), 5)
}

func TestGetSharesRefusalsButNoCancellation(t *testing.T) {
	t.Parallel()
	look, _ := newLookups(t)
	asked := 0
	refused := &client.APIError{Service: "rds", StatusCode: 403}
	ask := func(ctx context.Context) error {
		_, err := Get(ctx, look, func(context.Context) (string, error) { asked++; return "", refused }, "windows")
		return err
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := ask(cancelled); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	asked = 0 // whether the cancelled one asked does not matter
	for range 3 {
		if err := ask(t.Context()); !errors.Is(err, refused) {
			t.Errorf("refused: %v", err)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times, want once for all", asked)
	}
}

func TestGetAsksOnceForAllAtOnce(t *testing.T) {
	t.Parallel()
	look, _ := newLookups(t)
	var asked atomic.Int32
	begun, answer := make(chan struct{}, 50), make(chan struct{})
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			value, err := Get(t.Context(), look, func(context.Context) (string, error) {
				asked.Add(1)
				begun <- struct{}{}
				<-answer
				return "it", nil
			}, "windows")
			if value != "it" || err != nil {
				t.Errorf("got %q, %v", value, err)
			}
		})
	}
	<-begun
	close(answer)
	all.Wait()
	if asked.Load() != 1 {
		t.Errorf("asked %d times", asked.Load())
	}
}
