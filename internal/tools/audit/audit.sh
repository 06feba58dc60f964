#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
#   audit.sh             what must hold of the provider's dependencies: checksums, licences, vulnerabilities, the same build twice
#   audit.sh online      as well, and fails where the vulnerability database cannot be reached
#
# All but the vulnerability database is on this machine once the modules are.

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
	echo "audit.sh: do not know $1: online, or nothing" >&2
	exit 1
	;;
esac

echo "audit.sh: checksums"
go mod verify

echo "audit.sh: licences"
# What is linked into a release, on each system that there is one for, and what only tests use.
for system in darwin freebsd linux windows; do
	GOOS=$system CGO_ENABLED=0 go list -deps -test -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' ./...
done | sort -u >"$work/modules"
(cd $tools && GOWORK=off go build -o "$work/licences" ./licences)
"$work/licences" <"$work/modules"

echo "audit.sh: the same build twice"
# From copies of the sources under two paths, each with a build cache of its own: from a shared one the second build would be
# the first. The second cache is kept in .build/, because to fill it takes a minute.
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
	echo "audit.sh: the same sources have made two different builds" >&2
	exit 1
fi
if grep -a -q -F -e "$work" -e "$root" "$work/first/provider"; then
	echo "audit.sh: the build holds a path of this machine" >&2
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
3) # what govulncheck says where it has found some
	echo "audit.sh: there are vulnerabilities" >&2
	exit 1
	;;
*)
	echo "audit.sh: vulnerabilities were NOT looked for: the database could not be read (exit code $status)"
	[ "${1:-}" != online ] || exit 1
	;;
esac
