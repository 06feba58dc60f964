// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"terraform-provider-x/internal/fakecloud"
)

const (
	// visibleAfter is how long a new job is not yet shown: "several seconds", say the API references.
	visibleAfter = 3 * time.Second
	// unending is the duration of a job that is ended from here.
	unending = 1000 * time.Hour
)

// plannedRestores are what one apply has to do.
type plannedRestores struct {
	count     int
	preflight bool
	duration  func(k int) time.Duration // of the job of the k-th restore that is accepted, from 0
}

// doneRestores are how that went, on the cloud's clock.
type doneRestores struct {
	total     time.Duration // from the first call to RDS to the end of the last Create
	calls     map[string]int
	throttled int
	late      []time.Duration // of each Create, after the end of its job
}

func (d doneRestores) allCalls() int {
	sum := 0
	for _, count := range d.calls {
		sum += count
	}
	return sum
}

// jobQueries are the lists of jobs, and the queries of one.
func (d doneRestores) jobQueries() int {
	return d.calls[fakecloud.ListTasks] + d.calls[fakecloud.ShowJob]
}

// apply restores, each on an instance of its own, in a cloud of its own with a clock of its own.
func (b *bench) apply(ctx context.Context, name string, planned plannedRestores) (doneRestores, error) {
	clock := newClock(b.factor)
	cloud, err := fakecloud.Start(fakecloud.Options{
		World: world(planned.count, 60), Now: clock.Now, JobDuration: unending, JobVisibleAfter: visibleAfter,
	})
	if err != nil {
		return doneRestores{}, err
	}
	defer cloud.Close()
	configuration := providerBlock(cloud.Addresses(), fmt.Sprintf("preflight = %t", planned.preflight)) +
		restores(planned.count, clock.Now().Add(-time.Hour))
	w, err := b.workspace(name, b.binaries.clocked, configuration, clockVariable+"="+clock.String())
	if err != nil {
		return doneRestores{}, err
	}

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var began time.Time
	var conducting sync.WaitGroup
	conducting.Go(func() { began = conduct(ctx, cloud, clock, planned) })
	ends, err := w.applyAndWatch(ctx, clock, planned.count)
	if err == nil && len(ends) != planned.count {
		err = fmt.Errorf("%d of %d restores have ended", len(ends), planned.count)
	}
	if err != nil {
		return doneRestores{}, err
	}
	cancel()
	conducting.Wait()

	done := doneRestores{calls: cloud.Requests()[fakecloud.RDS], throttled: cloud.Throttled()}
	for jobID, end := range ends {
		job, found := cloud.Job(jobID)
		if !found || job.Status != fakecloud.Completed {
			return doneRestores{}, fmt.Errorf("the job %q has not completed", jobID)
		}
		done.late = append(done.late, end.Sub(job.Ended))
		done.total = max(done.total, end.Sub(began))
	}
	return done, nil
}

// conduct ends each job at its time, until ctx ends, and returns when the first call came.
func conduct(ctx context.Context, cloud *fakecloud.Cloud, clock clock, planned plannedRestores) (began time.Time) {
	known := 0
	for {
		err := cloud.WaitFor(ctx, func() bool {
			return began.IsZero() && len(cloud.Requests()[fakecloud.RDS]) > 0 || len(cloud.Restores()) > known
		})
		if err != nil {
			return began
		}
		if began.IsZero() {
			began = clock.Now()
		}
		for _, restore := range cloud.Restores()[known:] {
			end := restore.Time.Add(planned.duration(known))
			known++
			time.AfterFunc(clock.until(end), func() {
				_ = cloud.Change(restore.JobID, fakecloud.JobChange{Action: "finish"}) // there is that job
			})
		}
	}
}

// applyAndWatch applies and returns, by job, when the command line has said that its resource is created.
func (w workspace) applyAndWatch(ctx context.Context, clock clock, parallelism int) (map[string]time.Time, error) {
	command := w.command(ctx, "apply", "-auto-approve", "-input=false", "-json", fmt.Sprintf("-parallelism=%d", parallelism))
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	var all bytes.Buffer
	command.Stderr = &all
	if err := command.Start(); err != nil {
		return nil, err
	}
	ends := map[string]time.Time{}
	lines := bufio.NewScanner(output)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		now := clock.Now()
		var line struct {
			Type string `json:"type"`
			Hook struct {
				ID string `json:"id_value"`
			} `json:"hook"`
		}
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Type == "apply_complete" {
			ends[line.Hook.ID] = now
		}
		all.Write(lines.Bytes())
		all.WriteByte('\n')
	}
	err = wait(ctx, command)
	if err != nil {
		return nil, fmt.Errorf("apply: %w\n%s", err, end(all.Bytes()))
	}
	return ends, lines.Err()
}
