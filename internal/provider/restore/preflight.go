// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/provider/lookup"
)

// Findings are the results of a preflight: what the service would reject or get silently wrong, and what could not be
// looked up.
type Findings struct {
	Planning   bool // warnings are of use
	Repeated   bool // the plan of this process has made the check, and found nothing; see checked
	diags      diag.Diagnostics
	unchecked  []string
	incomplete bool  // one of them is a check without which the apply refuses the restore
	busy       error // the service could not make such a check, and may later
	answered   bool  // somebody answered a lookup, whatever the answer was
	silence    error // of the first lookup that nobody answered
}

// Add adds a problem, as Rejection words it, or a warning.
func (f *Findings) Add(found ...diag.Diagnostic) { f.diags.Append(found...) }

// AddUnchecked adds the reason for a check that was skipped. One warning shows them all.
func (f *Findings) AddUnchecked(reason string) { f.unchecked = append(f.unchecked, reason) }

// HasError reports whether the restore would be rejected.
func (f *Findings) HasError() bool { return f.diags.HasError() }

// AddError adds the error of a lookup, and reports whether there was one. If the credentials may not make the lookup,
// or the cloud does not offer it, the check is skipped and the restore continues. A rejected login or an unreadable
// answer stops it, and so does what waiting does not mend on the way to the service. So does silence: if nobody has
// answered any lookup, nobody would answer the restore either.
func (f *Findings) AddError(ctx context.Context, at path.Path, err error) bool {
	var answered *client.APIError
	if errors.As(err, &answered) || err == nil {
		f.answered = true
	}
	switch {
	case err == nil:
		return false
	case ctx.Err() != nil: // Terraform, or Create, tells whoever cancelled
	case client.IsLoginRefused(err):
		f.Add(errorLoginFailed(err))
	case client.IsNotOnOTC(err):
		f.Add(Rejection(at, lookup.NotOnOTC, "%v\n%s", err, lookup.NotOnOTCAdvice(err)))
	case errors.As(err, new(*client.ReplyError)):
		f.Add(Rejection(at, lookup.UnreadableAnswer, "%v", err))
	case errors.As(err, new(*client.ProjectError)):
		f.Add(errorNoProject(err))
	case errors.As(err, new(*client.ConnectionError)):
		f.Add(errorUnreachable(err))
	case answered == nil && !f.answered && nobodyListens(err): // the other lookups would take minutes to fail like this
		f.Add(errorUnanswered(err))
	case answered == nil:
		f.AddUnchecked(err.Error())
		f.silence = cmp.Or(f.silence, err)
	case client.IsForbidden(err), client.IsBusy(err), lookup.Unavailable(err):
		f.AddUnchecked(err.Error())
	default:
		f.Add(Rejection(at, lookup.LookupRejected, "%v", err))
	}
	return true
}

// nobodyListens reports whether there was no connection to the service or to the proxy.
func nobodyListens(err error) bool {
	var failed *net.OpError
	return errors.As(err, &failed) && (failed.Op == "dial" || failed.Op == "proxyconnect")
}

// AddNeededError is AddError for a lookup without which the restore must not be sent. Refusal says so, and what to do.
// The plan only warns of what the service may answer later.
func (f *Findings) AddNeededError(ctx context.Context, at path.Path, err error, refusal diag.Diagnostic) bool {
	switch {
	case err == nil, ctx.Err() != nil, client.IsLoginRefused(err), errors.As(err, new(*client.ProjectError)),
		errors.As(err, new(*client.ConnectionError)):
		return f.AddError(ctx, at, err)
	case f.Planning && mayAnswerLater(err):
		f.incomplete = true
		return f.AddError(ctx, at, err)
	case client.IsBusy(err):
		f.busy = err
	default:
		f.Add(refusal)
	}
	return true
}

// mayAnswerLater reports whether what kept a service from answering may be over soon.
func mayAnswerLater(err error) bool {
	var answered *client.APIError
	if !errors.As(err, &answered) {
		return !errors.As(err, new(*client.ReplyError))
	}
	return client.IsBusy(err) || answered.StatusCode >= http.StatusInternalServerError ||
		answered.StatusCode == http.StatusTooManyRequests || answered.StatusCode == http.StatusRequestTimeout
}

// MayContinue reports, after a failed lookup, whether to make others.
func (f *Findings) MayContinue(ctx context.Context) bool { return ctx.Err() == nil && !f.HasError() }

// AddNoLatest adds the error of a lookup of the newest moment, without which the restore cannot start. A busy instance
// is no error: the provider waits for it.
func (f *Findings) AddNoLatest(ctx context.Context, at path.Path, err error) {
	if ctx.Err() == nil && !client.IsBusy(err) && !f.HasError() {
		f.Add(errorNoLatest(at, err))
	}
}

// result is what Terraform shows.
func (f *Findings) result() diag.Diagnostics {
	switch {
	case f.HasError() || len(f.unchecked) == 0:
	case f.silence != nil && !f.answered:
		f.Add(errorUnanswered(f.silence))
	default:
		slices.Sort(f.unchecked)
		f.Add(warnUnchecked(slices.Compact(f.unchecked), f.incomplete))
	}
	return f.diags
}

// wantsPreflight reports whether to make lookups for a restore before it starts. Unknown is not yet.
func (r *restoreResource) wantsPreflight(m Model) bool {
	if set := m.common().Preflight; !set.IsNull() {
		return set.ValueBool()
	}
	return r.preflightDefault
}

// preflight makes lookups to find what the service would otherwise reject, or get silently wrong, up to an hour later.
// It is for a restore that would be started, with all its parameters known.
func (r *restoreResource) preflight(ctx context.Context, look lookup.Region, m Model, planning bool) diag.Diagnostics {
	if !r.wantsPreflight(m) {
		return nil
	}
	restore := r.Name + "\n" + look.Client.Region() + "\n" + canonical(m.Parameters(ctx))
	findings := Findings{Planning: planning, Repeated: !planning && r.checked.has(restore)}
	m.Check(ctx, look, &findings)
	diags := findings.result()
	if planning && len(diags) == 0 && ctx.Err() == nil {
		r.checked.add(restore)
	}
	return diags
}

// checked are the restores whose preflight has found nothing in this process. An apply plans each resource once more,
// in its own process, however old a saved plan is. So a check before the call need not repeat what the service would
// only reject; it repeats what may be silently wrong.
type checked struct {
	mutex    sync.Mutex
	restores map[string]bool
}

func (c *checked) add(restore string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.restores == nil {
		c.restores = map[string]bool{}
	}
	c.restores[restore] = true
}

func (c *checked) has(restore string) bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.restores[restore]
}

// refusedError is why a restore was not sent: it might delete what nobody said it may.
type refusedError struct{ problems diag.Diagnostics }

func (e *refusedError) Error() string { return e.problems[0].Summary() }

// checkTargets makes the check that preflight does not turn off. It belongs right before each call: during any wait, a target
// may appear. The error is that of a busy service, which is worth a wait, or a *refusedError.
func (s *submission) checkTargets(ctx context.Context) error {
	var findings Findings
	s.plan.CheckTargets(ctx, s.look, &findings)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case findings.HasError():
		return &refusedError{findings.diags}
	}
	return findings.busy
}

// preflightPlan is preflight if the provider is configured and every parameter is known. Otherwise the apply checks: it
// plans a resource once more, and checks an action when it is invoked.
func (r *restoreResource) preflightPlan(ctx context.Context, m Model) diag.Diagnostics {
	common := m.common()
	if !m.Parameters(ctx).known() || r.Client == nil || common.Region.IsUnknown() || common.Preflight.IsUnknown() {
		return nil
	}
	c, diags := r.inRegion(common.Region)
	if diags.HasError() {
		return diags
	}
	return append(diags, r.preflight(ctx, lookup.In(c, r.Cache), m, true)...)
}
