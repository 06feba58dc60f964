// SPDX-License-Identifier: MPL-2.0

package fakecloud

import "maps"

// withRequired adds the fields that the pages show in every instance or cluster and the vendor's SDK requires, and that
// a restore has no use for. Their values are derived from the ids, or the same everywhere.
func (q *call) withRequired(service, id, projectID string, view map[string]any) map[string]any {
	maps.Copy(view, map[string]any{
		"vpc_id": derivedUUID("vpc", projectID), "subnet_id": derivedUUID("subnet", projectID),
		"security_group_id": derivedUUID("security group", projectID), "enterprise_project_id": defaultEnterpriseProject,
		"tags": []any{},
	})
	zone := q.project(projectID).Name + "a"
	nodeID := derivedID("node", id)
	switch service {
	case RDS:
		maps.Copy(view, map[string]any{
			"created": "2019-06-01T08:00:00+0000", "updated": "2019-06-01T08:10:00+0000",
			"db_user_name": "root", "enable_ssl": true, "private_ips": []any{"192.168.0.10"}, "public_ips": []any{},
			"switch_strategy": "reliability", "maintenance_window": "02:00-06:00", "disk_encryption_id": "",
			"flavor_ref": "rds.pg.n1.large.2", "cpu": "2", "mem": "4", "charge_info": map[string]any{"charge_mode": "postPaid"},
			"nodes": []any{map[string]any{
				"id": nodeID + "no03", "name": "node_0", "role": "master", "status": "ACTIVE", "availability_zone": zone,
			}},
		})
	case DDS:
		maps.Copy(view, map[string]any{
			"created": "2019-06-01T08:00:00", "updated": "2019-06-01T08:10:00",
			"db_user_name": "rwuser", "ssl": 1, "pay_mode": "0", "maintenance_window": "02:00-06:00",
			"disk_encryption_id": "", "dss_pool_id": "",
			"groups": []any{map[string]any{
				"id": derivedID("group", id) + "gr02", "name": "replica_0", "type": "replica", "status": "normal",
				"volume": map[string]any{"size": "10", "used": "0.5"},
				"nodes": []any{map[string]any{
					"id": nodeID + "no02", "name": "node_0", "status": "normal", "role": "Primary", "type": "replica",
					"private_ip": "192.168.0.20", "public_ip": "", "spec_code": "dds.mongodb.s6.large.2.repset",
					"availability_zone": zone,
				}},
			}},
		})
	case DWS:
		maps.Copy(view, map[string]any{
			"created": "2019-06-01T08:00:00", "updated": "2019-06-01T08:10:00",
			"user_name": "dbadmin", "number_of_node": 3, "recent_event": 0, "availability_zone": zone,
			"node_type": "dws.m3.xlarge", "node_type_id": derivedUUID("node type", "dws.m3.xlarge"),
			"endpoints": []any{map[string]any{
				"connect_info": "192.168.0.30:8000", "jdbc_url": "jdbc:postgresql://192.168.0.30:8000/<YOUR_DATABASE_NAME>",
			}},
			"nodes":            []any{map[string]any{"id": derivedUUID("node", id), "status": "200"}},
			"private_ip":       []any{"192.168.0.30"},
			"public_ip":        map[string]any{"public_bind_type": "not_use", "eip_id": ""},
			"public_endpoints": []any{},
			"parameter_group": map[string]any{
				"id": derivedUUID("parameters", id), "name": "Parameter Group", "status": "In-Sync",
			},
			"maintain_window": map[string]any{"day": "Wed", "start_time": "22:00", "end_time": "02:00"},
		})
	}
	return view
}

// derivedID returns 32 hex digits that are always the same for the same words.
func derivedID(kind, of string) string { return hexHash([]byte(kind + " " + of))[:32] }

func derivedUUID(kind, of string) string {
	id := derivedID(kind, of)
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}
