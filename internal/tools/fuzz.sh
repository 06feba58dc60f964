#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
#   fuzz.sh TIME    runs each fuzz test there is for that long, such as 1m, one after the other
#
# What it finds is written to testdata/fuzz of the package, and belongs there: from then on it is a test.

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
	echo "fuzz.sh: there is nothing to fuzz" >&2
	exit 1
}
