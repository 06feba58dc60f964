// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"terraform-provider-x/internal/client"
)

// This file holds what only an action says.

// invokeAgain is what an action needs that a resource does not.
const invokeAgain = "To try again, invoke the action by itself: terraform apply -invoke=action.TYPE.NAME. " +
	"Terraform does not run it again on its own once the resource that triggered it is in the state."

// inAction adds to an error how to try again.
func inAction(d diag.Diagnostic) diag.Diagnostic {
	if d.Severity() != diag.SeverityError {
		return d
	}
	said := diag.Diagnostic(diag.NewErrorDiagnostic(d.Summary(), d.Detail()+"\n"+invokeAgain))
	if at, located := d.(diag.DiagnosticWithPath); located {
		return diag.WithPath(at.Path(), said)
	}
	return said
}

func errorActionUnreadable(err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("The action's configuration cannot be read", fmt.Sprintf("%v", err))
}

func progressAccepted(jobID string) string {
	return fmt.Sprintf("Accepted as job %s, which goes on even if this is interrupted.", jobID)
}

func progressRunning(jobID string, job client.Job, age time.Duration) string {
	return fmt.Sprintf("Job %s is running%s, for %s so far.", jobID, atProgress(job), age.Round(time.Second))
}

func progressCompleted(ctx context.Context, m Model) string {
	common := m.common()
	return fmt.Sprintf("Job %s completed after %d s. Restored to %s: %s", common.JobID.ValueString(), common.DurationSeconds.ValueInt64(),
		cmp.Or(common.RestoredTo.ValueString(), "a moment that is not told"), strings.Join(namesOf(ctx, m), ", "))
}

func errorActionFailed(m Model, job client.Job) diag.Diagnostic {
	return diag.NewErrorDiagnostic("The restore failed", fmt.Sprintf("Job %s ended with: %s\nNothing is running any more.\n%s",
		m.common().JobID.ValueString(), reasonOf(job), invokeAgain))
}

// jobContinues says what is true after an action that did not see the end, and what to do.
func (r *restoreResource) jobContinues(m Model) string {
	jobID := m.common().JobID.ValueString()
	return fmt.Sprintf("Job %s goes on in the cloud; no state keeps it. While it runs, an action that is invoked again is refused. "+
		"Data source x_restore_job tells its status. To have an apply wait for it, write the resource with the same arguments in place of this action and run\n%s",
		jobID, r.importCommands(m, jobID))
}

func (r *restoreResource) errorActionStopped(m Model) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Stopped waiting for the restore", r.jobContinues(m))
}

func (r *restoreResource) warnActionDetached(m Model, timeout time.Duration) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The restore goes on without this action",
		fmt.Sprintf("It was still running after %s, and on_timeout is \"detach\".\n%s", timeout, r.jobContinues(m)))
}

func (r *restoreResource) errorActionTimedOut(m Model, job client.Job, timeout time.Duration) diag.Diagnostic {
	return diag.NewErrorDiagnostic("The restore is still running",
		fmt.Sprintf("It was still running%s when the timeout of %s was over. For longer restores, set timeouts.invoke.\n%s",
			atProgress(job), timeout, r.jobContinues(m)))
}

func (r *restoreResource) errorActionNotFollowed(m Model, err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("The restore could not be followed",
		fmt.Sprintf("It was accepted, but asking for it kept failing:\n%v\n%s", err, r.jobContinues(m)))
}
