// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"terraform-provider-x/internal/fakecloud"
)

// started runs the command until the test stops it. It returns the addresses that the command prints.
func started(t *testing.T, arguments ...string) (addresses map[string]string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, arguments, writer)
		_ = writer.CloseWithError(err)
		ended <- err
	}()
	if err := json.NewDecoder(reader).Decode(&addresses); err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	return addresses, func() error { cancel(); return <-ended }
}

func TestReadyFile(t *testing.T) {
	ready := filepath.Join(t.TempDir(), "ready.json")
	printed, stop := started(t, "-listen", "127.0.0.1:0", "-ready-file", ready)
	data, err := os.ReadFile(ready)
	if err != nil {
		t.Fatal(err)
	}
	var written map[string]string
	if err := json.Unmarshal(data, &written); err != nil {
		t.Fatal(err)
	}
	for _, service := range []string{"iam", "rds", "dds", "dws", "sts", "metadata", "admin"} {
		if written[service] == "" || written[service] != printed[service] {
			t.Errorf("%s: written %q, printed %q", service, written[service], printed[service])
		}
	}
	if len(written) != 7 {
		t.Errorf("the ready file has %d addresses, want 7: %s", len(written), data)
	}
	projects := get(t, written["iam"]+"/v3/projects?name=eu-west-101")
	if !strings.Contains(projects, fakecloud.DefaultProjectID) {
		t.Errorf("the default world is not served: %s", projects)
	}
	if got := get(t, written["admin"]+"/restores"); got != "[]\n" {
		t.Errorf("restores: %s", got)
	}
	others, err := filepath.Glob(ready + "*")
	if err != nil || len(others) != 1 {
		t.Errorf("files next to the ready file: %v, %v", others, err)
	}
	connection, err := net.Dial("tcp", strings.TrimPrefix(written["admin"], "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if err := stop(); err != nil {
		t.Errorf("after the interrupt: %v", err)
	}
	if _, err := connection.Read(make([]byte, 1)); err == nil {
		t.Error("a connection outlived the interrupt")
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Auth-Token", fakecloud.DefaultToken)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestWorldFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "world.json")
	world := `{"accounts":[{"user_name":"a","tokens":[{"value":"` + fakecloud.DefaultToken +
		`"}]}],"projects":[{"id":"the-only-one","name":"r","accounts":["a"]}]}`
	if err := os.WriteFile(file, []byte(world), 0o600); err != nil {
		t.Fatal(err)
	}
	addresses, stop := started(t, "-world", file)
	if got := get(t, addresses["iam"]+"/v3/projects"); !strings.Contains(got, "the-only-one") ||
		strings.Contains(got, fakecloud.DefaultProjectID) {
		t.Errorf("projects: %s", got)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestRejectedArguments(t *testing.T) {
	directory := t.TempDir()
	broken := filepath.Join(directory, "broken.json")
	if err := os.WriteFile(broken, []byte(`{"accounts":[],"projects":[],"x":1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		arguments []string
		says      string
	}{
		"an unexpected argument":    {[]string{"world.json"}, `unexpected argument "world.json"`},
		"a broken world":            {[]string{"-world", broken}, "x is not a known field"},
		"a missing world":           {[]string{"-world", filepath.Join(directory, "none")}, "no such file"},
		"an address without a port": {[]string{"-listen", "127.0.0.1"}, "missing port"},
		"a ready file in no directory": {[]string{"-ready-file", filepath.Join(directory, "none", "ready")},
			"no such file"},
	} {
		var out bytes.Buffer
		if err := run(t.Context(), test.arguments, &out); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v, want an error that says %q", name, err, test.says)
		}
	}
}
