// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"terraform-provider-x/internal/client"
)

// This file holds the messages about an accepted job: its wait, its end, its query, and the removal of its resource.

// nextWaits is what to do about a job that the state keeps and that runs.
const nextWaits = "Apply again: the apply waits for the same job and starts no new restore."

func errorJobFailed(common *Common, job client.Job) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Restore job failed",
		fmt.Sprintf("Job %s ended with: %s\n"+
			"Nothing is running any more.\n"+
			"Fix the cause and apply again. The plan will show a new restore.", common.JobID.ValueString(), reasonOf(job)))
}

func errorStillRunning(common *Common, result waitResult, timeout time.Duration) diag.Diagnostic {
	unknown := ""
	if word := result.job.UnknownStatus; word != "" {
		unknown = fmt.Sprintf("The service calls its status %q, which the provider does not know.\n", word)
	}
	return diag.NewErrorDiagnostic("Restore is still running",
		fmt.Sprintf("Job %s was still running after the timeout of %s. It has been running for %s%s.\n"+
			"%sThe job continues in the cloud, and the state keeps it.\n"+
			"%s For longer restores, set timeouts.create and timeouts.update.",
			common.JobID.ValueString(), timeout, result.age.Round(time.Second), atProgress(result.job), unknown, nextWaits))
}

func errorNotFollowed(common *Common, err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Restore status is unknown",
		fmt.Sprintf("The provider could not query job %s.\n%v\n"+
			"The service has accepted the job, and it most likely continues. The state keeps it.\n"+
			"%s\n"+
			"If the service does not know the job, and the restored objects do not exist, run: terraform state rm ADDRESS",
			common.JobID.ValueString(), err, nextWaits))
}

func warnCancelled(common *Common) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Stopped waiting for the restore",
		fmt.Sprintf("Job %s continues in the cloud, and the state keeps it.\n%s", common.JobID.ValueString(), nextWaits))
}

func warnDetached(common *Common, timeout time.Duration) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Restore continues in the background",
		fmt.Sprintf("Job %s was still running after %s, and on_timeout is \"detach\".\n"+
			"Resources that depend on it may find the restored objects missing.\n"+
			"The next apply waits for the same job.", common.JobID.ValueString(), timeout))
}

func warnExpired(common *Common) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Restore job record has expired",
		fmt.Sprintf("The service no longer knows job %s. Its last known status is %q.\n"+
			"Its result is unknown. The provider does not query it again; finished_at is when the provider noticed this.\n"+
			"Check whether the restored objects exist.", common.JobID.ValueString(), common.Status.ValueString()))
}

func warnNotRead(common *Common, err error) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Restore job could not be queried",
		fmt.Sprintf("The provider could not query job %s.\n%v\nThe state keeps its last known status, %q.",
			common.JobID.ValueString(), err, common.Status.ValueString()))
}

func (r *restoreResource) warnForgotten(ctx context.Context, state Model) diag.Diagnostic {
	common := state.common()
	jobID := common.JobID.ValueString()
	if common.Status.ValueString() == string(client.JobFailed) {
		return diag.NewWarningDiagnostic("Failed restore is forgotten",
			fmt.Sprintf("Restore job %s failed. Terraform no longer tracks it.", jobID))
	}
	detail := fmt.Sprintf("Terraform no longer tracks restore job %s. Nothing was undone.", jobID)
	if names := namesOf(ctx, state); len(names) > 0 {
		detail += "\nThese objects stay until somebody drops them:\n  " + strings.Join(names, "\n  ")
	}
	if common.unfinished() {
		detail += "\nNo apply saw the job's end: it may still be running." +
			"\nIf this apply ends without a resource that resumes the job, import it before the next apply:\n" +
			r.importCommands(state, jobID)
	}
	return diag.NewWarningDiagnostic("Restored objects stay", detail)
}
