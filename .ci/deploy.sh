#!/bin/sh
# Brings STACK up: on the local Snowflake, or with --real on its account. The rules decide before anything changes.
set -eu
cd "$(dirname "$0")/.."
make -s env
exec .venv/bin/ops up --stack "${STACK:?set STACK to dev, qa or prod}" "$@"
