// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
	"terraform-provider-x/internal/provider/names"
)

// Evidence is what a restore leaves for a drill to assert. An unknown value is null, never zero. Read writes none of
// it: only the apply that waited for the restore does.
type Evidence struct {
	SubmittedAt       types.String `tfsdk:"submitted_at"`
	StartedAt         types.String `tfsdk:"started_at"`
	FinishedAt        types.String `tfsdk:"finished_at"`
	RestoredTo        types.String `tfsdk:"restored_to"`
	DurationSeconds   types.Int64  `tfsdk:"duration_seconds"`
	DataAgeSeconds    types.Int64  `tfsdk:"data_age_seconds"`
	RestoredObjects   types.List   `tfsdk:"restored_objects"`
	CleanupStatements types.List   `tfsdk:"cleanup_statements"`
}

// Object is what a restore has brought back.
type Object struct {
	Name    string // fully qualified, as it exists now
	Cleanup string // what drops it again, or a comment if the service chose the name
}

// UnknownPart stands in an object's name for what only the service knows.
const UnknownPart = "<timestamp>"

// namesOf are the names of what is restored.
func namesOf(ctx context.Context, m Model) []string {
	var names []string
	for _, object := range m.Objects(ctx) {
		names = append(names, object.Name)
	}
	return names
}

// knownNamesOf leaves out the names that only the service knows.
func knownNamesOf(ctx context.Context, m Model) []string {
	return slices.DeleteFunc(namesOf(ctx, m), func(name string) bool { return strings.Contains(name, UnknownPart) })
}

// begin starts the evidence of an accepted job; submittedAt is "" if it is unknown. RestoredTo is already set.
func (e *Evidence) begin(submittedAt string) {
	if e.SubmittedAt = types.StringNull(); submittedAt != "" {
		e.SubmittedAt = types.StringValue(submittedAt)
	}
	e.DataAgeSeconds = e.dataAge()
	e.open()
}

// dataAge is null unless both ends of it are known.
func (e *Evidence) dataAge() types.Int64 {
	submitted, known := pointintime.MomentOf(e.SubmittedAt)
	restored, told := pointintime.MomentOf(e.RestoredTo)
	if !known || !told {
		return types.Int64Null()
	}
	return types.Int64Value(seconds(submitted.Sub(restored)))
}

// open sets the evidence to that of a restore whose end was not seen.
func (e *Evidence) open() {
	e.StartedAt, e.FinishedAt, e.DurationSeconds = types.StringNull(), types.StringNull(), types.Int64Null()
	e.RestoredObjects, e.CleanupStatements = types.ListNull(types.StringType), types.ListNull(types.StringType)
}

// pending sets the evidence to unknown values, which the apply completes.
func (e *Evidence) pending() {
	e.StartedAt, e.FinishedAt, e.DurationSeconds = types.StringUnknown(), types.StringUnknown(), types.Int64Unknown()
	e.RestoredObjects, e.CleanupStatements = types.ListUnknown(types.StringType), types.ListUnknown(types.StringType)
}

// finish completes the evidence of a job that has ended. No objects mean that it failed.
func (e *Evidence) finish(ctx context.Context, job client.Job, now time.Time, objects []Object) diag.Diagnostics {
	submitted, told := pointintime.MomentOf(e.SubmittedAt)
	begun, ended := timesOf(job, submitted, now)
	e.open()
	if !begun.IsZero() {
		e.StartedAt = types.StringValue(pointintime.Format(begun))
	}
	e.FinishedAt = types.StringValue(pointintime.Format(ended))
	if told {
		e.DurationSeconds = types.Int64Value(seconds(ended.Sub(submitted)))
	}
	if len(objects) == 0 {
		return nil
	}
	var names, statements []string
	for _, object := range objects {
		names, statements = append(names, object.Name), append(statements, object.Cleanup)
	}
	var diags, more diag.Diagnostics
	e.RestoredObjects, diags = types.ListValueFrom(ctx, types.StringType, names)
	e.CleanupStatements, more = types.ListValueFrom(ctx, types.StringType, statements)
	return append(diags, more...)
}

// seconds is a duration in whole seconds. A clock that is behind makes none of it negative.
func seconds(d time.Duration) int64 { return int64(max(0, d.Round(time.Second)) / time.Second) }

// timesOf are when a job started and ended by the service's clock. If a time is missing or impossible, the start is
// zero and the end is now. An end before the submission is impossible, and so is one in the future (a documented
// example of a running DDS job has one).
//
// DWS writes its times without a time zone, and does not document which one it uses. A restore starts when it is
// submitted, so the difference is the zone. A difference of less than an hour is a late start: hardly any zone is that
// near to UTC.
func timesOf(job client.Job, submitted, now time.Time) (begun, ended time.Time) {
	begun, ended = job.Created, job.Ended
	switch {
	case job.NoZone && submitted.IsZero():
		begun, ended = time.Time{}, time.Time{}
	case job.NoZone:
		if zone := begun.Sub(submitted).Round(30 * time.Minute); zone.Abs() >= time.Hour && zone.Abs() <= 14*time.Hour {
			begun, ended = begun.Add(-zone), ended.Add(-zone)
		}
	}
	if begun.Before(submitted.Add(-clockSkew)) || begun.After(now.Add(clockSkew)) {
		begun = time.Time{}
	}
	if job.Ended.IsZero() || ended.IsZero() || ended.Before(submitted) || ended.After(now.Add(clockSkew)) {
		ended = now.Truncate(time.Second)
	}
	return begun, ended
}

// DropTable is a statement of PostgreSQL and of DWS. It runs only while connected to the database, so a comment names
// the database, in quotes that keep it on the line.
func DropTable(database, schema, table string) string {
	return "DROP TABLE " + sqlName(schema) + "." + sqlName(table) + "; -- in database " + JSONText(database)
}

// sqlName quotes an identifier as PostgreSQL does. Terraform would write a name that is not in its form in another one,
// so such a name is written in ASCII.
func sqlName(name string) string {
	if names.Normal(name) == name {
		return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
	}
	var quoted strings.Builder
	for _, r := range name {
		switch {
		case r == '"' || r == '\\':
			quoted.WriteString(string(r) + string(r))
		case r < utf8.RuneSelf:
			quoted.WriteRune(r)
		default:
			fmt.Fprintf(&quoted, `\+%06X`, r)
		}
	}
	return `U&"` + quoted.String() + `"`
}

// DropCollection is a statement of the MongoDB shell.
func DropCollection(database, collection string) string {
	return "db.getSiblingDB(" + JSONText(database) + ").getCollection(" + JSONText(collection) + ").drop()"
}

// JSONText is a string in quotes, on one line, for JavaScript and for comments. It is in ASCII if Terraform would write
// it in another form.
func JSONText(text string) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false) // names like orders_bak_<timestamp> stay readable
	if err := encoder.Encode(text); err != nil {
		panic("a string can always be encoded: " + err.Error())
	}
	quoted := strings.TrimSuffix(out.String(), "\n")
	if names.Normal(text) == text {
		return quoted
	}
	var ascii strings.Builder
	for _, unit := range utf16.Encode([]rune(quoted)) {
		if unit < utf8.RuneSelf {
			ascii.WriteByte(byte(unit))
		} else {
			fmt.Fprintf(&ascii, `\u%04x`, unit)
		}
	}
	return ascii.String()
}
