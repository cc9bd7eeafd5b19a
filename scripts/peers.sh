#!/bin/sh
# Install the independent implementations of tests/peers/node, exactly as locked.
#
# Node 20 or newer is used when it is there. When it is not, their tests skip: this says so.
set -eu
cd "$(dirname "$0")/../tests/peers/node"
if ! command -v npm >/dev/null 2>&1 ||
    ! node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null; then
    echo "Node 20 with npm is not here: the tests against independent JavaScript verifiers" \
        "will skip. Install Node 20 or newer to run them." >&2
    exit 0
fi
# npm writes the inner lock file last, so it tells what is installed.
if [ -e node_modules/.package-lock.json ] &&
    [ ! package-lock.json -nt node_modules/.package-lock.json ]; then
    exit 0
fi
npm ci --ignore-scripts --silent
touch node_modules/.package-lock.json
