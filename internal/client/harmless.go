// SPDX-License-Identifier: MPL-2.0

package client

import (
	"slices"
	"strings"
)

// restoreWords are in the names of jobs that put data back. No such job is harmless, whatever else is in its name.
var restoreWords = []string{"restor", "pitr", "recover", "recycle", "rollback", "rewind", "flashback"}

// harmlessWords are in the names of operations that are certainly no restore. They stand for jobs, for the statuses and
// actions of instances, and for the tasks of clusters: letters only, in lower case.
//
// No service publishes all its names. What is missing here costs a restore that has to be asked for again by hand. What
// is here wrongly could restore twice.
var harmlessWords = map[string][]string{
	// RDS API Reference: the statuses in "Querying DB Instances", and the tasks that "Querying a Task List" and "Obtaining
	// Information About a Task" name or describe. MODIFYING is not here: it may be anything.
	serviceRDS: {
		"backup", "backingup", "snapshot", "resize", "flavor", "modifyinginstancetype", "enlarge", "scale", "expand",
		"reboot", "restart", "switchover", "failover", "singletoha", "migrat", "upgrade", "readreplica", "createinstance",
		"singlehainstance", "build", "modifyingdatabaseport", "modifyport", "modifyip", "modifysecuritygroup",
		"bindpublicip", "bindeip", "ssl",
	},
	// DDS API Reference: all tasks of "Querying Tasks" that restore nothing, and the actions of "Querying Instances",
	// which have such spellings as RESIZE_FLAVOR and RESTART.
	serviceDDS: {
		"backup", "createmongodb", "enlarge", "grow", "resize", "addreadonlynode", "restart", "reboot", "switchprimary",
		"switchover", "modifyip", "modifysecuritygroup", "modifyport", "modifyoplogsize", "bindpublicip", "switchinstancessl",
		"azmigrate", "migrateaz", "createip", "upgrade", "creating",
	},
	// DWS API Reference: task_status and action_progress in "Querying Cluster Details". DR_RECOVERING is not here.
	serviceDWS: {
		"snapshotting", "freezing", "growing", "creating", "rebooting", "settingconfiguration", "extdatasource", "addcning",
		"delcning", "deletingnode", "redistribut", "elbbinding", "elbunbinding", "elbswitching", "networkconfiguring",
		"diskexpanding", "activestandyswitchover", "shrink", "flavorresizing", "manageipbinding", "orderpending", "repairing",
	},
}

// IsHarmless reports whether an operation of a service is certainly no restore, by the name of its job or by what the
// instance or cluster calls it.
func IsHarmless(service, name string) bool {
	letters := strings.Map(func(r rune) rune {
		if r < 'a' || r > 'z' {
			return -1
		}
		return r
	}, strings.ToLower(name))
	has := func(word string) bool { return strings.Contains(letters, word) }
	return !slices.ContainsFunc(restoreWords, has) && slices.ContainsFunc(harmlessWords[service], has)
}
