// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"net/url"
	"slices"
	"strconv"
)

// listProjects follows IAM API reference, Querying Project Information. Every project is enabled and no domain.
func (q *call) listProjects() (any, error) {
	if err := q.parameters("name", "domain_id", "parent_id", "enabled", "is_domain", "page", "per_page"); err != nil {
		return nil, err
	}
	for _, name := range []string{"enabled", "is_domain"} {
		if value := q.query.Get(name); q.query.Has(name) && value != "true" && value != "false" {
			return nil, badParameter("%s is neither true nor false", name)
		}
	}
	projects := []any{}
	for i := range q.projects {
		project, domain := &q.projects[i], q.domainOf(&q.projects[i])
		if slices.Contains(project.Accounts, q.account.UserName) && q.equal("name", project.Name) &&
			q.equal("domain_id", domain) && q.equal("parent_id", domain) &&
			q.equal("enabled", "true") && q.equal("is_domain", "false") {
			projects = append(projects, map[string]any{
				"id": project.ID, "name": project.Name, "enabled": true, "is_domain": false, "description": "",
				"domain_id": domain, "parent_id": domain,
				"links": map[string]any{"self": q.addresses.IAM + "/v3/projects/" + project.ID},
			})
		}
	}
	return q.pageOfIAM("projects", projects)
}

// domainOf returns the id of a project's domain, which is that of its first user with one.
func (q *call) domainOf(project *Project) string {
	for _, name := range project.Accounts {
		if id := q.accountNamed(name).DomainID; id != "" {
			return id
		}
	}
	return ""
}

// listDomains follows IAM API reference, Querying the List of Domains Accessible to Users.
func (q *call) listDomains() (any, error) {
	if err := q.parameters(); err != nil {
		return nil, err
	}
	domains := []any{}
	if id := q.account.DomainID; id != "" {
		domains = append(domains, map[string]any{
			"id": id, "name": q.account.DomainName, "enabled": true, "description": "",
			"links": map[string]any{"self": q.addresses.IAM + "/v3/domains/" + id},
		})
	}
	return q.pageOfIAM("domains", domains)
}

// pageOfIAM returns the page of a list that page and per_page ask for, which belong together (same page). Without them
// it is the whole list.
func (q *call) pageOfIAM(name string, items []any) (any, error) {
	if q.query.Has("page") != q.query.Has("per_page") {
		return nil, badParameter("page and per_page belong together")
	}
	size, err := q.number("per_page", max(1, len(items)), 1, 5000)
	if err != nil {
		return nil, err
	}
	page, err := q.number("page", 1, 1, 1<<31-1)
	if err != nil {
		return nil, err
	}
	from := min((page-1)*size, len(items))
	to := min(from+size, len(items))
	links := map[string]any{"self": q.linkTo(page), "previous": nil, "next": nil}
	if page > 1 {
		links["previous"] = q.linkTo(page - 1)
	}
	if to < len(items) {
		links["next"] = q.linkTo(page + 1)
	}
	return map[string]any{name: items[from:to], "links": links}, nil
}

func (q *call) linkTo(page int) string {
	query := url.Values{}
	for name, values := range q.query {
		query[name] = values
	}
	if query.Has("page") {
		query.Set("page", strconv.Itoa(page))
	}
	link := q.addresses.IAM + q.request.URL.Path
	if len(query) > 0 {
		link += "?" + query.Encode()
	}
	return link
}
