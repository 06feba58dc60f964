// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
)

// dwsSnapshots lists what x_dws_table_restore can restore from (DWS API reference, "Querying the Snapshot List" and "Querying
// the Cluster Snapshot List").
var dwsSnapshots = dataSourceSpec[dwsSnapshotsModel]{
	name:       "dws_snapshots",
	about:      "Lists the snapshots of a DWS cluster, or of all clusters of the project. Single tables can be restored from one that is `AVAILABLE` and fine-grained.",
	attributes: dwsSnapshotsAttributes,
	region:     func(m *dwsSnapshotsModel) *types.String { return &m.Region },
	read:       readDWSSnapshots,
}

type dwsSnapshotsModel struct {
	Region    types.String       `tfsdk:"region"`
	ClusterID types.String       `tfsdk:"cluster_id"`
	NameRegex types.String       `tfsdk:"name_regex"`
	Status    types.String       `tfsdk:"status"`
	Snapshots []dwsSnapshotModel `tfsdk:"snapshots"`
}

type dwsSnapshotModel struct {
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

func dwsSnapshotsAttributes() map[string]schema.Attribute {
	names := func(description string) schema.Attribute {
		return schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	return map[string]schema.Attribute{
		"cluster_id": schema.StringAttribute{
			Optional: true, Validators: []validator.String{anyName},
			MarkdownDescription: "The cluster whose snapshots are listed. By default all of the project.",
		},
		"name_regex": nameRegexAttribute("the snapshot's name"),
		"status": schema.StringAttribute{
			Optional: true, Validators: []validator.String{anyName},
			MarkdownDescription: "The status that listed snapshots have, such as `AVAILABLE`, in upper or lower case.",
		},
		"snapshots": computedList("The snapshots, those that were begun last first. An attribute that the service does not tell is null.", map[string]schema.Attribute{
			"id":           computedText("The snapshot's id."),
			"name":         computedText("The snapshot's name."),
			"status":       computedText("The service's own word, such as `AVAILABLE`."),
			"cluster_id":   computedText("The cluster that the snapshot was taken of."),
			"cluster_name": computedText("The cluster's name."),
			"fine_grained_backup": schema.BoolAttribute{
				Computed:            true,
				MarkdownDescription: "Whether single tables can be restored from the snapshot. Null where the service does not say, as in older regions.",
			},
			"backup_level": computedText("`cluster`, `schema` or `table`."),
			"database":     computedText("The database that a snapshot of level `schema` or `table` holds."),
			"schemas":      names("The schemas that a snapshot of level `schema` holds, as the service writes them. Otherwise empty."),
			"tables":       names("The tables that a snapshot of level `table` holds, as the service writes them. Otherwise empty."),
			"started":      computedText("When the snapshot was begun: RFC 3339, UTC."),
			"started_ms":   computedNumber("The same in epoch milliseconds."),
			"finished":     computedText("When the snapshot was finished: RFC 3339, UTC."),
			"finished_ms":  computedNumber("The same in epoch milliseconds."),
		}),
	}
}

func readDWSSnapshots(ctx context.Context, look lookups, m *dwsSnapshotsModel) diag.Diagnostics {
	expression, diags := nameRegex(path.Root("name_regex"), m.NameRegex)
	if diags.HasError() {
		return diags
	}
	var there []client.DWSSnapshot
	var err error
	at := path.Root("cluster_id")
	if m.ClusterID.IsNull() {
		at = path.Empty()
		there, err = look.dwsSnapshots(ctx)
	} else {
		there, err = look.dwsClusterSnapshots(ctx, m.ClusterID.ValueString())
	}
	if err != nil {
		return diag.Diagnostics{errorLookup(ctx, look, at, err)}
	}
	m.Snapshots = []dwsSnapshotModel{}
	for _, snapshot := range there {
		if expression.MatchString(snapshot.Name) && (m.Status.IsNull() || strings.EqualFold(snapshot.Status, m.Status.ValueString())) {
			// The cluster's list need not repeat whose it is.
			snapshot.ClusterID = cmp.Or(snapshot.ClusterID, m.ClusterID.ValueString())
			m.Snapshots = append(m.Snapshots, dwsSnapshotOf(snapshot))
		}
	}
	return nil
}

func dwsSnapshotOf(snapshot client.DWSSnapshot) dwsSnapshotModel {
	return dwsSnapshotModel{
		ID:                textOf(snapshot.ID),
		Name:              textOf(snapshot.Name),
		Status:            textOf(snapshot.Status),
		ClusterID:         textOf(snapshot.ClusterID),
		ClusterName:       textOf(snapshot.ClusterName),
		FineGrainedBackup: types.BoolPointerValue(snapshot.FineGrainedBackup),
		BackupLevel:       textOf(snapshot.BackupLevel),
		Database:          textOf(snapshot.Database),
		Schemas:           append([]string{}, snapshot.Schemas...),
		Tables:            append([]string{}, snapshot.Tables...),
		Started:           timeOf(snapshot.Started),
		StartedMS:         millisecondsOf(snapshot.Started),
		Finished:          timeOf(snapshot.Finished),
		FinishedMS:        millisecondsOf(snapshot.Finished),
	}
}
