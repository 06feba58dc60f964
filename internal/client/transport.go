// SPDX-License-Identifier: MPL-2.0

package client

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"time"
)

// httpClients hold the connections, which the clients of all regions share.
type httpClients struct {
	repeatable *http.Client
	once       *http.Client // each attempt has a connection of its own
	metadata   *http.Client // no proxy: the metadata service is this machine's own, and its keys are not for a proxy
}

func newHTTPClients(config Config, through *proxies) httpClients {
	proxy := func(request *http.Request) (*url.URL, error) { return through.of(request.URL) }
	once := newTransport(config, proxy)
	once.DisableKeepAlives = true
	return httpClients{
		repeatable: newHTTPClient(newTransport(config, proxy)),
		once:       newHTTPClient(once),
		metadata:   newHTTPClient(newTransport(config, nil)),
	}
}

func newHTTPClient(transport *http.Transport) *http.Client {
	return &http.Client{
		Transport: transport,
		// A redirect invalidates the signature, and may turn a POST into a GET.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// newTransport speaks HTTP/1.1 only: over HTTP/2, and over a connection that was kept, Go's own transport sends some
// requests again without asking.
func newTransport(config Config, proxy func(*http.Request) (*url.URL, error)) *http.Transport {
	secured := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		RootCAs:            config.RootCAs,
		InsecureSkipVerify: config.Insecure, //nolint:gosec // the user asked for it
	}
	if config.Certificate != nil {
		secured.Certificates = []tls.Certificate{*config.Certificate}
	}
	return &http.Transport{
		Proxy:                  proxy,
		OnProxyConnectResponse: onProxyConnect,
		DialContext:            (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:        secured,
		TLSHandshakeTimeout:    15 * time.Second,
		MaxIdleConnsPerHost:    10,
		// An answer's head is held in memory several times over.
		MaxResponseHeaderBytes: 1 << 20,
		IdleConnTimeout:        90 * time.Second,
	}
}

// httpClient is the one for the call's connections.
func (x *exchange) httpClient() *http.Client {
	switch {
	case x.service == serviceMetadata:
		return x.client.http.metadata
	case x.once:
		return x.client.http.once
	default:
		return x.client.http.repeatable
	}
}
