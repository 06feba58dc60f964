// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/provider/login"
	"terraform-provider-x/internal/provider/lookup"
)

// Every message about a running restore is here. Each says what happened, what the service said, what is true now, and what
// to do next. ADDRESS stands where a command needs the resource's address: Terraform prints it with the message, and tells
// it to no provider.

func errorCancelledBefore() diag.Diagnostic {
	return diag.NewErrorDiagnostic("Cancelled before the restore was started", "The service was not asked to restore anything. Apply again to start it.")
}

func errorTaken(jobID string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("The restore job is taken",
		fmt.Sprintf("This plan was to go on with restore job %s, but another resource with the same parameters has taken it over. No restore was started. Plan again.", jobID))
}

// errorPlannedTwice is for a resource whose job is unfinished while the same restore is planned anew.
func errorPlannedTwice(targetID, jobID string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("The same restore is unfinished and planned anew",
		fmt.Sprintf("Restore job %[2]s was accepted by an earlier apply, which did not see its end, and this plan would start the same restore again beside it.\n"+
			"If the resource is tainted, this is enough: terraform untaint ADDRESS\n"+
			"If it was renamed, add a \"moved\" block, or run: terraform state mv OLD_ADDRESS NEW_ADDRESS\n"+
			"If several resources have the same parameters, first finish those that are in the state: terraform untaint ADDRESS where one is tainted, then terraform apply -target=ADDRESS\n"+
			"If it is a deposed object (left over by create_before_destroy) and nothing else is in the state, run\n"+
			"  terraform state rm ADDRESS\n"+
			"  terraform import ADDRESS %[1]s/%[2]s\n"+
			"To destroy everything instead: terraform destroy -refresh=false", targetID, jobID))
}

const (
	noLatest       = "The latest moment could not be looked up"
	noLatestAdvice = "Try again, or write a point in time."
)

// errorNotStarted says that no restore was started, and why.
func (s *submission) errorNotStarted(ctx context.Context, err error) diag.Diagnostic {
	var running *unknownRestoreError
	var unknown *unknownOperationError
	var latest *noLatestError
	switch {
	case ctx.Err() != nil:
		return errorCancelledBefore()
	case errors.As(err, &running):
		return s.errorUnknownRestore(running.jobs)
	case errors.As(err, &unknown):
		return diag.NewErrorDiagnostic("The service is busy, and with what is not known",
			fmt.Sprintf("No restore was started. The service answered that another operation is in progress:\n%v\n"+
				"Whether that is a restore could not be looked up: %v.\n"+
				"If an earlier apply may have started it, take it over with the id that the service's console shows:\n%s\n"+
				"If not, apply again when it has ended. With the permission to look it up, the provider waits by itself.",
				unknown.rejected, unknown.lookup, s.importCommands(s.plan, "")))
	case errors.As(err, &latest):
		return diag.NewErrorDiagnostic(noLatest, "No restore was started, because it is not known what \"latest\" is.\n"+latest.Error()+"\n"+noLatestAdvice)
	case client.IsNotOnOTC(err):
		return diag.NewErrorDiagnostic(lookup.NotOnOTC, fmt.Sprintf("No restore was started.\n%v\n%s", err, lookup.NotOnOTCAdvice))
	case client.IsBusy(err):
		return diag.NewErrorDiagnostic("The instance stayed busy",
			fmt.Sprintf("No restore was started: until the timeout, the service answered that another operation is in progress.\n%v\n"+
				"Apply again when that has ended, or allow more time in %s.", err, s.words().timeout))
	default:
		return diag.NewErrorDiagnostic("The restore was refused", fmt.Sprintf("No restore was started.\n%v", err))
	}
}

// words are what a resource and an action call differently.
type words struct{ timeout, takeOver string }

func (s *submission) words() words {
	if s.inAction {
		return words{"timeouts.invoke", "take it over"}
	}
	return words{"timeouts.create", "take it over and apply again"}
}

func (s *submission) errorUnknownRestore(jobs []client.Job) diag.Diagnostic {
	return diag.NewErrorDiagnostic("A restore is already running",
		fmt.Sprintf("No restore was started, because one is running on %s that this apply did not start or resume:\n%s\n"+
			"If it belongs to this resource and is in no state (an earlier apply may have been killed), %s:\n%s\n"+
			"If it belongs to another resource (see terraform state list), another provider alias or somebody else, wait until it has ended, then apply again.",
			s.targetID, describeJobs(jobs), s.words().takeOver, s.importCommands(s.plan, jobIDs(jobs)...)))
}

// errorAmbiguous is for a call whose answer was lost and whose job could not be told for certain.
func (s *submission) errorAmbiguous(ctx context.Context, lost error, found []client.Job, lookup error) diag.Diagnostic {
	var now, next string
	switch {
	case ctx.Err() != nil || (len(found) == 0 && lookup != nil):
		reason := "the apply was cancelled"
		if ctx.Err() == nil {
			reason = lookup.Error()
		}
		now = fmt.Sprintf("Whether a restore runs could not be looked up: %s.", reason)
		next = fmt.Sprintf("Look at the tasks of %s in the service's console. If a restore is there, take it over with its id:\n%s",
			s.targetID, s.importCommands(s.plan, ""))
	case len(found) == 0:
		now = fmt.Sprintf("For a minute afterwards the service listed no new restore on %s, so most likely it did not accept this one.", s.targetID)
		next = "Apply again. Should the restore have been accepted after all, that apply is refused while it runs, and names it."
	default:
		now = "Since the call, the service lists:\n" + describeJobs(found)
		next = fmt.Sprintf("If one of them is this restore, %s, which goes on waiting for it:\n", s.words().takeOver) + s.importCommands(s.plan, jobIDs(found)...)
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

func jobIDs(jobs []client.Job) []string {
	var ids []string
	for _, job := range jobs {
		ids = append(ids, job.ID)
	}
	return ids
}

// importCommands are ready to paste but for the resource's address, and for an id that is "".
func (r *restoreResource) importCommands(m Model, jobIDs ...string) string {
	region := ""
	if name := m.common().Region.ValueString(); r.Client != nil && name != "" && name != r.Client.Region() {
		region = name + "/"
	}
	var lines []string
	for _, id := range jobIDs {
		lines = append(lines, fmt.Sprintf("  terraform import ADDRESS %s%s/%s", region, m.TargetID(), cmp.Or(id, "JOB_ID")))
	}
	return strings.Join(lines, "\n")
}

func errorJobFailed(common *Common, job client.Job) diag.Diagnostic {
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

func errorStillRunning(common *Common, result waitResult, timeout time.Duration) diag.Diagnostic {
	return diag.NewErrorDiagnostic("The restore is still running",
		fmt.Sprintf("Job %s was still running when the timeout of %s was over; it has been running for %s%s, and goes on. It is kept in the state. "+
			"Apply again: that waits for the same job and starts nothing. For longer restores, set timeouts.create and timeouts.update.",
			common.JobID.ValueString(), timeout, result.age.Round(time.Second), atProgress(result.job)))
}

// atProgress is how far a job is, where the service says.
func atProgress(job client.Job) string {
	if job.Progress == "" {
		return ""
	}
	return " (at " + job.Progress + ")"
}

func errorNotFollowed(common *Common, err error) diag.Diagnostic {
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

func warnCancelled(common *Common) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Stopped waiting for the restore",
		fmt.Sprintf("Job %s goes on in the cloud and is kept in the state. Apply again: that waits for the same job and starts nothing.", common.JobID.ValueString()))
}

func warnDetached(common *Common, timeout time.Duration) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The restore goes on without this apply",
		fmt.Sprintf("Job %s was still running after %s, and on_timeout is \"detach\". What depends on it may find the restored objects missing. The next apply waits for the same job.",
			common.JobID.ValueString(), timeout))
}

func warnExpired(common *Common) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The record of the restore job has expired",
		fmt.Sprintf("The service no longer knows job %s, which was last seen as %q. How it ended cannot be told any more: look whether the restored objects are there. "+
			"Nothing is asked about it from now on; finished_at is when this was noticed.", common.JobID.ValueString(), common.Status.ValueString()))
}

func warnNotARestore(job client.Job) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The job may not be a restore",
		fmt.Sprintf("The service calls job %s %q, which does not sound like a restore. If it is another job, run: terraform state rm ADDRESS", job.ID, job.Name))
}

func warnNotRead(common *Common, err error) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The restore job could not be asked for",
		fmt.Sprintf("Job %s is kept in the state as it was last seen, %q.\n%v", common.JobID.ValueString(), common.Status.ValueString(), err))
}

func (r *restoreResource) warnForgotten(ctx context.Context, state Model) diag.Diagnostic {
	jobID := state.common().JobID.ValueString()
	detail := fmt.Sprintf("Terraform no longer keeps restore job %s; nothing was undone.", jobID)
	if names := namesOf(ctx, state); len(names) > 0 {
		detail += " These stay until somebody drops them:\n  " + strings.Join(names, "\n  ")
	}
	if state.common().unfinished() {
		detail += "\nThe job's end was not seen: it may still be running. Should this apply end without a resource that goes on with it, take it over before the next one:\n" +
			r.importCommands(state, jobID)
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

func warnRunsAgain(before *Common, changed []string, unknown map[string]bool) diag.Diagnostic {
	var described []string
	for _, name := range changed {
		if unknown[name] {
			name += " (which is known only after apply, and so counts as a change)"
		}
		described = append(described, name)
	}
	why := "because of a change of " + strings.Join(described, ", ")
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

// preflightOff is how a person overrules a check.
const preflightOff = "To restore without any such check, set preflight = false."

// OwnTarget is for a target that the restore itself has taken: without a refresh, Terraform tells a plan nothing of a tainted
// restore that it replaces.
const OwnTarget = "If an earlier apply began this very restore and did not see its end, plan with a refresh: the apply then goes on with it."

// Rejection says for which entry the restore would not do what is asked for, what the service knows, and what to write
// instead.
func Rejection(at path.Path, summary, format string, arguments ...any) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, summary, fmt.Sprintf(format, arguments...)+"\nNo restore was started. "+preflightOff)
}

func errorLoginRefused(err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic(lookup.LoginRefused, fmt.Sprintf("%v\nNo restore was started. %s", err, login.Advice(err)))
}

func errorNoProject(err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic(lookup.NoProject, fmt.Sprintf("%v.\nNo restore was started. %s", err, lookup.NoProjectAdvice))
}

func errorNoLatest(at path.Path, err error) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, noLatest, fmt.Sprintf("%v\nNo restore was started. %s", err, noLatestAdvice))
}

func warnUnchecked(reasons []string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The restore was not checked in full",
		fmt.Sprintf("What the service would refuse can only be foreseen in part, because of look-ups that failed:\n  %s\n"+
			"The restore is tried all the same. To restore without looking anything up, set preflight = false.", strings.Join(reasons, "\n  ")))
}

func errorRegion(err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("The region cannot be used", err.Error())
}

func errorPlanUnreadable(err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("The plan cannot be read", err.Error())
}

func (r *restoreResource) errorImportID(err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Not an import id",
		fmt.Sprintf("%v. The id is %s/JOB_ID: the %s, a slash, and the id of the job that runs or ran the restore.",
			err, strings.ToUpper(r.Target), r.Target))
}

func errorAnotherProject(named, mine, region string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Another project",
		fmt.Sprintf("The identity names project %s, but the provider works in project %s of region %s. "+
			"Import with the provider configuration of that project.", named, mine, region))
}

func (r *restoreResource) errorVendorState(err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("The state of the other provider cannot be read",
		fmt.Sprintf("The state of %s is not as that provider writes it: %v. Nothing was changed. Import the restore instead, by %s/JOB_ID.",
			r.MovedFrom, err, strings.ToUpper(r.Target)))
}
