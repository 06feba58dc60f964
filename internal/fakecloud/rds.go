// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// rdsRestore is the body of the RDS page Restoring Tables to a Specified Point in Time. The page calls no field
// mandatory. Known clients send them all, and how the service treats a missing one is not documented. Here every field
// is required.
type rdsRestore struct {
	Instances []rdsRestoreInstance `json:"instances"`
}

type rdsRestoreInstance struct {
	RestoreTime int64                `json:"restore_time"` // ms, a JSON number: page ("Long"), example and SDK agree
	InstanceID  string               `json:"instance_id"`
	Databases   []rdsRestoreDatabase `json:"databases"`
}

type rdsRestoreDatabase struct {
	Database string             `json:"database"`
	Schemas  []rdsRestoreSchema `json:"schemas"`
}

type rdsRestoreSchema struct {
	Schema string            `json:"schema"`
	Tables []rdsRestoreTable `json:"tables"`
}

type rdsRestoreTable struct {
	OldName string `json:"old_name"`
	NewName string `json:"new_name"`
}

func (q *call) restoreRDSTables() (any, error) {
	if err := q.parameters(); err != nil {
		return nil, err
	}
	var body rdsRestore
	if err := q.decode(&body); err != nil {
		return nil, err
	}
	// "Only one DB instance at a time" (RDS for PostgreSQL user guide), although the field is a list.
	if len(body.Instances) != 1 {
		return nil, badParameter("instances must have exactly one element, not %d", len(body.Instances))
	}
	wanted := body.Instances[0]
	instance, err := q.rdsInstance(wanted.InstanceID)
	if err != nil {
		return nil, err
	}
	if err := wanted.check(instance, q.now); err != nil {
		return nil, err
	}
	if err := q.rdsReady(instance); err != nil {
		return nil, err
	}
	started := q.accept(instance.ID, job{
		Job:        Job{ID: newUUID(), Name: RDSRestoreJob, TargetID: instance.ID},
		targetName: instance.Name,
		apply:      func(at time.Time) string { return instance.restore(wanted, at) },
	})
	return map[string]any{"restore_result": []any{
		map[string]any{"instance_id": instance.ID, "job_id": started.ID},
	}}, nil
}

var rdsInstanceID = regexp.MustCompile(`^[0-9a-f]{32}in[0-9]{2}$`)

func (q *call) rdsInstance(id string) (*rdsInstance, error) {
	for _, instance := range q.rds {
		if instance.ID == id && instance.ProjectID == q.path["project_id"] {
			return instance, nil
		}
	}
	if !rdsInstanceID.MatchString(id) {
		return nil, refuse(http.StatusBadRequest, "DBS.280404", "Invalid DB instance ID or node ID format.")
	}
	return nil, refuse(http.StatusNotFound, "DBS.200002", "The DB instance does not exist.")
}

// check compares the request with the instance as it was at the restore time. Of these errors, only the unknown
// database has a published code. The nearest codes of RDS, Error Codes, stand in for the others. A database or a schema
// may be there twice: no page rules it out.
func (wanted rdsRestoreInstance) check(instance *rdsInstance, now time.Time) error {
	moment, err := rdsMoment(wanted.RestoreTime, []*rdsInstance{instance}, now)
	if err != nil {
		return err
	}
	if len(wanted.Databases) == 0 {
		return badParameter("databases is empty")
	}
	count := 0
	targets := map[string]bool{}
	for _, database := range wanted.Databases {
		if instance.tables[database.Database] == nil {
			return refuse(http.StatusBadRequest, "DBS.280128", "The database name does not exist.")
		}
		if len(database.Schemas) == 0 {
			return badParameter("the database %s has no schemas", database.Database)
		}
		for _, schema := range database.Schemas {
			place := database.Database + "." + schema.Schema
			tables := instance.tables[database.Database][schema.Schema]
			if tables == nil {
				return badParameter("the schema %s does not exist", place)
			}
			if len(schema.Tables) == 0 {
				return badParameter("the schema %s has no tables", place)
			}
			for _, table := range schema.Tables {
				if err := table.check(place, tables, moment, targets); err != nil {
					return err
				}
				count++
			}
		}
	}
	if count > instance.TableLimit {
		return badParameter("%d tables are more than the limit of %d", count, instance.TableLimit)
	}
	return nil
}

func (table rdsRestoreTable) check(place string, tables objects, moment time.Time, targets map[string]bool) error {
	if table.NewName == "" || len(table.NewName) > 63 { // PostgreSQL's limit for identifiers
		return badParameter("the new name %q of %s.%s must have 1 to 63 bytes", table.NewName, place, table.OldName)
	}
	target := place + "." + table.NewName
	if targets[target] { // a guess: two tables cannot have one name
		return badParameter("the new name %s stands there twice", target)
	}
	targets[target] = true
	if !tables.at(table.OldName, moment) {
		return badParameter("the table %s.%s did not exist at that time", place, table.OldName)
	}
	if tables.isPartitionParent(table.OldName) {
		return badParameter("%s.%s is the parent of a partitioned table; only its children can be restored",
			place, table.OldName)
	}
	return nil
}

// rdsMoment reads a restore_time and checks it against the windows. No code is published for a time outside them;
// DBS.200461 is "The parameter value is out of range".
func rdsMoment(milliseconds int64, instances []*rdsInstance, now time.Time) (time.Time, error) {
	moment := time.UnixMilli(milliseconds).UTC()
	for _, instance := range instances {
		if !within(instance.Windows, moment, now) {
			return moment, refuse(http.StatusBadRequest, "DBS.200461",
				"The parameter value is out of range: restore_time %d of %s", milliseconds, instance.ID)
		}
	}
	return moment, nil
}

// rdsReady rejects an instance that cannot start a restore now. Codes and HTTP statuses: RDS API reference, Error
// Codes. Rejecting a read replica or another engine is an assumption; the restore of a read replica has its own API.
func (q *call) rdsReady(instance *rdsInstance) error {
	if instance.Engine != "PostgreSQL" || instance.Type == "Replica" {
		return refuse(http.StatusConflict, "DBS.200402", "Invalid operation.")
	}
	switch q.rdsStatus(instance) {
	case "ACTIVE":
		return nil
	case "BACKING UP":
		return refuse(http.StatusConflict, "DBS.201205", "Backup is in progress, please wait.")
	case "STORAGE FULL":
		return refuse(http.StatusConflict, "DBS.200316",
			"This operation cannot be performed because the DB instance status is Storage full.")
	case "FROZEN":
		return refuse(http.StatusBadRequest, "DBS.280449", "Operation not allowed on frozen objects.")
	case "FAILED", "CREATE FAIL":
		return refuse(http.StatusBadRequest, "DBS.201014", "This operation is not allowed by the DB instance status.")
	default: // RESTORING, MODIFYING, REBOOTING, SWITCHOVER, ...
		return refuse(http.StatusConflict, "DBS.200019",
			"Another operation is being performed on the DB instance or the DB instance is faulty.")
	}
}

// rdsStatus returns the status of the running operation, or that of the world.
func (q *call) rdsStatus(instance *rdsInstance) string {
	running := q.runningJob(RDS, instance.ID)
	switch {
	case running == nil:
		return instance.Status
	case running.isRestore():
		return "RESTORING"
	case running.isBackup():
		return "BACKING UP"
	}
	return "MODIFYING"
}

// restore adds the tables under their new names, or returns why it cannot. What happens if a name is taken is not
// documented. "Existing data is not overwritten" leaves only a failed job.
func (instance *rdsInstance) restore(wanted rdsRestoreInstance, at time.Time) string {
	var taken []string
	for _, database := range wanted.Databases {
		for _, schema := range database.Schemas {
			for _, table := range schema.Tables {
				if instance.tables[database.Database][schema.Schema].at(table.NewName, at) {
					taken = append(taken, database.Database+"."+schema.Schema+"."+table.NewName)
				}
			}
		}
	}
	if len(taken) > 0 {
		slices.Sort(taken)
		return "The table already exists: " + strings.Join(taken, ", ")
	}
	for _, database := range wanted.Databases {
		for _, schema := range database.Schemas {
			for _, table := range schema.Tables {
				instance.tables[database.Database][schema.Schema].add(table.NewName, at)
			}
		}
	}
	return ""
}
