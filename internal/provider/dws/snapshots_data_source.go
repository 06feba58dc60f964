// SPDX-License-Identifier: MPL-2.0

package dws

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/provider/lookup"
	"terraform-provider-x/internal/provider/names"
	"terraform-provider-x/internal/provider/validators"
)

// snapshotsDataSource lists what x_dws_table_restore can restore from (DWS API reference, "Querying the Snapshot List"
// and "Querying the Cluster Snapshot List").
type snapshotsDataSource struct {
	lookup.RegionArgument
	ClusterID types.String    `tfsdk:"cluster_id"`
	NameRegex types.String    `tfsdk:"name_regex"`
	Status    types.String    `tfsdk:"status"`
	Snapshots []snapshotModel `tfsdk:"snapshots"`
}

type snapshotModel struct {
	ID                types.String `tfsdk:"id"`
	Name              types.String `tfsdk:"name"`
	Status            types.String `tfsdk:"status"`
	ClusterID         types.String `tfsdk:"cluster_id"`
	ClusterName       types.String `tfsdk:"cluster_name"`
	FineGrainedBackup types.Bool   `tfsdk:"fine_grained_backup"`
	BackupLevel       types.String `tfsdk:"backup_level"`
	Database          types.String `tfsdk:"database"`
	Schemas           []string     `tfsdk:"schemas"`
	Tables            []string     `tfsdk:"tables"`
	Started           types.String `tfsdk:"started"`
	StartedMS         types.Int64  `tfsdk:"started_ms"`
	Finished          types.String `tfsdk:"finished"`
	FinishedMS        types.Int64  `tfsdk:"finished_ms"`
}

// NewSnapshots returns the model of x_dws_snapshots.
func NewSnapshots() lookup.Model { return &snapshotsDataSource{} }

func (*snapshotsDataSource) Name() string { return "dws_snapshots" }

func (*snapshotsDataSource) Description() string {
	return "Lists the snapshots of a DWS cluster, or of all clusters of the project. " +
		"Single tables can be restored from a snapshot that is `AVAILABLE` and fine-grained."
}

func (*snapshotsDataSource) Attributes() map[string]schema.Attribute {
	names := func(description string) schema.Attribute {
		return schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	return map[string]schema.Attribute{
		"cluster_id": schema.StringAttribute{
			Optional: true, Validators: []validator.String{validators.ID},
			MarkdownDescription: "The id of the cluster to list the snapshots of. " +
				"By default all snapshots of the project are listed.",
		},
		"name_regex": lookup.NameRegexAttribute("the snapshot's name"),
		"status": schema.StringAttribute{
			Optional: true, Validators: []validator.String{validators.Status},
			MarkdownDescription: "The status to filter by, such as `AVAILABLE`, in upper or lower case.",
		},
		"snapshots": lookup.ComputedList(
			"The snapshots, the newest first. An attribute is null if the service does not report it.",
			map[string]schema.Attribute{
				"id":           lookup.ComputedText("The snapshot's id."),
				"name":         lookup.ComputedText("The snapshot's name."),
				"status":       lookup.ComputedText("The status, as the service names it, such as `AVAILABLE`."),
				"cluster_id":   lookup.ComputedText("The id of the snapshot's cluster."),
				"cluster_name": lookup.ComputedText("The name of the snapshot's cluster."),
				"fine_grained_backup": schema.BoolAttribute{
					Computed: true,
					MarkdownDescription: "Whether single tables can be restored from the snapshot. " +
						"Null if the service does not report it, as in older regions.",
				},
				"backup_level": lookup.ComputedText("What the snapshot holds: `cluster`, `schema` or `table`."),
				"database":     lookup.ComputedText("The database in a snapshot of level `schema` or `table`."),
				"schemas": names(
					"The schemas in a snapshot of level `schema`, as the service writes them. Otherwise empty.",
				),
				"tables": names(
					"The tables in a snapshot of level `table`, as the service writes them. Otherwise empty.",
				),
				"started":     lookup.ComputedText("When the snapshot was started: " + timeForm),
				"started_ms":  lookup.ComputedNumber("`started` in epoch milliseconds. " + nullWithoutZone),
				"finished":    lookup.ComputedText("When the snapshot was finished: " + timeForm),
				"finished_ms": lookup.ComputedNumber("`finished` in epoch milliseconds. " + nullWithoutZone),
			},
		),
	}
}

const (
	timeForm        = "RFC 3339, UTC. Without a zone, as in `2026-01-13T10:00:00`, if the service does not report the zone."
	nullWithoutZone = "Null if the service does not report the zone."
)

func (m *snapshotsDataSource) Read(ctx context.Context, look lookup.Region) diag.Diagnostics {
	expression, diags := lookup.NameRegex(m.NameRegex)
	if diags.HasError() {
		return diags
	}
	var there []client.DWSSnapshot
	var err error
	at := path.Root("cluster_id")
	if m.ClusterID.IsNull() {
		at = path.Empty()
		there, err = snapshots(ctx, look)
	} else {
		there, err = clusterSnapshots(ctx, look, m.ClusterID.ValueString())
	}
	if err != nil {
		return diag.Diagnostics{lookup.Error(ctx, look, at, err)}
	}
	m.Snapshots = []snapshotModel{}
	for _, snapshot := range there {
		if expression.MatchString(names.Normal(snapshot.Name)) &&
			(m.Status.IsNull() || strings.EqualFold(snapshot.Status, m.Status.ValueString())) {
			// The cluster's list need not repeat whose it is.
			snapshot.ClusterID = cmp.Or(snapshot.ClusterID, m.ClusterID.ValueString())
			m.Snapshots = append(m.Snapshots, newSnapshotModel(snapshot))
		}
	}
	return nil
}

func newSnapshotModel(snapshot client.DWSSnapshot) snapshotModel {
	model := snapshotModel{
		ID:                lookup.Text(snapshot.ID),
		Name:              lookup.Text(snapshot.Name),
		Status:            lookup.Text(snapshot.Status),
		ClusterID:         lookup.Text(snapshot.ClusterID),
		ClusterName:       lookup.Text(snapshot.ClusterName),
		FineGrainedBackup: types.BoolPointerValue(snapshot.FineGrainedBackup),
		BackupLevel:       lookup.Text(snapshot.BackupLevel),
		Database:          lookup.Text(snapshot.Database),
		Schemas:           append([]string{}, snapshot.Schemas...),
		Tables:            append([]string{}, snapshot.Tables...),
		Started:           lookup.Time(snapshot.Started),
		StartedMS:         lookup.Milliseconds(snapshot.Started),
		Finished:          lookup.Time(snapshot.Finished),
		FinishedMS:        lookup.Milliseconds(snapshot.Finished),
	}
	if snapshot.NoZone {
		model.Started, model.StartedMS = withoutZone(snapshot.Started), types.Int64Null()
		model.Finished, model.FinishedMS = withoutZone(snapshot.Finished), types.Int64Null()
	}
	return model
}

// withoutZone is a moment as the service writes it, of a zone that nobody knows.
func withoutZone(moment time.Time) types.String {
	if moment.IsZero() {
		return types.StringNull()
	}
	return types.StringValue(moment.Format("2006-01-02T15:04:05"))
}
