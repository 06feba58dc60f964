// SPDX-License-Identifier: MPL-2.0

package validators

import (
	"fmt"
	"strings"
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

const namesDescription = "names that the service takes"

func errorEmptyName(at path.Path) diag.Diagnostic { return errorNames([]wrongName{{at: at}}) }

// errorNames is for names with the same mistake.
func errorNames(names []wrongName) diag.Diagnostic {
	first := names[0]
	mistake := first.rule.mistake(first.name)
	more := Others(names, func(n wrongName) string { return fmt.Sprintf("%s (%q)", n.at, n.name) })
	detail := ""
	switch mistake {
	case emptyName:
		more = Others(names, func(n wrongName) string { return n.at.String() })
		detail = fmt.Sprintf("%s is empty.%s\nSet a name, or remove the entry.", first.at, more)
	case longName:
		detail = fmt.Sprintf("%s is %q, which has %d bytes. The service allows %d.%s\nChoose a shorter name.",
			first.at, first.name, len(first.name), first.rule.Maximum, more)
	case untidyEnds:
		detail = fmt.Sprintf("%s is %+q, which begins or ends with a character that nobody sees.%s\n%s",
			first.at, first.name, more, adviceInvisible)
	default:
		detail = fmt.Sprintf("%s is %q.%s\nA name there must %s.", first.at, first.name, more, first.rule.Rule)
	}
	return diag.NewAttributeErrorDiagnostic(first.at, mistake, detail)
}

// others are the lines of a message about other entries than its first, and how many entries have no line.
func others(count int, lines []string) string {
	text := "\nThe same goes for another entry:"
	if count > 1 {
		text = fmt.Sprintf("\nThe same goes for %d other entries:", count)
	}
	for _, line := range lines {
		text += "\n  " + line
	}
	if more := count - len(lines); more > 0 {
		text += fmt.Sprintf("\n  and %d more", more)
	}
	return text
}

// Some are the first of many names, on one line, and how many more there are.
func Some(names []string) string {
	text := strings.Join(names[:min(len(names), shown)], ", ")
	if more := len(names) - shown; more > 0 {
		text += fmt.Sprintf(", and %d more", more)
	}
	return text
}

// errorToken is for a text that cannot be of its kind. It is written in ASCII, so that a character shows that looks
// like another one or like nothing.
func errorToken(at path.Path, kind, text string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Invalid characters",
		fmt.Sprintf("%s is %+q, which cannot be %s.\n%s", at, text, kind, adviceInvisible))
}

const (
	adviceInvisible = "Remove what does not belong to it. For text from a file or a command, trimspace() removes " +
		"line breaks and spaces; save files without a byte order mark."
	trimmedDescription = "a text without line breaks, spaces or invisible characters around it"
)

func errorAround(at path.Path, text string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, untidyEnds,
		fmt.Sprintf("%s is %+q, which begins or ends with a character that nobody sees.\n%s", at, text, adviceInvisible))
}

func errorTwice(entries []repeated, advice string) diag.Diagnostic {
	first := entries[0]
	more := Others(entries, func(r repeated) string { return fmt.Sprintf("%s and %s (%q)", r.earlier, r.at, r.name) })
	return diag.NewAttributeErrorDiagnostic(first.at, "Duplicate entry",
		fmt.Sprintf("%s and %s are both %q.%s\n%s", first.earlier, first.at, first.name, more, advice))
}

func errorFuture(moments []Moment, now time.Time) diag.Diagnostic {
	describe := func(m Moment) (path.Path, string) {
		at, _ := m.Value.Moment()
		return m.At, pointintime.Format(at)
	}
	at, written := describe(moments[0])
	more := Others(moments, func(m Moment) string {
		at, written := describe(m)
		return fmt.Sprintf("%s (%s)", at, written)
	})
	return diag.NewAttributeErrorDiagnostic(at, "Point in time is in the future",
		fmt.Sprintf("%s is %s, but it is %s now, by this machine's clock.%s\nSet a point in time in the past.",
			at, written, pointintime.Format(now.Truncate(time.Second)), more))
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
