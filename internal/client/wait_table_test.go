// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

// Each letter is a reply, the last one for ever. Without a deadline it is an hour.
func TestWaitForJob(t *testing.T) {
	tests := []struct {
		name      string
		replies   string
		age       time.Duration // of the job when the wait begins
		deadline  time.Duration // from then
		want      string        // of the job returned: its status
		err       string        // its beginning
		polls     [2]int        // least and most
		from, to  time.Duration // when the wait ended
		seenTimes int

		sawRunning, mayBeGone bool // before the wait
	}{
		{
			name:      "done at the first poll",
			replies:   "c",
			want:      "Completed",
			polls:     [2]int{1, 1},
			from:      2 * time.Second,
			to:        2 * time.Second,
			seenTimes: 1,
		},
		{
			name:      "failed is an end, not an error",
			replies:   "rrf",
			want:      "Failed",
			polls:     [2]int{3, 3},
			from:      5 * time.Second,
			to:        7 * time.Second,
			seenTimes: 3,
		},
		{
			name:      "an older job is asked about at once",
			replies:   "c",
			age:       time.Hour,
			want:      "Completed",
			polls:     [2]int{1, 1},
			seenTimes: 1,
		},
		{
			name:      "a job from the future is asked about soon",
			replies:   "c",
			age:       -time.Hour,
			want:      "Completed",
			polls:     [2]int{1, 1},
			from:      2 * time.Second,
			to:        2 * time.Second,
			seenTimes: 1,
		},
		{
			name:      "not yet known",
			replies:   "nnnrc",
			want:      "Completed",
			polls:     [2]int{5, 5},
			from:      9 * time.Second,
			to:        12 * time.Second,
			seenTimes: 2,
		},
		{
			name:      "an outage is outlived",
			replies:   "r" + strings.Repeat("x", 16) + "c",
			want:      "Completed",
			polls:     [2]int{18, 18},
			from:      2 * time.Minute,
			to:        5 * time.Minute,
			seenTimes: 2,
		},
		{
			name:      "failures between good polls do not add up",
			replies:   strings.Repeat("rxxxxxxxxxxxxxxx", 3) + "c",
			age:       time.Hour,
			deadline:  2 * time.Hour,
			want:      "Completed",
			polls:     [2]int{49, 49},
			from:      20 * time.Minute,
			to:        27 * time.Minute,
			seenTimes: 4,
		},
		{
			name:      "an outage of ten minutes is not",
			replies:   "rx",
			age:       time.Hour,
			want:      "Running",
			err:       "the status of the job " + jobID + " could not be queried since 2024-03-01T13:00:",
			polls:     [2]int{19, 26},
			from:      10 * time.Minute,
			to:        12 * time.Minute,
			seenTimes: 1,
		},
		{
			name:      "want of permission ends it earlier",
			replies:   "rd",
			age:       time.Hour,
			want:      "Running",
			err:       "the status of",
			polls:     [2]int{5, 8},
			from:      2 * time.Minute,
			to:        4 * time.Minute,
			seenTimes: 1,
		},
		{
			name:      "a short want of permission is outlived",
			replies:   "rddxddxc",
			age:       time.Hour,
			want:      "Completed",
			polls:     [2]int{8, 8},
			from:      3 * time.Minute,
			to:        4 * time.Minute,
			seenTimes: 2,
		},
		{
			name:    "never known",
			replies: "n",
			want:    "",
			err:     "the status of the job could not be queried since 2024-03-01T12:01:",
			polls:   [2]int{10, 25},
			from:    90 * time.Second,
			to:      130 * time.Second,
		},
		{
			name:    "no longer known",
			replies: "n",
			age:     time.Hour,
			want:    "",
			err:     "the status of",
			polls:   [2]int{3, 3},
			from:    50 * time.Second,
			to:      70 * time.Second,
		},
		{
			name:      "bound to be gone, and gone",
			replies:   "n",
			age:       8 * 24 * time.Hour,
			mayBeGone: true,
			err:       "the status of",
			polls:     [2]int{2, 2},
			from:      time.Second,
			to:        3 * time.Second,
		},
		{
			name:      "bound to be gone, and not known once",
			replies:   "nrnnc",
			age:       8 * 24 * time.Hour,
			mayBeGone: true,
			want:      "Completed",
			polls:     [2]int{5, 5},
			from:      60 * time.Second,
			to:        120 * time.Second,
			seenTimes: 2,
		},
		{
			name:      "not known for a while after it ran",
			replies:   "rnnnnnnc",
			age:       time.Hour,
			want:      "Completed",
			polls:     [2]int{8, 8},
			from:      3 * time.Minute,
			to:        4 * time.Minute,
			seenTimes: 2,
		},
		{
			name:      "not known for long after it ran",
			replies:   "rn",
			age:       time.Hour,
			want:      "Running",
			err:       "the status of the job " + jobID + " could not be queried since",
			polls:     [2]int{19, 26},
			from:      10 * time.Minute,
			to:        12 * time.Minute,
			seenTimes: 1,
		},
		{
			name:       "not known, and seen running before",
			replies:    "nnnnc",
			age:        time.Hour,
			sawRunning: true,
			want:       "Completed",
			polls:      [2]int{5, 5},
			from:       90 * time.Second,
			to:         150 * time.Second,
			seenTimes:  1,
		},
		{
			name:      "not known now and then",
			replies:   "rnnrnnxnnc",
			age:       time.Hour,
			want:      "Completed",
			polls:     [2]int{10, 10},
			from:      4 * time.Minute,
			to:        5 * time.Minute,
			seenTimes: 3,
		},
		{
			name:      "the deadline",
			replies:   "r",
			deadline:  10 * time.Minute,
			want:      "Running",
			err:       "job " + jobID + " was still running when the time to wait for it was over, at 40%",
			polls:     [2]int{26, 40},
			from:      10 * time.Minute,
			to:        10 * time.Minute,
			seenTimes: -1,
		},
		{
			name:      "the last poll is at the deadline",
			replies:   "rc",
			deadline:  3 * time.Second,
			want:      "Completed",
			polls:     [2]int{2, 2},
			from:      3 * time.Second,
			to:        3 * time.Second,
			seenTimes: 2,
		},
		{
			name:      "a deadline before the first poll",
			replies:   "r",
			deadline:  time.Second,
			want:      "Running",
			err:       "job " + jobID + " was still running",
			polls:     [2]int{1, 1},
			from:      time.Second,
			to:        time.Second,
			seenTimes: 1,
		},
		{
			name:      "a deadline that has passed",
			replies:   "c",
			age:       time.Hour,
			deadline:  -time.Minute,
			want:      "Completed",
			polls:     [2]int{1, 1},
			seenTimes: 1,
		},
		{
			name:      "the deadline within a failure",
			replies:   "rx",
			deadline:  time.Minute,
			want:      "Running",
			err:       "job " + jobID + " was still running",
			polls:     [2]int{10, 20},
			from:      time.Minute,
			to:        time.Minute,
			seenTimes: 1,
		},
		{
			name:     "the deadline, and never seen",
			replies:  "x",
			deadline: time.Minute,
			want:     "",
			err:      "the status of the job could not be queried since 2024-03-01T12:00:02Z: connection refused",
			polls:    [2]int{10, 20},
			from:     time.Minute,
			to:       time.Minute,
		},
		{
			name:     "the deadline, and never known",
			replies:  "n",
			deadline: 30 * time.Second,
			want:     "",
			err:      "the status of the job could not be queried since 2024-03-01T12:00:00Z: RDS job " + jobID + " was not found",
			polls:    [2]int{7, 14},
			from:     30 * time.Second,
			to:       30 * time.Second,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			clock := newFakeClock()
			clock.now = noon.Add(test.age)
			began := clock.Now()
			if test.deadline == 0 {
				test.deadline = time.Hour
			}
			var polls int
			var seen []Job
			w := unlisted(clock, func(context.Context, string) (Job, error) {
				polls++
				return pollReply(test.replies[min(polls, len(test.replies))-1])
			})
			got, err := w.waitFor(t.Context(), JobWait{
				JobID: jobID, Submitted: noon, Deadline: began.Add(test.deadline),
				Seen:       func(job Job) { seen = append(seen, job) },
				SawRunning: test.sawRunning, MayBeGone: test.mayBeGone,
			})
			if string(got.Status) != test.want {
				t.Errorf("the job is %+v, want it %q", got, test.want)
			}
			text := fmt.Sprint(err)
			if (err == nil) != (test.err == "") || err != nil && !strings.HasPrefix(text, test.err) {
				t.Errorf("got %v, want %q", err, test.err)
			}
			if polls < test.polls[0] || polls > test.polls[1] {
				t.Errorf("%d polls, want %v", polls, test.polls)
			}
			if took := clock.Now().Sub(began); took < test.from || took > test.to {
				t.Errorf("it took %s, want %s to %s", took, test.from, test.to)
			}
			if test.seenTimes >= 0 && len(seen) != test.seenTimes {
				t.Errorf("seen %d times, want %d: %v", len(seen), test.seenTimes, seen)
			}
			if len(seen) > 0 && seen[len(seen)-1] != got {
				t.Errorf("last seen %+v, returned %+v", seen[len(seen)-1], got)
			}
		})
	}
}
