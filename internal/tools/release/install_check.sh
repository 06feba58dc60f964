#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
# Installs what snapshot.sh has made as a user would from a mirror: by a plain "terraform init", without dev_overrides and
# without a registry. It is started by cli/with.sh, which sets TF_CLI_PATH, and prints the version that the command line tells.

set -eu
cd "$(dirname "$0")/../../.."
root=$PWD

fail() {
	echo "install_check.sh: $*" >&2
	exit 1
}

platform=$(go env GOOS)_$(go env GOARCH)
archive=$(echo "$root"/.build/dist/terraform-provider-x_*_"$platform".zip)
[ -f "$archive" ] || fail "there is no snapshot for $platform in .build/dist: run snapshot.sh first"
version=${archive##*/terraform-provider-x_}
version=${version%_"$platform".zip}
address=$(sed -n 's/^const Address = "\(.*\)"$/\1/p' internal/provider/provider.go)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

mkdir -p "$work/mirror/$address" "$work/configuration"
cp "$archive" "$work/mirror/$address/"
cp examples/provider/provider.tf "$work/configuration/main.tf"
cat >"$work/cli.tfrc" <<EOF
provider_installation {
  filesystem_mirror {
    path = "$work/mirror"
  }
}
EOF
# A pre-release is only taken where it is asked for.
cat >"$work/configuration/version_override.tf" <<EOF
terraform {
  required_providers {
    x = {
      source  = "$address"
      version = "$version"
    }
  }
}
EOF

cli() {
	TF_CLI_CONFIG_FILE=$work/cli.tfrc "$TF_CLI_PATH" "-chdir=$work/configuration" "$@"
}
cli init -input=false -no-color >"$work/log" 2>&1 || {
	cat "$work/log" >&2
	exit 1
}
cli validate -no-color # which starts the provider
cli providers schema -json | grep -q '"x_rds_pg_table_pitr"' || fail "the installed provider tells no schema"
cli version | grep -F "provider $address v$version" || fail "the command line does not tell version $version"
# What the provider itself tells the cloud, in its User-Agent, is linked into it.
installed=$(find "$work/configuration/.terraform/providers" -name "terraform-provider-x_v$version*")
grep -a -q -F "$version" "$installed" || fail "the provider does not know its version"
