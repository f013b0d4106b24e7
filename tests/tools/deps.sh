#!/bin/sh
# Installs what is missing of MODULE:PACKAGE ..., with apt, through sudo where
# one is not root.  Does nothing if all is there.
set -u

list=
command -v pkg-config > /dev/null || list=pkg-config
for need in "$@"; do
	if [ -n "$list" ] && ! command -v pkg-config > /dev/null ||
	   ! pkg-config --exists "${need%%:*}"; then
		list="$list ${need#*:}"
	fi
done
[ -n "$list" ] || exit 0

if ! command -v apt-get > /dev/null; then
	echo "sipmon needs these packages, by their names in Debian: $list" >&2
	exit 1
fi
become=
if [ "$(id -u)" != 0 ]; then
	become=sudo
	if ! command -v sudo > /dev/null; then
		echo "sipmon needs: apt install $list (as root)" >&2
		exit 1
	fi
fi
echo "installing$list"
export DEBIAN_FRONTEND=noninteractive
# The lists of a new machine may be empty or old.
$become apt-get install -y -qq --no-install-recommends $list > /dev/null 2>&1 ||
	{ $become apt-get update -qq &&
	  $become apt-get install -y -qq --no-install-recommends $list > /dev/null; } ||
	{ echo "could not install: $list" >&2; exit 1; }
