// SPDX-License-Identifier: MPL-2.0

// Fakecloud serves a stand-in for the cloud until it is interrupted. It prints its addresses as JSON once all services
// listen. With -ready-file, it also writes them to a file.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"terraform-provider-x/internal/fakecloud"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "fakecloud:", err)
		os.Exit(1)
	}
}

// run serves until ctx is done.
func run(ctx context.Context, arguments []string, out io.Writer) error {
	flags := flag.NewFlagSet("fakecloud", flag.ContinueOnError)
	listen := flags.String("listen", "127.0.0.1:0",
		"`address` of the first service; the others use the next ports, or free ports if the port is 0")
	worldFile := flags.String("world", "", "JSON `file` with the world to serve (default: the built-in world)")
	readyFile := flags.String("ready-file", "", "`file` to write the addresses to as JSON once all services listen")
	jobDuration := flags.Duration("job-duration", 2*time.Second, "how long a job runs")
	jobVisibleAfter := flags.Duration("job-visible-after", time.Second,
		"how long lookups do not show a new job")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	options := fakecloud.Options{Listen: *listen, JobDuration: *jobDuration, JobVisibleAfter: *jobVisibleAfter}
	if *worldFile != "" {
		world, err := fakecloud.ReadWorld(*worldFile)
		if err != nil {
			return err
		}
		options.World = world
	}
	cloud, err := fakecloud.Start(options)
	if err != nil {
		return err
	}
	defer func() { _ = cloud.Close() }() // never fails
	addresses, err := json.Marshal(cloud.Addresses())
	if err != nil {
		return err
	}
	addresses = append(addresses, '\n')
	if *readyFile != "" {
		if err := writeFile(*readyFile, addresses); err != nil {
			return err
		}
	}
	if _, err := out.Write(addresses); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// writeFile writes the file in one step, so that a reader never sees a part of it.
func writeFile(name string, data []byte) error {
	temporary, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	_, err = temporary.Write(data)
	if closeErr := temporary.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(temporary.Name(), name)
	}
	if err != nil {
		_ = os.Remove(temporary.Name())
		return fmt.Errorf("writing the ready file: %w", err)
	}
	return nil
}
