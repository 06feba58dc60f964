#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
#   audit.sh           checks that builds are reproducible, and what the provider depends on: checksums, licences,
#                      vulnerabilities
#   audit.sh online    does the same, and fails if it cannot reach the vulnerability database
#
# Once the modules are on this machine, only the vulnerability database needs the internet.

set -eu
cd "$(dirname "$0")/../../.."
root=$PWD
tools=internal/tools/audit

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

case ${1:-} in
'' | online) ;;
*)
	echo "audit.sh: unknown argument $1: use online or no argument" >&2
	exit 1
	;;
esac

echo "audit.sh: checksums"
go mod verify

echo "audit.sh: licences"
# Check all modules: those that a release links on each system, and those that only tests use.
for system in darwin freebsd linux windows; do
	GOOS=$system CGO_ENABLED=0 go list -deps -test \
		-f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' ./...
done | sort -u >"$work/modules"
(cd $tools && GOWORK=off go build -o "$work/licences" ./licences)
"$work/licences" <"$work/modules"

echo "audit.sh: the same build twice"
# Build copies of the sources under two paths, each with its own build cache. With a shared cache, the second build
# would return the first. The second cache stays in .build/, because filling it takes a minute.
second=$root/.build/second-build-cache
for copy in first second/time; do
	mkdir -p "$work/$copy"
	cp -R go.mod go.sum main.go internal "$work/$copy"
	(
		cd "$work/$copy"
		[ "$copy" = first ] || export GOCACHE="$second"
		GOWORK=off CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=0.0.0" -o provider .
	)
done
if ! cmp "$work/first/provider" "$work/second/time/provider"; then
	echo "audit.sh: two builds of the same sources differ" >&2
	exit 1
fi
if grep -a -q -F -e "$work" -e "$root" "$work/first/provider"; then
	echo "audit.sh: the build contains a path of this machine" >&2
	exit 1
fi
sha256sum <"$work/first/provider"

echo "audit.sh: vulnerabilities"
(cd $tools && GOWORK=off go build -o "$work/govulncheck" golang.org/x/vuln/cmd/govulncheck)
status=0
"$work/govulncheck" ./... >"$work/vulnerabilities" 2>&1 || status=$?
cat "$work/vulnerabilities"
case $status in
0) ;;
3) # found vulnerabilities
	echo "audit.sh: govulncheck found vulnerabilities" >&2
	exit 1
	;;
*)
	echo "audit.sh: vulnerabilities NOT checked: govulncheck cannot read its database (exit code $status)"
	[ "${1:-}" != online ] || exit 1
	;;
esac
