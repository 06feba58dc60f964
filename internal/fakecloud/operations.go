// SPDX-License-Identifier: MPL-2.0

package fakecloud

// The services, as faults, requests and restores name them.
const (
	IAM = "iam"
	RDS = "rds"
	DDS = "dds"
	DWS = "dws"
	STS = "sts"
	// Metadata is the service that a cloud server asks about itself, at 169.254.169.254 in the cloud.
	Metadata = "metadata"
)

// services lists all services, in the order of the fields of Addresses.
var services = []string{IAM, RDS, DDS, DWS, STS, Metadata}

// The operations, as faults and request counts name them.
const (
	ListProjects             = "ListProjects"             // iam
	ListDomains              = "ListDomains"              // iam
	CreateToken              = "CreateToken"              // iam
	CreateTokenWithIDToken   = "CreateTokenWithIDToken"   // iam
	CreateTemporaryAccessKey = "CreateTemporaryAccessKey" // iam

	AssumeAgency = "AssumeAgency" // sts

	CreateMetadataToken = "CreateMetadataToken" // metadata
	ShowSecurityKey     = "ShowSecurityKey"     // metadata

	ListInstances   = "ListInstances"   // rds, dds
	ShowJob         = "ShowJob"         // rds, dds, dws
	ListRestoreTime = "ListRestoreTime" // rds, dds

	RestoreTables        = "RestoreTables"        // rds
	ListTasks            = "ListTasks"            // rds
	ListHistoryDatabases = "ListHistoryDatabases" // rds
	ListHistoryTables    = "ListHistoryTables"    // rds

	RestoreCollections     = "RestoreCollections"     // dds
	ListJobs               = "ListJobs"               // dds
	ListRestoreDatabases   = "ListRestoreDatabases"   // dds
	ListRestoreCollections = "ListRestoreCollections" // dds

	RestoreTable         = "RestoreTable"         // dws
	CheckTableRestore    = "CheckTableRestore"    // dws
	ShowSnapshot         = "ShowSnapshot"         // dws
	ListSnapshots        = "ListSnapshots"        // dws
	ListClusterSnapshots = "ListClusterSnapshots" // dws
	ShowCluster          = "ShowCluster"          // dws
	ListClusterActions   = "ListClusterActions"   // dws

	// Unknown counts the requests whose method and path match no operation.
	Unknown = "Unknown"
)

// ownAuthentication lists the operations that identify the caller themselves, or need not.
var ownAuthentication = []string{
	CreateToken, CreateTokenWithIDToken, CreateTemporaryAccessKey, CreateMetadataToken, ShowSecurityKey,
}

type route struct {
	operation, method, pattern string
	answer                     func(*call) (any, error)
}

// routes holds the operations of each service. A route with a literal path segment precedes one with a {placeholder} in
// that place.
var routes = map[string][]route{
	IAM: {
		{ListProjects, "GET", "/v3/projects", (*call).listProjects},
		{ListDomains, "GET", "/v3/auth/domains", (*call).listDomains},
		{CreateToken, "POST", "/v3/auth/tokens", (*call).createToken},
		{CreateTokenWithIDToken, "POST", "/v3.0/OS-AUTH/id-token/tokens", (*call).createTokenWithIDToken},
		{CreateTemporaryAccessKey, "POST", "/v3.0/OS-CREDENTIAL/securitytokens", (*call).createTemporaryAccessKey},
	},
	RDS: {
		{RestoreTables, "POST", "/v3/{project_id}/instances/batch/restore/tables", (*call).restoreRDSTables},
		{ShowJob, "GET", "/v3/{project_id}/jobs", (*call).showRDSJob},
		{ListTasks, "GET", "/v3/{project_id}/tasklist", (*call).listRDSTasks},
		{ListInstances, "GET", "/v3/{project_id}/instances", (*call).listRDSInstances},
		{ListRestoreTime, "GET", "/v3/{project_id}/instances/{instance_id}/restore-time", (*call).listRDSRestoreTime},
		{ListHistoryDatabases, "POST", "/v3/{project_id}/{engine}/instances/history/databases",
			(*call).listRDSHistoryDatabases},
		{ListHistoryTables, "POST", "/v3/{project_id}/{engine}/instances/history/tables", (*call).listRDSHistoryTables},
	},
	DDS: {
		{RestoreCollections, "POST", "/v3/{project_id}/instances/{instance_id}/restore/collections",
			(*call).restoreDDSCollections},
		{ShowJob, "GET", "/v3/{project_id}/jobs", (*call).showDDSJob},
		{ListJobs, "GET", "/v3.1/{project_id}/jobs", (*call).listDDSJobs},
		{ListInstances, "GET", "/v3/{project_id}/instances", (*call).listDDSInstances},
		{ListRestoreTime, "GET", "/v3/{project_id}/instances/{instance_id}/restore-time", (*call).listDDSRestoreTime},
		{ListRestoreDatabases, "GET", "/v3/{project_id}/instances/{instance_id}/restore-database",
			(*call).listDDSRestoreDatabases},
		{ListRestoreCollections, "GET", "/v3/{project_id}/instances/{instance_id}/restore-collection",
			(*call).listDDSRestoreCollections},
	},
	DWS: {
		{RestoreTable, "POST", "/v1/{project_id}/snapshots/{snapshot_id}/table-restore", (*call).restoreDWSTable},
		{CheckTableRestore, "POST", "/v1/{project_id}/snapshots/{snapshot_id}/table-restore-check",
			(*call).checkDWSTableRestore},
		{ShowJob, "GET", "/v1.0/{project_id}/job/{job_id}", (*call).showDWSJob},
		{ShowSnapshot, "GET", "/v1.0/{project_id}/snapshots/{snapshot_id}", (*call).showDWSSnapshot},
		{ListSnapshots, "GET", "/v1.0/{project_id}/snapshots", (*call).listDWSSnapshots},
		{ListClusterSnapshots, "GET", "/v1.0/{project_id}/clusters/{cluster_id}/snapshots",
			(*call).listDWSClusterSnapshots},
		{ShowCluster, "GET", "/v1.0/{project_id}/clusters/{cluster_id}", (*call).showDWSCluster},
		{ListClusterActions, "GET", "/v1/{project_id}/clusters/{cluster_id}/actions/{action_name}",
			(*call).listDWSClusterActions},
	},
	STS: {
		{AssumeAgency, "POST", "/v5/agencies/assume", (*call).assumeAgency},
	},
	Metadata: {
		{CreateMetadataToken, "PUT", "/meta-data/latest/api/token", (*call).createMetadataToken},
		{ShowSecurityKey, "GET", "/openstack/latest/securitykey", (*call).showSecurityKey},
	},
}
