// SPDX-License-Identifier: MPL-2.0

package client

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Kind of report: a service that once wrote a number as a string, or with a fraction, and a client that could not read
// the whole answer for it.
func TestNumber(t *testing.T) {
	known := func(whole int64) number { return number{whole: whole, known: true} }
	for written, want := range map[string]number{
		`2000`: known(2000), `"2000"`: known(2000), `2000.0`: known(2000), `"2000.0"`: known(2000), `2e3`: known(2000),
		`" 2000 "`: known(2000), `2000.9`: known(2000), `-1`: known(-1), `0`: known(0), `-0.0`: known(0),
		`"+5"`:            known(5),
		`1688169600000.0`: known(1688169600000), `1.6881696E12`: known(1688169600000),
		`"1.6881696e+12"`:     known(1688169600000),
		`9223372036854775807`: known(math.MaxInt64), `9007199254740992.0`: known(1 << 53),
		`9223372036854775808`: {}, `1e300`: {}, `-1e300`: {}, `1e999999999`: {}, `1e-999999999`: known(0),
		`null`: {}, `true`: {}, `""`: {}, `"many"`: {},
		`"NaN"`: {}, `"Inf"`: {}, `"-infinity"`: {}, `"0x10"`: {}, `"1_000"`: {}, `"1,000"`: {}, `[]`: {},
		`{}`: {}, `[2000]`: {},
		`{"value":2000}`: {}, `"2000 tables"`: {},
	} {
		reply := struct{ Limit number }{number{whole: 7, known: true}} // what was there before does not stay
		if err := json.Unmarshal([]byte(`{"Limit":`+written+`}`), &reply); err != nil || reply.Limit != want {
			t.Errorf("%s: %+v, %v, want %+v", written, reply.Limit, err, want)
		}
	}
}

// FuzzNumber: no value in a number's place makes an answer unreadable, and what is a number is the same in all its forms.
func FuzzNumber(f *testing.F) {
	for _, seed := range []string{
		`1688169600000`, `"1688169600000.0"`, `1.6881696e12`, `null`, `-0.0`, `1e999999999`, `[]`, `{"a":1}`,
		`"NaN"`, `"\u0031"`, `"0x1p4"`, `9007199254740993.0`,
	} {
		f.Add(seed, int64(1688169600000))
	}
	f.Add(`0`, int64(math.MinInt64))
	f.Fuzz(func(t *testing.T, value string, whole int64) {
		if json.Valid([]byte(value)) {
			var reply struct {
				Number number
				Text   text
				Moment moment
			}
			body := `{"Number":` + value + `,"Text":` + value + `,"Moment":` + value + `}`
			if err := json.Unmarshal([]byte(body), &reply); err != nil {
				t.Errorf("%s: %v", value, err)
			}
			if !reply.Number.known && reply.Number.whole != 0 || reply.Number.count() < 0 {
				t.Errorf("%s: %+v", value, reply.Number)
			}
		}
		digits := strconv.FormatInt(whole, 10)
		forms := []string{digits, `"` + digits + `"`}
		if whole > -1<<53 && whole < 1<<53 {
			forms = append(forms, digits+".0", `"`+digits+`.000"`, strconv.FormatFloat(float64(whole), 'e', -1, 64))
		}
		for _, form := range forms {
			var n number
			var asText text
			if json.Unmarshal([]byte(form), &n) != nil || n != (number{whole: whole, known: true}) {
				t.Errorf("%s: %+v", form, n)
			}
			if json.Unmarshal([]byte(form), &asText) != nil || form[0] != '"' && whole != 0 && string(asText) != digits {
				t.Errorf("%s: %q", form, asText)
			}
		}
	})
}

// What is only good to know does not keep a list of tables from being read.
func TestAdvisoryNumbers(t *testing.T) {
	for _, value := range []string{
		`"2000"`, `2000.0`, `"2000.0"`, `null`, `"many"`, `-1`, `1e300`, `{}`, `[]`, `true`, `""`, `0.5`,
		`99999999999999999999`,
	} {
		for _, missing := range []bool{false, true} {
			limit, total := `"table_limit":`+value+`,`, `"total_tables":`+value+`,`
			if missing {
				limit, total = "", ""
			}
			reply := `{` + limit + `"instances":[{"id":"` + rdsID + `",` + total + `"databases":[{"name":"shop",` + total +
				`"schemas":[{"name":"public",` + total + `"tables":[{"name":"orders"}]}]}]}]}`
			c := newTestClient(t, newTestServer(t, answerWith(200, reply)).URL, newFakeClock())
			got, err := c.RDS().RestorableTables(t.Context(), rdsID, noon, RDSTableFilter{})
			if err != nil || len(got.Tables) != 1 || got.TableLimit < 0 || got.TotalTables < 1 {
				t.Errorf("%s: %+v, %v", value, got, err)
			}
			if strings.HasPrefix(strings.Trim(value, `"`), "2000") && !missing && (got.TableLimit != 2000 || got.TotalTables != 2000) {
				t.Errorf("%s: %+v", value, got)
			}
		}
	}
}

// Versions are advisory too, and look like numbers.
func TestVersionsAsNumbers(t *testing.T) {
	for version, want := range map[string]string{`"14"`: "14", `14`: "14", `14.0`: "14", `4.2`: "4.2", `null`: "", `{}`: ""} {
		reply := `{"instances":[{"id":"` + rdsID + `","name":7,"status":"ACTIVE","datastore":{"type":"PostgreSQL","version":` + version + `}},
			{"id":"` + ddsID + `","name":7,"status":"normal","actions":[],"mode":"ReplicaSet","datastore":{"version":` + version + `}}]}`
		c := newTestClient(t, newTestServer(t, answerWith(200, reply)).URL, newFakeClock())
		if got, err := c.RDS().Instance(t.Context(), rdsID); err != nil || got.Version != want || got.Name != "7" {
			t.Errorf("RDS, %s: %+v, %v", version, got, err)
		}
		if got, err := c.DDS().Instance(t.Context(), ddsID); err != nil || got.Version != want || got.Name != "7" {
			t.Errorf("DDS, %s: %+v, %v", version, got, err)
		}
	}
}

// The fields of a job that decide take both forms, and one that is absurd is unknown: a job that seems to be of 1970
// would pass for one that has nothing to do with the call just made.
func TestJobsInNumbers(t *testing.T) {
	created := time.UnixMilli(1688169600000).UTC()
	for written, want := range map[string]time.Time{
		`1688169600000`: created, `"1688169600000"`: created, `1688169600000.0`: created, `"1688169600000.0"`: created,
		`1.6881696e12`: created, `1688169600000.7`: created, `" 1688169600000 "`: created,
		`"2023-07-01T00:00:00.000+0000"`: created,
		`1688169600`:                     {}, `"1688169600"`: {}, // seconds, which no page mentions; as milliseconds they would be of 1970
		`0`: {}, `"0"`: {}, `-1`: {}, `1`: {}, `1e300`: {}, `99999999999999999999`: {}, `null`: {}, `{}`: {},
		`true`: {}, `"soon"`: {},
		`"1970-01-01T00:00:00Z"`: {}, `"0001-01-01T00:00:00Z"`: {}, `20230701`: {},
	} {
		reply := `{"job":{"id":123.0,"status":"Running","created":` + written + `,"ended":` + written + `,"instance":{"id":456.0}}}`
		c := newTestClient(t, newTestServer(t, answerWith(200, reply)).URL, newFakeClock())
		job, err := c.RDS().Job(t.Context(), "123")
		if err != nil || job.ID != "123" || job.InstanceID != "456" || !job.Created.Equal(want) || !job.Ended.Equal(want) {
			t.Errorf("%s: %+v, %v", written, job, err)
		}
	}
	for written, want := range map[string]string{
		`60`: "60%", `"60"`: "60%", `60.0`: "60%", `"60.0"`: "60%", `"60%"`: "60%", `" 60 % "`: "60%", `0`: "0%",
		`33.3`: "33.3%",
		`null`: "", `""`: "", `{}`: "", `-1`: "", `1e300`: "", `101`: "", `"NaN"`: "", `"Inf%"`: "", `"half"`: "half",
	} {
		c := newTestClient(t, newTestServer(t, answerWith(200, `{"job":{"id":"a","process":`+written+`}}`)).URL, newFakeClock())
		if job, err := c.RDS().Job(t.Context(), "a"); err != nil || job.Progress != want {
			t.Errorf("%s: %q, %v, want %q", written, job.Progress, err, want)
		}
	}
}

// The job's id is worth more than its form, in the answer to each restore.
func TestJobIDsInNumbers(t *testing.T) {
	for written, want := range map[string]string{`123`: "123", `123.0`: "123", `"123"`: "123", `1.23e2`: "123", `"123.0"`: "123.0"} {
		reply := `{"job_id":` + written + `,"restore_result":[{"instance_id":1,"job_id":` + written + `}]}`
		c := newTestClient(t, newTestServer(t, answerWith(200, reply)).URL, newFakeClock())
		results, err := c.RDS().RestoreTables(t.Context(), RDSTableRestore{
			Instances: []RDSTableRestoreInstance{{InstanceID: rdsID}},
		})
		if err != nil || results[0].JobID != want {
			t.Errorf("RDS, %s: %v, %v", written, results, err)
		}
		if got, err := c.DDS().RestoreCollections(t.Context(), ddsID, DDSCollectionRestore{}); err != nil || got != want {
			t.Errorf("DDS, %s: %v, %v", written, got, err)
		}
		if got, err := c.DWS().RestoreTables(t.Context(), snapshotID, DWSTableRestore{}); err != nil || got != want {
			t.Errorf("DWS, %s: %v, %v", written, got, err)
		}
	}
}

// A code of zero is success in whatever form.
func TestZeroCodes(t *testing.T) {
	for _, code := range []string{`0`, `0.0`, `"0"`, `"0.0"`, `"DWS.0000"`, `null`, `""`} {
		if refusedInside([]byte(`{"error_code":` + code + `,"job_id":"a"}`)) {
			t.Errorf("%s counts as a refusal", code)
		}
	}
	for _, code := range []string{`1`, `500`, `"DWS.5174"`, `"none"`} {
		if !refusedInside([]byte(`{"errCode":` + code + `}`)) {
			t.Errorf("%s counts as a success", code)
		}
	}
}
