#!/bin/sh
# ruff and mypy --strict over both environments: each room is checked where its imports are.
set -eu
cd "$(dirname "$0")/.."
.venv/bin/python -m ruff check --quiet .
.venv/bin/python -m mypy stacks infra account policies ops toolchain __main__.py \
    tests/conftest.py tests/repo tests/ops tests/stacks tests/infra tests/account tests/policies tests/ci tests/toolchain tests/e2e tests/bench tests/compat .ci/tests.py .ci/github.py
.venv-local/bin/python -m mypy local tests/local
