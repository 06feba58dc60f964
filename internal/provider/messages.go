// SPDX-License-Identifier: MPL-2.0

package provider

import "github.com/hashicorp/terraform-plugin-framework/diag"

func errorClient(err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Provider arguments are invalid", err.Error())
}
