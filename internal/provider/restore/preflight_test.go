// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-x/internal/client"
)

// TestFindings goes through what may come of the lookups of one restore, in their order.
func TestFindings(t *testing.T) {
	t.Parallel()
	cut := errors.New("connection reset")
	refused := &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	forbidden := &client.APIError{Service: "rds", StatusCode: 403, Code: "APIGW.0302"}
	broken := &client.APIError{Service: "rds", StatusCode: 503}
	rejected := &client.APIError{Service: "rds", StatusCode: 400, Code: "DBS.280001"}
	unreadable := &client.ReplyError{Operation: "RDS query instances", Err: errors.New("no JSON")}
	// Kind of report: a plan only warned of an address that does not exist, and the apply then failed at it.
	mistyped := &client.ConnectionError{
		Err:   &net.DNSError{Err: "no such host", Name: "rds.example", IsNotFound: true},
		Check: "the endpoint",
	}
	const unreachable = "Service cannot be reached"
	const warning, unanswered = "Restore was not fully checked", "No lookup was answered"
	for name, c := range map[string]struct {
		lookups []error
		says    string
		stops   bool // after the last one
	}{
		"answered":                    {lookups: []error{nil, nil}},
		"forbidden":                   {lookups: []error{forbidden, forbidden}, says: warning},
		"broken":                      {lookups: []error{broken}, says: warning},
		"rejected":                    {lookups: []error{nil, rejected}, says: "Lookup was rejected", stops: true},
		"unreadable":                  {lookups: []error{nil, unreadable}, says: "Service answer cannot be read", stops: true},
		"nobody listens":              {lookups: []error{refused}, says: unanswered, stops: true},
		"mistyped":                    {lookups: []error{mistyped}, says: unreachable, stops: true},
		"mistyped, and one answered":  {lookups: []error{nil, mistyped}, says: unreachable, stops: true},
		"mistyped, and one forbidden": {lookups: []error{forbidden, mistyped}, says: unreachable, stops: true},
		"mistyped, and one cut":       {lookups: []error{cut, mistyped}, says: unreachable, stops: true},
		"all cut":                     {lookups: []error{cut, cut}, says: unanswered},
		"the first one cut":           {lookups: []error{cut, nil}, says: warning},
		"the last one cut":            {lookups: []error{nil, cut}, says: warning},
		"gone after an answer":        {lookups: []error{nil, refused}, says: warning},
		"cut, and the other refused":  {lookups: []error{cut, forbidden}, says: warning},
		"refused, and the other cut":  {lookups: []error{forbidden, cut}, says: warning},
		"cut, and the other rejected": {lookups: []error{cut, rejected}, says: "Lookup was rejected", stops: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := Findings{Planning: true}
			for _, err := range c.lookups {
				if failed := f.AddError(t.Context(), path.Root("instance_id"), err); failed != (err != nil) {
					t.Errorf("%v is an error: %t", err, failed)
				}
			}
			if f.MayContinue(t.Context()) == c.stops {
				t.Errorf("it continues: %t", !c.stops)
			}
			found := f.result()
			if len(found) > 1 || (len(found) == 0) != (c.says == "") || c.says != "" && found[0].Summary() != c.says {
				t.Errorf("want %q, got %v", c.says, found)
			}
			if found.HasError() != (c.says != "" && c.says != warning) {
				t.Errorf("an error: %t", found.HasError())
			}
		})
	}
}

// A lookup that a promise needs is no exception: the plan does not leave to the apply what fails there as well.
func TestNeededLookupOfAMistypedAddress(t *testing.T) {
	t.Parallel()
	mistyped := &client.ConnectionError{Err: errors.New("no such host"), Check: "the endpoint"}
	for _, planning := range []bool{true, false} {
		f := Findings{Planning: planning, answered: true}
		refusal := diag.NewErrorDiagnostic("Targets are unknown", "")
		if !f.AddNeededError(t.Context(), path.Root("tables"), mistyped, refusal) || f.MayContinue(t.Context()) {
			t.Error("it continues")
		}
		found := f.result()
		if len(found) != 1 || found[0].Summary() != "Service cannot be reached" ||
			!strings.Contains(found[0].Detail(), "check the endpoint") ||
			!strings.Contains(found[0].Detail(), "No restore was started.") {
			t.Errorf("got %v", found)
		}
	}
}
