// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"terraform-provider-x/internal/client"
)

// Every message about a running restore is here. Each says what happened, what the service said, what is true now, and what
// to do next. ADDRESS stands where a command needs the resource's address: Terraform prints it with the message, and tells
// it to no provider.

func errorNotConfigured() diag.Diagnostic {
	return diag.NewErrorDiagnostic("The provider is not configured yet",
		"An argument of the provider block is only known after apply, so nothing can be asked or restored now. No restore was started.")
}

func errorCancelledBefore() diag.Diagnostic {
	return diag.NewErrorDiagnostic("Cancelled before the restore was started", "The service was not asked to restore anything. Apply again to start it.")
}

func errorTaken(jobID string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("The restore job is taken",
		fmt.Sprintf("This plan was to go on with restore job %s, but another resource with the same parameters has taken it over. No restore was started. Plan again.", jobID))
}

// errorPlannedTwice takes the resource whose job is unfinished, from its state or, with its job id, from the plan.
func (r *restoreResource[M]) errorPlannedTwice(m M) diag.Diagnostic {
	return diag.NewErrorDiagnostic("The same restore is unfinished and planned anew",
		fmt.Sprintf("Restore job %[2]s was accepted by an earlier apply, which did not see its end, and this plan would start the same restore again beside it.\n"+
			"If the resource is tainted, this is enough: terraform untaint ADDRESS\n"+
			"If it was renamed, add a \"moved\" block, or run: terraform state mv OLD_ADDRESS NEW_ADDRESS\n"+
			"If several resources have the same parameters, first finish those that are in the state: terraform untaint ADDRESS where one is tainted, then terraform apply -target=ADDRESS\n"+
			"If it is a deposed object (left over by create_before_destroy) and nothing else is in the state, run\n"+
			"  terraform state rm ADDRESS\n"+
			"  terraform import ADDRESS %[1]s/%[2]s\n"+
			"To destroy everything instead: terraform destroy -refresh=false", r.targetID(&m).ValueString(), r.common(&m).JobID.ValueString()))
}

// What is said where the newest moment is asked for and not to be had.
const (
	noLatest        = "The latest moment could not be looked up"
	insteadOfLatest = "Try again, or write a point in time."
)

// errorNotStarted says that no restore was started, and why.
func (r *restoreResource[M]) errorNotStarted(ctx context.Context, m M, err error) diag.Diagnostic {
	var stranger *strangerError
	var unknown *unknownOperationError
	var latest *noLatestError
	switch {
	case ctx.Err() != nil:
		return errorCancelledBefore()
	case errors.As(err, &stranger):
		return diag.NewErrorDiagnostic("A restore is already running",
			fmt.Sprintf("No restore was started, because one is running on %s that this apply did not start or resume:\n%s\n"+
				"If it belongs to this resource and is in no state (an earlier apply may have been killed), take it over and apply again:\n%s\n"+
				"If it belongs to another resource (see terraform state list), another provider alias or somebody else, wait until it has ended, then apply again.",
				r.targetID(&m).ValueString(), describeJobs(stranger.jobs), r.importCommands(m, stranger.jobs)))
	case errors.As(err, &unknown):
		return diag.NewErrorDiagnostic("The service is busy, and with what is not known",
			fmt.Sprintf("No restore was started. The service answered that another operation is in progress:\n%v\n"+
				"Whether that is a restore could not be looked up: %v.\n"+
				"If an earlier apply may have started it, take it over with the id that the service's console shows:\n%s\n"+
				"If not, apply again when it has ended. With the permission to look it up, the provider waits by itself.",
				unknown.refused, unknown.lookup, r.importCommands(m, []client.Job{{}})))
	case errors.As(err, &latest):
		return diag.NewErrorDiagnostic(noLatest, "No restore was started, because it is not known what \"latest\" is.\n"+latest.Error()+"\n"+insteadOfLatest)
	case client.IsNotOnOTC(err):
		return diag.NewErrorDiagnostic(notOnOTC,
			fmt.Sprintf("No restore was started.\n%v\n%s", err, insteadOnOTC))
	case client.IsBusy(err):
		return diag.NewErrorDiagnostic("The instance stayed busy",
			fmt.Sprintf("No restore was started: until the timeout, the service answered that another operation is in progress.\n%v\nApply again when that has ended, or allow more time in timeouts.create.", err))
	default:
		return diag.NewErrorDiagnostic("The restore was refused", fmt.Sprintf("No restore was started.\n%v", err))
	}
}

// errorAmbiguous is for a call whose answer was lost and whose job could not be told for certain.
func (r *restoreResource[M]) errorAmbiguous(ctx context.Context, m M, lost error, found []client.Job, lookup error) diag.Diagnostic {
	var now, next string
	switch {
	case ctx.Err() != nil || (len(found) == 0 && lookup != nil):
		reason := "the apply was cancelled"
		if ctx.Err() == nil {
			reason = lookup.Error()
		}
		now = fmt.Sprintf("Whether a restore runs could not be looked up: %s.", reason)
		next = fmt.Sprintf("Look at the tasks of %s in the service's console. If a restore is there, take it over with its id:\n%s",
			r.targetID(&m).ValueString(), r.importCommands(m, []client.Job{{}}))
	case len(found) == 0:
		now = fmt.Sprintf("For a minute afterwards the service listed no new restore on %s, so most likely it did not accept this one.", r.targetID(&m).ValueString())
		next = "Apply again. Should the restore have been accepted after all, that apply is refused while it runs, and names it."
	default:
		now = "Since the call, the service lists:\n" + describeJobs(found)
		next = "If one of them is this restore, take it over and apply again, which goes on waiting for it:\n" + r.importCommands(m, found)
	}
	return diag.NewErrorDiagnostic("The restore may have been accepted",
		fmt.Sprintf("The call was sent once, and its answer was lost. It was not sent again.\n%v\n%s\n%s", lost, now, next))
}

func describeJobs(jobs []client.Job) string {
	var lines []string
	for _, job := range jobs {
		id := job.ID
		if id == "" {
			id = "(a job whose id the service does not tell)"
		}
		line := fmt.Sprintf("  %s  %s %s", id, job.Name, job.Status)
		if !job.Created.IsZero() {
			line += ", began " + job.Created.Format(time.RFC3339)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// importCommands are ready to paste but for the resource's address.
func (r *restoreResource[M]) importCommands(m M, jobs []client.Job) string {
	var lines []string
	for _, job := range jobs {
		id := job.ID
		if id == "" {
			id = "JOB_ID"
		}
		region := ""
		if name := r.common(&m).Region.ValueString(); r.client != nil && name != "" && name != r.client.Region() {
			region = name + "/"
		}
		lines = append(lines, fmt.Sprintf("  terraform import ADDRESS %s%s/%s", region, r.targetID(&m).ValueString(), id))
	}
	return strings.Join(lines, "\n")
}

func errorJobFailed(common *restoreModel, job client.Job) diag.Diagnostic {
	return diag.NewErrorDiagnostic("The restore failed",
		fmt.Sprintf("Job %s ended with: %s\nNothing is running any more. Once the cause is mended, apply again: that starts a new restore, and its plan says so.",
			common.JobID.ValueString(), reasonOf(job)))
}

func reasonOf(job client.Job) string {
	if job.Reason == "" {
		return "(the service gave no reason)"
	}
	return job.Reason
}

func errorStillRunning(common *restoreModel, job client.Job, timeout, age time.Duration) diag.Diagnostic {
	return diag.NewErrorDiagnostic("The restore is still running",
		fmt.Sprintf("Job %s was still running when the timeout of %s was over; it has been running for %s%s, and goes on. It is kept in the state. "+
			"Apply again: that waits for the same job and starts nothing. For longer restores, set timeouts.create and timeouts.update.",
			common.JobID.ValueString(), timeout, age.Round(time.Second), atProgress(job)))
}

// atProgress is how far a job is, where the service says.
func atProgress(job client.Job) string {
	if job.Progress == "" {
		return ""
	}
	return " (at " + job.Progress + ")"
}

func errorNotFollowed(common *restoreModel, err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("The restore could not be followed",
		fmt.Sprintf("Job %s was accepted and most likely goes on, but asking for it kept failing:\n%v\n"+
			"It is kept in the state. Apply again: that waits for the same job and starts nothing. "+
			"If the service really does not know the job, and the restored objects are not there, forget it by: terraform state rm ADDRESS", common.JobID.ValueString(), err))
}

func errorNotImported(jobID string, err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("The restore job was not found",
		fmt.Sprintf("Job %s cannot be imported: %v\nNothing was imported. The services keep the records of jobs for about a month.", jobID, err))
}

func warnAdopted(jobID string, lost error) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The restore was accepted although its answer was lost",
		fmt.Sprintf("The call was sent once, and its answer was lost:\n%v\nThe service then listed exactly one new restore, job %s, which began after the call. It is taken for this one.", lost, jobID))
}

func warnCancelled(common *restoreModel) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Stopped waiting for the restore",
		fmt.Sprintf("Job %s goes on in the cloud and is kept in the state. Apply again: that waits for the same job and starts nothing.", common.JobID.ValueString()))
}

func warnDetached(common *restoreModel, timeout time.Duration) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The restore goes on without this apply",
		fmt.Sprintf("Job %s was still running after %s, and on_timeout is \"detach\". What depends on it may find the restored objects missing. The next apply waits for the same job.",
			common.JobID.ValueString(), timeout))
}

func warnExpired(common *restoreModel) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The record of the restore job has expired",
		fmt.Sprintf("The service no longer knows job %s, which was last seen as %q. How it ended cannot be told any more: look whether the restored objects are there. "+
			"Nothing is asked about it from now on; finished_at is when this was noticed.", common.JobID.ValueString(), common.Status.ValueString()))
}

func warnNotARestore(job client.Job) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The job may not be a restore",
		fmt.Sprintf("The service calls job %s %q, which does not sound like a restore. If it is another job, run: terraform state rm ADDRESS", job.ID, job.Name))
}

func warnNotRead(common *restoreModel, err error) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The restore job could not be asked for",
		fmt.Sprintf("Job %s is kept in the state as it was last seen, %q.\n%v", common.JobID.ValueString(), common.Status.ValueString(), err))
}

func (r *restoreResource[M]) warnForgotten(ctx context.Context, state M) diag.Diagnostic {
	common := r.common(&state)
	detail := fmt.Sprintf("Terraform no longer keeps restore job %s; nothing was undone.", common.JobID.ValueString())
	if names := r.namesOf(ctx, state); len(names) > 0 {
		detail += " These stay until somebody drops them:\n  " + strings.Join(names, "\n  ")
	}
	if unfinished(common) {
		detail += "\nThe job's end was not seen: it may still be running. Should this apply end without a resource that goes on with it, take it over before the next one:\n" +
			r.importCommands(state, []client.Job{{ID: common.JobID.ValueString()}})
	}
	return diag.NewWarningDiagnostic("The restored objects stay", detail)
}

// warnResumes belongs to the plan that replaces a tainted restore. Under create_before_destroy Terraform creates in a process
// that has not heard of the job, notices that the plan does not hold, and stops; what was tainted is then "deposed", which no
// command but "state rm" gets out of (measured with Terraform 1.11.4, 1.16.0 and OpenTofu 1.12.6).
func warnResumes(target, jobID string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The apply goes on with a restore that was begun before",
		fmt.Sprintf("Restore job %[2]s was accepted by an earlier apply, which did not see its end. This apply waits for it and starts no new restore.\n"+
			"It can do so without replacing the resource, if before applying you run\n"+
			"  terraform untaint ADDRESS\n"+
			"With prevent_destroy or create_before_destroy there is no other way. An apply stops then, as it does for another resource "+
			"with the same parameters, and nothing runs. If it stopped with \"inconsistent final plan\", the way on is\n"+
			"  terraform state rm ADDRESS\n"+
			"  terraform import ADDRESS %[1]s/%[2]s", target, jobID))
}

func warnRunsAgain(before *restoreModel, changed []string) diag.Diagnostic {
	why := "because of a change of " + strings.Join(changed, ", ")
	if len(changed) == 1 && changed[0] == "status" {
		why = "because the earlier one failed"
	}
	return diag.NewWarningDiagnostic("A new restore will be started",
		fmt.Sprintf("The apply starts a restore again, %s. What job %s restored stays where it is.", why, before.JobID.ValueString()))
}

// warnRunsOnceMore is for a restore that a state holds as ended and that is planned without that state: it was tainted, or
// another resource asks for the same.
func warnRunsOnceMore(jobID string, failed bool) diag.Diagnostic {
	if failed {
		return diag.NewWarningDiagnostic("A new restore will be started",
			fmt.Sprintf("The apply starts a restore again, because the earlier one failed. That was job %s.", jobID))
	}
	return diag.NewWarningDiagnostic("A finished restore will be started once more",
		fmt.Sprintf("Job %s has restored the same already. If the resource is tainted and that is not meant, run before applying\n  terraform untaint ADDRESS", jobID))
}
