// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

const (
	ordersDB        = "df29b535eec64ee1b286bd2c62871a9cin03"
	stagingDB       = "5f1e6c1d0a8b4d6c9e2b7a3f4c5d6e7fin03"
	sessionsDB      = "9136fd2a9fcd405ea4674276ce36dae8in02"
	stagingSessions = "d5833c2854a4486cb7960f829269e211in02"
)

// list and object are as the CLI shows them.
type (
	list   = []any
	object = map[string]any
)

// newRealTimeEnv is a test environment on the system's clock: what a provider remembers is then not stale after some
// seconds.
func newRealTimeEnv(t *testing.T, change ...func(*fakecloud.Options)) *testEnv {
	t.Helper()
	env := newTestEnv(t, append(change, func(o *fakecloud.Options) { o.Now = time.Now })...)
	env.clock = clitest.NewClock(1)
	return env
}

// changedWorld changes a copy of the default world.
func changedWorld(change func(*fakecloud.World)) func(*fakecloud.Options) {
	return func(o *fakecloud.Options) {
		o.World = fakecloud.DefaultWorld()
		change(&o.World)
	}
}

// expectValues compares all attributes of some objects in the state.
func (env *testEnv) expectValues(want map[string]object) {
	env.Helper()
	have := env.resources()
	for address, values := range want {
		if difference := cmp.Diff(values, have[address].Values); difference != "" {
			env.Errorf("%s (- wanted, + is):\n%s", address, difference)
		}
	}
}

// expectRequests compares what a service was asked, and how often.
func (env *testEnv) expectRequests(service string, want map[string]int) {
	env.Helper()
	if difference := cmp.Diff(want, env.cloud.Requests()[service]); difference != "" {
		env.Errorf("requests to %s (- wanted, + came):\n%s", service, difference)
	}
}

// window is one of the windows that start and end at a whole second.
func window(start, end string) object {
	return object{"start": start, "start_ms": milliseconds(start), "end": end, "end_ms": milliseconds(end)}
}

func windows(earliest, latest string, of ...any) object {
	return object{
		"region": "eu-west-101", "windows": append(list{}, of...),
		"earliest": earliest, "earliest_ms": milliseconds(earliest), "latest": latest, "latest_ms": milliseconds(latest),
	}
}

func milliseconds(text string) float64 {
	moment, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return float64(moment.UnixMilli())
}

// joinedObjects adds attributes to a copy of an object.
func joinedObjects(values, more object) object {
	all := maps.Clone(values)
	maps.Copy(all, more)
	return all
}

// TestRestoreWindowsDataSources lists the windows of instances with some and without any, of one day and of several.
func TestRestoreWindowsDataSources(t *testing.T) {
	t.Parallel()
	env := newRealTimeEnv(t, changedWorld(func(w *fakecloud.World) {
		w.RDSInstances[0].Windows = w.RDSInstances[0].Windows[:1]
		w.RDSInstances[1].Windows = nil
		w.DDSInstances[0].Windows = append(w.DDSInstances[0].Windows[:1:1], fakecloud.Window{
			Start: fakecloud.At(time.Date(2020, 12, 16, 10, 0, 0, 0, time.UTC)),
			End:   fakecloud.At(time.Date(2020, 12, 16, 11, 0, 0, 0, time.UTC)),
		}, fakecloud.Window{
			Start: fakecloud.At(time.Date(2020, 12, 16, 11, 0, 1, 0, time.UTC)),
			End:   fakecloud.At(time.Date(2020, 12, 16, 12, 0, 0, 0, time.UTC)),
		})
	}))
	env.configure(fmt.Sprintf(`
data "x_rds_pg_restore_windows" "all" {
  instance_id = %[1]q
}
data "x_rds_pg_restore_windows" "day" {
  instance_id = %[1]q
  date        = "2023-07-03"
}
data "x_rds_pg_restore_windows" "none" {
  instance_id = %[2]q
}
data "x_dds_restore_windows" "days" {
  instance_id = %[3]q
  from        = "2020-12-03T11:00:00+01:00"
  to          = 1607158800000
}
data "x_dds_restore_windows" "gap" {
  instance_id = %[3]q
  from        = "2020-12-14T23:59:58Z"
  to          = "2020-12-16T23:00:00Z"
}
data "x_dds_restore_windows" "between" {
  instance_id = %[3]q
  from        = "2020-12-15T00:00:00Z"
  to          = "2020-12-16T09:00:00Z"
}
data "x_dds_restore_windows" "week" {
  instance_id = %[4]q
}`, ordersDB, stagingDB, sessionsDB, stagingSessions))
	env.mustApply()
	none := object{"windows": list{}, "earliest": nil, "earliest_ms": nil, "latest": nil, "latest_ms": nil,
		"region": "eu-west-101"}
	morning := window("2020-12-16T10:00:00Z", "2020-12-16T11:00:00Z")
	noon := window("2020-12-16T11:00:01Z", "2020-12-16T12:00:00Z")
	env.expectValues(map[string]object{
		"data.x_rds_pg_restore_windows.all": joinedObjects(windows("2023-07-01T00:00:00Z", "2023-07-08T00:00:00Z",
			window("2023-07-01T00:00:00Z", "2023-07-08T00:00:00Z")),
			object{"instance_id": ordersDB, "date": nil}),
		"data.x_rds_pg_restore_windows.day": joinedObjects(windows("2023-07-03T00:00:00Z", "2023-07-03T23:59:59Z",
			window("2023-07-03T00:00:00Z", "2023-07-03T23:59:59Z")),
			object{"instance_id": ordersDB, "date": "2023-07-03"}),
		"data.x_rds_pg_restore_windows.none": joinedObjects(none, object{"instance_id": stagingDB, "date": nil}),
		"data.x_dds_restore_windows.days": joinedObjects(windows("2020-12-03T00:00:00Z", "2020-12-05T23:59:59Z",
			window("2020-12-03T00:00:00Z", "2020-12-05T23:59:59Z")),
			object{"instance_id": sessionsDB, "from": "2020-12-03T11:00:00+01:00", "to": "1607158800000"}),
		"data.x_dds_restore_windows.gap": joinedObjects(windows("2020-12-14T00:00:00Z", "2020-12-16T12:00:00Z",
			window("2020-12-14T00:00:00Z", "2020-12-14T23:59:59Z"), morning, noon),
			object{"instance_id": sessionsDB, "from": "2020-12-14T23:59:58Z", "to": "2020-12-16T23:00:00Z"}),
		"data.x_dds_restore_windows.between": joinedObjects(none, object{"instance_id": sessionsDB,
			"from": "2020-12-15T00:00:00Z", "to": "2020-12-16T09:00:00Z"}),
	})
	week, _ := env.stored("data.x_dds_restore_windows.week").Values["windows"].(list)
	if len(week) != 1 {
		t.Errorf("the last seven days have %d windows, want one that is joined: %v", len(week), week)
	}
	env.expectRequests(fakecloud.RDS, map[string]int{fakecloud.ListRestoreTime: 3})
	// Three days, three others, of which two are known when they are asked for again, and the eight days that a week
	// touches.
	env.expectRequests(fakecloud.DDS, map[string]int{fakecloud.ListRestoreTime: 3 + 3 + 8})
}
