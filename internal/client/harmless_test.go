// SPDX-License-Identifier: MPL-2.0

package client

import "testing"

func TestIsHarmless(t *testing.T) {
	t.Parallel()
	for service, names := range map[string]map[string]bool{
		serviceRDS: {
			"BACKING UP": true, "REBOOTING": true, "SWITCHOVER": true, "MODIFYING INSTANCE TYPE": true, "ManualBackup": true,
			"CreateMysqlSingleHAInstance": true, "ResizeFlavor": true,
			"MODIFYING": false, "RESTORING": false, "ACTIVE": false, "FAILED": false, "": false, "PgTablePitr": false,
			"RestoreFromBackup": false, "RecoverBackup": false, "TableTask": false,
		},
		serviceDDS: {
			"CreateMongoDBReplica": true, "EnlargeMongoDBVolume": true, "ResizeDfvMongoDBInstance": true,
			"ReplicaSetEnlargeNode": true, "RestartReplicaSetInstance": true, "SwitchPrimary": true, "UnbindPublicIP": true,
			"MongodbSnapshotEBackup": true, "UpgradeDatabaseVersion": true, "AzMigrate": true, "RESIZE_FLAVOR": true,
			"MongodbRestoreTable": false, "MongodbPitr2CurrentInstance": false, "MongodbRecycleBackup": false,
			"RESTORE_TABLE": false, "abnormal": false,
		},
		serviceDWS: {
			"SNAPSHOTTING": true, "UNFREEZING": true, "REDISTRIBUTION_PAUSED": true, "ADD_CN_ING": true, "ELB_UNBINDING": true,
			"FINE_GRAINED_RESTORING": false, "RESTORING": false, "DR_RECOVERING": false, "UNHEARD_OF": false,
		},
	} {
		for name, want := range names {
			if got := IsHarmless(service, name); got != want {
				t.Errorf("%s %q: %t, want %t", service, name, got, want)
			}
		}
	}
}

// TestMayBeRestore has the names that the pages tell, of restores and of others.
func TestMayBeRestore(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"MongodbRestoreTable": true, "MongodbRestoreInstance": true, "MongodbPitr2CurrentInstance": true,
		"MongodbPitr2NewInstance": true, "RestoreSqlserverInInstance": true, "SingleDbRestoreSqlserverInInstance": true,
		"RestoreNewInstance": true, "PgTablePITR": true, "FINE_GRAINED_RESTORING": true, "RESTORING": true,
		"ResizeFlavor": false, "MongodbSnapshotEBackup": false, "PgTables": false, "": false,
	} {
		if got := (Job{Name: name}).MayBeRestore(); got != want {
			t.Errorf("%q: %t, want %t", name, got, want)
		}
	}
}
