// SPDX-License-Identifier: MPL-2.0

// Package restore is the lifecycle that all restores share: resource and action, plan, submission, wait, hand-over of
// unfinished jobs, import, evidence and their messages. What differs between restores is in their Models, in the
// packages of the services. Requests and retries are internal/client's.
package restore

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/provider/lookup"
)

// Type is what is fixed for all restores of one resource type.
type Type struct {
	Name   string // without the provider's
	Target string // the attribute that names the instance or snapshot
	// Service is the client's name of the service that runs the jobs.
	Service string
	// JobName is what the service calls the job of such a restore; "" if that is not documented.
	JobName string
	// MovedFrom is the vendor's own provider's resource type for the same restore; "" if it has none.
	MovedFrom string
	// Overwrites means that the service replaces what exists under a target's name, instead of failing.
	Overwrites bool
}

// Model is one restore, as a configuration, a plan or a state holds it: a pointer to a struct that embeds Common.
type Model interface {
	common() *Common
	// LacksNames reports whether a state leaves out names that Complete would fill in today.
	LacksNames(ctx context.Context) bool
	// Type is the same for all values of a model.
	Type() Type
	// Schema is the same for all values of a model.
	Schema() Schema
	// TargetID is the value of the attribute Type().Target.
	TargetID() string

	// Validate finds what no single attribute can tell, in a configuration that may hold unknown values.
	Validate(ctx context.Context, now time.Time) diag.Diagnostics
	// Parameters says what is restored.
	Parameters(ctx context.Context) Parameters
	// Sources name what is restored from, without the moment: two restores that share one may be meant to be the same. They
	// are none while something is unknown.
	Sources(ctx context.Context) []string
	// ConfiguredTime is the point in time in the configuration, the earliest of several; zero if it has none that is
	// known.
	ConfiguredTime(ctx context.Context) time.Time
	// ResolveTime is the point in time of a restore that starts now; zero if it is unknown.
	ResolveTime(ctx context.Context, look lookup.Region) (time.Time, error)
	// Complete fills the receiver, a plan, with the values that the configuration leaves to the provider. They depend on
	// RestoredTo, which is known, unknown, or null if it will never be known.
	Complete(ctx context.Context, config Model) diag.Diagnostics
	// Check makes the lookups of preflight. Only what the provider fills in may be unknown.
	Check(ctx context.Context, look lookup.Region, findings *Findings)
	// CheckTargets makes sure that the restore deletes nothing that nobody said it may, right before each call. Preflight
	// does not turn it off, and what it could not look up is an error.
	CheckTargets(ctx context.Context, look lookup.Region, findings *Findings)
	// Submit sends the restore call and returns the job's id. No value is unknown.
	Submit(ctx context.Context, c *client.Client) (jobID string, err error)
	// LockKey is what the service restores one at a time, for a target of this type: an instance, or a snapshot's cluster.
	LockKey(ctx context.Context, look lookup.Region, targetID string) (string, error)
	// Objects are what is restored, as the service will call it.
	Objects(ctx context.Context) []Object
}

// Common is what all restores have: their evidence, and how Terraform runs them.
type Common struct {
	Evidence
	ID        types.String   `tfsdk:"id"`
	JobID     types.String   `tfsdk:"job_id"`
	Region    types.String   `tfsdk:"region"`
	Status    types.String   `tfsdk:"status"`
	Triggers  types.Map      `tfsdk:"triggers"`
	OnTimeout types.String   `tfsdk:"on_timeout"`
	Preflight types.Bool     `tfsdk:"preflight"`
	Timeouts  timeouts.Value `tfsdk:"timeouts"`
	// NamesUnknown: the job was sent without the names that the configuration leaves out, or nobody knows with which.
	// Complete then leaves them null.
	NamesUnknown bool `tfsdk:"-"`
}

func (c *Common) common() *Common { return c }

// CheckTargets is for a restore that deletes nothing.
func (*Common) CheckTargets(context.Context, lookup.Region, *Findings) {}

// LacksNames reports whether a state lacks names that Complete would fill in today. Most restores have always had them.
func (*Common) LacksNames(context.Context) bool { return false }

// unfinished reports whether no Create or Update has seen the restore's end. finished_at marks it: Read never writes
// that, and Delete gets nothing but the state. A replacement must resume a job that completed while nobody waited, but
// must run a finished restore again.
func (c *Common) unfinished() bool {
	return c.FinishedAt.IsNull() && c.Status.ValueString() != string(client.JobFailed)
}

// accept records an accepted job as the state will keep it.
func (c *Common) accept(accepted job) {
	c.ID, c.JobID = types.StringValue(accepted.id), types.StringValue(accepted.id)
	c.Status = types.StringValue(string(client.JobRunning))
	c.begin(accepted.submittedAt)
}

// keepJob takes the job's attributes from a state.
func (c *Common) keepJob(state *Common) {
	c.ID, c.JobID, c.Status, c.Evidence = state.ID, state.JobID, state.Status, state.Evidence
}

// job is an accepted job, as a state holds it.
type job struct {
	id          string
	submittedAt string // RFC 3339; "" if it is not known
	restoredTo  string // the same

	namesUnknown bool // as in Common
}

// jobOf is the job of a state.
func jobOf(ctx context.Context, state Model) job {
	c := state.common()
	return job{c.JobID.ValueString(), c.SubmittedAt.ValueString(), c.RestoredTo.ValueString(), state.LacksNames(ctx)}
}
