// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The states of a job, in the words of RDS and DDS.
const (
	Running   = "Running"
	Completed = "Completed"
	Failed    = "Failed"
)

// The names of the jobs. RDS publishes none for the restore of PostgreSQL tables; this one shares only "Restore" with
// its published siblings (RestoreSqlserverInInstance). DDS publishes "MongodbRestoreTable" (Querying Instant Tasks).
// DWS publishes none.
const (
	RDSRestoreJob = "RestorePostgresqlTablesInInstance"
	DDSRestoreJob = "MongodbRestoreTable"
	DWSRestoreJob = "dwsFineGrainedRestoreJob"
)

// recordKept is how long RDS and DDS show a job: "jobs of the last month" (Obtaining Information About a Task).
const recordKept = 30 * 24 * time.Hour

// Job is a job as a test or the admin address sees it.
type Job struct {
	ID       string    `json:"id"`
	Service  string    `json:"service"`
	Name     string    `json:"name"`
	TargetID string    `json:"target_id"` // instance, or cluster for DWS
	Status   string    `json:"status"`    // Running, Completed or Failed for every service
	Reason   string    `json:"reason,omitempty"`
	Created  time.Time `json:"created"`
	Ended    time.Time `json:"ended,omitzero"` // zero while it runs
	Held     bool      `json:"held,omitempty"`
	Expired  bool      `json:"expired,omitempty"`
	Polls    int       `json:"polls"` // answers that showed the job, by its id
}

// JobChange changes a job. Actions: finish (completes now), fail (fails now, with Reason), hold (runs until changed),
// roll-back (undoes the work until the job is due, and then fails; a "fail" meanwhile fails the undoing; only a cluster
// action of DWS shows it), release (ends a hold; a job past its due time completes), expire (removes the record; the
// work continues).
type JobChange struct {
	Action string `json:"action"`
	Reason string `json:"reason,omitempty"`
}

type job struct {
	Job
	projectID  string
	targetName string
	due        time.Time
	actionID   string                        // of its cluster action (DWS)
	willFail   string                        // the reason of a "fail" for the "next" job, or of a "roll-back"
	apply      func(at time.Time) (r string) // does the work, or returns why it cannot

	rolledBack, rollbackFailed bool
}

// begin registers a job that starts now. The job does its work when it ends.
func (c *Cloud) begin(j job, now time.Time) *job {
	j.Status, j.Created, j.due, j.actionID = Running, now, now.Add(c.jobDuration), newUUID()
	started := &j
	c.jobs = append(c.jobs, started)
	changes := c.nextChanges
	c.nextChanges = nil
	for _, change := range changes {
		if change.Action == "fail" {
			started.willFail = change.Reason
		} else {
			c.change(started, change, now)
		}
	}
	return started
}

// settle ends the jobs that are due. Every request and every outside query calls it first.
func (c *Cloud) settle(now time.Time) {
	for _, j := range c.jobs {
		if j.Status == Running && !j.Held && !j.due.After(now) {
			c.end(j, j.due)
		}
	}
}

func (c *Cloud) end(j *job, at time.Time) {
	j.Status, j.Held, j.Ended, j.Reason = Completed, false, at, j.willFail
	if j.Reason == "" && j.apply != nil {
		j.Reason = j.apply(at)
	}
	if j.Reason != "" {
		j.Status = Failed
	}
}

func (c *Cloud) change(j *job, change JobChange, now time.Time) {
	running := j.Status == Running
	switch change.Action {
	case "finish":
		if running {
			c.end(j, now)
		}
	case "fail":
		if running {
			j.willFail, j.rollbackFailed = change.Reason, j.rolledBack
			c.end(j, now)
		}
	case "roll-back":
		if running {
			j.willFail, j.rolledBack = change.Reason, true
		}
	case "hold":
		j.Held = running
	case "release":
		if j.Held && j.due.Before(now) {
			j.due = now
		}
		j.Held = false
	case "expire":
		j.Expired = true
	}
}

// Change applies a change to the job with that id, to every existing job ("*"), or to the next accepted job ("next"). A
// "fail" for the next job takes effect when that job is due. Changes for the next job add up.
func (c *Cloud) Change(jobID string, change JobChange) error {
	if !slices.Contains([]string{"finish", "fail", "roll-back", "hold", "release", "expire"}, change.Action) {
		return fmt.Errorf("unknown job action %q: finish, fail, roll-back, hold, release or expire", change.Action)
	}
	if (change.Action == "fail" || change.Action == "roll-back") && change.Reason == "" {
		change.Reason = "the job failed for no given reason"
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	defer c.wake()
	now := c.now()
	c.settle(now)
	if jobID == "next" {
		c.nextChanges = append(c.nextChanges, change)
		return nil
	}
	found := jobID == "*"
	for _, j := range c.jobs {
		if jobID == "*" || j.ID == jobID {
			c.change(j, change, now)
			found = true
		}
	}
	if !found {
		return fmt.Errorf("no job %s", jobID)
	}
	return nil
}

// Occupy starts an operation that no request asked for, as if another user had started it. Its job keeps the instance
// (or DWS cluster) busy for the job duration. A name containing "Restore" shows as a restore, one containing "Backup"
// as a backup, and any other as a change of the instance. Restores does not list it.
func (c *Cloud) Occupy(service, targetID, jobName string) (jobID string, err error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	defer c.wake()
	j := job{Job: Job{ID: newUUID(), Service: service, Name: jobName, TargetID: targetID}}
	now := c.now()
	c.settle(now)
	switch service {
	case RDS:
		for _, instance := range c.rds {
			if instance.ID == targetID {
				j.projectID, j.targetName = instance.ProjectID, instance.Name
			}
		}
	case DDS:
		for _, instance := range c.dds {
			if instance.ID == targetID {
				j.projectID, j.targetName = instance.ProjectID, instance.Name
			}
		}
	case DWS:
		j.ID = newID()
		for _, cluster := range c.clusters {
			if cluster.ID == targetID {
				j.projectID, j.targetName = cluster.ProjectID, cluster.Name
			}
		}
	}
	if j.projectID == "" {
		return "", fmt.Errorf("no %s instance or cluster %s", service, targetID)
	}
	return c.begin(j, now).ID, nil
}

// Job returns the current state of the job, even if its record has expired.
func (c *Cloud) Job(id string) (Job, bool) {
	for _, j := range c.Jobs() {
		if j.ID == id {
			return j, true
		}
	}
	return Job{}, false
}

// Jobs returns every job, in the order of acceptance.
func (c *Cloud) Jobs() []Job {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.settle(c.now())
	jobs := []Job{}
	for _, j := range c.jobs {
		jobs = append(jobs, j.Job)
	}
	return jobs
}

// runningJob returns the operation that keeps a target busy, or nil.
func (c *Cloud) runningJob(service, targetID string) *job {
	for _, j := range c.jobs {
		if j.Service == service && j.TargetID == targetID && j.Status == Running {
			return j
		}
	}
	return nil
}

// visibleJobs returns the jobs that a lookup in the call's project shows, newest first.
func (q *call) visibleJobs() []*job {
	visible := []*job{}
	for _, j := range slices.Backward(q.jobs) {
		age := q.now.Sub(j.Created)
		kept := q.service == DWS || age <= recordKept // how long DWS keeps a record is not documented
		if j.Service == q.service && j.projectID == q.path["project_id"] &&
			!j.Expired && kept && age >= q.jobVisibleAfter {
			visible = append(visible, j)
		}
	}
	return visible
}

// poll finds a visible job by its id and counts the poll.
func (q *call) poll(id string) *job {
	for _, j := range q.visibleJobs() {
		if j.ID == id {
			j.Polls++
			return j
		}
	}
	return nil
}

// percent returns how much of the job is done, 0 to 99 while it runs.
func (j *job) percent(now time.Time) int {
	if j.Status != Running {
		return 100
	}
	whole := j.due.Sub(j.Created)
	if whole <= 0 {
		return 99
	}
	return int(min(99, max(0, 100*now.Sub(j.Created)/whole)))
}

// progress returns "42%" while the job runs and "" afterwards, as RDS and DDS show it.
func (j *job) progress(now time.Time) string {
	if j.Status != Running {
		return ""
	}
	return strconv.Itoa(j.percent(now)) + "%"
}

// plannedEnd returns when the job ended or, while it runs, when it is due.
func (j *job) plannedEnd() time.Time {
	if j.Status == Running {
		return j.due
	}
	return j.Ended
}

func (j *job) isRestore() bool { return strings.Contains(j.Name, "Restore") }
func (j *job) isBackup() bool  { return strings.Contains(j.Name, "Backup") }
