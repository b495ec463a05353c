#!/bin/sh
# Logs the runner in to the account of STACK by its own identity; later steps find the profiles by SNOWFLAKE_CONFIG_PATH.
set -eu
cd "$(dirname "$0")/.."
make -s env
SNOWFLAKE_CONFIG_PATH=${RUNNER_TEMP:?set by the runner}/snowflake.toml
export SNOWFLAKE_CONFIG_PATH
.venv/bin/ops login github --stack "${STACK:?set STACK to dev, qa or prod}"
echo "SNOWFLAKE_CONFIG_PATH=$SNOWFLAKE_CONFIG_PATH" >> "${GITHUB_ENV:?set by the runner}"
