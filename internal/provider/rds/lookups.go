// SPDX-License-Identifier: MPL-2.0

// Package rds holds what is RDS's own of restores and data sources: schemas, requests, checks before a restore, and
// their messages. The lifecycle of a restore is package restore's; the calls are internal/client's.
package rds

import (
	"context"
	"time"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
	"terraform-provider-x/internal/provider/lookup"
)

func instance(ctx context.Context, look lookup.Region, id string) (client.RDSInstance, error) {
	return lookup.Listed(ctx, look, lookup.List[client.RDSInstance]{
		What: "RDS instance", IDOf: func(i client.RDSInstance) string { return i.ID },
		All: look.Client.RDS().Instances, One: look.Client.RDS().Instance,
	}, id)
}

// restoreWindows are those of a date, yyyy-mm-dd, or all for "".
func restoreWindows(ctx context.Context, look lookup.Region, instanceID, date string) ([]client.Window, error) {
	return lookup.Get(ctx, look, func(ctx context.Context) ([]client.Window, error) {
		return look.Client.RDS().RestoreWindows(ctx, instanceID, date)
	}, "RDS windows", instanceID, date)
}

func restorableTables(
	ctx context.Context,
	look lookup.Region,
	instanceID string,
	at time.Time,
	filter client.RDSTableFilter,
) (
	client.RDSRestorableTables, error) {
	return lookup.Get(ctx, look, func(ctx context.Context) (client.RDSRestorableTables, error) {
		if filter == (client.RDSTableFilter{}) {
			return look.Client.RDS().SharedRestorableTables(ctx, instanceID, at)
		}
		return look.Client.RDS().RestorableTables(ctx, instanceID, at, filter)
	}, "RDS tables", instanceID, pointintime.Format(at), filter.DatabaseNameLike, filter.TableNameLike)
}

// newestMoment is the newest moment that an instance can be restored to; false if there is none.
func newestMoment(ctx context.Context, look lookup.Region, instanceID string) (time.Time, bool, error) {
	windows, err := restoreWindows(ctx, look, instanceID, "")
	latest, found := lookup.Newest(windows)
	return latest, found && err == nil, err
}
