// SPDX-License-Identifier: MPL-2.0

package client

import (
	"bytes"
	"compress/gzip"
	"context"
	"net"
	"sync"
	"syscall"
	"testing"
)

// gzipped is a megabyte of zeros; a hundred of them after each other are one stream again.
func gzipped(t *testing.T) []byte {
	t.Helper()
	var small bytes.Buffer
	writer := gzip.NewWriter(&small)
	if _, err := writer.Write(make([]byte, 1_000_000)); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return small.Bytes()
}

// matrixDials are the columns whose fault is met before a request is written.
func matrixDials(t *testing.T) []matrixFault {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := closed.Addr().String()
	_ = closed.Close()
	fails := func(err error) func(context.Context, matrixDialer, string) (net.Conn, error) {
		return func(context.Context, matrixDialer, string) (net.Conn, error) { return nil, err }
	}
	resetter := newResetter(t)
	return []matrixFault{
		{
			name:  "no such name",
			class: matrixUntrusted,
			dial:  fails(&net.DNSError{Err: "no such host", Name: "service.example", IsNotFound: true}),
		},
		{
			name:  "name server away",
			class: matrixUnsent,
			dial:  fails(&net.DNSError{Err: "server misbehaving", Name: "service.example", IsTemporary: true}),
		},
		{
			name:  "port closed",
			class: matrixUnsent,
			dial: func(ctx context.Context, dial matrixDialer, _ string) (net.Conn, error) {
				return dial(ctx, "tcp", port)
			},
		},
		{name: "reset by dialling", class: matrixUnsent, dial: fails(&net.OpError{Op: "dial", Err: syscall.ECONNRESET})},
		{name: "no route in time", class: matrixUnsent, dial: fails(&net.OpError{Op: "dial", Err: context.DeadlineExceeded})},
		{name: "reset once accepted by TCP", class: matrixLost, dial: resetter.dial},
	}
}

// resetter is a server that resets each connection unread, once its client has it.
type resetter struct {
	address string
	had     chan struct{}
}

func newResetter(t *testing.T) *resetter {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &resetter{address: listener.Addr().String(), had: make(chan struct{})}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			<-r.had
			_ = connection.(*net.TCPConn).SetLinger(0)
			_ = connection.Close()
		}
	})
	t.Cleanup(func() { _ = listener.Close(); serving.Wait() })
	return r
}

func (r *resetter) dial(ctx context.Context, dial matrixDialer, _ string) (net.Conn, error) {
	connection, err := dial(ctx, "tcp", r.address)
	if err == nil {
		r.had <- struct{}{}
	}
	return connection, err
}
