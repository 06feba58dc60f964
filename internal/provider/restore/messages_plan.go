// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-x/internal/provider/login"
	"terraform-provider-x/internal/provider/lookup"
	"terraform-provider-x/internal/provider/validators"
)

// This file holds the messages of plans and of preflight.

// warnResumes belongs to the plan that replaces a tainted restore. Under create_before_destroy, Terraform creates in a
// process that does not know the job, notices that the plan no longer holds, and stops. The tainted object is then
// "deposed", and only "state rm" removes it (measured with Terraform 1.11.4, 1.16.0 and OpenTofu 1.12.6).
func warnResumes(target, jobID string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Apply will resume an earlier restore",
		fmt.Sprintf("An earlier apply started restore job %[2]s and did not see its end. "+
			"This apply waits for that job and starts no new restore.\n"+
			"To resume it without replacing the resource, run this before you apply:\n"+
			"  terraform untaint ADDRESS\n"+
			"With prevent_destroy or create_before_destroy, this is the only way: the apply stops otherwise, and nothing runs. "+
			"It is also the safe way if the resource depends on others that this apply changes: "+
			"if one of those fails, Terraform has removed the tainted resource, and with it the job, from the state.\n"+
			"The apply also stops for another resource with the same parameters.\n"+
			"If an apply has stopped with \"inconsistent final plan\", run:\n"+
			"  terraform state rm ADDRESS\n"+
			"  terraform import ADDRESS %[1]s/%[2]s", target, jobID))
}

const newRestore = "Apply will start a new restore"

// warnRunsAgain is for a replacement; changed are the attributes that cause it.
func warnRunsAgain(before *Common, changed []string) diag.Diagnostic {
	jobID := before.JobID.ValueString()
	if len(changed) == 1 && changed[0] == "status" {
		return warnRunsAfterFailure(jobID)
	}
	detail := fmt.Sprintf("The apply starts a new restore because of changes in %s.\n", strings.Join(changed, ", "))
	if before.unfinished() {
		detail += fmt.Sprintf("No apply has seen the end of job %s. It continues if it runs, but no resource waits for it any "+
			"more.\nTo wait for its end first, apply without these changes.", jobID)
	} else {
		detail += fmt.Sprintf("The objects that job %s restored stay.", jobID)
	}
	return diag.NewWarningDiagnostic(newRestore, detail)
}

// warnNotKnownYet is for a restore that is kept although parameters are known only after the apply.
func warnNotKnownYet(names []string, jobID string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Restore is kept",
		fmt.Sprintf("Known only after the apply: %s. This plan keeps the restore of job %s.\n"+
			"If a value turns out to differ, the next plan shows a new restore.", strings.Join(names, ", "), jobID))
}

// warnLeavesJob is for a new restore that replaces a tainted one whose job is unfinished.
func warnLeavesJob(jobIDs []string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Unfinished restore is left behind",
		fmt.Sprintf("No apply has seen the end of restore job %s. This plan replaces its resource by another restore. "+
			"The job continues if it runs, but no resource waits for it any more.\n"+
			"To wait for its end first, run this and apply without the changes:\n"+
			"  terraform untaint ADDRESS", strings.Join(jobIDs, ", ")))
}

// errorLeavesJob is for a new restore of what the unfinished job of the tainted resource restores that it replaces.
// Unknown are the parameters of which it is not known whether they differ.
func errorLeavesJob(jobIDs, unknown []string) diag.Diagnostic {
	why := "with other parameters"
	if len(unknown) > 0 {
		why = "with parameters that are known only after the apply (" + strings.Join(unknown, ", ") + ")"
	}
	return diag.NewErrorDiagnostic("Unfinished restore is planned again",
		fmt.Sprintf("No apply has seen the end of restore job %s. This plan would restore the same objects again, %s.\n"+
			"No restore was started.\n"+
			"Run this and apply again; the apply then waits for the job:\n"+
			"  terraform untaint ADDRESS\n"+
			"If a \"removed\" block forgets the job's resource, apply that first, or run: terraform state rm OLD_ADDRESS\n"+
			"To restore again although the job is unfinished, also change a value in triggers.", strings.Join(jobIDs, ", "), why))
}

func warnRunsAfterFailure(jobID string) diag.Diagnostic {
	return diag.NewWarningDiagnostic(newRestore,
		fmt.Sprintf("The apply starts a new restore because the earlier job %s failed.", jobID))
}

// warnRunsOnceMore is for a restore that a state holds as ended and that is planned without that state: it was tainted or
// renamed, or another resource asks for the same.
func warnRunsOnceMore(jobID string, failed bool) diag.Diagnostic {
	if failed {
		return warnRunsAfterFailure(jobID)
	}
	return diag.NewWarningDiagnostic("Apply will repeat a finished restore",
		fmt.Sprintf("Job %s has already restored the same.\n"+
			"If you do not want to restore again, do this before you apply.\n"+
			"If the resource was renamed, add a \"moved\" block, or run: terraform state mv OLD_ADDRESS NEW_ADDRESS\n"+
			"If it is tainted, run: terraform untaint ADDRESS", jobID))
}

// errorSameTarget is for two restores of one plan that would make the same.
func errorSameTarget(place string, objects []string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Two restores have the same target",
		fmt.Sprintf("This plan has another restore in %s that makes the same: %s\n"+
			"The later one would fail, or overwrite what the first one restored.\n"+
			"No restore was started.\n"+
			"Give each its own target.", place, validators.Some(objects)))
}

const alreadyRestored = "Target was restored before"

// errorAlreadyRestored is for a target that an earlier restore has made so recently that no lookup shows it.
func errorAlreadyRestored(made madeBefore) diag.Diagnostic {
	return diag.NewErrorDiagnostic(alreadyRestored, describeEarlier(made)+
		"\nThat was a moment ago, so a lookup does not show yet whether it is still there.\n"+
		"No restore was started.\n"+
		"Choose another name. If you have dropped it since, wait ten minutes, or set preflight = false.")
}

func warnAlreadyRestored(made madeBefore) diag.Diagnostic {
	return diag.NewWarningDiagnostic(alreadyRestored, describeEarlier(made)+
		"\nIf it is still there, this restore fails at its end. Drop it first: cleanup_statements of that restore has the "+
		"statements.")
}

func describeEarlier(made madeBefore) string {
	return fmt.Sprintf("Job %s has restored, or is restoring, what this restore would make: %s",
		made.job, validators.Some(made.objects))
}

// preflightOff is how a person overrules a check.
const preflightOff = "To restore without these checks, set preflight = false."

// OwnTarget is for a target that the restore itself may have created, in an apply that was killed.
const OwnTarget = "If an earlier apply started this very restore and no state has its job, import the job instead; " +
	"the service's console shows its id."

// Rejection rejects an entry that the restore could not fulfil. The format says why, and what to write instead.
func Rejection(at path.Path, summary, format string, arguments ...any) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, summary,
		fmt.Sprintf(format, arguments...)+"\nNo restore was started.\n"+preflightOff)
}

// Refusal is a Rejection by a check that preflight = false does not turn off. Advice is the way out.
func Refusal(at path.Path, summary, advice, format string, arguments ...any) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, summary,
		fmt.Sprintf(format, arguments...)+"\nNo restore was started.\n"+advice)
}

func errorLoginFailed(err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic(lookup.LoginFailed,
		fmt.Sprintf("%v\nNo restore was started.\n%s", err, login.Advice(err)))
}

func errorNoProject(err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic(lookup.NoProject,
		fmt.Sprintf("%v\nNo restore was started.\n%s", err, lookup.NoProjectAdvice))
}

// errorUnreachable is for what waiting does not mend; the client's error says what to check.
func errorUnreachable(err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic(lookup.Unreachable,
		fmt.Sprintf("%v.\nNo restore was started.\n%s", err, lookup.UnreachableAdvice))
}

// errorUnanswered is for a restore about which nobody answered anything. Preflight = false would only put the failure off.
func errorUnanswered(err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("No lookup was answered",
		fmt.Sprintf("The provider could look up nothing about this restore.\n%v\n"+
			"No restore was started.\n"+
			"Check the region, the endpoints and the ids in the configuration, DNS, and the proxy (HTTPS_PROXY, NO_PROXY). "+
			"Then try again.", err))
}

func errorNoLatest(at path.Path, err error) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, noLatest,
		fmt.Sprintf("%v\nNo restore was started.\n%s", err, noLatestAdvice))
}

// warnUnchecked is for checks that were skipped; incomplete says that the apply insists on one of them.
func warnUnchecked(reasons []string, incomplete bool) diag.Diagnostic {
	next := "The apply will try the restore anyway.\nTo restore without any lookup, set preflight = false."
	if incomplete {
		next = "The apply checks again, and starts no restore without a check that it needs."
	}
	return diag.NewWarningDiagnostic("Restore was not fully checked",
		fmt.Sprintf("Lookups failed, so the provider could not check everything that the service may reject:\n  %s\n%s",
			strings.Join(reasons, "\n  "), next))
}

func errorRegion(err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Region cannot be used", err.Error())
}

func errorPlanUnreadable(err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Plan cannot be read", err.Error())
}
