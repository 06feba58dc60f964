// SPDX-License-Identifier: MPL-2.0

package fakecloud

import (
	"bytes"
	"cmp"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"
)

// strictDecode reads exactly one JSON document into the struct that into points to. It rejects what encoding/json
// accepts: unknown, duplicate and wrongly cased field names, null, missing fields and trailing data. Every field is
// required unless its tag says omitempty or omitzero. The error says where, as in `instances[0].restore_time`.
func strictDecode(data []byte, into any) error {
	if !utf8.Valid(data) {
		return errors.New("the document is not UTF-8")
	}
	if !json.Valid(data) {
		return errors.New("the document is not one valid JSON value")
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	tree, err := readValue(decoder, "")
	if err != nil {
		return err
	}
	if err := conform(tree, reflect.TypeOf(into).Elem(), ""); err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}

// readValue reads one value as map[string]any, []any, string, json.Number, bool or nil. It rejects duplicate names.
func readValue(decoder *json.Decoder, path string) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		fields := map[string]any{}
		for decoder.More() {
			key, err := decoder.Token()
			if err != nil {
				return nil, err
			}
			name := key.(string)
			if _, twice := fields[name]; twice {
				return nil, fmt.Errorf("%s stands there twice", fieldPath(path, name))
			}
			if fields[name], err = readValue(decoder, fieldPath(path, name)); err != nil {
				return nil, err
			}
		}
		_, err = decoder.Token()
		return fields, err
	case json.Delim('['):
		items := []any{}
		for decoder.More() {
			item, err := readValue(decoder, fmt.Sprintf("%s[%d]", path, len(items)))
			if err != nil {
				return nil, err
			}
			items = append(items, item)
		}
		_, err = decoder.Token()
		return items, err
	}
	return token, nil
}

var (
	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// conform checks the tree against the Go type that will hold it.
func conform(value any, into reflect.Type, path string) error {
	if into.Kind() == reflect.Pointer {
		return conform(value, into.Elem(), path)
	}
	if value == nil {
		return fmt.Errorf("%s must not be null", cmp.Or(path, "the document"))
	}
	if reflect.PointerTo(into).Implements(jsonUnmarshaler) {
		return nil // it checks the value itself
	}
	isText := reflect.PointerTo(into).Implements(textUnmarshaler)
	switch {
	case isText || into.Kind() == reflect.String:
		if _, ok := value.(string); !ok {
			return wrongType(path, "a string", value)
		}
	case into.Kind() == reflect.Bool:
		if _, ok := value.(bool); !ok {
			return wrongType(path, "a boolean", value)
		}
	case into.Kind() == reflect.Int || into.Kind() == reflect.Int64:
		number, ok := value.(json.Number)
		if _, err := number.Int64(); !ok || err != nil {
			return wrongType(path, "an integer", value)
		}
	case into.Kind() == reflect.Slice:
		items, ok := value.([]any)
		if !ok {
			return wrongType(path, "a list", value)
		}
		for i, item := range items {
			if err := conform(item, into.Elem(), fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
	case into.Kind() == reflect.Map:
		fields, ok := value.(map[string]any)
		if !ok {
			return wrongType(path, "an object", value)
		}
		for name, field := range fields {
			if err := conform(field, into.Elem(), fieldPath(path, name)); err != nil {
				return err
			}
		}
	case into.Kind() == reflect.Struct:
		return conformStruct(value, into, path)
	default:
		return fmt.Errorf("strictDecode does not know %s", into)
	}
	return nil
}

func conformStruct(value any, into reflect.Type, path string) error {
	fields, ok := value.(map[string]any)
	if !ok {
		return wrongType(path, "an object", value)
	}
	known := map[string]bool{}
	for _, field := range reflect.VisibleFields(into) {
		if field.Anonymous {
			continue // VisibleFields lists its fields too
		}
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		known[name] = true
		inner, present := fields[name]
		if !present {
			if strings.Contains(options, "omit") {
				continue
			}
			return fmt.Errorf("%s is missing", fieldPath(path, name))
		}
		if err := conform(inner, field.Type, fieldPath(path, name)); err != nil {
			return err
		}
	}
	for name := range fields {
		if !known[name] {
			return fmt.Errorf("%s is not a known field", fieldPath(path, name))
		}
	}
	return nil
}

func wrongType(path, wanted string, value any) error {
	kind := "an object"
	switch value := value.(type) {
	case string:
		kind = "a string"
	case bool:
		kind = "a boolean"
	case json.Number:
		kind = "the number " + value.String()
	case []any:
		kind = "a list"
	}
	return fmt.Errorf("%s must be %s, not %s", cmp.Or(path, "the document"), wanted, kind)
}

func fieldPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
