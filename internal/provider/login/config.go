// SPDX-License-Identifier: MPL-2.0

// Package login turns the provider block, the environment and a profile of the vendor's command line (KooCLI) into the
// client's configuration: where the provider works, how it logs in and how it connects. It also has the schema of the
// provider block. It makes no calls: internal/client logs in.
package login

import (
	"context"
	"slices"

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

	from   source   // of the login; fromNowhere is that of the ECS
	family source   // of the variables that belong to the login
	logins []source // the families that have a login, or a part of one

	config client.Config
	diags  diag.Diagnostics
}

// resolve fills in the configuration. Which login it is decides whose variables count. Credentials come before roles,
// because a role depends on the authentication method.
func (r *resolver) resolve(ctx context.Context) {
	method := r.selectMethod()
	r.config.Region = r.region()
	r.config.ProjectID, r.config.ProjectName = r.project()
	if method != nil {
		method.configure(r.from)
	} else {
		r.config.Metadata = true
	}
	r.resolveRoles()
	if r.config.Region == "" { // a profile may have set it
		r.diags.Append(errorNoRegion(r.input(r.arguments.Region, regionArgument), r.from))
	}
	r.resolveAddresses(ctx)
	r.config.Insecure = r.insecure()
	r.config.RootCAs = r.rootCAs()
	r.config.Certificate = r.certificate()
	r.config.MaxRetries = r.maxRetries()
	r.config.RequestsPerMinute = r.requestsPerMinute(ctx)
}

func (r *resolver) input(block types.String, argument argument) input {
	return input{argument, path.Root(argument.name), block.ValueString(), r.env}
}

// inputAt returns an argument of the block at a path.
func (r *resolver) inputAt(at path.Path, block types.String, argument argument) input {
	return input{argument, at.AtName(argument.name), block.ValueString(), r.env}
}

// region is where the account works, but names no account. So a login in the provider block takes it from any variable.
func (r *resolver) region() string {
	in := r.input(r.arguments.Region, regionArgument)
	if r.from == fromBlock {
		value, _ := r.any(in)
		return value
	}
	return r.either(in)
}

func (r *resolver) project() (id, name string) {
	idInput := r.input(r.arguments.ProjectID, projectIDArgument)
	nameInput := r.input(r.arguments.ProjectName, projectNameArgument)
	id, name = r.idOrName(fromBlock, idInput, nameInput)
	if id == "" && name == "" {
		id, name = r.idOrName(r.family, idInput, nameInput)
	}
	if id == "" && name == "" {
		r.rejectForeign(idInput, nameInput)
	}
	return id, name
}

// idOrName returns either the id or the name of a project, user or domain in a source. In the environment, the id wins.
func (r *resolver) idOrName(from source, idInput, nameInput input) (id, name string) {
	id, name = r.value(idInput, from), r.value(nameInput, from)
	switch {
	case id != "" && name != "" && from == fromBlock:
		r.diags.Append(errorBothSet(idInput.name, nameInput.name))
	case id != "":
		name = ""
	}
	return id, name
}

// rejectForeign reports a variable that belongs to no login, because the login comes from elsewhere. The provider
// cannot know whether it was meant for this login, and to ignore it might restore as somebody else, or elsewhere.
func (r *resolver) rejectForeign(inputs ...input) {
	for _, family := range families {
		for _, i := range inputs {
			if family != r.family && !r.hasLogin(family) && i.from(family) != "" {
				r.diags.Append(errorForeign(i, family, r.from, r.family))
				return
			}
		}
	}
}

// requestsPerMinute returns the limits of the services, without those that the client's default applies to.
func (r *resolver) requestsPerMinute(ctx context.Context) map[string]int {
	configured := map[string]types.Number{}
	if !r.arguments.RequestsPerMinute.IsNull() {
		r.diags.Append(r.arguments.RequestsPerMinute.ElementsAs(ctx, &configured, false)...)
	}
	limits := map[string]int{}
	for service, number := range configured {
		if number.IsNull() || number.IsUnknown() {
			continue
		}
		limit, ok := whole(number.ValueBigFloat())
		_, known := client.DefaultRequestsPerMinute[service]
		switch {
		case !known:
			r.diags.Append(errorUnknownService("requests_per_minute", service, []string{"dds", "dws", "rds"}))
		case !ok || limit < client.FewestRequestsPerMinute || limit > maxRequestsPerMinute:
			r.diags.Append(errorRequestsPerMinute(service))
		default:
			limits[service] = int(limit)
		}
	}
	return limits
}

func (r *resolver) maxRetries() int {
	block := r.arguments.MaxRetries
	number, found := r.wholeNumber(r.input(types.StringNull(), maxRetriesArgument), block, 0, maxRetriesLimit)
	if !found {
		return defaultMaxRetries
	}
	return int(number)
}

// isService reports whether endpoints may have an entry for a service.
func isService(service string) bool { return slices.Contains(endpointServices, service) }
