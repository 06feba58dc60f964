// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
)

// finished is a workspace whose state has a number of resources that need nothing more. The first one is made by an
// apply, and the others are copies of it in the state file: the CLI would take minutes to make a thousand.
func (b *bench) finished(ctx context.Context, name string, count int, configuration func(count int) string) (workspace,
	error) {
	w, err := b.workspace(fmt.Sprintf("%s-%d", name, count), configuration(1))
	if err != nil {
		return w, err
	}
	if _, err := w.run(ctx, "apply", "-auto-approve", "-input=false", "-no-color"); err != nil || count == 1 {
		return w, err
	}
	file := w.StateFile()
	state, err := os.ReadFile(file)
	if err != nil {
		return w, err
	}
	if state, err = multiplied(state, count); err != nil {
		return w, fmt.Errorf("the state of %s: %w", name, err)
	}
	if err := os.WriteFile(file, state, 0o600); err != nil {
		return w, err
	}
	return w, w.configure(configuration(count))
}

// multiplied is a state with a number of instances of its only resource, on instances of the cloud and with ids of
// their own.
func multiplied(state []byte, count int) ([]byte, error) {
	var document map[string]any
	decoder := json.NewDecoder(bytes.NewReader(state))
	decoder.UseNumber()
	if err := decoder.Decode(&document); err != nil {
		return nil, err
	}
	resources, _ := document["resources"].([]any)
	if len(resources) != 1 {
		return nil, fmt.Errorf("%d resources, want 1", len(resources))
	}
	resource, _ := resources[0].(map[string]any)
	instances, _ := resource["instances"].([]any)
	if len(instances) != 1 {
		return nil, fmt.Errorf("%d instances, want 1", len(instances))
	}
	first, err := json.Marshal(instances[0])
	if err != nil {
		return nil, err
	}
	var known struct {
		Attributes struct {
			ID string `json:"id"`
		} `json:"attributes"`
	}
	if err := json.Unmarshal(first, &known); err != nil {
		return nil, err
	}
	id := known.Attributes.ID
	if len(id) < 12 {
		return nil, errors.New("an instance without an id")
	}
	for i := 1; i < count; i++ {
		text := strings.NewReplacer(instanceID(0), instanceID(i), id,
			fmt.Sprintf("%s%012x", id[:len(id)-12], i)).Replace(string(first))
		var next map[string]any
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		if err := decoder.Decode(&next); err != nil {
			return nil, err
		}
		next["index_key"] = i
		instances = append(instances, next)
	}
	resource["instances"] = instances
	return json.Marshal(document)
}
