#!/bin/sh
# The `ops` command line, copied to .venv/bin/ops by make. It finds the repository by its own place, so the folder may move.
# Until the command line takes over, Ctrl-C simply ends the process.
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd) || exit 1
exec "$root/.venv/bin/python" -P -c '
import signal, sys
if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
sys.path.insert(0, sys.argv.pop(1))
from ops.__main__ import main
main()' "$root" "$@"
