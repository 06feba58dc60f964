// SPDX-License-Identifier: MPL-2.0

package lookup

import (
	"regexp"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/pointintime"
	"terraform-provider-x/internal/provider/validators"
)

// This file holds the arguments and attributes that several data sources have, and how answers become values of
// attributes.

// InstanceAttribute is the required argument instance_id.
func InstanceAttribute() schema.Attribute {
	return schema.StringAttribute{
		Required: true, Validators: []validator.String{validators.ID}, MarkdownDescription: "The id of the instance.",
	}
}

// RestoreTimeAttribute is the required argument restore_time.
func RestoreTimeAttribute() schema.Attribute {
	return schema.StringAttribute{
		Required: true, CustomType: pointintime.Type{},
		MarkdownDescription: "The point in time: RFC 3339 with any offset, epoch milliseconds, or `latest`. " +
			"`latest` is the newest moment that the service offers when Terraform reads the data source. " +
			"If the instance cannot be restored to that moment, reading fails.",
	}
}

// NameRegexAttribute is the optional argument name_regex; of is what it matches.
func NameRegexAttribute(of string) schema.Attribute {
	return schema.StringAttribute{
		Optional: true, Validators: []validator.String{validators.Regex{}, validators.Trimmed{Spaces: true}},
		MarkdownDescription: "A regular expression (RE2) to filter by " + of + ". " +
			"It matches anywhere in the name unless you anchor it with `^` and `$`. " +
			"Names that do not match are left out. If nothing matches, the lists are empty.",
	}
}

// NameRegex is the expression of the argument name_regex. Null matches every name.
func NameRegex(value types.String) (*regexp.Regexp, diag.Diagnostics) {
	return validators.CompileRegex(path.Root("name_regex"), value)
}

// RestorableAttributes adds what restore_time means to a data source's own attributes.
func RestorableAttributes(attributes map[string]schema.Attribute) map[string]schema.Attribute {
	attributes["restorable_at"] = ComputedText("The moment that `restore_time` means: RFC 3339, UTC.")
	attributes["restore_time_ms"] = ComputedNumber("`restorable_at` in epoch milliseconds.")
	return attributes
}

// CopiesToo says what a restore to the latest moment does to the next plan.
const CopiesToo = " With `latest`, the next plan also lists what you have restored in the meantime, " +
	"and would restore that too. Exclude it with `name_regex`."

// ComputedText is a computed string.
func ComputedText(description string) schema.Attribute {
	return schema.StringAttribute{Computed: true, MarkdownDescription: description}
}

// ComputedNumber is a computed integer.
func ComputedNumber(description string) schema.Attribute {
	return schema.Int64Attribute{Computed: true, MarkdownDescription: description}
}

// ComputedList is a computed list of objects.
func ComputedList(description string, attributes map[string]schema.Attribute) schema.Attribute {
	return schema.ListNestedAttribute{
		Computed: true, MarkdownDescription: description, NestedObject: schema.NestedAttributeObject{Attributes: attributes},
	}
}

// Text is null for a text that the service does not give.
func Text(text string) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(text)
}

// Time is a moment in RFC 3339, null for one that the service does not give.
func Time(moment time.Time) types.String {
	if moment.IsZero() {
		return types.StringNull()
	}
	return types.StringValue(pointintime.Format(moment))
}

// Milliseconds is a moment in epoch milliseconds, null for one that the service does not give.
func Milliseconds(moment time.Time) types.Int64 {
	if moment.IsZero() {
		return types.Int64Null()
	}
	return types.Int64Value(moment.UnixMilli())
}
