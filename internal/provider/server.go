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
	return serve(newWithClock(version, client.SystemClock), debugging)
}

// ServeWithClock serves the provider on another clock, to test and to measure it.
func ServeWithClock(version string, clock client.Clock) error {
	return serve(newWithClock(version, clock), false)
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
	if debugging {
		options = append(options, tf6server.WithManagedDebug())
	}
	return tf6server.Serve(Address, func() tfprotov6.ProviderServer { return newServer(p) }, options...)
}

// actionServer is what the framework's server is.
type actionServer = tfprotov6.ProviderServerWithActions

// newServer answers the plugin protocol: the framework does, behind what it has no hook for.
func newServer(p *restoreProvider) tfprotov6.ProviderServer {
	server, ok := providerserver.NewProtocol6(p)().(actionServer)
	if !ok {
		panic("this version of the framework has no actions")
	}
	return &stopAfterActions{actionServer: &noteStates{&validateInvoked{&joinMistakes{server}}, p.states}}
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

// stopAfterActions lets an action that was cancelled say how it ended. The plugin library sends nothing more of an action once the
// provider was told to stop: neither what is true now nor that there was an error, and Terraform then takes the action for done
// (measured with terraform-plugin-go 0.31 and Terraform 1.16: "Apply complete!"). Here, the stop is not answered before those
// that it ends have come to their end. That takes them milliseconds, unless a restore call is on its way: its answer is waited
// for.
type stopAfterActions struct {
	actionServer
	mu      sync.Mutex
	running int
	idle    chan struct{} // closed when none runs any more; nil while nobody waits for that
}

// longestStop bounds how long a stop waits: longer than any call to the cloud may take.
const longestStop = 3 * time.Minute

// InvokeAction counts the action until its last event was taken.
func (s *stopAfterActions) InvokeAction(ctx context.Context, req *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	s.count(1)
	stream, err := s.actionServer.InvokeAction(ctx, req)
	if err != nil {
		s.count(-1)
		return stream, err
	}
	events := stream.Events
	stream.Events = func(push func(tfprotov6.InvokeActionEvent) bool) {
		defer s.count(-1)
		events(push)
	}
	return stream, nil
}

func (s *stopAfterActions) count(change int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running += change; s.running == 0 && s.idle != nil {
		close(s.idle)
		s.idle = nil
	}
}

// ended is closed when no action runs.
func (s *stopAfterActions) ended() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	ended := s.idle
	if ended == nil {
		ended = make(chan struct{})
		if s.running == 0 {
			close(ended)
		} else {
			s.idle = ended
		}
	}
	return ended
}

// StopProvider cancels what is running and waits for the actions among that.
func (s *stopAfterActions) StopProvider(ctx context.Context, req *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	resp, err := s.actionServer.StopProvider(ctx, req)
	limit := time.NewTimer(longestStop)
	defer limit.Stop()
	select {
	case <-s.ended():
	case <-limit.C:
	case <-ctx.Done():
	}
	return resp, err
}
