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
	mutex  sync.Mutex
	id     string
	flight *projectFlight
}

type projectFlight struct {
	done chan struct{} // closed when id and err are set
	id   string
	err  error
}

// ProjectID returns the id of the region's project: the configured one, or the one that IAM names
// after the region. Callers at the same time share one query, and its failure: a wrong access key is
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

// errFlightCancelled tells those who waited that the query ended with its caller's context, which
// says nothing about theirs.
var errFlightCancelled = errors.New("the query for the project was cancelled")

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

// findProject asks IAM (API Reference, "Querying Project Information"). Names are compared exactly:
// sub-projects are called REGION_NAME.
func (c *Client) findProject(ctx context.Context) (string, error) {
	var reply struct {
		Projects []struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		} `json:"projects"`
	}
	err := c.do(ctx, call{
		service:   serviceIAM,
		operation: "query projects",
		method:    http.MethodGet,
		path:      "/v3/projects",
		query:     url.Values{"name": {c.region}},
	}, &reply)
	if err != nil {
		return "", err
	}
	var found, listed []string
	for _, project := range reply.Projects {
		if project.Name == c.region && project.ID != "" {
			found = append(found, project.ID)
		}
		listed = append(listed, fmt.Sprintf("%s (%s)", project.Name, project.ID))
	}
	if len(found) == 1 {
		if err := checkID("project", found[0]); err != nil {
			return "", err
		}
		return found[0], nil
	}
	list := "none"
	if len(listed) > 0 {
		list = strings.Join(listed, ", ")
	}
	return "", fmt.Errorf("%d projects are named %s, one is needed; IAM lists %s: configure the project's id", len(found), c.region, list)
}
