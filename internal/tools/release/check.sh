#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
#   check.sh        checks the release for this platform in .build/dist, which snapshot.sh makes
#   check.sh all    checks a release for all platforms
#
# It checks the list of files, their checksums and the manifest. Then it installs the archive for this platform as a user
# does from a mirror: with a plain "terraform init", without dev_overrides and without a registry. It calls no cloud.
# Start it through cli/with.sh, which sets TF_CLI_PATH.

set -eu
cd "$(dirname "$0")/../../.."
dist=$PWD/.build/dist
name=terraform-provider-x

fail() {
	echo "check.sh: $*" >&2
	exit 1
}

here=$(go env GOOS)_$(go env GOARCH)
case ${1:-} in
'') platforms=$here ;;
all) platforms="darwin_amd64 darwin_arm64 freebsd_amd64 freebsd_arm64 linux_amd64 linux_arm64 windows_amd64 windows_arm64" ;;
*) fail "unknown argument $1: use all, or nothing" ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

sums=$(echo "$dist/$name"_*_SHA256SUMS)
[ -f "$sums" ] || fail "found no file of checksums, or several, in .build/dist: run snapshot.sh first"
version=${sums##*/"$name"_}
version=${version%_SHA256SUMS}

# The registries take exactly these files. An archive may have an SBOM beside it.
{
	echo "${name}_${version}_manifest.json"
	for platform in $platforms; do
		echo "${name}_${version}_$platform.zip"
	done
} | sort >"$work/wanted"
sed -e 's/^[0-9a-f]*  //' -e '/\.spdx\.json$/d' "$sums" | sort >"$work/listed"
diff "$work/wanted" "$work/listed" || fail "a release has other files than the checksums list (< wanted, > listed)"

# goreleaser uploads the manifest under the name that the checksums list, and does not copy it to .build/dist.
mkdir "$work/files"
cp "$dist/${name}_${version}"_*.zip* "$work/files"
cp terraform-registry-manifest.json "$work/files/${name}_${version}_manifest.json"
(cd "$work/files" && sha256sum --check --strict --quiet "$sums") || fail "a checksum does not match"

# Without the manifest, the registries take the provider for one of protocol 5, which no CLI can start.
[ "$(tr -d ' \n' <terraform-registry-manifest.json)" = '{"version":1,"metadata":{"protocol_versions":["6.0"]}}' ] ||
	fail "terraform-registry-manifest.json does not say version 1 and protocol 6.0"

address=$(sed -n 's/^const Address = "\(.*\)"$/\1/p' internal/provider/provider.go)
mkdir -p "$work/mirror/$address" "$work/configuration"
cp "$work/files/${name}_${version}_$here.zip" "$work/mirror/$address/"
cp examples/provider/provider.tf examples/resources/x_rds_pg_table_pitr/resource.tf "$work/configuration"
cat >"$work/cli.tfrc" <<EOF
provider_installation {
  filesystem_mirror {
    path = "$work/mirror"
  }
}
EOF
# A CLI installs a pre-release only if the configuration names its version. Without preflight, a plan calls no cloud.
cat >"$work/configuration/check_override.tf" <<EOF
terraform {
  required_providers {
    x = {
      source  = "$address"
      version = "$version"
    }
  }
}

provider "x" {
  access_key = "none"
  secret_key = "none"
  preflight  = false
}
EOF

cli() {
	TF_CLI_CONFIG_FILE=$work/cli.tfrc "$TF_CLI_PATH" "-chdir=$work/configuration" "$@" >"$work/log" 2>&1 || {
		cat "$work/log" >&2
		fail "the CLI's $1 failed"
	}
}
cli init -input=false -no-color
cli plan -input=false -no-color
grep -F "Plan: 1 to add" "$work/log" || fail "the installed provider plans no restore"
cli version
grep -F "provider $address v$version" "$work/log" || fail "the CLI does not name version $version"

# The CLI has unpacked the archive here.
unpacked=$work/configuration/.terraform/providers/$address/$version/$here
binary=${name}_v$version
case $here in windows_*) binary=$binary.exe ;; esac
held=$(cd "$unpacked/" && echo *)
[ "$held" = "LICENSE $binary" ] || fail "the archive holds $held instead of LICENSE $binary"
# The provider sends its version to the cloud in its User-Agent.
grep -a -q -F "$version" "$unpacked/$binary" || fail "the provider does not know its version"
cat "$sums"
