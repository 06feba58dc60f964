// SPDX-License-Identifier: MPL-2.0

package fakecloud

import "testing"

// The tests of this file replay calls in the form in which the vendor's SDK and its Terraform provider send them, if
// that is not the form of the services' pages.

// TestEnterpriseProjects asks for the instances of an enterprise project: the default one has all.
func TestEnterpriseProjects(t *testing.T) {
	c := start(t, Options{})
	for _, list := range []struct{ service, id string }{{RDS, rdsID}, {DDS, ddsID}} {
		for eps, want := range map[string]float64{"": 1, "0": 1, "all_granted_eps": 1, "2f1a8c3e-another": 0} {
			path := "/v3/" + DefaultProjectID + "/instances?id=" + list.id + "&eps_id=" + eps
			if got := c.must(list.service, "GET", path, "")["total_count"]; got != want {
				t.Errorf("%s, eps_id=%s: %v instances, want %v", list.service, eps, got, want)
			}
		}
	}
}
