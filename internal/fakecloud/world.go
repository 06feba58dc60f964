// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"errors"
	"fmt"
	"os"
)

// World is what the cloud holds when it starts. The package comment describes its JSON form.
type World struct {
	Accounts     []Account     `json:"accounts"`
	Projects     []Project     `json:"projects"`
	RDSInstances []RDSInstance `json:"rds_instances,omitempty"`
	DDSInstances []DDSInstance `json:"dds_instances,omitempty"`
	DWSClusters  []DWSCluster  `json:"dws_clusters,omitempty"`
	DWSSnapshots []DWSSnapshot `json:"dws_snapshots,omitempty"`

	Agencies          []Agency           `json:"agencies,omitempty"`
	IdentityProviders []IdentityProvider `json:"identity_providers,omitempty"`
	// MetadataUser is the account of the cloud server whose metadata the cloud serves; "" = a server without an agency.
	MetadataUser string `json:"metadata_user,omitempty"`
	// MetadataToken is the mode of the metadata service's token: optional (also ""), required or unsupported.
	MetadataToken string `json:"metadata_token,omitempty"`
	// MetadataKeySeconds is the lifetime of a key from the metadata service; 0 = a day, which is a guess.
	MetadataKeySeconds int `json:"metadata_key_seconds,omitempty"`

	// RDSRequestsPerMinute is the rate limit for each user and API; 0 = the documented 60, -1 = no limit.
	RDSRequestsPerMinute int `json:"rds_requests_per_minute,omitempty"`
	// RDSLimitIsShared says that all APIs of RDS count together. The documentation can be read in either way.
	RDSLimitIsShared bool `json:"rds_limit_is_shared,omitempty"`
	// DWSActionIDIsJobID gives a cluster action the id of its job, which no page says. Otherwise its id is a random UUID,
	// as documented (DWS API reference, Querying Cluster Task Details).
	DWSActionIDIsJobID bool `json:"dws_action_id_is_job_id,omitempty"`
	// DWSTimesWithoutZone writes the times of snapshots without a zone, and in that of ZoneHours. The pages have them in
	// UTC, with a Z. The vendor's provider reads them without, and its acceptance tests pass.
	DWSTimesWithoutZone bool `json:"dws_times_without_zone,omitempty"`
	// TokenSeconds is the lifetime of a token that a login issues; 0 = a day, which is not documented.
	TokenSeconds int `json:"token_seconds,omitempty"`
	// ZoneHours is the time zone of the jobs' times, in hours east of UTC; 0 = UTC. RDS and DDS write the zone (+0800),
	// DWS does not. The page of the list of DDS has an offset in general, not only +0000 (dds_api_0301). No page says
	// which zone a service uses.
	ZoneHours int `json:"zone_hours,omitempty"`
}

// Account is a user with an access key, tokens or a password, or several of them.
type Account struct {
	UserName      string `json:"user_name"`
	UserID        string `json:"user_id,omitempty"`
	AccessKey     string `json:"access_key,omitempty"`
	SecretKey     string `json:"secret_key,omitempty"`
	SecurityToken string `json:"security_token,omitempty"` // if set, the key is temporary and needs it
	Password      string `json:"password,omitempty"`       // for logins; needs a domain
	DomainName    string `json:"domain_name,omitempty"`
	DomainID      string `json:"domain_id,omitempty"`
	// Passcodes are those of the second factor. An account with passcodes needs one to log in, and each is valid once.
	Passcodes []string `json:"passcodes,omitempty"`
	Tokens    []Token  `json:"tokens,omitempty"`
}

// Token is a value for X-Auth-Token. Without Expires it never expires. A relative moment counts from the start.
type Token struct {
	Value   string `json:"value"`
	Expires Moment `json:"expires,omitzero"`
}

// Project is a region's project. Accounts are the user names that may access it.
type Project struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Accounts []string `json:"accounts"`
}

// Schemas holds tables by schema name. Tables holds tables (or collections) by name.
type (
	Schemas map[string]Tables
	Tables  map[string]Table
)

// Table is a table or a DDS collection. Without Created it has always existed; without Dropped it still exists.
// Relative moments count from the start of the cloud.
type Table struct {
	Created Moment `json:"created,omitzero"`
	Dropped Moment `json:"dropped,omitzero"`
	// PartitionParent marks the parent of a partitioned table, which cannot be restored (RDS for PostgreSQL user guide,
	// Restoring Databases and Tables to a Point in Time).
	PartitionParent bool `json:"partition_parent,omitempty"`
}

// RDSInstance is an RDS DB instance. Defaults: status ACTIVE, type Single, engine PostgreSQL, version 15, table limit
// 2000.
type RDSInstance struct {
	ID         string             `json:"id"`
	Name       string             `json:"name"`
	ProjectID  string             `json:"project_id"`
	Status     string             `json:"status,omitempty"`
	Type       string             `json:"type,omitempty"` // Single, Ha or Replica
	Engine     string             `json:"engine,omitempty"`
	Version    string             `json:"version,omitempty"`
	Flexus     bool               `json:"flexus,omitempty"` // listed only with group_type=flexus
	TableLimit int                `json:"table_limit,omitempty"`
	Windows    []Window           `json:"windows,omitempty"`
	Databases  map[string]Schemas `json:"databases,omitempty"`
}

// DDSInstance is a DDS DB instance. Defaults: status normal, mode ReplicaSet, version 4.2.
type DDSInstance struct {
	ID        string            `json:"id"`
	Name      string            `json:"name"`
	ProjectID string            `json:"project_id"`
	Status    string            `json:"status,omitempty"`
	Mode      string            `json:"mode,omitempty"` // ReplicaSet, Sharding or Single
	Version   string            `json:"version,omitempty"`
	Actions   []string          `json:"actions,omitempty"` // running operations, in addition to this cloud's own
	Windows   []Window          `json:"windows,omitempty"`
	Databases map[string]Tables `json:"databases,omitempty"` // collections by database
}

// DWSCluster is a DWS cluster. Defaults: status AVAILABLE, sub-status NORMAL, version 9.1.0.
type DWSCluster struct {
	ID         string             `json:"id"`
	Name       string             `json:"name"`
	ProjectID  string             `json:"project_id"`
	Status     string             `json:"status,omitempty"`
	SubStatus  string             `json:"sub_status,omitempty"`
	TaskStatus string             `json:"task_status,omitempty"` // a running operation that is not this cloud's own
	Version    string             `json:"version,omitempty"`
	Databases  map[string]Schemas `json:"databases,omitempty"`
}

// DWSSnapshot is a snapshot of a cluster, with the tables it holds. It holds any databases at level cluster, and one
// database at levels schema and table. Defaults: status AVAILABLE, backup level cluster.
type DWSSnapshot struct {
	ID                string             `json:"id"`
	Name              string             `json:"name"`
	ClusterID         string             `json:"cluster_id"`
	Status            string             `json:"status,omitempty"`
	FineGrainedBackup bool               `json:"fine_grained_backup,omitempty"`
	BackupLevel       string             `json:"backup_level,omitempty"` // cluster, schema or table
	Started           Moment             `json:"started,omitzero"`
	Finished          Moment             `json:"finished,omitzero"`
	Databases         map[string]Schemas `json:"databases,omitempty"`
}

// ReadWorld reads a World from a JSON file. It rejects unknown fields, duplicates, dangling references and trailing
// data.
func ReadWorld(path string) (World, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return World{}, fmt.Errorf("reading the world: %w", err)
	}
	var world World
	if err := strictDecode(data, &world); err != nil {
		return World{}, fmt.Errorf("reading the world %s: %w", path, err)
	}
	if err := world.validate(); err != nil {
		return World{}, fmt.Errorf("reading the world %s: %w", path, err)
	}
	return world, nil
}

func (w World) validate() error {
	seen := map[string]bool{}
	once := func(kind, value string) error {
		if value == "" {
			return fmt.Errorf("an empty %s", kind)
		}
		if seen[kind+" "+value] {
			return fmt.Errorf("the %s %s stands there twice", kind, value)
		}
		seen[kind+" "+value] = true
		return nil
	}
	known := func(owner, kind, value string) error {
		if !seen[kind+" "+value] {
			return fmt.Errorf("%s names the unknown %s %q", owner, kind, value)
		}
		return nil
	}
	var problems []error
	check := func(errs ...error) { problems = append(problems, errs...) }

	for _, account := range w.Accounts {
		check(once("user name", account.UserName))
		if (account.AccessKey == "") != (account.SecretKey == "") {
			check(fmt.Errorf("the account %s has half a key pair", account.UserName))
		}
		if account.AccessKey != "" {
			check(once("access key", account.AccessKey))
		}
		if account.Password != "" && account.DomainName == "" && account.DomainID == "" {
			check(fmt.Errorf("the account %s has a password but no domain", account.UserName))
		}
		check(account.secondFactorFits())
		for _, token := range account.Tokens {
			check(once("token", token.Value))
		}
	}
	for _, project := range w.Projects {
		check(once("project", project.ID))
		for _, name := range project.Accounts {
			check(known("the project "+project.ID, "user name", name))
		}
	}
	check(w.validateIdentities(once, known))
	for _, instance := range w.RDSInstances {
		check(once("RDS instance", instance.ID), known(instance.ID, "project", instance.ProjectID),
			windowsInOrder(instance.ID, instance.Windows))
	}
	for _, instance := range w.DDSInstances {
		check(once("DDS instance", instance.ID), known(instance.ID, "project", instance.ProjectID),
			windowsInOrder(instance.ID, instance.Windows))
	}
	for _, cluster := range w.DWSClusters {
		check(once("DWS cluster", cluster.ID), known(cluster.ID, "project", cluster.ProjectID))
	}
	for _, snapshot := range w.DWSSnapshots {
		check(once("DWS snapshot", snapshot.ID), known(snapshot.ID, "DWS cluster", snapshot.ClusterID))
		fine := snapshot.BackupLevel == "schema" || snapshot.BackupLevel == "table"
		if fine && len(snapshot.Databases) > 1 {
			check(fmt.Errorf("the snapshot %s of the level %s holds more than one database",
				snapshot.ID, snapshot.BackupLevel))
		}
	}
	return errors.Join(problems...)
}

func windowsInOrder(owner string, windows []Window) error {
	for _, window := range windows {
		if window.Start.relative == window.End.relative &&
			(window.End.at.Before(window.Start.at) || window.End.offset < window.Start.offset) {
			return fmt.Errorf("a window of %s ends before it starts", owner)
		}
	}
	return nil
}
