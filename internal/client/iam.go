// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// projectLookup holds the project of a region, and the query for it that is under way.
type projectLookup struct {
	name   string // what IAM calls it
	mutex  sync.Mutex
	id     string
	flight *projectFlight
}

type projectFlight struct {
	done chan struct{} // closed when id and err are set
	id   string
	err  error
}

// ProjectID returns the id of the region's project: the configured one, or the one that IAM has under
// the configured name or else the region's. The error is a *ProjectError when there is not exactly one. Callers at the same time share one query, and its failure: a wrong access key is
// locked after a few failures in a row. A failure is not remembered for later callers.
func (c *Client) ProjectID(ctx context.Context) (string, error) {
	for {
		c.project.mutex.Lock()
		if id := c.project.id; id != "" {
			c.project.mutex.Unlock()
			return id, nil
		}
		flight := c.project.flight
		if flight == nil {
			flight = &projectFlight{done: make(chan struct{})}
			c.project.flight = flight
			c.project.mutex.Unlock()
			return c.flyProject(ctx, flight)
		}
		c.project.mutex.Unlock()
		select {
		case <-ctx.Done():
			return "", context.Cause(ctx)
		case <-flight.done:
		}
		if !errors.Is(flight.err, errFlightCancelled) {
			return flight.id, flight.err
		}
	}
}

// errFlightCancelled tells those who waited for a query that it ended with its caller's context, which
// says nothing about theirs.
var errFlightCancelled = errors.New("the query was cancelled by who made it")

func (c *Client) flyProject(ctx context.Context, flight *projectFlight) (string, error) {
	id, err := c.findProject(ctx)
	flight.id, flight.err = id, err
	if ctx.Err() != nil && err != nil {
		flight.err = errFlightCancelled
	}
	c.project.mutex.Lock()
	c.project.id, c.project.flight = id, nil
	c.project.mutex.Unlock()
	close(flight.done)
	return id, err
}

// projectKnown is the project's id, or "" while it is to be looked up.
func (c *Client) projectKnown() string {
	c.project.mutex.Lock()
	defer c.project.mutex.Unlock()
	return c.project.id
}

// findProject asks IAM. Names are compared exactly: sub-projects are called REGION_NAME.
func (c *Client) findProject(ctx context.Context) (string, error) {
	name := c.project.name
	if credential, err := c.login.current(ctx, c.clock); err != nil || credential.projectID != "" {
		// A password's token is one of this project, and says which that is.
		if err != nil {
			return "", err
		}
		return credential.projectID, nil
	}
	listed, err := c.queryProjects(ctx, url.Values{"name": {name}})
	if err != nil {
		return "", err
	}
	var found []project
	for _, p := range listed {
		if p.Name == name && p.ID != "" {
			found = append(found, p)
		}
	}
	switch len(found) {
	case 1:
		if err := checkID("project", found[0].ID); err != nil {
			return "", fmt.Errorf("IAM query projects: %w", c.struck(err))
		}
		return found[0].ID, nil
	case 0:
		// For the message only: what there is instead.
		if all, err := c.queryProjects(ctx, nil); err == nil {
			listed = all
		}
	}
	e := &ProjectError{Name: name, Found: len(found)}
	for _, p := range listed {
		e.Listed = append(e.Listed, c.line([]byte(p.Name+" ("+p.ID+")"), excerptLimit))
	}
	return "", e
}

type project struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// queryProjects lists the projects that the credentials may use (IAM API Reference, "Querying Project Information").
func (c *Client) queryProjects(ctx context.Context, query url.Values) ([]project, error) {
	var reply struct {
		Projects []project `json:"projects"`
	}
	err := c.do(ctx, call{
		service:   serviceIAM,
		operation: "query projects",
		method:    http.MethodGet,
		path:      "/v3/projects",
		query:     query,
	}, &reply)
	return reply.Projects, err
}

// ProjectError says that a name is not that of exactly one project.
type ProjectError struct {
	Name   string
	Found  int      // how many have the name
	Listed []string // "NAME (ID)" of those that IAM lists; where none has the name, of all
}

func (e *ProjectError) Error() string {
	list := "none"
	if len(e.Listed) > 0 {
		list = strings.Join(e.Listed, ", ")
	}
	return fmt.Sprintf("%d projects are named %s, one is needed; IAM lists %s: configure the name or the id of one", e.Found, e.Name, list)
}
