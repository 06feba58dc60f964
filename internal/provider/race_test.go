// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"os"
	"path/filepath"
)

// withRaceDetector has the CLI start this test binary as the provider: where the tests run with the race detector, so
// does the provider, for those tests in which much happens in one process at once. A race fails the test.
func (env *testEnv) withRaceDetector() *testEnv {
	env.Helper()
	env.provider = raceProvider
	env.Cleanup(func() {
		reports, _ := filepath.Glob(filepath.Join(env.dir, raceReport+".*")) // the pattern is a good one
		for _, report := range reports {
			text, err := os.ReadFile(report)
			env.Errorf("the provider has a race: %v\n%s", err, text)
		}
	})
	return env
}

const raceReport = "race-report"

// raceOptions are those of a provider with the race detector. It writes its reports where the test looks for them: a
// CLI hides what a provider writes, and how it exits. It does not sleep for a second before it exits, which each
// command would wait for three times.
func (env *testEnv) raceOptions() string {
	return "GORACE=atexit_sleep_ms=0 log_path=" + filepath.Join(env.dir, raceReport)
}
