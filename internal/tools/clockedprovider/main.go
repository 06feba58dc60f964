// SPDX-License-Identifier: MPL-2.0

//go:build unix

// Command clockedprovider is the provider on the clock that clitest.ClockVariable holds: the tests that drive a CLI run
// it in place of the released one, which has the system's clock and no way to another. What it does with signals is
// what main.go does.
package main

import (
	"log"
	"os"
	"os/signal"
	"syscall"

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/provider"
)

func main() {
	signal.Ignore(syscall.SIGTERM)
	clock, err := clitest.ParseClock(os.Getenv(clitest.ClockVariable))
	if err == nil {
		err = provider.ServeWithClock("test", clock)
	}
	if err != nil {
		log.Fatal(err)
	}
}
