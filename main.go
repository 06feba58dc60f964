// SPDX-License-Identifier: MPL-2.0

// The provider's executable: it serves internal/provider to a Terraform or OpenTofu CLI.
package main

import (
	"flag"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"terraform-provider-x/internal/provider"
)

// version is set by the release build.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "serve for a debugger such as delve, and print how the CLI attaches")
	flag.Parse()

	// A CI runner that cancels a job signals the whole process group: the CLI and this process at once. Dying here would
	// lose the id of a restore that is being waited for. The CLI tells us to stop as well, over its own connection, and
	// that way the state is kept. SIGINT is ignored by the plugin library already, for the same reason.
	signal.Ignore(syscall.SIGTERM)
	outliveHangUp()

	if err := provider.Serve(version, *debug); err != nil {
		log.Fatal(err)
	}
}

// outliveHangUp keeps the provider alive when a session is dropped, as long as its CLI is: it may wait for a job. SIGHUP ends
// a CLI at once unless it runs under nohup (measured with Terraform 1.11.4, 1.16.0 and OpenTofu 1.12.6), and nothing else
// would end a provider whose CLI is gone.
func outliveHangUp() {
	hangUp, parent := make(chan os.Signal, 1), os.Getppid()
	signal.Notify(hangUp, syscall.SIGHUP)
	go func() {
		for range hangUp {
			time.AfterFunc(time.Second, func() {
				if os.Getppid() != parent {
					os.Exit(1)
				}
			})
		}
	}()
}
