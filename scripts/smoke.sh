#!/bin/sh
# Try a built wheel as a stranger would: clean environment, run-time lock only, empty home,
# another folder. Nothing of the source tree can be seen from there.
#
#   smoke.sh WHEEL
set -eu
here=$(cd "$(dirname "$0")" && pwd)
wheel=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/home" "$work/elsewhere"

"$here/venv.sh" "$work/venv"
pip() {
    "$work/venv/bin/python" -m pip --disable-pip-version-check --no-input "$@"
}
before=$(du -sm "$work/venv" | cut -f1)
pip install -qq --require-hashes --only-binary=:all: -r "$here/../requirements.lock"
pip install -qq --no-deps --no-index "$wheel"
pip check
packages=$(pip list --format=freeze | grep -cvE '^(pip|setuptools|merke)==')
size=$(($(du -sm "$work/venv" | cut -f1) - before))
echo "run-time installation: $packages packages, $size MB"
if [ "$packages" -gt 70 ] || [ "$size" -gt 350 ]; then
    echo "more than the 70 packages or 350 MB we allow ourselves" >&2
    exit 1
fi

cp "$here/smoke.py" "$work/elsewhere/"
cd "$work/elsewhere"
env -i PATH="$work/venv/bin:/usr/bin:/bin" HOME="$work/home" LANG=C.UTF-8 \
    "$work/venv/bin/python" -I smoke.py
