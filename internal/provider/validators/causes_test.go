// SPDX-License-Identifier: MPL-2.0

package validators

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// The kind of report: a mistake in thousands of entries makes thousands of messages, with suggestions that take time.

// TestOthers describes nine of 2,000 entries.
func TestOthers(t *testing.T) {
	t.Parallel()
	for count, want := range map[int]int{1: 0, 2: 1, 10: 9, 11: 9, 2000: 9} {
		described := 0
		text := Others(make([]int, count), func(int) string { described++; return "x" })
		if described != want || strings.Count(text, "\n  x") != want {
			t.Errorf("%d entries: %d were described, want %d:\n%s", count, described, want, text)
		}
		if more := fmt.Sprintf("and %d more", count-10); strings.Contains(text, more) != (count > 10) {
			t.Errorf("%d entries: %s", count, text)
		}
	}
}

// TestCauses groups by cause, and has one group more than the ten that get a message of their own.
func TestCauses(t *testing.T) {
	t.Parallel()
	var causes Causes[int]
	for i := range 2000 {
		causes.Add(fmt.Sprint(i%2), i)
	}
	if groups := causes.Groups(); len(groups) != 2 || len(groups[0]) != 1000 || groups[1][0] != 1 {
		t.Errorf("%d groups", len(groups))
	}
	for i := range 2000 {
		causes.Add(fmt.Sprint("other", i), i)
	}
	if groups := causes.Groups(); len(groups) != 11 || len(groups[10]) != 2000-8 {
		t.Errorf("%d groups, the last of %d", len(groups), len(groups[len(groups)-1]))
	}
}

// TestNamesOfManyEntries has two kinds of mistake in 2,000 entries, in lists inside a list.
func TestNamesOfManyEntries(t *testing.T) {
	t.Parallel()
	table := map[string]attr.Type{"old_name": types.StringType, "new_name": types.StringType}
	schema := map[string]attr.Type{"tables": types.ListType{ElemType: types.ObjectType{AttrTypes: table}}}
	var schemas []attr.Value
	for i := range 2000 {
		schemas = append(schemas, types.ObjectValueMust(schema, map[string]attr.Value{
			"tables": types.ListValueMust(types.ObjectType{AttrTypes: table}, []attr.Value{
				types.ObjectValueMust(table, map[string]attr.Value{
					"old_name": types.StringValue(""), "new_name": types.StringValue(fmt.Sprintf("t%d\r", i)),
				}),
			}),
		}))
	}
	var resp validator.ListResponse
	Names{"old_name": {}, "new_name": {New: true}}.ValidateList(t.Context(), validator.ListRequest{
		Path: path.Root("schemas"), ConfigValue: types.ListValueMust(types.ObjectType{AttrTypes: schema}, schemas),
	}, &resp)
	if len(resp.Diagnostics) != 2 {
		t.Fatalf("%d messages, want 2", len(resp.Diagnostics))
	}
	for _, says := range []string{`schemas[0].tables[0].new_name is "t0\r"`, "schemas[0].tables[0].old_name is empty"} {
		if !strings.Contains(resp.Diagnostics[0].Detail()+resp.Diagnostics[1].Detail(), says) {
			t.Errorf("%v does not say %q", resp.Diagnostics, says)
		}
	}
}
