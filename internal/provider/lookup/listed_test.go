// SPDX-License-Identifier: MPL-2.0

package lookup

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"terraform-provider-x/internal/client"
)

// TestListed asks for two that a list has and, twice, for one that it lacks.
func TestListed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		listFails error
		lists     int
		asked     []string // by id
		fails     bool
	}{
		"listed once": {nil, 1, []string{"new"}, false},
		"a list that cannot be read": {
			&client.ReplyError{}, 1, []string{"a", "b", "new"}, false},
		"a list that is rejected": {
			&client.APIError{Service: "rds", StatusCode: 400}, 1, []string{"a", "b", "new"}, false},
		"a list that is forbidden":   {&client.APIError{Service: "rds", StatusCode: 403}, 1, nil, true},
		"a list that is unavailable": {&client.APIError{Service: "rds", StatusCode: 503}, 4, nil, true},
		"no answer":                  {errors.New("cut"), 4, nil, true},
	} {
		look, _ := newLookups(t)
		lists, asked := 0, []string(nil)
		list := List[string]{
			What: "instance", IDOf: func(id string) string { return id },
			All: func(context.Context) ([]string, error) { lists++; return []string{"a", "b"}, test.listFails },
			One: func(_ context.Context, id string) (string, error) { asked = append(asked, id); return id, nil },
		}
		for _, id := range []string{"a", "b", "new", "new"} {
			got, err := Listed(t.Context(), look, list, id)
			if failed := err != nil; failed != test.fails || !failed && got != id {
				t.Errorf("%s: %s is %q, %v", name, id, got, err)
			}
		}
		if lists != test.lists || fmt.Sprint(asked) != fmt.Sprint(test.asked) {
			t.Errorf("%s: %d lists and questions for %v, want %d and %v", name, lists, asked, test.lists, test.asked)
		}
	}
}
