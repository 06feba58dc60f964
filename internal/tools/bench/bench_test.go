// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"testing"
	"time"
)

func TestIdeal(t *testing.T) {
	minute := func(int) time.Duration { return time.Minute }
	for count, want := range map[int]time.Duration{
		1: time.Minute, 6: time.Minute, 7: time.Minute + time.Minute/54, 60: 2 * time.Minute,
	} {
		if got := ideal(count, minute); got != want {
			t.Errorf("%d restores: %s, want %s", count, got, want)
		}
	}
	for k := range 200 {
		if d := spreadDuration(k); d < 30*time.Second || d > 90*time.Second {
			t.Errorf("job %d takes %s", k, d)
		}
	}
}

func TestChoose(t *testing.T) {
	for only, want := range map[string][]int{"": {1, 2, 3, 4, 5, 6}, "4": {4}, "5, 1": {5, 1}} {
		if got, err := choose(only); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v, %v, want %v", only, got, err, want)
		}
	}
	for _, only := range []string{"0", "7", "x", "1,"} {
		if got, err := choose(only); err == nil {
			t.Errorf("%q: %v, want an error", only, got)
		}
	}
}

func TestListening(t *testing.T) {
	network, address, err := listening("1|6|unix|/somewhere/plugin1|grpc|\n")
	if err != nil || network != "unix" || address != "/somewhere/plugin1" {
		t.Errorf("%q %q %v", network, address, err)
	}
	for _, line := range []string{"", "hello", "1|5|unix|/somewhere/plugin1|grpc|",
		"1|6|unix|/somewhere/plugin1|netrpc|"} {
		if _, _, err := listening(line); err == nil {
			t.Errorf("%q was taken for a handshake", line)
		}
	}
}

func TestBenchmarkRows(t *testing.T) {
	got := benchmarkRows(`goos: linux
pkg: example/internal/client/signer
BenchmarkSign/two-fold-2         	  100000	     11873 ns/op	  84.2 MB/s	    3064 B/op	      55 allocs/op
PASS
`)
	want := [][]string{{"client/signer: Sign/two-fold", "11873 ns", "3064 B", "55"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestMultiplied(t *testing.T) {
	const id = "4565d47c-ab33-4029-a73e-842f33649ac2"
	state := fmt.Sprintf(`{"version":4,"resources":[{"instances":[{"index_key":0,"attributes":{"id":%q,"instance_id":%q,"seconds":60}}]}]}`, id, instanceID(0))
	text, err := multiplied([]byte(state), 12)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Resources []struct {
			Instances []struct {
				Key        int `json:"index_key"`
				Attributes struct {
					ID       string `json:"id"`
					Instance string `json:"instance_id"`
					Seconds  int    `json:"seconds"`
				} `json:"attributes"`
			} `json:"instances"`
		} `json:"resources"`
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	instances := got.Resources[0].Instances
	if len(instances) != 12 || instances[0].Attributes.ID != id {
		t.Fatalf("%+v", instances)
	}
	last := instances[11]
	if last.Key != 11 || last.Attributes.ID != "4565d47c-ab33-4029-a73e-00000000000b" ||
		last.Attributes.Instance != instanceID(11) || last.Attributes.Seconds != 60 {
		t.Errorf("%+v", last)
	}
}

func TestMemory(t *testing.T) {
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("this machine has no /proc")
	}
	if now, peak := memoryOf(os.Getpid(), "VmRSS"), watchMemory(os.Getpid())(); now <= 0 || peak < now {
		t.Errorf("resident %d bytes, at most %d", now, peak)
	}
}

func TestLines(t *testing.T) {
	var got []string
	l := &lines{each: func(line []byte) { got = append(got, string(line)) }}
	for _, text := range []string{"on", "e\ntwo\n\nth", "ree"} {
		if n, err := l.Write([]byte(text)); n != len(text) || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	}
	if want := []string{"one", "two", ""}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
