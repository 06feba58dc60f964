// SPDX-License-Identifier: MPL-2.0

package validators

import (
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-x/internal/pointintime"
)

// This file holds every message of the validators.

func nameDescription(v Name) string {
	if v.Maximum == 0 {
		return "a name that is not empty"
	}
	return fmt.Sprintf("a name of 1 to %d bytes", v.Maximum)
}

func uniqueDescription(attribute string) string {
	return fmt.Sprintf("no two entries with the same %s", attribute)
}

func errorEmptyName(at path.Path) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Empty name",
		fmt.Sprintf("%s is empty.\nSet a name, or remove the entry.", at))
}

func errorLongName(at path.Path, name string, maximum int) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Name too long",
		fmt.Sprintf("%s is %q, which has %d bytes. The service allows %d.\nChoose a shorter name.",
			at, name, len(name), maximum))
}

func errorName(at path.Path, name, rule string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Name is not allowed",
		fmt.Sprintf("%s is %q.\nA name there must %s.", at, name, rule))
}

// errorToken is for a text that cannot be of its kind. It is written in ASCII, so that a character shows that looks like
// another one or like nothing.
func errorToken(at path.Path, kind, text string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Invalid characters",
		fmt.Sprintf("%s is %+q, which cannot be %s.\n%s", at, text, kind, adviceInvisible))
}

const (
	adviceInvisible = "Remove what does not belong to it. For text from a file or a command, trimspace() removes line breaks " +
		"and spaces; save files without a byte order mark."
	trimmedDescription = "a text without line breaks, spaces or invisible characters around it"
)

func errorAround(at path.Path, text string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Invisible characters around a text",
		fmt.Sprintf("%s is %+q, which begins or ends with a character that nobody sees.\n%s", at, text, adviceInvisible))
}

func errorTwice(first, second path.Path, name, advice string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(second, "Duplicate entry",
		fmt.Sprintf("%s and %s are both %q.\n%s", first, second, name, advice))
}

func errorFuture(at path.Path, moment, now time.Time) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Point in time is in the future",
		fmt.Sprintf("%s is %s, but it is %s now.\nSet a point in time in the past.",
			at, pointintime.Format(moment), pointintime.Format(now.Truncate(time.Second))))
}

func errorRegex(at path.Path, text string, err error) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Invalid regular expression",
		fmt.Sprintf("%s is %q: %v.\nUse the syntax of RE2, which has no lookahead and no backreferences.", at, text, err))
}

func errorDate(at path.Path, text string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Invalid date",
		fmt.Sprintf("%s is %q.\nWrite a day of the calendar as yyyy-mm-dd, such as 2023-07-05.", at, text))
}

const timeoutDescription = `a duration longer than zero, such as "90m" or "1h30m"`

func errorNoUnit(at path.Path, text string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Timeout has no unit",
		fmt.Sprintf("%s is %q, which has no unit. For minutes, write %q.", at, text, text+"m"))
}

func errorNoDuration(at path.Path, text string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Timeout is not a duration",
		fmt.Sprintf("%s is %q.\nWrite numbers with a unit (s, m or h), such as \"90m\" or \"1h30m\".", at, text))
}

func errorNotPositive(at path.Path, text string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Timeout is not positive",
		fmt.Sprintf("%s is %q. A restore cannot end in that time.\n"+
			"Set a duration longer than zero, such as \"90m\", or leave it out for the default.", at, text))
}
