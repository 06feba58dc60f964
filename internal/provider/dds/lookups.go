// SPDX-License-Identifier: MPL-2.0

// Package dds holds what is DDS's own of restores and data sources: schemas, requests, checks before a restore, and
// their messages. The lifecycle of a restore is package restore's; the calls are internal/client's.
package dds

import (
	"context"
	"slices"
	"time"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
	"terraform-provider-x/internal/provider/lookup"
)

func instance(ctx context.Context, look lookup.Region, id string) (client.DDSInstance, error) {
	return lookup.Listed(ctx, look, lookup.List[client.DDSInstance]{
		What: "DDS instance", IDOf: func(i client.DDSInstance) string { return i.ID },
		All: look.Client.DDS().Instances, One: look.Client.DDS().Instance,
	}, id)
}

// restoreWindows are those of the UTC day of a moment: the service answers one day a call.
func restoreWindows(
	ctx context.Context,
	look lookup.Region,
	instanceID string,
	day time.Time,
) ([]client.Window, error) {
	return lookup.Get(ctx, look, func(ctx context.Context) ([]client.Window, error) {
		return look.Client.DDS().RestoreWindows(ctx, instanceID, day)
	}, "DDS windows", instanceID, day.UTC().Format(time.DateOnly))
}

func restorableDatabases(ctx context.Context, look lookup.Region, instanceID string, at time.Time) ([]string, error) {
	return lookup.Get(ctx, look, func(ctx context.Context) ([]string, error) {
		return look.Client.DDS().RestorableDatabases(ctx, instanceID, at)
	}, "DDS databases", instanceID, pointintime.Format(at))
}

func restorableCollections(
	ctx context.Context,
	look lookup.Region,
	instanceID, database string,
	at time.Time,
) ([]string, error) {
	return lookup.Get(ctx, look, func(ctx context.Context) ([]string, error) {
		return look.Client.DDS().RestorableCollections(ctx, instanceID, database, at)
	}, "DDS collections", instanceID, database, pointintime.Format(at))
}

// newestDays is how many days back newestMoment searches, at one call a day. Nobody means older data by "latest".
const newestDays = 31

// newestMoment is the newest moment that an instance can be restored to; false if there is none.
func newestMoment(ctx context.Context, look lookup.Region, instanceID string) (time.Time, bool, error) {
	today := look.Now()
	// The service's clock may be ahead, and its day the next one. A refusal of that day says nothing.
	if ahead := today.Add(client.ClockSkew); ahead.UTC().Day() != today.UTC().Day() {
		windows, err := restoreWindows(ctx, look, instanceID, ahead)
		if latest, found := lookup.Newest(windows); found && err == nil {
			return latest, true, nil
		}
	}
	for day := range newestDays {
		windows, err := restoreWindows(ctx, look, instanceID, today.AddDate(0, 0, -day))
		if latest, found := lookup.Newest(windows); found || err != nil {
			return latest, found, err
		}
	}
	return time.Time{}, false, nil
}

// nearDays is how many days before and after a moment that cannot be restored to windowsNear looks for another.
const nearDays = 3

// windowsNear are the windows of the day of a moment and of the nearest days before and after it that have any, within
// nearDays and not after today. It leaves out a neighbouring day that it cannot look up.
func windowsNear(ctx context.Context, look lookup.Region, instanceID string, at time.Time) ([]client.Window, error) {
	windows, err := restoreWindows(ctx, look, instanceID, at)
	if err != nil {
		return nil, err
	}
	windows = slices.Clone(windows)
	for _, direction := range []int{-1, 1} {
		for days := 1; days <= nearDays; days++ {
			day := at.AddDate(0, 0, direction*days)
			if day.After(look.Now().AddDate(0, 0, 1)) {
				break
			}
			other, err := restoreWindows(ctx, look, instanceID, day)
			if windows = append(windows, other...); len(other) > 0 || err != nil {
				break
			}
		}
	}
	return windows, nil
}
