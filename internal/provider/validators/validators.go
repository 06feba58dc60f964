// SPDX-License-Identifier: MPL-2.0

// Package validators checks single arguments: names, lists of names, regular expressions, dates, moments and
// times to wait. Resources and data sources make the checks that need several arguments or a call.
package validators

import (
	"context"
	"regexp"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
)

// Name checks one name of a database object. Lengths are in bytes, as PostgreSQL and DWS count them.
type Name struct {
	Maximum int            // 0: no limit of its own
	Pattern *regexp.Regexp // nil: anything
	Rule    string         // what Pattern asks for
	// New: it is given to a copy. Nobody wants invisible characters around that, but what exists may have them.
	New bool
}

var (
	// AnyName is for names whose length only counts together with another (DDS, db.collection).
	AnyName = Name{}
	// Identifier is PostgreSQL's limit (NAMEDATALEN, 64 with the final NUL), which DWS shares. The database truncates a
	// longer name without an error, so that it would be another one.
	Identifier = Name{Maximum: 63}
)

// Description says what a name must be.
func (v Name) Description(context.Context) string { return nameDescription(v) }

// MarkdownDescription is Description.
func (v Name) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString rejects a name that is empty, too long, or not of the pattern.
func (v Name) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	name := req.ConfigValue.ValueString()
	if v.mistake(name) != "" {
		resp.Diagnostics.Append(errorNames([]wrongName{{v, req.Path, name}}))
	}
}

// The mistakes that there are in names, which are the summaries of their messages.
const (
	emptyName  = "Empty name"
	longName   = "Name too long"
	wrongForm  = "Name is not allowed"
	untidyEnds = "Invisible characters around a text"
)

// mistake is what is wrong with a name; "" is nothing.
func (v Name) mistake(name string) string {
	switch {
	case name == "":
		return emptyName
	case v.New && !(Trimmed{}).takes(name):
		return untidyEnds
	case v.Maximum > 0 && len(name) > v.Maximum:
		return longName
	case v.Pattern != nil && !v.Pattern.MatchString(name):
		return wrongForm
	}
	return ""
}

// Entries are the validators of a list that must not be empty, and whose entries must differ in an attribute. Advice
// says what to write instead of two such entries.
func Entries(attribute, advice string) []validator.List {
	return []validator.List{listvalidator.SizeAtLeast(1), unique{attribute, advice}}
}

// unique rejects a list in which two entries agree in one attribute.
type unique struct{ attribute, advice string }

func (v unique) Description(context.Context) string { return uniqueDescription(v.attribute) }

func (v unique) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v unique) ValidateList(_ context.Context, req validator.ListRequest, resp *validator.ListResponse) {
	first := map[string]path.Path{}
	var twice []repeated
	for i, element := range req.ConfigValue.Elements() {
		name, known := stringAttribute(element, v.attribute)
		if !known {
			continue
		}
		at := req.Path.AtListIndex(i).AtName(v.attribute)
		if earlier, known := first[name]; known {
			twice = append(twice, repeated{earlier, at, name})
			continue
		}
		first[name] = at
	}
	if len(twice) > 0 {
		resp.Diagnostics.Append(errorTwice(twice, v.advice))
	}
}

// repeated is an entry with the name of an earlier one.
type repeated struct {
	earlier, at path.Path
	name        string
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

// Moment is a moment and where it is written.
type Moment struct {
	At    path.Path
	Value pointintime.Value
}

// NotInFuture rejects moments that have not come yet, whichever clock is right: a service whose clock is ahead offers
// moments that are still to come on this machine. Nearer ones are the service's to judge, by the windows it offers.
func NotInFuture(now time.Time, moments ...Moment) diag.Diagnostics {
	var wrong []Moment
	for _, m := range moments {
		if moment, valid := m.Value.Moment(); valid && moment.After(now.Add(client.ClockSkew)) {
			wrong = append(wrong, m)
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return diag.Diagnostics{errorFuture(wrong, now)}
}

// Regex rejects what CompileRegex cannot read.
type Regex struct{}

// Description says what is taken.
func (Regex) Description(context.Context) string { return "a regular expression (RE2)" }

// MarkdownDescription is Description.
func (v Regex) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString rejects what is no expression.
func (Regex) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if !req.ConfigValue.IsUnknown() {
		_, diags := CompileRegex(req.Path, req.ConfigValue)
		resp.Diagnostics.Append(diags...)
	}
}

// CompileRegex is the expression at a path. Null matches everything.
func CompileRegex(at path.Path, value types.String) (*regexp.Regexp, diag.Diagnostics) {
	expression, err := regexp.Compile(value.ValueString())
	if err != nil {
		return nil, diag.Diagnostics{errorRegex(at, value.ValueString(), err)}
	}
	return expression, nil
}

// Date rejects what is not a day.
type Date struct{}

// Description says what is taken.
func (Date) Description(context.Context) string { return "a date, yyyy-mm-dd" }

// MarkdownDescription is Description.
func (v Date) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString rejects what is no day of the calendar.
func (Date) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := time.Parse(time.DateOnly, req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.Append(errorDate(req.Path, req.ConfigValue.ValueString()))
	}
}

// Timeout rejects what is no time to wait: a restore would be started, and given up at once.
type Timeout struct{}

// Description says what is taken.
func (Timeout) Description(context.Context) string { return timeoutDescription }

// MarkdownDescription is Description.
func (v Timeout) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString rejects what ParseTimeout cannot read.
func (Timeout) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if !req.ConfigValue.IsNull() && !req.ConfigValue.IsUnknown() {
		_, diags := ParseTimeout(req.Path, req.ConfigValue.ValueString())
		resp.Diagnostics.Append(diags...)
	}
}

// withoutUnit is a number alone. Go takes "0" for a duration; to people it is one without a unit as well.
var withoutUnit = regexp.MustCompile(`^[+-]?[0-9]*\.?[0-9]+$`)

// ParseTimeout is the time to wait at a path.
func ParseTimeout(at path.Path, text string) (time.Duration, diag.Diagnostics) {
	timeout, err := time.ParseDuration(text)
	switch {
	case withoutUnit.MatchString(text):
		return 0, diag.Diagnostics{errorNoUnit(at, text)}
	case err != nil:
		return 0, diag.Diagnostics{errorNoDuration(at, text)}
	case timeout <= 0:
		return 0, diag.Diagnostics{errorNotPositive(at, text)}
	}
	return timeout, nil
}
