// SPDX-License-Identifier: MPL-2.0

package restore

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// TestRepeatedCheck says of the check before the call whether the same process has made it in a plan.
func TestRepeatedCheck(t *testing.T) {
	t.Parallel()
	warning := diag.NewWarningDiagnostic("New name may be taken", "")
	for name, test := range map[string]struct {
		plan     func(*Findings) // nil: another process has planned
		other    string          // what the plan restores; "" is the same
		repeated bool
	}{
		"planned by another process": {},
		"nothing found":              {func(*Findings) {}, "", true},
		"of another restore":         {func(*Findings) {}, "other", false},
		"a warning":                  {func(f *Findings) { f.Add(warning) }, "", false},
		"not fully checked":          {func(f *Findings) { f.AddUnchecked("HTTP 503") }, "", false},
	} {
		m := &fakeModel{targetID: "i", parameters: Parameters{"instance_id": `"i"`}}
		repeated := false
		m.check = func(f *Findings) { repeated = f.Repeated }
		m.submit = func() (string, error) { return "job", nil }
		s, _ := newTestSubmission(t, m, &fakeJobs{})
		if test.plan != nil {
			planned := *m
			planned.check = func(f *Findings) {
				if f.Repeated {
					t.Errorf("%s: a plan repeats nothing", name)
				}
				test.plan(f)
			}
			if test.other != "" {
				planned.parameters = Parameters{"instance_id": test.other}
			}
			for range 2 {
				s.preflightPlan(t.Context(), &planned)
			}
		}
		if _, _, diags := s.start(t.Context(), time.Hour); diags.HasError() || repeated != test.repeated {
			t.Errorf("%s: repeated is %t, %v", name, repeated, diags)
		}
	}
}
