// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// cloud is a running stand-in.
type cloud struct {
	endpoints map[string]string // of each service: iam, rds, dds, dws
	admin     string            // URL of what tells about the stand-in itself
	stop      func()            // ends the process and returns when it has ended
}

// startCloud starts the stand-in and returns when it listens. The context it returns ends with ctx, and with the stand-in.
func startCloud(ctx context.Context, binary, readyFile string) (context.Context, *cloud, error) {
	process := exec.Command(binary, "-listen", "127.0.0.1:0", "-job-duration", "2s", "-ready-file", readyFile)
	process.Stdout = os.Stderr
	process.Stderr = os.Stderr
	// An interrupt typed at the terminal must not take the cloud away from a command line that is still saving its state.
	process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := process.Start(); err != nil {
		return nil, nil, err
	}
	running, end := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	go func() {
		_ = process.Wait() // says less than the state: nil where the process ended by itself
		end(fmt.Errorf("fakecloud ended: %s", process.ProcessState))
		close(ended)
	}()
	stop := func() {
		_ = process.Process.Kill() // fails only if it has ended
		<-ended
	}

	addresses, err := awaitAddresses(running, readyFile)
	if err != nil {
		stop()
		return nil, nil, err
	}
	admin := addresses["admin"]
	delete(addresses, "admin")
	return running, &cloud{endpoints: addresses, admin: admin, stop: stop}, nil
}

// awaitAddresses reads the file that appears, whole, once the stand-in listens: a JSON object from service name to URL.
func awaitAddresses(ctx context.Context, readyFile string) (map[string]string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, 30*time.Second, errors.New("fakecloud did not listen within 30 s"))
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		content, err := os.ReadFile(readyFile)
		if err == nil {
			var addresses map[string]string
			err = json.Unmarshal(content, &addresses)
			return addresses, err
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-tick.C:
		}
	}
}

// acceptedRestores asks the stand-in how many restores it accepted.
func (c *cloud) acceptedRestores(ctx context.Context) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.admin+"/restores", nil)
	if err != nil {
		return 0, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	var restores []json.RawMessage
	if err := json.NewDecoder(response.Body).Decode(&restores); err != nil {
		return 0, fmt.Errorf("restores that the cloud accepted: %s, not a JSON array: %w", response.Status, err)
	}
	fmt.Printf("\nThe cloud accepted %d restores.\n", len(restores))
	return len(restores), nil
}
