// SPDX-License-Identifier: MPL-2.0

// Package dws holds what is DWS's own of restores and data sources: schemas, requests, checks before a restore, and
// their messages. The lifecycle of a restore is package restore's; the calls are internal/client's.
package dws

import (
	"context"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/provider/lookup"
)

func snapshot(ctx context.Context, look lookup.Region, id string) (client.DWSSnapshot, error) {
	return lookup.Get(ctx, look, func(ctx context.Context) (client.DWSSnapshot, error) {
		return look.Client.DWS().Snapshot(ctx, id)
	}, "DWS snapshot", id)
}

func cluster(ctx context.Context, look lookup.Region, id string) (client.DWSCluster, error) {
	return lookup.Get(ctx, look, func(ctx context.Context) (client.DWSCluster, error) {
		return look.Client.DWS().Cluster(ctx, id)
	}, "DWS cluster", id)
}

func snapshots(ctx context.Context, look lookup.Region) ([]client.DWSSnapshot, error) {
	return lookup.Get(ctx, look, func(ctx context.Context) ([]client.DWSSnapshot, error) {
		return look.Client.DWS().Snapshots(ctx)
	}, "DWS snapshots")
}

func clusterSnapshots(ctx context.Context, look lookup.Region, clusterID string) ([]client.DWSSnapshot, error) {
	return lookup.Get(ctx, look, func(ctx context.Context) ([]client.DWSSnapshot, error) {
		return look.Client.DWS().ClusterSnapshots(ctx, clusterID)
	}, "DWS cluster snapshots", clusterID)
}
