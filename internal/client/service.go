// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// JobService asks one service for its restore jobs. A target is what the service restores one at a time: an instance of
// RDS or DDS, a cluster of DWS.
type JobService interface {
	// Job queries a job. The error is a *NotFoundError for a job that the service does not know: for some seconds after it
	// was started, and again after a month.
	Job(ctx context.Context, jobID string) (Job, error)
	// WaitForJob returns the job once it is Completed or Failed. Otherwise it returns the job as last seen, zero if it
	// never was, and
	//   - a *WaitTimeoutError if the deadline passed while the job was running,
	//   - a *PollError if queries kept failing for ten minutes (two if a permission is missing), if three in a row (two
	//     if it may be gone) did not know the job (IsNotFound) and it was not seen running, or if none had succeeded by
	//     the deadline,
	//   - context.Cause(ctx), at once and with no further query, if ctx is done.
	//
	// Waits for several jobs of one service and region share their queries.
	WaitForJob(ctx context.Context, wait JobWait) (Job, error)
	// ListJobs lists the target's jobs that were created within the span, restores and others, as far as the service
	// tells.
	ListJobs(ctx context.Context, target string, from, to time.Time) ([]Job, error)
	// Activity is what the target itself says runs on it, or keeps it from being ready, in the service's words: IsHarmless
	// judges them. It is empty for a target that is ready.
	Activity(ctx context.Context, target string) ([]string, error)
}

// JobServices names the services that restore.
func JobServices() []string { return slices.Clone(databases) }

// JobService returns the service of that name, which is one of JobServices.
func (c *Client) JobService(name string) (JobService, error) {
	switch name {
	case serviceRDS:
		return c.RDS(), nil
	case serviceDDS:
		return c.DDS(), nil
	case serviceDWS:
		return c.DWS(), nil
	}
	return nil, fmt.Errorf("no service %q restores anything: the services are %s", name, strings.Join(databases, ", "))
}

// RDS makes the calls of RDS for PostgreSQL.
type RDS struct{ client *Client }

// RDS returns the calls of RDS in the client's region.
func (c *Client) RDS() RDS { return RDS{c} }

// Job is as in JobService (RDS API Reference, "Obtaining Information About a Task with a Specified ID").
func (s RDS) Job(ctx context.Context, jobID string) (Job, error) {
	return s.client.job(ctx, serviceRDS, jobID, forLookup)
}

// WaitForJob is as in JobService.
func (s RDS) WaitForJob(ctx context.Context, wait JobWait) (Job, error) {
	return s.client.pollers[serviceRDS].waitFor(ctx, wait)
}

// Activity is as in JobService (RDS API Reference, "Querying DB Instances").
func (s RDS) Activity(ctx context.Context, instanceID string) ([]string, error) {
	instance, err := s.Instance(ctx, instanceID)
	return notReady(instance.Status, "ACTIVE"), err
}

// notReady is the status of a target, unless that says that it is ready or is not told.
func notReady(status string, ready ...string) []string {
	if status == "" || slices.Contains(ready, status) {
		return nil
	}
	return []string{status}
}

// DDS makes the calls of DDS.
type DDS struct{ client *Client }

// DDS returns the calls of DDS in the client's region.
func (c *Client) DDS() DDS { return DDS{c} }

// Job is as in JobService (DDS API Reference, "Obtaining Task Information of a Specified ID").
func (s DDS) Job(ctx context.Context, jobID string) (Job, error) {
	return s.client.job(ctx, serviceDDS, jobID, forLookup)
}

// WaitForJob is as in JobService.
func (s DDS) WaitForJob(ctx context.Context, wait JobWait) (Job, error) {
	return s.client.pollers[serviceDDS].waitFor(ctx, wait)
}

// Activity is as in JobService. The API reference names the action RESTORE_TABLE.
func (s DDS) Activity(ctx context.Context, instanceID string) ([]string, error) {
	instance, err := s.Instance(ctx, instanceID)
	return append(slices.Clone(instance.Actions), notReady(instance.Status, "normal")...), err
}

// DWS makes the calls of DWS.
type DWS struct{ client *Client }

// DWS returns the calls of DWS in the client's region.
func (c *Client) DWS() DWS { return DWS{c} }

// Job is as in JobService (DWS API Reference, "Querying the Task Progress"): the path is of v1.0, with "job" in the
// singular.
func (s DWS) Job(ctx context.Context, jobID string) (Job, error) {
	return s.client.job(ctx, serviceDWS, jobID, forLookup)
}

// WaitForJob is as in JobService. DWS has no list of jobs, so each wait asks for its own job.
func (s DWS) WaitForJob(ctx context.Context, wait JobWait) (Job, error) {
	return s.client.pollers[serviceDWS].waitFor(ctx, wait)
}

// Activity is as in JobService. The task of a cluster may also be one that has failed, such as REBOOT_FAILURE, and runs
// no more.
func (s DWS) Activity(ctx context.Context, clusterID string) ([]string, error) {
	cluster, err := s.Cluster(ctx, clusterID)
	activity := notReady(cluster.Status, "AVAILABLE", "ACTIVE")
	if cluster.TaskStatus != "" && !strings.Contains(cluster.TaskStatus, "FAIL") {
		activity = append(activity, cluster.TaskStatus)
	}
	return activity, err
}
