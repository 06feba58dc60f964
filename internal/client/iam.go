// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"unicode/utf8"

	"terraform-provider-x/internal/client/joined"
)

// projectLookup holds the project of a region.
type projectLookup struct {
	name    string // what IAM calls it
	queries joined.Calls[struct{}, string]

	mutex sync.Mutex
	id    string // "" until it was looked up
}

func (p *projectLookup) knownID() string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.id
}

func (p *projectLookup) remember(id string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.id = id
}

// ProjectID returns the id of the region's project: the configured one, or the one that IAM has under the configured
// name or else the region's. The error is a *ProjectError if there is not exactly one. Callers at the same time share
// one query, and its failure: a few failures in a row lock a wrong access key. Later callers ask again after a failure.
func (c *Client) ProjectID(ctx context.Context) (string, error) {
	if id := c.project.knownID(); id != "" {
		return id, nil
	}
	return c.project.queries.Do(ctx, struct{}{}, func(ctx context.Context) (string, error) {
		if id := c.project.knownID(); id != "" { // a query ended in between
			return id, nil
		}
		id, err := c.findProject(ctx)
		if err == nil {
			c.project.remember(id)
		}
		return id, err
	})
}

// findProject asks IAM. Names are compared exactly: sub-projects are called REGION_NAME.
func (c *Client) findProject(ctx context.Context) (string, error) {
	name := c.project.name
	if credential, err := c.login.current(ctx, c.clock); err != nil || credential.projectID != "" {
		// A password's token is for this project, and says which one it is.
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
			return "", fmt.Errorf("IAM query projects: %w", c.redact(err))
		}
		return found[0].ID, nil
	case 0:
		// For the message only: which projects there are instead.
		if all, err := c.queryProjects(ctx, nil); err == nil {
			listed = all
		}
	}
	e := &ProjectError{Name: c.shownProject(), Found: len(found)}
	for _, p := range listed {
		e.Listed = append(e.Listed, c.line([]byte(p.Name+" ("+p.ID+")"), excerptLimit))
	}
	return "", e
}

// shownProject is the project's name for messages. Names begin with that of the region; what does not may be a secret
// in the wrong place.
func (c *Client) shownProject() string {
	name := c.project.name
	if strings.HasPrefix(name, c.region) {
		return name
	}
	return fmt.Sprintf("as configured (a text of %d characters)", utf8.RuneCountInString(name))
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
	Listed []string // "NAME (ID)" of each that has the name; if none has it, of all that IAM lists
}

func (e *ProjectError) Error() string {
	list := "none"
	if len(e.Listed) > 0 {
		list = strings.Join(e.Listed, ", ")
	}
	return fmt.Sprintf("%d projects are named %s, one is needed; IAM lists %s: configure the name or the id of one",
		e.Found, e.Name, list)
}
