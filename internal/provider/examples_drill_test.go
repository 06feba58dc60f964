// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"terraform-provider-x/internal/fakecloud"
)

// useExample takes an example as it is. What is set beside it says where the stage's cloud is, and how to sign in there.
func (s *stage) useExample(name string) {
	s.Helper()
	for _, pattern := range []string{"*.tf", "*.hcl"} {
		files, err := filepath.Glob(filepath.Join("..", "..", "examples", name, pattern))
		if err != nil {
			s.Fatal(err)
		}
		for _, file := range files {
			s.write(filepath.Base(file), example(s.T, name+"/"+filepath.Base(file)))
		}
	}
	s.write("stage_override.tf", s.providerBlock(""))
}

// readOutput reads an output of the last apply.
func (s *stage) readOutput(name string, into any) {
	s.Helper()
	o := s.run("output", "-json", name)
	s.expect(o, 0)
	if err := json.Unmarshal([]byte(o.output), into); err != nil {
		s.Fatalf("%v:\n%s", err, o.output)
	}
}

// drillEvidence is the drill's JSON object.
type drillEvidence struct {
	Passed                 bool     `json:"passed"`
	Week                   string   `json:"week"`
	InstanceID             string   `json:"instance_id"`
	JobID                  string   `json:"job_id"`
	RestoredTo             string   `json:"restored_to"`
	SubmittedAt            string   `json:"submitted_at"`
	StartedAt              string   `json:"started_at"`
	FinishedAt             string   `json:"finished_at"`
	DurationSeconds        int      `json:"duration_seconds"`
	MaximumDurationSeconds int      `json:"maximum_duration_seconds"`
	DataAgeSeconds         int      `json:"data_age_seconds"`
	MaximumDataAgeSeconds  int      `json:"maximum_data_age_seconds"`
	RestoredObjects        []string `json:"restored_objects"`
	CleanupStatements      []string `json:"cleanup_statements"`
}

// drillObjects and drillCleanup are what the drill of a week leaves.
func drillObjects(week string) []string {
	return []string{"shop.public.customers_drill_" + week, "shop.public.orders_drill_" + week}
}

func drillCleanup(week string) []string {
	return []string{
		`DROP TABLE "public"."customers_drill_` + week + `"; -- in database "shop"`,
		`DROP TABLE "public"."orders_drill_` + week + `"; -- in database "shop"`,
	}
}

// expectDrill checks the evidence of a drill that has passed.
func (s *stage) expectDrill(have drillEvidence, week, jobID string) {
	s.Helper()
	if have.DurationSeconds <= 0 || have.DurationSeconds > 3600 {
		s.Errorf("took %d s", have.DurationSeconds)
	}
	// The newest moment is five minutes old when it is asked for. On this clock a tenth of a second counts as ten.
	if have.DataAgeSeconds < 240 || have.DataAgeSeconds > 900 {
		s.Errorf("the data is %d s old", have.DataAgeSeconds)
	}
	for _, moment := range []string{have.RestoredTo, have.SubmittedAt, have.StartedAt, have.FinishedAt} {
		if _, err := time.Parse(time.RFC3339, moment); err != nil {
			s.Error(err)
		}
	}
	short := strings.ReplaceAll(week, "-", "")
	want := have
	want.Passed, want.Week, want.InstanceID, want.JobID = true, week, ordersDB, jobID
	want.MaximumDurationSeconds, want.MaximumDataAgeSeconds = 3600, 900
	want.RestoredObjects, want.CleanupStatements = drillObjects(short), drillCleanup(short)
	if difference := cmp.Diff(want, have); difference != "" {
		s.Errorf("the evidence (- wanted, + is):\n%s", difference)
	}
}

// inWeek is the moment of a drill.
func inWeek(moment string) []string { return []string{"-var", "week=" + moment} }

// TestDrillOnceAWeek applies on a Wednesday, plans from the first to the last second of that week, and drills in the next one.
func TestDrillOnceAWeek(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.useExample("dr-drill")
	o := s.mustApply(inWeek("2026-11-18T12:00:00Z")...)
	if strings.Contains(o.output, "Check block assertion failed") {
		t.Errorf("a check failed:\n%s", o.output)
	}
	var text string
	var evidence drillEvidence
	s.readOutput("evidence", &text)
	if err := json.Unmarshal([]byte(text), &evidence); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	s.expectDrill(evidence, "2026-11-16", s.expectAccepted(1)[0])
	for _, moment := range []string{"2026-11-16T00:00:00Z", "2026-11-22T23:59:59Z"} {
		s.expect(s.plan(inWeek(moment)...), 0, "No changes.")
	}
	s.expect(s.plan(inWeek("2026-11-15T23:59:59Z")...), 2, "orders_drill_20261109")
	o = s.mustApply(inWeek("2026-11-23T00:00:00Z")...)
	s.expect(o, 0, runsAgain, "because of a change of databases, triggers")
	s.expectStored("x_rds_pg_table_pitr.drill", map[string]any{
		"job_id": s.expectAccepted(2)[1], "restored_objects": drillObjects("20261123"), "cleanup_statements": drillCleanup("20261123"),
	})
}

// slower is a cloud that takes longer than the five minutes that missed allows.
func slower(o *fakecloud.Options) { o.JobDuration = 10 * time.Minute }

var (
	missed      = []string{"-var", "maximum_duration_seconds=300"}
	missedBy    = regexp.MustCompile(`The restore took \d{3,4} s; at most 300 s are allowed\.`)
	checkFailed = "Check block assertion failed"
)

// TestDrillMissesItsTarget applies: to miss a target is a warning, and in the evidence.
func TestDrillMissesItsTarget(t *testing.T) {
	t.Parallel()
	s := newStage(t, slower)
	s.useExample("dr-drill")
	o := s.mustApply(missed...)
	if s.expect(o, 0, "Warning: "+checkFailed, `\"passed\":false`); !missedBy.MatchString(o.output) || strings.Count(o.output, checkFailed) != 1 {
		t.Errorf("want the duration to be warned of, alone:\n%s", o.output)
	}
	s.expectAccepted(1)
}

// TestDrillAsATest runs what fails where a target is missed.
func TestDrillAsATest(t *testing.T) {
	t.Parallel()
	t.Run("passes", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		s.useExample("dr-drill")
		for count := range 2 { // the names differ each time
			s.expect(s.run("test", "-no-color"), 0, "1 passed, 0 failed", "The restored objects stay", "shop.public.orders_test_")
			s.expectAccepted(count + 1)
		}
	})
	t.Run("fails", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, slower)
		s.useExample("dr-drill")
		o := s.run(append([]string{"test", "-no-color"}, missed...)...)
		if s.expect(o, 1, "Error: "+checkFailed, "0 passed, 1 failed"); !missedBy.MatchString(o.output) {
			t.Errorf("want the duration to be the reason:\n%s", o.output)
		}
		s.expectAccepted(1)
	})
}

// pipelines reads the commands of both pipelines, and the actions of one, by the CLI's own idea of YAML.
func pipelines(t *testing.T) (github, gitlab, actions []string) {
	t.Helper()
	s := newStage(t)
	for _, name := range []string{"github-workflow.yml", "gitlab-ci.yml"} {
		s.write(name, example(t, "dr-drill/"+name))
	}
	s.write("main.tf", `
locals {
  steps = yamldecode(file("github-workflow.yml")).jobs.drill.steps
}
output "all" {
  value = {
    github  = [for step in local.steps : step.run if can(step.run)]
    actions = [for step in local.steps : step.uses if can(step.uses)]
    gitlab  = yamldecode(file("gitlab-ci.yml")).drill.script
  }
}`)
	s.mustApply()
	var all struct{ GitHub, GitLab, Actions []string }
	s.readOutput("all", &all)
	return all.GitHub, all.GitLab, all.Actions
}

// TestDrillInPipelines runs the commands of the pipelines, which are the README's.
func TestDrillInPipelines(t *testing.T) {
	t.Parallel()
	github, gitlab, actions := pipelines(t)
	if difference := cmp.Diff(github, gitlab); difference != "" || len(github) < 5 {
		t.Fatalf("the pipelines differ (- GitHub, + GitLab):\n%s", difference)
	}
	if readme := example(t, "dr-drill/README.md"); !strings.Contains(readme, "```sh\n"+strings.Join(github, "\n")+"\n```") {
		t.Errorf("the README does not have the pipelines' commands:\n%s", strings.Join(github, "\n"))
	}
	for _, action := range actions {
		if !regexp.MustCompile(`^[\w-]+/[\w-]+@[0-9a-f]{40}$`).MatchString(action) {
			t.Errorf("%s is not pinned by its commit", action)
		}
	}

	s := newStage(t)
	s.useExample("dr-drill")
	before := monday(time.Now())
	first := slices.Index(github, "terraform init -input=false") + 1 // which would look the provider up in the registry
	output := s.shell(github[first:]...)
	text, err := os.ReadFile(filepath.Join(s.dir, "evidence.json"))
	if err != nil {
		t.Fatal(err)
	}
	var evidence drillEvidence
	if err := json.Unmarshal(text, &evidence); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	week := evidence.Week
	if after := monday(time.Now()); week != before && week != after {
		t.Errorf("the week is %s, want %s or %s", week, before, after)
	}
	s.expectDrill(evidence, week, s.expectAccepted(1)[0])
	if cleanup := strings.Join(drillCleanup(strings.ReplaceAll(week, "-", "")), "\n"); !strings.HasSuffix(output, cleanup+"\n"+string(text)+"\n") {
		t.Errorf("the output does not end with the statements and the evidence:\n%s", output)
	}
	s.expect(s.plan("-var", "week="+week+"T00:00:00Z"), 0, "No changes.") // which may have ended meanwhile
}

// monday is the first day of a moment's week.
func monday(at time.Time) string {
	at = at.UTC()
	return at.AddDate(0, 0, -(int(at.Weekday())+6)%7).Format(time.DateOnly)
}

// shell runs commands as a pipeline does: one after the other, and none after one that fails. They call the CLI terraform.
func (s *stage) shell(commands ...string) string {
	s.Helper()
	cli, err := cliPath()
	if err != nil {
		s.Fatal(err)
	}
	bin := s.TempDir()
	if err := os.Symlink(cli, filepath.Join(bin, "terraform")); err != nil {
		s.Fatal(err)
	}
	shell := exec.Command("sh", "-e", "-c", strings.Join(commands, "\n"))
	shell.Dir = s.dir
	shell.Env = append(cleanEnvironment(), fmt.Sprintf("PATH=%s:%s", bin, os.Getenv("PATH")),
		serveVariable+"="+s.clock.String(), "TF_CLI_CONFIG_FILE="+s.cliConfiguration(), "CHECKPOINT_DISABLE=1")
	output, err := shell.CombinedOutput()
	if err != nil {
		s.Fatalf("%v:\n%s", err, output)
	}
	return string(output)
}
