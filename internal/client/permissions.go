// SPDX-License-Identifier: MPL-2.0

package client

// permission is what a call needs in IAM.
type permission struct {
	action   string // in an identity policy, and in a policy unless that has another
	inPolicy string // in a policy; "" is the same
	assumed  bool   // no page names it for this call; it is that of its neighbours
}

// permissions are those of the operations, by their names in messages. Sources: the "Authorization Information" of each
// call's page in the RDS, DDS and DWS API References, and their lists of supported actions. The guide Permissions has
// them too.
var permissions = map[string]permission{
	// For PostgreSQL the page says that an identity policy needs none. The lists of actions have this one for policies.
	"RDS restore tables":               {action: "rds:instance:tableRestore"},
	"RDS query job":                    {action: "rds:task:listAll", inPolicy: "rds:task:list"},
	"RDS query task list":              {action: "rds:task:listAll", inPolicy: "rds:task:list", assumed: true},
	"RDS query instance":               {action: "rds:instance:list"},
	"RDS query restoration time range": {action: "rds:instance:list"},
	"RDS query restorable tables":      {action: "rds:instance:list", assumed: true},

	"DDS restore collections":           {action: "dds:instance:restore", inPolicy: "dds:backup:refreshInstanceFromBackup"},
	"DDS query job":                     {action: "dds:instance:list", assumed: true},
	"DDS query tasks":                   {action: "dds:instance:list", assumed: true},
	"DDS query instance":                {action: "dds:instance:list"},
	"DDS query restoration time ranges": {action: "dds:backup:getRestoreTimeList", inPolicy: "dds:instance:list"},
	"DDS query restorable databases":    {action: "dds:instance:list", assumed: true},
	"DDS query restorable collections":  {action: "dds:backup:getRestoreCollections", inPolicy: "dds:instance:list"},

	"DWS restore tables":              {action: "dws:cluster:restoreTable", inPolicy: "dws:tableRestore:operate"},
	"DWS check table names":           {action: "dws:cluster:checkRestoreTable", inPolicy: "dws:tableRestoreCheck:operate"},
	"DWS query job":                   {action: "dws:service:listJobDetail"},
	"DWS query cluster":               {action: "dws:cluster:getDetail", inPolicy: "dws:openAPICluster:getDetail"},
	"DWS query cluster actions":       {action: "dws:cluster:getTaskDetail"},
	"DWS query snapshot":              {action: "dws:openAPISnapshot:detail"},
	"DWS query snapshot list":         {action: "dws:openAPISnapshot:list"},
	"DWS query cluster snapshot list": {action: "dws:openAPISnapshot:list", assumed: true},
}

// neededPermission says what a refused call needs; "" unless the service has refused it for a lack of permission.
func neededPermission(e *APIError) string {
	needed, known := permissions[serviceName(e.Service)+" "+e.Operation]
	if !known || !IsPermissionMissing(e) {
		return ""
	}
	text := "it needs the permission "
	if needed.assumed {
		text = "it most likely needs the permission "
	}
	text += needed.action
	if needed.inPolicy != "" {
		text += " (in a policy: " + needed.inPolicy + ")"
	}
	return text + "; see the guide Permissions"
}

// IsPermissionMissing is IsForbidden for a login that was accepted.
func IsPermissionMissing(err error) bool { return IsForbidden(err) && !IsLoginRefused(err) }
