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
	//   - a *PollError if queries kept failing for ten minutes (two if a permission is missing), if three in a row did
	//     not know the job any more (IsNotFound), or if none had succeeded by the deadline,
	//   - context.Cause(ctx), at once and with no further query, if ctx is done.
	//
	// Waits for several jobs of one service and region share their queries.
	WaitForJob(ctx context.Context, wait JobWait) (Job, error)
	// ListJobs lists the target's jobs that were created within the span, restores and others, as far as the service
	// tells.
	ListJobs(ctx context.Context, target string, from, to time.Time) ([]Job, error)
	// IsRestoring reports whether the target itself says that something is being restored.
	IsRestoring(ctx context.Context, target string) (bool, error)
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

// IsRestoring is as in JobService (RDS API Reference, "Querying DB Instances").
func (s RDS) IsRestoring(ctx context.Context, instanceID string) (bool, error) {
	instance, err := s.Instance(ctx, instanceID)
	return instance.Status == "RESTORING", err
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

// IsRestoring is as in JobService. The API reference names the action RESTORE_TABLE; any other restore counts as well.
func (s DDS) IsRestoring(ctx context.Context, instanceID string) (bool, error) {
	instance, err := s.Instance(ctx, instanceID)
	return slices.ContainsFunc(
		instance.Actions,
		func(action string) bool { return strings.HasPrefix(action, "RESTORE") },
	), err
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

// ListJobs lists the restores that run on a cluster, whatever the span. DWS lists no jobs, only a cluster's actions,
// and does not document whether an action's id is its job's. An action whose id is no job's loses it here, so nobody
// adopts that restore.
func (s DWS) ListJobs(ctx context.Context, clusterID string, _, _ time.Time) ([]Job, error) {
	actions, err := s.restoreActions(ctx, clusterID)
	for i, action := range actions {
		actions[i].Name = dwsRestoring
		if _, err := s.Job(ctx, action.ID); err != nil {
			actions[i].ID = ""
		}
	}
	return actions, err
}

// IsRestoring is as in JobService. A cluster's task is FINE_GRAINED_RESTORING or RESTORING.
func (s DWS) IsRestoring(ctx context.Context, clusterID string) (bool, error) {
	cluster, err := s.Cluster(ctx, clusterID)
	return strings.Contains(cluster.TaskStatus, "RESTOR"), err
}
