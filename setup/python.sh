#!/bin/sh
# Fill .venv with exactly what the lock names, every file checked against its hash.
#   setup/python.sh LOCK
set -eu

lock=${1:?name of a lock}
python=$(command -v python3.11 || command -v python3)
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Lianxin needs Python 3.11 or newer; $python is $("$python" --version)." >&2
    exit 1
fi
[ -x .venv/bin/python ] || "$python" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement "$lock"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
