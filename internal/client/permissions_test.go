// SPDX-License-Identifier: MPL-2.0

package client

import (
	"net/http"
	"strings"
	"testing"
)

// TestPermissions refuses each operation. The error says what the operation needs, and only if that is what it lacks.
func TestPermissions(t *testing.T) {
	for name := range permissions {
		service, operation, _ := strings.Cut(name, " ")
		e := &APIError{Service: strings.ToLower(service), Operation: operation, StatusCode: http.StatusForbidden}
		if text := e.Error(); !strings.Contains(text, " the permission "+permissions[name].action) {
			t.Errorf("%s: %s", name, text)
		}
	}
	for _, c := range []struct {
		service, operation, code string
		status                   int
		want                     string // after the status; "" is nothing
	}{
		{"rds", "restore tables", "APIGW.0302", 403,
			"; it needs the permission rds:instance:tableRestore; see the guide Permissions"},
		{"dds", "restore collections", "DBS.280032", 403, "; it needs the permission dds:instance:restore " +
			"(in a policy: dds:backup:refreshInstanceFromBackup); see the guide Permissions"},
		{"dds", "query job", "", 403, "; it most likely needs the permission dds:instance:list; see the guide Permissions"},
		{"dws", "restore tables", "DWS.9999", 403, "; it needs the permission dws:cluster:restoreTable " +
			"(in a policy: dws:tableRestore:operate); see the guide Permissions"},
		{"dds", "restore collections", "DBS.200019", 403, ""}, // busy
		{"rds", "restore tables", "APIGW.0301", 401, ""},      // the login
		{"rds", "restore tables", "DBS.200011", 409, ""},
		{"iam", "query projects", "", 403, ""},
	} {
		e := &APIError{Service: c.service, Operation: c.operation, Code: c.code, StatusCode: c.status}
		if _, after, _ := strings.Cut(e.Error(), ")"); after != c.want {
			t.Errorf("%+v: %s", c, e)
		}
	}
}

// TestEveryOperationHasAPermission asks for what the matrix calls.
func TestEveryOperationHasAPermission(t *testing.T) {
	for _, operation := range matrixLookUps() {
		if strings.HasPrefix(operation.says, "IAM") {
			continue
		}
		if _, found := permissions[operation.says]; !found {
			t.Errorf("%s (%s) has no permission", operation.name, operation.says)
		}
	}
}
