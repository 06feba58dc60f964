// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/provider/lookup"
)

// This file holds the messages about a restore that is not started, or whose start is uncertain.

var (
	// errClusterUnknown is for a snapshot whose cluster cannot be looked up.
	errClusterUnknown = errors.New("the cluster of the snapshot is unknown")
	// errEarlierJobsUnknown is for a list of jobs that failed before the restore call.
	errEarlierJobsUnknown = errors.New("the jobs before the call are unknown")
	// ErrUnknownParameters cannot occur: Terraform calls Create with every value known.
	ErrUnknownParameters = errors.New("the restore's parameters are not known yet")
)

func errorCancelledBefore() diag.Diagnostic {
	return diag.NewErrorDiagnostic("Cancelled before the restore started",
		"The provider sent no restore request.\nTo start the restore, run the same command again.")
}

func errorTaken(jobID string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Restore job already taken",
		fmt.Sprintf("This plan would have resumed restore job %s.\n"+
			"Another resource with the same parameters has resumed it first.\n"+
			"No restore was started.\n"+
			"Plan again.", jobID))
}

// errorPlannedTwice is for a resource whose job is unfinished while the same restore is planned again.
func errorPlannedTwice(targetID, jobID string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Unfinished restore is planned again",
		fmt.Sprintf("An earlier apply started restore job %[2]s and did not see its end. "+
			"This plan would start the same restore a second time.\n"+
			"If the resource is tainted, run: terraform untaint ADDRESS\n"+
			"If it was renamed, add a \"moved\" block, or run: terraform state mv OLD_ADDRESS NEW_ADDRESS\n"+
			"If several resources have the same parameters, first finish those that are in the state. "+
			"Untaint each that is tainted (terraform untaint ADDRESS), then run: terraform apply -target=ADDRESS\n"+
			"If it is a deposed object (left over by create_before_destroy) and nothing else is in the state, run:\n"+
			"  terraform state rm ADDRESS\n"+
			"  terraform import ADDRESS %[1]s/%[2]s\n"+
			"To destroy everything instead, run: terraform destroy -refresh=false", targetID, jobID))
}

const (
	noLatest       = "Latest restore time is unknown"
	noLatestAdvice = "Try again, or set a point in time."
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
		return s.errorUnknownOperation(unknown)
	case errors.As(err, &latest):
		return diag.NewErrorDiagnostic(noLatest,
			fmt.Sprintf("The provider could not look up the point in time that \"latest\" means.\n%v\n"+
				"No restore was started.\n%s", latest, noLatestAdvice))
	case errors.As(err, new(*client.ConnectionError)):
		return errorUnreachable(err)
	case client.IsNotOnOTC(err):
		return lookup.ErrorNotOnOTC(err)
	case client.IsPermissionMissing(err):
		return diag.NewErrorDiagnostic("Restore is not allowed",
			fmt.Sprintf("%v\nNo restore was started.\n"+
				"Give the credentials' user or agency the permission, or use other credentials. Then apply again.", err))
	case client.IsBusy(err):
		return diag.NewErrorDiagnostic("Instance stayed busy",
			fmt.Sprintf("The service rejected the restore until the timeout, because another operation is in progress.\n%v\n"+
				"No restore was started.\n"+
				"Apply again when that operation has ended, or set a longer %s.", err, s.words().timeout))
	case client.IsThrottled(err):
		return diag.NewErrorDiagnostic("Service kept throttling",
			fmt.Sprintf("The service rejected the restore until the timeout, because there were too many requests.\n%v\n"+
				"No restore was started.\n"+
				"Apply again later, set a longer %s, or lower requests_per_minute if other programs use the same account.",
				err, s.words().timeout))
	default:
		return diag.NewErrorDiagnostic("Restore could not be started",
			fmt.Sprintf("%v\nNo restore was started.\nFix the cause and try again.", err))
	}
}

func (s *submission) errorUnknownOperation(unknown *unknownOperationError) diag.Diagnostic {
	var told string
	if len(unknown.activity) > 0 {
		told = fmt.Sprintf("The service calls what runs on %s %q, which may be a restore.\n",
			s.targetID, strings.Join(unknown.activity, ", "))
	}
	next := "Otherwise apply again when it has ended."
	if unknown.lookup != nil {
		told += fmt.Sprintf("The provider could not look up whether that operation is a restore: %v.\n", unknown.lookup)
		next += " With the permission for the lookup, the provider waits by itself."
	}
	return diag.NewErrorDiagnostic("Instance is busy with an unknown operation",
		fmt.Sprintf("The service rejected the restore because another operation is in progress.\n%v\n%s"+
			"No restore was started.\n"+
			"If an earlier apply may have started that operation, import it with the id from the service's console:\n%s\n%s",
			unknown.rejected, told, s.importCommands(s.plan, ""), next))
}

// errorUnknownRestore is for running jobs that may be restores. Not all need sound like one.
func (s *submission) errorUnknownRestore(jobs []client.Job) diag.Diagnostic {
	summary, what := "A restore is already running", "a restore is running that this apply did not start or resume"
	if !slices.ContainsFunc(jobs, client.Job.MayBeRestore) {
		summary = "An operation is running that may be a restore"
		what = "an operation is running that this apply did not start or resume. " +
			"The provider does not know its name, so it may be a restore"
	}
	return diag.NewErrorDiagnostic(summary,
		fmt.Sprintf("On %s, %s:\n%s\n"+
			"No restore was started.\n"+
			"If it belongs to this resource and no state has it (an earlier apply may have been killed), %s:\n%s%s\n"+
			"If it belongs to another resource (see terraform state list), apply again: with -parallelism=1, that one may "+
			"come later. If it belongs to another provider alias or to somebody else, wait until it has ended first.",
			s.lockKey, what, describeJobs(jobs), s.words().importIt, s.importCommands(s.plan, jobIDs(jobs)...), whereIDs(jobs)))
}

// whereIDs says where to find the id of a job that the service's API does not tell: DWS lists only the actions of a
// cluster, whose ids are no jobs'.
func whereIDs(jobs []client.Job) string {
	if !slices.Contains(jobIDs(jobs), "") {
		return ""
	}
	return "\nJOB_ID stands for the job's id, which is in the service's console."
}

// errorAmbiguous is for a call whose answer was lost and whose job is not certain.
func (s *submission) errorAmbiguous(ctx context.Context, lost error, found []client.Job, lookup error) diag.Diagnostic {
	var now, next string
	switch {
	case ctx.Err() != nil || (len(found) == 0 && lookup != nil):
		reason := "the apply was cancelled"
		if ctx.Err() == nil {
			reason = lookup.Error()
		}
		now = fmt.Sprintf("The provider could not look up whether the restore is running: %s.", reason)
		next = fmt.Sprintf("Check the tasks of %s in the service's console. "+
			"If the restore is there, import it with its id:\n%s",
			s.targetID, s.importCommands(s.plan, ""))
	case len(found) == 0:
		now = fmt.Sprintf("In the minute after the call, the service listed no new restore on %s. "+
			"It most likely did not accept this one.", s.targetID)
		next = "Apply again. If the service did accept the restore, the provider rejects that apply " +
			"while the restore runs, and the error names it."
	default:
		now = fmt.Sprintf("Since the call, the service lists on %s:\n%s", s.lockKey, describeJobs(found))
		next = fmt.Sprintf("If one of them is this restore, %s:\n%s%s",
			s.words().importIt, s.importCommands(s.plan, jobIDs(found)...), whereIDs(found))
	}
	return diag.NewErrorDiagnostic("Restore may have been accepted",
		fmt.Sprintf("The provider sent the restore request once, and its answer was lost. "+
			"It did not send the request again.\n%v\n%s\n%s", lost, now, next))
}

func warnAdopted(jobID string, lost error) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Restore found after a lost answer",
		fmt.Sprintf("The provider sent the restore request once, and its answer was lost.\n%v\n"+
			"The service then listed exactly one new restore of this kind, job %s, which started while the call was under way.\n"+
			"The provider adopts that job as this restore.", lost, jobID))
}
