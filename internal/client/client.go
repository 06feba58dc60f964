// SPDX-License-Identifier: MPL-2.0

// Package client speaks to the cloud: it signs and sends the calls of RDS, DDS, DWS and IAM that a
// restore needs, tells apart what was refused, what was accepted and what may have been, and waits
// for jobs. It knows nothing of Terraform.
//
// A restore cannot be taken back and carries no idempotency key, so the three restore calls are a
// class of their own: see submit.
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

	"terraform-provider-x/internal/client/ratelimit"
)

// Config says whom to speak to and as whom.
type Config struct {
	Region    string // required
	ProjectID string // of Region; "" looks it up in IAM, once, when it is first needed
	// ProjectName is that of the project in Region, where ProjectID is not known; "" is the region's name.
	ProjectName string

	AccessKey     string
	SecretKey     string
	SecurityToken string // of a temporary access key
	AuthToken     string // an IAM token; wins over the keys

	// An ID token gets temporary keys from IAM; it wins over a key that is given. nil is none.
	Federation *Federation
	// A password gets tokens from IAM, where there is neither a token nor a key. An id wins over the name.
	UserName, UserID     string
	Password             string
	Passcode             string // of the second factor, good for one login; it needs the user's id
	DomainName, DomainID string // of the user; a user's name is nothing without one
	// Metadata is whether the metadata service of the ECS that this runs on is asked for a key, where there is nothing else.
	Metadata bool
	// Roles are assumed one after the other, the first by what is configured above.
	Roles []Role

	Cloud     string            // the domain behind the region's name; "" is myhuaweicloud.eu for eu-west-1xx, else myhuaweicloud.com
	AuthURL   string            // IAM, with or without /v3 at the end
	Endpoints map[string]string // of iam, sts, rds, dds, dws, and metadata (the ECS's); with or without scheme (https) and trailing slash
	Insecure  bool              // the servers' certificates are not verified

	RootCAs     *x509.CertPool   // who may vouch for the servers; nil is whom the system trusts
	Certificate *tls.Certificate // shown to servers that ask for one; nil is none

	MaxRetries        int            // of one HTTP call, after its first attempt; a throttled one is no failure, but 0 is none at all
	RequestsPerMinute map[string]int // to rds, dds or dws, in all regions; DefaultRequestsPerMinute counts where there is none
	UserAgent         string

	Clock Clock // nil is SystemClock
	// Log is told of every attempt, also of several at once; nil is silence. It is never given a secret,
	// a header or a whole body.
	Log func(ctx context.Context, message string, fields map[string]any)
}

// Client makes the calls of one region. It is safe for concurrent use.
type Client struct {
	*shared
	region  string
	project projectLookup
	login   *login

	pollers    map[string]*poller    // of the services that restore
	jobListers map[string]*jobLister // of RDS and DDS; DWS lists no jobs
}

// shared is what the clients of all regions have in common.
type shared struct {
	config         Config
	clock          Clock
	secrets        *secrets
	endpoints      map[string]string
	http           httpClients
	attemptTimeout time.Duration
	replyLimit     int64
	limiters       map[string]*ratelimit.Limiter // of the services

	mutex   sync.Mutex
	regions map[string]*Client
}

// New checks the configuration and returns the client of its region. It calls nothing.
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
			return nil, fmt.Errorf("%d requests a minute to %q: at least %d are needed, to %s", perMinute, service, FewestRequestsPerMinute, strings.Join(databases, ", "))
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
	s := &shared{
		config:         config,
		clock:          clock,
		secrets:        newSecrets(config.secrets()...),
		endpoints:      endpoints,
		http:           newHTTPClients(config),
		attemptTimeout: attemptTimeout,
		replyLimit:     replyLimit,
		limiters:       config.newLimiters(clock),
		regions:        map[string]*Client{},
	}
	c := &Client{shared: s, region: config.Region}
	c.project.id, c.project.name = config.ProjectID, cmp.Or(config.ProjectName, config.Region)
	c.login = c.newLogin()
	c.pollers, c.jobListers = c.newPollers(), c.newJobListers()
	s.regions[config.Region] = c
	return c, nil
}

// ForRegion returns the client of another region, which shares credentials, limits and connections
// with this one; the same *Client for the same region, and c itself for "". A configured endpoint
// of RDS, DDS or DWS belongs to the configured region, so another region is then an error.
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
