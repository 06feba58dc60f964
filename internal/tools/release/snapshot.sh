#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
#
#   snapshot.sh        makes what a release of this tree would be in .build/dist, for this platform only
#   snapshot.sh all    makes it for all platforms
#
# It runs the pinned goreleaser with .goreleaser.yml. It signs only if GPG_FINGERPRINT names a key. It lists what is in the
# archives (SBOM) only if syft is on PATH. It says what it leaves out. The first run builds goreleaser into .build/ from the
# version and the checksums in the go.mod and go.sum beside this file; that takes minutes. check.sh checks the result.

set -eu
folder=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$folder/../../.." && pwd)

case ${1:-} in
'' | all) ;;
*)
	echo "snapshot.sh: unknown argument $1: use all, or nothing" >&2
	exit 1
	;;
esac

module=github.com/goreleaser/goreleaser/v2
version=$(sed -n "s|^.*$module v\([^ ]*\).*|\1|p" "$folder/go.mod")
goreleaser=$root/.build/goreleaser-$version
if [ ! "$goreleaser" -nt "$folder/go.mod" ]; then
	echo "snapshot.sh: building $goreleaser, which takes minutes" >&2
	mkdir -p "$root/.build"
	(cd "$folder" && GOWORK=off CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$version" -o "$goreleaser.$$" "$module") >&2
	mv "$goreleaser.$$" "$goreleaser"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# goreleaser needs a clean repository with a remote, and this tree may be neither: copy it into a new repository. Its one
# commit has a fixed time, so that the same tree makes the same archives.
mkdir "$work/tree"
cd "$root"
cp -R go.mod go.sum main.go internal LICENSE terraform-registry-manifest.json .goreleaser.yml .gitignore "$work/tree"
cd "$work/tree"
if [ "${1:-}" != all ]; then
	goos=$(go env GOOS) goarch=$(go env GOARCH)
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
	echo "snapshot.sh: NO SBOMs: syft is not on PATH"
	skip=$skip,sbom
fi
"$goreleaser" release --snapshot --clean --skip="publish$skip" >"$work/log" 2>&1 || {
	cat "$work/log" >&2
	exit 1
}

rm -rf "$root/.build/dist"
cp -R .build/dist "$root/.build/dist"
