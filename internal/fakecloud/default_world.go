// SPDX-License-Identifier: MPL-2.0

package fakecloud

import "time"

// The credentials of the default world.
const (
	DefaultAccessKey = "AKFAKECLOUD0EXAMPLE1"
	DefaultSecretKey = "fakecloud-secret-key-not-a-real-one-0001"
	DefaultToken     = "fakecloud-token-0001"

	// The name and password of the same account.
	DefaultUserName   = "demo"
	DefaultUserID     = "7116d09f88fa41908676fdd4b039e95b"
	DefaultPassword   = `fakecloud "password" + not/a&real one 0001`
	DefaultDomainName = "demo-domain"
	DefaultDomainID   = "d78cbac186b744899480f25bd022f468"

	// A temporary key for the same projects. It needs its security token.
	TemporaryAccessKey     = "AKFAKECLOUD0TEMPORARY"
	TemporarySecretKey     = "fakecloud-secret-key-not-a-real-one-0002"
	TemporarySecurityToken = "fakecloud-security-token-0001"

	DefaultRegion    = "eu-west-101"
	DefaultProjectID = "0483b6b16e954cb88930a360d2c4e663"
	SecondRegion     = "eu-de"
	SecondProjectID  = "9d21c3be5ad7420f8f6b0c1e7a3d5842"
)

// DefaultWorld returns a new copy of the world that the examples use. Its identifiers are those of the services' API
// references, if these have any. Its fixed windows contain the moments of those examples.
func DefaultWorld() World {
	w := World{
		Accounts: []Account{
			{
				UserName: DefaultUserName, UserID: DefaultUserID,
				Password: DefaultPassword, DomainName: DefaultDomainName, DomainID: DefaultDomainID,
				AccessKey: DefaultAccessKey, SecretKey: DefaultSecretKey,
				Tokens: []Token{{Value: DefaultToken}},
			},
			{
				UserName: "demo-temporary", UserID: "0ca5a1a4ae2f4b6cb0a8cb0d7d0ac8c4",
				DomainName: DefaultDomainName, DomainID: DefaultDomainID,
				AccessKey: TemporaryAccessKey, SecretKey: TemporarySecretKey, SecurityToken: TemporarySecurityToken,
			},
		},
		Projects: []Project{
			{ID: DefaultProjectID, Name: DefaultRegion, Accounts: []string{"demo", "demo-temporary"}},
			{ID: SecondProjectID, Name: SecondRegion, Accounts: []string{"demo", "demo-temporary"}},
		},
		RDSInstances: []RDSInstance{
			{
				ID: "df29b535eec64ee1b286bd2c62871a9cin03", Name: "orders-db", ProjectID: DefaultProjectID, Type: "Ha",
				Windows:   windowsAround(2023, time.July, 1, 2023, time.July, 8),
				Databases: ordersDatabases(),
			},
			{
				ID: "5f1e6c1d0a8b4d6c9e2b7a3f4c5d6e7fin03", Name: "orders-db-staging", ProjectID: DefaultProjectID,
				Windows:   windowsAround(2023, time.July, 1, 2023, time.July, 8),
				Databases: map[string]Schemas{"shop": {"public": shopTables()}},
			},
			{
				ID: "b41d7f3c2a9e4c58a6d0e5f7182930abin03", Name: "orders-db-eu-de", ProjectID: SecondProjectID,
				Windows:   windowsAround(2023, time.July, 1, 2023, time.July, 8),
				Databases: map[string]Schemas{"shop": {"public": shopTables()}},
			},
		},
		DDSInstances: []DDSInstance{
			{
				ID: "9136fd2a9fcd405ea4674276ce36dae8in02", Name: "sessions",
				ProjectID: DefaultProjectID, Version: "4.2",
				Windows:   windowsAround(2020, time.December, 1, 2020, time.December, 15),
				Databases: sessionsDatabases(),
			},
			{
				ID: "d5833c2854a4486cb7960f829269e211in02", Name: "sessions-staging",
				ProjectID: DefaultProjectID, Version: "4.0",
				Windows:   windowsAround(2020, time.December, 1, 2020, time.December, 15),
				Databases: map[string]Tables{"app": {"sessions": {}, "carts": {}}},
			},
			{
				ID: "61a0b2c4d6e84f0192a3b4c5d6e7f809in02", Name: "sessions-eu-de",
				ProjectID: SecondProjectID, Version: "4.2",
				Windows:   windowsAround(2020, time.December, 1, 2020, time.December, 15),
				Databases: map[string]Tables{"app": {"sessions": {}, "carts": {}}},
			},
		},
		DWSClusters: []DWSCluster{
			{
				ID: "7d85f602-a948-4a30-afd4-e84f47471c15", Name: "dws-1", ProjectID: DefaultProjectID,
				Databases: warehouseDatabases(),
			},
			{
				ID: "2f6b1d0e-53a7-4c9f-8e21-6a4d9b7c0f35", Name: "dws-eu-de", ProjectID: SecondProjectID,
				Databases: map[string]Schemas{"gaussdb": {"public": {"events": {}}}},
			},
		},
		DWSSnapshots: []DWSSnapshot{
			{
				ID: "c719b1a7-c85c-4cb5-a721-7694908c2c11", Name: "snapshot-1",
				ClusterID:         "7d85f602-a948-4a30-afd4-e84f47471c15",
				FineGrainedBackup: true, BackupLevel: "cluster",
				Started: FromNow(-50 * time.Hour), Finished: FromNow(-49 * time.Hour),
				Databases: warehouseDatabases(),
			},
			{
				ID: "2a4d0f86-67cd-408a-8b66-017454fb7793", Name: "snapshot-2",
				ClusterID:         "7d85f602-a948-4a30-afd4-e84f47471c15",
				FineGrainedBackup: true, BackupLevel: "cluster",
				Started: FromNow(-26 * time.Hour), Finished: FromNow(-25 * time.Hour),
				Databases: map[string]Schemas{
					"postgres": {"public": {"sales": {}, "stores": {}}},
					"gaussdb":  {"public": {"events": {}}},
				},
			},
			{
				ID: "4af11460-06ec-48a4-b3ad-0e3bbdcd8ab1", Name: "snapshot-eu-de",
				ClusterID:         "2f6b1d0e-53a7-4c9f-8e21-6a4d9b7c0f35",
				FineGrainedBackup: true, BackupLevel: "cluster",
				Started: FromNow(-26 * time.Hour), Finished: FromNow(-25 * time.Hour),
				Databases: map[string]Schemas{"gaussdb": {"public": {"events": {}}}},
			},
		},
	}
	addIdentities(&w)
	addDeputyProject(&w)
	return w
}

func ordersDatabases() map[string]Schemas {
	return map[string]Schemas{
		"data1": {"schema1": {"table1": {}, "table2": {}}},
		"shop":  {"public": shopTables()},
	}
}

func sessionsDatabases() map[string]Tables {
	return map[string]Tables{
		"test": {"test": {}, "users": {}},
		"app":  {"sessions": {}, "carts": {}},
	}
}

func warehouseDatabases() map[string]Schemas {
	return map[string]Schemas{
		// The example of the DWS page Restoring a Table names the schema "postgres" with a table "public".
		"postgres": {"public": {"sales": {}, "stores": {}}, "postgres": {"public": {}}},
		"gaussdb":  {"public": {"events": {}, "customers": {}}},
	}
}

func shopTables() Tables { return Tables{"orders": {}, "order_items": {}, "customers": {}} }

// windowsAround returns the fixed window of the documentation's example, and the last seven days except five minutes.
func windowsAround(fromYear int, fromMonth time.Month, fromDay, toYear int, toMonth time.Month, toDay int) []Window {
	return []Window{
		{
			Start: At(time.Date(fromYear, fromMonth, fromDay, 0, 0, 0, 0, time.UTC)),
			End:   At(time.Date(toYear, toMonth, toDay, 0, 0, 0, 0, time.UTC)),
		},
		{Start: FromNow(-7 * 24 * time.Hour), End: FromNow(-5 * time.Minute)},
	}
}
