// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

// start is how a provider started.
type start struct {
	handshake time.Duration // until it had said where it listens
	schema    time.Duration // until it had answered the question for its schemas, from the start
	processor time.Duration // user and system, until then
	atRest    int64         // bytes resident after the handshake, before anything was asked
	answered  int64         // bytes resident after the answer
}

// The cookie with which a CLI shows that it is one (terraform-plugin-go, tfprotov6/tf6server, server.go).
const pluginCookie = "TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"

// rest is how long a provider is left alone before its memory is looked at.
const rest = 100 * time.Millisecond

// startProvider starts a provider as a CLI does, asks for its schemas and ends it. A provider that shall rest
// first is not timed.
func startProvider(ctx context.Context, binary string, resting bool) (start, error) {
	command := exec.CommandContext(ctx, binary)
	command.Env = append(os.Environ(), pluginCookie, "PLUGIN_PROTOCOL_VERSIONS=6")
	var said bytes.Buffer
	command.Stderr = &said
	output, err := command.StdoutPipe()
	if err != nil {
		return start{}, err
	}
	began := time.Now()
	if err := command.Start(); err != nil {
		return start{}, err
	}
	measured, err := func() (start, error) {
		var s start
		line, err := bufio.NewReader(output).ReadString('\n')
		if err != nil {
			return s, err
		}
		s.handshake = time.Since(began)
		network, address, err := listening(line)
		if err != nil {
			return s, err
		}
		if resting {
			time.Sleep(rest)
			s.atRest = memoryOf(command.Process.Pid, "VmRSS")
		}
		if err := askForSchemas(ctx, network, address); err != nil {
			return s, err
		}
		s.schema = time.Since(began)
		s.answered = memoryOf(command.Process.Pid, "VmRSS")
		if network == "unix" {
			defer os.Remove(address) // the provider has no chance to
		}
		return s, nil
	}()
	_ = command.Process.Kill() // fails only if it has ended
	_ = command.Wait()         // says that it was killed
	if err != nil {
		return start{}, fmt.Errorf("%s: %w\n%s", binary, err, said.Bytes())
	}
	measured.processor = command.ProcessState.UserTime() + command.ProcessState.SystemTime()
	return measured, nil
}

// listening reads the line by which a plugin says where: "1|6|unix|PATH|grpc|" and, where encryption was asked for, a
// certificate.
func listening(line string) (network, address string, err error) {
	fields := strings.Split(strings.TrimSpace(line), "|")
	if len(fields) < 5 || fields[1] != "6" || fields[4] != "grpc" {
		return "", "", fmt.Errorf("no handshake of protocol 6: %q", line)
	}
	return fields[2], fields[3], nil
}

// askForSchemas makes the one gRPC call with what the standard library has: an empty message, and an answer that is not
// looked into. The module is not to depend on gRPC for this.
func askForSchemas(ctx context.Context, network, address string) error {
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	transport := &http.Transport{
		Protocols: &protocols,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, address)
		},
	}
	defer transport.CloseIdleConnections()
	emptyMessage := bytes.NewReader(make([]byte, 5)) // not compressed, of no length
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://plugin/tfplugin6.Provider/GetProviderSchema",
		emptyMessage)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/grpc")
	request.Header.Set("TE", "trailers")
	response, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if status := response.Trailer.Get("Grpc-Status"); status != "0" {
		return fmt.Errorf("GetProviderSchema: status %q %s%s", status, response.Trailer.Get("Grpc-Message"),
			response.Header.Get("Grpc-Message"))
	}
	if len(answer) <= 5 {
		return errors.New("GetProviderSchema: an empty answer")
	}
	return nil
}
