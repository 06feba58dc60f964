// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"terraform-provider-x/internal/clitest"
)

// proxied leads all calls of a test through a proxy. Calls to this machine never go through one, so the services get
// names.
func (env *testEnv) proxied(login string, proxy *httptest.Server, more string) string {
	env.environment = []string{
		"HTTP_PROXY=http://" + login + strings.TrimPrefix(proxy.URL, "http://"), "http_proxy=", "NO_PROXY=", "no_proxy=",
	}
	return strings.ReplaceAll(env.providerBlock(more), "http://127.0.0.1:", "http://cloud.example:")
}

// TestProxyThatRefuses counts how often a wrong password is sent to a proxy. Kind of report: dozens of times in one
// apply of one resource, and the account was locked.
func TestProxyThatRefuses(t *testing.T) {
	forEachRestore(t, func(t *testing.T, c restoreCase) {
		env := newTestEnv(t)
		var asked atomic.Int32
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			w.WriteHeader(http.StatusProxyAuthRequired)
		}))
		t.Cleanup(proxy.Close)
		for _, more := range []string{"", "preflight = false"} {
			env.write("main.tf", env.proxied("user:wrong-password@", proxy, more)+c.config(t, c.mayOverwrite()))
			asked.Store(0)
			result := env.apply()
			env.expect(result, clitest.ExitError, "Service cannot be reached", "HTTPS_PROXY", "407", "No restore was started.")
			if asked.Load() != 1 {
				t.Errorf("with %q, the proxy was asked %d times", more, asked.Load())
			}
			if strings.Contains(result.output, "wrong-password") {
				t.Errorf("the password is shown:\n%s", result.output)
			}
		}
		env.expectAccepted(0)
	})
}

// TestProxyVariableThatCannotBeRead names the variable and does not send calls directly. Kind of report: a password
// with a special character, and traffic that passed the proxy by.
func TestProxyVariableThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"HTTPS_PROXY", "http_proxy"} {
		env := newTestEnv(t)
		env.environment = []string{name + "=http://user:100%wrong@proxy.example:3128"}
		env.configure(rdsCase.config(t))
		result := env.plan()
		env.expect(result, clitest.ExitError, "Invalid proxy variable", name, "percent-encoded")
		if requests := env.cloud.Requests(); len(requests) > 0 || strings.Contains(result.output, "100%wrong") {
			t.Errorf("%s: %v\n%s", name, requests, result.output)
		}
	}
}
