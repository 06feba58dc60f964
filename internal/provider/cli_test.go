// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"terraform-provider-x/internal/fakecloud"
)

// This file runs a real CLI against fakecloud. The provider that the CLI starts is this test binary again, as a process of
// its own, with the same clock as the cloud.

// serveVariable makes the test binary serve the provider; its value is the compressedClock to serve with.
const serveVariable = "X_PROVIDER_TEST_SERVE"

func TestMain(m *testing.M) {
	if clock := os.Getenv(serveVariable); clock != "" {
		signal.Ignore(syscall.SIGTERM) // as main.go does
		if err := serve(newWithClock("test", parseClock(clock)), false); err != nil {
			log.Fatal(err)
		}
		return
	}
	if cli, err := cliPath(); err == nil {
		// What terraform-plugin-testing looks at, and whose configuration file it would otherwise depend on.
		err1, err2 := os.Setenv("TF_ACC_TERRAFORM_PATH", cli), os.Setenv("TF_CLI_CONFIG_FILE", os.DevNull)
		if err := errors.Join(err1, err2); err != nil {
			log.Fatal(err)
		}
	}
	// The pipes that it reads of a provider in this process are closed by the garbage collector (go-plugin 1.7, server.go).
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/hashicorp/go-plugin.copyChan"))
}

// compressedClock runs faster than the system's by a factor. Two processes that share start and factor share the time.
type compressedClock struct {
	start  time.Time
	factor int64
}

func newClock(factor int64) compressedClock { return compressedClock{time.Now().Round(0), factor} }

func parseClock(text string) compressedClock {
	start, factor, _ := strings.Cut(text, "*")
	nanoseconds, err1 := strconv.ParseInt(start, 10, 64)
	times, err2 := strconv.ParseInt(factor, 10, 64)
	if err := errors.Join(err1, err2); err != nil {
		log.Fatal(err)
	}
	return compressedClock{time.Unix(0, nanoseconds), times}
}

func (c compressedClock) String() string { return fmt.Sprintf("%d*%d", c.start.UnixNano(), c.factor) }

func (c compressedClock) Now() time.Time {
	return c.start.Add(time.Since(c.start) * time.Duration(c.factor))
}

func (c compressedClock) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	timer := time.NewTimer(d / time.Duration(c.factor))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// stage is a cloud and a working directory in which a CLI meets it.
type stage struct {
	*testing.T
	cloud    *fakecloud.Cloud
	clock    compressedClock
	dir      string
	provider string // the directory of the provider's executable; "" for this test binary

	environment []string // of the CLI, beside what all tests have
}

// newStage starts a cloud whose clock runs a hundred times as fast: a job of a minute takes 0.6 s.
func newStage(t *testing.T, change ...func(*fakecloud.Options)) *stage {
	t.Helper()
	return newStageWithClock(t, newClock(100), change...)
}

func newStageWithClock(t *testing.T, clock compressedClock, change ...func(*fakecloud.Options)) *stage {
	t.Helper()
	s := &stage{T: t, clock: clock, dir: t.TempDir()}
	options := fakecloud.Options{Now: s.clock.Now, JobDuration: time.Minute}
	for _, f := range change {
		f(&options)
	}
	var err error
	if s.cloud, err = fakecloud.Start(options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.cloud.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// providerBlock points a configuration at the stage's cloud; more goes into the provider block.
func (s *stage) providerBlock(more string) string {
	at := s.cloud.Addresses()
	return fmt.Sprintf(`
terraform {
  required_providers {
    x = { source = %q }
  }
}
provider "x" {
  region     = "eu-west-101"
  access_key = "AKFAKECLOUD0EXAMPLE1"
  secret_key = "fakecloud-secret-key-not-a-real-one-0001"
  endpoints  = { iam = %q, sts = %q, metadata = %q, rds = %q, dds = %q, dws = %q }
  %s
}
`, Address, at.IAM, at.STS, at.Metadata, at.RDS, at.DDS, at.DWS, more)
}

// loginBlock is the provider block with another login in place of the key.
func (s *stage) loginBlock(login string) string {
	block := s.providerBlock("")
	start, end := strings.Index(block, "  access_key"), strings.Index(block, "  endpoints")
	return block[:start] + login + "\n" + block[end:]
}

// configure writes the configuration: a provider block and what is given.
func (s *stage) configure(resources string) {
	s.Helper()
	s.write("main.tf", s.providerBlock("")+resources)
}

func (s *stage) write(name, text string) {
	s.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		s.Fatal(err)
	}
}

// cliPath is the CLI that `make test` found, or the one on PATH.
var cliPath = sync.OnceValues(func() (string, error) {
	for _, variable := range []string{"TF_ACC_TERRAFORM_PATH", "TF_CLI_PATH"} {
		if path := os.Getenv(variable); path != "" {
			return path, nil
		}
	}
	for _, name := range []string{"terraform", "tofu"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("these tests need a CLI: run `make test`, which builds one where there is none, or set TF_CLI_PATH")
})

// testProvider is a directory in which this test binary is the provider.
var testProvider = sync.OnceValues(func() (string, error) {
	binary, err := os.Executable()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp(filepath.Dir(binary), "provider")
	if err != nil {
		return "", err
	}
	for _, name := range []string{"terraform-provider-x", "terraform-provider-huaweicloud"} {
		if err := os.Symlink(binary, filepath.Join(dir, name)); err != nil {
			return "", err
		}
	}
	return dir, nil
})

// vendorProvider is the vendor's own provider. A CLI wants a provider for what a state says it made, though it asks it for
// nothing when that is moved here; this test binary stands in for it. OpenTofu reads Terraform's registry as its own.
const vendorProvider = "huaweicloud/huaweicloud"

// cliConfiguration has the CLI take the provider from the stage's directory, without `terraform init`.
func (s *stage) cliConfiguration() string {
	s.Helper()
	dir := s.provider
	if dir == "" {
		var err error
		if dir, err = testProvider(); err != nil {
			s.Fatal(err)
		}
	}
	s.write("cli.tfrc", fmt.Sprintf(`
provider_installation {
  dev_overrides {
    %q = %q
    "registry.terraform.io/%s" = %[2]q
    "registry.opentofu.org/%[3]s" = %[2]q
  }
  direct {}
}`, Address, dir, vendorProvider))
	return filepath.Join(s.dir, "cli.tfrc")
}

func (s *stage) apply(more ...string) outcome {
	s.Helper()
	return s.run(append([]string{"apply", "-no-color", "-auto-approve"}, more...)...)
}

// mustApply applies and fails the test unless that ends well.
func (s *stage) mustApply(more ...string) outcome {
	s.Helper()
	o := s.apply(more...)
	s.expect(o, 0)
	return o
}

// plan exits with 0 for no changes and 2 for some.
func (s *stage) plan(more ...string) outcome {
	s.Helper()
	return s.run(append([]string{"plan", "-no-color", "-detailed-exitcode"}, more...)...)
}

// expect checks the exit status, and that the output has all of the texts.
func (s *stage) expect(o outcome, exit int, texts ...string) {
	s.Helper()
	if o.exit != exit {
		s.Fatalf("exit status %d, want %d:\n%s", o.exit, exit, o.output)
	}
	for _, text := range texts {
		if !strings.Contains(o.output, text) {
			s.Fatalf("the output lacks %q:\n%s", text, o.output)
		}
	}
}

// expectNoChanges plans and fails the test if there is anything to do.
func (s *stage) expectNoChanges() {
	s.Helper()
	s.expect(s.plan(), 0, "No changes.")
}

// expectAccepted checks how many restores the cloud has accepted, and returns their job ids.
func (s *stage) expectAccepted(count int) []string {
	s.Helper()
	var ids []string
	for _, restore := range s.cloud.Restores() {
		ids = append(ids, restore.JobID)
	}
	if len(ids) != count {
		s.Fatalf("the cloud accepted %d restores, want %d", len(ids), count)
	}
	return ids
}

// stored is a resource in the state.
type stored struct {
	Values   map[string]any    `json:"values"`
	Tainted  bool              `json:"tainted"`
	Identity map[string]string `json:"identity"`
}

// stored reads a resource of the state, and fails the test unless it is there.
func (s *stage) stored(address string) stored {
	s.Helper()
	resource, found := s.resources()[address]
	if !found {
		s.Fatalf("%s is not in the state", address)
	}
	return resource
}

// resources reads the state through the CLI.
func (s *stage) resources() map[string]stored {
	s.Helper()
	p := s.start("show", "-json")
	if <-p.ended; p.err != nil {
		s.Fatalf("%v:\n%s", p.err, string(p.output.Bytes()))
	}
	var shown struct {
		Values struct {
			RootModule struct {
				Resources []struct {
					Address string `json:"address"`
					stored
				} `json:"resources"`
			} `json:"root_module"`
		} `json:"values"`
	}
	output := p.output.Bytes()
	if err := json.Unmarshal(output[bytes.IndexByte(output, '{'):], &shown); err != nil {
		s.Fatalf("%v:\n%s", err, output)
	}
	resources := map[string]stored{}
	for _, resource := range shown.Values.RootModule.Resources {
		resources[resource.Address] = resource.stored
	}
	return resources
}

// expectStored checks some attributes of a resource in the state.
func (s *stage) expectStored(address string, want map[string]any) {
	s.Helper()
	have := s.stored(address).Values
	for name, value := range want {
		if fmt.Sprint(have[name]) != fmt.Sprint(value) {
			s.Errorf("%s.%s is %v, want %v", address, name, have[name], value)
		}
	}
}

// await waits until something has happened in the cloud.
func (s *stage) await(what func() bool) {
	s.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := s.cloud.WaitFor(ctx, what); err != nil {
		s.Fatal(err)
	}
}

// awaitPolls waits until some job has been asked for that many times.
func (s *stage) awaitPolls(service string, count int) {
	s.Helper()
	s.await(func() bool { return s.cloud.Requests()[service][fakecloud.ShowJob] >= count })
}

// example reads one of the documentation's configurations.
func example(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "examples", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
