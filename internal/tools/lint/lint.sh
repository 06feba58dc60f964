#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
#   lint.sh [ARGUMENT...]    runs the pinned golangci-lint over the provider, with .golangci.yml and ARGUMENTs such as --fix
#
# The first run builds golangci-lint into .build/ at the top of the repository, from the version and the checksums in the go.mod
# and go.sum beside this file. That takes minutes.

set -eu
folder=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$folder/../../.." && pwd)

module=github.com/golangci/golangci-lint/v2
version=$(sed -n "s|^.*$module v\([^ ]*\).*|\1|p" "$folder/go.mod")
# A linter cannot read code that needs a newer Go than its own, so the name holds the Go version too.
binary=$root/.build/golangci-lint-$version-$(go env GOVERSION)
if [ ! "$binary" -nt "$folder/go.mod" ]; then
	echo "lint.sh: building $binary, which takes minutes" >&2
	mkdir -p "$root/.build"
	(cd "$folder" && GOWORK=off CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$version" \
		-o "$binary.$$" "$module/cmd/golangci-lint") >&2
	mv "$binary.$$" "$binary"
fi

cd "$root"
exec "$binary" run "$@"
