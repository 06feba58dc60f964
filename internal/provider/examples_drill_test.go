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

	"terraform-provider-x/internal/clitest"
	"terraform-provider-x/internal/fakecloud"
)

// useExample takes an example as it is. What is set beside it says where the cloud is, and how to sign in there.
func (env *testEnv) useExample(name string) {
	env.Helper()
	for _, pattern := range []string{"*.tf", "*.hcl"} {
		files, err := filepath.Glob(filepath.Join("..", "..", "examples", name, pattern))
		if err != nil {
			env.Fatal(err)
		}
		for _, file := range files {
			env.write(filepath.Base(file), example(env.T, name+"/"+filepath.Base(file)))
		}
	}
	env.write("cloud_override.tf", env.providerBlock(""))
}

// readOutput reads an output of the last apply.
func (env *testEnv) readOutput(name string, into any) {
	env.Helper()
	o := env.run("output", "-json", name)
	env.expect(o, clitest.ExitOK)
	if err := json.Unmarshal([]byte(o.output), into); err != nil {
		env.Fatalf("%v:\n%s", err, o.output)
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
func (env *testEnv) expectDrill(have drillEvidence, week, jobID string) {
	env.Helper()
	if have.DurationSeconds <= 0 {
		env.Errorf("took %d s", have.DurationSeconds)
	}
	// The newest moment is five minutes old when it is asked for.
	if have.DataAgeSeconds < 240 {
		env.Errorf("the data is %d s old", have.DataAgeSeconds)
	}
	for _, moment := range []string{have.RestoredTo, have.SubmittedAt, have.StartedAt, have.FinishedAt} {
		if _, err := time.Parse(time.RFC3339, moment); err != nil {
			env.Error(err)
		}
	}
	short := strings.ReplaceAll(week, "-", "")
	want := have
	want.Passed, want.Week, want.InstanceID, want.JobID = true, week, ordersDB, jobID
	want.MaximumDurationSeconds, want.MaximumDataAgeSeconds = 3600, 900
	want.RestoredObjects, want.CleanupStatements = drillObjects(short), drillCleanup(short)
	if difference := cmp.Diff(want, have); difference != "" {
		env.Errorf("the evidence (- wanted, + is):\n%s", difference)
	}
}

// newDrillEnv is a test environment with the drill. Its clock runs slowly enough that a busy machine does not make the
// data older than the drill allows.
func newDrillEnv(t *testing.T) *testEnv {
	t.Helper()
	env := newTestEnvWithClock(t, clitest.NewClock(10), func(o *fakecloud.Options) { o.JobDuration = 40 * time.Second })
	env.useExample("dr-drill")
	return env
}

// inWeek is the moment of a drill.
func inWeek(moment string) []string { return []string{"-var", "week=" + moment} }

// TestDrillOnceAWeek applies on a Wednesday, plans from the first to the last second of that week, and drills in the
// next one.
func TestDrillOnceAWeek(t *testing.T) {
	t.Parallel()
	env := newDrillEnv(t)
	o := env.mustApply(inWeek("2026-11-18T12:00:00Z")...)
	if strings.Contains(o.output, "Check block assertion failed") {
		t.Errorf("a check failed:\n%s", o.output)
	}
	var text string
	var evidence drillEvidence
	env.readOutput("evidence", &text)
	if err := json.Unmarshal([]byte(text), &evidence); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	env.expectDrill(evidence, "2026-11-16", env.expectAccepted(1)[0])
	for _, moment := range []string{"2026-11-16T00:00:00Z", "2026-11-22T23:59:59Z"} {
		env.expect(env.plan(inWeek(moment)...), clitest.ExitOK, "No changes.")
	}
	env.expect(env.plan(inWeek("2026-11-15T23:59:59Z")...), clitest.ExitChanges, "orders_drill_20261109")
	o = env.mustApply(inWeek("2026-11-23T00:00:00Z")...)
	env.expect(o, clitest.ExitOK, runsAgain, "because of changes in databases, triggers")
	env.expectStored("x_rds_pg_table_pitr.drill", map[string]any{
		"job_id": env.expectAccepted(2)[1], "restored_objects": drillObjects("20261123"),
		"cleanup_statements": drillCleanup("20261123"),
	})
}

var (
	// missed allows less time than the job takes.
	missed      = []string{"-var", "maximum_duration_seconds=30"}
	missedBy    = regexp.MustCompile(`The restore took \d{2,4} s; at most 30 s are allowed\.`)
	checkFailed = "Check block assertion failed"
)

// TestDrillMissesItsTarget applies: to miss a target is a warning, and in the evidence.
func TestDrillMissesItsTarget(t *testing.T) {
	t.Parallel()
	env := newDrillEnv(t)
	o := env.mustApply(missed...)
	if env.expect(o, clitest.ExitOK, "Warning: "+checkFailed, `\"passed\":false`); !missedBy.MatchString(o.output) ||
		strings.Count(o.output, checkFailed) != 1 {
		t.Errorf("want the duration to be warned of, alone:\n%s", o.output)
	}
	env.expectAccepted(1)
}

// TestDrillAsATest runs what fails where a target is missed.
func TestDrillAsATest(t *testing.T) {
	t.Parallel()
	t.Run("passes", func(t *testing.T) {
		t.Parallel()
		env := newDrillEnv(t)
		for count := range 2 { // the names differ each time
			env.expect(env.run("test", "-no-color"), clitest.ExitOK, "1 passed, 0 failed", "Restored objects stay",
				"shop.public.orders_test_")
			env.expectAccepted(count + 1)
		}
	})
	t.Run("fails", func(t *testing.T) {
		t.Parallel()
		env := newDrillEnv(t)
		o := env.run(append([]string{"test", "-no-color"}, missed...)...)
		if env.expect(o, clitest.ExitError, "Error: "+checkFailed, "0 passed, 1 failed"); !missedBy.MatchString(o.output) {
			t.Errorf("want the duration to be the reason:\n%s", o.output)
		}
		env.expectAccepted(1)
	})
}

// pipelines reads the commands of both pipelines, and the actions of one, by the CLI's own idea of YAML.
func pipelines(t *testing.T) (github, gitlab, actions []string) {
	t.Helper()
	env := newTestEnv(t)
	for _, name := range []string{"github-workflow.yml", "gitlab-ci.yml"} {
		env.write(name, example(t, "dr-drill/"+name))
	}
	env.write("main.tf", `
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
	env.mustApply()
	var all struct{ GitHub, GitLab, Actions []string }
	env.readOutput("all", &all)
	return all.GitHub, all.GitLab, all.Actions
}

// TestDrillInPipelines runs the commands of the pipelines, which are the README's.
func TestDrillInPipelines(t *testing.T) {
	t.Parallel()
	github, gitlab, actions := pipelines(t)
	if difference := cmp.Diff(github, gitlab); difference != "" || len(github) < 5 {
		t.Fatalf("the pipelines differ (- GitHub, + GitLab):\n%s", difference)
	}
	if readme := example(t, "dr-drill/README.md"); !strings.Contains(readme,
		"```sh\n"+strings.Join(github, "\n")+"\n```") {
		t.Errorf("the README does not have the pipelines' commands:\n%s", strings.Join(github, "\n"))
	}
	for _, action := range actions {
		if !regexp.MustCompile(`^[\w-]+/[\w-]+@[0-9a-f]{40}$`).MatchString(action) {
			t.Errorf("%s is not pinned by its commit", action)
		}
	}

	env := newDrillEnv(t)
	before := monday(time.Now())
	first := slices.Index(github, "terraform init -input=false") + 1 // which would look the provider up in the registry
	output := env.shell(github[first:]...)
	text, err := os.ReadFile(filepath.Join(env.dir, "evidence.json"))
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
	env.expectDrill(evidence, week, env.expectAccepted(1)[0])
	if cleanup := strings.Join(drillCleanup(strings.ReplaceAll(week, "-", "")), "\n"); !strings.HasSuffix(output,
		cleanup+"\n"+string(text)+"\n") {
		t.Errorf("the output does not end with the statements and the evidence:\n%s", output)
	}
	// which may have ended meanwhile
	env.expect(env.plan("-var", "week="+week+"T00:00:00Z"), clitest.ExitOK, "No changes.")
}

// monday is the first day of a moment's week.
func monday(at time.Time) string {
	at = at.UTC()
	return at.AddDate(0, 0, -(int(at.Weekday())+6)%7).Format(time.DateOnly)
}

// shell runs commands as a pipeline does: one after the other, and none after one that fails. They call the CLI
// terraform.
func (env *testEnv) shell(commands ...string) string {
	env.Helper()
	cli := env.cli()
	bin := env.TempDir()
	if err := os.Symlink(cli.Path, filepath.Join(bin, "terraform")); err != nil {
		env.Fatal(err)
	}
	shell := exec.Command("sh", "-e", "-c", strings.Join(commands, "\n"))
	shell.Dir = env.dir
	shell.Env = append(cli.Environment, fmt.Sprintf("PATH=%s:%s", bin, os.Getenv("PATH")))
	output, err := shell.CombinedOutput()
	if err != nil {
		env.Fatalf("%v:\n%s", err, output)
	}
	return string(output)
}
