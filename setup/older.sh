#!/bin/sh
# Run a command of the tests on Debian's PostgreSQL 15, the oldest version we promise, where it is installed.
set -eu

programs=/usr/lib/postgresql/15/bin
if [ ! -x "$programs/postgres" ]; then
    echo "PostgreSQL 15 is not installed here, so its pass is left out (apt-get install postgresql-15 adds it)."
    exit 0
fi
echo "The same on PostgreSQL 15:"
LIANXIN_TEST_POSTGRES="$programs" exec "$@"
