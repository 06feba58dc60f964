// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/pointintime"
	"terraform-provider-x/internal/provider/validators"
)

// NewRestoredName returns the function restored_name.
func NewRestoredName() function.Function { return restoredName{} }

// restoredName returns the default name of x_rds_pg_table_pitr, for what is configured before the restore has run.
type restoredName struct{}

func (restoredName) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "restored_name"
}

func (restoredName) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Default name of a restored table",
		MarkdownDescription: "Returns the default `new_name` of `x_rds_pg_table_pitr`: the table's name, an underscore, " +
			"and the moment in milliseconds since 1970. A name of more than 63 bytes is an error, " +
			"because PostgreSQL would truncate it.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "table", MarkdownDescription: "The table's `old_name`."},
			function.StringParameter{
				Name:                "time",
				MarkdownDescription: "The `restore_time`: RFC 3339 with any offset, or epoch milliseconds.",
			},
		},
		Return: function.StringReturn{},
	}
}

func (restoredName) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var old, text types.String // null is "" here
	if resp.Error = req.Arguments.Get(ctx, &old, &text); resp.Error != nil {
		return
	}
	table := old.ValueString()
	if table == "" {
		resp.Error = function.NewArgumentFuncError(0, errorRestoredNameEmpty)
		return
	}
	moment, err := pointintime.Parse(text.ValueString())
	if err != nil {
		resp.Error = function.NewArgumentFuncError(1, err.Error())
		return
	}
	name := defaultName(table, moment)
	if len(name) > validators.Identifier.Maximum {
		resp.Error = function.NewArgumentFuncError(0, errorRestoredNameTooLong(name))
		return
	}
	resp.Error = resp.Result.Set(ctx, name)
}
