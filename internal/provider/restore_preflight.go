// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/agext/levenshtein"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/pointintime"
)

// preflightFindings is what a restore would be refused for, or do silently, and what could not be looked up.
type preflightFindings struct {
	planning bool // warnings are of use
	diags    diag.Diagnostics
	unasked  []string
}

// preflightOff is how a person overrules a check.
const preflightOff = "To restore without any such check, set preflight = false."

// ownTarget is for a target that is taken by the restore itself: without a refresh, Terraform tells a plan nothing of a tainted
// restore that it replaces.
const ownTarget = "If an earlier apply began this very restore and did not see its end, plan with a refresh: the apply then goes on with it."

// refuse says for which entry the restore would not do what is asked for, what the service knows, and what to write instead.
func (f *preflightFindings) refuse(at path.Path, summary, format string, arguments ...any) {
	f.diags.AddAttributeError(at, summary, fmt.Sprintf(format, arguments...)+"\nNo restore was started. "+preflightOff)
}

// What is said where nobody is logged in.
const (
	loginRefused = "The login was refused"
)

// What is said where the name of the project is not that of exactly one.
const (
	noProject          = "The project is not known"
	insteadOfNoProject = "Set project_id, or project_name to the exact name of one that is listed."
)

// What is said where Open Telekom Cloud answers that there is no such call.
const (
	notOnOTC     = "Not available on Open Telekom Cloud"
	insteadOnOTC = "Tables of RDS for PostgreSQL cannot be restored there: remove what asks for it. A whole instance can be restored in the service's console."
)

// failed sorts out an error of a look-up, and is false for none. What is forbidden or not to be had does not keep anyone from
// restoring, and is noted for one warning; a login that is refused does, as does an answer that makes no sense.
func (f *preflightFindings) failed(ctx context.Context, at path.Path, err error) bool {
	var answered *client.APIError
	switch {
	case err == nil:
		return false
	case ctx.Err() != nil: // whoever cancelled is told so by Terraform, or by Create
	case client.IsLoginRefused(err):
		f.diags.AddError(loginRefused, fmt.Sprintf("%v\nNo restore was started. %s", err, insteadOfLogin(err)))
	case errors.As(err, new(*client.ReplyError)):
		f.refuse(at, "A look-up was answered with what cannot be read", "%v", err)
	case errors.As(err, new(*client.ProjectError)):
		f.diags.AddError(noProject, fmt.Sprintf("%v.\nNo restore was started. %s", err, insteadOfNoProject))
	case !errors.As(err, &answered):
		f.unasked = append(f.unasked, err.Error())
	case client.IsNotOnOTC(err):
		f.refuse(at, notOnOTC, "%v\n%s", err, insteadOnOTC)
	case client.IsForbidden(err), client.IsBusy(err), isUnavailable(answered):
		f.unasked = append(f.unasked, err.Error())
	default:
		f.refuse(at, "A look-up was refused", "%v", err)
	}
	return true
}

// mayGoOn is true after a look-up that failed, where others are still worth making.
func (f *preflightFindings) mayGoOn(ctx context.Context) bool {
	return ctx.Err() == nil && !f.diags.HasError()
}

// isUnavailable is true where the service is overloaded or broken, or does not have the call: Open Telekom Cloud documents
// only some of them.
func isUnavailable(answered *client.APIError) bool {
	return answered.StatusCode >= 500 || slices.Contains([]int{
		http.StatusTooManyRequests, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusRequestTimeout,
	}, answered.StatusCode)
}

// refuseLatest is for a newest moment that is asked for and cannot be looked up: the restore would not be started. A busy
// instance is waited for.
func (f *preflightFindings) refuseLatest(ctx context.Context, at path.Path, err error) {
	if ctx.Err() == nil && !client.IsBusy(err) && !f.diags.HasError() {
		f.diags.AddAttributeError(at, noLatest, fmt.Sprintf("%v\nNo restore was started. %s", err, insteadOfLatest))
	}
}

// result is what the person is shown.
func (f *preflightFindings) result() diag.Diagnostics {
	if len(f.unasked) > 0 && !f.diags.HasError() {
		slices.Sort(f.unasked)
		f.diags.AddWarning("The restore was not checked in full",
			fmt.Sprintf("What the service would refuse can only be foreseen in part, because of look-ups that failed:\n  %s\nThe restore is tried all the same. %s",
				strings.Join(slices.Compact(f.unasked), "\n  "), strings.Replace(preflightOff, "any such check", "looking anything up", 1)))
	}
	return f.diags
}

// preflight finds out with look-ups that change nothing what the service would refuse, often after most of an hour, or
// would silently do otherwise. It is for a restore that would be started, with all its parameters known.
func (r *restoreResource[M]) preflight(ctx context.Context, c *client.Client, m M, planning bool) diag.Diagnostics {
	wanted := r.preflights
	if set := r.common(&m).Preflight; !set.IsNull() {
		wanted = set.ValueBool()
	}
	if !wanted {
		return nil
	}
	findings := preflightFindings{planning: planning}
	r.check(ctx, r.look(c), m, &findings)
	return findings.result()
}

// preflightPlan is preflight where the plan can say it: with the provider configured and every parameter known. What is not
// known yet is checked in the apply, which plans a resource once more and checks an action when it is invoked.
func (r *restoreResource[M]) preflightPlan(ctx context.Context, m M) diag.Diagnostics {
	common := r.common(&m)
	for _, value := range r.parameters(ctx, m) {
		if value == "" {
			return nil
		}
	}
	if r.client == nil || common.Region.IsUnknown() || common.Preflight.IsUnknown() {
		return nil
	}
	c, diags := r.inRegion(common.Region)
	if diags.HasError() {
		return diags
	}
	return append(diags, r.preflight(ctx, c, m, true)...)
}

// moments says where around a moment there are others that can be restored, for a moment that cannot.
func moments(windows []client.Window, at time.Time) string {
	var before, after time.Time
	for _, w := range windows {
		if w.End.Before(at) && w.End.After(before) {
			before = w.End
		}
		if w.Start.After(at) && (after.IsZero() || w.Start.Before(after)) {
			after = w.Start
		}
	}
	var near []string
	if !before.IsZero() {
		near = append(near, pointintime.Format(before)+" before it")
	}
	if !after.IsZero() {
		near = append(near, pointintime.Format(after)+" after it")
	}
	if len(near) == 0 {
		return "There is no other moment either: the instance may have no backup yet, or automated backups are off."
	}
	return "The nearest moments that it can be restored to are " + strings.Join(near, " and ") + "."
}

// closest offers the names that were most likely meant, at most three.
func closest(wanted string, names []string) string {
	type candidate struct {
		name     string
		distance int
	}
	var near []candidate
	for _, name := range names {
		distance := levenshtein.Distance(strings.ToLower(wanted), strings.ToLower(name), nil)
		if distance <= max(2, len(wanted)/3) || strings.Contains(name, wanted) {
			near = append(near, candidate{name, distance})
		}
	}
	slices.SortFunc(near, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.name, b.name))
	})
	var offered []string
	for _, c := range near[:min(3, len(near))] {
		offered = append(offered, fmt.Sprintf("%q", c.name))
	}
	if len(offered) == 0 {
		return ""
	}
	return " Did you mean " + strings.Join(offered, " or ") + "?"
}
