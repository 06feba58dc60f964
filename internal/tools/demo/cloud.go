// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"
)

// cloud is a running stand-in.
type cloud struct {
	endpoints map[string]string // of each service: iam, rds, dds, dws
	admin     string            // URL of what tells about the stand-in itself
	stop      func()            // ends the process and returns when it has ended
}

// startCloud starts the stand-in and returns when it listens. The context it returns ends with ctx, and with the
// stand-in.
func startCloud(ctx context.Context, binary, readyFile string) (context.Context, *cloud, error) {
	process := exec.Command(binary, "-listen", "127.0.0.1:0", "-job-duration", "2s", "-ready-file", readyFile)
	process.Stdout = os.Stderr
	process.Stderr = os.Stderr
	// An interrupt typed at the terminal must not take the cloud away from a CLI that is still saving its state.
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

// restore is one that the stand-in has accepted.
type restore struct {
	Service string `json:"service"`
	JobID   string `json:"job_id"`
}

// accepted are all restores that the stand-in has accepted, in order.
func (c *cloud) accepted(ctx context.Context) ([]restore, error) {
	var restores []restore
	err := c.ask(ctx, http.MethodGet, "/restores", nil, &restores)
	return restores, err
}

// job is one of the stand-in's.
type job struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	Held   bool   `json:"held"`
	Polls  int    `json:"polls"` // how often it was shown
}

// awaitPoll returns once somebody has asked for a job that is held.
func (c *cloud) awaitPoll(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 30*time.Second, errors.New("no job was asked for within 30 s"))
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		var jobs []job
		err := c.ask(ctx, http.MethodGet, "/jobs", nil, &jobs)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil || slices.ContainsFunc(jobs, func(j job) bool { return j.Held && j.Polls > 0 }) {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
}

// expectRunning checks that so many restores were accepted, and that only the last one's job still runs; it returns its
// id.
func (c *cloud) expectRunning(ctx context.Context, count int) (string, error) {
	var jobs []job
	if err := c.ask(ctx, http.MethodGet, "/jobs", nil, &jobs); err != nil {
		return "", err
	}
	var running []string
	for _, j := range jobs {
		if j.Status == "Running" {
			running = append(running, j.ID)
		}
	}
	if len(jobs) != count || len(running) != 1 || jobs[count-1].ID != running[0] {
		return "", fmt.Errorf("want %d jobs of which the last one runs, not %+v", count, jobs)
	}
	return running[0], nil
}

// changeJob tells the stand-in what becomes of a job, or of the next one.
func (c *cloud) changeJob(ctx context.Context, id, action string) error {
	return c.ask(ctx, http.MethodPost, "/jobs/"+id, map[string]string{"action": action}, new(struct{}))
}

// ask asks the stand-in about itself.
func (c *cloud) ask(ctx context.Context, method, path string, body, answer any) error {
	content, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, method, c.admin+path, bytes.NewReader(content))
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("fakecloud: %s %s: %s", method, path, response.Status)
	}
	if err := json.NewDecoder(response.Body).Decode(answer); err != nil {
		return fmt.Errorf("fakecloud: %s %s: %w", method, path, err)
	}
	return nil
}
