#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
#   fuzz.sh TIME    runs each fuzz test for TIME, such as 1m, one after another
#
# go test writes each failing input to testdata/fuzz in the package. Commit that file: it then runs as a test.

set -eu
cd "$(dirname "$0")/../.."
time=$1
found=0
for package in $(go list ./...); do
	for name in $(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true); do
		echo "fuzz.sh: $package $name"
		go test -run '^$' -fuzz "^$name\$" -fuzztime "$time" "$package"
		found=$((found + 1))
	done
done
[ "$found" -gt 0 ] || {
	echo "fuzz.sh: no fuzz tests found" >&2
	exit 1
}
