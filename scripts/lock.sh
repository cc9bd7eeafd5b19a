#!/bin/sh
# Write the lock files anew from pyproject.toml and tests/peers/node/package.json.
#
#   lock.sh PYTHON [--upgrade]
#
# Pins that still fit are kept unless --upgrade is given. Every lock holds names, versions
# and hashes for all platforms, and no address: where packages come from is the reader's
# own setting. The larger locks build on the smaller ones, so one version serves all.
set -eu
python=$1
upgrade=${2:-}
cd "$(dirname "$0")/.."

compile() {
    # shellcheck disable=SC2086  # an empty $upgrade must vanish
    "$python" -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --custom-compile-command "make lock" $upgrade "$@" >/dev/null
}

compile pyproject.toml -o requirements.lock
compile pyproject.toml --extra test -c requirements.lock -o requirements-test.lock
compile pyproject.toml --extra test --extra dev -c requirements-test.lock -o requirements-dev.lock
compile pyproject.toml --extra test --extra fuzz -c requirements-dev.lock -o requirements-fuzz.lock
"$python" -c 'import tomllib
for line in tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"]: print(line)' |
    compile - -c requirements-dev.lock -o requirements-build.lock

if command -v npm >/dev/null 2>&1; then
    (cd tests/peers/node && npm install --package-lock-only --ignore-scripts --silent)
else
    echo "lock: npm is missing; tests/peers/node/package-lock.json is left as it was" >&2
fi

if grep -nE '://|^--|@ ' requirements*.lock || grep -n '"resolved"' tests/peers/node/package-lock.json; then
    echo "lock: the lines above name an address or an option; a lock file must not" >&2
    exit 1
fi
