// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

// testEnv is a cloud, and a working directory in which a CLI meets it.
type testEnv struct {
	*testing.T
	cloud       *fakecloud.Cloud
	clock       clitest.Clock
	dir         string
	cache       string // what the processes of a run tell each other is in it
	provider    executable
	environment []string // of the CLI, beside what all tests have
}

// newTestEnv starts a cloud whose clock runs a hundred times as fast: a job of a minute takes 0.6 s.
func newTestEnv(t *testing.T, change ...func(*fakecloud.Options)) *testEnv {
	t.Helper()
	return newTestEnvWithClock(t, clitest.NewClock(100), change...)
}

func newTestEnvWithClock(t *testing.T, clock clitest.Clock, change ...func(*fakecloud.Options)) *testEnv {
	t.Helper()
	env := &testEnv{T: t, clock: clock, dir: t.TempDir(), cache: t.TempDir(), provider: clockedProvider}
	options := fakecloud.Options{Now: env.clock.Now, JobDuration: time.Minute}
	for _, f := range change {
		f(&options)
	}
	var err error
	if env.cloud, err = fakecloud.Start(options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := env.cloud.Close(); err != nil {
			t.Error(err)
		}
	})
	return env
}

// providerBlock points a configuration at the cloud; more goes into the provider block.
func (env *testEnv) providerBlock(more string) string {
	at := env.cloud.Addresses()
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
func (env *testEnv) loginBlock(login string) string {
	block := env.providerBlock("")
	start, end := strings.Index(block, "  access_key"), strings.Index(block, "  endpoints")
	return block[:start] + login + "\n" + block[end:]
}

// configure writes the configuration: a provider block and what is given.
func (env *testEnv) configure(resources string) {
	env.Helper()
	env.write("main.tf", env.providerBlock("")+resources)
}

func (env *testEnv) write(name, text string) {
	env.Helper()
	if err := os.WriteFile(filepath.Join(env.dir, name), []byte(text), 0o600); err != nil {
		env.Fatal(err)
	}
}

// vendorProvider is the vendor's own provider. A CLI wants a provider for what a state says it made, though it asks it
// for nothing when that is moved here; ours stands in for it. OpenTofu reads Terraform's registry as its own.
const vendorProvider = "huaweicloud/huaweicloud"

// cli is the CLI in the working directory, with the provider as it is now.
func (env *testEnv) cli() *clitest.CLI {
	env.Helper()
	path, err := clitest.Find()
	if err != nil {
		env.Fatal(err)
	}
	provider, err := env.provider()
	if err != nil {
		env.Fatal(err)
	}
	cli, err := clitest.New(path, env.dir, map[string]string{
		Address: provider,
		"registry.terraform.io/" + vendorProvider: provider,
		"registry.opentofu.org/" + vendorProvider: provider,
	}, append([]string{
		clitest.ClockVariable + "=" + env.clock.String(), env.raceOptions(), "XDG_CACHE_HOME=" + env.cache,
	}, env.environment...)...)
	if err != nil {
		env.Fatal(err)
	}
	return cli
}

// start starts a command, which is killed at the latest when the test ends.
func (env *testEnv) start(arguments ...string) *clitest.Command {
	env.Helper()
	command, err := env.cli().Start(context.Background(), arguments...)
	if err != nil {
		env.Fatal(err)
	}
	env.Cleanup(command.End)
	return command
}

// startApply starts an apply that asks nothing.
func (env *testEnv) startApply(more ...string) *clitest.Command {
	env.Helper()
	return env.start(append([]string{"apply", "-no-color", "-auto-approve"}, more...)...)
}

// outcome is how a command of the CLI ended.
type outcome struct {
	exit   int
	output string // both streams, without the frame and the line breaks of messages
}

// end waits for the command.
func (env *testEnv) end(command *clitest.Command) outcome {
	env.Helper()
	result, err := command.Wait()
	if err != nil {
		env.Fatal(err)
	}
	text := strings.NewReplacer("│ ", "", "│", "", "╷", "", "╵", "").Replace(string(result.Output))
	return outcome{result.Exit, strings.Join(strings.Fields(text), " ")}
}

// result runs a command to its end, and returns what it wrote as it wrote it.
func (env *testEnv) result(arguments ...string) clitest.Result {
	env.Helper()
	result, err := env.start(arguments...).Wait()
	if err != nil {
		env.Fatal(err)
	}
	return result
}

// run runs a command to its end.
func (env *testEnv) run(arguments ...string) outcome {
	env.Helper()
	return env.end(env.start(arguments...))
}

// awaitOutput returns once the command has written a text, or has ended.
func (env *testEnv) awaitOutput(command *clitest.Command, text string) {
	env.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), hung)
	defer cancel()
	if err := command.AwaitOutput(ctx, text); err != nil {
		env.Fatal(err)
	}
}

// signalGroup signals the CLI and its provider, as a terminal's Ctrl-C and the end of a pipeline do.
func (env *testEnv) signalGroup(command *clitest.Command, signal syscall.Signal) {
	env.Helper()
	if err := command.SignalGroup(signal); err != nil {
		env.Fatal(err)
	}
}

// providerOf is the process of the provider that the command has started.
func (env *testEnv) providerOf(command *clitest.Command) int {
	env.Helper()
	provider, running := command.Child()
	if !running {
		env.Fatal("the CLI has no child")
	}
	return provider
}

// killProvider kills the provider that the command has started.
func (env *testEnv) killProvider(command *clitest.Command) {
	env.Helper()
	if err := syscall.Kill(env.providerOf(command), syscall.SIGKILL); err != nil {
		env.Fatal(err)
	}
}

func (env *testEnv) apply(more ...string) outcome {
	env.Helper()
	return env.end(env.startApply(more...))
}

// mustApply applies and fails the test unless that ends well.
func (env *testEnv) mustApply(more ...string) outcome {
	env.Helper()
	o := env.apply(more...)
	env.expect(o, clitest.ExitOK)
	return o
}

// plan exits with ExitOK if there are no changes, and with ExitChanges if there are.
func (env *testEnv) plan(more ...string) outcome {
	env.Helper()
	return env.run(append([]string{"plan", "-no-color", "-detailed-exitcode"}, more...)...)
}

// expect checks the exit status, and that the output has all of the texts.
func (env *testEnv) expect(o outcome, exit int, texts ...string) {
	env.Helper()
	if o.exit != exit {
		env.Fatalf("exit status %d, want %d:\n%s", o.exit, exit, o.output)
	}
	for _, text := range texts {
		if !strings.Contains(o.output, text) {
			env.Fatalf("the output lacks %q:\n%s", text, o.output)
		}
	}
}

// expectNoChanges plans and fails the test if there is anything to do.
func (env *testEnv) expectNoChanges() {
	env.Helper()
	env.expect(env.plan(), clitest.ExitOK, "No changes.")
}

// expectAccepted checks how many restores the cloud has accepted, and returns their job ids.
func (env *testEnv) expectAccepted(count int) []string {
	env.Helper()
	var ids []string
	for _, restore := range env.cloud.Restores() {
		ids = append(ids, restore.JobID)
	}
	if len(ids) != count {
		env.Fatalf("the cloud accepted %d restores, want %d", len(ids), count)
	}
	return ids
}

// stored reads a resource of the state, and fails the test unless it is there.
func (env *testEnv) stored(address string) clitest.Resource {
	env.Helper()
	resource, found := env.resources()[address]
	if !found {
		env.Fatalf("%s is not in the state", address)
	}
	return resource
}

// resources reads the state.
func (env *testEnv) resources() map[string]clitest.Resource {
	env.Helper()
	resources, err := env.cli().State()
	if err != nil {
		env.Fatal(err)
	}
	return resources
}

// expectStored checks some attributes of a resource in the state.
func (env *testEnv) expectStored(address string, want map[string]any) {
	env.Helper()
	have := env.stored(address).Values
	for name, value := range want {
		if fmt.Sprint(have[name]) != fmt.Sprint(value) {
			env.Errorf("%s.%s is %v, want %v", address, name, have[name], value)
		}
	}
}

// hung is how long a test waits for an event before it takes it that there will be none.
const hung = 5 * time.Minute

// await waits until something has happened in the cloud.
func (env *testEnv) await(what func() bool) {
	env.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), hung)
	defer cancel()
	if err := env.cloud.WaitFor(ctx, what); err != nil {
		env.Fatal(err)
	}
}

// awaitPolls waits until some job has been asked for that many times.
func (env *testEnv) awaitPolls(service string, count int) {
	env.Helper()
	env.await(func() bool { return env.cloud.Requests()[service][fakecloud.ShowJob] >= count })
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

// runHas reports whether a run of the CLI has noted a job for its other processes.
func (env *testEnv) runHas(job string) bool {
	env.Helper()
	files, err := filepath.Glob(filepath.Join(env.cache, "terraform-provider-x", "runs", "*"))
	if err != nil {
		env.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			env.Fatal(err)
		}
		if strings.Contains(string(text), job) {
			return true
		}
	}
	return false
}
