// SPDX-License-Identifier: MPL-2.0

package login

import (
	"context"
	"maps"
	"net"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// clouds are the domains of the clouds that the provider knows. One that ends with another stands before it.
var clouds = []string{
	"sc.otc.t-systems.com", "otc.t-systems.com", "myhuaweicloud.com", "myhuaweicloud.eu", "myhuaweicloud.cn",
}

// resolveAddresses says where credentials are sent: all of it must be one cloud.
func (r *resolver) resolveAddresses(ctx context.Context) {
	cloud := r.input(r.arguments.Cloud, cloudArgument)
	authURL := r.input(r.arguments.AuthURL, authURLArgument)
	r.config.Cloud = strings.ToLower(r.either(cloud))
	r.config.AuthURL = r.either(authURL)
	r.config.Endpoints = r.endpoints(ctx)
	if r.config.Cloud == "" && r.config.AuthURL == "" {
		r.rejectForeignCloud(cloud, authURL)
	}
	r.warnIfUnencrypted(authURL.at, authURL.name, r.config.AuthURL)
	if !r.diags.HasError() {
		r.inferCloud(cloud, authURL)
	}
}

// rejectForeignCloud reports variables that name a cloud for another login. If the login is in the provider block, it
// may have meant that cloud as well: its secrets must not go to the default one.
func (r *resolver) rejectForeignCloud(cloud, authURL input) {
	for _, family := range families {
		for _, i := range []input{cloud, authURL} {
			mine := r.from != fromBlock && r.hasLogin(family)
			if family != r.family && !mine && i.from(family) != "" {
				r.diags.Append(errorForeign(i, family, r.from, r.family))
				return
			}
		}
	}
}

// addressed is a cloud, and what says so.
type addressed struct{ label, cloud string }

// inferCloud takes the cloud from the configured addresses if no argument names it, and rejects addresses of different
// clouds: a token that one of them issued would be sent to the other.
func (r *resolver) inferCloud(cloud, authURL input) {
	var found []addressed
	note := func(label, cloud string) {
		if cloud != "" {
			found = append(found, addressed{label, cloud})
		}
	}
	note(r.labelOf(cloud), r.config.Cloud)
	note(r.labelOf(authURL), cloudOfAddress(r.config.AuthURL, r.config.Region))
	for _, service := range slices.Sorted(maps.Keys(r.config.Endpoints)) {
		if service != "metadata" { // that of the ECS belongs to no cloud
			note("endpoints."+service, cloudOfAddress(r.config.Endpoints[service], r.config.Region))
		}
	}
	for _, other := range found {
		if !isSameCloud(found[0].cloud, other.cloud) {
			r.diags.Append(errorTwoClouds(cloud.at, found[0], other))
			return
		}
	}
	if len(found) > 0 && r.config.Cloud == "" && found[0].cloud != defaultCloud(r.config.Region) {
		r.config.Cloud = found[0].cloud
	}
}

// labelOf names what has the value that either returns.
func (r *resolver) labelOf(i input) string {
	if i.block != "" {
		return i.label(fromBlock)
	}
	return i.label(r.family)
}

// defaultCloud is the client's choice for most services. The client knows the exceptions.
func defaultCloud(region string) string {
	if strings.HasPrefix(region, "eu-west-1") {
		return "myhuaweicloud.eu"
	}
	return "myhuaweicloud.com"
}

// cloudOfAddress returns the domain behind the region's name, or "" for an address that may be that of a gateway.
func cloudOfAddress(address, region string) string {
	parsed, err := parseAddress(address)
	if err != nil {
		return ""
	}
	host := strings.ToLower(parsed.Hostname())
	for _, cloud := range clouds {
		if host == cloud || strings.HasSuffix(host, "."+cloud) {
			return cloud
		}
	}
	_, cloud, found := strings.Cut(host, "."+region+".")
	if !found || region == "" || net.ParseIP(host) != nil || !isDomain(cloud) {
		return ""
	}
	return cloud
}

// isSameCloud takes one domain inside another for the same cloud. Some regions of the vendor have DWS on another domain
// than the rest.
func isSameCloud(first, second string) bool {
	const most, dws = "myhuaweicloud.com", "myhuaweicloud.cn"
	return first == second || strings.HasSuffix(first, "."+second) || strings.HasSuffix(second, "."+first) ||
		first == most && second == dws || first == dws && second == most
}

// endpoints returns the addresses of services, without those that have the default address.
func (r *resolver) endpoints(ctx context.Context) map[string]string {
	configured := map[string]types.String{}
	if !r.arguments.Endpoints.IsNull() {
		r.diags.Append(r.arguments.Endpoints.ElementsAs(ctx, &configured, false)...)
	}
	endpoints := map[string]string{}
	for service, value := range configured {
		at := path.Root("endpoints")
		address := value.ValueString()
		switch {
		case value.IsNull() || value.IsUnknown():
			continue
		case !isService(service):
			r.diags.Append(errorUnknownService("endpoints", service, endpointServices))
			continue
		case address == "":
			r.diags.Append(errorEmptyEndpoint(at.AtMapKey(service), service))
			continue
		}
		endpoint := argument{name: "endpoints." + service, format: addressFormat}
		if problem := endpoint.check(at.AtMapKey(service), endpoint.name, address); problem != nil {
			r.diags.Append(problem)
		} else if service != "metadata" { // the metadata service of an ECS has no TLS
			r.warnIfUnencrypted(at.AtMapKey(service), endpoint.name, address)
		}
		endpoints[service] = address
	}
	return endpoints
}
