// SPDX-License-Identifier: MPL-2.0

package validators

import (
	"context"
	"regexp"
	"strings"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// Token checks a text of few letters, such as an id. What stands around it in a file (a line break, a byte order mark,
// a space) would become part of a call: of its path, of its host, or of a body that nobody compares with anything.
type Token struct {
	kind    string
	pattern *regexp.Regexp
}

var (
	// ID is for the id of an instance, a snapshot, a cluster or a job: what the client takes for one (its checkID).
	ID = Token{"an id", regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)}
	// Region is for the name of a region, which is a part of a host's name.
	Region = Token{"a region", regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$`)}
	// Status is for a status to filter by. Some services write them with spaces.
	Status = Token{"a status", regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9 ._-]*[A-Za-z0-9])?$`)}
)

// Description says what is taken.
func (v Token) Description(context.Context) string { return v.kind }

// MarkdownDescription is Description.
func (v Token) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString rejects what Check rejects.
func (v Token) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if !req.ConfigValue.IsNull() && !req.ConfigValue.IsUnknown() {
		resp.Diagnostics.Append(v.Check(req.Path, req.ConfigValue.ValueString())...)
	}
}

// Check rejects what cannot be such a text.
func (v Token) Check(at path.Path, text string) diag.Diagnostics {
	switch {
	case text == "":
		return diag.Diagnostics{errorEmptyName(at)}
	case !v.Matches(text):
		return diag.Diagnostics{errorToken(at, v.kind, text)}
	}
	return nil
}

// Matches reports whether the text can be such a one.
func (v Token) Matches(text string) bool { return v.pattern.MatchString(text) }

// Trimmed rejects a text with something around it that nobody sees: an expression or a search that then finds nothing.
type Trimmed struct {
	Spaces bool // may begin and end it
}

// Description says what is taken.
func (Trimmed) Description(context.Context) string { return trimmedDescription }

// MarkdownDescription is Description.
func (v Trimmed) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString rejects a text that begins or ends with what nobody sees.
func (v Trimmed) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if text := req.ConfigValue.ValueString(); !v.takes(text) { // "" for null and unknown
		resp.Diagnostics.Append(errorAround(req.Path, text))
	}
}

func (v Trimmed) takes(text string) bool {
	invisible := func(r rune) bool { return Invisible(r) && (!v.Spaces || r != ' ') }
	return strings.TrimFunc(text, invisible) == text
}

// Invisible reports whether a character shows nothing: white space, a control character, or one such as the byte order
// mark.
func Invisible(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}
