// SPDX-License-Identifier: MPL-2.0

// Package client makes the calls of RDS, DDS, DWS and IAM that a restore needs. Here live the logins, the transport
// with its retries and rate limits, the calls themselves, one file a service, and the wait for a job.
//
// What does not live here: nothing in this package knows of Terraform, decides whether to restore, or remembers a
// restore.
//
// Nobody can undo a restore, and its call carries no idempotency key. So the three restore calls are a class of their
// own: the client never sends one again once the service may have accepted it, and says so with an *AmbiguousError. See
// submit.
package client

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Config says which services the client calls, and as whom.
type Config struct {
	Region    string // required
	ProjectID string // of Region; if "", the client looks it up in IAM once, when it first needs it
	// ProjectName names the project in Region if ProjectID is empty; "" is the region's name.
	ProjectName string

	AccessKey     string
	SecretKey     string
	SecurityToken string // of a temporary access key
	AuthToken     string // an IAM token; it wins over the keys

	// Federation gets temporary keys from IAM for an ID token. It wins over a configured key; nil is none.
	Federation *Federation
	// A password gets tokens from IAM if there is neither a token nor a key. An id wins over the name.
	UserName, UserID     string
	Password             string
	Passcode             string // of the second factor, good for one login; it needs UserID
	DomainName, DomainID string // of the user; UserName needs one of them
	// Metadata asks the metadata service of the ECS that this runs on for a key, if nothing else is configured.
	Metadata bool
	// Roles are assumed one after the other, the first with the credentials above.
	Roles []Role

	Cloud     string            // the domain behind the region's name; see cloudOf for ""
	AuthURL   string            // IAM, with or without /v3 at the end
	Endpoints map[string]string // by service; with or without scheme (https) and trailing slash
	Insecure  bool              // do not verify the servers' certificates

	RootCAs     *x509.CertPool   // the authorities to trust; nil is those of the system
	Certificate *tls.Certificate // the client's own, for servers that ask for one; nil is none

	// MaxRetries of one call, after its first attempt. Throttled attempts do not count, but 0 retries nothing.
	MaxRetries        int
	RequestsPerMinute map[string]int // of each API of rds, dds or dws, in all regions; see DefaultRequestsPerMinute
	UserAgent         string

	Clock Clock // nil is SystemClock
	// Log hears of every attempt, perhaps of several at once; nil is silence. It never gets a secret, a header or a whole
	// body.
	Log func(ctx context.Context, message string, fields map[string]any)
}

// Client makes the calls in one region. It is safe for concurrent use.
type Client struct {
	*shared
	region  string
	project projectLookup
	login   *login

	pollers    map[string]*poller    // of the services that restore
	jobListers map[string]*jobLister // of RDS and DDS; DWS lists no jobs
	tables     *tableLister          // of RDS
}

// shared is what the clients of all regions have in common.
type shared struct {
	config         Config
	clock          Clock
	secrets        *secrets
	endpoints      map[string]string
	http           httpClients
	proxies        *proxies
	attemptTimeout time.Duration
	replyLimit     int64
	quotas         map[string]*quota // of the services

	mutex   sync.Mutex
	regions map[string]*Client
}

// New checks the configuration and returns the client of its region. It sends nothing.
func New(config Config) (*Client, error) {
	if config.Region == "" {
		return nil, fmt.Errorf("no region is configured")
	}
	if !validHostLabel(config.Region) {
		return nil, fmt.Errorf("%q is not the name of a region, such as eu-west-101", config.Region)
	}
	if config.ProjectID != "" {
		if err := checkID("project", config.ProjectID); err != nil {
			return nil, err
		}
	}
	if config.MaxRetries < 0 {
		return nil, fmt.Errorf("the number of retries is negative: %d", config.MaxRetries)
	}
	for service, perMinute := range config.RequestsPerMinute {
		if perMinute < FewestRequestsPerMinute || !slices.Contains(databases, service) {
			return nil, fmt.Errorf("%d requests a minute to %q: at least %d are needed, to %s",
				perMinute, service, FewestRequestsPerMinute, strings.Join(databases, ", "))
		}
	}
	if err := config.checkCredentials(); err != nil {
		return nil, err
	}
	endpoints, err := configuredEndpoints(config)
	if err != nil {
		return nil, err
	}
	clock := config.Clock
	if clock == nil {
		clock = SystemClock
	}
	hidden := newSecrets(config.secrets()...)
	proxies, err := newProxies(hidden)
	if err != nil {
		return nil, err
	}
	s := &shared{
		config:         config,
		clock:          clock,
		secrets:        hidden,
		endpoints:      endpoints,
		http:           newHTTPClients(config, proxies),
		proxies:        proxies,
		attemptTimeout: attemptTimeout,
		replyLimit:     replyLimit,
		quotas:         config.newQuotas(clock),
		regions:        map[string]*Client{},
	}
	c := &Client{shared: s, region: config.Region}
	c.project.id, c.project.name = config.ProjectID, cmp.Or(config.ProjectName, config.Region)
	c.login = c.newLogin()
	c.pollers, c.jobListers, c.tables = c.newPollers(), c.newJobListers(), c.newTableLister()
	s.regions[config.Region] = c
	return c, nil
}

// ForRegion returns the client of another region, which shares credentials, limits and connections with this one. It
// returns the same *Client for the same region, and c itself for "". A configured endpoint of RDS, DDS or DWS belongs
// to the configured region, so another region is then an error.
func (c *Client) ForRegion(region string) (*Client, error) {
	if region == "" || region == c.region {
		return c, nil
	}
	if !validHostLabel(region) {
		return nil, fmt.Errorf("%q is not the name of a region, such as eu-west-101", region)
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if sibling, ok := c.regions[region]; ok {
		return sibling, nil
	}
	for _, service := range databases {
		if endpoint, ok := c.endpoints[service]; ok {
			return nil, fmt.Errorf("region %s cannot be used: the %s endpoint %s is configured for region %s",
				region, strings.ToUpper(service), endpoint, c.config.Region)
		}
	}
	sibling := &Client{shared: c.shared, region: region}
	sibling.project.name = region // the configured project is of the configured region
	sibling.login = c.login
	sibling.pollers, sibling.jobListers = sibling.newPollers(), sibling.newJobListers()
	sibling.tables = sibling.newTableLister()
	if c.config.tokenPerProject() {
		sibling.login = sibling.newPasswordLogin(c.login.guard)
	}
	c.regions[region] = sibling
	return sibling, nil
}

// Region is the region whose services c calls.
func (c *Client) Region() string { return c.region }

func (s *shared) log(ctx context.Context, message string, fields map[string]any) {
	if s.config.Log != nil {
		s.config.Log(ctx, message, fields)
	}
}
