// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"terraform-provider-x/internal/client"
)

func errorClient(err error) diag.Diagnostic {
	if errors.As(err, new(*client.ProxyVariableError)) {
		return diag.NewErrorDiagnostic("Invalid proxy variable", err.Error()+".\nCorrect the variable, or unset it.")
	}
	return diag.NewErrorDiagnostic("Provider arguments are invalid", err.Error())
}

var errNullMilliseconds = errors.New("epoch_ms is null: give milliseconds since 1970, such as 1688556737000")

func errorLargeMilliseconds(number *big.Float) error {
	return fmt.Errorf("%s is too large for milliseconds since 1970: a present-day time has 13 digits", number.Text('g', 16))
}

func errorFraction(number *big.Float) error {
	return fmt.Errorf("%s is no whole number of milliseconds since 1970, such as 1688556737000", number.Text('g', 16))
}
