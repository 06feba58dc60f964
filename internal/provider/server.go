// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

// Serve serves the provider as it is released to a CLI, until that has done with it.
func Serve(version string, debug bool) error { return serve(New(version), debug) }

func serve(newProvider func() provider.Provider, debug bool) error {
	var options []tf6server.ServeOpt
	if debug {
		options = append(options, tf6server.WithManagedDebug())
	}
	return tf6server.Serve(Address, func() tfprotov6.ProviderServer {
		return withLastWords(providerserver.NewProtocol6(newProvider())())
	}, options...)
}

// lastWords lets an action that was cancelled say how it ended. The plugin library sends nothing more of an action once the
// provider was told to stop: neither what is true now nor that there was an error, and Terraform then takes the action for done
// (measured with terraform-plugin-go 0.31 and Terraform 1.16: "Apply complete!"). Here, the stop is not answered before those
// that it ends have come to their end, which takes them milliseconds.
type lastWords struct {
	tfprotov6.ProviderServerWithActions
	running sync.WaitGroup
}

// longestLastWords bounds how long a stop waits for that.
const longestLastWords = 5 * time.Second

func withLastWords(server tfprotov6.ProviderServer) tfprotov6.ProviderServer {
	actions, ok := server.(tfprotov6.ProviderServerWithActions)
	if !ok {
		return server
	}
	return &lastWords{ProviderServerWithActions: actions}
}

// InvokeAction counts the action until its last event was taken.
func (s *lastWords) InvokeAction(ctx context.Context, req *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	stream, err := s.ProviderServerWithActions.InvokeAction(ctx, req)
	if err != nil {
		return stream, err
	}
	events := stream.Events
	stream.Events = func(push func(tfprotov6.InvokeActionEvent) bool) {
		s.running.Add(1)
		defer s.running.Done()
		events(push)
	}
	return stream, nil
}

// StopProvider cancels what is running and waits for the actions among that.
func (s *lastWords) StopProvider(ctx context.Context, req *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	resp, err := s.ProviderServerWithActions.StopProvider(ctx, req)
	ended := make(chan struct{})
	go func() {
		s.running.Wait()
		close(ended)
	}()
	limit := time.NewTimer(longestLastWords)
	defer limit.Stop()
	select {
	case <-ended:
	case <-limit.C:
	case <-ctx.Done():
	}
	return resp, err
}
