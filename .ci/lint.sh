#!/bin/sh
# ruff and mypy --strict over both environments: each room is checked where its imports are.
set -eu
cd "$(dirname "$0")/.."
.venv/bin/python -m ruff check --quiet .
.venv/bin/python -m mypy $(for room in stacks infra account ops toolchain; do [ -d "$room" ] && echo "$room"; done) __main__.py
.venv-local/bin/python -m mypy local
