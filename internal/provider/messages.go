// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"terraform-provider-x/internal/client"
)

func errorClient(err error) diag.Diagnostic {
	if errors.As(err, new(*client.ProxyVariableError)) {
		return diag.NewErrorDiagnostic("Invalid proxy variable", err.Error()+".\nCorrect the variable, or unset it.")
	}
	return diag.NewErrorDiagnostic("Provider arguments are invalid", err.Error())
}
