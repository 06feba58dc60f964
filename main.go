// SPDX-License-Identifier: MPL-2.0

// The provider's executable: it serves internal/provider to a Terraform or OpenTofu CLI.
package main

import (
	"flag"
	"log"
	"os/signal"
	"syscall"

	"terraform-provider-x/internal/provider"
)

// version is set by the release build.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "serve for a debugger such as delve, and print how the CLI attaches")
	flag.Parse()

	// A CI runner that cancels a job signals the whole process group: the CLI and this process at once. Dying here would
	// lose the id of a restore that is being waited for. The CLI tells us to stop as well, over its own connection, and
	// that way the state is kept. SIGINT is ignored by the plugin library already, for the same reason. A dropped session
	// sends SIGHUP, which a CLI under nohup outlives. If the CLI is killed, its end of our output is gone (SIGPIPE), while
	// the answer to a restore call may be on its way; the provider then ends by itself.
	signal.Ignore(syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)

	if err := provider.Serve(version, *debug); err != nil {
		log.Fatal(err)
	}
}
