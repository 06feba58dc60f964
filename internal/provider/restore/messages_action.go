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

// This file holds the messages of actions only.

// invokeAgain is what an action needs that a resource does not.
const invokeAgain = "To try again, invoke the action by itself: terraform apply -invoke=action.TYPE.NAME\n" +
	"Terraform does not invoke it again by itself once the resource that triggered it is in the state."

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
	return diag.NewErrorDiagnostic("Action configuration cannot be read", fmt.Sprintf("%v", err))
}

func progressAccepted(jobID string) string {
	return fmt.Sprintf("Accepted as job %s. The job continues even if you interrupt the apply.", jobID)
}

func progressRunning(jobID string, job client.Job, age time.Duration) string {
	return fmt.Sprintf("Job %s is running%s, for %s so far.", jobID, atProgress(job), age.Round(time.Second))
}

func progressCompleted(ctx context.Context, m Model) string {
	common := m.common()
	return fmt.Sprintf("Job %s completed after %d s. Restored to %s: %s",
		common.JobID.ValueString(), common.DurationSeconds.ValueInt64(),
		cmp.Or(common.RestoredTo.ValueString(), "an unknown moment"), strings.Join(namesOf(ctx, m), ", "))
}

func errorActionFailed(m Model, job client.Job) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Restore job failed",
		fmt.Sprintf("Job %s ended with: %s\nNothing is running any more.\n%s",
			m.common().JobID.ValueString(), reasonOf(job), invokeAgain))
}

// jobContinues says what is true after an action that did not see the end, and what to do.
func (r *restoreResource) jobContinues(m Model) string {
	jobID := m.common().JobID.ValueString()
	return fmt.Sprintf("Job %s continues in the cloud, and no state keeps it. "+
		"While it runs, the provider rejects the action if you invoke it again.\n"+
		"To query the job, use the data source x_restore_job.\n"+
		"To have an apply wait for it, replace this action with the resource of the same arguments and run:\n%s",
		jobID, r.importCommands(m, jobID))
}

func (r *restoreResource) errorActionStopped(m Model) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Stopped waiting for the restore", r.jobContinues(m))
}

func (r *restoreResource) warnActionDetached(m Model, timeout time.Duration) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Restore continues in the background",
		fmt.Sprintf("The restore was still running after %s, and on_timeout is \"detach\".\n%s", timeout, r.jobContinues(m)))
}

func (r *restoreResource) errorActionTimedOut(m Model, job client.Job, timeout time.Duration) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Restore is still running",
		fmt.Sprintf("The restore was still running%s after the timeout of %s. For longer restores, set timeouts.invoke.\n%s",
			atProgress(job), timeout, r.jobContinues(m)))
}

func (r *restoreResource) errorActionNotFollowed(m Model, err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Restore status is unknown",
		fmt.Sprintf("The service accepted the restore, but the provider could not query its job.\n%v\n%s",
			err, r.jobContinues(m)))
}
