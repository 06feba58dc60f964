// SPDX-License-Identifier: MPL-2.0

package client

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The services, by the names that their hosts begin with.
const (
	serviceIAM = "iam"
	serviceRDS = "rds"
	serviceDDS = "dds"
	serviceDWS = "dws"
	serviceSTS = "sts"
	// serviceMetadata is not a service of a region: it belongs to the ECS that this may run on.
	serviceMetadata = "metadata"
)

var services = []string{serviceDDS, serviceDWS, serviceIAM, serviceMetadata, serviceRDS, serviceSTS}

// databases are the services that restore. Each belongs to a region, and its calls are made in a project.
var databases = []string{serviceRDS, serviceDDS, serviceDWS}

// metadataEndpoint is the same on each ECS (ECS User Guide, "Obtaining Metadata"), and link-local: there is no TLS.
const metadataEndpoint = "http://169.254.169.254"

// serviceName is the service as people write it.
func serviceName(service string) string {
	if service == serviceMetadata {
		return "ECS metadata"
	}
	return strings.ToUpper(service)
}

// configuredEndpoints returns the endpoints that do not follow the naming rule, without a trailing slash. For IAM, the
// endpoint wins over the authentication URL.
func configuredEndpoints(config Config) (map[string]string, error) {
	endpoints := map[string]string{}
	if config.AuthURL != "" {
		endpoint, err := parseEndpoint(config.AuthURL)
		if err != nil {
			return nil, fmt.Errorf("the authentication URL: %w", err)
		}
		endpoints[serviceIAM] = endpoint
	}
	for service, value := range config.Endpoints {
		if !slices.Contains(services, service) {
			return nil, fmt.Errorf("an endpoint is configured for %q; the services are %s",
				service, strings.Join(services, ", "))
		}
		if value == "" {
			continue
		}
		endpoint, err := parseEndpoint(value)
		if err != nil {
			return nil, fmt.Errorf("the %s endpoint: %w", strings.ToUpper(service), err)
		}
		endpoints[service] = endpoint
	}
	if iam, ok := endpoints[serviceIAM]; ok {
		endpoints[serviceIAM] = strings.TrimSuffix(iam, "/v3")
	}
	return endpoints, nil
}

func parseEndpoint(value string) (string, error) {
	text := value
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	text = strings.TrimRight(text, "/")
	parsed, err := url.Parse(text)
	switch {
	case err != nil || parsed.Host == "" || parsed.Scheme != "https" && parsed.Scheme != "http":
		return "", fmt.Errorf("it is not the address of a service, such as https://rds.eu-west-101.myhuaweicloud.eu")
	case !validPort(parsed.Port()):
		return "", fmt.Errorf("its port is none from 1 to 65535")
	case parsed.User != nil:
		return "", fmt.Errorf("it holds a user name or password; credentials are configured apart")
	case parsed.RawQuery != "" || parsed.Fragment != "":
		return "", fmt.Errorf("%s: it holds a query or a fragment", text)
	}
	return text, nil
}

// validPort takes "" for the usual one.
func validPort(port string) bool {
	number, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && number > 0
}

// endpoint is the configured one, or follows the rule https://SERVICE.REGION.CLOUD. The lists of regions in the
// documentation age, so the client checks no region against them.
func (c *Client) endpoint(service string) string {
	if endpoint, ok := c.endpoints[service]; ok {
		return endpoint
	}
	if service == serviceMetadata {
		return metadataEndpoint
	}
	cloud := cloudOf(c.config.Cloud, service, c.region)
	if service == serviceIAM && cloud == swissCloud {
		service = "iam-pub"
	}
	return "https://" + service + "." + c.region + "." + cloud
}

// otcCloud is the domain of Open Telekom Cloud (its Regions and Endpoints page).
const otcCloud = "otc.t-systems.com"

// swissCloud is the domain of its Swiss cloud, whose Regions and Endpoints page has RDS, and neither DDS nor DWS. Its
// RDS documents no table restore for PostgreSQL.
const swissCloud = "sc." + otcCloud

// Offers returns a *NotOfferedError if the cloud documents no restore by a service. A configured address says that
// somebody knows better.
func (c *Client) Offers(service string) error {
	_, configured := c.endpoints[service]
	if configured || cloudOf(c.config.Cloud, service, c.region) != swissCloud {
		return nil
	}
	return &NotOfferedError{Service: service}
}

// checkOffered is Offers for a call: RDS itself is there.
func (c *Client) checkOffered(call call) error {
	if !slices.Contains(databases, call.service) || call.service == serviceRDS && !call.notInOTC {
		return nil
	}
	return c.Offers(call.service)
}

// dwsOnCN are the regions in which only DWS is on myhuaweicloud.cn. The vendor's SDKs say so (services/dws/v2/region),
// but the vendor's own provider has no such exception. If that is right, a user configures the endpoint.
var dwsOnCN = []string{"ap-southeast-4", "cn-east-4", "cn-north-12", "cn-south-4", "tr-west-1"}

// cloudOf returns the domain behind the region's name. The eu-west-1xx regions are a cloud of their own. For Open
// Telekom Cloud, the user configures the domain.
func cloudOf(configured, service, region string) string {
	switch {
	case configured != "":
		return strings.Trim(configured, "./")
	case service == serviceDWS && slices.Contains(dwsOnCN, region):
		return "myhuaweicloud.cn"
	case strings.HasPrefix(region, "eu-west-1"):
		return "myhuaweicloud.eu"
	default:
		return "myhuaweicloud.com"
	}
}

// onOpenTelekomCloud goes by the service's address. A configured address may be a gateway's, so the configured domain
// counts as well.
func (c *Client) onOpenTelekomCloud(service string) bool {
	address, _ := url.Parse(c.endpoint(service)) // parsed before
	for _, domain := range []string{address.Hostname(), cloudOf(c.config.Cloud, service, c.region)} {
		if domain == otcCloud || strings.HasSuffix(domain, "."+otcCloud) {
			return true
		}
	}
	return false
}

var hostLabel = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$`)

func validHostLabel(text string) bool { return hostLabel.MatchString(text) }

var identifier = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// checkID rejects a text that cannot be an id, before it becomes part of a path: an empty id, or one with a slash,
// would address something else.
func checkID(what, id string) error {
	if !identifier.MatchString(id) {
		return fmt.Errorf("%q is not the id of a %s", id, what)
	}
	return nil
}
