// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"terraform-provider-x/internal/fakecloud"
)

const (
	// visibleAfter is how long a new job is not yet shown: "several seconds", say the API references.
	visibleAfter = 3 * time.Second
	// apart is how long after one apply the next is started.
	apart = 3 * time.Second
	// unending is the duration of a job that is ended from here.
	unending = 1000 * time.Hour
)

// plannedRestores are what one apply has to do.
type plannedRestores struct {
	count     int
	preflight bool
	duration  func(k int) time.Duration // of the job of the k-th restore that is accepted, from 0
}

// doneRestores are how that went.
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

// applyAll applies several, side by side, each in a cloud and a working directory of its own. Nearly all of the time
// they wait; they are started apart, so that the work of a start disturbs no other wait.
func (b *bench) applyAll(ctx context.Context, name string, planned []plannedRestores) ([]doneRestores, error) {
	results, errs := make([]doneRestores, len(planned)), make([]error, len(planned))
	var applies sync.WaitGroup
	for i := range planned {
		applies.Go(func() { results[i], errs[i] = b.apply(ctx, fmt.Sprintf("%s-%d", name, i), planned[i]) })
		select {
		case <-time.After(apart):
		case <-ctx.Done():
		}
	}
	applies.Wait()
	return results, errors.Join(errs...)
}

// apply restores, each on an instance of its own, in a cloud of its own.
func (b *bench) apply(ctx context.Context, name string, planned plannedRestores) (doneRestores, error) {
	cloud, err := fakecloud.Start(fakecloud.Options{
		World: world(planned.count, 60), JobDuration: unending, JobVisibleAfter: visibleAfter,
	})
	if err != nil {
		return doneRestores{}, err
	}
	defer cloud.Close()
	configuration := providerBlock(cloud.Addresses(), fmt.Sprintf("preflight = %t", planned.preflight)) +
		restores(planned.count, time.Now().Add(-time.Hour))
	w, err := b.workspace(name, configuration)
	if err != nil {
		return doneRestores{}, err
	}

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var began time.Time
	var conducting sync.WaitGroup
	conducting.Go(func() { began = conduct(ctx, cloud, planned) })
	ends, err := w.applyAndWatch(ctx, planned.count)
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
func conduct(ctx context.Context, cloud *fakecloud.Cloud, planned plannedRestores) (began time.Time) {
	known := 0
	for {
		err := cloud.WaitFor(ctx, func() bool {
			return began.IsZero() && len(cloud.Requests()[fakecloud.RDS]) > 0 || len(cloud.Restores()) > known
		})
		if err != nil {
			return began
		}
		if began.IsZero() {
			began = time.Now()
		}
		for _, restore := range cloud.Restores()[known:] {
			end := restore.Time.Add(planned.duration(known))
			known++
			time.AfterFunc(time.Until(end), func() {
				_ = cloud.Change(restore.JobID, fakecloud.JobChange{Action: "finish"}) // there is that job
			})
		}
	}
}

// applyAndWatch applies and returns, by job, when the CLI has said that its resource is created.
func (w workspace) applyAndWatch(ctx context.Context, parallelism int) (map[string]time.Time, error) {
	ends := map[string]time.Time{}
	watched := *w.CLI
	watched.Stdout = &lines{each: func(text []byte) {
		now := time.Now()
		var line struct {
			Type string `json:"type"`
			Hook struct {
				ID string `json:"id_value"`
			} `json:"hook"`
		}
		if json.Unmarshal(text, &line) == nil && line.Type == "apply_complete" {
			ends[line.Hook.ID] = now
		}
	}}
	parallel := fmt.Sprintf("-parallelism=%d", parallelism)
	_, err := watched.Must(ctx, "apply", "-auto-approve", "-input=false", "-json", parallel)
	return ends, err
}
