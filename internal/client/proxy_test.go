// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

const proxySecret = "proxy-pass%3Fword"

// withoutProxy removes what the environment says of proxies.
func withoutProxy(t *testing.T) {
	t.Helper()
	for _, name := range proxyVariables {
		t.Setenv(name, "")
	}
}

// Kind of report: a proxy variable with a typo, or with a password that is not percent-encoded, and the calls went out
// directly, without a word.
func TestProxyVariables(t *testing.T) {
	for value, good := range map[string]bool{
		"http://proxy.example:3128": true, "https://proxy.example": true, "socks5://proxy.example:1080": true,
		"socks5h://proxy.example:1080": true, "HTTP://proxy.example:3128/": true, "proxy.example:3128": true,
		"proxy.example": true, "proxy": true, "192.0.2.1:3128": true, "192.0.2.1": true,
		"http://[2001:db8::1]:3128": true, "[2001:db8::1]:3128": true, "user:" + proxySecret + "@proxy.example:3128": true,
		"proxy_1.example:3128":                               true,
		"http://user:" + proxySecret + "@proxy.example:3128": true, "http://bücher.example:3128": true,

		"http://user:pass%word@proxy.example:3128": false, "http://user:pa#ss@proxy.example:3128": false,
		"http://user:pa/ss@proxy.example:3128": false, "user:pa?ss@proxy.example:3128": false,
		"http://proxy.example:port": false, "http://proxy.example:99999": false, "http://proxy.example:0": false,
		"proxy.example:99999": false, "http://": false, "http:///": false, ":3128": false, "http://:3128": false,
		"http//proxy.example:3128": false, "http:/proxy.example:3128": false, "htp://proxy.example:3128": false,
		"ftp://proxy.example": false, "http://proxy example:3128": false, " http://proxy.example:3128": false,
		"http://proxy.example:3128\n": false, "http://proxy.example:3128,http://other.example": false,
		"http://[2001:db8::1:3128": false, "2001:db8::1": false, "%zz": false, "http://http://proxy.example:3128": false,
		`"http://proxy.example:3128"`: false,
	} {
		for _, name := range []string{"HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"} {
			withoutProxy(t)
			t.Setenv(name, value)
			expectVariable(t, name, value, good)
		}
	}
}

func TestNoProxyVariables(t *testing.T) {
	for value, good := range map[string]bool{
		"": true, "*": true, "localhost,127.0.0.1": true, " .example , *.example:8443,": true,
		"10.0.0.0/8,2001:db8::/32":              true,
		"192.0.2.1:8443,[2001:db8::1]:8443,::1": true, "/var/run/docker.sock": true, "<local>": true,
		"10.0.0.0/33": false, "10.0.0.0/": false, "10.0.0.0/255.0.0.0": false, ":8443": false, "a.example,:8443": false,
		"https://a.example": false, "a.example b.example": false, "a.example;b.example": false, "a.example:port": false,
		"a.example:99999": false,
	} {
		for _, name := range []string{"NO_PROXY", "no_proxy"} {
			withoutProxy(t)
			t.Setenv("HTTPS_PROXY", "http://proxy.example:3128")
			t.Setenv(name, value)
			expectVariable(t, name, value, good)
			t.Setenv("HTTPS_PROXY", "")
			expectVariable(t, name, value, true) // of no consequence
		}
	}
}

// expectVariable makes a client. An error names the variable, and never its value.
func expectVariable(t *testing.T, name, value string, good bool) {
	t.Helper()
	_, err := New(Config{Region: "eu-west-101", AccessKey: "TESTACCESSKEY", SecretKey: "test-secret/key+"})
	var wrong *ProxyVariableError
	switch {
	case errors.As(err, &wrong) == good || good && err != nil:
		t.Errorf("%s=%q: %v", name, value, err)
	case good:
	case wrong.Variable != name || !strings.Contains(err.Error(), name):
		t.Errorf("%s=%q: not named in %v", name, value, err)
	case value != "http://" && strings.Contains(err.Error(), value) || strings.Contains(err.Error(), "user:"):
		t.Errorf("%s=%q: the value is shown: %v", name, value, err)
	}
}

// Both spellings are looked at, whichever wins.
func TestBothSpellingsOfAProxyVariable(t *testing.T) {
	withoutProxy(t)
	t.Setenv("HTTPS_PROXY", "http://proxy.example:3128")
	t.Setenv("https_proxy", "http://:pass%word@")
	expectVariable(t, "https_proxy", "http://:pass%word@", false)
}

// testProxy refuses, or answers in the service's place.
type testProxy struct {
	*testServer
	mutex sync.Mutex
	asked []string // of a call, or of a tunnel
}

func newTestProxy(t *testing.T, reply http.HandlerFunc) *testProxy {
	t.Helper()
	p := &testProxy{}
	p.testServer = newTestServer(t, func(w http.ResponseWriter, r *http.Request) {
		p.mutex.Lock()
		p.asked = append(p.asked, r.Method+" "+r.Host)
		p.mutex.Unlock()
		reply(w, r)
	})
	withoutProxy(t)
	address := "http://user:" + proxySecret + "@" + strings.TrimPrefix(p.URL, "http://")
	t.Setenv("HTTP_PROXY", address)
	t.Setenv("HTTPS_PROXY", address)
	return p
}

// Kind of report: a wrong password of the proxy, tried dozens of times in one apply, which locked the account. After one
// 407 nobody goes through that proxy again, whatever the call, the service and the region. A restore was certainly not
// sent.
func TestProxyThatRefusesTheLogin(t *testing.T) {
	for scheme, connect := range map[string]bool{"http": false, "https": true} {
		for first := range theCalls {
			t.Run(scheme+"/"+first, func(t *testing.T) {
				proxy := newTestProxy(t, func(w http.ResponseWriter, r *http.Request) {
					if (r.Method == http.MethodConnect) != connect {
						t.Errorf("%s %s", r.Method, r.URL)
					}
					w.Header().Set("Proxy-Authenticate", "Basic")
					answerWith(407, `{"error_code":"APIGW.0301","error_msg":"`+r.Header.Get("Proxy-Authorization")+`"}`)(w, r)
				})
				clock := newFakeClock()
				c := newTestClient(t, scheme+"://dws.example", clock)
				calls := []func(context.Context, *Client) error{theCalls[first]}
				for _, call := range theCalls {
					calls = append(calls, call, call)
				}
				for i, call := range calls {
					err := call(t.Context(), c)
					if outcome(err) != unsent || !errors.As(err, new(*ConnectionError)) || !IsProxyRefused(err) ||
						!strings.Contains(err.Error(), "407") || !strings.Contains(err.Error(), "HTTPS_PROXY") {
						t.Errorf("call %d: %s: %v", i, outcome(err), err)
					}
					if text := fmt.Sprintf("%+v", err); strings.Contains(text, "proxy-pass") || strings.Contains(text, "user:") {
						t.Errorf("call %d: the login is shown: %s", i, text)
					}
				}
				if len(proxy.asked) != 1 || clock.total() != 0 {
					t.Errorf("it was asked %q, after %s", proxy.asked, clock.total())
				}
			})
		}
	}
}

// However many calls begin at once, one goes through a proxy first; a proxy that takes it lets the others go together.
func TestOneCallGoesFirstThroughAProxy(t *testing.T) {
	const calls = 10
	for name, test := range map[string]struct{ status, want int }{
		"refused": {407, 1}, "taken": {200, calls}, "unavailable": {503, calls},
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int32
			together := make(chan struct{})
			newTestProxy(t, func(w http.ResponseWriter, r *http.Request) {
				switch asked.Add(1) {
				case 1:
				case calls:
					close(together)
				default:
					select { // all are under way at once
					case <-together:
					case <-r.Context().Done():
					}
				}
				answerWith(test.status, goodReply)(w, r)
			})
			c := newTestClient(t, "http://dws.example", newFakeClock(), func(config *Config) {
				config.AccessKey, config.SecretKey, config.Metadata, config.MaxRetries = "", "", true, 0
			})
			c.login = &login{guard: newLoginGuard(), issue: func(context.Context) (*credential, error) {
				return &credential{token: "a-token", expires: noon.AddDate(1, 0, 0), renew: noon.AddDate(1, 0, 0)}, nil
			}}
			var all sync.WaitGroup
			for range calls {
				all.Go(func() { _, _ = c.DWS().Job(t.Context(), jobID) })
			}
			all.Wait()
			if got := asked.Load(); int(got) != test.want {
				t.Errorf("%d were asked, want %d", got, test.want)
			}
		})
	}
}

// A proxy that refuses for another reason, or that is none, is no matter of time either; one that cannot reach the
// service for the moment is.
func TestProxyThatMakesNoTunnel(t *testing.T) {
	for status, permanent := range map[int]bool{
		400: true, 403: true, 404: true, 405: true, 501: true, 408: false, 429: false,
		500: false, 502: false, 503: false, 504: false,
	} {
		for class, call := range theCalls {
			proxy := newTestProxy(t, answerWith(status, "no"))
			clock := newFakeClock()
			err := call(t.Context(), newTestClient(t, "https://dws.example", clock))
			if outcome(err) != unsent || errors.As(err, new(*ConnectionError)) != permanent || IsProxyRefused(err) ||
				!strings.Contains(err.Error(), fmt.Sprint(status)) {
				t.Errorf("%d, %s: %v", status, class, err)
			}
			if want := map[bool]int{true: 1, false: 5}[permanent]; len(proxy.asked) != want {
				t.Errorf("%d, %s: %d tunnels, want %d", status, class, len(proxy.asked), want)
			}
		}
	}
}

// A proxy's name that does not exist is the proxy's variable's fault.
func TestProxyThatDoesNotExist(t *testing.T) {
	for scheme, proxy := range map[string]string{"http": "http://proxy.example", "https": "socks5://proxy.example:1080"} {
		withoutProxy(t)
		t.Setenv("HTTP_PROXY", proxy)
		t.Setenv("HTTPS_PROXY", proxy)
		c := newTestClient(t, scheme+"://dws.example", newFakeClock())
		unknown := &net.DNSError{Err: "no such host", Name: "proxy.example", IsNotFound: true}
		c.dialsFail(&net.OpError{Op: "dial", Err: unknown})
		err := theCalls["once"](t.Context(), c)
		if outcome(err) != unsent || !errors.As(err, new(*ConnectionError)) || !strings.Contains(err.Error(), "NO_PROXY") {
			t.Errorf("%s: %v", scheme, err)
		}
	}
}

// A proxy of the kind SOCKS5 refuses a login in its own words.
func TestSOCKSProxyThatRefusesTheLogin(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	tries, done := 0, make(chan struct{})
	go func() {
		defer close(done)
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			tries++
			buffer := make([]byte, 1<<10)
			_, _ = connection.Read(buffer)
			_, _ = connection.Write([]byte{5, 2}) // by password
			_, _ = connection.Read(buffer)
			_, _ = connection.Write([]byte{1, 1}) // no
			_ = connection.Close()
		}
	}()
	withoutProxy(t)
	t.Setenv("HTTPS_PROXY", "socks5://user:"+proxySecret+"@"+listener.Addr().String())
	c := newTestClient(t, "https://dws.example", newFakeClock())
	for _, call := range theCalls {
		if err := call(t.Context(), c); outcome(err) != unsent || !IsProxyRefused(err) {
			t.Errorf("%s: %v", outcome(err), err)
		}
	}
	_ = listener.Close()
	if <-done; tries != 1 {
		t.Errorf("%d tries, want 1", tries)
	}
}
