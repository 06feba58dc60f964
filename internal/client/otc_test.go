// SPDX-License-Identifier: MPL-2.0

package client

import (
	"strings"
	"testing"
)

// Only where Open Telekom Cloud's gateway says that there is no such call, and its documentation has none, is that
// said.
func TestNotOnOpenTelekomCloud(t *testing.T) {
	const missing = `{"error_code":"APIGW.0101","error_msg":"The API does not exist"}`
	calls := map[string]func(*Client) error{
		"restore": func(c *Client) error {
			_, err := c.RDS().
				RestoreTables(t.Context(), RDSTableRestore{Instances: []RDSTableRestoreInstance{{InstanceID: rdsID}}})
			return err
		},
		"lookup": func(c *Client) error {
			_, err := c.RDS().RestorableTables(t.Context(), rdsID, noon, RDSTableFilter{})
			return err
		},
		"documented": func(c *Client) error { _, err := c.RDS().Instance(t.Context(), rdsID); return err },
	}
	for name, test := range map[string]struct {
		cloud  string
		status int
		body   string
		want   bool
	}{
		"Open Telekom Cloud":       {"otc.t-systems.com", 404, missing, true},
		"its Swiss sibling":        {"sc.otc.t-systems.com", 404, missing, true},
		"the code's older name":    {"otc.t-systems.com", 404, `{"error_code":"APIG.0101"}`, true},
		"another cloud":            {"", 404, missing, false},
		"a name that ends alike":   {"not-otc.t-systems.com", 404, missing, false},
		"a permission":             {"otc.t-systems.com", 403, `{"error_code":"APIGW.0302"}`, false},
		"a 404 of the service":     {"otc.t-systems.com", 404, `{"error_code":"DBS.200002"}`, false},
		"a 404 of somebody's page": {"otc.t-systems.com", 404, "<html>", false},
	} {
		for what, call := range calls {
			server := newTestServer(t, answerWith(test.status, test.body))
			err := call(newTestClient(t, server.URL, newFakeClock(), func(c *Config) { c.Cloud = test.cloud }))
			want := test.want && what != "documented"
			if IsNotOnOTC(err) != want || strings.Contains(err.Error(), "not documented for Open Telekom Cloud") != want ||
				test.want && len(server.got()) != 1 {
				t.Errorf("%s, %s: %v after %d requests", name, what, err, len(server.got()))
			}
		}
	}
}

// TestSwissCloud makes no call of what the Swiss cloud does not document, unless somebody configured its address.
func TestSwissCloud(t *testing.T) {
	refused := answerWith(400, `{"error_code":"DBS.200001"}`)
	calls := map[string]func(*Client) error{
		"dds": func(c *Client) error { _, err := c.DDS().Instance(t.Context(), rdsID); return err },
		"dws": func(c *Client) error { _, err := c.DWS().Cluster(t.Context(), rdsID); return err },
		"rds": func(c *Client) error {
			_, err := c.RDS().RestorableTables(t.Context(), rdsID, noon, RDSTableFilter{})
			return err
		},
	}
	for service, call := range calls {
		for _, configured := range []bool{false, true} {
			server := newTestServer(t, refused)
			c := newTestClient(t, server.URL, newFakeClock(), func(c *Config) {
				c.Region, c.Cloud = "eu-ch2", "sc.otc.t-systems.com"
				if !configured {
					delete(c.Endpoints, service)
				}
			})
			err := call(c)
			offers, called := c.Offers(service) == nil, len(server.got()) > 0
			if IsNotOnOTC(err) == configured || offers != configured || called != configured {
				t.Errorf("%s, address configured: %t: %v after %d requests", service, configured, err, len(server.got()))
			}
		}
	}
	server := newTestServer(t, refused)
	c := newTestClient(t, server.URL, newFakeClock(), func(c *Config) { c.Cloud = "sc.otc.t-systems.com" })
	if _, err := c.RDS().Instance(t.Context(), rdsID); IsNotOnOTC(err) || len(server.got()) != 1 {
		t.Errorf("RDS itself: %v after %d requests", err, len(server.got()))
	}
}
