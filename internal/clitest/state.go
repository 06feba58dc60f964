// SPDX-License-Identifier: MPL-2.0

//go:build unix

package clitest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Resource is a resource or a data source of the root module, as the state has it.
type Resource struct {
	Values   map[string]any `json:"values"`
	Tainted  bool           `json:"tainted"`
	Identity map[string]any `json:"identity"`
}

// StateFile is the path of the state, which the CLI writes at the first apply.
func (c *CLI) StateFile() string { return filepath.Join(c.Directory, "terraform.tfstate") }

// stateFile is version 4 of the state's format, which Terraform and OpenTofu share.
type stateFile struct {
	Resources []struct {
		Mode      string `json:"mode"`
		Type      string `json:"type"`
		Name      string `json:"name"`
		Instances []struct {
			Key        any            `json:"index_key"`
			Status     string         `json:"status"`
			Deposed    string         `json:"deposed"`
			Attributes map[string]any `json:"attributes"`
			Identity   map[string]any `json:"identity"`
		} `json:"instances"`
	} `json:"resources"`
}

// State reads the state file, by address. It starts no process, which makes it many times cheaper than Show; a value of
// a dynamic type, which only terraform_data has here, is read without its type. Deposed objects are left out.
func (c *CLI) State() (map[string]Resource, error) {
	text, err := os.ReadFile(c.StateFile())
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]Resource{}, nil
	}
	if err != nil {
		return nil, err
	}
	if len(text) == 0 { // OpenTofu 1.12 leaves it so if a signal comes while it ends
		return map[string]Resource{}, nil
	}
	var state stateFile
	if err := json.Unmarshal(text, &state); err != nil {
		return nil, fmt.Errorf("%s: %w", c.StateFile(), err)
	}
	resources := map[string]Resource{}
	for _, r := range state.Resources {
		for _, instance := range r.Instances {
			if instance.Deposed != "" {
				continue
			}
			for name, value := range instance.Attributes {
				instance.Attributes[name] = withoutType(value)
			}
			address := address(r.Mode, r.Type, r.Name, instance.Key)
			resources[address] = Resource{instance.Attributes, instance.Status == "tainted", instance.Identity}
		}
	}
	return resources, nil
}

// address is how the CLI writes it.
func address(mode, resourceType, name string, key any) string {
	text := resourceType + "." + name
	if mode == "data" {
		text = "data." + text
	}
	switch key := key.(type) {
	case string:
		return fmt.Sprintf("%s[%q]", text, key)
	case float64:
		return fmt.Sprintf("%s[%.0f]", text, key)
	}
	return text
}

// withoutType returns the value of an attribute of a dynamic type, which the state keeps beside its type, and any other
// value as it is.
func withoutType(value any) any {
	object, ok := value.(map[string]any)
	_, hasType := object["type"]
	inner, hasValue := object["value"]
	if ok && hasType && hasValue && len(object) == 2 {
		return inner
	}
	return value
}

// Show asks the CLI for the state, by address. The CLI asks the providers for their schemas and for upgrades.
func (c *CLI) Show(ctx context.Context) (map[string]Resource, error) {
	result, err := c.Must(ctx, "show", "-json")
	if err != nil {
		return nil, err
	}
	var shown struct {
		Values struct {
			RootModule struct {
				Resources []struct {
					Address string `json:"address"`
					Resource
				} `json:"resources"`
			} `json:"root_module"`
		} `json:"values"`
	}
	if err := json.Unmarshal(result.Stdout, &shown); err != nil {
		return nil, fmt.Errorf("show -json: %w\n%s", err, result.Output)
	}
	resources := map[string]Resource{}
	for _, resource := range shown.Values.RootModule.Resources {
		resources[resource.Address] = resource.Resource
	}
	return resources, nil
}
