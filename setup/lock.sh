#!/bin/sh
# Resolve the dependencies of pyproject.toml and package.json anew and write the locks, without a host's name in them.
set -eu

.venv/bin/python -m pip install --quiet --disable-pip-version-check pip-tools
compile() {
    CUSTOM_COMPILE_COMMAND="make lock" .venv/bin/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options "$@" pyproject.toml
}
compile --extra build --output-file requirements.lock
compile --extra build --extra test --constraint requirements.lock --output-file requirements-test.lock
npm install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund --ignore-scripts
