// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"terraform-provider-x/internal/client"
	"terraform-provider-x/internal/provider/restore"
)

// Serve serves the provider as it is released to a CLI, until that has done with it.
func Serve(version string, debugging bool) error {
	return serve(newWithClock(version, client.SystemClock, restore.RunOf(os.Getppid())), debugging)
}

// ServeWithClock serves the provider on another clock, to test and to measure it.
func ServeWithClock(version string, clock client.Clock) error {
	return serve(newWithClock(version, clock, restore.RunOf(os.Getppid())), false)
}

// reduceOverhead turns off the plugin library's trace logs and raises GOGC, unless the environment says otherwise. The library
// formats a log line for each step, and a CLI that logs nothing throws them away. In a plan of 1,000 finished restores, that
// took a third of the processor time, and collecting the garbage of a few MB a fifth.
func reduceOverhead(environment []string) {
	set := func(prefix string) bool {
		return slices.ContainsFunc(environment, func(variable string) bool { return strings.HasPrefix(variable, prefix) })
	}
	if !set("TF_LOG") {
		for _, name := range []string{"TF_LOG_SDK", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_SDK_PROTO"} {
			_ = os.Setenv(name, "off") // never an error for such a name
		}
	}
	if !set("GOGC=") {
		debug.SetGCPercent(200)
	}
}

func serve(p *restoreProvider, debugging bool) error {
	reduceOverhead(os.Environ())
	var options []tf6server.ServeOpt
	running, gone := &counter{}, make(chan struct{})
	if debugging {
		options = append(options, tf6server.WithManagedDebug())
	} else {
		go awaitGone(p.clock, os.Getppid(), gone)
	}
	served := make(chan error, 1)
	go func() {
		served <- tf6server.Serve(Address, func() tfprotov6.ProviderServer {
			return &countApplies{newServer(p), running}
		}, options...)
	}()
	select {
	case err := <-served:
		return err
	case <-gone:
		// What waits is cancelled by now, for its connection is gone. A restore call that is on its way is answered first, so
		// that the run's file has its job.
		running.await(context.Background())
		return nil
	}
}

// awaitGone closes a channel some time after the CLI that has started this process has ended: one that is killed tells
// nobody, and this process ignores the signals that would end it.
func awaitGone(clock client.Clock, parent int, gone chan<- struct{}) {
	for os.Getppid() == parent {
		if clock.Sleep(context.Background(), time.Second) != nil {
			return // never: nothing cancels it
		}
	}
	close(gone)
}

// countApplies counts what may have a restore call on its way.
type countApplies struct {
	actionServer
	running *counter
}

func (s *countApplies) ApplyResourceChange(
	ctx context.Context,
	req *tfprotov6.ApplyResourceChangeRequest,
) (*tfprotov6.ApplyResourceChangeResponse, error) {
	s.running.count(1)
	defer s.running.count(-1)
	return s.actionServer.ApplyResourceChange(ctx, req)
}

func (s *countApplies) InvokeAction(
	ctx context.Context,
	req *tfprotov6.InvokeActionRequest,
) (*tfprotov6.InvokeActionServerStream, error) {
	return s.running.stream(func() (*tfprotov6.InvokeActionServerStream, error) {
		return s.actionServer.InvokeAction(ctx, req)
	})
}

// actionServer is what the framework's server is.
type actionServer = tfprotov6.ProviderServerWithActions

// newServer answers the plugin protocol: the framework does, behind what it has no hook for.
func newServer(p *restoreProvider) actionServer {
	server, ok := providerserver.NewProtocol6(p)().(actionServer)
	if !ok {
		panic("this version of the framework has no actions")
	}
	finished := restore.NewFinished(p.types)
	return &stopAfterActions{actionServer: &noteStates{
		&validateInvoked{&joinMistakes{&answerFinished{server, finished}}}, p.states,
	}}
}

// answerFinished answers for finished restores what the framework would, without it.
type answerFinished struct {
	actionServer
	finished *restore.Finished
}

func (s *answerFinished) ReadResource(
	ctx context.Context,
	req *tfprotov6.ReadResourceRequest,
) (*tfprotov6.ReadResourceResponse, error) {
	if resp := s.finished.Read(req); resp != nil {
		return resp, nil
	}
	return s.actionServer.ReadResource(ctx, req)
}

func (s *answerFinished) PlanResourceChange(
	ctx context.Context,
	req *tfprotov6.PlanResourceChangeRequest,
) (*tfprotov6.PlanResourceChangeResponse, error) {
	if resp := s.finished.Plan(ctx, req); resp != nil {
		return resp, nil
	}
	return s.actionServer.PlanResourceChange(ctx, req)
}

// noteStates notes each restore that Terraform's state holds: to upgrade a state is the one request that Terraform makes
// for every object that it looks at, also for one that it replaces, forgets or does not refresh (measured with Terraform
// 1.11.4, 1.16.0 and OpenTofu 1.12.6). To the framework, it is a request without a provider.
type noteStates struct {
	actionServer
	states *restore.States
}

func (s *noteStates) UpgradeResourceState(
	ctx context.Context,
	req *tfprotov6.UpgradeResourceStateRequest,
) (*tfprotov6.UpgradeResourceStateResponse, error) {
	resp, err := s.actionServer.UpgradeResourceState(ctx, req)
	if err == nil && len(resp.Diagnostics) == 0 {
		resp.Diagnostics = protocolDiagnostics(s.states.Note(ctx, req.TypeName, resp.UpgradedState, false))
	}
	return resp, err
}

func (s *noteStates) MoveResourceState(
	ctx context.Context,
	req *tfprotov6.MoveResourceStateRequest,
) (*tfprotov6.MoveResourceStateResponse, error) {
	resp, err := s.actionServer.MoveResourceState(ctx, req)
	if err == nil && len(resp.Diagnostics) == 0 {
		resp.Diagnostics = protocolDiagnostics(s.states.Note(ctx, req.TargetTypeName, resp.TargetState, true))
	}
	return resp, err
}

func protocolDiagnostics(diags diag.Diagnostics) []*tfprotov6.Diagnostic {
	var all []*tfprotov6.Diagnostic
	for _, d := range diags {
		severity := tfprotov6.DiagnosticSeverityWarning
		if d.Severity() == diag.SeverityError {
			severity = tfprotov6.DiagnosticSeverityError
		}
		all = append(all, &tfprotov6.Diagnostic{Severity: severity, Summary: d.Summary(), Detail: d.Detail()})
	}
	return all
}

// stopAfterActions lets an action that was cancelled say how it ended. The plugin library sends nothing more of an action
// once the provider was told to stop: neither what is true now nor that there was an error, and Terraform then takes the
// action for done (measured with terraform-plugin-go 0.31 and Terraform 1.16: "Apply complete!"). Here, the stop is not
// answered before those that it ends have come to their end. That takes them milliseconds, unless a restore call is on its
// way: its answer is waited for.
type stopAfterActions struct {
	actionServer
	running counter
}

// InvokeAction counts the action until its last event was taken.
func (s *stopAfterActions) InvokeAction(
	ctx context.Context,
	req *tfprotov6.InvokeActionRequest,
) (*tfprotov6.InvokeActionServerStream, error) {
	return s.running.stream(func() (*tfprotov6.InvokeActionServerStream, error) {
		return s.actionServer.InvokeAction(ctx, req)
	})
}

// StopProvider cancels what is running and waits for the actions among that.
func (s *stopAfterActions) StopProvider(
	ctx context.Context,
	req *tfprotov6.StopProviderRequest,
) (*tfprotov6.StopProviderResponse, error) {
	resp, err := s.actionServer.StopProvider(ctx, req)
	s.running.await(ctx)
	return resp, err
}

// counter counts what is running, and waits until nothing is.
type counter struct {
	mutex   sync.Mutex
	running int
	idle    chan struct{} // closed when nothing runs any more; nil while nobody waits for that
}

// longestAwait bounds how long await waits: longer than any call to the cloud may take.
const longestAwait = 3 * time.Minute

func (c *counter) count(change int) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.running += change; c.running == 0 && c.idle != nil {
		close(c.idle)
		c.idle = nil
	}
}

// stream counts an action until its last event was taken.
func (c *counter) stream(
	invoke func() (*tfprotov6.InvokeActionServerStream, error),
) (*tfprotov6.InvokeActionServerStream, error) {
	c.count(1)
	stream, err := invoke()
	if err != nil {
		c.count(-1)
		return stream, err
	}
	events := stream.Events
	stream.Events = func(push func(tfprotov6.InvokeActionEvent) bool) {
		defer c.count(-1)
		events(push)
	}
	return stream, nil
}

// ended is closed when nothing runs.
func (c *counter) ended() <-chan struct{} {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	ended := c.idle
	if ended == nil {
		ended = make(chan struct{})
		if c.running == 0 {
			close(ended)
		} else {
			c.idle = ended
		}
	}
	return ended
}

// await returns once nothing runs, or when it has waited long enough.
func (c *counter) await(ctx context.Context) {
	limit := time.NewTimer(longestAwait)
	defer limit.Stop()
	select {
	case <-c.ended():
	case <-limit.C:
	case <-ctx.Done():
	}
}
