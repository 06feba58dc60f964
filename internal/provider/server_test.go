// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestReduceOverhead leaves logs and collector to whoever has said something about them.
func TestReduceOverhead(t *testing.T) {
	logs := []string{"TF_LOG_SDK", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_SDK_PROTO"}
	for name, c := range map[string]struct {
		environment []string
		log         string
		percent     int
	}{
		"nothing":           {nil, "off", 200},
		"a log":             {[]string{"TF_LOG=TRACE"}, "", 200},
		"a provider's log":  {[]string{"TF_LOG_PROVIDER_X=DEBUG"}, "", 200},
		"a collector":       {[]string{"GOGC=50"}, "off", 77},
		"something else":    {[]string{"TF_INPUT=0", "GOGCX=1"}, "off", 200},
		"both, and nothing": {[]string{"TF_LOG=", "GOGC=off"}, "", 77},
	} {
		t.Run(name, func(t *testing.T) {
			for _, variable := range logs {
				t.Setenv(variable, "")
			}
			before := debug.SetGCPercent(77)
			defer debug.SetGCPercent(before)
			reduceOverhead(c.environment)
			for _, variable := range logs {
				if got := os.Getenv(variable); got != c.log {
					t.Errorf("%s is %q, want %q", variable, got, c.log)
				}
			}
			if got := debug.SetGCPercent(77); got != c.percent {
				t.Errorf("the collector runs at %d, want %d", got, c.percent)
			}
		})
	}
}
