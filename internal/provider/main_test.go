// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"terraform-provider-x/internal/clitest"
)

// TestMain serves the provider if a CLI has started this test binary (see raceProvider), and else runs the tests.
func TestMain(m *testing.M) {
	if text := os.Getenv(clitest.ClockVariable); text != "" {
		signal.Ignore(syscall.SIGTERM) // as main.go does
		clock, err := clitest.ParseClock(text)
		if err == nil {
			err = ServeWithClock("test", clock)
		}
		if err != nil {
			log.Fatal(err)
		}
		return
	}
	if signal.Ignored(syscall.SIGHUP) {
		// These tests may run under nohup. What this process catches, and no longer ignores, its children get as usual.
		signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	}
	if cli, err := clitest.Find(); err == nil {
		// What terraform-plugin-testing looks at, and whose configuration file it would otherwise depend on.
		err1, err2 := os.Setenv("TF_ACC_TERRAFORM_PATH", cli), os.Setenv("TF_CLI_CONFIG_FILE", os.DevNull)
		if err := errors.Join(err1, err2); err != nil {
			log.Fatal(err)
		}
	}
	// The pipes that it reads of a provider in this process are closed by the garbage collector (go-plugin 1.7,
	// server.go).
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/hashicorp/go-plugin.copyChan"))
}

// executable is a provider that a CLI can start. It is made when the first test wants it.
type executable func() (directory string, err error)

var (
	// clockedProvider shares the clock of its test environment. It has no race detector, even if the tests have: with it
	// each process takes twice the processor time, and a plan starts three of them.
	clockedProvider = builtProvider("../tools/clockedprovider")
	// releasedProvider is what main.go makes: what it does with signals is main's.
	releasedProvider = builtProvider("../..")
	// raceProvider is this test binary, which serves the provider in its TestMain. It has the race detector if the tests
	// have it.
	raceProvider = providerDirectory(func(file string) error {
		binary, err := os.Executable()
		if err != nil {
			return err
		}
		return os.Symlink(binary, file)
	})
)

func builtProvider(program string) executable {
	return providerDirectory(func(file string) error { return clitest.Build(context.Background(), program, file) })
}

// providerDirectory makes the provider once, in a directory beside the test binary, which "go test" removes. The same
// file stands in for the vendor's provider.
func providerDirectory(makeFile func(file string) error) executable {
	return sync.OnceValues(func() (string, error) {
		binary, err := os.Executable()
		if err != nil {
			return "", err
		}
		directory, err := os.MkdirTemp(filepath.Dir(binary), "provider")
		if err != nil {
			return "", err
		}
		file := filepath.Join(directory, "terraform-provider-x")
		if err := makeFile(file); err != nil {
			return "", err
		}
		return directory, os.Symlink(file, filepath.Join(directory, "terraform-provider-huaweicloud"))
	})
}
