// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The replies to a query, in a letter each, for the sequences below.
func pollReply(letter byte) (Job, error) {
	switch letter {
	case 'r':
		return Job{ID: jobID, Status: JobRunning, Progress: "40%"}, nil
	case 'c':
		return Job{ID: jobID, Status: JobCompleted}, nil
	case 'f':
		return Job{ID: jobID, Status: JobFailed, Reason: "no space left"}, nil
	case 'n':
		return Job{}, &NotFoundError{What: "RDS job " + jobID}
	case 'x':
		return Job{}, errors.New("connection refused")
	case 'd':
		return Job{}, &APIError{Service: "rds", Operation: "query job", StatusCode: 403, Code: "DBS.280015"}
	}
	panic(string(letter))
}

// unlisted is the poller of a service that has no list.
func unlisted(clock Clock, get func(context.Context, string) (Job, error)) *poller {
	return &poller{clock: clock, get: get, waiters: map[*waiter]bool{}}
}

func TestWaitErrors(t *testing.T) {
	wait := func(letters string, deadline time.Duration) error {
		clock := newFakeClock()
		var polls int
		w := unlisted(clock, func(context.Context, string) (Job, error) {
			polls++
			return pollReply(letters[min(polls, len(letters))-1])
		})
		_, err := w.waitFor(t.Context(), waitFor(noon, noon.Add(deadline)))
		return err
	}
	var timeout *WaitTimeoutError
	if err := wait("r", time.Minute); !errors.As(err, &timeout) || timeout.JobID != jobID ||
		timeout.Job.Progress != "40%" {
		t.Errorf("got %#v", err)
	}
	var failed *PollError
	if err := wait("rd", time.Hour); !errors.As(err, &failed) || failed.JobID != jobID || !IsForbidden(err) ||
		failed.Since.Before(noon.Add(3*time.Second)) {
		t.Errorf("got %#v", err)
	}
}

// An outage is one of minutes although every poll of it takes long by itself.
func TestWaitCountsFromTheFirstFailure(t *testing.T) {
	clock := newFakeClock()
	polls := 0
	w := unlisted(clock, func(ctx context.Context, _ string) (Job, error) {
		polls++
		if err := clock.Sleep(ctx, 4*time.Minute); err != nil {
			return Job{}, err
		}
		return pollReply('x')
	})
	_, err := w.waitFor(t.Context(), waitFor(noon, noon.Add(5*time.Hour)))
	var failed *PollError
	if !errors.As(err, &failed) || !failed.Since.Equal(noon.Add(2*time.Second)) || polls != 3 {
		t.Errorf("got %v after %d polls, want the first failure at 12:00:02 and 3 polls", err, polls)
	}
}

// A job that was seen to end has ended, also for a caller who stopped waiting at that moment.
func TestWaitKeepsAnEndThatCameWithTheCancellation(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	w := unlisted(newFakeClock(), func(context.Context, string) (Job, error) {
		cancel(errInterrupted)
		return pollReply('c')
	})
	job, err := w.waitFor(ctx, waitFor(noon, noon.Add(time.Hour)))
	if err != nil || job.Status != JobCompleted {
		t.Errorf("got %+v, %v", job, err)
	}
}

func TestPollInterval(t *testing.T) {
	tests := map[time.Duration]time.Duration{
		-time.Minute: 2 * time.Second, 0: 2 * time.Second, 8 * time.Second: 2 * time.Second,
		40 * time.Second: 10 * time.Second, 2 * time.Minute: 30 * time.Second, 100 * time.Hour: 30 * time.Second,
	}
	for age, want := range tests {
		differ := map[time.Duration]bool{}
		for range 100 {
			got := pollInterval(age)
			if got < want*9/10 || got > want*11/10 {
				t.Fatalf("at %s: %s, want about %s", age, got, want)
			}
			differ[got] = true
		}
		if len(differ) < 50 {
			t.Errorf("at %s: %d different intervals of 100", age, len(differ))
		}
	}
}

// From the first request to the last the way it runs: the service does not know the job at first,
// then has an outage, then the job ends.
func TestWaitForJobOverHTTP(t *testing.T) {
	running := answerWith(200, `{"job":{"id":"`+jobID+`","status":"Running","process":"9%"}}`)
	server := newTestServer(
		t,
		answerWith(400, `{"error_code":"DBS.200543","error_msg":"The job does not exist."}`),
		running,
		answerWith(
			503,
			"",
		),
		answerWith(503, ""),
		answerWith(503, ""),
		answerWith(503, ""),
		answerWith(503, ""), // all attempts of one poll
		answerWith(502, "<html>"),
		running, // a second poll needs two attempts
		answerWith(200, `{"job":{"id":"`+jobID+`","status":"Completed","process":""}}`),
	)
	clock := newFakeClock()
	c := newTestClient(t, server.URL, clock)
	var progress []string
	job, err := c.RDS().WaitForJob(t.Context(), JobWait{
		JobID: jobID, Submitted: noon, Deadline: noon.Add(time.Hour),
		Seen: func(job Job) { progress = append(progress, job.Progress) },
	})
	if err != nil || job.Status != JobCompleted {
		t.Errorf("got %+v, %v", job, err)
	}
	if diff := cmp.Diff([]string{"9%", "9%", ""}, progress); diff != "" {
		t.Errorf("progress: -want +got\n%s", diff)
	}
	if got := len(server.got()); got != 10 {
		t.Errorf("%d requests, want 10", got)
	}
}
