#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
# Prints the absolute path of a CLI, Terraform or OpenTofu, that drives the provider. All other output goes to stderr.
#
#   find.sh              $TF_CLI_PATH if set, else the CLI on PATH, else the pinned OpenTofu
#   find.sh path         the CLI on PATH: terraform, else tofu; exit code 1 if there is neither
#   find.sh terraform    the pinned Terraform
#   find.sh opentofu     the pinned OpenTofu
#
# It builds a pinned CLI into .build/ at the top of the repository, from the version and the checksums in the go.mod and go.sum
# of a folder beside this one. The first build takes minutes. It downloads no binary.

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

# from_path prints the CLI on PATH.
from_path() {
	found=$(command -v terraform || command -v tofu) || fail "neither terraform nor tofu is on PATH"
	absolute "$found"
}

# pinned FOLDER MODULE PACKAGE NAME builds PACKAGE of MODULE in the version that FOLDER pins, and prints the path of the binary.
# It builds only if the binary is missing or older than FOLDER's go.mod.
pinned() {
	folder=$root/internal/tools/$1
	# The name holds the version, so that a path in a test's output says which CLI ran.
	version=$(sed -n "s|^.*$2 v\([^ ]*\).*|\1|p" "$folder/go.mod")
	binary=$root/.build/$4-$version
	if [ ! "$binary" -nt "$folder/go.mod" ]; then
		echo "find.sh: building $binary, which takes minutes" >&2
		mkdir -p "$root/.build"
		# Without the link flag, both call themselves "-dev" (package version of each), and a pre-release does not
		# satisfy required_version = ">= 1.11". Renaming keeps a binary whole that another process uses.
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
*) fail "unknown argument $1: use path, terraform, opentofu, or nothing" ;;
esac
