#!/bin/sh
# The `ops` command line, copied to .venv/bin/ops by make. It finds the repository by its own place, so the folder may move.
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd) || exit 1
exec "$root/.venv/bin/python" -P -c \
    'import sys; sys.path.insert(0, sys.argv.pop(1)); from ops.__main__ import main; main()' "$root" "$@"
