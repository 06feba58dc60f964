// SPDX-License-Identifier: MPL-2.0

package client

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"golang.org/x/net/http/httpproxy"
	"golang.org/x/sync/semaphore"
)

// proxies are those that the environment names, and what is known of each one that was used. A proxy may lock an
// account after a few wrong passwords, so that a login that it rejected is not tried again.
type proxies struct {
	of func(*url.URL) (*url.URL, error) // the proxy for an address; nil for none

	mutex sync.Mutex
	gates map[string]*proxyGate // by the proxy's address
}

// newProxies reads the environment, by net/http's rules. It hides the logins of the proxies.
func newProxies(hidden *secrets) (*proxies, error) {
	if err := checkProxyVariables(); err != nil {
		return nil, err
	}
	p := &proxies{of: httpproxy.FromEnvironment().ProxyFunc(), gates: map[string]*proxyGate{}}
	for _, scheme := range []string{"http", "https"} {
		proxy, _ := p.of(&url.URL{Scheme: scheme, Host: "any.example"})
		if proxy == nil || proxy.User == nil {
			continue
		}
		password, _ := proxy.User.Password()
		login := proxy.User.Username() + ":" + password
		hidden.add(password, proxy.User.String(), base64.StdEncoding.EncodeToString([]byte(login)))
	}
	return p, nil
}

// proxyGate lets one call go first, like a loginGuard, and none after a refusal.
type proxyGate struct {
	lock *semaphore.Weighted // held while nobody knows whether the proxy accepts its login, and a call finds out

	mutex   sync.Mutex
	open    bool  // the proxy did not reject a call
	refused error // why nobody goes through any more
}

// passage is one attempt's way through a proxy; nil is none.
type passage struct {
	gate  *proxyGate
	first bool
	plain bool // the proxy itself passes requests and answers on; there is no tunnel
}

// enter waits until an attempt may go by a client's connections. The caller must leave what it has entered without an
// error.
func (p *proxies) enter(client *http.Client, request *http.Request) (*passage, error) {
	transport, ok := client.Transport.(*http.Transport)
	if !ok || transport.Proxy == nil {
		return nil, nil
	}
	proxy, err := transport.Proxy(request)
	if err != nil { // net/http does not trust HTTP_PROXY in a CGI program
		return nil, &ConnectionError{Err: err, Check: checkProxy}
	}
	if proxy == nil {
		return nil, nil
	}
	gate := p.gate(proxy.String())
	first, err := gate.enter(request.Context())
	plain := request.URL.Scheme == "http" && !strings.HasPrefix(proxy.Scheme, "socks")
	return &passage{gate: gate, first: first, plain: plain}, err
}

func (p *proxies) gate(address string) *proxyGate {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.gates[address] == nil {
		p.gates[address] = &proxyGate{lock: semaphore.NewWeighted(1)}
	}
	return p.gates[address]
}

func (g *proxyGate) enter(ctx context.Context) (first bool, err error) {
	if g.lock.Acquire(ctx, 1) != nil {
		return false, context.Cause(ctx)
	}
	g.mutex.Lock()
	defer g.mutex.Unlock()
	first = g.refused == nil && !g.open
	if !first {
		g.lock.Release(1)
	}
	return first, g.refused
}

// leave notes how an attempt went.
func (w *passage) leave(ctx context.Context, err error) {
	if w == nil {
		return
	}
	g := w.gate
	if w.first {
		defer g.lock.Release(1)
	}
	g.mutex.Lock()
	defer g.mutex.Unlock()
	switch {
	case IsProxyRefused(err):
		g.refused = err
	case ctx.Err() == nil: // if nobody could be reached, there is no use in going one after the other either
		g.open = true
	}
}

// isRefusedBy reports whether an answer is the proxy's, which has passed nothing on.
func (w *passage) isRefusedBy(response *http.Response) bool {
	return w != nil && w.plain && response.StatusCode == http.StatusProxyAuthRequired
}

// proxyAnswer is why a proxy lets a call not through. It quotes nothing that the proxy has written.
type proxyAnswer struct {
	status int    // 0 from a SOCKS proxy
	text   string // in words
	login  bool   // it does not accept the login
}

func newProxyAnswer(status int) *proxyAnswer {
	text := strings.TrimSpace(fmt.Sprintf("HTTP %d %s", status, http.StatusText(status)))
	return &proxyAnswer{status: status, text: text, login: status == http.StatusProxyAuthRequired}
}

func (e *proxyAnswer) Error() string {
	if e.login {
		return fmt.Sprintf("the proxy rejected its login, which is not tried again (%s)", e.text)
	}
	return fmt.Sprintf("the proxy made no connection (%s)", e.text)
}

// isPermanent reports whether the proxy does not mean that it could not reach the service for the moment.
func (e *proxyAnswer) isPermanent() bool {
	switch e.status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests:
		return false
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return true
	}
	return e.status < http.StatusInternalServerError
}

// IsProxyRefused reports whether err says that a proxy did not accept its login. Nobody tries it again.
func IsProxyRefused(err error) bool {
	var answered *proxyAnswer
	return errors.As(err, &answered) && answered.login
}

// onProxyConnect is what a proxy answers to the request for a tunnel.
func onProxyConnect(_ context.Context, _ *url.URL, _ *http.Request, answered *http.Response) error {
	if answered.StatusCode == http.StatusOK {
		return nil
	}
	return newProxyAnswer(answered.StatusCode)
}

// fromSOCKS makes a proxyAnswer of the errors that net/http has no type for.
func fromSOCKS(err error) error {
	var failed *net.OpError
	if !errors.As(err, &failed) || failed.Op != "socks connect" || failed.Err == nil {
		return err
	}
	switch text := failed.Err.Error(); {
	case strings.Contains(text, "authentication"):
		return &proxyAnswer{text: text, login: true}
	case strings.Contains(text, "not allowed by ruleset"):
		return &proxyAnswer{text: text}
	}
	return err
}
