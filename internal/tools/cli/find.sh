#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
# Prints the absolute path of a command line, Terraform's or OpenTofu's, to drive the provider with.
# Everything it says on the way goes to stderr.
#
#   find.sh              $TF_CLI_PATH if set, else the one on PATH, else the pinned OpenTofu
#   find.sh path         the one on PATH: terraform, else tofu; exit code 1 if there is neither
#   find.sh terraform    the pinned Terraform
#   find.sh opentofu     the pinned OpenTofu
#
# A pinned one is built by Go from the version and the checksums in the go.mod and go.sum of a folder beside this one,
# into .build/ at the top of the repository. That takes minutes the first time, and no binary is downloaded.

set -eu
root=$(cd "$(dirname "$0")/../../.." && pwd)

fail() {
	echo "find.sh: $*" >&2
	exit 1
}

# absolute FILE prints the absolute path of an executable.
absolute() {
	[ -f "$1" ] && [ -x "$1" ] || fail "$1 is not an executable file"
	folder=$(cd "$(dirname "$1")" && pwd)
	echo "$folder/$(basename "$1")"
}

# from_path prints the one on PATH.
from_path() {
	found=$(command -v terraform || command -v tofu) || fail "neither terraform nor tofu is on PATH"
	absolute "$found"
}

# pinned FOLDER MODULE PACKAGE NAME builds PACKAGE of MODULE with what FOLDER pins, unless that was done before, and
# prints the path of the binary. A go.mod changed since then builds anew.
pinned() {
	folder=$root/internal/tools/$1
	# The version is part of the name, so that a path in a test's output says what ran.
	version=$(sed -n "s|^.*$2 v\([^ ]*\).*|\1|p" "$folder/go.mod")
	binary=$root/.build/$4-$version
	if [ ! "$binary" -nt "$folder/go.mod" ]; then
		echo "find.sh: building $binary; the first time this takes minutes" >&2
		mkdir -p "$root/.build"
		# Unless told at link time both call themselves "-dev" (package version of each), and a pre-release does not
		# satisfy required_version = ">= 1.11". The rename keeps a binary that is in use whole.
		(cd "$folder" && GOWORK=off CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X $2/version.dev=no" \
			-o "$binary.$$" "$3") >&2
		mv "$binary.$$" "$binary"
	fi
	echo "$binary"
}

pinned_opentofu() {
	pinned opentofu github.com/opentofu/opentofu github.com/opentofu/opentofu/cmd/tofu tofu
}

pinned_terraform() {
	pinned terraform github.com/hashicorp/terraform github.com/hashicorp/terraform terraform
}

case ${1:-} in
path) from_path ;;
opentofu) pinned_opentofu ;;
terraform) pinned_terraform ;;
'')
	if [ -n "${TF_CLI_PATH:-}" ]; then
		absolute "$TF_CLI_PATH"
	else
		(from_path) 2>/dev/null || pinned_opentofu
	fi
	;;
*) fail "do not know $1: path, terraform or opentofu" ;;
esac
