// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// listRDSInstances follows RDS API reference, Querying DB Instances. This list with an id shows the details of one
// instance.
func (q *call) listRDSInstances() (any, error) {
	err := q.parameters("id", "name", "type", "datastore_type", "vpc_id", "subnet_id", "offset", "limit", "tags",
		"group_type", "eps_id")
	if err != nil {
		return nil, err
	}
	if group := q.query.Get("group_type"); group != "" && group != "flexus" {
		return nil, badParameter("group_type must be flexus")
	}
	instances := []any{}
	for _, instance := range q.rds {
		if instance.ProjectID == q.path["project_id"] && q.rdsWanted(instance) {
			instances = append(instances, q.rdsInstanceView(instance))
		}
	}
	from, to, err := q.page(len(instances), 100, 100)
	return map[string]any{"instances": instances[from:to], "total_count": len(instances)}, err
}

func (q *call) rdsWanted(instance *rdsInstance) bool {
	return q.like("id", instance.ID) && q.like("name", instance.Name) && q.equal("type", instance.Type) &&
		q.equal("datastore_type", instance.Engine) && !q.query.Has("vpc_id") && !q.query.Has("subnet_id") &&
		!q.query.Has("tags") && q.inEnterpriseProject() && instance.Flexus == (q.query.Get("group_type") == "flexus")
}

// like compares a value with a query parameter. A leading * in the parameter asks for a fuzzy search.
func (q *call) like(parameter, value string) bool {
	wanted := q.query.Get(parameter)
	if part, fuzzy := strings.CutPrefix(wanted, "*"); fuzzy {
		return strings.Contains(value, part)
	}
	return wanted == "" || wanted == value
}

func (q *call) equal(parameter, value string) bool {
	return !q.query.Has(parameter) || q.query.Get(parameter) == value
}

// inEnterpriseProject is false if eps_id asks for an enterprise project other than the default one, which all instances
// are in. The pages of the two lists do not have the parameter, but the vendor's provider sends it.
func (q *call) inEnterpriseProject() bool {
	return slices.Contains([]string{"", defaultEnterpriseProject, "all_granted_eps"}, q.query.Get("eps_id"))
}

const defaultEnterpriseProject = "0"

func (q *call) rdsInstanceView(instance *rdsInstance) any {
	return q.withRequired(RDS, instance.ID, instance.ProjectID, map[string]any{
		"id":     instance.ID,
		"name":   instance.Name,
		"status": q.rdsStatus(instance),
		"type":   instance.Type,
		"region": q.project(instance.ProjectID).Name,
		"port":   5432,
		"datastore": map[string]any{
			"type": instance.Engine, "version": instance.Version, "complete_version": instance.Version + ".0",
		},
		"volume":           map[string]any{"type": "CLOUDSSD", "size": 100},
		"backup_strategy":  map[string]any{"start_time": "19:00-20:00", "keep_days": 7},
		"time_zone":        "UTC",
		"related_instance": []any{},
	})
}

// listRDSRestoreTime follows RDS API reference, Querying the Restoration Time Range. Without a date it lists all
// ranges. Whether a date cuts the ranges to that day is not documented; here it does.
func (q *call) listRDSRestoreTime() (any, error) {
	if err := q.parameters("date"); err != nil {
		return nil, err
	}
	instance, err := q.rdsInstance(q.path["instance_id"])
	if err != nil {
		return nil, err
	}
	windows := spans(instance.Windows, q.now)
	if q.query.Has("date") {
		day, err := q.day("date")
		if err != nil {
			return nil, err
		}
		windows = onDay(windows, day)
	}
	return restoreTimes(windows), nil
}

func restoreTimes(windows []span) any {
	list := []any{}
	for _, window := range windows {
		list = append(list, map[string]any{"start_time": window.start.UnixMilli(), "end_time": window.end.UnixMilli()})
	}
	return map[string]any{"restore_time": list}
}

// rdsHistory is the body of both lookups of restorable objects.
type rdsHistory struct {
	InstanceIDs      []string       `json:"instance_ids"`
	RestoreTime      rdsHistoryTime `json:"restore_time"`
	InstanceNameLike string         `json:"instance_name_like,omitempty"`
	DatabaseNameLike string         `json:"database_name_like,omitempty"`
}

// rdsHistoryTime is UNIX milliseconds: a number, as the pages say (Long), or a string, as the vendor's provider sends
// it.
type rdsHistoryTime int64

func (t *rdsHistoryTime) UnmarshalJSON(data []byte) error {
	value, err := strconv.ParseInt(strings.Trim(string(data), `"`), 10, 64)
	if err != nil {
		return fmt.Errorf("restore_time must be an integer, also as a string, not %s", data)
	}
	*t = rdsHistoryTime(value)
	return nil
}

type rdsTableHistory struct {
	rdsHistory
	TableNameLike string `json:"table_name_like,omitempty"`
}

func (q *call) listRDSHistoryDatabases() (any, error) {
	var body rdsHistory
	instances, moment, err := q.rdsHistoryOf(&body, &body)
	if err != nil {
		return nil, err
	}
	limit := 0
	list := []any{}
	for _, instance := range instances {
		limit = max(limit, instance.TableLimit)
		databases, total := []any{}, 0
		for _, name := range slices.Sorted(maps.Keys(instance.tables)) {
			if !strings.Contains(name, body.DatabaseNameLike) {
				continue
			}
			count := 0
			for _, tables := range instance.tables[name] {
				count += len(tables.namesAt(moment))
			}
			total += count
			if len(databases) < limit {
				databases = append(databases, map[string]any{"name": name, "total_tables": count})
			}
		}
		list = append(list, map[string]any{
			"id": instance.ID, "name": instance.Name, "total_tables": total, "databases": databases,
		})
	}
	return map[string]any{"database_limit": limit, "table_limit": limit, "instances": list}, nil
}

// listRDSHistoryTables follows RDS API reference, Querying Tables That Can Be Restored (PostgreSQL). It has no paging.
// The list ends at table_limit, but the totals count all tables.
func (q *call) listRDSHistoryTables() (any, error) {
	var body rdsTableHistory
	instances, moment, err := q.rdsHistoryOf(&body, &body.rdsHistory)
	if err != nil {
		return nil, err
	}
	limit := 0
	list := []any{}
	for _, instance := range instances {
		limit = max(limit, instance.TableLimit)
		list = append(list, instance.historyTables(body, moment))
	}
	return map[string]any{"table_limit": limit, "instances": list}, nil
}

func (instance *rdsInstance) historyTables(body rdsTableHistory, moment time.Time) any {
	databases, ofInstance, listed := []any{}, 0, 0
	for _, database := range slices.Sorted(maps.Keys(instance.tables)) {
		if !strings.Contains(database, body.DatabaseNameLike) {
			continue
		}
		schemas, ofDatabase := []any{}, 0
		for _, schema := range slices.Sorted(maps.Keys(instance.tables[database])) {
			tables, ofSchema := []any{}, 0
			for _, table := range instance.tables[database][schema].namesAt(moment) {
				if !strings.Contains(table, body.TableNameLike) {
					continue
				}
				ofSchema++
				if listed < instance.TableLimit {
					tables = append(tables, map[string]any{"name": table})
					listed++
				}
			}
			ofDatabase += ofSchema
			if len(tables) > 0 {
				schemas = append(schemas, map[string]any{"name": schema, "total_tables": ofSchema, "tables": tables})
			}
		}
		ofInstance += ofDatabase
		if len(schemas) > 0 {
			databases = append(databases, map[string]any{
				"name": database, "total_tables": ofDatabase, "schemas": schemas,
			})
		}
	}
	return map[string]any{"id": instance.ID, "name": instance.Name, "total_tables": ofInstance, "databases": databases}
}

func (q *call) rdsHistoryOf(body any, common *rdsHistory) ([]*rdsInstance, time.Time, error) {
	var none time.Time
	if err := q.parameters(); err != nil {
		return nil, none, err
	}
	if !strings.EqualFold(q.path["engine"], "postgresql") {
		return nil, none, badParameter("the engine %q is not postgresql", q.path["engine"])
	}
	if err := q.decode(body); err != nil {
		return nil, none, err
	}
	if len(common.InstanceIDs) == 0 {
		return nil, none, badParameter("instance_ids is empty")
	}
	var instances []*rdsInstance
	for _, id := range common.InstanceIDs {
		instance, err := q.rdsInstance(id)
		if err != nil {
			return nil, none, err
		}
		if strings.Contains(instance.Name, common.InstanceNameLike) {
			instances = append(instances, instance)
		}
	}
	moment, err := rdsMoment(int64(common.RestoreTime), instances, q.now)
	return instances, moment, err
}
