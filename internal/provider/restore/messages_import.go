// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"terraform-provider-x/internal/client"
)

// This file holds the messages about a restore that is imported, or moved here from another provider.

func errImportIDForm(text string) error {
	return fmt.Errorf("%+q is not two ids with a slash between them", text)
}

// errImportIDPart shows the text in ASCII, so that an invisible character shows as well.
func errImportIDPart(name, text string) error {
	return fmt.Errorf("the %s is %+q, which has characters that none has", name, text)
}

func errorIdentity(err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Invalid identity",
		fmt.Sprintf("In the identity to import, %v.\nNothing was imported.\n"+
			"Remove what does not belong to it. trimspace() removes line breaks and spaces.", err))
}

func (r *restoreResource) errorImportID(err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Invalid import id",
		fmt.Sprintf("%v.\nNothing was imported.\n"+
			"Write %s/JOB_ID: the %s, a slash, and the id of the job that runs or ran the restore.",
			err, strings.ToUpper(r.Target), r.Target))
}

func errorAnotherProject(named, mine, region string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Identity names another project",
		fmt.Sprintf("The identity names project %s, but the provider works in project %s of region %s.\n"+
			"Nothing was imported.\n"+
			"Import with the provider configuration of that project.", named, mine, region))
}

func errOtherTarget(job client.Job, targetID string) error {
	return fmt.Errorf("it is a job of %s, not of %s", job.InstanceID, targetID)
}

func errOtherKind(job client.Job) error {
	return fmt.Errorf("it is not a restore but a %q", job.Name)
}

func errorNotImported(jobID string, err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Restore job cannot be imported",
		fmt.Sprintf("Job %s cannot be imported: %v\nNothing was imported.\n"+
			"The services keep the records of jobs for about a month.", jobID, err))
}

func warnNotARestore(job client.Job) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Job may not be a restore",
		fmt.Sprintf("The service calls job %s %q, which does not sound like a restore.\n"+
			"If it is another job, run: terraform state rm ADDRESS", job.ID, job.Name))
}

var (
	errNoVendorState = errors.New("there is no state")
	errNoVendorID    = errors.New("it has no id")
)

func (r *restoreResource) errorVendorState(err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("State cannot be moved",
		fmt.Sprintf("The state of %s is not as its provider writes it: %v.\n"+
			"Nothing was changed.\n"+
			"Import the restore instead: terraform import ADDRESS %s/JOB_ID", r.MovedFrom, err, strings.ToUpper(r.Target)))
}
