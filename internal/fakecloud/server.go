// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"cmp"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Options configures a cloud. The zero value serves the default world on free loopback ports.
type Options struct {
	World World            // zero = DefaultWorld()
	Now   func() time.Time // nil = time.Now; everything except the Delay of a fault uses it
	// JobDuration is how long a job runs; 0 = 2s.
	JobDuration time.Duration
	// JobVisibleAfter is how long the job lookups do not show a new job: "several seconds" with the real services; 0 =
	// they show it at once.
	JobVisibleAfter time.Duration
	// Listen is "" or "host:0" for free ports. With "host:port", the services use consecutive ports from there, in the
	// order of the fields of Addresses.
	Listen string
}

// Addresses holds the base URLs, "http://127.0.0.1:PORT".
type Addresses struct {
	IAM      string `json:"iam"`
	RDS      string `json:"rds"`
	DDS      string `json:"dds"`
	DWS      string `json:"dws"`
	STS      string `json:"sts"`
	Metadata string `json:"metadata"`
	Admin    string `json:"admin"`
}

// Cloud is a running stand-in. Its methods are safe for concurrent use.
type Cloud struct {
	now                  func() time.Time
	jobDuration          time.Duration
	jobVisibleAfter      time.Duration
	rdsRequestsPerMinute int
	rdsLimitIsShared     bool
	dwsActionIDIsJobID   bool
	dwsTimesWithoutZone  bool
	tokenLife            time.Duration
	zone                 *time.Location
	agencies             []Agency
	identityProviders    []IdentityProvider
	metadataUser         string
	metadataMode         string
	metadataKeyLife      time.Duration
	addresses            Addresses

	servers     []*http.Server
	serving     sync.WaitGroup // the servers' accept loops
	connections sync.WaitGroup // open connections, until their handler is done
	closing     chan struct{}

	lock        sync.Mutex // guards all fields below
	closed      bool
	changed     chan struct{} // closed and replaced at every change
	accounts    []*account
	projects    []Project
	rds         []*rdsInstance
	dds         []*ddsInstance
	clusters    []*dwsCluster
	snapshots   []*dwsSnapshot
	jobs        []*job
	nextChanges []JobChange
	faults      []*Fault
	requests    map[string]map[string]int
	throttles   int
	restores    []Restore
	logins      []Login
	tokens      []*issuedToken
	keys        []*accessKey // of the accounts, and issued ones
	issues      []Issue

	metadataTokens []metadataToken
	metadataKey    *accessKey // the newest

	signatures []string // of the received requests
}

// Start starts a cloud, which serves until Close.
func Start(options Options) (*Cloud, error) {
	world := options.World
	if reflect.ValueOf(world).IsZero() {
		world = DefaultWorld()
	}
	if err := world.validate(); err != nil {
		return nil, fmt.Errorf("invalid world: %w", err)
	}
	c := &Cloud{
		now:                  options.Now,
		jobDuration:          cmp.Or(options.JobDuration, 2*time.Second),
		jobVisibleAfter:      options.JobVisibleAfter,
		rdsRequestsPerMinute: cmp.Or(world.RDSRequestsPerMinute, 60),
		rdsLimitIsShared:     world.RDSLimitIsShared,
		dwsActionIDIsJobID:   world.DWSActionIDIsJobID,
		dwsTimesWithoutZone:  world.DWSTimesWithoutZone,
		tokenLife:            time.Duration(cmp.Or(world.TokenSeconds, 24*3600)) * time.Second,
		zone:                 time.FixedZone("", world.ZoneHours*3600),
		agencies:             slices.Clone(world.Agencies),
		identityProviders:    slices.Clone(world.IdentityProviders),
		metadataUser:         world.MetadataUser,
		metadataMode:         cmp.Or(world.MetadataToken, MetadataTokenOptional),
		metadataKeyLife:      time.Duration(cmp.Or(world.MetadataKeySeconds, 24*3600)) * time.Second,
		closing:              make(chan struct{}),
		changed:              make(chan struct{}),
		requests:             map[string]map[string]int{},
	}
	if c.now == nil {
		c.now = time.Now
	}
	c.build(world, c.now())
	if err := c.listen(cmp.Or(options.Listen, "127.0.0.1:0")); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Cloud) listen(address string) error {
	host, first, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	port, err := strconv.Atoi(first)
	if err != nil {
		return fmt.Errorf("listening on %q: the port must be a number", address)
	}
	var listeners []net.Listener
	for i := range len(services) + 1 {
		next := 0
		if port != 0 {
			next = port + i
		}
		listener, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(next)))
		if err != nil {
			for _, open := range listeners {
				_ = open.Close()
			}
			return fmt.Errorf("listening: %w", err)
		}
		listeners = append(listeners, listener)
	}
	base := func(i int) string { return "http://" + listeners[i].Addr().String() }
	c.addresses = Addresses{
		IAM: base(0), RDS: base(1), DDS: base(2), DWS: base(3), STS: base(4), Metadata: base(5), Admin: base(6),
	}
	for i, service := range services {
		c.serve(listeners[i], http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c.answer(service, w, r)
		}))
	}
	c.serve(listeners[len(services)], c.adminHandler())
	return nil
}

func (c *Cloud) serve(listener net.Listener, handler http.Handler) {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0),
		ConnState: func(connection net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				c.connections.Add(1)
				select {
				case <-c.closing: // accepted while the server was closing, which misses it
					_ = connection.Close()
				default:
				}
			case http.StateClosed:
				c.connections.Done()
			}
		},
	}
	c.servers = append(c.servers, server)
	c.serving.Go(func() { _ = server.Serve(listener) })
}

// Addresses returns the addresses of the services and of the admin functions.
func (c *Cloud) Addresses() Addresses { return c.addresses }

// Close cuts all connections and waits for all goroutines. It may be called again.
func (c *Cloud) Close() error {
	c.lock.Lock()
	again := c.closed
	c.closed = true
	c.lock.Unlock()
	if !again {
		close(c.closing)
	}
	for _, server := range c.servers {
		_ = server.Close() // an error of closing the listener does not matter
	}
	c.serving.Wait()
	c.connections.Wait()
	return nil
}

// bodyLimit is the limit of the gateway, 12 MB (API signing guide, error code APIGW.0201).
const bodyLimit = 12 << 20

// answer handles one request: it counts it, applies its fault if there is one, processes it and replies.
func (c *Cloud) answer(service string, w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	if err != nil {
		newReply(service, nil, gatewayError{
			http.StatusRequestEntityTooLarge, "APIGW.0201", "The request body cannot be read",
		}).send(w)
		return
	}
	matched, path := match(service, r.Method, r.URL.EscapedPath())
	operation := Unknown
	if matched != nil {
		operation = matched.operation
	}
	fault := c.arrive(service, operation)
	if fault != nil && !fault.processes() {
		c.answerFault(service, *fault, reply{}, w, r)
		return
	}
	answer := c.process(service, matched, path, body, r)
	if fault != nil {
		c.answerFault(service, *fault, answer, w, r)
		return
	}
	answer.send(w)
}

// process answers one request under the lock, so that counting and accepting are one step.
func (c *Cloud) process(service string, matched *route, path map[string]string, body []byte, r *http.Request) reply {
	c.lock.Lock()
	defer c.lock.Unlock()
	defer c.wake()
	now := c.now()
	c.settle(now)
	q := &call{Cloud: c, service: service, request: r, body: body, path: path, now: now}
	value, err := q.run(matched)
	return newReply(service, value, err)
}

func (q *call) run(matched *route) (any, error) {
	if matched == nil {
		return nil, gatewayError{http.StatusNotFound, "APIGW.0101",
			"The API does not exist or has not been published in the environment"}
	}
	query, err := url.ParseQuery(q.request.URL.RawQuery)
	if err != nil {
		return nil, badParameter("the query cannot be read")
	}
	q.query = query
	if slices.Contains(ownAuthentication, matched.operation) {
		return matched.answer(q)
	}
	if err := q.authenticate(); err != nil {
		return nil, err
	}
	if err := q.limitRate(matched.operation); err != nil {
		return nil, err
	}
	if err := q.authorise(); err != nil {
		return nil, err
	}
	return matched.answer(q)
}

func (r reply) send(w http.ResponseWriter) {
	for name, values := range r.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(r.body)))
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body) // the client may have left
}
