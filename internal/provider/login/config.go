// SPDX-License-Identifier: MPL-2.0

// Package login turns the provider block, the environment and a profile of the vendor's command line (KooCLI) into the
// client's configuration: where the provider works, how it logs in and how it connects. It also has the schema of the
// provider block. It makes no calls: internal/client logs in.
package login

import (
	"context"
	"slices"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-x/internal/client"
)

const (
	// defaultMaxRetries is the default of the vendor's own provider.
	defaultMaxRetries = 5
	maxRetriesLimit   = 100

	maxRequestsPerMinute = 60_000
)

// endpointServices are the keys of the argument endpoints.
var endpointServices = []string{"dds", "dws", "iam", "metadata", "rds", "sts"}

// ClientConfig returns the client's configuration from the provider block, the environment and the defaults. An
// argument wins over its environment variables. It makes no calls, and reads only env and the files that the arguments
// name.
//
// The diagnostics have a warning for each unsafe connection, and an error for each argument that is missing, invalid or
// in conflict with another. If they have an error, the configuration is incomplete: do not use it. Clock, Log and
// UserAgent are left to the caller.
func (a Arguments) ClientConfig(ctx context.Context, env lookupEnv) (client.Config, diag.Diagnostics) {
	r := resolver{arguments: a, env: env}
	r.resolve(ctx)
	return r.config, r.diags
}

// resolver builds a client's configuration. Its methods read arguments and env, and report problems in diags.
type resolver struct {
	arguments Arguments
	env       lookupEnv
	config    client.Config
	diags     diag.Diagnostics
}

// resolve fills in the configuration. Credentials come before roles, because a role depends on the authentication
// method.
func (r *resolver) resolve(ctx context.Context) {
	a := r.arguments
	r.config.Region = r.text(a.Region, regionArgument)
	r.config.Cloud = r.text(a.Cloud, cloudArgument)
	r.config.AuthURL = r.text(a.AuthURL, authURLArgument)
	r.config.ProjectID, r.config.ProjectName = r.idOrName(
		r.input(a.ProjectID, projectIDArgument), r.input(a.ProjectName, projectNameArgument))
	r.resolveCredentials()
	r.resolveRoles()
	if r.config.Region == "" { // a profile may have set it
		r.diags.Append(errorNoRegion())
	}
	r.config.Endpoints = r.endpoints(ctx)
	r.warnIfUnencrypted(path.Root("auth_url"), r.config.AuthURL)
	r.config.Insecure = r.insecure()
	r.config.RootCAs = r.rootCAs()
	r.config.Certificate = r.certificate()
	r.config.MaxRetries = r.maxRetries()
	r.config.RequestsPerMinute = r.requestsPerMinute(ctx)
}

func (r *resolver) input(block types.String, argument argument) input {
	return argument.input(block, r.env)
}

func (r *resolver) text(block types.String, argument argument) string {
	return r.input(block, argument).value()
}

// idOrName returns either the id or the name of a project, user or domain. The block wins over the environment, and
// there the vendor's own variables (HW_*) win over those of other tools (OS_*). Within each, the id wins.
func (r *resolver) idOrName(idInput, nameInput input) (id, name string) {
	if idInput.block != "" && nameInput.block != "" {
		r.diags.Append(errorBothSet(idInput.name, nameInput.name))
	}
	if idInput.block != "" || nameInput.block != "" {
		return idInput.block, nameInput.block
	}
	for _, prefix := range []string{"HW_", "OS_"} {
		if id = idInput.withPrefix(prefix).fromEnvironment(r.env); id != "" {
			return id, ""
		}
		if name = nameInput.withPrefix(prefix).fromEnvironment(r.env); name != "" {
			return "", name
		}
	}
	return "", ""
}

// endpoints returns the addresses of services, without those that have the default address.
func (r *resolver) endpoints(ctx context.Context) map[string]string {
	endpoints := map[string]string{}
	if r.arguments.Endpoints.IsNull() {
		return endpoints
	}
	r.diags.Append(r.arguments.Endpoints.ElementsAs(ctx, &endpoints, false)...)
	for service, address := range endpoints {
		at := path.Root("endpoints").AtMapKey(service)
		switch {
		case !slices.Contains(endpointServices, service):
			r.diags.Append(errorUnknownService(at, service))
		case address == "":
			r.diags.Append(errorEmptyEndpoint(at, service))
		case service != "metadata": // the metadata service of an ECS has no TLS
			r.warnIfUnencrypted(at, address)
		}
	}
	return endpoints
}

// requestsPerMinute returns the limits of the services, without those that the client's default applies to.
func (r *resolver) requestsPerMinute(ctx context.Context) map[string]int {
	configured := map[string]int64{}
	if !r.arguments.RequestsPerMinute.IsNull() {
		r.diags.Append(r.arguments.RequestsPerMinute.ElementsAs(ctx, &configured, false)...)
	}
	limits := map[string]int{}
	for service, limit := range configured {
		_, known := client.DefaultRequestsPerMinute[service]
		if !known || limit < client.FewestRequestsPerMinute || limit > maxRequestsPerMinute {
			r.diags.Append(errorRequestsPerMinute(service, limit))
		}
		limits[service] = int(limit)
	}
	return limits
}

func (r *resolver) maxRetries() int {
	retries := int64(defaultMaxRetries)
	if !r.arguments.MaxRetries.IsNull() {
		retries = r.arguments.MaxRetries.ValueInt64()
	} else if text := maxRetriesArgument.fromEnvironment(r.env); text != "" {
		var err error
		if retries, err = strconv.ParseInt(text, 10, 32); err != nil {
			retries = -1
		}
	}
	if retries < 0 || retries > maxRetriesLimit {
		r.diags.Append(errorMaxRetries())
	}
	return int(retries)
}
