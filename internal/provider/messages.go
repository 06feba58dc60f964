// SPDX-License-Identifier: MPL-2.0

package provider

import "github.com/hashicorp/terraform-plugin-framework/diag"

func errorClient(err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("The provider's arguments do not make a client", err.Error())
}
