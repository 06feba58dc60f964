// SPDX-License-Identifier: MPL-2.0

package client

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
)

// proxyVariables are those that net/http goes by.
var proxyVariables = []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"}

// ProxyVariableError names an environment variable that net/http would ignore without a word, or take for something
// else. It does not show the value, which may hold a password.
type ProxyVariableError struct {
	Variable string
	Rule     string // what it must be
}

func (e *ProxyVariableError) Error() string {
	return fmt.Sprintf("the environment variable %s is not %s", e.Variable, e.Rule)
}

const (
	proxyRule = "the address of a proxy, http://HOST:PORT or http://USER:PASSWORD@HOST:PORT " +
		"(or https, socks5, socks5h); in a user name or password, special characters must be percent-encoded"
	noProxyRule = "a list of hosts, addresses and networks, such as localhost,.example,192.0.2.0/24, separated by commas"
)

// checkProxyVariables looks at both spellings, whichever wins. NO_PROXY is of no consequence without a proxy.
func checkProxyVariables() error {
	proxied := false
	for _, name := range proxyVariables {
		value := os.Getenv(name) //nolint:forbidigo // net/http itself reads these, wherever it is used
		isList := strings.EqualFold(name, "NO_PROXY")
		switch {
		case value == "":
		case isList && proxied && !slices.ContainsFunc(strings.Split(value, ","), isNoHost):
		case isList && proxied:
			return &ProxyVariableError{Variable: name, Rule: noProxyRule}
		case !isList && !isProxy(value):
			return &ProxyVariableError{Variable: name, Rule: proxyRule}
		}
		proxied = proxied || value != "" && !isList
	}
	return nil
}

// isProxy reports whether a value is an address that net/http can use as it is meant: with a scheme, or as HOST:PORT.
func isProxy(value string) bool {
	if !strings.Contains(value, "://") {
		value = "http://" + value
	}
	parsed, err := url.Parse(value)
	return err == nil && slices.Contains([]string{"http", "https", "socks5", "socks5h"}, parsed.Scheme) &&
		isHost(parsed.Hostname(), strings.HasPrefix(parsed.Host, "[")) && validPort(parsed.Port()) &&
		strings.Trim(parsed.Path, "/") == "" && parsed.RawQuery == "" && parsed.Fragment == ""
}

func isHost(host string, bracketed bool) bool {
	return host != "" && strings.Contains(host, ":") == bracketed && !strings.ContainsAny(host, " \t\r\n\"'`,;\\/%@")
}

// isNoHost reports whether an item of NO_PROXY can match nothing because it is misspelt. Items that are meant for other
// programs, such as a path or a pattern, are none of the provider's business.
func isNoHost(item string) bool {
	item = strings.TrimSpace(item)
	network, length, isNetwork := strings.Cut(item, "/")
	if isNetwork && net.ParseIP(network) != nil {
		_, _, err := net.ParseCIDR(network + "/" + length)
		return err != nil
	}
	if strings.Contains(item, "://") || strings.ContainsAny(item, " \t\r\n;") {
		return true
	}
	host, port, err := net.SplitHostPort(item)
	return err == nil && (host == "" || !validPort(port))
}
