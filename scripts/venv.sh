#!/bin/sh
# Make a virtual environment with a Python that is new enough.
#
#   venv.sh DIR [PYTHON]
#
# Without PYTHON, the first of python3.11 … python3 that is 3.11 or newer is taken. Does
# nothing if DIR holds a working one already.
set -eu
here=$(dirname "$0")
dir=$1
wanted=${2:-}

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

if new_enough "$dir/bin/python" && "$dir/bin/python" -m pip --version >/dev/null 2>&1; then
    exit 0
fi

python=
for candidate in ${wanted:-python3.11 python3.12 python3.13 python3.14 python3}; do
    if new_enough "$candidate"; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "Merke needs Python 3.11 or newer, and ${wanted:-python3} is not. On Debian 12 or newer:" \
        "apt-get install python3 python3-venv. Or name one: make PYTHON=/path/to/python3.12" >&2
    exit 1
fi

# Debian keeps ensurepip, without which venv cannot work, in a package of its own.
if ! "$python" -c 'import ensurepip' >/dev/null 2>&1; then
    "$here/debian.sh" python3-venv
fi
rm -rf "$dir"
"$python" -m venv "$dir"
