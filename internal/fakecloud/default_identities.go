// SPDX-License-Identifier: MPL-2.0

package fakecloud

import "time"

// Authentication methods of the default world other than the account's own key.
const (
	// DefaultAgency acts as its own user, in another domain and another project. It trusts the users of the default
	// projects.
	DefaultAgency    = "restore-agency"
	DeputyUserName   = "deputy"
	DeputyDomainName = "deputy-domain"
	DeputyDomainID   = "3d38f68cfe6250642e3cb6764a2fd4b3"
	DeputyProjectID  = "c5b83433bc5c74a08bda8ca9e18d2c35"

	// The deputy's project contains copies of the first instances of the default project.
	DeputyRDSInstance = "9e6efdb7b86833e15e567b93ee3fa759in03"
	DeputyDDSInstance = "37c357f055268755b573ef6e2b9a56dein02"
	DeputyDWSCluster  = "a8640354-a94b-449a-8875-afe025278e63"
	DeputyDWSSnapshot = "84a6e0a3-8b44-4cd2-8406-bddfb56bb4cf"

	// SecondAgency leads back: it acts as the default user and trusts only the deputy.
	SecondAgency = "second-agency"

	// An external login, for a user of the default projects.
	DefaultIdentityProvider = "corporate-login"
	DefaultIDToken          = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9." +
		"eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUuY29tIiwic3ViIjoiZmFrZWNsb3VkIiwiYXVkIjoiZmFrZWNsb3VkIn0." +
		"ZmFrZWNsb3VkLXNpZ25hdHVyZS1ub3QtYS1yZWFsLW9uZS0wMDAx"
	FederatedUserName = "federated"

	// The metadata service serves a cloud server that acts as this user of the default projects.
	MetadataUserName = "ecs"

	// A user of the default project that needs a second factor.
	MFAUserName   = "mfa"
	MFAUserID     = "81d1a0f96580e74927443885b06612c2"
	MFAPassword   = "fakecloud-password-not-a-real-one-0002"
	MFADomainName = "mfa-domain"
	MFADomainID   = "e78d2827d6b3d4724158253860743c60"
	MFAPasscode   = "123456"
)

// addIdentities adds the users without an access key to the default world, with their agencies and identity provider.
func addIdentities(w *World) {
	w.Accounts = append(w.Accounts,
		Account{
			UserName: DeputyUserName, UserID: "1e7a3439afd055b0857bab2889f1a300",
			DomainName: DeputyDomainName, DomainID: DeputyDomainID,
		},
		Account{
			UserName: FederatedUserName, UserID: "8af828ddc7acbfc6b19ac7aaca4e2d92",
			DomainName: DefaultDomainName, DomainID: DefaultDomainID,
		},
		Account{
			UserName: MetadataUserName, UserID: "288c4031872a9dd32cad0623ebad5b96",
			DomainName: DefaultDomainName, DomainID: DefaultDomainID,
		},
		Account{
			UserName: MFAUserName, UserID: MFAUserID, Password: MFAPassword,
			DomainName: MFADomainName, DomainID: MFADomainID,
			Passcodes: []string{MFAPasscode, "234567"},
		},
	)
	for i := range w.Projects { // only the default ones exist so far
		w.Projects[i].Accounts = append(w.Projects[i].Accounts, FederatedUserName, MetadataUserName)
	}
	w.Projects[0].Accounts = append(w.Projects[0].Accounts, MFAUserName)
	w.Agencies = []Agency{
		{
			Name: DefaultAgency, DomainName: DeputyDomainName, DomainID: DeputyDomainID, UserName: DeputyUserName,
			Trusts: []string{DefaultUserName, "demo-temporary", FederatedUserName, MetadataUserName},
		},
		{
			Name: SecondAgency, DomainName: DeputyDomainName, DomainID: DeputyDomainID, UserName: DefaultUserName,
			Trusts: []string{DeputyUserName},
		},
	}
	w.IdentityProviders = []IdentityProvider{
		{ID: DefaultIdentityProvider, IDTokens: []string{DefaultIDToken}, UserName: FederatedUserName},
	}
	w.MetadataUser = MetadataUserName
}

// addDeputyProject adds the deputy's project. It holds copies of the first instances of the default project.
func addDeputyProject(w *World) {
	w.Projects = append(w.Projects, Project{
		ID: DeputyProjectID, Name: DefaultRegion, Accounts: []string{DeputyUserName},
	})
	w.RDSInstances = append(w.RDSInstances, RDSInstance{
		ID: DeputyRDSInstance, Name: "orders-db-deputy", ProjectID: DeputyProjectID, Type: "Ha",
		Windows: windowsAround(2023, time.July, 1, 2023, time.July, 8), Databases: ordersDatabases(),
	})
	w.DDSInstances = append(w.DDSInstances, DDSInstance{
		ID: DeputyDDSInstance, Name: "sessions-deputy", ProjectID: DeputyProjectID, Version: "4.2",
		Windows: windowsAround(2020, time.December, 1, 2020, time.December, 15), Databases: sessionsDatabases(),
	})
	w.DWSClusters = append(w.DWSClusters, DWSCluster{
		ID: DeputyDWSCluster, Name: "dws-deputy", ProjectID: DeputyProjectID, Databases: warehouseDatabases(),
	})
	w.DWSSnapshots = append(w.DWSSnapshots, DWSSnapshot{
		ID: DeputyDWSSnapshot, Name: "snapshot-deputy", ClusterID: DeputyDWSCluster,
		FineGrainedBackup: true, BackupLevel: "cluster",
		Started: FromNow(-50 * time.Hour), Finished: FromNow(-49 * time.Hour),
		Databases: warehouseDatabases(),
	})
}
