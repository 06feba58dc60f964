// SPDX-License-Identifier: MPL-2.0

// Package fakecloud is a strict, stateful stand-in for the parts of Huawei Cloud and Open Telekom Cloud that restore
// tables. It serves RDS for PostgreSQL, DDS and DWS. It also serves what a client calls before a restore: IAM's project
// lookup, IAM's logins with a password, a token, an ID token or an agency, and the temporary keys of IAM, STS and a
// cloud server's metadata service. Tests, the demo and drills use it without a cloud account. It stores no data, only the names of objects and
// when they existed.
//
// The package shares no code with the client it serves. It verifies signatures, reads JSON and words errors on its own,
// so that one wrong belief about the wire cannot hide in both ends. It follows the services' API references. If a
// reference is silent, a comment says so, and the package takes the strict reading, unless the vendor's SDK or Terraform
// provider is known to send something else: the services evidently take that.
//
// [Start] serves each service on its own port, as the cloud does, because their paths collide. [Cloud.Restores] and
// [Cloud.Requests] report what arrived, and [Cloud.WaitFor] waits for it. [Cloud.Change] and [Cloud.Occupy] control
// jobs. [Cloud.Plant] breaks the wire on purpose. The admin address offers the same functions over HTTP:
//
//	GET    /restores   lists the accepted restores
//	GET    /requests   counts requests by service and operation
//	GET    /logins     lists all password logins, accepted or not
//	GET    /issued     lists the issued temporary keys, and the tokens issued for anything but a password
//	DELETE /tokens     revokes all issued tokens and temporary keys
//	GET    /jobs       lists all jobs
//	POST   /jobs       {"service": "rds", "target_id": "…", "name": "ManualBackup"}
//	POST   /jobs/ID    {"action": "hold"}; finish, fail (with "reason"), roll-back, hold, release,
//	                   expire; ID may be * or next
//	POST   /faults     {"service": "rds", "operation": "RestoreTables", "kind": "reset-after", "times": 1}
//	DELETE /faults     removes all faults
//
// # World
//
// A [World] describes what the cloud holds. [ReadWorld] reads one from JSON and rejects unknown fields. A moment is RFC
// 3339 or relative to the clock ("-168h"). Relative moments in windows follow the clock; all others are fixed when the
// cloud starts. Only the identifying fields are required:
//
//	{
//	  "accounts": [{
//	    "user_name": "demo", "user_id": "7116d09f88fa41908676fdd4b039e95b",
//	    "access_key": "AKEXAMPLE", "secret_key": "not-a-real-secret",
//	    "security_token": "only for a temporary key",
//	    "tokens": [{"value": "a-token", "expires": "+24h"}],
//	    "password": "not-a-real-one", "domain_name": "demo-domain", "domain_id": "d78cbac186b744899480f25bd022f468",
//	    "passcodes": ["for the second factor", "each is valid once"]
//	  }],
//	  "projects": [{"id": "0483b6b16e954cb88930a360d2c4e663", "name": "eu-west-101", "accounts": ["demo"]}],
//	  "rds_instances": [{
//	    "id": "df29b535eec64ee1b286bd2c62871a9cin03", "name": "orders-db",
//	    "project_id": "0483b6b16e954cb88930a360d2c4e663",
//	    "status": "ACTIVE", "type": "Ha", "engine": "PostgreSQL", "version": "15",
//	    "flexus": false, "table_limit": 2000,
//	    "windows": [{"start": "2023-07-01T00:00:00Z", "end": "2023-07-08T00:00:00Z"}, {"start": "-168h", "end": "-5m"}],
//	    "databases": {"shop": {"public": {
//	      "orders": {},
//	      "old_orders": {"created": "-720h", "dropped": "-24h"},
//	      "measurements": {"partition_parent": true}
//	    }}}
//	  }],
//	  "dds_instances": [{
//	    "id": "9136fd2a9fcd405ea4674276ce36dae8in02", "name": "sessions",
//	    "project_id": "0483b6b16e954cb88930a360d2c4e663",
//	    "status": "normal", "mode": "ReplicaSet", "version": "4.2", "actions": [],
//	    "windows": [{"start": "-168h", "end": "-5m"}],
//	    "databases": {"app": {"sessions": {}, "carts": {"created": "-48h"}}}
//	  }],
//	  "dws_clusters": [{
//	    "id": "7d85f602-a948-4a30-afd4-e84f47471c15", "name": "dws-1",
//	    "project_id": "0483b6b16e954cb88930a360d2c4e663",
//	    "status": "AVAILABLE", "sub_status": "NORMAL", "task_status": "", "version": "9.1.0",
//	    "databases": {"gaussdb": {"public": {"events": {}}}}
//	  }],
//	  "dws_snapshots": [{
//	    "id": "c719b1a7-c85c-4cb5-a721-7694908c2c11", "name": "snapshot-1",
//	    "cluster_id": "7d85f602-a948-4a30-afd4-e84f47471c15",
//	    "status": "AVAILABLE", "fine_grained_backup": true, "backup_level": "cluster",
//	    "started": "-50h", "finished": "-49h",
//	    "databases": {"gaussdb": {"public": {"events": {}}}}
//	  }],
//	  "agencies": [{
//	    "name": "restore-agency", "domain_name": "other-domain", "domain_id": "1b0f6bd2f3d84b0c9a7e5d4c3b2a1908",
//	    "user_name": "demo", "trusts": ["demo"]
//	  }],
//	  "identity_providers": [{"id": "corporate-login", "id_tokens": ["an-id-token"], "user_name": "demo"}],
//	  "metadata_user": "demo", "metadata_token": "optional", "metadata_key_seconds": 86400,
//	  "rds_requests_per_minute": 60, "rds_limit_is_shared": false,
//	  "dws_action_id_is_job_id": false, "dws_times_without_zone": false,
//	  "token_seconds": 86400,
//	  "zone_hours": 8
//	}
package fakecloud
