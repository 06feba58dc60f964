// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/pointintime"
)

// nameValidator checks one name of a database object. Lengths are in bytes, as PostgreSQL and DWS count them.
type nameValidator struct {
	maximum int            // 0: no limit of its own
	pattern *regexp.Regexp // nil: anything
	rule    string         // what pattern asks for
}

var (
	// anyName is for names whose length only counts together with another (DDS, db.collection).
	anyName = nameValidator{}
	// identifierName is PostgreSQL's limit (NAMEDATALEN, 64 with the final NUL), which DWS shares: a longer name is cut there
	// without a word, so the object that is asked for would be another one.
	identifierName = nameValidator{maximum: 63}
	// dwsTargetName is the rule of the DWS user guide, "Restoring a Table".
	dwsTargetName = nameValidator{
		maximum: 63,
		pattern: regexp.MustCompile(`^[\pL_][\pL\pN_]*$`),
		rule:    "start with a letter or an underscore and go on with letters, digits and underscores",
	}
)

func (v nameValidator) Description(context.Context) string {
	if v.maximum == 0 {
		return "a name that is not empty"
	}
	return fmt.Sprintf("a name of 1 to %d bytes", v.maximum)
}

func (v nameValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v nameValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	name := req.ConfigValue.ValueString()
	switch {
	case name == "":
		resp.Diagnostics.AddAttributeError(req.Path, "Empty name",
			fmt.Sprintf("%s is empty. Give a name, or remove the entry.", req.Path))
	case v.maximum > 0 && len(name) > v.maximum:
		resp.Diagnostics.AddAttributeError(req.Path, "Name too long",
			fmt.Sprintf("%s is %q, which has %d bytes; the service takes %d. Choose a shorter name.", req.Path, name, len(name), v.maximum))
	case v.pattern != nil && !v.pattern.MatchString(name):
		resp.Diagnostics.AddAttributeError(req.Path, "Name not allowed",
			fmt.Sprintf("%s is %q; a name there must %s.", req.Path, name, v.rule))
	}
}

// uniqueValidator refuses a list in which two entries agree in one attribute.
type uniqueValidator struct{ attribute, advice string }

func (v uniqueValidator) Description(context.Context) string {
	return fmt.Sprintf("no two entries with the same %s", v.attribute)
}

func (v uniqueValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v uniqueValidator) ValidateList(_ context.Context, req validator.ListRequest, resp *validator.ListResponse) {
	first := map[string]path.Path{}
	for i, element := range req.ConfigValue.Elements() {
		name, known := stringAttribute(element, v.attribute)
		if !known {
			continue
		}
		at := req.Path.AtListIndex(i).AtName(v.attribute)
		if earlier, twice := first[name]; twice {
			resp.Diagnostics.AddAttributeError(at, "Given twice",
				fmt.Sprintf("%s and %s are both %q. %s", earlier, at, name, v.advice))
			continue
		}
		first[name] = at
	}
}

// stringAttribute is the value of one attribute of an object, if it is known and not null.
func stringAttribute(element attr.Value, name string) (string, bool) {
	object, ok := element.(types.Object)
	if !ok {
		return "", false
	}
	text, ok := object.Attributes()[name].(types.String)
	if !ok || text.IsNull() || text.IsUnknown() {
		return "", false
	}
	return text.ValueString(), true
}

// entries are the validators of a list that must not be empty and must not name the same thing twice.
func entries(attribute, advice string) []validator.List {
	return []validator.List{listvalidator.SizeAtLeast(1), uniqueValidator{attribute, advice}}
}

// isKnown is true where nothing inside the value is unknown.
func isKnown(ctx context.Context, value attr.Value) bool {
	wire, err := value.ToTerraformValue(ctx)
	return err == nil && wire.IsFullyKnown()
}

// notInFuture refuses a moment that has not come yet: it cannot be restored, however the clocks differ.
func notInFuture(at path.Path, value pointintime.Value, now time.Time) diag.Diagnostics {
	moment, valid := value.Moment()
	if !valid || !moment.After(now) {
		return nil
	}
	return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(at, "A point in time in the future",
		fmt.Sprintf("%s is %s, and it is %s now. Only the past can be restored.", at, pointintime.Format(moment), pointintime.Format(now.Truncate(time.Second))))}
}
