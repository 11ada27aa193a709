#!/bin/sh
# The large numbers, each proof told in docs/proofs.md; fails when one of them did not hold.
#   setup/soak.sh STORMS STORMS_IN_POSTGRES KILLS COMMAND …
set -eu

export LIANXIN_TEST_STORMS="$1" LIANXIN_TEST_STORMS_IN_POSTGRES="$2" LIANXIN_TEST_KILLS="$3"
shift 3
mkdir -p build
ended=0
"$@" --junitxml build/soak.xml || ended=$?
.venv/bin/python setup/proofs.py build/soak.xml docs/proofs.md "STORMS=$LIANXIN_TEST_STORMS" \
    "STORMS_IN_POSTGRES=$LIANXIN_TEST_STORMS_IN_POSTGRES" "KILLS=$LIANXIN_TEST_KILLS"
exit "$ended"
