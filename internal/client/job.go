// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// JobStatus is the status of a job, in the words of RDS and DDS.
type JobStatus string

// The statuses of a job.
const (
	JobRunning   JobStatus = "Running"
	JobCompleted JobStatus = "Completed"
	JobFailed    JobStatus = "Failed"
)

// Job is an asynchronous task of a service, as a query or a list shows it.
type Job struct {
	ID         string
	Name       string // its type, such as MongodbRestoreTable
	InstanceID string // "" from DWS
	Status     JobStatus
	Reason     string    // why the job failed
	Progress   string    // "60%", or "" if the service does not say
	Created    time.Time // UTC, as the next; zero when absent
	Ended      time.Time // may be set while the job is running
	NoZone     bool      // Created was written without a zone (DWS) and read as UTC
	// UnknownStatus is the service's word if it is none that is known; Status is then a guess.
	UnknownStatus string
}

// MayBeRestore reports whether the job's name says that it is a restore. DDS documents MongodbRestoreTable,
// MongodbRestoreInstance, MongodbPitr2CurrentInstance and MongodbPitr2NewInstance ("Querying Tasks"). RDS publishes no
// name for tables of PostgreSQL: the restores that it names, such as SingleDbRestoreSqlserverInInstance and
// RestoreNewInstance, have the word in their names, and the consoles call this one "table PITR". DWS lists nothing but
// restores. If this is wrong, it costs the job's adoption, not the guard: that stops for all jobs that are not known to
// be harmless (IsHarmless).
func (j Job) MayBeRestore() bool {
	name := strings.ToLower(j.Name)
	return strings.Contains(name, "restor") || strings.Contains(name, "pitr")
}

// job queries one job.
func (c *Client) job(ctx context.Context, service, jobID string, priority priority) (Job, error) {
	if err := checkID("job", jobID); err != nil {
		return Job{}, err
	}
	query := call{
		service: service, operation: "query job", method: http.MethodGet, priority: priority,
		path: "/v3/{project_id}/jobs", query: url.Values{"id": {jobID}},
	}
	if service == serviceDWS {
		query.path, query.query = "/v1.0/{project_id}/job/"+jobID, nil
	}
	what := strings.ToUpper(service) + " job " + jobID
	var reply jobReply
	if err := c.do(ctx, query, &reply); err != nil {
		return Job{}, notFound(err, what, "DBS.200543")
	}
	if reply.record.empty() {
		return Job{}, &NotFoundError{What: what}
	}
	job := reply.record.job(c.clock.Now())
	if job.ID == "" {
		job.ID = jobID
	}
	return job, nil
}

// jobReply is the answer to a query of one job. RDS and DDS wrap the job, DWS does not.
type jobReply struct{ record jobRecord }

func (r *jobReply) UnmarshalJSON(data []byte) error {
	var wrapped struct {
		Job jobRecord `json:"job"`
	}
	if err := json.Unmarshal(data, &wrapped); err != nil {
		return err
	}
	if r.record = wrapped.Job; r.record.empty() {
		return json.Unmarshal(data, &r.record)
	}
	return nil
}

// jobRecord is a job in any of its spellings: the services differ from each other, and the list of a service differs
// from its query of one job.
type jobRecord struct {
	ID         text `json:"id"`
	JobID      text `json:"job_id"` // DWS
	Name       text `json:"name"`
	JobName    text `json:"job_name"`    // DWS
	ActionName text `json:"action_name"` // DWS cluster actions
	Status     text `json:"status"`
	InstanceID text `json:"instance_id"` // lists
	Instance   struct {
		ID text `json:"id"`
	} `json:"instance"`
	FailReason   text   `json:"fail_reason"`
	FailedCode   text   `json:"failed_code"` // DWS, as the next
	FailedDetail text   `json:"failed_detail"`
	Progress     text   `json:"progress"`
	Process      text   `json:"process"` // RDS
	Created      moment `json:"created"`
	CreatedAt    moment `json:"created_at"`  // DDS list
	CreateTime   moment `json:"create_time"` // RDS list
	BeginTime    moment `json:"begin_time"`  // DWS
	SubmitTime   moment `json:"submit_time"` // DWS cluster actions
	Ended        moment `json:"ended"`
	EndedAt      moment `json:"ended_at"`
	EndTime      moment `json:"end_time"`
}

func (r jobRecord) empty() bool { return r.ID == "" && r.JobID == "" && r.Status == "" }

func (r jobRecord) job(now time.Time) Job {
	created := firstMoment(r.Created, r.CreatedAt, r.CreateTime, r.BeginTime, r.SubmitTime)
	job := Job{
		ID:         firstOf(r.ID, r.JobID),
		Name:       firstOf(r.Name, r.JobName, r.ActionName),
		InstanceID: firstOf(r.InstanceID, r.Instance.ID),
		Reason:     string(r.FailReason),
		Progress:   percentage(firstOf(r.Progress, r.Process)),
		Created:    created.Time,
		Ended:      firstMoment(r.Ended, r.EndedAt, r.EndTime).Time,
		NoZone:     created.noZone,
	}
	if job.Reason == "" {
		job.Reason = strings.TrimPrefix(strings.TrimSuffix(string(r.FailedCode+": "+r.FailedDetail), ": "), ": ")
	}
	r.judge(&job, now)
	return job
}

// judge sets the status of a job. One whose status is no known word has ended if it has an end: not as it should have,
// as far as anybody can tell. The reason then holds the word. An end that is yet to come, or that is the job's beginning,
// is none: DDS shows such for jobs that run. Clocks that differ only put that off: to take a running job for a failed
// one would be worse.
func (r jobRecord) judge(job *Job, now time.Time) {
	word := strings.TrimSpace(string(r.Status))
	status, known := jobStatus(word)
	job.Status = status
	if !known {
		job.UnknownStatus = word
		if job.Ended.After(job.Created) && (job.NoZone || !job.Ended.After(now)) {
			job.Status = JobFailed
		}
	}
	telling := !known || strings.HasPrefix(strings.ToUpper(word), "ROLLBACK")
	if job.Status == JobFailed && telling {
		job.Reason = strings.TrimSpace(fmt.Sprintf("%s (status %q)", job.Reason, word))
	}
}

// jobStatus folds the services' words, and reports whether a word is one of them. RDS and DDS say Running, Completed
// (once Complete) and Failed, and Initing and Pending for tasks that are scheduled; DWS jobs say INIT, WAITING,
// RUNNING, DELAY_SCHEDULED, SUCCESS, FAIL and STOP; DWS actions say FAILED, ROLLBACK_RUNNING, ROLLBACK_SUCCESS and
// ROLLBACK_FAIL. Any other word counts as running: to end a wait on it would be a guess, and the wait has a deadline.
func jobStatus(word string) (status JobStatus, known bool) {
	switch strings.ToUpper(strings.TrimSpace(word)) {
	case "COMPLETED", "COMPLETE", "SUCCESS":
		return JobCompleted, true
	case "FAILED", "FAIL", "STOP", "ERROR", "ROLLBACK_SUCCESS", "ROLLBACK_FAIL":
		return JobFailed, true
	case "RUNNING", "INIT", "INITING", "PENDING", "WAITING", "DELAY_SCHEDULED", "ROLLBACK_RUNNING", "":
		return JobRunning, true
	default:
		return JobRunning, false
	}
}

// text is a string that some replies write as a number, or as null. It is empty for anything else.
type text string

func (t *text) UnmarshalJSON(data []byte) error {
	*t = ""
	switch first := data[0]; { // of a value that is known to be JSON
	case first == '"':
		return json.Unmarshal(data, (*string)(t))
	case first == '-' || first >= '0' && first <= '9':
		*t = text(plainNumber(string(data)))
	}
	return nil
}

// moment is a time in any of the services' spellings. It is zero if it cannot be read: a job is worth more than its
// dates.
type moment struct {
	time.Time
	noZone bool
}

func (m *moment) UnmarshalJSON(data []byte) error {
	var written text
	if err := written.UnmarshalJSON(data); err != nil {
		return err
	}
	m.Time, _ = parseTime(string(written))
	_, err := time.Parse(withoutZone, normalTime(string(written)))
	m.noZone = err == nil
	return nil
}

// No service had jobs earlier, and RFC 3339 has no later years.
const earliestYear, latestYear = 2000, 9999

const withoutZone = "2006-01-02T15:04:05"

func normalTime(written string) string {
	return strings.Replace(strings.TrimSpace(written), " ", "T", 1)
}

// parseTime reads 2022-11-09T20:25:00 with +0000, +08:00, Z or no zone, with or without a fraction, with a space for
// the T, and milliseconds since 1970. A time without a zone (DWS) counts as UTC, which is not documented.
func parseTime(written string) (time.Time, error) {
	if milliseconds, isNumber := parseNumber(written); isNumber {
		return time.UnixMilli(milliseconds).UTC(), nil
	}
	normal := normalTime(written)
	// A fraction of the second is read whether the layout has one or not.
	for _, layout := range []string{"2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07:00", withoutZone} {
		if t, err := time.Parse(layout, normal); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time in a known form", written)
}

func firstOf(texts ...text) string {
	for _, t := range texts {
		if t != "" {
			return string(t)
		}
	}
	return ""
}

// firstMoment leaves out what is no time of a job, such as 0, or a number of seconds: a job that seems to be of 1970
// would pass for one of long ago.
func firstMoment(moments ...moment) moment {
	for _, m := range moments {
		if m.Year() >= earliestYear && m.Year() <= latestYear {
			return m
		}
	}
	return moment{}
}

func jobsOf(records []jobRecord, now time.Time) []Job {
	var jobs []Job
	for _, record := range records {
		jobs = append(jobs, record.job(now))
	}
	return jobs
}

func idOf(job Job) string { return job.ID }
