// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/fakecloud"
	"terraform-provider-x/internal/pointintime"
)

// TestLookUpAsksAgainAfterAFailure keeps what the service said, and nothing that may be otherwise the next time.
func TestLookUpAsksAgainAfterAFailure(t *testing.T) {
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
			_, err := lookUp(t.Context(), look, func() (int, error) { asked++; return 0, c.err }, question)
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

// newLookups is a memory on a clock that stands still, and no cloud behind it.
func newLookups(t *testing.T) (lookups, *instantClock) {
	t.Helper()
	c, err := client.New(client.Config{Region: "eu-west-101", AccessKey: "a", SecretKey: "s"})
	if err != nil {
		t.Fatal(err)
	}
	clock := &instantClock{time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	return lookups{c, newLookupMemory(clock)}, clock
}

func TestLookUpRemembers(t *testing.T) {
	t.Parallel()
	look, clock := newLookups(t)
	asked := 0
	ask := func(question ...string) int {
		value, _ := lookUp(t.Context(), look, func() (int, error) { asked++; return asked, nil }, question...)
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
	clock.now = clock.now.Add(lookupsKept)
	expect("at its limit", ask("windows", "i"), 1)
	clock.now = clock.now.Add(time.Second)
	expect("too old", ask("windows", "i"), 4)
	look.memory.forget("i")
	expect("forgotten", ask("windows", "i"), 5)
	expect("not that one", ask("windowsi", ""), 3+3) // too old by now
	expect("afresh", func() int {
		value, _ := lookUp(t.Context(), look.afresh(), func() (int, error) { return 100, nil }, "windows", "i")
		return value
	}(), 100)
	expect("which is not kept", ask("windows", "i"), 5)
}

func TestLookUpSharesRefusalsButNoCancellation(t *testing.T) {
	t.Parallel()
	look, _ := newLookups(t)
	asked := 0
	refused := &client.APIError{Service: "rds", StatusCode: 403}
	ask := func(ctx context.Context) error {
		_, err := lookUp(ctx, look, func() (string, error) { asked++; return "", refused }, "windows")
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

func TestLookUpAsksOnceForAllAtOnce(t *testing.T) {
	t.Parallel()
	look, _ := newLookups(t)
	var asked atomic.Int32
	begun, answer := make(chan struct{}, 50), make(chan struct{})
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			value, err := lookUp(t.Context(), look, func() (string, error) {
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

func TestClosest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		wanted string
		names  []string
		want   string
	}{
		{"order", []string{"customers", "order_items", "orders"}, ` Did you mean "orders" or "order_items"?`},
		{"Orders", []string{"orders", "zebra"}, ` Did you mean "orders"?`},
		{"a", []string{"b", "c", "d", "e"}, ` Did you mean "b" or "c" or "d"?`},
		{"orders", []string{"zebra", "customers"}, ""},
		{"orders", nil, ""},
		{"bestellungen_2023", []string{"bestellungen_2024", "bestellung_2023", "x"}, ` Did you mean "bestellungen_2024" or "bestellung_2023"?`},
	} {
		if have := closest(c.wanted, c.names); have != c.want {
			t.Errorf("%s in %q: %q, want %q", c.wanted, c.names, have, c.want)
		}
	}
}

func TestMoments(t *testing.T) {
	t.Parallel()
	at := func(hour int) time.Time { return time.Date(2023, 7, 5, hour, 0, 0, 0, time.UTC) }
	windows := []client.Window{{Start: at(8), End: at(9)}, {Start: at(2), End: at(4)}, {Start: at(12), End: at(13)}}
	for hour, want := range map[int]string{
		1:  "The nearest moments that it can be restored to are 2023-07-05T02:00:00Z after it.",
		6:  "The nearest moments that it can be restored to are 2023-07-05T04:00:00Z before it and 2023-07-05T08:00:00Z after it.",
		10: "The nearest moments that it can be restored to are 2023-07-05T09:00:00Z before it and 2023-07-05T12:00:00Z after it.",
		20: "The nearest moments that it can be restored to are 2023-07-05T13:00:00Z before it.",
	} {
		if have := moments(windows, at(hour)); have != want {
			t.Errorf("%d o'clock: %s", hour, have)
		}
	}
	for hour, want := range map[int]bool{1: false, 2: true, 3: true, 4: true, 5: false, 13: true} {
		if within(windows, at(hour)) != want {
			t.Errorf("%d o'clock: within is %t", hour, !want)
		}
	}
	if latest, found := newest(windows); !found || !latest.Equal(at(13)) {
		t.Errorf("newest is %s, %t", latest, found)
	}
	if _, found := newest(nil); found {
		t.Error("found the newest of none")
	}
}

// TestLatestIsAskedForAnew moves the clock on between a plan's look-up and the restore.
func TestLatestIsAskedForAnew(t *testing.T) {
	t.Parallel()
	clock := &instantClock{time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	cloud, err := fakecloud.Start(fakecloud.Options{Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cloud.Close() })
	at := cloud.Addresses()
	c, err := client.New(client.Config{
		Region: fakecloud.DefaultRegion, AccessKey: fakecloud.DefaultAccessKey, SecretKey: fakecloud.DefaultSecretKey, Clock: clock,
		Endpoints: map[string]string{"iam": at.IAM, "rds": at.RDS, "dds": at.DDS},
	})
	if err != nil {
		t.Fatal(err)
	}
	look := lookups{c, newLookupMemory(clock)}
	latest := pointintime.NewValue(pointintime.Latest)
	rds := rdsPgTablePITRModel{InstanceID: types.StringValue("df29b535eec64ee1b286bd2c62871a9cin03"), RestoreTime: latest}
	dds := ddsCollectionRestoreModel{InstanceID: types.StringValue("9136fd2a9fcd405ea4674276ce36dae8in02")}
	var diags diag.Diagnostics
	dds.RestoreCollections, diags = types.ListValueFrom(t.Context(), ddsCollectionRestoreSchema(t.Context()).Attributes["restore_collections"].GetType().(types.ListType).ElemType,
		[]ddsDatabaseModel{{Database: types.StringValue("app"), RestoreDatabaseTime: latest}})
	if diags.HasError() {
		t.Fatal(diags)
	}
	for range 3 {
		if _, err := look.rdsWindows(t.Context(), rds.InstanceID.ValueString(), ""); err != nil {
			t.Fatal(err)
		}
		if _, _, err := look.ddsNewest(t.Context(), dds.InstanceID.ValueString()); err != nil {
			t.Fatal(err)
		}
		clock.now = clock.now.Add(time.Minute)
		want := clock.now.Add(-5 * time.Minute)
		if have, err := momentOfRDSPgTablePITR(t.Context(), look, rds); err != nil || !have.Equal(want) {
			t.Errorf("RDS: %s, %v, want %s", have, err, want)
		}
		if have, err := momentOfDDSCollectionRestore(t.Context(), look, dds); err != nil || !have.Equal(want) {
			t.Errorf("DDS: %s, %v, want %s", have, err, want)
		}
	}
}
