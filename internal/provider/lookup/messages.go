// SPDX-License-Identifier: MPL-2.0

package lookup

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
	"terraform-provider-x/internal/provider/login"
)

// This file holds every message about a lookup.

// Words that a data source and a restore's preflight share.
const (
	LoginFailed      = "Login failed"
	UnreadableAnswer = "Service answer cannot be read"
	LookupRejected   = "Lookup was rejected"
	NotRestorable    = "Restore time is not available"
	NothingToRestore = "No restore time is available"

	Unreachable       = "Service cannot be reached"
	UnreachableAdvice = "Waiting does not change that. Correct it, then run the same command again."

	NoProject       = "Project cannot be determined"
	NoProjectAdvice = "Set project_id, or set project_name to the exact name of a project in the list."

	NotOnOTC = "Not available on Open Telekom Cloud"
)

// NotOnOTCAdvice says what to do about an error for which client.IsNotOnOTC is true.
func NotOnOTCAdvice(err error) string {
	advice := "Open Telekom Cloud cannot restore tables of RDS for PostgreSQL. " +
		"Remove the blocks that do so from the configuration.\n" +
		"You can restore a whole instance in the service's console."
	var absent *client.NotOfferedError
	if !errors.As(err, &absent) {
		return advice
	}
	if absent.Service != "rds" {
		advice = "Remove the blocks that use this service from the configuration."
	}
	return advice + fmt.Sprintf("\nIf the service does have it by now, set endpoints.%s to its address.", absent.Service)
}

// ErrorNotOnOTC is for a restore that the cloud does not offer.
func ErrorNotOnOTC(err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic(NotOnOTC,
		fmt.Sprintf("%v\nNo restore was started.\n%s", err, NotOnOTCAdvice(err)))
}

// ErrorNotConfigured is for a provider whose own arguments are unknown.
func ErrorNotConfigured() diag.Diagnostic {
	return diag.NewErrorDiagnostic("Provider is not configured yet",
		"An argument of the provider block is known only after apply, so the provider cannot call the services now.\n"+
			"No restore was started.\n"+
			"First apply the resource that the argument comes from: terraform apply -target=ADDRESS")
}

// ErrorRegion is for a region that the provider cannot work in.
func ErrorRegion(err error) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("region"), "Region cannot be used", err.Error())
}

// Error says why a lookup has no answer, in the client's words, and what to do next. At is what it was asked about.
func Error(ctx context.Context, look Region, at path.Path, err error) diag.Diagnostic {
	say := func(summary, next string, arguments ...any) diag.Diagnostic {
		return diag.NewAttributeErrorDiagnostic(at, summary, err.Error()+"\n"+fmt.Sprintf(next, arguments...))
	}
	var answered *client.APIError
	switch {
	case ctx.Err() != nil:
		return say("Lookup was cancelled", "Run the same command again.")
	case client.IsNotFound(err):
		return say("Not found", "The provider looked in region %s, in the project of these credentials.\n"+
			"Check the id, the region and the project, and that the credentials may look it up.", look.Client.Region())
	case client.IsLoginRefused(err):
		return say(LoginFailed, "%s", login.Advice(err))
	case client.IsNotOnOTC(err):
		return say(NotOnOTC, "%s", NotOnOTCAdvice(err))
	case errors.As(err, new(*client.ReplyError)):
		return say(UnreadableAnswer, "Try again. If the answer stays the same, "+
			"check that the provider's endpoint is the service's own.")
	case errors.As(err, new(*client.ProjectError)):
		return say(NoProject, NoProjectAdvice)
	case errors.As(err, new(*client.ConnectionError)):
		return say(Unreachable, UnreachableAdvice)
	case !errors.As(err, &answered):
		return say("Lookup failed", "Check the id, and whether this machine can reach the service's address. Then try again.")
	case client.IsForbidden(err):
		return say("Lookup is not allowed",
			"Give the credentials' user or agency the permission, or use other credentials.")
	case Unavailable(err):
		return say("Service could not answer", "Try again later. If the answer stays the same, "+
			"region %s may not offer this query.", look.Client.Region())
	default:
		return say(LookupRejected, "Check the arguments.")
	}
}

// Unavailable reports whether the service is overloaded or broken, or does not have the call: Open Telekom Cloud
// documents only some of them.
func Unavailable(err error) bool {
	var answered *client.APIError
	return errors.As(err, &answered) && (answered.StatusCode >= 500 || slices.Contains([]int{
		http.StatusTooManyRequests, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusRequestTimeout,
	}, answered.StatusCode))
}

// isRejection reports whether the service understood the question and rejected it.
func isRejection(err error) bool {
	return errors.As(err, new(*client.APIError)) && !client.IsNotFound(err) && !client.IsForbidden(err) &&
		!Unavailable(err)
}

func errorNothingToRestore(detail string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("restore_time"), NothingToRestore, detail)
}

func errorNotRestorable(err error, at time.Time, instanceID, advice string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("restore_time"), NotRestorable,
		fmt.Sprintf("%v\nrestore_time is %s. Instance %s cannot be restored to that moment.\n%s",
			err, pointintime.Format(at), instanceID, advice))
}

// NearestMoments says which moments around one that cannot be restored to can.
func NearestMoments(windows []client.Window, at time.Time) string {
	before, after := nearest(windows, at)
	var near []string
	if !before.IsZero() {
		near = append(near, pointintime.Format(before)+" (before)")
	}
	if !after.IsZero() {
		near = append(near, pointintime.Format(after)+" (after)")
	}
	switch len(near) {
	case 0:
		return "There is no other moment either. The instance may have no backup yet, or automated backups may be off."
	case 1:
		return "The nearest available moment is " + near[0] + "."
	}
	return "The nearest available moments are " + strings.Join(near, " and ") + "."
}

// DidYouMean offers the names that were most likely meant, at most three.
func DidYouMean(wanted string, names []string) string {
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
