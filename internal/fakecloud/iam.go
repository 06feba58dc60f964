// SPDX-License-Identifier: MPL-2.0

package fakecloud

import "slices"

// listProjects follows IAM API reference, Querying Project Information.
func (q *call) listProjects() (any, error) {
	if err := q.parameters("name", "domain_id", "parent_id", "enabled", "is_domain", "page", "per_page"); err != nil {
		return nil, err
	}
	projects := []any{}
	for _, project := range q.projects {
		if !slices.Contains(project.Accounts, q.account.UserName) {
			continue
		}
		if q.query.Has("name") && project.Name != q.query.Get("name") {
			continue
		}
		projects = append(projects, map[string]any{
			"id": project.ID, "name": project.Name, "enabled": true, "is_domain": false,
		})
	}
	return map[string]any{"projects": projects, "links": map[string]any{"next": nil, "previous": nil}}, nil
}
