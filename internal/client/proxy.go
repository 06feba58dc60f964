// SPDX-License-Identifier: MPL-2.0

package client

// proxyRefusal is a proxy that lets no call through.
type proxyRefusal struct{ error }

