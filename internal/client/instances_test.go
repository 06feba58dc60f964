// SPDX-License-Identifier: MPL-2.0

package client

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"testing"
)

// TestListsOfInstances follow their pages, and end where there are very many.
func TestListsOfInstances(t *testing.T) {
	for there, want := range map[int]struct{ listed, requests int }{0: {0, 1}, 99: {99, 1}, 250: {250, 3}, 900: {500, 5}} {
		server := newTestServer(t, func(w http.ResponseWriter, r *http.Request) {
			offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
			instances := []map[string]string{}
			for i := offset; i < min(offset+100, there); i++ {
				instances = append(instances, map[string]string{"id": fmt.Sprint("instance-", i), "status": "ACTIVE"})
			}
			_ = json.NewEncoder(w).Encode(map[string]any{"instances": instances})
		})
		c := newTestClient(t, server.URL, newFakeClock())
		rds, err := c.RDS().Instances(t.Context())
		if err != nil || len(rds) != want.listed || len(server.got()) != want.requests {
			t.Errorf("RDS: %d of %d with %d requests, %v", len(rds), there, len(server.got()), err)
		}
		dds, err := c.DDS().Instances(t.Context())
		if err != nil || len(dds) != want.listed || len(server.got()) != 2*want.requests {
			t.Errorf("DDS: %d of %d with %d requests, %v", len(dds), there, len(server.got()), err)
		}
	}
}
