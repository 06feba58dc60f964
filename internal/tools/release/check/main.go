// SPDX-License-Identifier: MPL-2.0

// Command check looks whether a folder holds a release as the Terraform and OpenTofu registries take it.
//
//	check FOLDER MANIFEST PLATFORM     PLATFORM is such as linux_amd64, or "all"
package main

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const name = "terraform-provider-x"

var allPlatforms = []string{
	"darwin_amd64", "darwin_arm64", "freebsd_amd64", "freebsd_arm64", "linux_amd64", "linux_arm64", "windows_amd64", "windows_arm64",
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: check FOLDER MANIFEST PLATFORM")
		os.Exit(1)
	}
	if err := check(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "check:", err)
		os.Exit(1)
	}
}

func check(folder, manifest, platform string) error {
	platforms := allPlatforms
	if platform != "all" {
		platforms = []string{platform}
	}
	sums, version, err := checksums(folder)
	if err != nil {
		return err
	}
	prefix := name + "_" + version + "_"
	wanted := []string{prefix + "manifest.json"}
	for _, platform := range platforms {
		wanted = append(wanted, prefix+platform+".zip")
	}
	for file := range sums {
		// An SBOM is listed as well where there is one.
		if !slices.Contains(wanted, strings.TrimSuffix(file, ".spdx.json")) {
			return fmt.Errorf("%s is no file of a release", file)
		}
	}
	for _, file := range wanted {
		at := filepath.Join(folder, file)
		if strings.HasSuffix(file, "manifest.json") {
			at = manifest // which is uploaded under another name
		}
		if err := checkSum(at, sums[file]); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	if err := checkManifest(manifest); err != nil {
		return err
	}
	for _, platform := range platforms {
		file := prefix + platform + ".zip"
		if err := checkArchive(filepath.Join(folder, file), version, platform); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		fmt.Println(sums[file], file)
	}
	return nil
}

// checksums reads the one file of checksums, whose name tells the version.
func checksums(folder string) (sums map[string]string, version string, err error) {
	found, err := filepath.Glob(filepath.Join(folder, name+"_*_SHA256SUMS"))
	if err != nil || len(found) != 1 {
		return nil, "", fmt.Errorf("%s holds %d files of checksums, want 1", folder, len(found))
	}
	text, err := os.ReadFile(found[0])
	if err != nil {
		return nil, "", err
	}
	sums = map[string]string{}
	for line := range strings.Lines(string(text)) {
		sum, file, listed := strings.Cut(strings.TrimSpace(line), "  ")
		if !listed {
			return nil, "", fmt.Errorf("%s: %q is not a checksum", found[0], line)
		}
		sums[file] = sum
	}
	version = strings.TrimSuffix(strings.TrimPrefix(filepath.Base(found[0]), name+"_"), "_SHA256SUMS")
	return sums, version, nil
}

func checkSum(file, want string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != want {
		return fmt.Errorf("the checksum is %x, want %q", sum, want)
	}
	return nil
}

// checkManifest: without it the registries take a provider for one of protocol 5, and no CLI could start this one.
func checkManifest(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var manifest struct {
		Version  int `json:"version"`
		Metadata struct {
			ProtocolVersions []string `json:"protocol_versions"`
		} `json:"metadata"`
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if manifest.Version != 1 || !slices.Equal(manifest.Metadata.ProtocolVersions, []string{"6.0"}) {
		return fmt.Errorf("%s is of version %d and names protocols %v, want 1 and [6.0]", file, manifest.Version, manifest.Metadata.ProtocolVersions)
	}
	return nil
}

func checkArchive(file, version, platform string) error {
	archive, err := zip.OpenReader(file)
	if err != nil {
		return err
	}
	defer func() { _ = archive.Close() }()
	binary := name + "_v" + version
	if strings.HasPrefix(platform, "windows_") {
		binary += ".exe"
	}
	var names []string
	for _, entry := range archive.File {
		names = append(names, entry.Name)
		if entry.Name == binary && entry.Mode().Perm()&0o111 != 0o111 {
			return fmt.Errorf("%s has mode %s and cannot be executed", binary, entry.Mode())
		}
		if !entry.Modified.Equal(archive.File[0].Modified) {
			return fmt.Errorf("%s is of %s, and not of its commit like the others", entry.Name, entry.Modified)
		}
	}
	slices.Sort(names)
	if want := []string{"LICENSE", binary}; !slices.Equal(names, want) {
		return fmt.Errorf("it holds %v, want %v", names, want)
	}
	return nil
}
