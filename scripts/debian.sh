#!/bin/sh
# Install Debian packages that are missing, where this is allowed: as root, with apt-get.
#
#   debian.sh PACKAGE…
#
# Otherwise says what to type and exits 1. The package lists are renewed only when
# something is missing.
set -eu
# dpkg refuses without what lies there; not every shell of root's looks there.
export PATH="$PATH:/usr/sbin:/sbin"
if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "Not a Debian system: what corresponds to these packages must be here: $*" >&2
    exit 1
fi
missing=
for package; do
    case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
    *" ok installed") ;;
    *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "Missing on this machine:$missing. On Debian: sudo apt-get install$missing" >&2
    exit 1
fi
echo "Installing from Debian:$missing" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq >/dev/null
# shellcheck disable=SC2086  # one word per package
apt-get install -y -qq --no-install-recommends $missing >/dev/null
