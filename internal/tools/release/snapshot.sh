#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
#   snapshot.sh          makes in .build/dist what a release of this tree would be, for this platform only, and checks it
#   snapshot.sh all      for all platforms
#
# It runs the pinned goreleaser with .goreleaser.yml. It signs only where GPG_FINGERPRINT names a key, and lists what is in the
# archives (SBOM) only where syft is on PATH; where not, it says so. goreleaser is built by Go from the version and the checksums
# in the go.mod and go.sum beside this file, into .build/; that takes minutes the first time.

set -eu
folder=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$folder/../../.." && pwd)

case ${1:-} in
'' | all) ;;
*)
	echo "snapshot.sh: do not know $1: all, or nothing" >&2
	exit 1
	;;
esac

module=github.com/goreleaser/goreleaser/v2
version=$(sed -n "s|^.*$module v\([^ ]*\).*|\1|p" "$folder/go.mod")
goreleaser=$root/.build/goreleaser-$version
if [ ! "$goreleaser" -nt "$folder/go.mod" ]; then
	echo "snapshot.sh: building $goreleaser; the first time this takes minutes" >&2
	mkdir -p "$root/.build"
	(cd "$folder" && GOWORK=off CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$version" -o "$goreleaser.$$" "$module") >&2
	mv "$goreleaser.$$" "$goreleaser"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# A repository of its own, because goreleaser wants a clean one with a remote, and this tree may be neither. Its one commit has a
# fixed time, so that the same tree makes the same archives.
mkdir "$work/tree"
cd "$root"
cp -R go.mod go.sum main.go internal LICENSE terraform-registry-manifest.json .goreleaser.yml .gitignore "$work/tree"
cd "$work/tree"
platforms=all
if [ "${1:-}" != all ]; then
	goos=$(go env GOOS) goarch=$(go env GOARCH)
	platforms=${goos}_$goarch
	sed -i.all -e "s/^\( *goos: \)\[.*/\1[$goos]/" -e "s/^\( *goarch: \)\[.*/\1[$goarch]/" .goreleaser.yml
	rm .goreleaser.yml.all
fi
{
	git init
	git add --all
	GIT_AUTHOR_DATE=2000-01-01T00:00:00Z GIT_COMMITTER_DATE=2000-01-01T00:00:00Z \
		git -c user.name=snapshot -c user.email=snapshot@localhost -c commit.gpgsign=false commit --message snapshot
	git remote add origin https://github.com/x-restore/terraform-provider-x.git
} >"$work/log" 2>&1 || {
	cat "$work/log" >&2
	exit 1
}

skip=
if [ -z "${GPG_FINGERPRINT:-}" ]; then
	echo "snapshot.sh: NOT signed: GPG_FINGERPRINT names no key"
	skip=,sign
fi
if ! command -v syft >/dev/null; then
	echo "snapshot.sh: without SBOMs: syft is not on PATH"
	skip=$skip,sbom
fi
"$goreleaser" release --snapshot --clean --skip="publish$skip" >"$work/log" 2>&1 || {
	cat "$work/log" >&2
	exit 1
}

rm -rf "$root/.build/dist"
cp -R .build/dist "$root/.build/dist"
cd "$folder"
GOWORK=off go run ./check "$root/.build/dist" "$root/terraform-registry-manifest.json" "$platforms"
