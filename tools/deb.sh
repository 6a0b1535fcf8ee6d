#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Debian packages of what is committed, into build/deb. What is only in the tree is not in them.
set -eu
cd "$(dirname "$0")/.."
version=$1
source=build/deb/nameplate-$version

git rev-parse --verify -q HEAD >/dev/null || {
	echo "Error: packages are made of what is committed: run this in a clone" >&2
	exit 1
}
[ -z "$(git status --porcelain)" ] || echo "What is not committed is not in the packages" >&2
rm -rf build/deb
mkdir -p "$source"
git archive HEAD | tar -x -C "$source"
cp -R "$source/tools/debian" "$source/debian"

cat >"$source/debian/changelog" <<-END
	nameplate ($version-1) unstable; urgency=medium

	  * Nameplate $version: see CHANGELOG.md.

	 -- Nameplate <nameplate@example.com>  $(git log -1 --format=%aD)
END

log=build/deb/log
if ! (cd "$source" && DEB_BUILD_OPTIONS="noautodbgsym parallel=$(nproc)" MAKEFLAGS='' dpkg-buildpackage -b -us -uc) >$log 2>&1; then
	tail -n 20 $log >&2
	echo "Error: dpkg-buildpackage failed (above; all of it: $log)" >&2
	exit 1
fi
rm -rf "$source"
# Whoever gives the packages to others is their maintainer, and has an address; until then it is nobody's.
lintian --fail-on error --suppress-tags bogus-mail-host,initial-upload-closes-no-bugs build/deb/*.changes >&2 || {
	echo "Error: lintian found errors in the packages (above)" >&2
	exit 1
}
ls build/deb/*.deb
